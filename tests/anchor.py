"""The anchor: digests of all numbers of a few runs, so that no work on the form of the code moves a number unseen.

`anchor.txt` has one line a table: label, SHA-256 of its values, their absolute sum. Labels, names of columns and words
that the program has for its own things (figures, metrics) are not in the digests: they may be renamed. Without
``--write`` it says which tables have moved. Where they are meant to, say so in the changelog (*Results change*) and
write the file anew:

    python -m tests.anchor --write
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import sim
from sim.simulation.results import TABLES, Results

FILE = Path(__file__).with_suffix(".txt")
MACHINE = "(exponential, logarithm and matrix product of this machine)"
Tables = Iterator[tuple[str, pd.DataFrame]]


class Line(NamedTuple):
    """One table: what it is, the SHA-256 of its values, the sum of their absolute values."""

    label: str
    digest: str
    total: float


def _run(scenario: str, **agents: str | int) -> Results:
    return sim.load(scenario, posterior="none").with_changes(agents=agents).run()


def _tables(results: Results) -> Tables:
    return ((name, getattr(results, name)) for name in TABLES)


def classroom() -> Tables:
    """The classroom as it ships."""
    return _tables(_run("classroom"))


def expected() -> Tables:
    """The reference scenario in shares of firms."""
    return _tables(_run("reference", exporters=1500, intermediaries=330, mode="expected"))


def sampled() -> Tables:
    """The reference scenario with firms that draw."""
    return _tables(_run("reference", exporters=2000, intermediaries=330, mode="sampled"))


def sweep() -> Tables:
    """A study of the classroom: its runs, without how long they took and their keys, and what the packages do."""
    levers = {"ban-half.strength": [0.25, 0.75], "aversion": [2, 4]}
    study = {"base": "classroom", "levers": levers, "metrics": ["shortfall", "reaching"]}
    swept = sim.sweep(study, progress=False)
    order = ["point", "package", "world", "draw", "replicate", "seed", *levers, "status", "reason", *study["metrics"]]
    yield "runs", swept.runs[order]
    # How many runs are undefined is told since this was written; the numbers of before stand.
    yield "comparisons", coded(swept.comparisons.drop(columns="undefined"), "metric")


def draws() -> Tables:
    """Two draws of the shipped posterior: the series behind each figure, and their bands."""
    case = sim.load("reference", posterior="none").with_changes(agents={"exporters": 1500, "intermediaries": 330})
    spread = sim.ensemble(case, draws=2, progress=False)
    for kind, table in (("draws", spread.samples.reset_index()), ("bands", spread.bands.table)):
        for figure, rows in table.groupby("figure", sort=False):
            yield f"{kind}:{figure}", coded(rows, "figure", "series", "column")


RUNS: dict[str, Callable[[], Tables]] = {
    "classroom": classroom,
    "expected": expected,
    "sampled": sampled,
    "sweep": sweep,
    "draws": draws,
}


def coded(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The table with some texts numbered as they first stand: names of the program's own things, which may change."""
    return table.assign(**{name: pd.factorize(table[name])[0] for name in columns})


def lines_of(run: str) -> list[Line]:
    """What the tables of a run come to."""
    return [Line(f"{run}/{label}", digest_of(table), total_of(table)) for label, table in RUNS[run]()]


def digest_of(table: pd.DataFrame) -> str:
    """SHA-256 of the values, column by column: little-endian numbers of 8 bytes, texts in UTF-8."""
    whole = hashlib.sha256()
    for name in table:
        content = _bytes(table[name])
        whole.update(len(content).to_bytes(8, "little") + content)
    return whole.hexdigest()


def _bytes(column: pd.Series) -> bytes:  # type: ignore[type-arg]
    if pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype="<f8")
        return np.where(np.isnan(values), np.nan, values).tobytes()  # one kind of nan
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_integer_dtype(column.dtype):
        return column.to_numpy(dtype="<i8").tobytes()
    codes, texts = pd.factorize(column)
    words = [str(text).encode() for text in texts]
    return b"".join(len(word).to_bytes(8, "little") + word for word in words) + codes.astype("<i8").tobytes()


def total_of(table: pd.DataFrame) -> float:
    """Sum of the absolute values of all numbers that are not whole, rounded: what may be compared between machines."""
    numbers = table.select_dtypes("floating").abs().sum()
    return float(f"{numbers.sum():.12g}")


def machine() -> Line:
    """What this machine makes of functions whose last bit is not the project's own (docs/design.md, on bits)."""
    points = np.linspace(-7.0, 7.0, 4001)
    square = np.sin(np.arange(2500.0)).reshape(50, 50)
    single = points.astype(np.float32)
    numbers = [
        np.exp(points), np.log(points + 8.0), np.power(points + 8.0, 0.3),
        np.exp(single), np.log(single + 8.0), square @ square,
        [math.exp(x) for x in points], [math.log(x + 8.0) for x in points], [math.pow(x + 8.0, 0.3) for x in points],
    ]  # fmt: skip
    content = b"".join(np.asarray(one, dtype="<f8").tobytes() for one in numbers)
    return Line(MACHINE, hashlib.sha256(content).hexdigest(), 0.0)


def kept() -> list[Line]:
    """The lines of the file; the first is the machine that wrote it."""
    rows = [line.rsplit(" ", 2) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [Line(label, digest, float(total)) for label, digest, total in rows]


def main() -> None:
    """Writes the file, or says which tables are not as it has them."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name} anew")
    write = parser.parse_args().write
    found = [machine(), *(line for run in RUNS for line in lines_of(run))]
    if write:
        FILE.write_text("".join(f"{one.label} {one.digest} {one.total!r}\n" for one in found), encoding="utf-8")
        return
    before = {line.digest for line in kept()}
    if moved := [line.label for line in found if line.digest not in before]:
        raise SystemExit(f"moved: {', '.join(moved)}")


if __name__ == "__main__":
    main()
