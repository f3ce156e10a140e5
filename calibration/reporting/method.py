"""How it was done, and how far the computation itself can be trusted."""

from __future__ import annotations

from types import ModuleType

from calibration.inference import emulator, mcmc
from calibration.inference.likelihood import COMMON_DISCREPANCY, QUARTERLY, TAILS
from calibration.reporting.inputs import MADE_BY, Inputs
from calibration.reporting.markup import table

# Rank-normalised R-hat and effective draws asked for of every parameter (Vehtari et al., Bayesian Analysis 2021).
MOST_RHAT, LEAST_DRAWS = 1.01, 400


def method(inputs: Inputs) -> str:
    """Design, emulator, likelihood, sampler."""
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
        "**Likelihood.** With y the log figure and m(z) the simulated one, `y = m(z) + own + measured + "
        "emulated`. *Own* is the model's discrepancy: one unknown standard deviation per series of "
        f"figures, all of one scale of {COMMON_DISCREPANCY:g} log points, so that errors have the tails of Student's t "
        f"with {TAILS:g} degrees of freedom: a series that the model misses by far is a misfit and no cushion for the "
        "others. It is an autoregressive process, correlated by "
        f"{QUARTERLY:g} from quarter to quarter, so that many months of one flow are not as many witnesses. "
        "*Emulated* is the emulator's error on runs near the posterior that it had not seen. A figure that is an "
        "interval enters by the probability that the true value lies in it.\n\n"
        f"**Sampler.** {said(mcmc)} {plan['chains']} chains of {plan['steps']} steps, the first half burn-in; "
        f"{plan['draws']} draws are kept, at which the model itself runs: every band below rests on its own runs, not "
        f"on the emulator. Everything random has the seed {plan['seed']}.\n"
    )


def said(module: ModuleType) -> str:
    """What a module says of itself, as one paragraph, so that the report follows the code."""
    return " ".join((module.__doc__ or "").split())


def computation(inputs: Inputs) -> str:
    """Emulator, chains, draws that count, expected against sampled mode."""
    record = inputs.record
    stand_in, sampler = record["emulator"], record["sampler"]
    seconds = sum(record.get("seconds", {}).values())
    warnings = [
        (sampler["rhat"] > MOST_RHAT, f"R-hat is {sampler['rhat']:.3f}, above {MOST_RHAT:g}: the chains still differ"),
        (min(sampler["ess_bulk"], sampler["ess_tail"]) < LEAST_DRAWS,
         f"some parameter has fewer than {LEAST_DRAWS} effective draws"),
    ]  # fmt: skip
    told = [text for wrong, text in warnings if wrong]
    return (
        "How far to trust the computation\n\n"
        f"Emulator: on unseen runs R² is {stand_in['r2_median']:.2f} for the "
        "median "
        f"target and {stand_in['r2_p10']:.2f} for the worst tenth, the median error {stand_in['error_median']:.3f} log "
        f"points; at the posterior it misses the model by {stand_in['missed_at_posterior_median']:.3f} in the median. "
        f"With an emulator that learnt from half of the runs the medians of the parameters move by "
        f"{stand_in['moved_by_half_median']:.2f} standard deviations of the posterior in the median, at most by "
        f"{stand_in['moved_by_half_most']:.2f}. "
        f"Chains: {sampler['acceptance']:.0%} of steps taken, rank-normalised R-hat at most {sampler['rhat']:.3f}, "
        f"effective draws at least {sampler['ess_bulk']:.0f} in the bulk and {sampler['ess_tail']:.0f} in the tails. "
        f"Time: {seconds:.0f} s with {record['plan']['processes']} processes.\n\n"
        + (f"Warnings: {'; '.join(told)}.\n\n" if told else "No warning: R-hat and effective draws are in order.\n\n")
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
