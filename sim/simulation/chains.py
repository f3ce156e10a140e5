"""The chains behind a posterior, for ArviZ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.common.csv_rows import csv_records
from sim.common.errors import SimError
from sim.common.labelled import extra

if TYPE_CHECKING:
    from pathlib import Path

FILE, _PLACE = "chains.csv", ("chain", "draw")


def inference_data(folder: Path) -> Any:
    """The chains of the inputs that were sampled, by chain and draw: ``arviz_base.from_dict``'s group ``posterior``.

    Raises:
        SimError: there are none, some are shorter than others, or arviz-base is missing (extra ``exchange``).
    """
    arviz = extra("arviz_base", "to_inferencedata")
    rows = [{name: float(cell) for name, cell in row.items()} for row in csv_records(folder / FILE)]
    rows.sort(key=lambda row: tuple(row[name] for name in _PLACE))
    chains, draws = (len({row[name] for row in rows}) for name in _PLACE)
    if not rows or len(rows) != chains * draws:
        raise SimError(f"{folder / FILE}: {len(rows):,} rows, expected {chains} chains of {draws:,} draws each")
    names = [name for name in rows[0] if name not in _PLACE]
    return arviz.from_dict(
        {"posterior": {name: np.array([row[name] for row in rows]).reshape(chains, draws) for name in names}}
    )
