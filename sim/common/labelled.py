"""Tidy tables as arrays whose axes have names, for those who work with xarray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from math import prod
from typing import Any

import pandas as pd

from sim.common.errors import SimError

_MOST_CELLS = 20_000_000  # of an array: beyond it, what is mostly nought would fill memory
_MONTH = "month"


def extra(module: str, what: str) -> Any:
    """A module of the extra ``exchange``.

    Raises:
        SimError: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise SimError(f"{what} needs '{module}': pip install 'sanctions-sim[exchange]'") from None


def dataset(
    table: pd.DataFrame,
    dims: Sequence[str],
    values: Sequence[str],
    about: Mapping[str, Any],
    told: Mapping[str, Mapping[str, str]] | None = None,
) -> Any:
    """A table of keys and numbers as an ``xarray.Dataset``.

    Args:
        table: a row for each combination of keys that there is.
        dims: columns that are keys; ``month`` becomes days, the first of each.
        values: columns that are numbers. Where there is no row, amounts (``..._musd``) are nought, others NaN.
        about: attributes of the whole.
        told: attributes of each column of numbers.

    Raises:
        SimError: xarray is missing, or the array would be too large.
    """
    xarray = extra("xarray", "to_xarray")
    if (cells := prod(table[name].nunique() for name in dims)) > _MOST_CELLS:
        raise SimError(f"an array of {cells:,} cells by {', '.join(dims)} is too large: take a part of the table")
    keyed = table.assign(month=pd.to_datetime(table[_MONTH])) if _MONTH in dims else table
    made = xarray.Dataset.from_dataframe(pd.DataFrame(keyed[[*dims, *values]].groupby(list(dims)).sum(min_count=1)))
    for name in values:
        if name.endswith("_musd"):
            made[name] = made[name].fillna(0.0)
        made[name].attrs = dict((told or {}).get(name, {}))
    return made.assign_attrs({name: value for name, value in about.items() if value is not None})
