"""What became of every row that was read: kept, dropped, or counted already in another one."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

# What can become of a row; each row has exactly one of these fates.
FATES = ("kept", "dropped", "double counting avoided")
# What is said beyond that; these count figures, or parts of the value of rows that are kept.
REMARKS = ("shifted", "set aside", "incomplete", "replaced", "beside", "note")
COLUMNS = ("file", "what", "reason", "rows", "value_musd")
_READ = "read"
_MOST_CODES = 12


@dataclass
class Account:
    """Counts and values of rows by file, fate and reason.

    Attributes:
        lines: (file, what, reason) -> [rows, musd], in the order of their first appearance.
        strangers: (file, role, code) -> [rows, musd] of codes that the mapping gives to no state.
    """

    lines: dict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    strangers: dict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))

    def tell(self, file: str, what: str, reason: str, rows: int, musd: float) -> None:
        """Add rows to a line of the account."""
        line = self.lines[file, what, reason]
        line[0] += rows
        line[1] += musd

    def stranger(self, file: str, role: str, code: str, musd: float) -> None:
        """Drop a row whose reporter or partner belongs to no state of the mapping."""
        self.tell(file, "dropped", f"{role} is no state of the mapping", 1, musd)
        line = self.strangers[file, role, code]
        line[0] += 1
        line[1] += musd

    def note(self, file: str, text: str) -> None:
        """Say something that no row is counted under."""
        self.lines[file, "note", text] = [0.0, 0.0]

    def rows(self, file: str, what: str) -> int:
        """Return how many rows of a file met a fate, or were `read`."""
        return int(sum(count for (name, fate, _), (count, _) in self.lines.items() if (name, fate) == (file, what)))

    def read(self, file: str) -> None:
        """Count one row as read."""
        self.lines[file, _READ, ""][0] += 1

    def why(self, *files: str) -> str:
        """Return what became of the rows of some files, in one line, the most rows first."""
        told = [(rows, musd, what, why) for (name, what, why), (rows, musd) in self.lines.items() if name in files]
        lines = [
            f"{int(rows):,} row{'s' if rows != 1 else ''}, {musd:,.6g} million USD, {_named(what, reason)}"
            for rows, musd, what, reason in sorted(told, key=lambda line: (-line[0], line[3]))
            if what != "note" and what != _READ
        ]
        return "; ".join(lines) or "no row"

    def table(self) -> str:
        """Return the account as CSV text: file, what, reason, rows, value_musd."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for (file, what, reason), (rows, musd) in self._sorted():
            writer.writerow([file, what, reason, int(rows), f"{musd:.6g}"])
        for (file, role, code), (rows, musd) in self._largest():
            writer.writerow([file, "dropped code", f"{role} {code}", int(rows), f"{musd:.6g}"])
        return stream.getvalue()

    def text(self) -> str:
        """Return the account as it is printed."""
        parts: list[str] = []
        last = ""
        width = max((len(_named(what, why)) for _, what, why in self.lines if what != "note"), default=0)
        for (file, what, reason), (rows, musd) in self._sorted():
            if file != last:
                parts += ["", file]
                last = file
            if what == "note":
                parts.append(f"  note: {reason}")
            else:
                worth = "" if what == _READ else f"  {musd:>14,.3f} musd"
                parts.append(f"  {_named(what, reason):<{width}} {int(rows):>10,} rows{worth}")
        strangers = self._largest()
        if strangers:
            parts += ["", f"Codes of no state of the mapping, largest first (at most {_MOST_CODES} a file and role)"]
            parts += [
                f"  {file}: {role} {code:<8} {int(rows):>10,} rows  {musd:>14,.3f} musd"
                for (file, role, code), (rows, musd) in strangers
            ]
        return "\n".join(parts).lstrip("\n") + "\n"

    def _sorted(self) -> Iterable[tuple[tuple[str, str, str], list[float]]]:
        order = (_READ, *FATES, *REMARKS)
        return sorted(self.lines.items(), key=lambda item: (item[0][0], order.index(item[0][1]), item[0][2]))

    def _largest(self) -> list[tuple[tuple[str, str, str], list[float]]]:
        by_place: dict[tuple[str, str], list[tuple[tuple[str, str, str], list[float]]]] = defaultdict(list)
        for key, line in self.strangers.items():
            by_place[key[:2]].append((key, line))
        return [
            item
            for place in sorted(by_place)
            for item in sorted(by_place[place], key=lambda item: (-item[1][1], item[0]))[:_MOST_CODES]
        ]


def _named(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what
