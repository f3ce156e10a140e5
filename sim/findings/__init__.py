"""What `sim study` tells of a study's runs: sentences, tables for the screen, figures, and the data of each as CSV."""

from sim.findings.finding import Finding, points_of, program, setting_of, shown
from sim.findings.of_packages import attributed, leaking
from sim.findings.of_runs import met_where, moved_by, searched, summed_up

__all__ = [
    "Finding",
    "attributed",
    "leaking",
    "met_where",
    "moved_by",
    "points_of",
    "program",
    "searched",
    "setting_of",
    "shown",
    "summed_up",
]
