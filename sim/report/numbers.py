"""The one way in which numbers become text: on screens, pages, notebooks and in generated documentation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeGuard, get_args

import numpy as np

from sim.common.months import format_month

Kind = Literal["plain", "amount", "money", "index", "share", "change", "month"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MISSING = "–"
_SMALL_FRACTION = 5e-4  # below it, decimals would only count noughts
_HIDDEN = 0.0005  # an amount below it would read as nought


def number(value: float | Sequence[float], kind: Kind = "plain", *, digits: int = 4, signed: bool = False) -> str:
    """A number as people read it; a dash where it is none, ∞ where it is without bound, no sign on nought.

    Args:
        value: the number; three of them are a median and the ends of its interval: ``median [low, high]``, all with
            as many decimals as the largest needs.
        kind: how it is written. ``plain``: so many significant digits, without an exponent where it can be read
            without. ``amount``: about three digits, for sentences. ``money``: one decimal, three below one, for
            columns. ``index``: two decimals. ``share``: of one, as per cent; one decimal, two below one. ``change``: in
            per cent, with its sign; ``from nothing`` where it is without bound. ``month``: as ``YYYY-MM``.
        digits: significant ones of a plain number.
        signed: whether a gain has a plus sign; a change always has.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of number '{kind}'; expected one of: {', '.join(KINDS)}")
    if isinstance(value, Sequence):
        return _interval(value, kind, digits, signed)
    if math.isnan(value):
        return MISSING
    if kind == "month":
        return format_month(int(value))
    signed = signed or kind == "change"
    if math.isinf(value):
        return "from nothing" if kind == "change" and value > 0 else "−∞" if value < 0 else "∞"
    return _without_nought(_text(float(value), kind, digits, isinstance(value, int | np.integer)), value, signed)


def signed_number(value: float | Sequence[float]) -> str:
    """A change in the unit of what changes: three digits and a sign."""
    return number(value, digits=3, signed=True)


def _text(value: float, kind: Kind, digits: int, whole: bool) -> str:
    """The digits of a finite number, with the unit of a share or a change."""
    size = abs(value)
    if kind == "amount":
        places = 0 if size >= 100.0 else 1 if size >= 10.0 else 2 if size >= 1.0 else 3
        return f"{value:,.{places}f}" if size >= _HIDDEN else "0" if size == 0.0 else "about 0"
    if kind == "money":
        return f"{value:,.1f}" if size >= 1.0 or size == 0.0 else f"{value:.3f}"
    if kind == "index":
        return f"{value:,.2f}"
    if kind in ("share", "change"):
        return f"{_percent(100.0 * value if kind == 'share' else value)} %"
    if whole or size >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    if size < _SMALL_FRACTION:
        return f"{value:.{digits}g}"
    text = f"{value:#.{digits}g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(value: float) -> str:
    """One decimal, two below one."""
    return f"{value:,.1f}" if abs(value) >= 1.0 or round(value, 2) == 0.0 else f"{value:.2f}"


def _without_nought(text: str, value: float, signed: bool) -> str:
    """The text without a sign where only noughts are left of it, else with a plus if it shall have one."""
    if not any(digit in text for digit in "123456789"):
        return text.removeprefix("-")
    return f"+{text}" if signed and value > 0 and text[0].isdigit() else text


def _interval(ends: Sequence[float], kind: Kind, digits: int, signed: bool) -> str:
    """Median and interval; the median alone where the interval has no width or is not known."""
    median, low, high = map(float, ends)
    if math.isnan(low) or math.isnan(high) or low == high:
        return number(median, kind, digits=digits, signed=signed)
    unit = ""
    if kind == "money" and max(map(abs, (median, low, high))) >= 1.0:
        texts = [_without_nought(f"{end:,.1f}", end, signed) for end in (median, low, high)]
    elif kind != "plain":
        texts = [number(end, kind, signed=signed) for end in (median, low, high)]
        if kind in ("share", "change") and all(text.endswith(" %") for text in texts):
            texts, unit = [text.removesuffix(" %") for text in texts], " %"
    else:
        largest = max((abs(end) for end in (median, low, high) if math.isfinite(end)), default=0.0)
        texts = [_with_places(end, largest, digits, signed) for end in (median, low, high)]
        while all("." in text and text[-1] in "0." for text in texts):
            texts = [text[:-1] for text in texts]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]{unit}"


def _with_places(value: float, largest: float, digits: int, signed: bool) -> str:
    """A number with the decimals that the largest of its company needs."""
    if not math.isfinite(value) or largest < _SMALL_FRACTION:
        return number(value, digits=digits, signed=signed)
    places = max(0, digits - 1 - math.floor(math.log10(largest)))
    return _without_nought(f"{value:,.{places}f}", value, signed)


def cell(value: object, kind: Kind = "plain", *, digits: int = 4, signed: bool = False) -> str:
    """What a cell of a table says: nothing for None, words as they are, days as ISO, yes or no, numbers by kind."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return number(value, kind, digits=digits, signed=signed) if is_number(value) else str(value)


def is_number(value: object) -> TypeGuard[float | tuple[float, float, float]]:
    """Whether a cell holds a number, or a median with its interval."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return len(value) == 3 and all(map(is_number, value))
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
