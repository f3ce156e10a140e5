"""sanctions-sim: an agent-based simulator of sanctions policy and trade diversion, calibrated to customs figures.

The public names are loaded when first used: the compiler and the data frames behind them take seconds to import, and
`sim --help` needs neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.cases import Case, load
    from sim.comparison import Comparison, compare
    from sim.customs_files import Imported, import_files
    from sim.ensembles import Ensemble, ensemble
    from sim.errors import Fault, FaultList, SimError
    from sim.explanation import Explanation, explain
    from sim.mechanisms import Shown, show_mechanism
    from sim.model import SanctionsModel
    from sim.parameters import PARAMETERS
    from sim.plots import save_mechanism
    from sim.policies import INSTRUMENTS
    from sim.posterior import PLACES, Posterior, load_posterior
    from sim.results import Results
    from sim.rules import RULES, rule
    from sim.scenario import Scenario, load_scenario, parse_scenario, shipped_scenarios
    from sim.world import World, load_world
    from sim.world.build import build_world

    __version__: str

__all__ = [
    "INSTRUMENTS",
    "PARAMETERS",
    "PLACES",
    "RULES",
    "Case",
    "Comparison",
    "Ensemble",
    "Explanation",
    "Fault",
    "FaultList",
    "Imported",
    "Posterior",
    "Results",
    "SanctionsModel",
    "Scenario",
    "Shown",
    "SimError",
    "World",
    "build_world",
    "compare",
    "ensemble",
    "explain",
    "import_files",
    "load",
    "load_posterior",
    "load_scenario",
    "load_world",
    "parse_scenario",
    "rule",
    "save_mechanism",
    "shipped_scenarios",
    "show_mechanism",
]

_HOMES = {
    "cases": ("Case", "load"),
    "comparison": ("Comparison", "compare"),
    "customs_files": ("Imported", "import_files"),
    "ensembles": ("Ensemble", "ensemble"),
    "errors": ("Fault", "FaultList", "SimError"),
    "explanation": ("Explanation", "explain"),
    "mechanisms": ("Shown", "show_mechanism"),
    "model": ("SanctionsModel",),
    "parameters": ("PARAMETERS",),
    "plots": ("save_mechanism",),
    "policies": ("INSTRUMENTS",),
    "posterior": ("PLACES", "Posterior", "load_posterior"),
    "results": ("Results",),
    "rules": ("RULES", "rule"),
    "scenario": ("Scenario", "load_scenario", "parse_scenario", "shipped_scenarios"),
    "world": ("World", "load_world"),
    "world.build": ("build_world",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, imported from where it is defined and kept."""
    if name == "__version__":
        value: Any = import_module("sim.versions").version_of()
    elif name in _HOME_OF:
        value = getattr(import_module(f"sim.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
