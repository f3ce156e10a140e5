"""The record that every customs file is read into, and what a reader is told about its file."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sim.common.csv_cells import MOST_MUSD, number
from sim.common.csv_rows import csv_rows
from sim.common.csv_tables import split_line
from sim.common.errors import Fault, FaultList
from sim.world.customs_data.import_report import Account

EXPORT, IMPORT, REEXPORT = "export", "import", "re-export"
FOB, CIF = "FOB", "CIF"
YEARLY, MONTHLY = "A", "M"
ALL_GOODS = ""
HIDDEN = "*"
MOST_FAULTS = 200
# Ten times the world's product of a year; of dollars or euros alike.
MOST_USD = 1e6 * MOST_MUSD
_YEAR = re.compile(r"(19|20)[0-9]{2}")


class Record(NamedTuple):
    """One figure of one office.

    Attributes:
        line: 1-based line of the file.
        freq: A (year) or M (month).
        period: YYYY or YYYY-MM.
        reporter: Whose office, in the codes of the file.
        partner: Destination of exports; origin of imports.
        second_partner: Where imports were consigned from; empty where the figure is over all of them.
        flow: export, import or re-export.
        hs: Code as text, leading zeros kept: 2, 4, 6 or 8 characters; empty for all goods; with a star behind the
            digits that are known where the office keeps the rest secret.
        musd: Million US dollars in the period.
        basis: FOB or CIF.
        part: What the figure is a part of (a procedure, a mode of transport, a second partner), such as
            `procedure=2`; empty for the whole.
        adds: Whether the parts of a whole add up to it in this file, so that a whole can be made of them.
        revision: Of the Harmonised System, such as `HS17`; empty where the file names none.
        original: Whether the office itself used that revision, as far as the file says.
    """

    line: int
    freq: str
    period: str
    reporter: str
    partner: str
    second_partner: str
    flow: str
    hs: str
    musd: float
    basis: str
    part: str = ""
    adds: bool = False
    revision: str = ""
    original: bool = False


@dataclass
class SourceFile:
    """A customs file while it is read: its lines, its faults, and the account of its rows.

    Attributes:
        path: Where it lies.
        kind: comtrade, baci or comext.
        account: What became of every row.
        rates: US dollars per euro by year, for files in euros; None where the mapping could not be read.
        label: The file as the report calls it.
    """

    path: Path
    kind: str
    account: Account
    rates: Mapping[str, float] | None = None
    label: str = ""
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    @property
    def name(self) -> str:
        """The file as the report calls it."""
        return self.label or self.path.name

    def blame(self, line: int, column: int, where: str, message: str, text: str = "") -> None:
        """Note a fault; behind the two-hundredth of a file they are only counted."""
        if len(self.faults) >= MOST_FAULTS:
            self.more += 1
            return
        self.faults.append(Fault(str(self.path), line, column, where, message, text))

    def drop(self, reason: str, musd: float) -> None:
        """Say why a row is left out."""
        self.account.tell(self.name, "dropped", reason, 1, musd)

    def told(self) -> list[Fault]:
        """Return the faults, and how many more there were."""
        if not self.more:
            return self.faults
        return [*self.faults, Fault(str(self.path), 0, 0, "", f"has {self.more:,} more faults like these")]

    def musd(self, euros: float, year: str) -> float | None:
        """Return euros as million US dollars, or None where the year has no rate."""
        rate = 1.0 if self.rates is None else self.rates.get(year)
        return None if rate is None else euros * rate / 1e6


@dataclass
class Cells:
    """One row of a table: its cells by column, and where it stands."""

    file: SourceFile
    line: int
    values: dict[str, str]
    text: str
    column: dict[str, int] | None = None

    def get(self, name: str) -> str:
        """Return a cell without the blanks around it; empty where the file has no such column."""
        return self.values.get(name, "").strip()

    def blame(self, name: str, message: str) -> None:
        """Note a fault in a cell."""
        self.file.blame(self.line, self._place(name), name, message, self.text)

    def amount(self, name: str, most: float = MOST_USD) -> float | None:
        """Return a value that is a number and not negative, or note what it is instead.

        Args:
            name: Column.
            most: The largest value that can be meant, in the unit of the column.
        """
        cell = self.get(name)
        try:
            value = number(cell)
        except ValueError as error:
            self.blame(name, str(error))
            return None
        if value < 0:
            self.blame(name, f"read {cell}, expected a value of 0 or more")
            return None
        if value > most:
            self.blame(name, f"read {cell}, expected at most {most:g}: ten times what the world produces in a year")
            return None
        return value

    def year(self, cell: str, name: str) -> bool:
        """Say whether a text is a year, and note it where it is not."""
        if _YEAR.fullmatch(cell):
            return True
        self.blame(name, f"read '{cell}', expected a year such as 2021")
        return False

    def _place(self, name: str) -> int:
        if self.column is not None:
            return self.column.get(name, 0)
        names = list(self.values)
        if name not in names:
            return 0
        places, _ = split_line(self.text)
        at = names.index(name)
        return places[at][1] if at < len(places) else 0


def lines_of(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file with their numbers, without their ends; blank ones are passed over.

    Customs files mix encodings in the names of places, which are not needed: bytes that are no UTF-8 pass through.
    """
    try:
        with file.path.open("rb") as stream:
            for number_, raw in enumerate(stream, start=1):
                if b"\0" in raw:
                    file.blame(number_, 0, "", "holds a zero byte; expected plain text, as unpacked from the archive")
                    return
                text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").rstrip("\r\n")
                if text.strip():
                    yield number_, text
    except OSError as error:
        file.blame(0, 0, "", f"cannot be read: {error.strerror}")


def cells_of(text: str) -> list[str]:
    """Split a line at its commas; quotes hold together what holds a comma, if the line is sound CSV."""
    if '"' in text:
        with suppress(FaultList):
            return next(csv_rows("", text))[1]
    return text.split(",")


def month(period: str) -> str | None:
    """Return YYYY-MM for YYYYMM, None for what is no month."""
    if re.fullmatch(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])", period):
        return f"{period[:4]}-{period[4:]}"
    return None
