"""The generated pages say what the code says, and tell of everything there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim
from docs.pages import markdown
from docs.pages.__main__ import DOCS, FIGURES_PAGE, PAGES
from docs.pages.figures import IMAGES, figures_page
from sim.metrics import METRICS
from sim.report.plots import FIGURES
from sim.simulation.columns import COLUMNS
from sim.simulation.comparison import Comparison
from sim.simulation.results import TABLES
from tests.site.pages import ROOT, notebooks, pages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_writes_it(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "out of date: make reference"


def test_the_page_of_figures_is_as_the_code_writes_it(paired: Comparison) -> None:
    text = (DOCS / FIGURES_PAGE).read_text(encoding="utf-8")
    assert text == figures_page(paired), "out of date: make reference"
    shown = re.findall(r"images/figures/(\w+\.png)", text)
    assert sorted(shown) == sorted(path.name for path in IMAGES.glob("*.png"))


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("instruments.md", sim.INSTRUMENTS),
        ("reference/parameters.md", sim.PARAMETERS),
        ("reference/rules.md", sim.RULES),
        ("reference/figures.md", FIGURES),
        ("reference/tables.md", TABLES),
    ],
)
def test_nothing_is_left_out(page: str, names: list[str]) -> None:
    told = set(re.findall(r"^#{2,3} (\w+)$", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(names) <= told


def test_every_metric_and_every_public_name_is_told() -> None:
    metrics = (DOCS / "reference/metrics.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in metrics for name in METRICS)
    names = (DOCS / "reference/api.md").read_text(encoding="utf-8")
    assert all(f"| `sim.{name}` |" in names for name in sim.__all__)


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_declared_as_they_are(paired: Comparison, table: str) -> None:
    assert list(COLUMNS[table]) == list(getattr(paired.policy, table).columns)


def test_every_parameter_that_is_set_on_a_page_exists() -> None:
    told = [page for page in (*pages(), *notebooks()) if page != "CHANGELOG.md"]  # which has the names of before, too
    named = {page: set(re.findall(r"\bparameters\.(\w+)", (ROOT / page).read_text(encoding="utf-8"))) for page in told}
    assert len(set.union(*named.values())) > 10
    files = {"md", "py"}
    assert {page: unknown for page, names in named.items() if (unknown := names - set(sim.PARAMETERS) - files)} == {}


def test_each_rule_has_a_caller() -> None:
    text = (DOCS / "reference/rules.md").read_text(encoding="utf-8")
    callers = re.findall(r"^Called by (.+)\.$", text, flags=re.MULTILINE)
    assert len(callers) == len(sim.RULES)
    assert all("](../../sim/" in caller for caller in callers)


def test_a_docstring_as_markdown() -> None:
    def thing() -> None:
        """What it does with :func:`sim.load`, as ``x``.

        Example::

            a: 1

        Args:
            one: the first, which
                goes on.
            two: the second.

        Raises:
            SimError: a fault.
        """

    assert markdown.told(thing) == (
        "What it does with `load`, as `x`.\n\nExample:\n\n```\na: 1\n```\n\n"
        "**Takes**\n\n* `one`: the first, which goes on.\n* `two`: the second.\n\n"
        "**Fails with**\n\n* `SimError`: a fault."
    )


def test_a_table_keeps_its_cells() -> None:
    made = markdown.table(("a", "b"), [("x|y", "two\nlines"), ("", "z")])
    assert made.splitlines() == ["| a | b |", "| --- | --- |", "| x\\|y | two lines |", "|   | z |"]


def test_what_lies_in_results_changes_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = tmp_path / "results" / "calibration"
    pictures.mkdir(parents=True)
    (pictures / "fit.png").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert "fit.png" not in PAGES["validation.md"]()
