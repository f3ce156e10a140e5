"""Rows of CSV files whose quoted cells may hold commas and line ends: every such file is read here.

Tables of a world go through `sim.common.csv_tables`, which allows no line end in a cell and knows each cell's column.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sim.common.errors import Fault, FaultList

_MOST_FAULTS = 1_000
_TOO_LONG = "field larger than field limit"


def csv_rows(path: str | Path, text: str | None = None) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the rows of a CSV file, its header first, each with the line that it begins on; empty lines are no rows.

    Args:
        path: The file.
        text: What it holds, where it has been read already; `path` is then its name in faults.

    Raises:
        FaultList: The file cannot be read, is no UTF-8, or from some row on no CSV.

    Example:
        >>> import sim, tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "words.csv")
        ...     _ = path.write_text('code,words\nCHN,"of two\nlines"\nKAZ,of one\n')
        ...     list(sim.csv_rows(path))
        [(1, ['code', 'words']), (2, ['CHN', 'of two\nlines']), (4, ['KAZ', 'of one'])]
    """
    rows = csv.reader(io.StringIO(_text(Path(path)) if text is None else text, newline=""))
    line = 1
    try:
        for cells in rows:
            if cells:
                yield line, cells
            line = rows.line_num + 1
    except csv.Error as error:
        what = str(error)
        if what.startswith(_TOO_LONG):
            what = f"a cell has more than {csv.field_size_limit():,} characters; is a double quote not closed?"
        raise FaultList([Fault(str(path), line, 0, "", f"is no CSV from here on: {what}")]) from None


def csv_records(path: str | Path) -> list[dict[str, str]]:
    r"""Return the rows of a CSV file by the names in its header.

    Args:
        path: The file.

    Raises:
        FaultList: As `csv_rows`; or rows have more or fewer cells than the header.

    Example:
        >>> import sim, tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "hubs.csv")
        ...     _ = path.write_text("code,is_hub\nKAZ,1\n")
        ...     sim.csv_records(path)
        [{'code': 'KAZ', 'is_hub': '1'}]
    """
    rows = csv_rows(path)
    _, header = next(rows, (1, []))
    records: list[dict[str, str]] = []
    faults: list[Fault] = []
    for line, cells in rows:
        if len(faults) >= _MOST_FAULTS:
            break
        if len(cells) == len(header):
            records.append(dict(zip(header, cells, strict=True)))
        else:
            message = f"has {len(cells):,} cells, expected {len(header):,} as in the header"
            faults.append(Fault(str(path), line, 0, "", message))
    if faults:
        raise FaultList(faults)
    return records


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start}); save the file as UTF-8"
    raise FaultList([Fault(str(path), 0, 0, "", message)])


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as the text of a CSV file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()
