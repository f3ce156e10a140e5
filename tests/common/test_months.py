"""Months: numbers that subtract, and days of law that add up."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.common.months import (
    calendar_index,
    days_in_force,
    days_in_month,
    days_share,
    first_day,
    format_month,
    last_day,
    month_of,
    month_range,
    months_since,
    parse_month,
    share_in_force,
    year_names,
)

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))
MONTHS = st.integers(1900 * 12, 2099 * 12 + 11)


@given(MONTHS)
def test_a_month_and_its_text_are_the_same(month: int) -> None:
    assert parse_month(format_month(month)) == month
    assert month_of(first_day(month)) == month_of(last_day(month)) == month
    assert calendar_index(month) == first_day(month).month - 1
    assert days_in_month(month) == last_day(month).day


def test_months_subtract() -> None:
    assert parse_month("2022-02") - parse_month("2021-12") == 2
    assert list(month_range(parse_month("2021-12"), parse_month("2022-01"))) == [24263, 24264]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022",
        "2022-2",
        "2022-13",
        "2022-00",
        "0000-01",
        "22-02",
        "1899-12",
        "2100-01",
        "3202-01",
        "2022-02-01",
        "２０２２-02",
    ],
)
def test_what_is_no_month_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        parse_month(text)


@given(DAYS, st.integers(0, 2000))
def test_days_in_force_add_up_over_the_months(effective: dt.date, lasts: int) -> None:
    ends = effective + dt.timedelta(days=lasts)
    months = month_range(month_of(effective) - 1, month_of(ends) + 1)
    assert sum(days_in_force(month, effective, ends) for month in months) == lasts + 1
    for month in months:
        share = share_in_force(month, effective, ends)
        assert 0.0 <= share <= 1.0
        assert Fraction(share).limit_denominator(31) * days_in_month(month) == days_in_force(month, effective, ends)


@given(DAYS)
def test_the_first_month_has_the_share_of_days_left(effective: dt.date) -> None:
    month = month_of(effective)
    assert share_in_force(month, effective) == days_share(effective)
    assert share_in_force(month - 1, effective) == 0.0
    assert share_in_force(month + 1, effective) == 1.0
    before = effective - dt.timedelta(days=1)
    assert share_in_force(month, first_day(month), before) + days_share(effective) == pytest.approx(1.0, abs=1e-15)


@given(DAYS, st.integers(-30, 30))
def test_months_since_is_the_sum_of_shares(effective: dt.date, later: int) -> None:
    month = month_of(effective) + later
    summed = sum(share_in_force(past, effective) for past in month_range(month_of(effective), month))
    assert months_since(effective, month) == pytest.approx(summed, abs=1e-12)


def test_law_of_a_leap_day() -> None:
    assert days_share(dt.date(2024, 2, 29)) == 1 / 29
    assert days_in_force(parse_month("2024-02"), dt.date(2024, 2, 28), dt.date(2024, 3, 1)) == 2
    assert days_in_force(parse_month("2099-12"), dt.date(1, 1, 1)) == 31


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2021-01", "2022-12", ["2021", "2022"]),
        ("2023-01", "2024-06", ["2023", "2024 (Jan-Jun)"]),
        ("2021-11", "2023-01", ["2021 (Nov-Dec)", "2022", "2023 (Jan)"]),
    ],
)
def test_a_part_of_a_year_is_named_by_its_months(first: str, last: str, names: list[str]) -> None:
    months = [format_month(month) for month in month_range(parse_month(first), parse_month(last))]
    assert list(year_names(months).values()) == names
    assert list(year_names(months)) == [name[:4] for name in names]
