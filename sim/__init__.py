"""sanctions-sim: an agent-based simulator of sanctions policy and trade diversion, calibrated to customs figures.

The public names are loaded when first used: the compiler and the data frames behind them take seconds to import, and
`sim --help` needs neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.discovery import Discovery, discover
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
    from sim.progress import show_progress
    from sim.results import Results
    from sim.rules import RULES, rule
    from sim.scenario import Scenario, load_scenario, parse_scenario, shipped_scenarios
    from sim.studies.asking import sweep
    from sim.studies.folder import StudyRuns, read_runs
    from sim.studies.loader import Study, load_study, shipped_studies
    from sim.studies.swept import Swept
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
    "Discovery",
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
    "Study",
    "StudyRuns",
    "Swept",
    "World",
    "build_world",
    "compare",
    "discover",
    "ensemble",
    "explain",
    "import_files",
    "load",
    "load_posterior",
    "load_scenario",
    "load_study",
    "load_world",
    "parse_scenario",
    "read_runs",
    "rule",
    "save_mechanism",
    "shipped_scenarios",
    "shipped_studies",
    "show_mechanism",
    "show_progress",
    "sweep",
]

_HOMES = {
    "analysis.discovery": ("Discovery", "discover"),
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
    "progress": ("show_progress",),
    "posterior": ("PLACES", "Posterior", "load_posterior"),
    "results": ("Results",),
    "rules": ("RULES", "rule"),
    "scenario": ("Scenario", "load_scenario", "parse_scenario", "shipped_scenarios"),
    "studies.asking": ("sweep",),
    "studies.folder": ("StudyRuns", "read_runs"),
    "studies.loader": ("Study", "load_study", "shipped_studies"),
    "studies.swept": ("Swept",),
    "world": ("World", "load_world"),
    "world.build": ("build_world",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, imported from where it is defined and kept."""
    if name == "__version__":
        value: Any = import_module("sim.versions").version_of()
    elif name in _HOME_OF:
        try:
            value = getattr(import_module(f"sim.{_HOME_OF[name]}"), name)
        except ModuleNotFoundError as error:
            if str(error.name).partition(".")[0] == "sim":
                raise
            raise import_module("sim.errors").SimError(
                f"sim.{name} needs '{error.name}': pip install 'sanctions-sim[studies]'"
            ) from None
    else:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    # What a user needs, and no machinery of this file.
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
