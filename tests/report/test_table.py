"""The table record, and that each writer says of it what the others say."""

from __future__ import annotations

import datetime as dt
import io
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from sim.report import html
from sim.report.markdown import markdown
from sim.report.notebook import page_of
from sim.report.table import Column, Spark, Table
from sim.report.terminal import on_screen
from tests.report.notebook.reading import Page

TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12)
MIXED = Table.of(
    ("what", Column("value", "money", "bn USD"), Column("change", "change"), "days", "share"),
    [
        ("a | b", 12.34, 5.0, dt.date(2022, 3, 1), (0.5, 0.25, 0.75)),
        ("俄罗斯", math.nan, "new", None, None),
        ("<i>*x*</i>", None, -1.0, dt.date(2023, 1, 1), 1.5),
    ],
    "Title & more",
    "A note.",
)  # fmt: skip


def screen(table: Table, width: int = 120) -> str:
    out = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    out.print(on_screen(table))
    text: str = out.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_the_three_writers_say_the_same_cells() -> None:
    cells = [
        ["a | b", "12.3", "+5.0 %", "2022-03-01", "0.50 [0.25, 0.75]"], ["俄罗斯", "–", "new", "", ""],
        ["<i>*x*</i>", "", "-1.0 %", "2023-01-01", "1.5"],
    ]  # fmt: skip
    assert MIXED.texts() == cells
    heads = ["what", "value, bn USD", "change", "days", "share"]
    assert Page(html.page("", MIXED)).tables == [[heads, *cells]]
    rows = [line for line in markdown(MIXED).splitlines() if line.startswith("|")]
    assert rows[1] == "| --- | ---: | ---: | --- | ---: |"
    assert rows[2] == "| a \\| b | 12.3 | +5.0 % | 2022-03-01 | 0.50 [0.25, 0.75] |"
    shown = screen(MIXED)
    for text in ("Title & more", "A note.", *heads, *(cell for row in cells for cell in row)):
        assert text in shown


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_no_text_breaks_a_table(rows: list[tuple[str, str]]) -> None:
    made = Table.of(("a", "b"), rows)
    assert Page(html.page("", made)).tables == [[["a", "b"], *map(list, rows)]]
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown(made))
    assert sum(token.type == "tr_open" for token in tokens) == len(rows) + 1
    assert sum(token.type == "td_open" for token in tokens) == 2 * len(rows)
    assert all(text in screen(made) for row in rows for text in row if text.isascii())


def test_a_line_break_does_not_end_a_row_of_markdown() -> None:
    assert markdown(Table.of(("a",), [("two\nlines",), ("",)])).splitlines()[2:] == ["| two lines |", "|   |"]


def test_wide_characters_keep_the_columns_of_the_screen_apart() -> None:
    lines = screen(Table.of(("name", "n"), [("俄罗斯", 1), ("abc", 22)])).splitlines()
    assert lines[1].index("1") + 3 == lines[2].index("22") + 1, "three wide letters take six places"


def test_numbers_stand_to_the_right_on_every_writer() -> None:
    table = Table.of(("w", "n", "mixed", "none"), [("a", 1, "x", None), ("b", None, 2, None)])
    assert table.to_the_right() == [False, True, False, False]
    assert [str(column.justify) for column in on_screen(table).columns] == ["left", "right", "left", "left"]
    assert markdown(table).splitlines()[1] == "| --- | ---: | --- | --- |"
    made = html.table(table)
    assert '<th class="n">n</th>' in made and "<th>w</th>" in made and '<td class="n">1</td>' in made


def test_a_sum_stands_out_everywhere() -> None:
    table = Table.of(("what", "n"), [("a", 1)]).with_total("all of it", 1)
    assert "**all of it**" in markdown(table) and "**a**" not in markdown(table)
    assert on_screen(table).rows[-1].style == "bold" and on_screen(table).rows[0].style is None
    assert html.table(table).count('<tr class="t">') == 1


def test_a_frame_keeps_its_index_and_says_what_it_leaves_out() -> None:
    data = pd.DataFrame({"a_b": range(50)}, index=pd.RangeIndex(50, name="year"))
    table = Table.of_frame(data, "t", most=3, rest="--out keeps them all")
    assert table.heads == ["year", "a b"] and len(table.frame) == 3
    assert table.note == "... and 47 more rows; --out keeps them all"
    assert Table.of_frame(data, most=50).note == ""


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    table = Table.of(("a", "b", "c"), [("x", None, 0), ("", "", 1)]).without_empty()
    assert table.heads == ["a", "c"] and table.texts() == [["x", "0"], ["", "1"]]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns has a row of 1 cells"):
        Table.of(("a", "b"), [("x",)])


def test_a_small_chart_is_drawn_or_written_in_blocks() -> None:
    chart = Spark([[0.0, 1.0, math.nan, 2.0]], "four months")
    table = Table.of(("what", "chart"), [("a", chart)])
    assert "<svg" in html.table(table) and "four months" in html.table(table)
    assert table.texts() == [["a", "▁▅ █"]] and "▁▅ █" in screen(table)
    assert str(Spark([[math.nan]], "nothing")) == ""


def test_a_notebook_shows_a_table() -> None:
    page = Page(page_of(MIXED))
    assert "Title & more" in page.text and len(page.tables[0]) == 4
