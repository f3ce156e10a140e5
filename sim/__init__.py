"""sanctions-sim: an agent-based simulator of sanctions policy and trade diversion, calibrated to customs figures.

The public names are loaded when first used: the compiler and the data frames behind them take seconds to import, and
`sim --help` needs neither.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.common import accessors

if TYPE_CHECKING:
    from sim.analysis.discovery import Discovery, discover
    from sim.analysis.explain import Explanation, explain
    from sim.analysis.forecast import forecast
    from sim.analysis.forecast_paths import Forecast
    from sim.analysis.mechanism_test import Shown, show_mechanism
    from sim.common.csv_rows import csv_records, csv_rows
    from sim.common.errors import Fault, FaultList, SimError, nearest
    from sim.common.files import written_file, written_folder
    from sim.common.good_groups import codes_named, groups_of
    from sim.common.progress import show_progress
    from sim.common.renamed import renamed
    from sim.experiments.ensemble import Ensemble, ensemble
    from sim.experiments.folder import StudyRuns, read_runs
    from sim.experiments.paired import compare
    from sim.experiments.runner import make_runs
    from sim.experiments.study import Study, load_study, shipped_studies
    from sim.experiments.sweep_api import sweep
    from sim.experiments.swept import Swept
    from sim.model.agents import Exporter, Intermediary, State
    from sim.model.model import SanctionsModel
    from sim.policies import INSTRUMENTS
    from sim.report.markdown import markdown
    from sim.report.plots import save_mechanism
    from sim.report.registration import register
    from sim.report.table import Column, Table
    from sim.rules import RULES, rule
    from sim.rules.parameters import PARAMETERS
    from sim.scenario import Scenario, load_scenario, parse_scenario, shipped_scenarios
    from sim.simulation.comparison import Comparison
    from sim.simulation.inputs import INPUT_KINDS, address_of
    from sim.simulation.posterior import Posterior, load_posterior
    from sim.simulation.results import Results
    from sim.simulation.simulation import Case, load
    from sim.world import World, load_world
    from sim.world.build import build_world
    from sim.world.build.ras import fit_margins
    from sim.world.build.season import ratios_to_mean
    from sim.world.customs_data import Imported, import_files

    __version__: str

__all__ = [
    "INPUT_KINDS",
    "INSTRUMENTS",
    "PARAMETERS",
    "RULES",
    "Case",
    "Column",
    "Comparison",
    "Discovery",
    "Ensemble",
    "Explanation",
    "Exporter",
    "Fault",
    "FaultList",
    "Forecast",
    "Imported",
    "Intermediary",
    "Posterior",
    "Results",
    "SanctionsModel",
    "Scenario",
    "Shown",
    "SimError",
    "State",
    "Study",
    "StudyRuns",
    "Swept",
    "Table",
    "World",
    "address_of",
    "build_world",
    "codes_named",
    "compare",
    "csv_records",
    "csv_rows",
    "discover",
    "ensemble",
    "explain",
    "fit_margins",
    "forecast",
    "groups_of",
    "import_files",
    "load",
    "load_posterior",
    "load_scenario",
    "load_study",
    "load_world",
    "make_runs",
    "markdown",
    "nearest",
    "parse_scenario",
    "ratios_to_mean",
    "read_runs",
    "register",
    "renamed",
    "rule",
    "save_mechanism",
    "shipped_scenarios",
    "shipped_studies",
    "show_mechanism",
    "show_progress",
    "sweep",
    "written_file",
    "written_folder",
]

_HOMES = {
    "analysis.discovery": ("Discovery", "discover"),
    "analysis.explain": ("Explanation", "explain"),
    "analysis.forecast": ("forecast",),
    "analysis.forecast_paths": ("Forecast",),
    "analysis.mechanism_test": ("Shown", "show_mechanism"),
    "common.csv_rows": ("csv_records", "csv_rows"),
    "common.errors": ("Fault", "FaultList", "SimError", "nearest"),
    "common.files": ("written_file", "written_folder"),
    "common.good_groups": ("codes_named", "groups_of"),
    "common.progress": ("show_progress",),
    "common.renamed": ("renamed",),
    "common.rule_compiler": ("rule",),
    "experiments.ensemble": ("Ensemble", "ensemble"),
    "experiments.folder": ("StudyRuns", "read_runs"),
    "experiments.paired": ("compare",),
    "experiments.runner": ("make_runs",),
    "experiments.study": ("Study", "load_study", "shipped_studies"),
    "experiments.sweep_api": ("sweep",),
    "experiments.swept": ("Swept",),
    "model.agents": ("Exporter", "Intermediary", "State"),
    "model.model": ("SanctionsModel",),
    "policies": ("INSTRUMENTS",),
    "report.markdown": ("markdown",),
    "report.plots": ("save_mechanism",),
    "report.registration": ("register",),
    "report.table": ("Column", "Table"),
    "rules": ("RULES",),
    "rules.parameters": ("PARAMETERS",),
    "scenario": ("Scenario", "load_scenario", "parse_scenario", "shipped_scenarios"),
    "simulation.comparison": ("Comparison",),
    "simulation.inputs": ("INPUT_KINDS", "address_of"),
    "simulation.posterior": ("Posterior", "load_posterior"),
    "simulation.results": ("Results",),
    "simulation.simulation": ("Case", "load"),
    "world": ("World", "load_world"),
    "world.build": ("build_world",),
    "world.build.ras": ("fit_margins",),
    "world.build.season": ("ratios_to_mean",),
    "world.customs_data": ("Imported", "import_files"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

# What the report room gives to things below it.
accessors.provide("plot", lambda thing: import_module("sim.report.gallery").Gallery(thing))
accessors.provide("save_summary", lambda thing: import_module("sim.report.summary").summary_method(thing))
accessors.provide("words", lambda thing: import_module("sim.report.explanation_text").in_words(thing))
if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()) is not None:
    import_module("sim.report.notebook").register(_shell)


def __getattr__(name: str) -> Any:
    """A public name, imported from where it is defined and kept."""
    if name == "__version__":
        value: Any = import_module("sim.common.package_data").version_of()
    elif name in _HOME_OF:
        try:
            value = getattr(import_module(f"sim.{_HOME_OF[name]}"), name)
        except ModuleNotFoundError as error:
            if str(error.name).partition(".")[0] == "sim":
                raise
            raise import_module("sim.common.errors").SimError(
                f"sim.{name} needs '{error.name}': pip install 'sanctions-sim[studies]'"
            ) from None
    else:
        today = import_module("sim.common.renamed").renamed("public name", name)
        if today == name:
            raise AttributeError(f"module 'sim' has no attribute '{name}'")
        return __getattr__(today)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    # What a user needs, and no machinery of this file.
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])
