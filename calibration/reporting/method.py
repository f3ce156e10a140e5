"""How it was done, and how far the computation itself can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from calibration.inference import emulator, mcmc
from calibration.inference.likelihood import COMMON_DISCREPANCY, SHARED
from calibration.reporting.inputs import MADE_BY, Inputs
from calibration.reporting.markup import table


def method(inputs: Inputs) -> str:
    """Design, emulator, likelihood, sampler, check."""
    record, plan = inputs.record, inputs.record["plan"]
    waves = plan.get("waves", [])
    return (
        "Method\n\n"
        "**Runs.** The model runs in expected mode (no draw of single agents, so that two runs differ by their "
        "parameters "
        f"only) with {record['exporters']} rows of exporters, to {record['last']}: at {plan['points']} points of a "
        f"scrambled Sobol sequence through the prior, then at {' and '.join(str(wave) for wave in waves) or 'no'} "
        "points "
        "near the posterior, each wave chosen by the posterior of the one before.\n\n"
        f"**Emulator.** {said(emulator)} It learns from the {plan['trained_on']} runs nearest to the figures.\n\n"
        "**Likelihood.** With y the log figure and m(z) the simulated one, `y = m(z) + shared + own + measured + "
        "emulated`. *Shared* and *own* are the model's discrepancy: one unknown standard deviation per series of "
        f"figures, all of one scale, a half-Cauchy of {COMMON_DISCREPANCY:g} log points, so that a series that the "
        f"model misses by far is a misfit and no cushion for the others. {SHARED:.0%} of its variance is shared by "
        "the figures of one series, so that many months of one flow are not as many witnesses. A figure that is an "
        "interval enters by the probability that the true value lies in it.\n\n"
        f"**Sampler.** {said(mcmc)} {plan['walkers']} walkers of {plan['steps']} steps, burn-in included.\n\n"
        f"**Check on the model.** The model itself runs at {plan['checked']} draws; draws are weighed by its own "
        f"likelihood against the emulator's, and {plan['draws']} are kept. Every band below rests on the model's own "
        f"runs, not on the emulator. Everything random has the seed {plan['seed']}.\n"
    )


def said(module: ModuleType) -> str:
    """What a module says of itself, as one paragraph, so that the report follows the code."""
    return " ".join((module.__doc__ or "").split())


def _effective(sampler: Mapping[str, float]) -> str:
    """Effective draws, which records of fits before they were measured lack."""
    if "ess_bulk" not in sampler:
        return ""
    return f", effective draws {sampler['ess_bulk']:.0f} in the bulk and {sampler['ess_tail']:.0f} in the tails"


def computation(inputs: Inputs) -> str:
    """Emulator, sampler, draws that count, expected against sampled mode."""
    record = inputs.record
    stand_in, sampler = record["emulator"], record["sampler"]
    steps = sampler["steps_kept"] / max(sampler["autocorrelation_steps"], 1.0)
    seconds = sum(record.get("seconds", {}).values())
    warnings = [
        (sampler["rhat"] > 1.05, f"split R-hat is {sampler['rhat']:.3g}, above 1.05: the chains still differ"),
        (steps < 50, f"the chain is {steps:.0f} times as long as its autocorrelation, 50 are wished for"),
        (record["effective_draws_after_check"] < 100,
         f"only {record['effective_draws_after_check']:.0f} draws count after the check on the model: "
         "bands rest on few of them"),
    ]  # fmt: skip
    told = [text for wrong, text in warnings if wrong]
    return (
        "How far to trust the computation\n\n"
        f"Emulator: on unseen runs R² is {stand_in['r2_median']:.2f} for the "
        "median "
        f"target and {stand_in['r2_p10']:.2f} for the worst tenth, the median error {stand_in['error_median']:.3f} log "
        f"points; at the posterior it misses the model by {stand_in['missed_at_posterior_median']:.3f} in the median. "
        f"Sampler: acceptance {sampler['acceptance']:.2f}, slowest autocorrelation "
        f"{sampler['autocorrelation_steps']:.0f} of {sampler['steps_kept']} steps kept, split R-hat "
        f"{sampler['rhat']:.3f}{_effective(sampler)}. "
        f"Check: {record['effective_draws_after_check']:.0f} effective draws. Time: {seconds:.0f} s with "
        f"{record['plan']['processes']} processes.\n\n"
        + (
            f"Warnings: {'; '.join(told)}.\n\n"
            if told
            else "No warning: R-hat, length and effective draws are in order.\n\n"
        )
        + _sampled(inputs)
    )


def _sampled(inputs: Inputs) -> str:
    rows = inputs.tables.get("sampled")
    if rows is None:
        return f"Sampled mode was not held against expected mode: `{MADE_BY['sampled']}` does so.\n"
    far = rows[rows["bias"].abs() > rows["error"]]
    return (
        "**Sampled mode.** The same draws were run with single agents drawn. The median target differs from expected "
        "mode "
        f"by {rows['bias'].abs().median():.3f} log points and varies by {rows['noise'].median():.3f} from draw to "
        "draw of "
        f"the agents; {len(far)} of {len(rows)} targets differ by more than their error of measurement and discrepancy "
        "together.\n\n"
        + (table(far[["id", "expected", "sampled", "bias", "noise", "error"]].head(10)) if len(far) else "")
    )
