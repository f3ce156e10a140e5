"""``python -m calibration.base_year RAW FIGURES``: derives the tables of the base year, the same bytes each time.

Reads the raw files of statistical offices from ``RAW`` (see ``raw.py``) and, from ``FIGURES``, what was read one by
one; writes the tables of pairs and states (``pair_records_2021.csv``, ``pair_seeds.csv``, ``state_totals_2021.csv``,
``state_traits.csv``) and of products (see ``products.py``) there.
The product ships these tables and never needs the raw files: some publishers ask not to pass on their extracts.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from calibration.base_year import pair_records, products, state_totals, traits
from calibration.base_year.command import derive
from calibration.base_year.raw import read_files
from calibration.base_year.sources import Sources, read_sources

DIGITS = 7


def main(arguments: Sequence[str] | None = None) -> int:
    """Derives the tables; 0 if they are written, 1 if the input is at fault."""
    return derive("python -m calibration.base_year", "the base year", derived, arguments)


def derived(raw: Path, figures: Path) -> dict[str, str]:
    """The derived tables as text, by file name."""
    sources = read_sources(raw, figures)
    records = [record.cells for record in pair_records.pair_records(sources)]
    totals = [row.cells for row in state_totals.state_totals(sources)]
    return {
        "pair_records_2021.csv": _text(pair_records.COLUMNS, records),
        "state_totals_2021.csv": _text(state_totals.COLUMNS, totals),
        "pair_seeds.csv": _text(pair_records.SEED_COLUMNS, pair_records.pair_seeds(sources)),
        "state_traits.csv": _text(traits.COLUMNS, traits.state_traits(sources)),
        **{
            name: _text(columns, ([row[column] for column in columns] for row in rows))
            for name, (columns, rows) in products.tables(_products(raw, figures, sources, totals)).items()
        },
    }


def _products(raw: Path, figures: Path, sources: Sources, totals: Sequence[Sequence[str | float]]) -> products.Known:
    exports = dict(
        zip(
            (row[0] for row in totals), (row[state_totals.COLUMNS.index("exports_musd")] for row in totals), strict=True
        )
    )
    known = {str(state): float(value) for state, value in exports.items() if isinstance(value, float)}
    return products.read_known(read_files(raw, products.FILES), figures, sources.members, known)


def _text(columns: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_number(cell) if isinstance(cell, float) else cell for cell in row])
    return stream.getvalue()


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.{DIGITS}g}"


if __name__ == "__main__":
    sys.exit(main())
