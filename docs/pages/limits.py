"""The tables of the page on limits (docs/limits.md): what is seen of the world, what the figures say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.inference.posterior_files import CUSHION
from calibration.reporting.inputs import read_inputs
from calibration.reporting.method import LEAST_DRAWS, MOST_RHAT
from calibration.targets.priors import load_priors
from docs.pages import markdown
from docs.pages.markdown import wrapped
from docs.pages.marked import rewrite
from sim.common.package_data import shipped
from sim.report.world_audit import audit
from sim.world import load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

# Series whose misses are told by name.
_LARGEST = {
    "chn-rus": "China to Russia",
    "eu-rus": "EU to Russia",
    "all-rus": "all partners' records",
    "tur-rus": "Türkiye to Russia",
}
_MONTHS = 12
_WORLD = "reference"
_MOST_HELD = 0.95  # share of figures in 90 % intervals beyond which these are too wide
_NAIVE = ("no change", "same month last year", "drift")
# As the calibration calls them, and as the page does.
_VERDICTS = {
    "yes": "well",
    "partly": "in part",
    "no": "hardly: close to the prior",
    "not fitted": "not fitted: the prior",
}


def calibrated(name: str) -> pd.DataFrame:
    """One table of the shipped posterior, without its file's ending."""
    return pd.read_csv(shipped(f"calibration/posterior/{name}.csv"), keep_default_na=False)


def record() -> dict[str, Any]:
    """What was fitted and how."""
    found: dict[str, Any] = json.loads(shipped("calibration/posterior/record.json").read_text(encoding="utf-8"))
    return found


def seen() -> str:
    """How much of the base year's value was seen."""
    table = audit(load_world(_WORLD)).seen
    rows = ((name, *(f"{100 * share:.1f} %" for share in shares)) for name, *shares in table.itertuples())
    return markdown.table(("of the value of", *table.columns), rows)


def identification() -> str:
    """How many parameters the figures speak about, and which."""
    table = calibrated("summary")
    rows = []
    for verdict, words in _VERDICTS.items():
        mine = table[table["identified"] == verdict]
        rows.append((words, len(mine), ", ".join(f"`{address}`" for address in mine["address"])))
    return markdown.table(("the figures show it", "number", "which"), rows)


def learnt() -> str:
    """Prior against posterior of what the figures show at least in part."""
    table = calibrated("summary")
    table = table[table["identified"].isin(["yes", "partly"])].sort_values("width_ratio")
    rows = (
        (
            f"`{row['address']}`",
            _span(row, "prior"),
            _span(row, "posterior"),
            f"{100 * row['width_ratio']:.0f} %",
        )
        for row in table.to_dict("records")
    )
    columns = (
        "input",
        "prior: median [5 %, 95 %]",
        "posterior: median [5 %, 95 %]",
        "width against the prior's",
    )
    return markdown.table(columns, rows)


def identified() -> str:
    """How many inputs the figures speak about, in words."""
    verdicts, sampler = calibrated("summary")["identified"], record()["sampler"]
    well, partly = ((verdicts == verdict).sum() for verdict in ("yes", "partly"))
    rough = ": some parameters are known roughly" if sampler["rhat"] > MOST_RHAT else ""
    return wrapped(
        f"Of {len(verdicts)} uncertain inputs the figures identify {well} well and {partly} in part. For the other "
        f"{len(verdicts) - well - partly} the posterior is the prior or close to it: their effect on a result is an "
        "assumption. *Well*: the posterior is less than 0.6 as wide as the prior; *in part*: less than 0.85. The "
        f"chains have {sampler['ess_bulk']:.0f} effective draws or more for the middle of each input and "
        f"{sampler['ess_tail']:.0f} for its tails, where {LEAST_DRAWS} are asked for; R-hat is at most "
        f"{sampler['rhat']:.3f}, where {MOST_RHAT:g} is{rough}."
    )


def fit_in_words() -> str:
    """How well the fitted figures are met, in words."""
    table, own = calibrated("fit"), record()["discrepancy_median"].values()
    return wrapped(
        f"{table['inside'].sum()} of {len(table)} fitted figures lie in the 90 % band, which holds the model's own "
        f"error: {min(own):.2f} to {max(own):.2f} log points by group. Of parameters alone it holds "
        f"{100 * table['inside_alone'].mean():.0f} %, with measurement error "
        f"{100 * table['inside_measured'].mean():.0f} %, with one error of {CUSHION:g} log points for all "
        f"{100 * table['inside_common'].mean():.0f} %. The median figure is missed by "
        f"{table['miss'].abs().median():.0f} %."
    )


def misses_in_words() -> str:
    """The largest flows to the target by year, model against published, in words."""
    months = calibrated("bands")
    months = months[months["series"].isin(_LARGEST) & (months["role"] != "base")]
    months = months.assign(**{name: pd.to_numeric(months[name]) for name in ("published_musd", "model_p50")})
    months = months.dropna(subset=["published_musd"])
    years = months.assign(year=months["period"].str[:4]).groupby(["series", "year"])
    told = []
    for series, title in _LARGEST.items():
        rows = [(year, rows) for (name, year), rows in years if name == series and len(rows) == _MONTHS]
        misses = [
            f"{100 * (rows['model_p50'].sum() / rows['published_musd'].sum() - 1):+.0f} % in {year}"
            f"{' (judged)' if (rows['role'] == 'judge').all() else ''}"
            for year, rows in rows
        ]
        if misses:
            told.append(f"{title} {', '.join(misses)}")
    return wrapped(f"The largest flows, medians of the posterior against what was published: {'; '.join(told)}.")


def forecast_in_words() -> str:
    """How well the held-out year was forecast, in words."""
    table = calibrated("scores")
    mine = table[table["series"] == "all"].set_index("forecaster")
    naive = mine.loc[[name for name in _NAIVE if name in mine.index], "crps"].min()
    held, alone = (mine.loc[name, "coverage_90"] for name in ("posterior", "posterior, parameters alone"))
    asked = calibrated("judgements")
    asked = asked[asked["forecaster"] == "posterior"]
    right = {what: asked.loc[asked["measure"] == what, "right"] for what in ("fall", "trough")}
    wide = ": they are too wide" if held > _MOST_HELD else ""
    return wrapped(
        f"On the {mine.loc['posterior', 'rows']} figures of 2024 that every forecaster answers the posterior's CRPS is "
        f"{mine.loc['posterior', 'crps']:.3f}, that of the best naive forecast {naive:.3f}. Its 90 % intervals hold "
        f"{100 * held:.0f} % of them{wide}. Of two named events it forecast the sign of the fall in "
        f"{right['fall'].sum()} of {len(right['fall'])} series, and the month of the trough in "
        f"{right['trough'].sum()} of {len(right['trough'])}. Without the model's own error "
        f"the intervals hold {100 * alone:.0f} %, so bands of parameters alone must not be read as forecasts."
    )


def _span(row: Mapping[Hashable, Any], of: str) -> str:
    low, middle, high = (f"{float(row[f'{of}_{at}']):.3g}" for at in ("p05", "median", "p95"))
    return f"{middle} [{low}, {high}]"


def fit() -> str:
    """How well the fitted figures are met, by group."""
    table, own = calibrated("fit"), record()["discrepancy_median"]
    rows = [
        (group, len(mine), f"{int(mine['inside'].sum())}", f"{mine['miss'].abs().median():.0f} %", f"{own[group]:.2f}")
        for group, mine in table.groupby("group")
    ]
    rows.append(("all", len(table), f"{int(table['inside'].sum())}", f"{table['miss'].abs().median():.0f} %", ""))
    return markdown.table(
        ("group of figures", "figures", "in the 90 % band", "median miss", "model's own error, log points"), rows
    )


def outside() -> str:
    """The fitted figures that lie outside the model's band."""
    table = calibrated("fit")
    table = table[~table["inside"].astype(bool)].sort_values("id")
    rows = ((f"`{row['id']}`", row["group"], f"{row['miss']:+.0f} %") for row in table.to_dict("records"))
    return markdown.table(("figure", "group", "model's median against it"), rows)


def scores() -> str:
    """How well the held-out year was forecast, by every forecaster."""
    table = calibrated("scores")
    table = table[table["series"] == "all"].sort_values("crps")
    rows = (
        (row["forecaster"], f"{row['mae']:.3f}", f"{row['crps']:.3f}", f"{100 * row['coverage_90']:.0f} %")
        for row in table.to_dict("records")
    )
    return markdown.table(("forecaster", "mean absolute error", "CRPS", "in the 90 % interval"), rows)


def hubs_left_out() -> str:
    """How well each hub is forecast by the fit without its own figures."""
    table = calibrated("hubs_left_out_summary")
    rows = (
        (row["hub"], row["figures"], *(f"{row[miss]:.0f} %" for miss in ("full_miss", "left_miss", "no_change_miss")))
        for row in table.to_dict("records")
    )
    inputs = read_inputs(shipped("calibration/posterior"), Path("results/calibration"), (), load_priors())
    return inputs.of_an_earlier_fit("hubs_left_out_summary", "sources_left_out") + markdown.table(
        ("hub", "figures", "median miss, fitted", "without its own figures", "if nothing changed"), rows
    )


TABLES: dict[str, Callable[[], str]] = {
    "seen": seen,
    "identified, in words": identified,
    "identification": identification,
    "learnt": learnt,
    "fit, in words": fit_in_words,
    "misses, in words": misses_in_words,
    "fit": fit,
    "outside": outside,
    "forecast, in words": forecast_in_words,
    "scores": scores,
    "hubs left out": hubs_left_out,
}

if __name__ == "__main__":
    raise SystemExit(rewrite("limits.md", TABLES))
