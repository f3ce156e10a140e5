"""The econometrician's test: published coefficients beside what their designs give on simulated records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibration.reporting.markup import table
from calibration.validation.published_designs import TABLE
from sim.common.csv_rows import csv_records
from sim.common.package_data import shipped

_HEAD = """\
# Published designs on simulated records

An econometrician who downloaded the customs records of a run would estimate on them what was estimated on real
ones. Here that is done: the designs behind published coefficients, run on the records of each of some draws of the
posterior. The table is made by `python -m calibration.validation.published_designs` from
[published_designs.csv](../calibration/figures/README.md), which says what is compared; sources stand in
`measured_effects.csv` beside it.
"""
_DESIGNS = """\
## The designs

* **flows**: ordinary least squares of the logarithm of recorded exports, with fixed effects of the flow (origin,
  destination, good) and of what the origin sells of the good in the month; the coefficient is that of the target
  since March 2022.
* **firms**, **classes**: to the target only, goods under control against others, with fixed effects of the flow and
  of (origin, month); `firms` takes true flows by where the firm has its headquarters.
* **rerouted**, **replaced**: the gain of coalition brands through hubs, and of neutral brands by all routes, over
  what coalition brands lost on the straight route.
* **mirror**: extra exports less the extra imports that the partners' offices record.
* **prices**: value over volume in the target by good, goods weighed as in the base period.

The authors' weights, panels of firms and product codes are not at hand: the simulated panel has twenty goods and
one row for each origin, so a coefficient here is that of a typical good and not of a typical firm. Fixed effects
are taken out by alternating projections in numpy (`calibration/validation/fixed_effects.py`; a test holds them
against dummies in statsmodels), which spares the product a package of its own for one regressor. Effects of
sanctioned goods, prices and rerouting were among the figures that the fit was shown in other rows, so a coefficient
that is met is no forecast. One that is missed is a finding.
"""


def designs_page() -> str:
    """The page, as Markdown."""
    found = pd.read_csv(shipped("calibration/posterior") / f"{TABLE}.csv")
    kinds = {row["id"]: row["design"] for row in csv_records(shipped("calibration/figures") / "published_designs.csv")}
    rows = pd.DataFrame({
        "id": found["id"], "design": found["id"].map(kinds), "what": found["what"],
        "published": [_interval(low, high) for low, high in zip(found["low"], found["high"], strict=True)],
        "median": [f"{value:.0f}" for value in found["model_p50"]],
        "band": [f"{low:.0f} to {high:.0f}" for low, high in zip(found["model_p05"], found["model_p95"], strict=True)],
        "held": found["held"].map({True: "yes", False: False}), "note": found["note"].fillna(""),
    })  # fmt: skip
    names = {
        "id": "id", "design": "design", "what": "what", "published": "published, %", "median": "simulated, %",
        "band": "90 % of the draws", "held": "met", "note": "not alike",
    }  # fmt: skip
    met, missed = int(found["held"].sum()), ", ".join(found.loc[~found["held"], "id"])
    said = (
        f"Of {len(found)} coefficients {met} are met: the published figure lies in the band, or a sign is that of the "
        f"median. Missed: {missed or 'none'}.\n"
    )
    return "\n".join([_HEAD, said, table(rows, names), _DESIGNS]).rstrip() + "\n"


def _interval(low: float, high: float) -> str:
    if np.isinf(low) or np.isinf(high):
        return "negative" if np.isinf(low) else "positive"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
