"""Who acts: states, exporters, intermediaries; what each holds, and which rules each follows."""

from sim.model.agents.columns import HeldAgentSet
from sim.model.agents.exporter import Exporter, ExporterView
from sim.model.agents.intermediary import Intermediary, IntermediaryView
from sim.model.agents.network import trading_network
from sim.model.agents.state import State, enlist_states

__all__ = [
    "Exporter",
    "ExporterView",
    "HeldAgentSet",
    "Intermediary",
    "IntermediaryView",
    "State",
    "enlist_states",
    "trading_network",
]
