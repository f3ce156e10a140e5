"""The one format of numbers: what is read back is near what was written, whatever the kind."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.numbers import KINDS, cell, is_number, number, signed_number

VALUES = st.floats(allow_nan=False, allow_infinity=False, width=32)
# Of a kind: the unit that it writes in, and how far what is read may be from what was written, relative and absolute.
NEAR = {
    "plain": (1.0, 6e-4, 0.5), "amount": (1.0, 6e-3, 5.1e-4), "money": (1.0, 0.0, 0.051), "index": (1.0, 0.0, 0.0051),
    "share": (100.0, 0.0, 0.051), "change": (1.0, 0.0, 0.051),
}  # fmt: skip


def read(text: str) -> float:
    return float(text.removeprefix("about ").removesuffix(" %").replace(",", ""))


@pytest.mark.parametrize("kind", NEAR)
@given(value=VALUES, signed=st.booleans())
def test_what_is_read_is_near_what_was_written(kind, value: float, signed: bool) -> None:
    size, relative, absolute = NEAR[kind]
    assert math.isclose(
        read(number(value, kind, signed=signed)), size * value, rel_tol=relative + 1e-12, abs_tol=absolute
    )


@given(VALUES)
def test_a_plain_number_below_a_thousand_has_four_digits(value: float) -> None:
    assert math.isclose(read(number(value)), value, rel_tol=6e-4, abs_tol=0.0) or abs(value) >= 999.5


@pytest.mark.parametrize("kind", NEAR)
@given(value=VALUES)
def test_the_sign_is_that_of_the_number_and_nought_has_none(kind, value: float) -> None:
    text = number(value, kind, signed=True)
    if text.startswith("about"):
        return
    assert text.startswith("+") == (read(text) > 0.0) and text.startswith("-") == (read(text) < 0.0)


@given(VALUES, VALUES)
def test_an_interval_stands_in_brackets_with_decimals_alike(middle: float, end: float) -> None:
    text = number((middle, min(middle, end), max(middle, end)))
    if middle == end:
        assert text == number(middle)
    else:
        parts = text.removesuffix("]").replace(" [", ", ").split(", ")
        assert len(parts) == 3 and read(parts[1]) <= read(parts[0]) <= read(parts[2])
        if max(abs(middle), abs(end)) >= 5e-4:
            assert len({len(part.partition(".")[2]) for part in parts}) == 1


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0, "plain", "0"), (-0.0, "plain", "0"), (0.25, "plain", "0.25"), (100.0, "plain", "100"),
        (1234.5, "plain", "1,234"), (2021, "plain", "2,021"), (12, "plain", "12"), (0.00001234, "plain", "1.234e-05"),
        (math.inf, "plain", "∞"), (-math.inf, "plain", "−∞"), (123.4, "amount", "123"), (1.234, "amount", "1.23"),
        (0.0001, "amount", "about 0"), (0.0, "amount", "0"), (12.34, "money", "12.3"), (0.1234, "money", "0.123"),
        (0.0, "money", "0.0"), (1.0, "index", "1.00"), (0.123, "share", "12.3 %"), (0.0012, "share", "0.12 %"),
        (12.34, "change", "+12.3 %"), (-0.001, "change", "0.0 %"), (math.inf, "change", "from nothing"),
        (24276, "month", "2023-01"),
    ],
)  # fmt: skip
def test_numbers_are_read_by_people(value: float, kind, text: str) -> None:
    assert number(value, kind) == text


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_number_is_a_dash(kind) -> None:
    assert number(math.nan, kind) == "–"
    assert number((math.nan, math.nan, math.nan), kind) == "–"


def test_signs_intervals_and_other_cells() -> None:
    assert (signed_number(3.0), signed_number(-3.0), signed_number(0.0)) == ("+3", "-3", "0")
    assert (
        number((1.0, 0.5, 12.345)) == "1.00 [0.50, 12.35]"
        and number((0.5, 0.25, 0.75), "share") == "50.0 [25.0, 75.0] %"
    )
    assert number((1.5, math.nan, 2.0)) == "1.5"
    assert [cell(value) for value in (None, "a", True, np.False_, np.float32(0.5), 7)] == [
        "", "a", "yes", "no", "0.5", "7",
    ]  # fmt: skip
    assert not is_number(True) and not is_number("1") and is_number(np.int8(1)) and is_number((1.0, 0.5, 2.0))
    with pytest.raises(ValueError, match="unknown kind"):
        number(1.0, "maney")  # type: ignore[arg-type]
