"""Studies: many runs of one scenario, described in one file, made on one machine or many, and never made twice."""

from sim.studies.folder import read_runs
from sim.studies.loader import Study, load_study, parse_study, shipped_studies
from sim.studies.local import Local
from sim.studies.paired import comparisons
from sim.studies.plan import Plan, plan_of
from sim.studies.sweep import Outlook, Sweep, Swept

__all__ = [
    "Local",
    "Outlook",
    "Plan",
    "Study",
    "Sweep",
    "Swept",
    "comparisons",
    "load_study",
    "parse_study",
    "plan_of",
    "read_runs",
    "shipped_studies",
]
