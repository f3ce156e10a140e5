"""What a run or a comparison says, as one file to hand on: an Excel workbook, a CSV file or LaTeX.

The tables are those of the screen; what ran stands beside them: on the first sheet, or in comments above.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.common.errors import SimError, nearest, visible
from sim.common.files import refuse_in_vain, written_file
from sim.report.finding import program
from sim.report.latex import latex
from sim.report.numbers import is_number
from sim.report.plots.run_view import look
from sim.report.run_tables import run_tables
from sim.report.table import Table
from sim.report.workbook import refuse_without_openpyxl, workbook

if TYPE_CHECKING:
    from sim.report.plots.run_view import Source, View
    from sim.simulation.results import Results

_HEAD = ("table", "row", "column", "unit", "value", "low", "high", "text")


@dataclass(frozen=True)
class Summary:
    """Tables, and what ran.

    Attributes:
        facts: what ran, by what it is.
        tables: as the screen shows them, each with a title.
    """

    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def summary_of(source: Source, before: Iterable[object] = (), words: str = "") -> Summary:
    """The tables that a run or a comparison prints, and what ran.

    Args:
        source: a run, a comparison, or a view of them.
        before: tables that stand before these, such as those of the law; what is no table is left out.
        words: where the parameters come from, if it was said otherwise than the record has it.
    """
    view = look(source)
    tables = [one for one in before if isinstance(one, Table)]
    return Summary(tuple(_facts(view, words)), (*tables, *run_tables(view)))


def save_summary(summary: Summary, path: str | Path, *, force: bool = False) -> Path:
    """Writes a summary as ``.xlsx``, ``.csv`` or ``.tex``, whole or not at all.

    Args:
        summary: the tables and what ran.
        path: the file; its ending says which kind.
        force: whether a file that is there may be replaced by one with other bytes.

    Raises:
        SimError: another ending, ``openpyxl`` is missing for a workbook, or the file cannot be written.
    """
    place = Path(path)
    write = _writer(place)
    with written_file(place, force=force) as scratch:
        scratch.write_bytes(write(summary))
    return place


def refuse_summaries(paths: Sequence[Path], *, force: bool) -> None:
    """Says before a run that a summary of it could not be written.

    Raises:
        SimError: as :func:`save_summary`, or a file is there already.
    """
    for path in paths:
        _writer(path)
        refuse_in_vain(path.parent, [path.name], force=force)


def summary_method(source: Source) -> Callable[..., Path]:
    """What ``save_summary`` of a run or a comparison is."""

    def save(path: str | Path, *, force: bool = False) -> Path:
        """Writes the tables that it prints, with units, bands and what ran, as ``.xlsx``, ``.csv`` or ``.tex``."""
        return save_summary(summary_of(source), path, force=force)

    return save


def _writer(path: Path) -> Callable[[Summary], bytes]:
    writers: dict[str, Callable[[Summary], bytes]] = {".xlsx": _as_workbook, ".csv": _as_csv, ".tex": _as_latex}
    kind = path.suffix.casefold()
    if kind not in writers:
        raise SimError(f"{path}: a summary is written as .xlsx, .csv or .tex; {nearest(kind, writers)}")
    if kind == ".xlsx":
        refuse_without_openpyxl(path)
    return writers[kind]


def _facts(view: View, words: str) -> Iterator[tuple[str, str]]:
    run = view.policy
    record = run.record
    yield "program", program()
    yield "scenario", run.title
    yield "question", str(record["question"])
    yield "months", str(record["months"]) + (f", run from {record['run_from']}" if "run_from" in record else "")
    if view.baseline is not None:
        yield "compared with", f"{view.baseline.title} (run {view.baseline.record['run_digest'][:10]})"
    yield "parameters", words.removeprefix("parameters: ") or _parameters(run)
    if view.bands is not None:
        yield "bands", view.bands.words
    yield (
        "firms",
        f"{record['exporters']:,} exporters, {record['intermediaries']:,} intermediaries, {record['mode']} mode",
    )
    yield "seed", str(record["seed"])
    yield "target", f"{view.target_name} ({run.target})"
    yield "base year", str(record["base_year"])
    yield "law", ", ".join(record["clauses"]) or "none"
    for name in ("run", "scenario", "world"):
        yield f"{name} digest", str(record[f"{name}_digest"])
    yield "versions", ", ".join(f"{name} {version}" for name, version in record["versions"].items())


def _parameters(run: Results) -> str:
    drawn = run.record["posterior"]
    if drawn is None:
        return "the scenario's own (not fitted)"
    return f"draw {drawn['draw']} of {drawn['draws']:,} of posterior '{drawn['posterior']}' ({drawn['digest'][:10]})"


def _as_workbook(summary: Summary) -> bytes:
    return workbook(summary.facts, summary.tables)


def _as_latex(summary: Summary) -> bytes:
    above = "".join(f"% {name}: {_line(text)}\n" for name, text in summary.facts)
    return f"{above}% needs \\usepackage{{booktabs}}\n\n{chr(10).join(map(latex, summary.tables))}".encode()


def _as_csv(summary: Summary) -> bytes:
    """A row per cell: readable by ``pandas.read_csv(path, comment="#")``."""
    text = io.StringIO()
    text.writelines(f"# {name}: {_line(said)}\n" for name, said in summary.facts)
    written = csv.writer(text, lineterminator="\n")
    written.writerow(_HEAD)
    for table in summary.tables:
        for row, texts in zip(table.values(), table.texts(), strict=True):
            written.writerows(_cells(table, row, texts))
    return text.getvalue().encode()


def _cells(table: Table, row: tuple[object, ...], texts: list[str]) -> Iterator[tuple[object, ...]]:
    """The cells of a row that are numbers or follow on them; words that come before are what the row is called."""
    first = next((at for at, value in enumerate(row) if is_number(value)), 1)
    label = ", ".join(_line(text) for text in texts[:first])
    for column, value, text in list(zip(table.columns, row, texts, strict=True))[first:]:
        numbers = tuple(value) if isinstance(value, tuple) else (value, None, None) if is_number(value) else (None,) * 3
        unit = table.unit_of(column) if is_number(value) else ""
        yield _line(table.title), label, column.head, unit, *(_number(one) for one in numbers), _line(text)


def _number(value: object) -> object:
    return "" if value is None or value != value else value


def _line(text: str) -> str:
    return visible(" ".join(text.split()))
