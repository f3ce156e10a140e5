"""What goes wrong in a user's files, said all at once: file, line, column, what was read, the likely fix.

Every mistake of a user ends in a `SimError`; the command line prints it and exits with status 2. A mistake of ours
is any other exception. Files are checked to the end before anything is raised, so one look at a `FaultList` is
enough to mend a file.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from operator import attrgetter

_EXCERPT_WIDTH = 110
_LISTED_NAMES = 12
_MOST_KEPT, _MOST_PRINTED = 1_000, 50
_LONGEST_PART = 1_500  # characters of a message
# A name is compared with so many others at most, the next ones in the alphabet, and only if it is no longer than this.
_MOST_COMPARED, _LONGEST_COMPARED = 300, 100
_ALIKE = 0.6


class SimError(Exception):
    """A mistake in what the user gave us; its text is meant to be read by that user.

    Example:
        >>> import sim
        >>> try:
        ...     sim.load("refrence")
        ... except sim.SimError as error:
        ...     print("did you mean 'reference'?" in str(error))
        True
    """

    def __str__(self) -> str:
        """Return the text; of what a user's file may have put into it no character can move a terminal."""
        return "\n".join(map(visible, super().__str__().split("\n")))

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows when it is raised: what is wrong, without the way there through our code."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake in one place.

    Attributes:
        file: Path as the user would type it; empty where the input is no file.
        line: 1-based line, 0 where the fault concerns the whole file.
        column: 1-based column in characters, 0 where only the line is known.
        where: Path of the field inside the file, such as `policies[2].strength`; may be empty.
        message: What was read, what was expected, the likely fix.
        source_line: The faulty line as it stands in the file; empty prints no excerpt.

    Example:
        >>> import sim
        >>> print(sim.Fault("mine.yaml", 3, 1, "seed", "read 'one', expected a whole number"))
        mine.yaml:3:1: seed: read 'one', expected a whole number
    """

    file: str
    line: int
    column: int
    where: str
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        """Return `file:line:col: where: message`, then the source line with a caret below the column."""
        place = [self.file or "(input)"]
        if self.line > 0:
            place.append(str(self.line))
            if self.column > 0:
                place.append(str(self.column))
        said = (_clipped(part) for part in (":".join(place), self.where, self.message) if part)
        head = visible(": ".join(said))
        if self.line <= 0 or not self.source_line.strip():
            return head
        return head + "\n" + _excerpt(self.source_line, self.line, self.column)


class FaultList(SimError):  # noqa: N818  (it is a list of faults, and says so)
    """Every fault found in a file or a set of files, sorted by file, line and column: a thousand of them at most.

    Args:
        faults: The faults in any order; repeated ones are kept once.

    Raises:
        ValueError: If there is no fault to report (raising it then would be our own mistake).

    Example:
        >>> import sim
        >>> try:
        ...     sim.parse_scenario("sede: 1")
        ... except sim.FaultList as error:
        ...     print(any("did you mean 'seed'?" in fault.message for fault in error.faults))
        True
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        ordered = sorted(set(faults), key=attrgetter("file", "line", "column", "where", "message"))
        self.faults: tuple[Fault, ...] = tuple(ordered[:_MOST_KEPT])
        if not self.faults:
            raise ValueError("a FaultList needs at least one fault")
        # The tuple is the only argument, so that the exception survives pickling between processes.
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return the first fifty faults with their source lines, then how many there are."""
        return "\n".join([*map(str, self.shown), *([self.more] if self.more else []), self.count])

    @property
    def shown(self) -> tuple[Fault, ...]:
        """The faults that are told one by one."""
        return self.faults[:_MOST_PRINTED]

    @property
    def more(self) -> str:
        """That there are more than are shown; empty if there are not."""
        left = len(self.faults) - _MOST_PRINTED
        return f"and {'at least ' if len(self.faults) == _MOST_KEPT else ''}{left:,} more" if left > 0 else ""

    @property
    def count(self) -> str:
        """How many there are."""
        many = len(self.faults)
        return f"{many:,} faults{' or more' if many == _MOST_KEPT else ''}" if many > 1 else "1 fault"


def _clipped(text: str) -> str:
    """Return a part of a message, or its two ends where nobody would read all of it."""
    return text if len(text) <= _LONGEST_PART else f"{text[: _LONGEST_PART // 2]} ... {text[-_LONGEST_PART // 2 :]}"


def visible(text: str) -> str:
    """Return a text of one line with what is not printable as an escape, such as 1b in hexadecimal digits."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


class KnownNames(tuple[str, ...]):
    """Names that may know better than their letters what a wrong one meant."""

    def hint(self, name: str) -> str:
        """Return what a name may have meant, as `nearest` does; empty where nothing is known of it."""
        return ""


def nearest(name: str, candidates: Iterable[str]) -> str:
    """Return a hint that ends the sentence `unknown x 'name'; ...`, never empty.

    Args:
        name: What was read.
        candidates: The names that would have been valid; `KnownNames` are asked first.

    Returns:
        `did you mean 'x'?` where a valid name is close (case is ignored), otherwise the valid names, cut where they
        are many.

    Example:
        >>> import sim
        >>> sim.nearest("exprot", ("export", "import"))
        "did you mean 'export'?"
    """
    if isinstance(candidates, KnownNames) and (hint := candidates.hint(name)):
        return hint
    valid, folded, names = _in_order(tuple(candidates))
    if not valid:
        return "there is none to choose from"
    close = _closest(name.strip().casefold(), folded)
    if close:
        return f"did you mean '{names[close]}'?"
    listed = ", ".join(valid[:_LISTED_NAMES])
    more = len(valid) - _LISTED_NAMES
    return f"expected one of: {listed}" + (f" and {more} more" if more > 0 else "")


def closest(name: str, candidates: Iterable[str]) -> str:
    """Return the name that is most like another, without regard to case; empty where none is close."""
    _, folded, names = _in_order(tuple(candidates))
    return names.get(_closest(name.strip().casefold(), folded), "")


@lru_cache(maxsize=32)
def _in_order(candidates: tuple[str, ...]) -> tuple[list[str], list[str], dict[str, str]]:
    """Return names in order, in order without their case, and by their form without case."""
    valid = sorted(set(candidates))
    names: dict[str, str] = {}
    for candidate in valid:
        names.setdefault(candidate.casefold(), candidate)
    return valid, sorted(names), names


def _closest(word: str, others: Sequence[str]) -> str:
    """Return the most similar of some words in order, as `difflib.get_close_matches` has it; empty if none is close."""
    if len(word) > _LONGEST_COMPARED:
        return ""
    at = bisect_left(others, word) if len(others) > _MOST_COMPARED else 0
    first = max(0, at - _MOST_COMPARED // 2)
    matcher = SequenceMatcher(b=word)
    bounds = []
    for other in others[first : first + _MOST_COMPARED]:
        if 2 * min(len(word), len(other)) >= _ALIKE * (len(word) + len(other)):
            matcher.set_seq1(other)
            bounds.append((matcher.quick_ratio(), other))
    best = _ALIKE, ""
    for bound, other in sorted(bounds, reverse=True):
        if bound < best[0]:  # no word after this one is closer than that
            break
        matcher.set_seq1(other)
        best = max(best, (matcher.ratio(), other))
    return best[1]


def _excerpt(source_line: str, line: int, column: int) -> str:
    """Return the source line behind its number and, where the column is known, a caret under it."""
    text = source_line.rstrip("\r\n")
    start = max(0, column - 1 - _EXCERPT_WIDTH // 2) if len(text) > _EXCERPT_WIDTH else 0
    # A tab or an unprintable character would move the caret or the terminal: each shows as one plain character.
    window = "".join(_plain(character) for character in text[start : start + _EXCERPT_WIDTH])
    gutter = f"{line:>6} | "
    shown = (gutter + window).rstrip()
    if column <= 0:
        return shown
    before = window[: column - 1 - start]
    return shown + "\n" + " " * (len(gutter) - 2) + "| " + " " * _cells(before) + "^"


def _plain(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _cells(text: str) -> int:
    """Return how many terminal cells a text takes: wide letters take two, combining marks none."""
    cells = 0
    for character in text:
        if unicodedata.combining(character):
            continue
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return cells
