"""What goes wrong in a user's files, said all at once: file, line, column, what was read, the likely fix.

Every mistake of a user ends in a `SimError`; the command line prints it and exits with status 2. A mistake of ours
is any other exception. Files are checked to the end before anything is raised, so one look at a `FaultList` is
enough to mend a file.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_EXCERPT_WIDTH = 110
_LISTED_NAMES = 12


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
        head = ": ".join(part for part in (":".join(place), self.where, self.message) if part)
        if self.line <= 0 or not self.source_line.strip():
            return head
        return head + "\n" + _excerpt(self.source_line, self.line, self.column)


class FaultList(SimError):  # noqa: N818  (it is a list of faults, and says so)
    """Every fault found in a file or a set of files, sorted by file, line and column.

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
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        if not self.faults:
            raise ValueError("a FaultList needs at least one fault")
        # The tuple is the only argument, so that the exception survives pickling between processes.
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return every fault with its source line, then how many there are."""
        count = len(self.faults)
        return "\n".join([*(str(fault) for fault in self.faults), f"{count} fault{'s' if count != 1 else ''}"])


def nearest(name: str, candidates: Iterable[str]) -> str:
    """Return a hint that ends the sentence `unknown x 'name'; ...`, never empty.

    Args:
        name: What was read.
        candidates: The names that would have been valid.

    Returns:
        `did you mean 'x'?` where a valid name is close (case is ignored), otherwise the valid names, cut where they
        are many.
    """
    valid = sorted(set(candidates))
    if not valid:
        return "there is none to choose from"
    by_folded: dict[str, str] = {}
    for candidate in valid:
        by_folded.setdefault(candidate.casefold(), candidate)
    close = difflib.get_close_matches(name.strip().casefold(), by_folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{by_folded[close[0]]}'?"
    listed = ", ".join(valid[:_LISTED_NAMES])
    more = len(valid) - _LISTED_NAMES
    return f"expected one of: {listed}" + (f" and {more} more" if more > 0 else "")


def _excerpt(source_line: str, line: int, column: int) -> str:
    """Return the source line behind its number and, where the column is known, a caret under it."""
    # A tab or an unprintable character would move the caret or the terminal: each shows as one plain character.
    shown = "".join(_plain(character) for character in source_line.rstrip("\r\n"))
    start = max(0, column - 1 - _EXCERPT_WIDTH // 2) if len(shown) > _EXCERPT_WIDTH else 0
    window = shown[start : start + _EXCERPT_WIDTH]
    gutter = f"{line:>6} | "
    text = (gutter + window).rstrip()
    if column <= 0:
        return text
    before = window[: column - 1 - start]
    return text + "\n" + " " * (len(gutter) - 2) + "| " + " " * _cells(before) + "^"


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
