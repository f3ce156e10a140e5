"""Work from a notebook: in parallel, with progress, and with a user's mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from tests.notebooks.kernels import executed, notebook_of, outputs, printed
from tests.posteriors import write_posterior

START = "import sim\nfrom pathlib import Path\n"
SWEEP = """
study = {"base": "classroom", "levers": {"policies.ban-half.strength": [0.25, 0.75]}, "metrics": ["shortfall"]}
here, there = sim.sweep(study), sim.sweep(study, workers=2)
print(here.runs.equals(there.runs), len(there.runs))
"""
ENSEMBLE = """
posterior = sim.load_posterior("posterior")
alone = sim.ensemble("classroom", 4, posterior)
shared = sim.ensemble("classroom", 4, posterior, workers=2)
print(alone.samples.equals(shared.samples), alone.samples.shape[1])
"""
OWN_RULE = """
def steady(carried, entry):
    return carried

case = sim.load("classroom").with_rules(payment_workaround=steady)
for ask in (lambda: sim.sweep({**study, "base": case}, workers=2), lambda: sim.ensemble(case, 4, posterior, workers=2)):
    try:
        ask()
    except sim.SimError as error:
        print(error)
"""
# A clock that runs fast, so that every step of a short run is one that a bar is drawn at.
BAR = """
from itertools import count
from types import SimpleNamespace
from sim.common import progress
ticks = count(0, 2)
progress.time = SimpleNamespace(monotonic=lambda: float(next(ticks)))
pair = sim.compare("classroom")
print("ran")
pair
"""
QUIET = """
sim.show_progress(False)
pair = sim.compare("classroom")
"""
# What a notebook asks when the Tab key is pressed.
TAB = """
from IPython import get_ipython
from IPython.core.completer import provisionalcompleter

def tab(text):
    with provisionalcompleter():
        return [found.text for found in get_ipython().Completer.completions(text, len(text))]
"""


def test_parallel_work_does_not_hang_and_gives_the_same(tmp_path: Path) -> None:
    write_posterior(tmp_path / "posterior", {"parameters.demand_elasticity": [0.4, 0.6, 0.8, 1.0]})
    notebook = executed(notebook_of(START, SWEEP, ENSEMBLE, OWN_RULE), tmp_path)
    said = printed(notebook).splitlines()
    assert said[:2] == ["True 3", "True 4"]
    assert said[2:] == [said[2]] * 2 and "put it into a file of its own" in said[2]
    assert printed(notebook, "stderr") == ""


def test_a_bar_is_one_output_and_empty_in_the_end(tmp_path: Path) -> None:
    notebook = executed(notebook_of(START, BAR, QUIET, "pair.plot.flows_by_route()"), tmp_path)
    bar, said, page = notebook.cells[1].outputs
    assert bar.data == {"text/html": "", "text/plain": ""}
    assert said.text == "ran\n"
    assert page.output_type == "execute_result" and page.data["text/html"].startswith('<div class="sim-page">')
    assert notebook.cells[2].outputs == []
    (picture,) = notebook.cells[3].outputs
    assert "image/png" in picture.data
    assert {output.output_type for output in outputs(notebook)} == {"display_data", "stream", "execute_result"}


def test_a_mistake_is_told_without_our_code(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError) as raised:
        executed(notebook_of(START, 'sim.load("refrence")'), tmp_path)
    assert "did you mean 'reference'" in str(raised.value)
    assert "site-packages" not in str(raised.value) and "loader.py" not in str(raised.value)


def test_the_tab_key_lists_what_a_user_needs(tmp_path: Path) -> None:
    asked = 'pair = sim.compare("classroom")', "print(tab('sim.sh'), tab('sim.'))", "print(tab('pair.plot.flows'))"
    of_sim, of_figures = printed(executed(notebook_of(START + TAB, *asked), tmp_path)).splitlines()
    assert "show_progress" in of_sim and "shipped_studies" in of_sim and "import_module" not in of_sim
    assert of_figures == "['flows_by_origin', 'flows_by_route']"
