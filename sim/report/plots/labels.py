"""Texts on figures: how wide they are, and how they break into lines; whatever they say is set as it stands."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from collections.abc import Mapping

# A dollar sign in the name of a scenario or a state is no formula.
PLAIN: Mapping[str, Any] = {"parse_math": False}
_POINTS = 72.0
_NARROWER = 0.98
_SMALLEST, _STEP = 5.0, 0.5  # points
# On a canvas of dots, small letters are moved to whole dots, which makes a line this much longer at most.
_HINTING = 1.05


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line in inches."""
    width, _, _ = TextToPath().get_text_width_height_descent(
        text, FontProperties(size=size, weight=weight), ismath=False
    )
    return _HINTING * float(width) / _POINTS


def wrapped(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Lines that fit a width in inches, broken at spaces, and within a word that is longer than a line."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width_of(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
        else:
            lines += _pieces(word, width, size, weight)
    return lines


def _pieces(word: str, width: float, size: float, weight: str) -> list[str]:
    """A word in as few pieces as fit a width; one letter at least."""
    pieces = []
    while len(word) > 1 and width_of(word, size, weight) > width:
        most = next((n for n in range(len(word) - 1, 1, -1) if width_of(word[:n], size, weight) <= width), 1)
        pieces.append(word[:most])
        word = word[most:]
    return [*pieces, word]


def balanced(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """As few lines as fit a width, about equally long, so that no word is left alone on the last."""
    lines = wrapped(text, width, size, weight)
    whole = max((w for word in text.split(" ") if (w := width_of(word, size, weight)) <= width), default=0.0)
    while width * _NARROWER >= whole:  # no word is broken for balance
        width *= _NARROWER
        closer = wrapped(text, width, size, weight)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def fitted(text: str, width: float, size: float, weight: str = "normal", most: int = 2) -> tuple[list[str], float]:
    """The whole text in at most so many lines of a width, in smaller letters if it must be, and their size.

    What does not fit in the smallest letters takes more lines: nothing is cut.
    """
    lines = wrapped(text, width, size, weight)
    while len(lines) > most and size - _STEP >= _SMALLEST:
        size -= _STEP
        lines = wrapped(text, width, size, weight)
    return lines, size


def percent(share: float, digits: int = 0, signed: bool = False) -> str:
    """A share as per cent, with a space that no line break takes."""
    return f"{100.0 * share:{'+' if signed else ''}.{digits}f}\u00a0%"


def scale(most_musd: float) -> tuple[str, float]:
    """The unit in which amounts up to this one read well, and how many million US dollars it holds."""
    return ("bn USD", 1e3) if most_musd >= 1e3 else ("mn USD", 1.0)


def money(musd: float) -> str:
    """An amount with its unit, on one line."""
    unit, size = scale(musd)
    value = musd / size
    digits = 0 if value >= 100.0 else 1 if value >= 1.0 else 2
    return f"{value:.{digits}f} {unit}".replace(" ", "\u00a0")
