"""Plain text -> number, whole number, date, month, switch; nothing is guessed, and a slip is named with its mending."""

import datetime as dt
import math
import re
from collections.abc import Mapping

from pydantic_core import PydanticCustomError

from sim.common.months import FIRST_YEAR, LAST_YEAR, MONTHS_PER_YEAR, days_in_month, format_month, parse_month

PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def wrong(message: str) -> PydanticCustomError:
    """Return the error that a validator raises for a value that breaks a rule of ours; the message is shown as is."""
    return PydanticCustomError("sim_rule", "{message}", {"message": message})


def shown(value: object) -> str:
    """Return what was read, short enough for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping of keys"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return f"'{short(str(value))}'"


def short(text: str) -> str:
    """Return a text as it is, or its beginning where it is too long for a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def plain_number(text: str) -> float | None:
    """Return the finite number written in a text in plain decimal digits, blanks around it aside; None for all else.

    `float` itself takes other scripts' digits, underscores, infinities and NaN.
    """
    bare = text.strip()
    number = float(bare) if PLAIN_NUMBER.fullmatch(bare) else math.nan
    return number if math.isfinite(number) else None


def read_number(value: object, expected: str = "a number, such as 0.25") -> object:
    """Return the number written in a text; anything that is no text passes through.

    Raises:
        PydanticCustomError: If the text is no plain decimal number, or is not finite.
    """
    if isinstance(value, bool) or value is None or isinstance(value, Mapping | list | tuple):
        raise wrong(f"read {shown(value)}, expected {expected}")
    if not isinstance(value, str):
        return value
    if not PLAIN_NUMBER.fullmatch(value):
        raise wrong(f"read {shown(value)}, expected {expected}{_number_hint(value)}")
    number = float(value)
    if not math.isfinite(number):
        raise wrong(f"read {shown(value)}, which is too large; expected {expected}")
    return number


def read_whole(value: object, expected: str = "a whole number") -> object:
    """Return the whole number written in a text; anything that is no text passes through."""
    if isinstance(value, bool) or value is None or isinstance(value, Mapping | list | tuple):
        raise wrong(f"read {shown(value)}, expected {expected}")
    if not isinstance(value, str):
        return value
    if not _WHOLE.fullmatch(value):
        raise wrong(f"read {shown(value)}, expected {expected}{_number_hint(value)}")
    return int(value)


def read_day(value: object) -> object:
    """Return the date written as `YYYY-MM-DD`; a date passes through.

    Raises:
        PydanticCustomError: If the text is no date, or the calendar has no such day.
    """
    if not isinstance(value, str):
        if isinstance(value, dt.date) and FIRST_YEAR <= value.year <= LAST_YEAR:
            return value
        raise wrong(f"read {shown(value)}, expected a date YYYY-MM-DD")
    if not _DAY.fullmatch(value):
        raise wrong(f"read {shown(value)}, expected a date YYYY-MM-DD")
    try:
        month = parse_month(value[:7])
    except ValueError as error:
        raise wrong(str(error)) from None
    day, length = int(value[8:]), days_in_month(month)
    if not 1 <= day <= length:
        raise wrong(f"there is no day {value}; {format_month(month)} has {length} days")
    return dt.date(int(value[:4]), int(value[5:7]), day)


def read_month(value: object) -> object:
    """Return the month (index, see `sim.common.months`) written as `YYYY-MM`; a whole number passes through."""
    if isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value // MONTHS_PER_YEAR <= LAST_YEAR:
        return value
    if not isinstance(value, str):
        raise wrong(f"read {shown(value)}, expected a month YYYY-MM")
    try:
        return parse_month(value)
    except ValueError as error:
        raise wrong(str(error)) from None


def read_switch(value: object) -> object:
    """Return whether a text says `true` or `false`; a boolean passes through."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise wrong(f"read {shown(value)}, expected true or false")


def _number_hint(text: str) -> str:
    """Return what to write instead of a common slip, such as a percentage or a thousands separator."""
    bare = text.strip().rstrip("%").strip()
    if text.strip().endswith("%") and PLAIN_NUMBER.fullmatch(bare):
        return f"; write {float(bare) / 100:g} for {text.strip()}"
    joined = re.sub(r"[_,' ]", "", text)
    if joined != text and PLAIN_NUMBER.fullmatch(joined) and not re.fullmatch(r"[+-]?[0-9]+,[0-9]{1,2}", text):
        return f"; write {joined} without separators"
    if "," in text and PLAIN_NUMBER.fullmatch(text.replace(",", ".")):
        return f"; write {text.replace(',', '.')} with a point"
    if re.fullmatch(r"[+-]?\.?(inf|infinity|nan)", text, re.IGNORECASE):
        return "; it has to be finite"
    return ""
