"""The phases of a month, by who acts: each reads columns and writes columns; the order stands in :mod:`sim.model`."""

from sim.phases.firms import FirmPhases
from sim.phases.states import StatePhases
from sim.phases.trade import TradePhases

__all__ = ["FirmPhases", "StatePhases", "TradePhases"]
