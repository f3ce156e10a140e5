"""What figures say: titles whole at any length and width, names in place of codes, law by its label, keys of sizes."""

from __future__ import annotations

import inspect
import re

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

import sim
from sim.common.months import format_month, parse_month, span_name
from sim.metrics.title_numbers import BRANDS
from sim.policies import INSTRUMENTS
from sim.report.plots import FIGURES, figure
from sim.report.plots.labels import balanced, fitted, width_of
from sim.report.plots.run_view import FORETOLD, View, look
from sim.report.plots.style import frame, key, new_figure
from sim.report.plots.timeline import law_marks
from sim.simulation.comparison import Comparison
from tests.report.plots.test_plots_figures import check_writing, texts
from tests.report.plots.toys import toy_case

LONG = "Everything that a ministry might call its package of the spring, with all its annexes and second thoughts"
ENDLESS = "Ausfuhrgenehmigungspflichtverordnungsdurchführungsbestimmungsänderungsentwurfsbegründungsanlage" * 2
CODES = re.compile(r"\b(RUS|KGZ|KAZ|ARE|TUR|BLR|CHN|EU27|ALLY|ROW)\b|[a-z]_[a-z]")


def written(made: Figure) -> str:
    return " ".join(text.get_text() for text in made.findobj(Text) if text.get_gid()).replace("\n", " ")


@pytest.mark.parametrize("title", [LONG, ENDLESS, "Short"])
@pytest.mark.parametrize("width", [2.5, 3.5, 9.0, 14.0])
def test_no_title_key_or_footer_is_cut_at_any_width(title: str, width: float) -> None:
    made = new_figure(width, 5.6)
    plate = frame(made, title, f"{title}, USD", [f"Source: {title}", title])
    plate = key(made, plate, [(title, "black", "-"), ("another", "black", "-")])
    made.canvas.draw()
    for gid in ("title", "subtitle", "footer", "key"):
        said = "".join("".join(texts(made, gid)).split())
        assert "".join(title.split()) in said
    for text in made.findobj(Text):
        box = text.get_window_extent()
        assert made.bbox.x0 <= box.x0 and box.x1 <= made.bbox.x1 and made.bbox.y0 <= box.y0 and box.y1 <= made.bbox.y1
    # However much is written, the panels keep their room.
    assert (plate.top - plate.bottom) * float(made.get_figheight()) > 1.8 or width < 3.0


@pytest.mark.parametrize("text", [LONG, ENDLESS, "a b"])
def test_letters_shrink_and_lines_break_and_nothing_is_lost(text: str) -> None:
    for lines, size in (fitted(text, 1.2, 9.0, "bold", most=1), (balanced(text, 1.2, 9.0), 9.0)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(width_of(line, size, "bold" if size < 9.0 else "normal") <= 1.2 for line in lines)
    assert fitted("a b", 1.2, 9.0, most=1) == (["a b"], 9.0)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Two packages with long names."""
    case = toy_case(tmp_path_factory.mktemp("packages"))
    other = case.with_changes(title=f"Another: {LONG}")
    return sim.compare(case.with_changes(title=LONG), other)


@pytest.mark.parametrize("name", FIGURES)
def test_long_names_of_two_packages_stand_whole_on_every_figure(packages: Comparison, name: str) -> None:
    made, _ = figure(name, packages)
    check_writing(made)
    said = written(made)
    assert LONG in said
    assert "…" not in said


@pytest.mark.parametrize("name", FIGURES)
def test_figures_say_names_and_no_codes(paired: Comparison, name: str) -> None:
    made, _ = figure(name, paired)
    assert not CODES.findall(written(made).replace("price_ceiling", ""))


def test_dated_law_is_told_by_its_label(paired: Comparison) -> None:
    view = look(paired)
    told = dict(view.dated_law)
    assert set(told) >= {parse_month("2022-02")}
    labelled = [dict(clause, label=f"The law of {clause['id']}") for clause in view.scenario["policies"]]
    named = View(view.policy, view.baseline)
    vars(named)["scenario"] = {**view.scenario, "policies": labelled}
    assert all(name.startswith("The law of ") for _, name in named.dated_law)
    made, _ = figure("flows_by_origin", named)
    assert any("The law of front-to-target" in text.replace("\n", " ") for text in texts(made, "law"))
    made, _ = figure("recorded_and_true", named)
    assert "The law of dual-use-law-cn" in texts(made, "event")


def test_a_clause_that_is_switched_off_is_not_marked(paired: Comparison) -> None:
    view = look(paired)
    off = View(view.policy, view.baseline)
    vars(off)["scenario"] = {**view.scenario, "policies": [dict(c, enabled=False) for c in view.scenario["policies"]]}
    assert off.dated_law == []
    assert off.brought_forward(view.states) == []


def test_every_dated_law_is_written_and_none_runs_into_another() -> None:
    months = [f"{year}-{month:02d}" for year in (2021, 2022) for month in range(1, 13)]
    law = [(parse_month(month), f"{LONG[: 7 * n]} {n}") for n, month in enumerate(months[2::2], start=1)]
    marks = law_marks(months, law, 6.0, 1.5)
    assert [mark.month for mark in marks] == [month for month, _ in law]
    per_month = 6.0 / (len(months) - 1)
    for n, mark in enumerate(marks):
        assert "".join("".join(mark.lines).split()) == "".join(law[n][1].split())
        start = (mark.month - parse_month(months[0])) * per_month
        end = start + max(width_of(line, 7.0) for line in mark.lines)
        for later in marks[n + 1 :]:
            if (later.month - parse_month(months[0])) * per_month < end:
                assert mark.lane - len(mark.lines) + 1 > later.lane
    two = law_marks(months, [(parse_month("2021-05"), "First"), (parse_month("2021-06"), "Second")], 6.0, 1.5)
    assert [mark.lines for mark in two] == [["First (and 1 more)"]]


def test_what_is_brought_forward_is_marked_for_the_instruments_that_tell_of_it() -> None:
    told = {kind for kind, one in INSTRUMENTS.items() if "coming_share(" in inspect.getsource(one)}
    assert told == FORETOLD


def test_the_map_says_how_wide_and_large_its_amounts_are(paired: Comparison) -> None:
    made, table = figure("flow_map", paired)
    amounts = [text for text in texts(made, "key") if "USD" in text]
    lines = sorted((float(t.split()[0]) for t in amounts if "hub" not in t), reverse=True)
    widths = sorted(
        (a.get_linewidth() for a in made.artists if isinstance(a, Line2D) and a.get_color() == "#5c5c5c"), reverse=True
    )
    assert len(lines) == len(widths) == 3
    assert widths[1] / widths[0] == pytest.approx(lines[1] / lines[0])
    assert lines[0] * 1e3 <= float(table["value_musd"].max()) < 2.6 * lines[0] * 1e3
    discs = [a.get_markersize() for axes in made.axes for a in axes.lines if a.get_marker() == "o"]
    before, after = (
        float(table[(table["leg"] == "from the hub") & (table["side"] == s)]["value_musd"].sum())
        for s in ("before", "after")
    )
    half = len(discs) // 2
    assert after > before
    assert sum(d**2 for d in discs[half:]) > sum(d**2 for d in discs[:half])


def test_the_title_of_prices_is_of_what_the_panels_show(paired: Comparison) -> None:
    view = look(paired)
    told, shown = view.title_numbers("price_premium"), view.banded("price_premium")
    late = shown[shown["month"].isin(view.last_stretch[1])]
    for brand in BRANDS:
        own = late[late["brand_origin"] == brand]["price_index"]
        assert own.min() <= 1.0 + told[brand].value <= own.max()


def test_a_ceiling_that_holds_prices_is_named_and_one_that_does_not_is_not(
    toys: Comparison, paired: Comparison
) -> None:
    made, _ = figure("price_premium", paired)
    assert "Ceiling of the model, ×6" in texts(made, "key")
    made, _ = figure("price_premium", toys)
    assert not [text for text in texts(made, "key") if "Ceiling" in text]


@pytest.mark.parametrize(
    ("first", "count", "name"),
    [("2022-01", 12, "2022"), ("2024-01", 6, "2024 (Jan-Jun)"), ("2022-07", 12, "Jul 2022 to Jun 2023"),
     ("2022-03", 1, "2022 (Mar)"), ("2021-01", 24, "2021 to 2022")],
)  # fmt: skip
def test_part_years_are_named_as_such(first: str, count: int, name: str) -> None:
    start = parse_month(first)
    assert span_name([format_month(start + n) for n in range(count)]) == name
