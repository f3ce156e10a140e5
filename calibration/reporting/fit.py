"""How well the posterior fits, what it misses, what it says about the parameters and the months."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibration.inference.posterior_files import CUSHION, by_group
from calibration.reporting.inputs import MADE_BY, Inputs
from calibration.reporting.markup import listed, table

# What the project set out to reach.
INSIDE_GOAL, MISS_GOAL, COVERED_GOAL = 0.80, 10.0, (0.85, 0.95)
CUSHION_GOAL = 0.75


def abstract(inputs: Inputs) -> str:
    """The numbers that a hurried reader wants, against what was aimed at."""
    fit, scores = inputs.tables["fit"], inputs.tables.get("scores")
    inside, miss = fit["inside"].mean(), fit["miss"].abs().median()
    lines = [
        f"- **Fit**: {int(fit['inside'].sum())} of {len(fit)} figures ({inside:.0%}) lie in the 90 % band "
        f"(goal {INSIDE_GOAL:.0%}: {_met(inside >= INSIDE_GOAL)}); the median absolute miss of the posterior median is "
        f"{miss:.0f} % (goal {MISS_GOAL:.0f} %: {_met(miss < MISS_GOAL)}), at the prior centres it was "
        f"{fit['miss_before'].abs().median():.0f} %.",
    ]
    if scores is not None:
        own = scores[(scores["series"] == "all") & (scores["forecaster"] == "posterior")].iloc[0]
        others = scores[(scores["series"] == "all") & ~scores["forecaster"].str.contains("posterior|model")]
        best = others.sort_values("crps").iloc[0]
        held = COVERED_GOAL[0] <= own["coverage_90"] <= COVERED_GOAL[1]
        lines.append(
            f"- **Out of sample** ({int(own['rows'])} figures of 2024): CRPS {own['crps']:.3f} log points against "
            f"{best['crps']:.3f} of the best naive forecast ({best['forecaster']}); 90 % intervals hold "
            f"{own['coverage_90']:.0%} (goal 85 to 95 %: {_met(held)})."
        )
    if "inside_common" in fit:
        lines.insert(
            1,
            f"- **Without the cushion**: {fit['inside_alone'].mean():.0%} of the figures lie in the 90 % band of "
            f"parameters alone, {fit['inside_measured'].mean():.0%} with measurement error, "
            f"{fit['inside_common'].mean():.0%} with one discrepancy of {CUSHION:g} log points for all (goal "
            f"{CUSHION_GOAL:.0%}: {_met(fit['inside_common'].mean() >= CUSHION_GOAL)}); the figures speak of "
            f"{inputs.record['effective_parameters']:.0f} parameters' worth.",
        )
    unlearnt = inputs.tables["summary"]["identified"].value_counts()
    lines.append(
        f"- **Parameters**: {unlearnt.get('yes', 0)} are learnt from the figures, {unlearnt.get('partly', 0)} in part, "
        f"{unlearnt.get('no', 0)} not; {unlearnt.get('not fitted', 0)} were not fitted."
    )
    return (
        f"Scenario `{inputs.record['scenario']}`, figures fitted to {inputs.record['last']}; nothing later is used "
        "in the "
        "fit. Misses are in percent of the figure, everything else in log points unless said.\n\n"
        + "\n".join(lines)
        + "\n"
    )


def _met(yes: object) -> str:
    return "reached" if yes else "**not reached**"


def how_well(inputs: Inputs) -> str:
    """Fit by group of figures, with the picture of all."""
    return (
        "How well it fits\n\n"
        f"{table(by_group(inputs.tables['fit'], dict(inputs.record)))}\n"
        "*Inside*: percent of the figures in the 90 % band of parameters, discrepancy and measurement error. *Miss*: "
        "median absolute miss in percent, at the prior centres (before) and of the posterior median. *Discrepancy*: "
        "posterior median of the model's own error, log points. A wide discrepancy makes a wide band: it is a finding "
        "about the model, not a success of the fit.\n\n"
        + _cushion(inputs)
        + inputs.picture("fit.png", "Every figure against its band; red where it lies outside")
    )


def _cushion(inputs: Inputs) -> str:
    """How many figures lie in bands that lean less on the model's own error."""
    fit = inputs.tables["fit"]
    if "inside_common" not in fit:
        return ""
    bands = [f"inside{name}" for name in ("_prior", "_alone", "_measured", "_common", "")]
    shares = fit.assign(**{name: 100.0 * fit[name] for name in bands})
    kept = ["group", *bands, "discrepancy_share"]
    rows = shares[kept].groupby("group", sort=False).mean().reset_index()
    whole = pd.DataFrame([{"group": "all", **shares[kept[1:]].mean()}])
    return (
        "What the bands lean on: percent of the figures inside the 90 % band of the prior's parameters, of the "
        "posterior's parameters alone, with measurement error, with one discrepancy of "
        f"{CUSHION:g} log points for all figures, and with the fitted discrepancy, and how much of the last band's "
        "variance that discrepancy is.\n\n"
        + table(
            pd.concat([rows, whole]),
            {
                "group": "group", "inside_prior": "prior", "inside_alone": "parameters", "inside_measured": "measured",
                "inside_common": f"with {CUSHION:.2f}", "inside": "fitted discrepancy",
                "discrepancy_share": "its share",
            },
        )
        + "\n"
    )  # fmt: skip


def misses(inputs: Inputs) -> str:
    """Figures outside their band, and the largest misses of the median, by name."""
    fit = inputs.tables["fit"]
    size = np.log1p(fit["miss"] / 100.0).abs()
    outside = fit[~fit["inside"].astype(bool)].assign(size=size).sort_values("size", ascending=False)
    wide = fit.reindex(size.sort_values(ascending=False).index).head(20)
    named = ", ".join(f"{row.id} ({row.miss:+.0f} %)" for row in outside.itertuples())
    return (
        "What it misses\n\n"
        f"{len(outside)} figures lie outside their band{': ' + named if named else ''}.\n\n"
        "The largest misses of the posterior median, inside the band or not (data, before and model in logs):\n\n"
        + table(wide[["id", "group", "data", "before", "model", "miss", "inside"]])
    )


def parameters(inputs: Inputs) -> str:
    """Prior against posterior, and what the figures do not identify."""
    summary = inputs.tables["summary"]
    kinds = {
        kind: list(summary[summary["identified"] == kind]["address"]) for kind in ("yes", "partly", "no", "not fitted")
    }
    shown = summary.sort_values("width_ratio")
    return (
        "What the figures say about the parameters\n\n"
        f"Learnt (posterior less than 0.6 of the prior's width): {listed(kinds['yes'])}.\n\n"
        f"Learnt in part (less than 0.85): {listed(kinds['partly'])}.\n\n"
        "**Not identified** (as wide as the prior: here the prior speaks, and nothing in this report supports a "
        "value): "
        f"{listed(kinds['no'])}.\n\n"
        f"Not fitted, since the figures hardly depend on them: {listed(kinds['not fitted'])}.\n\n"
        + table(
            shown,
            {
                "address": "input", "group": "group", "prior_median": "prior", "prior_p05": "5 %", "prior_p95": "95 %",
                "posterior_median": "posterior", "posterior_p05": "5 % ", "posterior_p95": "95 % ",
                "width_ratio": "width against prior", "moved": "moved (prior sd)", "identified": "identified",
            },
        )
        + "\n"
        + inputs.picture("widths.png", "Posterior inside the prior, parameter by parameter")
        + inputs.picture("corner.png", "The parameters that the figures say most about, in pairs")
    )  # fmt: skip


def over_time(inputs: Inputs) -> str:
    """Posterior predictive bands against the customs figures, by month and year."""
    rows = inputs.tables.get("bands")
    head = "Bands over time against the customs figures\n\n"
    if rows is None:
        return f"{head}Not made yet: `{MADE_BY['bands']}` makes it.\n"
    known = rows[rows["inside_90"].notna()].assign(
        inside=lambda t: t["inside_90"].astype(str).isin(["True", "1", "1.0"])
    )
    shares = known.groupby("role")["inside"].agg(["size", "mean"]).reset_index()
    shares["mean"] *= 100.0
    by_series = known[known["role"] != "base"].groupby("title")["inside"].agg(["size", "mean"]).reset_index()
    worst = by_series[by_series["mean"] < 0.8].sort_values("mean")
    worst["mean"] *= 100.0
    pictures = "".join(
        inputs.picture(path.name, "Published figures (dots) and the model's median with 50 % and 90 % bands")
        for path in sorted(inputs.results.glob("bands-*.png"))
    )
    return (
        f"{head}The model runs at draws of the posterior to December 2024. Each series is shown as its targets "
        "compare it: "
        "growth on the same months of the base year, on that year's mean at the season of the series; flows that are "
        "known from words "
        "only are shown at the model's level. Months of quarters and years that were fitted count one by one here, "
        "so a "
        "share below that of the fit is to be expected.\n\n"
        f"{table(shares, {'role': 'role', 'size': 'figures', 'mean': 'inside the 90 % band, percent'})}\n"
        + (
            "Series with fewer than 80 % of their figures inside:\n\n"
            + table(worst, {"title": "series", "size": "figures", "mean": "inside, percent"})
            if len(worst)
            else "No series has fewer than 80 % of its figures inside.\n"
        )
        + f"\n{pictures}"
    )


def all_targets(inputs: Inputs) -> str:
    """Target by target."""
    rows: pd.DataFrame = inputs.tables["fit"]
    return "All fitted figures\n\nLogs but for the misses (percent).\n\n" + table(
        rows,
        {
            "id": "figure", "group": "group", "low": "from", "high": "to", "sd": "error", "before": "prior centre",
            "model": "posterior", "model_p05": "5 %", "model_p95": "95 %", "band_p05": "band 5 %",
            "band_p95": "band 95 %", "inside": "inside", "miss_before": "miss before", "miss": "miss",
        },
    )  # fmt: skip
