"""The phases of a month, by who acts: each reads columns and writes columns; see :mod:`sim.model.model`."""

from sim.model.phases.firms import FirmPhases
from sim.model.phases.states import StatePhases
from sim.model.phases.trade import TradePhases

__all__ = ["FirmPhases", "StatePhases", "TradePhases"]
