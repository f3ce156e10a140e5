"""The pages that a notebook shows of cases, runs, studies and all else: one function per thing, listed here.

A new page is one function that takes the thing and returns :func:`sim.report.html.page`, and one line below; its
class is a :class:`sim.common.doors.HasPage`. Each room is loaded when first used: a fault is shown without what draws
figures.
"""

from __future__ import annotations

from importlib import import_module

# Class -> room:function.
PAGES = {
    "Case": "law:case_page",
    "Scenario": "law:scenario_page",
    "Policy": "law:clause_page",
    "Instruments": "law:instruments_page",
    "Results": "runs:results_page",
    "Comparison": "runs:comparison_page",
    "Ensemble": "runs:ensemble_page",
    "Explanation": "outcomes:explanation_page",
    "Shown": "outcomes:mechanism_page",
    "Finding": "outcomes:finding_page",
    "Swept": "outcomes:swept_page",
    "StudyRuns": "outcomes:runs_page",
    "Study": "outcomes:study_page",
    "World": "inputs:world_page",
    "Posterior": "inputs:posterior_page",
    "Parameters": "inputs:parameters_page",
    "Parameter": "inputs:parameter_page",
    "Rules": "inputs:rules_page",
    "SanctionsModel": "inputs:model_page",
    "Fault": "inputs:fault_page",
    "FaultList": "inputs:faults_page",
}


def page_of(thing: object) -> str:
    """What a notebook shows of a thing, as HTML that needs nothing else."""
    kind = next((kind.__name__ for kind in type(thing).__mro__ if kind.__name__ in PAGES), None)
    if kind is None:
        raise TypeError(f"{type(thing).__name__} has no page")
    room, _, name = PAGES[kind].partition(":")
    page: str = getattr(import_module(f"sim.report.notebook_{room}"), name)(thing)
    return page
