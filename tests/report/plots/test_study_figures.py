"""Figures of studies: every one can be read, carries its study in the footer, and returns what it drew."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from sim.analysis.pareto import pareto_front
from sim.analysis.summaries import summary
from sim.report.plots.studies import About, front, heat_map, response, tornado, unit_of, words_of
from sim.report.plots.style import new_figure
from tests.report.plots.test_plots_figures import texts

ABOUT = About("What a $5 law does", 75, 3, "sanctions-sim 9.9")
METRICS = ["shortfall[high_priority]@2024-01:2024-12", "coalition_sales_lost"]


def runs() -> pd.DataFrame:
    rows = [
        {
            "law.strength": a,
            "fidelity": b,
            "world": w,
            METRICS[0]: a * b + 0.02 * w,
            METRICS[1]: 900.0 * a * (1.2 - b) + w,
        }
        for a, b, w in itertools.product((0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0), (0, 1, 2))
    ]
    return pd.DataFrame(rows)


LEVERS = ["law.strength", "fidelity"]


@pytest.fixture(autouse=True)
def no_warning() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def check(made: object) -> None:
    assert hasattr(made, "canvas")
    made.canvas.draw()
    for gid in ("title", "subtitle", "footer"):
        assert len(texts(made, gid)) == 1 and texts(made, gid)[0].strip()  # type: ignore[arg-type]
    footer = texts(made, "footer")[0].replace("\n", " ")  # type: ignore[arg-type]
    assert footer.startswith("Source: ") and ABOUT.title in footer and "75 runs" in footer and "3 worlds" in footer


def test_response_curves_have_bands_and_their_numbers() -> None:
    table, made = summary(runs(), LEVERS, METRICS), new_figure()
    drawn = response.draw(made, table, LEVERS, ABOUT)
    check(made)
    assert len(drawn) == len(table) == 30
    panels = made.axes
    assert len(panels) == 2 and all(len(axes.lines) == 3 and len(axes.collections) == 3 for axes in panels)
    strict = table[(table["metric"] == METRICS[0]) & (table["fidelity"] == 1.0)].sort_values("law.strength")
    np.testing.assert_allclose(panels[0].lines[2].get_ydata(), strict["mean"])


def test_one_lever_has_one_line() -> None:
    one = runs()[runs()["fidelity"] == 1.0]
    made = new_figure()
    response.draw(made, summary(one, ["law.strength"], METRICS), ["law.strength"], ABOUT)
    check(made)
    assert all(len(axes.lines) == 1 for axes in made.axes)


def test_a_heat_map_writes_every_mean() -> None:
    table, made = summary(runs(), LEVERS, METRICS), new_figure()
    drawn = heat_map.draw(made, table, LEVERS, ABOUT)
    check(made)
    assert set(drawn["metric"]) == {METRICS[0]} and len(drawn) == 15
    cells = {(t.get_position()): t.get_text() for t in made.axes[0].texts}
    assert len(cells) == 15 and cells[(4.5, 2.5)] == "1.02" and cells[(0.5, 0.5)] == "0.02"
    assert "from 0.02 to 1.02" in texts(made, "title")[0]


def test_a_flat_map_and_names_as_levels_are_drawn_too() -> None:
    flat = runs().assign(**{METRICS[0]: 1.0})
    flat["fidelity"] = flat["fidelity"].map({0.0: "never", 0.5: "half", 1.0: "always"})
    made = new_figure()
    heat_map.draw(made, summary(flat, LEVERS, METRICS[:1]), LEVERS, ABOUT)
    check(made)


def test_a_tornado_stands_in_order_with_its_intervals() -> None:
    bars = pd.DataFrame({"label": ["small", "large", "none"], "value": [0.1, -0.5, 0.0], "low": [0.0, -0.7, np.nan],
                         "high": [0.2, -0.4, np.nan]})  # fmt: skip
    made = new_figure()
    drawn = tornado.draw(made, bars, "Large moves it most", "Effect, share; lines: 90 %", ABOUT)
    check(made)
    assert drawn["label"].to_list() == ["large", "small", "none"]
    boxes = [patch for patch in made.axes[0].patches if isinstance(patch, Rectangle)]
    assert [round(box.get_width(), 6) for box in boxes] == [-0.5, 0.1, 0.0]
    assert (
        sum(len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1] for line in made.axes[0].lines)
        == 2
    )


def test_a_tornado_of_nothing_says_so() -> None:
    made = new_figure()
    tornado.draw(made, pd.DataFrame({"label": ["a"], "value": [0.0], "low": [0.0], "high": [0.0]}), "T", "S", ABOUT)
    check(made)
    assert texts(made, "message") == ["Nothing moves it."]


def test_the_front_is_joined_and_labelled() -> None:
    table = pareto_front(runs(), LEVERS, {METRICS[0]: "more", METRICS[1]: "less"})
    made = new_figure()
    drawn = front.draw(made, table, LEVERS, (METRICS[1], METRICS[0]), ABOUT)
    check(made)
    assert drawn is table
    joined = made.axes[0].lines[-1]
    best = table[table["on_front"]].sort_values(METRICS[1])
    np.testing.assert_allclose(joined.get_ydata(), best[METRICS[0]])
    assert (np.diff(joined.get_ydata()) >= 0).all(), "more gain for more cost all along the front"
    assert f"{len(best)} of 15" in texts(made, "title")[0]


@pytest.mark.parametrize(
    ("metric", "words", "unit"),
    [
        ("deliveries_volume", "deliveries volume", "musd a month at base-year prices"),
        ("deliveries_volume[tier_1,hubs]", "deliveries volume (tier 1, hubs)", "musd a month at base-year prices"),
        ("hub_share[KGZ]@2023-01:2023-12", "hub share (KGZ), 2023-01 to 2023-12", "share"),
        ("enforcement_effort@2024-03", "enforcement effort, 2024-03", "0 to 1"),
        ("anything", "anything", ""),
    ],
)
def test_a_metric_in_words(metric: str, words: str, unit: str) -> None:
    assert (words_of(metric), unit_of(metric)) == (words, unit)


def test_one_world_has_no_band() -> None:
    assert "one world, so there is no band" in About("t", 5, 1, "p").footer()[1]


def test_cells_of_a_heat_map_that_differ_read_differently() -> None:
    table = runs().assign(**{METRICS[1]: lambda rows: 12_345.0 + rows["law.strength"] * 4.0 + rows["fidelity"]})
    made = new_figure()
    heat_map.draw(made, summary(table, LEVERS, METRICS[1:]), LEVERS, ABOUT)
    written = [one.get_text() for one in made.axes[0].texts]
    assert len(written) == 15 and len(set(written)) == 11, "as many as there are values of 4 a + b"
