"""What the posterior was put to: 2024, hubs and sources left out, synthetic data; and the limits of it all."""

from __future__ import annotations

import pandas as pd

from calibration.reporting.inputs import MADE_BY, Inputs
from calibration.reporting.markup import listed, table
from calibration.validation.event_forecasts import ahead_of

_MISSING = "Not made yet: `{}` makes it.\n"


def out_of_sample(inputs: Inputs) -> str:
    """Scores on 2024 against each naive forecast, and the named judgements."""
    head = "Out of sample: 2024\n\n"
    scores, asked = inputs.tables.get("scores"), inputs.tables.get("judgements")
    if scores is None or asked is None:
        return head + _MISSING.format(MADE_BY["scores"])
    names = {
        "forecaster": "forecaster", "rows": "figures", "mae": "mean absolute error", "crps": "CRPS",
        "coverage_50": "in 50 %", "coverage_90": "in 90 %",
    }  # fmt: skip
    whole = scores[scores["series"] == "all"].sort_values("crps")
    return (
        f"{head}Fitted to December 2023, judged on 2024; log points, smaller is better, over the figures that every "
        "forecaster answers. Naive forecasts know what was published to December 2023 and spread by their own errors "
        "one "
        "and two years before. *Gravity* is exact hat algebra on the same world, with the bans alone or with banks "
        "too; "
        "*synthetic control* mixes the other series a year before.\n\n"
        f"{table(whole, names)}\nBy "
        f"series:\n\n{table(scores[scores['series'] != 'all'], {'series': 'series', **names})}\n"
        f"{_named(asked)}"
    )


def _named(asked: pd.DataFrame) -> str:
    ahead = ahead_of(asked, "posterior")
    won = ahead[ahead["ahead"].astype(bool)]["judgement"]
    return (
        "**Named judgements.** The dip after the bank order of December 2023 and the fall of the hubs in 2024, in sign "
        "(fall) and in the month of the lowest growth on the year (trough; right if within a month). *Probability*: "
        "given "
        "to what happened. *Score*: CRPS, or its sum over the months. A forecaster without numbers had nothing to "
        "say.\n\n"
        f"{table(asked, _JUDGED)}\n"
        f"Right, and with a better score than every naive forecast: {listed(list(won))}. Against the best of them:\n\n"
        f"{table(ahead)}"
    )


_JUDGED = {
    "judgement": "judgement", "forecaster": "forecaster", "published": "published", "predicted": "predicted",
    "right": "right", "p_right": "probability", "error": "error", "score": "score",
}  # fmt: skip


def hubs(inputs: Inputs) -> str:
    """Each hub predicted without its own figures."""
    head = "Leave one hub out\n\n"
    rows, summary = inputs.tables.get("hubs_left_out"), inputs.tables.get("hubs_left_out_summary")
    if rows is None or summary is None:
        return head + _MISSING.format(MADE_BY["hubs_left_out"])
    alone = summary[summary["known_from_prior_only"].fillna("") != ""]
    said = "; ".join(f"{row.hub}: {row.known_from_prior_only}" for row in alone.itertuples())
    return (
        f"{head}{inputs.of_an_earlier_fit('hubs_left_out_summary', 'sources_left_out')}"
        f"For each hub all figures in which it is office or partner, alone or with others, are taken out of the "
        "likelihood; runs and emulator stay. What is then predicted is held against what was published. *No change* "
        "says "
        "that nothing happens to the flow, for growth; *other hubs*, that its growth is the mean of what the same flow "
        "did at the other hubs in the year, where there is such a figure; *right way* is the percent of growth figures "
        "whose sign is forecast.\n\n"
        f"{table(summary.drop(columns=['known_from_prior_only']))}\n"
        f"{inputs.picture('hubs_left_out.png', 'Each hub with all figures and without its own')}"
        "A parameter of a hub's own, such as how far it opens, is known from its prior only once its figures are gone. "
        + (f"Wide as the prior without them: {said}.\n\n" if said else "No parameter falls back to its prior.\n\n")
        + table(
            rows,
            {
                "hub": "hub", "id": "figure", "data": "published", "full_p50": "all figures", "left_p50": "without",
                "left_p05": "5 %", "left_p95": "95 %", "inside": "inside", "full_miss": "miss, all",
                "left_miss": "miss, without",
            },
        )
    )  # fmt: skip


def sources(inputs: Inputs) -> str:
    """How far the posterior moves without each source."""
    head = "What rests on which source\n\n"
    summary = inputs.tables.get("sources_left_out_summary")
    if summary is None:
        return head + _MISSING.format(MADE_BY["sources_left_out"])
    return (
        f"{head}{inputs.of_an_earlier_fit('sources_left_out')}"
        f"Each source is left out of the likelihood in turn. *Moved*: of the medians, in standard deviations "
        "of the "
        "whole fit. *Widened*: largest standard deviation without over with.\n\n"
        f"{table(summary)}\n{inputs.picture('sources_left_out.png', 'Moves of the medians without each source')}"
    )


def recovery(inputs: Inputs) -> str:
    """Parameters recovered from simulated data, and simulation-based calibration."""
    head = "Proof of the method: recovery and simulation-based calibration\n\n"
    rows, record = inputs.tables.get("recovery"), inputs.recovery
    if rows is None:
        return head + _MISSING.format(MADE_BY["recovery"])
    sets = int(rows["sets"].iloc[0])
    shown = rows[["parameter", "coverage_50", "coverage_90", "uniform_p", "correlation"]]
    return (
        f"{head}{inputs.of_an_earlier_fit('recovery')}"
        f"In a small world the model runs at {sets} points drawn from the prior; discrepancy and errors are "
        "drawn on "
        "top, and the same emulator, likelihood and sampler fit each synthetic data set without knowing its point. "
        "If all "
        "of it is right, the truth's rank among the draws is uniform (Talts and others 2018) and intervals cover "
        "what they "
        f"say. By chance alone a 90 % interval covers {90 - 200 * (0.09 / sets) ** 0.5:.0f} to "
        f"{min(100, 90 + 200 * (0.09 / sets) ** 0.5):.0f} % of so many sets.\n\n"
        f"{table(shown)}\n{inputs.picture('recovery.png', 'Ranks of the truth; grey: what chance allows (99 %)')}"
        f"Made by `{record.get('command', MADE_BY['recovery'])}` with seed {record.get('seed', '?')} in "
        f"{record.get('seconds', float('nan')):.0f} s.\n"
    )


def limits(inputs: Inputs) -> str:
    """What all this does not show."""
    record, fit = inputs.record, inputs.tables["fit"]
    wide = [f"{name} ({value:.2f})" for name, value in record["discrepancy_median"].items() if value > 0.5]
    weak = fit[fit["emulator_r2"] < 0.5]
    points = [
        "Free parameters are shared by all firms of a kind, and the law they live under is the scenario's: a measure "
        "that "
        "the scenario lacks is a miss of the scenario, and shows as discrepancy.",
        "Growth on the base year hides errors of level in flows whose base year no office publishes.",
        "Errors of measurement are judged by the kind of source, not measured; discrepancies of different groups are "
        "independent, and those of one series share half their variance. Both are assumptions.",
        "The base year, with its imputed cells, is held fixed: the bands do not hold its uncertainty.",
        "What is held out is one year of a few flows; months of one flow are not independent trials.",
    ]
    if wide:
        points.append(
            f"The model's own error is large for {', '.join(wide)} log points: such figures are hardly explained."
        )
    if len(weak):
        points.append(f"The emulator explains less than half of the variance of {len(weak)} of {len(fit)} targets.")
    return "Limits\n\n" + "".join(f"- {point}\n" for point in points)
