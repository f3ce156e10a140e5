"""Calendar months as whole numbers, and how much of a month a dated law is in force.

A month is counted from the year 0: `12 * year + (calendar month - 1)`, so that months subtract, and an array by month
is indexed by a plain difference. A law effective on day D acts from that day: in its first month with the share of
days left (D included), in its last month with the share of days up to its last day (included).
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence

MONTHS_PER_YEAR = 12
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# No customs record that is read here is older, and no law or demand is dated beyond: another year is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 1900, 2099
_MONTH_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}")
_YEAR_TEXT = re.compile(r"[0-9]{4}")


def parse_month(text: str) -> int:
    """Return the month written `YYYY-MM`.

    Raises:
        ValueError: If the text is not a month of the years 1900 to 2099; the message says what was expected.
    """
    if not _MONTH_TEXT.fullmatch(text):
        raise ValueError(f"'{text}' is not a month; expected YYYY-MM, such as 2022-02")
    year, number = int(text[:4]), int(text[5:])
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= number <= MONTHS_PER_YEAR:
        expected = f"a year from {FIRST_YEAR} to {LAST_YEAR} and a month from 01 to 12"
        raise ValueError(f"there is no month {text}; expected {expected}")
    return MONTHS_PER_YEAR * year + number - 1


def parse_year(text: str) -> int:
    """Return the year written `YYYY`.

    Raises:
        ValueError: If the text is not a year of 1900 to 2099; the message says what was expected.
    """
    if not _YEAR_TEXT.fullmatch(text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise ValueError(f"'{text}' is no year; expected {FIRST_YEAR} to {LAST_YEAR}, such as 2021")
    return int(text)


def format_month(month: int) -> str:
    """Return a month as `YYYY-MM`."""
    year, index = divmod(month, MONTHS_PER_YEAR)
    return f"{year:04d}-{index + 1:02d}"


def year_names(months: Iterable[str]) -> dict[str, str]:
    """Return what the sums of each year of a run are called: a year of which months are missing says which it has.

    Args:
        months: The months of the run, `YYYY-MM`, in order.

    Returns:
        Year -> `2023`, or `2024 (Jan-Jun)` where it is a part of one.
    """
    inside: dict[str, list[int]] = {}
    for month in map(parse_month, months):
        inside.setdefault(format_month(month)[:4], []).append(calendar_index(month))
    names = {}
    for year, own in inside.items():
        ends = dict.fromkeys((_SHORT[own[0]], _SHORT[own[-1]]))
        names[year] = year if len(own) == MONTHS_PER_YEAR else f"{year} ({'-'.join(ends)})"
    return names


def span_name(months: Sequence[str]) -> str:
    """Return what a stretch of months is called.

    Args:
        months: Consecutive months, `YYYY-MM`, at least one.

    Returns:
        `2023`, `2024 (Jan-Jun)` where it is a part of a year, `2021 to 2024`, or `Jul 2022 to Jun 2023`.
    """
    years = year_names(months)
    if len(years) == 1:
        return next(iter(years.values()))
    if all(year == name for year, name in years.items()):
        return f"{min(years)} to {max(years)}"
    ends = (f"{_SHORT[calendar_index(parse_month(month))]} {month[:4]}" for month in (months[0], months[-1]))
    return " to ".join(ends)


def month_of(day: dt.date) -> int:
    """Return the month that a day belongs to."""
    return MONTHS_PER_YEAR * day.year + day.month - 1


def calendar_index(month: int) -> int:
    """Return 0 for a January to 11 for a December (the column of a season table)."""
    return month % MONTHS_PER_YEAR


def month_range(first: int, last: int) -> range:
    """Return the months from `first` to `last`, both included."""
    return range(first, last + 1)


def days_in_month(month: int) -> int:
    """Return 28, 29, 30 or 31."""
    year, index = divmod(month, MONTHS_PER_YEAR)
    return calendar.monthrange(year, index + 1)[1]


def first_day(month: int) -> dt.date:
    """Return the first day of a month."""
    year, index = divmod(month, MONTHS_PER_YEAR)
    return dt.date(year, index + 1, 1)


def last_day(month: int) -> dt.date:
    """Return the last day of a month."""
    return first_day(month).replace(day=days_in_month(month))


def days_share(day: dt.date) -> float:
    """Return the share of the days of its month that are left from `day` on, that day included (1 on the first)."""
    length = days_in_month(month_of(day))
    return (length - day.day + 1) / length


def days_in_force(month: int, effective: dt.date, ends: dt.date | None = None) -> int:
    """Return on how many days of a month something is in force from `effective` to `ends`.

    Args:
        month: The month.
        effective: First day in force.
        ends: Last day in force; None for no end.
    """
    first = max(effective, first_day(month))
    last = last_day(month) if ends is None else min(ends, last_day(month))
    return max(0, last.toordinal() - first.toordinal() + 1)


def share_in_force(month: int, effective: dt.date, ends: dt.date | None = None) -> float:
    """Return the share (0..1) of the days of a month on which something is in force."""
    if month < month_of(effective) or (ends is not None and month > month_of(ends)):
        return 0.0
    if month > month_of(effective) and (ends is None or month < month_of(ends)):
        return 1.0
    return days_in_force(month, effective, ends) / days_in_month(month)


def months_since(day: dt.date, month: int) -> float:
    """Return how many months have passed from the start of `day` to the end of `month`; 0 before that day's month.

    The first month counts with its share of days left, so the figure equals the sum of the monthly shares in force.
    """
    gone = month - month_of(day)
    return gone + days_share(day) if gone >= 0 else 0.0
