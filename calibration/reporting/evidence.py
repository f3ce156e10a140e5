"""What was fitted and what was believed before: targets by source, office and quality, conflicts, priors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from calibration.reporting.inputs import Inputs
from calibration.reporting.markup import table
from calibration.targets.build_targets import source_of
from calibration.targets.targets import Target

_ROLES = ("fit", "judge", "context")


def targets(inputs: Inputs) -> str:
    """Counts by source, ledger, office and quality; conflicts and how each enters."""
    rows = inputs.targets
    counts = Counter(row.role for row in rows)
    return (
        "Data and targets\n\n"
        f"{len(rows)} published figures are compared with the model: {counts['fit']} are fitted, {counts['judge']} are "
        f"held out to judge by, {counts['context']} are told for context and enter nothing. Each names the ledger and "
        "the customs office whose record it is compared with. Growth is taken on the same months of the base year, "
        "which the world meets by construction (on its mean at the season of the series, where three years of months "
        "before the war are known); judged months are on the year before. Comparison is in logarithms.\n\n"
        f"By source:\n\n{table(_counted(rows, source_of, 'source'))}\n"
        f"By ledger and measure:\n\n{table(_counted(rows, lambda row: f'{row.ledger}, {row.measure}', 'ledger'))}\n"
        f"By office (the sanctioned state's suppliers, hubs and others):\n\n"
        f"{table(_counted(rows, lambda row: row.reporter.split('/')[0], 'reporter'))}\n"
        f"By quality, with the error of measurement that was given (log points):\n\n{table(_quality(rows))}\n"
        f"{_conflicts(rows)}"
    )


def _counted(rows: Sequence[Target], label: Callable[[Target], str], name: str) -> pd.DataFrame:
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(label(row), Counter())[row.role] += 1
    ordered = sorted(found.items(), key=lambda item: (-item[1]["fit"], -sum(item[1].values()), item[0]))
    return pd.DataFrame([{name: key, **{role: many[role] for role in _ROLES}} for key, many in ordered])


def _quality(rows: Sequence[Target]) -> pd.DataFrame:
    found: dict[str, list[Target]] = {}
    for row in rows:
        found.setdefault(re.split(r"[;,]", row.quality)[0].strip(), []).append(row)
    return pd.DataFrame(
        [
            {
                "quality": key, **{role: sum(row.role == role for row in many) for role in _ROLES},
                "error": f"{min(row.sd for row in many):.2g} to {max(row.sd for row in many):.2g}",
            }
            for key, many in sorted(found.items(), key=lambda item: -len(item[1]))
        ]
    )  # fmt: skip


def _conflicts(rows: Sequence[Target]) -> str:
    intervals = [row for row in rows if row.low < row.high]
    shown = pd.DataFrame(
        [
            {
                "figure": row.id, "role": row.role, "measure": row.measure, "stated": _plain(row, row.value),
                "enters as": f"{_plain(row, row.low)} to {_plain(row, row.high)}",
                "conflicts with": " ".join(row.conflict_with), "source": row.source,
            }
            for row in intervals
        ]
    )  # fmt: skip
    doubled = [row.id for row in rows if row.conflict_with and row.low >= row.high]
    text = (
        "Where sources disagree, or say no more than a bound, the figure enters as an interval that spans what they "
        "say: any value inside is as good as any other, and an open side costs nothing. No choice between them is "
        "made.\n\n"
    )
    if len(shown):
        text += table(shown)
    if doubled:
        text += (
            f"\nA second statement of a flow is kept as context and declared in conflict with the row that is fitted: "
            f"{', '.join(doubled)}.\n"
        )
    return text


def _plain(row: Target, log: float) -> str:
    """A figure in the unit that a reader thinks in."""
    if not np.isfinite(log):
        return "open"
    if row.measure == "level":
        return f"{np.exp(log):,.4g} mn USD"
    return f"{100.0 * np.expm1(log):+.3g} %" if row.measure == "growth" else f"{np.exp(log):.3g}"


def priors(inputs: Inputs) -> str:
    """How many priors, of which kinds; the table itself is in the appendix."""
    by_kind = Counter((prior.kind, prior.fitted) for prior in inputs.priors)
    fitted = sum(prior.fitted for prior in inputs.priors)
    words = {"parameters": "parameters of behaviour", "policies": "strengths of clauses", "drivers": "sizes of drivers"}
    kinds = ", ".join(
        f"{many} {words.get(kind, kind)}" for (kind, free), many in sorted(by_kind.items()) if free
    )  # fmt: skip
    return (
        "Priors\n\n"
        f"{len(inputs.priors)} quantities are uncertain, {fitted} of them are fitted ({kinds}). The others hardly move "
        "any fitted figure; they stay at their centre in the fit and come from their prior in every draw of the "
        "posterior, so "
        "that what follows from them keeps its uncertainty. A prior is lognormal, cut at the bounds that the model "
        "declares, or logit-normal between them; centre, width and source of each are in appendix B.\n"
    )


def all_priors(inputs: Inputs) -> str:
    """Every prior with its source."""
    rows = pd.DataFrame(
        [
            {
                "input": f"`{prior.address}`", "group": prior.group, "law": prior.family,
                "centre": prior.centre, "width": prior.width, "from": prior.low, "to": prior.high,
                "fitted": prior.fitted, "source": prior.source,
            }
            for prior in inputs.priors
        ]
    )  # fmt: skip
    words = "Width: standard deviation of the logarithm, or of the log odds between the bounds."
    return f"All priors\n\n{words}\n\n{table(rows)}"
