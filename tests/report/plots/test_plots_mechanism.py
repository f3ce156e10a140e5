"""The figure of a scenario's mechanism: what stands on it, and the edges of what it can show."""

from __future__ import annotations

import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.analysis.mechanism_test import Shown, show_mechanism
from sim.report.plots import mechanism, save_mechanism
from sim.report.plots.style import WIDTH, new_figure
from sim.scenario.metrics import METRICS
from tests.report.plots.toys import toy_case

LONG = "The quick brown fox jumps over the lazy dog while the customs office looks the other way, as it often does"


def expected(metric: str, what: str = "What $5 of wares come to", months: str = "2022-01:2022-02") -> dict[str, Any]:
    return {"what": what, "metric": f"{metric}@{months}", "expect": "falls"}


def run_of(folder: Path, outcomes: list[dict[str, Any]], last: str = "2022-02", shows: str = "A ban") -> Shown:
    case = toy_case(folder, last)
    about = {"shows": shows, "clauses": ["ban"], "without": {"learning": 0.1}}
    return show_mechanism(case.with_changes(mechanism=about, expected_outcomes=outcomes))


def drawn(shown: Shown) -> tuple[Figure, pd.DataFrame]:
    made = new_figure(WIDTH, mechanism.height_of(shown))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = mechanism.draw(shown, made)
    made.canvas.draw()
    return made, table


def texts(made: Figure, gid: str) -> list[str]:
    return [text.get_text() for text in made.findobj(Text) if text.get_gid() == gid]


def check_writing(made: Figure) -> None:
    """No text leaves the page or covers another."""
    boxes = [(t.get_text(), t.get_window_extent()) for t in made.findobj(Text) if t.get_gid() and t.get_text()]
    for text, box in boxes:
        assert box.x0 >= 0 and box.x1 <= made.bbox.x1 and box.y0 >= 0 and box.y1 <= made.bbox.y1, text
    for (a, first), (b, second) in combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert across <= 1 or down <= 2, f"'{a}' and '{b}' overlap"


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_every_outcome_has_its_panel(tmp_path: Path, count: int) -> None:
    metrics = [
        "deliveries_volume", "mean_price_index", "enforcement_effort[hubs]", "intermediaries_active", "hub_markup",
        "unrecorded_value", "recorded_exports", "stopped",
    ][:count]  # fmt: skip
    shown = run_of(tmp_path, [expected(metric, LONG) for metric in metrics], shows=LONG)
    made, table = drawn(shown)
    check_writing(made)
    assert len(texts(made, "unit")) == len(texts(made, "seen")) == count
    assert texts(made, "title")[0].replace("\n", " ") == LONG
    assert set(table["outcome"]) == set(range(1, count + 1))
    assert list(table["metric"].unique()) == [f"{metric}@2022-01:2022-02" for metric in metrics]
    assert table["counts"].all()
    footer = texts(made, "footer")[0].replace("\n", " ")
    assert "no Export ban by Land of AAA (2022-01-13)" in footer
    assert "learning = 0.1" in footer


def test_the_table_behind_it_gives_the_means_that_it_says(tmp_path: Path) -> None:
    shown = run_of(tmp_path, [expected("deliveries_volume"), expected("mean_price_index")], last="2022-06")
    _, table = drawn(shown)
    inside = table[table["counts"]].groupby("outcome")[["with", "without"]].mean()
    assert inside["with"].to_list() == pytest.approx(shown.table["with"].to_list())
    assert inside["without"].to_list() == pytest.approx(shown.table["without"].to_list())
    assert table["counts"].sum() == 4


def test_every_metric_of_one_run_is_drawn(tmp_path: Path) -> None:
    alone = [name for name, metric in METRICS.items() if not metric.paired and "NaN" not in metric.meaning]
    assert {"deliveries_volume", "deliveries_value", "mean_price_index", "refused", "exporters_listed"} <= set(alone)
    for name in alone:
        made, table = drawn(run_of(tmp_path / name, [expected(name)]))
        check_writing(made)
        assert len(table) == 2


def test_one_month_is_a_point_and_no_outcome_says_so(tmp_path: Path) -> None:
    one = expected("deliveries_volume", months="2022-01")
    made, _ = drawn(run_of(tmp_path / "a", [one], last="2022-01"))
    check_writing(made)
    made, table = drawn(run_of(tmp_path / "b", []))
    assert "expects nothing" in texts(made, "message")[0]
    assert table.empty


def test_it_is_saved_with_its_tables(tmp_path: Path) -> None:
    shown = run_of(tmp_path, [expected("deliveries_volume")])
    files = save_mechanism(shown, tmp_path / "out")
    assert [path.name for path in files] == ["mechanism.png", "mechanism.csv", "expected_outcomes.csv"]
    outcomes = pd.read_csv(files[2])
    assert outcomes["holds"].to_list() == shown.table["holds"].to_list()
    assert outcomes["with"].to_list() == pytest.approx(shown.table["with"].to_list())
    assert len(pd.read_csv(files[1])) == 2
