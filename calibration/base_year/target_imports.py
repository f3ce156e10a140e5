"""The target's imports by partner and chapter: the mix of an earlier year, and how well such a mix can be carried over.

The target's office published its imports by partner and chapter to 2020 and by chapter alone after. The builder of the
world brings the mix of 2020 to the chapters and partners of the base year by RAS; the same step from 2019 to 2020,
whose result is known, shows by how much it misses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import sim
from calibration.base_year.members import Members

TARGET = "RUS"
FOOD, SECRET = "01-24", "all"
COLUMNS = ("origin", "chapter", "share", "sd_log", "status", "source", "quality")
SOURCE = (
    "Russian customs, imports of 2020 by partner and chapter (UN Comtrade, record of the importer): the chapter's "
    "share in the imports from this state"
)
# Smallest shares are noise of one shipment; they count in no error.
_LEAST_SHARE = 0.002


@dataclass(frozen=True)
class StepErrors:
    """By how much a mix of last year, brought to this year's margins, misses this year's cells.

    Attributes:
        sd: by chapter, standard deviation of the log error, weighted by value.
        missed: by chapter, sum of absolute errors over the chapter's value.
        whole: the same over all cells.
    """

    sd: dict[str, float]
    missed: dict[str, float]
    whole: float


def imports_by_chapter(table: pd.DataFrame, members: Members, chapters: Sequence[str], year: int) -> pd.DataFrame:
    """Imports of a year, million US dollars: [state, chapter], chapters joined as the base year's margins join them."""
    chosen = table[(table["importer"] == TARGET) & (table["year"] == year)]
    state = chosen["exporter"].map(members.code).map(members.state)
    food = chosen["hs2"].astype(int) <= 24
    key = chosen["hs2"].where(chosen["hs2"].isin(chapters), SECRET).where(~food, FOOD)
    sums = (chosen["value_usd"] / 1e6).groupby([state.rename("state"), key.rename("chapter")]).sum().unstack()
    return sums.reindex(columns=list(chapters)).fillna(0.0)


def step_errors(before: pd.DataFrame, after: pd.DataFrame) -> StepErrors:
    """The errors of the step from one year to the next.

    Args:
        before: [state, chapter] imports of the first year.
        after: the same of the second.
    """
    states = [state for state in after.index if state in before.index]
    first, then = before.loc[states].to_numpy(), after.loc[states].to_numpy()
    seed = first + 1e-9 * first.sum()
    fitted = sim.fit_margins(seed, then.sum(axis=1), then.sum(axis=0))
    sd, missed = {}, {}
    least = _LEAST_SHARE * then.sum(axis=1, keepdims=True)
    for at, chapter in enumerate(after.columns):
        real, found = then[:, at], fitted[:, at]
        missed[str(chapter)] = float(np.abs(real - found).sum() / max(real.sum(), 1e-9))
        large = (real > least[:, 0]) & (found > least[:, 0])
        log = np.log(real[large] / found[large])
        weight = real[large]
        sd[str(chapter)] = float(np.sqrt(np.average(log**2, weights=weight))) if weight.sum() > 0 else 1.0
    return StepErrors(sd, missed, float(np.abs(then - fitted).sum() / then.sum()))


def chapter_rows(imports: pd.DataFrame, errors: StepErrors) -> Iterator[dict[str, object]]:
    """Rows of the table of mixes: every state that the office named, every chapter."""
    shares = imports.div(imports.sum(axis=1), axis=0)
    for state in sorted(shares.index.drop(TARGET, errors="ignore")):
        for chapter in shares.columns:
            share = float(shares.loc[state, chapter])
            if share > 0.0:
                yield {
                    "origin": state, "chapter": chapter, "share": share, "sd_log": errors.sd[str(chapter)],
                    "status": "derived", "source": SOURCE,
                    "quality": "share of a published record; the error is that of the step from 2019 to 2020",
                }  # fmt: skip
