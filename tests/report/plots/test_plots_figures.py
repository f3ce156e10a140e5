"""Every figure of the registry: what is written on it, what stands behind it, and the edges of what it can show."""

from __future__ import annotations

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import sim
from sim.report.plots import FIGURES, figure
from sim.report.plots.run_view import look
from sim.simulation.comparison import Comparison
from tests.report.plots.toys import emptied, toy_case

UNITS = ("USD", "base year = 1")
APART = ("title", "subtitle", "footer", "heading", "unit", "key", "label", "law")


def texts(made: Figure, gid: str) -> list[str]:
    return [text.get_text() for text in made.findobj(Text) if text.get_gid() == gid]


def check_writing(made: Figure) -> None:
    """Title, subtitle with a unit, and source are there; no text leaves the page or covers another."""
    made.canvas.draw()
    for gid in ("title", "subtitle", "footer"):
        assert len(texts(made, gid)) == 1
        assert texts(made, gid)[0].strip()
    assert any(unit in texts(made, "subtitle")[0].replace("\n", " ") for unit in UNITS)
    assert texts(made, "footer")[0].startswith("Source: ")
    if not texts(made, "message") and not any("base year = 1" in text for text in texts(made, "subtitle")):
        marked = texts(made, "unit") or texts(made, "subtitle")
        assert all("USD" in text.replace("\n", " ") for text in marked)
    page = made.bbox
    written = [text for text in made.findobj(Text) if text.get_gid() in APART and text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in written]
    for text, box in boxes:
        assert box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1, text
    for (a, first), (b, second) in combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert across <= 1 or down <= 2, f"'{a}' and '{b}' overlap"


def test_there_are_figures() -> None:
    assert len(FIGURES) >= 7
    assert all(kind.title and kind.needs in ("run", "comparison") for kind in FIGURES.values())


@pytest.mark.parametrize("name", FIGURES)
def test_the_reference_can_be_read(paired: Comparison, name: str) -> None:
    made, table = figure(name, look(paired))
    check_writing(made)
    assert len(table)
    footer = texts(made, "footer")[0].replace("\n", " ")
    record = paired.policy.record
    for part in (paired.policy.title, f"seed {record['seed']}", record["mode"], record["run_digest"][:10]):
        assert part in footer
    assert f"{record['exporters']:,} exporters" in footer


@pytest.mark.parametrize("name", FIGURES)
def test_no_heading_or_key_of_the_reference_is_cut(paired: Comparison, name: str) -> None:
    made, _ = figure(name, paired)
    assert not [text for gid in ("heading", "key", "label") for text in texts(made, gid) if "…" in text]


def test_every_panel_of_prices_is_named_for_its_good_alone(paired: Comparison) -> None:
    made, _ = figure("price_premium", paired)
    named = [tuple(t.get_text() for t in axes.texts if t.get_gid() == "heading") for axes in made.axes]
    assert len(set(named)) == len(named) == len(look(paired).goods)
    assert made.get_figheight() > FIGURES["price_premium"].height  # more goods take more room, and are not flattened


def test_goods_of_one_name_are_told_apart_by_what_follows_it(paired: Comparison) -> None:
    view = look(paired)
    assert view.parts_of_good("machinery_free") == ("Machinery", "not controlled")
    assert view.parts_of_good("essentials") == ("Food, medicines and medical devices", "")


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_negative(paired: Comparison, name: str) -> None:
    _, table = figure(name, paired)
    numbers = table.select_dtypes("number")
    assert len(numbers.columns)
    assert (numbers.fillna(0.0) >= 0.0).all().all()


@pytest.mark.parametrize("name", FIGURES)
def test_a_toy_world_can_be_read(toys: Comparison, name: str) -> None:
    for source in (toys, toys.policy):
        made, _ = figure(name, source)
        check_writing(made)


@pytest.mark.parametrize(
    ("last", "world"),
    [
        ("2022-01", {}),
        ("2022-03", {"hubs": False}),
        ("2022-02", {"coalition": False}),
        ("2022-01", {"hubs": False, "coalition": False}),
        ("2024-06", {}),
    ],
    ids=["one month", "no hubs", "no coalition", "neither", "long"],
)
def test_small_worlds_are_drawn_without_a_warning(tmp_path: Path, last: str, world: dict[str, bool]) -> None:
    comparison = sim.compare(toy_case(tmp_path, last, **world))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for source in (comparison, comparison.policy):
            for name in FIGURES:
                made, _ = figure(name, look(source))
                check_writing(made)


@pytest.mark.parametrize("name", FIGURES)
def test_a_run_without_any_trade_is_drawn_without_a_warning(toys: Comparison, name: str) -> None:
    nothing = Comparison(emptied(toys.policy), emptied(toys.baseline))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made, table = figure(name, nothing)
        check_writing(made)
    amounts = [column for column in table.select_dtypes("number") if "musd" in column]
    assert not table[amounts].to_numpy().any()


def test_a_world_without_customs_figures_says_so(toys: Comparison) -> None:
    made, table = figure("simulated_and_customs", toys)
    assert "No customs figures" in texts(made, "message")[0]
    assert table.empty


def test_a_saved_run_is_drawn_like_the_run_itself(toys: Comparison, tmp_path: Path) -> None:
    opened = Comparison(*(sim.Results.open(run.save(tmp_path)) for run in (toys.policy, toys.baseline)))
    for name in FIGURES:
        made, table = figure(name, toys)
        again, same = figure(name, opened)
        assert texts(made, "title") == texts(again, "title")
        assert table.equals(same)


def test_a_state_keeps_its_colour_in_all_runs_of_a_world(paired: Comparison) -> None:
    with_, without = look(paired), look(paired.baseline)
    assert with_.colours == without.colours
    inside = [with_.colours[state] for state in with_.coalition]
    outside = [with_.colours[state] for state in with_.hubs]
    assert not set(inside) & set(outside)
    assert len(set(outside)) == len(outside)


def test_figures_are_drawn_in_threads(toys: Comparison) -> None:
    view = look(toys)
    with ThreadPoolExecutor(2) as pool:
        titles = list(pool.map(lambda name: texts(figure(name, view)[0], "title"), [*FIGURES, *FIGURES]))
    assert titles[: len(FIGURES)] == titles[len(FIGURES) :]


def test_pyplot_is_never_loaded() -> None:
    code = "import sys, sim.report.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_figure_is_named(toys: Comparison) -> None:
    with pytest.raises(sim.SimError, match="did you mean 'flows_by_route'"):
        figure("flow_by_road", toys)
