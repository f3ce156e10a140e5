"""The pages that a notebook shows of cases, runs, studies and all else: one function per class, listed here.

A new page is one function that takes the thing and returns :func:`sim.report.html.page`, and one line below. The
classes know nothing of it: IPython is told their names, and asks for the page when it shows one. Each module of pages
is loaded when first used: a fault is shown without what draws figures.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Class -> module of this room, and function in it.
PAGES = {
    "sim.analysis.discovery.Discovery": "notebook_outcomes:discovery_page",
    "sim.analysis.explain.Explanation": "notebook_outcomes:explanation_page",
    "sim.analysis.forecast_paths.Forecast": "notebook_outcomes:forecast_page",
    "sim.analysis.mechanism_test.Shown": "notebook_outcomes:mechanism_page",
    "sim.common.errors.Fault": "notebook_inputs:fault_page",
    "sim.common.errors.FaultList": "notebook_inputs:faults_page",
    "sim.experiments.folder.StudyRuns": "notebook_outcomes:runs_page",
    "sim.experiments.study.Study": "notebook_outcomes:study_page",
    "sim.experiments.swept.Swept": "notebook_outcomes:swept_page",
    "sim.model.model.SanctionsModel": "notebook_inputs:model_page",
    "sim.policies.Instruments": "notebook_law:instruments_page",
    "sim.policies.base.Policy": "notebook_law:clause_page",
    "sim.report.finding.Finding": "notebook_outcomes:finding_page",
    "sim.report.gallery.Gallery": "gallery:gallery_page",
    "sim.report.table.Table": "html:table_page",
    "sim.rules.Rules": "notebook_inputs:rules_page",
    "sim.rules.parameters.Parameter": "notebook_inputs:parameter_page",
    "sim.rules.parameters.Parameters": "notebook_inputs:parameters_page",
    "sim.scenario.schema.Scenario": "notebook_law:scenario_page",
    "sim.simulation.comparison.Comparison": "notebook_runs:comparison_page",
    "sim.experiments.ensemble.Ensemble": "notebook_runs:ensemble_page",
    "sim.simulation.posterior.Posterior": "notebook_inputs:posterior_page",
    "sim.simulation.results.Results": "notebook_runs:results_page",
    "sim.simulation.simulation.Case": "notebook_law:case_page",
    "sim.world.world.World": "notebook_inputs:world_page",
}


def page_of(thing: object) -> str:
    """What a notebook shows of a thing, as HTML that needs nothing else.

    Raises:
        TypeError: its class has no page.
    """
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(thing).__mro__)
    found = next((PAGES[name] for name in names if name in PAGES), None)
    if found is None:
        raise TypeError(f"{type(thing).__name__} has no page")
    module, _, function = found.partition(":")
    page: str = getattr(import_module(f"sim.report.{module}"), function)(thing)
    return page


def register(shell: Any) -> None:
    """Tells IPython which things have pages.

    Args:
        shell: what ``IPython.get_ipython()`` gives; what only stands in for a shell, as a server's, shows no pages.
    """
    if (display := getattr(shell, "display_formatter", None)) is None:
        return
    formatter = display.formatters["text/html"]
    for kind in PAGES:
        module, _, name = kind.rpartition(".")
        formatter.for_type_by_name(module, name, page_of)
