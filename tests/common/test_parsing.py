"""What a number, a year, a month and a day look like: plain ASCII digits within bounds, whoever reads them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from sim.common.csv_cells import AMOUNT, MOST_MUSD, between, number, period, whole, year
from sim.common.csv_tables import unknown_column
from sim.common.months import parse_month, parse_year
from sim.common.parsing import plain_number, read_day, read_month, read_number, read_whole

# Python's own `float` takes all of these.
NO_NUMBERS = ("٢٠٢١", "１２", "1_000", "inf", "-Infinity", "nan", "1e999", "0x10", "", " ")
NO_YEARS = ("٢٠٢١", "２０２１", "3202", "0021", "1899", "2100", "21", "2021.0", "2_021", "+2021", "")


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_plain_number(text: str) -> None:
    assert plain_number(text) is None
    with pytest.raises(ValueError, match="expected a plain finite number"):
        number(text)
    for read in (read_number, read_whole):
        with pytest.raises(PydanticCustomError):
            read(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_goes_round(value: float) -> None:
    assert plain_number(repr(value)) == plain_number(f" {value!r} ") == number(repr(value)) == value


@given(st.text())
@example("1٠")
def test_a_plain_number_is_written_in_ascii(text: str) -> None:
    assert plain_number(text) is None or text.strip().isascii()


@pytest.mark.parametrize("text", NO_YEARS)
def test_what_is_no_year(text: str) -> None:
    for read in (parse_year, year, period):
        with pytest.raises(ValueError, match="is no year"):
            read(text)
    with pytest.raises(ValueError, match="month"):
        parse_month(f"{text}-01")
    with pytest.raises(PydanticCustomError):
        read_day(f"{text}-01-01")


@pytest.mark.parametrize("value", [12 * 1900 - 1, 12 * 2100, True, "3202-01", "2021-٠١"])
def test_months_out_of_reach(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="month"):
        read_month(value)


def test_both_ends_are_in_reach() -> None:
    assert read_month("1900-01") == 12 * 1900 == read_month(12 * 1900)
    assert read_month("2099-12") == 12 * 2100 - 1
    assert read_day("2099-12-31") == read_day(dt.date(2099, 12, 31)) == dt.date(2099, 12, 31)
    with pytest.raises(PydanticCustomError, match="date"):
        read_day(dt.date(2100, 1, 1))


def test_amounts() -> None:
    assert AMOUNT("1e9") == MOST_MUSD
    for text, why in (("-1", "0 or more"), ("1e308", "at most 1e[+]09: ten times what the world produces in a year")):
        with pytest.raises(ValueError, match=why):
            AMOUNT(text)
    with pytest.raises(ValueError, match="expected 0 to 2"):
        between(0, 2)("3")
    with pytest.raises(ValueError, match="whole number"):
        whole(0, 9)("1.5")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("value_busd_per_year", "no column that is known has its unit"),
        ("value_1000musd", "no column that is known has its unit"),
        ("valeu_musd", "did you mean 'value_musd'?"),
        ("god", "did you mean 'good'?"),
        ("", "row numbers"),
    ],
)
def test_no_column_in_another_unit_is_proposed(name: str, told: str) -> None:
    assert told in unknown_column(name, ("good", "value_musd"))
