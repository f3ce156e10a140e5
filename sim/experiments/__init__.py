"""Studies: many runs of one scenario, described in one file, made on one machine or many, and never made twice.

The names are loaded when first used: a worker needs few of them, and there are many workers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiments.folder import StudyRuns, read_runs
    from sim.experiments.local import Local
    from sim.experiments.paired_differences import comparisons
    from sim.experiments.plan import Plan, plan_of
    from sim.experiments.study import Study, load_study, parse_study, searches_leaks, shipped_studies
    from sim.experiments.sweep import Outlook, Sweep
    from sim.experiments.swept import Swept

__all__ = [
    "Local",
    "Outlook",
    "Plan",
    "Study",
    "StudyRuns",
    "Sweep",
    "Swept",
    "comparisons",
    "load_study",
    "parse_study",
    "plan_of",
    "read_runs",
    "searches_leaks",
    "shipped_studies",
]

_HOMES = {
    "folder": ("StudyRuns", "read_runs"),
    "study": ("Study", "load_study", "parse_study", "searches_leaks", "shipped_studies"),
    "local": ("Local",),
    "paired_differences": ("comparisons",),
    "plan": ("Plan", "plan_of"),
    "sweep": ("Outlook", "Sweep"),
    "swept": ("Swept",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, imported from where it is defined and kept."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'sim.experiments' has no attribute '{name}'")
    value: Any = getattr(import_module(f"sim.experiments.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
