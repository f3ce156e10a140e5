"""The elements that pages are made of."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import html
from sim.report.table import Table
from tests.report.notebook.reading import Page

TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)
HOSTILE = "<script>alert('x')</script> & \"quoted\" <img src=x onerror=y>"


@given(TEXTS, TEXTS, TEXTS)
def test_what_is_put_in_is_what_is_read(title: str, cell: str, attribute: str) -> None:
    made = html.page(title, Table.of(("a",), [(cell,)]), html.element("p", "x", title=attribute))
    page = Page(made)
    assert page.tables == [[["a"], [cell]]]
    assert title in page.text


def test_hostile_text_stays_text() -> None:
    made = html.page(HOSTILE, HOSTILE, Table.of((HOSTILE,), [(HOSTILE,)], HOSTILE), html.spark([[1.0, 2.0]], HOSTILE))
    page = Page(made)
    assert page.text.count(HOSTILE) == 5
    assert "<script" not in made and "<img" not in made


def test_numbers_stand_to_the_right_and_words_do_not() -> None:
    made = html.table(Table.of(("n", "w", "d"), [(1.5, "x", dt.date(2022, 3, 1)), (None, "y", None)]))
    assert '<th class="n">n</th>' in made and "<th>w</th>" in made
    assert '<td class="d">2022-03-01</td>' in made
    assert Page(made).tables == [[["n", "w", "d"], ["1.5", "x", "2022-03-01"], ["", "y", ""]]]


def test_a_long_frame_says_what_it_leaves_out() -> None:
    frame = pd.DataFrame({"a_b": np.arange(50)}, index=pd.RangeIndex(50, name="year"))
    page = Page(html.table(Table.of_frame(frame, most=3)))
    assert page.tables[0][0] == ["year", "a b"] and len(page.tables[0]) == 4
    assert "47 more rows" in page.text


@pytest.mark.parametrize("line", [[], [math.nan], [math.inf, math.nan]])
def test_nothing_is_drawn_of_nothing(line: list[float]) -> None:
    assert html.spark([line], "nothing") == ""


def test_a_line_has_a_gap_where_there_is_no_number() -> None:
    made = html.spark([[1.0, 2.0, math.nan, 3.0, 4.0]], "four")
    (path,) = [part.split('"')[1] for part in made.split("<path")[1:] for part in [part[part.index(' d="') :]]]
    assert path.count("M") == 2 and path.count("L") == 2


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60))
def test_a_line_stays_within_its_box(line: list[float]) -> None:
    made = html.spark([line, line[::-1]], "any")
    Page(made)
    for part in made.split(' d="')[1:]:
        numbers = part.split('"')[0].replace("M", " ").replace("L", " ").replace("h3", "").split()
        assert all(0.0 <= float(value) <= 150.0 for value in numbers[::2])
        assert all(0.0 <= float(value) <= 30.0 for value in numbers[1::2])
