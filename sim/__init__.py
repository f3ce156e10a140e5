"""sanctions-sim: an agent-based simulator of sanctions policy and trade diversion, calibrated to customs figures."""

from sim.cases import Case, load, package_version
from sim.compare import Comparison, compare
from sim.errors import Fault, FaultList, SimError
from sim.model import SanctionsModel
from sim.parameters import PARAMETERS
from sim.policies import INSTRUMENTS
from sim.results import Results
from sim.rules import RULES, rule
from sim.scenario import Scenario, load_scenario, parse_scenario
from sim.world import World, load_world

__version__ = package_version()

__all__ = [
    "INSTRUMENTS",
    "PARAMETERS",
    "RULES",
    "Case",
    "Comparison",
    "Fault",
    "FaultList",
    "Results",
    "SanctionsModel",
    "Scenario",
    "SimError",
    "World",
    "compare",
    "load",
    "load_scenario",
    "load_world",
    "parse_scenario",
    "rule",
]
