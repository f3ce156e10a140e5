"""How well the fitted model does: the main tables of the calibration report, from the tables beside the posterior."""

from __future__ import annotations

from pathlib import Path

from calibration.reporting import fit, read_inputs, trials
from calibration.reporting.inputs import Inputs
from calibration.reporting.markup import table
from calibration.reporting.rolling import rolling
from calibration.targets.priors import load_priors
from calibration.validation.event_forecasts import ahead_of
from sim.common.package_data import shipped

_HEAD = """\
# Validation

What the model was held against, and what came of it. The tables below are made from the files beside the posterior
that ships ([calibration/posterior](../calibration/posterior/README.md)); the [whole report](calibration-report.html)
has data, priors, method, every figure and the pictures, and [calibration](calibration.md) the commands that make it
again.

Four things to keep in mind. Figures were **fitted** to December 2023 and **judged** by 2024, which no fit has seen. A
wide band holds many figures: that is a finding about the model's own error, not a success. A parameter that the
figures do not show keeps its prior, and no result that hangs on it is tested here. And a model that meets customs
figures may still be wrong about what customs do not see.
"""


def validation_page() -> str:
    """The page, as Markdown."""
    inputs = read_inputs(shipped("calibration/posterior"), Path("results/calibration"), (), load_priors())
    parts = [_HEAD, "## In short", "", fit.abstract(inputs)]
    sections = (
        fit.how_well,
        fit.misses,
        _out_of_sample,
        _judgements,
        rolling,
        _hubs,
        trials.sources,
        trials.recovery,
        trials.limits,
    )
    parts += [f"## {section(_unpictured(inputs)).rstrip()}\n" for section in sections]
    return "\n".join(parts).rstrip() + "\n"


def _unpictured(inputs: Inputs) -> Inputs:
    """The same without pictures, which the report has: what lies in results/ must not change the page."""
    return Inputs(inputs.tables, inputs.record, inputs.recovery, inputs.targets, inputs.priors, Path("/nowhere"))


def _out_of_sample(inputs: Inputs) -> str:
    scores = inputs.tables["scores"]
    whole = scores[scores["series"] == "all"].sort_values("crps")
    names = {
        "forecaster": "forecaster", "rows": "figures", "mae": "mean absolute error", "crps": "CRPS",
        "coverage_50": "in 50 %", "coverage_90": "in 90 %",
    }  # fmt: skip
    return (
        "Out of sample: 2024\n\n"
        "Log points, smaller is better, over the figures of 2024 that every forecaster answers. Naive forecasts know "
        "what was published to December 2023 and spread by their own errors one and two years before. *Gravity* is "
        "exact hat algebra on the same world.\n\n" + table(whole, names)
    )


def _judgements(inputs: Inputs) -> str:
    asked = inputs.tables["judgements"]
    own = asked[asked["forecaster"] == "posterior"].drop(columns=["forecaster"])
    return (
        "Two events of 2024, forecast\n\n"
        "The dip after the bank order of December 2023 and the fall of the hubs: in sign (*fall*) and in the month of "
        "the lowest growth on the year (*trough*, right if within a month). *p right* is the probability given to what "
        "happened, *score* the CRPS or its sum.\n\n"
        f"{table(own)}\nAgainst the best naive forecast:\n\n{table(ahead_of(asked, 'posterior'))}"
    )


def _hubs(inputs: Inputs) -> str:
    summary = inputs.tables["hubs_left_out_summary"]
    names = {
        "hub": "hub",
        "figures": "figures",
        "inside_percent": "inside the 90 % band, percent",
        "full_miss": "miss, all figures",
        "left_miss": "miss, without the hub's",
        "no_change_miss": "miss, no change",
        "left_miss_there": "miss where other hubs have a figure",
        "other_hubs_miss": "miss, as at other hubs",
        "right_way": "right way, percent",
        "known_from_prior_only": "then known from the prior only",
    }
    return (
        "Each hub without its own figures\n\n"
        f"{inputs.of_an_earlier_fit('hubs_left_out_summary', 'sources_left_out')}"
        "All figures in which a hub is office or partner are taken out of the fit, and what is then predicted is held "
        "against them. Misses are median absolute ones in percent; *as at other hubs*: the mean of what the same flow "
        "did there in the year, which is the forecast of partial pooling; *right way* is the share of growth figures "
        "whose sign is forecast.\n\n" + table(summary, {name: said for name, said in names.items() if name in summary})
    )
