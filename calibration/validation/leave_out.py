"""What each hub's and each source's own figures do to the posterior: ``python -m calibration.validation.leave_out``.

A hub's own figures, all in which it is office or partner, are taken out of the likelihood, and what it then is said to
have let in and sent on is held against what was published. The runs of the model and the emulator stay; only the
evidence changes. Draws of the whole fit are weighed by what they would be worth without the figures (Pareto-smoothed
importance sampling); where the weights' tail is heavy or too few draws count, the posterior without is sampled anew.
Sources are left out in the same way, to see what rests on which.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from arviz_stats.base import array_stats

import sim
from calibration.inference.command import fitted, parser_of
from calibration.inference.emulator import Emulating
from calibration.inference.likelihood import Evidence, Marginal
from calibration.inference.mcmc import Chain, Normal, Posterior, Walk, sample
from calibration.inference.options import complain
from calibration.inference.posterior_fit import Plan, with_errors
from calibration.inference.saving import pictures_and_pages
from calibration.targets.build_targets import source_of
from calibration.targets.targets import Target, WorldCodes
from calibration.validation.figures import draw_hubs_left_out, draw_sources_left_out

# Draws of the chain that are weighed, and how many of them must count, or the posterior is sampled anew.
WEIGHED, LEAST_EFFECTIVE = 6000, 300.0
# Weights with a heavier tail than this say little, however many draws they seem to be worth.
LARGEST_TAIL = 0.7
# A parameter whose posterior is at least so wide, in prior standard deviations, is known from its prior only.
FROM_PRIOR = 0.85
WEIGHED_HOW, SAMPLED_HOW = "weighed", "sampled anew"


@dataclass(frozen=True, eq=False)
class Known:
    """A calibration that is there: all that leaving something out needs.

    Attributes:
        seen: the figures that were fitted.
        emulator: from points to simulated targets.
        chain: draws of the emulator's posterior.
        names: the fitted parameters.
        plan: how the sampler was run.
        seed: of the choice of draws and the errors.
    """

    seen: Evidence
    emulator: Emulating
    chain: Chain
    names: tuple[str, ...]
    plan: Plan = field(default_factory=Plan)
    seed: int = 11


@dataclass(frozen=True, eq=False)
class Columns:
    """An emulator of some of the targets; picklable, as the sampler needs."""

    whole: Emulating
    kept: np.ndarray

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Emulated targets, points x those that are kept."""
        return np.asarray(self.whole(z))[:, self.kept]


@dataclass(frozen=True, eq=False)
class Without:
    """A posterior from part of the figures.

    Attributes:
        points: draws, standard normal numbers.
        discrepancy: draws x groups.
        found: emulated targets there, all of them: draws x targets.
        effective: effective number of draws.
        how: weighed, or sampled anew.
    """

    points: np.ndarray
    discrepancy: np.ndarray
    found: np.ndarray
    effective: float
    how: str


def whole(known: Known) -> Without:
    """Draws of the fit to all the figures."""
    points, discrepancy = known.chain.thinned(min(WEIGHED, len(known.chain.points)), known.seed)
    return Without(points, discrepancy, np.asarray(known.emulator(points)), float(len(points)), WEIGHED_HOW)


def without(known: Known, drawn: Without, left: np.ndarray, number: int = 0) -> Without:
    """The posterior without some of the figures.

    Args:
        known: the calibration.
        drawn: from :func:`whole`.
        left: [target] which figures are left out.
        number: tells the seeds of several such posteriors apart.

    Raises:
        SimError: no figure is left.
    """
    if left.all():
        raise sim.SimError("nothing is left to fit: every figure would be left out")
    error = np.asarray(known.emulator.error)
    rest = Marginal(known.seen.part(~left), error[~left])
    parts = np.array_split(np.arange(len(drawn.points)), max(1, len(drawn.points) // 500))
    both = Marginal(known.seen, error)
    logs = np.concatenate([rest(drawn.found[some][:, ~left]) - both(drawn.found[some]) for some in parts])
    weight, tail = _smoothed(logs)
    effective = float(1.0 / np.sum(weight**2))
    if tail > LARGEST_TAIL or effective < LEAST_EFFECTIVE:
        return _anew(known, left, number)
    rng = np.random.default_rng(known.seed + number)
    places = (rng.random() + np.arange(len(weight))) / len(weight)
    picked = np.minimum(np.searchsorted(np.cumsum(weight), places), len(weight) - 1)
    found = drawn.found[picked]
    discrepancy = np.concatenate([rest.draw(found[some][:, ~left], rng) for some in parts])
    return Without(drawn.points[picked], discrepancy, found, effective, WEIGHED_HOW)


def _smoothed(logs: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights that sum to one, their tail smoothed, and how heavy it is: Pareto's k (Vehtari et al., JMLR 2024)."""
    finite = np.isfinite(logs)
    floor = logs[finite].min() - 50.0 if finite.any() else 0.0
    logs = np.where(finite, logs, floor)
    if np.ptp(logs) < 1e-9:
        return np.full(len(logs), 1.0 / len(logs)), 0.0
    smooth, tail = array_stats.psislw(-logs)  # it is asked for the likelihood that is taken out
    weight = np.exp(smooth - smooth.max())
    return np.asarray(weight / weight.sum()), float(tail)


def _anew(known: Known, left: np.ndarray, number: int) -> Without:
    part, plan = known.seen.part(~left), known.plan
    error = np.asarray(known.emulator.error)[~left]
    posterior = Posterior(part, Columns(known.emulator, ~left), error, known.chain.points.shape[1])
    start = Normal(known.chain.points.mean(axis=0), np.cov(known.chain.points.T))
    walk = Walk(max(plan.steps // 9, 2), plan.chains, plan.seed + 1000 + number)
    chain = sample(posterior, walk, start, processes=plan.processes)
    points, discrepancy = chain.thinned(min(WEIGHED, len(chain.points)), known.seed)
    # NaN stays NaN: of chains one of which never moved nobody knows how many draws they are worth.
    effective = np.minimum(len(points), chain.ess_bulk)
    return Without(points, discrepancy, np.asarray(known.emulator(points)), float(effective), SAMPLED_HOW)


def published(known: Known, drawn: Without) -> np.ndarray:
    """What offices would publish at draws: the emulated figure, the emulator's error, discrepancy and measurement."""
    rng = np.random.default_rng(known.seed)
    found = drawn.found + np.asarray(known.emulator.error) * rng.standard_normal(drawn.found.shape)
    return with_errors(found, known.seen, drawn.discrepancy, rng)


# ------------------------------------------------------------------------------------------------------------ hubs
def hubs_of(targets: Sequence[Target], codes: WorldCodes) -> dict[str, np.ndarray]:
    """Hub -> which of the targets are its own: those in which it is, alone or with others, office or partner."""
    named = [set(re.split(r"[+/]", f"{row.reporter}+{row.partner}")) for row in targets]
    found = {hub: np.array([hub in codes_ for codes_ in named], dtype=bool) for hub in codes.hubs}
    return {hub: left for hub, left in found.items() if left.any()}


def hubs_left_out(known: Known, targets: Sequence[Target], codes: WorldCodes) -> dict[str, pd.DataFrame]:
    """Leaves out each hub that has figures.

    Args:
        known: the calibration.
        targets: the fitted rows, in the order of its figures.
        codes: what the world knows.

    Returns:
        ``hubs_left_out``: one row per figure left out: hub, id, data with low and high, quantiles of the whole fit
        (``full_*``) and of the fit without the hub's figures (``left_*``), both with all errors, logs; misses of the
        medians in percent from the figure's nearer end; ``inside``: the figure lies in the 90 % band without it; and
        two misses of growth for comparison: ``no_change_miss`` says that nothing happens, ``other_hubs_miss`` that what
        happened at the other hubs did (see :func:`as_at_other_hubs`). ``hubs_left_out_summary``: by hub.
    """
    drawn = whole(known)
    full = np.quantile(published(known, drawn), [0.05, 0.5, 0.95], axis=0)
    rows, summary = [], []
    own = hubs_of(targets, codes)
    for number, (hub, left) in enumerate(own.items()):
        if left.all():
            sys.stderr.write(f"{hub} has part in every figure: nothing would be left to fit without it\n")
            continue
        sys.stderr.write(f"without {hub}: {int(left.sum())} figures\n")
        one = without(known, drawn, left, number)
        band = np.quantile(published(known, one), [0.05, 0.5, 0.95], axis=0)
        part = _hub_rows(hub, known.seen, targets, (left, full, band))
        part["other_hubs_miss"] = _miss(as_at_other_hubs(hub, targets, own), known.seen)[left]
        rows.append(part)
        summary.append(_hub_summary(hub, part, known, (drawn, one)))
    return _tables("hubs_left_out", rows, summary)


def as_at_other_hubs(hub: str, targets: Sequence[Target], hubs: Collection[str]) -> np.ndarray:
    """What a hub's growth would be if it were that of the others: the mean of their figures of the same flow and year.

    With partial pooling over hubs the forecast of one without figures is the mean of the others (Gelman and Hill 2007,
    section 12.2).

    Returns:
        [target] log growth; NaN where the row is no growth of the hub or no other hub has a figure alike.
    """

    def alike(row: Target, one: str) -> tuple[str, ...]:
        ends = ("hub" if name == one else name for name in (row.reporter, row.partner))
        return (row.ledger, row.flow, *ends, row.good, row.brand, row.period[0][:4])

    others: dict[tuple[str, ...], list[float]] = {}
    for row in targets:
        for one in hubs:
            if one != hub and one in (row.reporter, row.partner) and hub not in (row.reporter, row.partner):
                others.setdefault(alike(row, one), []).append(row.value)
    return np.array(
        [np.mean(others.get(alike(row, hub), [np.nan])) if row.measure == "growth" else np.nan for row in targets]
    )


def _tables(name: str, rows: list[pd.DataFrame], summary: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    """Both tables of what was left out; none where nothing could be."""
    if not rows:
        return {}
    return {name: pd.concat(rows, ignore_index=True), f"{name}_summary": pd.DataFrame(summary)}


def _hub_rows(
    hub: str, seen: Evidence, targets: Sequence[Target], bands: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> pd.DataFrame:
    left, full, band = bands
    growth = np.array([row.measure == "growth" for row in targets])
    nothing = np.where(growth, 0.0, np.nan)
    table = pd.DataFrame(
        {
            "hub": hub, "id": seen.ids, "data": [row.value for row in targets], "low": seen.low, "high": seen.high,
            **{f"full_{q}": v for q, v in zip(("p05", "p50", "p95"), full, strict=True)},
            **{f"left_{q}": v for q, v in zip(("p05", "p50", "p95"), band, strict=True)},
            "full_miss": _miss(full[1], seen), "left_miss": _miss(band[1], seen),
            "no_change_miss": _miss(nothing, seen), "inside": (seen.high >= band[0]) & (seen.low <= band[2]),
        }
    )  # fmt: skip
    return table[left]


def _miss(model: np.ndarray, seen: Evidence) -> np.ndarray:
    """Percent from the nearer end of each figure; nil inside."""
    return np.asarray(100.0 * np.expm1(np.maximum(model - seen.high, 0.0) - np.maximum(seen.low - model, 0.0)))


def _hub_summary(hub: str, part: pd.DataFrame, known: Known, both: tuple[Without, Without]) -> dict[str, object]:
    before, after = (one.points.std(axis=0) for one in both)
    # A parameter of the hub's own, such as how far it opens, is named after it.
    lost = [
        name
        for name, wide, narrow in zip(known.names, after, before, strict=True)
        if wide >= FROM_PRIOR and (narrow < FROM_PRIOR or name == hub)
    ]
    # A level that is left out has no growth of nil to be held against.
    growth = part.dropna(subset=["no_change_miss"])
    return {
        "hub": hub, "figures": len(part), "inside_percent": 100.0 * part["inside"].mean(),
        "full_miss": part["full_miss"].abs().median(), "left_miss": part["left_miss"].abs().median(),
        "left_miss_growth": growth["left_miss"].abs().median(),
        "no_change_miss": growth["no_change_miss"].abs().median(),
        "other_hubs_figures": int(growth["other_hubs_miss"].notna().sum()),
        "left_miss_there": growth.loc[growth["other_hubs_miss"].notna(), "left_miss"].abs().median(),
        "other_hubs_miss": growth["other_hubs_miss"].abs().median(),
        "right_way": _right_way(growth), "known_from_prior_only": " ".join(lost), "how": both[1].how,
        "effective": round(both[1].effective),
    }  # fmt: skip


def _right_way(growth: pd.DataFrame) -> float:
    """Percent of the growth figures whose sign the prediction without the hub has; NaN without growth figures."""
    return 100.0 * float((growth["left_p50"] * growth["data"] > 0.0).mean()) if len(growth) else float("nan")


# --------------------------------------------------------------------------------------------------------- sources
def sources_left_out(known: Known, targets: Sequence[Target]) -> dict[str, pd.DataFrame]:
    """Leaves out each source of figures.

    Args:
        known: the calibration.
        targets: the fitted rows, in the order of its figures.

    Returns:
        ``sources_left_out``: source, figures, parameter, ``moved`` (how far the median moves, in standard deviations
        of the whole fit), ``moved_prior`` (the same in those of the prior), ``width_ratio`` (standard deviation without
        over with). ``sources_left_out_summary``: by source, the largest of these, and how it was worked out.
    """
    drawn = whole(known)
    labels = np.array([source_of(row) for row in targets])
    spread, middle = drawn.points.std(axis=0), np.median(drawn.points, axis=0)
    rows, summary = [], []
    for number, source in enumerate(dict.fromkeys(labels)):
        left = labels == source
        if left.all():
            sys.stderr.write(f"every figure is from {source}: nothing would be left to fit without it\n")
            continue
        sys.stderr.write(f"without {source}: {int(left.sum())} figures\n")
        one = without(known, drawn, left, 100 + number)
        moved = np.median(one.points, axis=0) - middle
        part = pd.DataFrame(
            {
                "source": source, "figures": int(left.sum()), "parameter": known.names, "moved": moved / spread,
                "moved_prior": moved, "width_ratio": one.points.std(axis=0) / spread,
            }
        )  # fmt: skip
        rows.append(part)
        most = part.reindex(part["moved"].abs().sort_values(ascending=False).index).head(3)
        summary.append(
            {
                "source": source, "figures": int(left.sum()), "most_moved": float(part["moved"].abs().max()),
                "median_moved": float(part["moved"].abs().median()), "most_widened": float(part["width_ratio"].max()),
                "moves": ", ".join(f"{r.parameter} ({r.moved:+.1f})" for r in most.itertuples()),
                "how": one.how, "effective": round(one.effective),
            }
        )  # fmt: skip
    return _tables("sources_left_out", rows, summary)


def write(tables: dict[str, pd.DataFrame], posterior: Path, results: Path, *, force: bool = False) -> list[Path]:
    """Writes the tables beside the posterior, and the pictures with the tables behind them to the results.

    Raises:
        SimError: they cannot be written, or files are in the way and ``force`` is not set.
    """
    draws = {"hubs_left_out": draw_hubs_left_out, "sources_left_out": draw_sources_left_out}
    drawn = [name for name in draws if name in tables]
    with sim.written_folder(posterior, force=force) as scratch:
        for name, table in tables.items():
            table.to_csv(scratch / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")
    with pictures_and_pages(results, force=force) as scratch:
        for name in drawn:
            draws[name](tables[name], scratch / f"{name}.png")
            tables[name].to_csv(scratch / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")
    return [posterior / f"{name}.csv" for name in tables] + [results / f"{name}.png" for name in drawn]


def main(arguments: list[str] | None = None) -> int:
    """Takes up the calibration that the same options made, and leaves out hubs, then sources; 1 on a faulty input."""
    parser = parser_of("python -m calibration.validation.leave_out", __doc__)
    parser.add_argument("--only", choices=("hubs", "sources"), help="one of the two; both by default")
    chosen = parser.parse_args(arguments)
    try:
        made = fitted(chosen)
        names = tuple(prior.name for prior in made.model.fitted)
        known = Known(made.seen, made.fit.emulator, made.fit.chain, names, made.plan)
        tables: dict[str, pd.DataFrame] = {}
        if chosen.only != "sources":
            tables |= hubs_left_out(known, made.model.targets, made.codes)
        if chosen.only != "hubs":
            tables |= sources_left_out(known, made.model.targets)
        written = write(tables, chosen.posterior, chosen.results, force=chosen.force)
    except sim.SimError as error:
        return complain(error)
    with pd.option_context("display.width", 180, "display.max_colwidth", 70):
        for name, table in tables.items():
            if name.endswith("summary"):
                sys.stdout.write(f"{table.round(2).to_string(index=False)}\n\n")
    sys.stdout.write("".join(f"{path}\n" for path in written))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
