"""The posterior as files: draws, discrepancies, summary, fit table, record; `calibration.reporting` tells of them."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

import sim
from calibration.inference.likelihood import Evidence
from calibration.inference.posterior_fit import Fit, Plan, predictive, with_errors
from calibration.inference.saving import same_record
from calibration.targets.priors import Prior, values_at
from calibration.targets.simulated_targets import residuals
from calibration.targets.targets import Target

# A posterior narrower than this share of the prior, in standard deviations, counts as learnt from the figures.
IDENTIFIED, PARTLY = 0.6, 0.85
RECORD = "record.json"
# A discrepancy that one may grant a model without calling its bands a cushion, log points.
CUSHION = 0.10
# Draws of each chain that are shipped: neighbours say nearly the same.
_WALKED = 60
PACKAGES = ("numba", "numpy", "pandas", "scipy")


def draws_table(fit: Fit, priors: Sequence[Prior], seed: int) -> pd.DataFrame:
    """Draws of the posterior, one a row, each parameter in its unit; those that were not fitted, from their priors.

    The first is the representative one: of all draws, the one whose targets, and whose parameters that no target shows,
    lie nearest to the middle of all. Nearness is judged by what the draws do, since in as many dimensions as there are
    parameters every draw is far from the middle.

    Returns:
        Columns named by address, as :func:`sim.simulation.posterior.load_posterior` reads them.
    """
    z, order = _ordered(fit, priors, seed)
    return pd.DataFrame(values_at(priors, z[order]), columns=[prior.address for prior in priors])


def _ordered(fit: Fit, priors: Sequence[Prior], seed: int) -> tuple[np.ndarray, list[int]]:
    """Points of the draws in all parameters, and the order in which draws are written."""
    z = np.random.default_rng(seed).standard_normal((len(fit.points), len(priors)))
    fitted = np.array([prior.fitted for prior in priors])
    z[:, fitted] = fit.points
    first = representative(fit.found, z[:, ~fitted])
    return z, [first, *(draw for draw in range(len(z)) if draw != first)]


def representative(*groups: np.ndarray) -> int:
    """Which draw lies nearest to the medians of all, in standard deviations; each group of columns counts alike.

    Args:
        groups: numbers by draw (rows).
    """
    away = np.zeros(len(groups[0]))
    numbers = (group[:, np.isfinite(group).all(axis=0)] for group in groups)
    for group in (group for group in numbers if group.shape[1]):
        scale = group.std(axis=0)
        steps = (group - np.median(group, axis=0)) / np.where(scale > 0.0, scale, 1.0)
        away += np.mean(steps**2, axis=1)
    return int(np.argmin(away))


def chains_table(fit: Fit, priors: Sequence[Prior]) -> pd.DataFrame:
    """What the chains left behind, thinned, in the order in which they walked.

    Returns:
        Columns chain and draw, both from 0, and the fitted parameters by address, each in its unit.
    """
    fitted = [prior for prior in priors if prior.fitted]
    kept = fit.chain.walks[:: max(1, len(fit.chain.walks) // _WALKED)]
    steps, chains, _ = kept.shape
    table = pd.DataFrame(values_at(fitted, kept.reshape(-1, kept.shape[2])), columns=[one.address for one in fitted])
    table.insert(0, "draw", np.repeat(np.arange(steps), chains))
    table.insert(0, "chain", np.tile(np.arange(chains), steps))
    return table


def discrepancy_table(fit: Fit, seen: Evidence, priors: Sequence[Prior], seed: int) -> pd.DataFrame:
    """The model's own error at each draw of :func:`draws_table`, a standard deviation by group of figures."""
    return pd.DataFrame(fit.discrepancy[_ordered(fit, priors, seed)[1]], columns=list(seen.groups))


def summary_table(fit: Fit, priors: Sequence[Prior]) -> pd.DataFrame:
    """Prior against posterior, parameter by parameter.

    Returns:
        Columns name, place, group, prior and posterior median with the ends of their 90 % intervals, ``width_ratio``
        (posterior over prior standard deviation on the prior's scale), ``moved`` (prior standard deviations that the
        median moved), ``identified`` (yes, partly, no), and how far the chains have converged: ``rhat``, ``ess_bulk``
        and ``ess_tail``, from all draws of the chains; of a parameter that was not fitted, from its prior.
    """
    quantiles = np.array([0.05, 0.5, 0.95])
    normal = np.array([-1.6449, 0.0, 1.6449])
    rows = []
    fitted = [prior.name for prior in priors if prior.fitted]
    for prior in priors:
        z = fit.chain.points[:, fitted.index(prior.name)] if prior.fitted else ndtri(np.linspace(0.0005, 0.9995, 1000))
        chains = [of[fitted.index(prior.name)] for of in fit.chain.by_parameter] if prior.fitted else [np.nan] * 3
        before, after = prior.value(normal), prior.value(np.quantile(z, quantiles))
        ratio, moved = float(z.std()), float(np.median(z))
        rows.append(
            {
                "address": prior.address, "group": prior.group,
                **{f"prior_{q}": v for q, v in zip(("p05", "median", "p95"), before, strict=True)},
                **{f"posterior_{q}": v for q, v in zip(("p05", "median", "p95"), after, strict=True)},
                "width_ratio": ratio, "moved": moved,
                "identified": _learnt(ratio) if prior.fitted else "not fitted",
                **dict(zip(("rhat", "ess_bulk", "ess_tail"), chains, strict=True)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _learnt(ratio: float) -> str:
    return "yes" if ratio < IDENTIFIED else "partly" if ratio < PARTLY else "no"


def fit_table(fit: Fit, seen: Evidence, targets: Sequence[Target], seed: int) -> pd.DataFrame:
    """Target by target: data, model, bands, misses before and after, all in logs but for the last two.

    Returns:
        Columns id, group, data (with low and high), sd, before (at the prior centres), model (median at the draws),
        model_p05 and model_p95 (parameters alone), band_p05 and band_p95 (with discrepancy and measurement error),
        prior_p05 and prior_p95 (parameters of the prior alone), inside (the data lie in the band; an interval, if any
        of it does) and the same for narrower bands: inside_alone (parameters alone), inside_measured (with measurement
        error), inside_common (and a discrepancy of :data:`CUSHION` for all), inside_prior; discrepancy_share (of the
        model's own error in the variance of the band), miss and miss_before (percent, from the nearer end of the
        figure).
    """
    with_error = predictive(fit, seen, seed)
    band = np.quantile(with_error, [0.05, 0.95], axis=0)
    alone = np.quantile(fit.found, [0.05, 0.5, 0.95], axis=0)
    prior = np.quantile(fit.prior_found, [0.05, 0.95], axis=0)
    measured, common = (
        np.quantile(with_errors(fit.found, seen, np.full(fit.discrepancy.shape, own), rng), [0.05, 0.95], axis=0)
        for own, rng in ((0.0, np.random.default_rng(seed)), (CUSHION, np.random.default_rng(seed)))
    )
    table = pd.DataFrame(
        {
            "id": seen.ids, "group": [seen.groups[g] for g in seen.group], "data": [t.value for t in targets],
            "low": seen.low, "high": seen.high, "sd": seen.sd, "before": fit.at_centre, "model": alone[1],
            "model_p05": alone[0], "model_p95": alone[2], "band_p05": band[0], "band_p95": band[1],
            "prior_p05": prior[0], "prior_p95": prior[1],
        }
    )  # fmt: skip
    bands = {"": band, "_alone": alone[[0, 2]], "_measured": measured, "_common": common, "_prior": prior}
    for name, (low, high) in bands.items():
        table[f"inside{name}"] = (seen.high >= low) & (seen.low <= high)
    own = np.mean(fit.discrepancy**2, axis=0)[seen.group]
    table["discrepancy_share"] = own / (own + seen.sd**2 + fit.found.var(axis=0))
    table["miss"] = 100.0 * np.expm1(residuals(alone[1], targets))
    table["miss_before"] = 100.0 * np.expm1(residuals(fit.at_centre, targets))
    table["emulator_r2"], table["emulator_sd"] = fit.emulator.r2, fit.emulator.error
    return table


def write_posterior(
    folder: Path, tables: dict[str, pd.DataFrame], record: dict[str, object], *, force: bool = False
) -> None:
    """Writes the tables as CSV and the record as JSON, all or none.

    Raises:
        SimError: the folder cannot be written, or has files with other content and ``force`` is not set.
    """
    with sim.written_folder(folder, force=force, own=same_record(folder / RECORD, record)) as scratch:
        for name, table in tables.items():
            table.to_csv(scratch / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        (scratch / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Versions of what a posterior is computed with."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def plan_of(plan: Plan) -> dict[str, object]:
    """The plan as a record has it."""
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def record_of(fit: Fit, seen: Evidence, plan: Plan, facts: dict[str, object]) -> dict[str, object]:
    """What made a posterior, and the numbers that say how far to trust it."""
    r2 = fit.emulator.r2
    return {
        **facts,
        "plan": plan_of(plan),
        "targets": len(seen),
        "emulator": {
            "runs": fit.emulator.runs,
            "r2_median": round(float(np.median(r2)), 3),
            "r2_p10": round(float(np.quantile(r2, 0.1)), 3),
            "error_median": round(float(np.median(fit.emulator.error)), 4),
            "missed_at_posterior_median": round(float(np.median(fit.emulator_missed)), 4),
            "moved_by_half_median": round(float(np.median(np.abs(fit.moved_by_half))), 3),
            "moved_by_half_most": round(float(np.max(np.abs(fit.moved_by_half))), 3),
        },
        "sampler": {
            "acceptance": round(fit.chain.acceptance, 3), "steps_kept": len(fit.chain.walks),
            "rhat": round(fit.chain.rhat, 4), "ess_bulk": round(fit.chain.ess_bulk),
            "ess_tail": round(fit.chain.ess_tail),
        },
        # How many parameters the figures speak of: what is gone of the prior's variance, added up.
        "effective_parameters": round(float(np.sum(1.0 - np.minimum(fit.chain.points.var(axis=0), 1.0))), 1),
        "discrepancy_median": {
            name: round(float(np.median(fit.chain.discrepancy[:, g])), 3) for g, name in enumerate(seen.groups)
        },
        "seconds": fit.seconds,
        "versions": versions(),
    }  # fmt: skip


def by_group(fit: pd.DataFrame, record: dict[str, object]) -> pd.DataFrame:
    """Fit by group of targets: how many, how many inside, median absolute miss before and after, discrepancy."""
    spread = record["discrepancy_median"]
    assert isinstance(spread, dict)
    rows = [
        {
            "group": name, "targets": len(part), "inside_percent": 100.0 * part["inside"].mean(),
            "miss_before": part["miss_before"].abs().median(), "miss": part["miss"].abs().median(),
            "discrepancy": spread[name],
        }
        for name, part in fit.groupby("group", sort=False)
    ]  # fmt: skip
    return pd.DataFrame(rows)
