"""What a report is written from: the tables beside a posterior, the pictures of its results, targets and priors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from calibration.targets.priors import Prior
from calibration.targets.targets import Target

# Which command makes which table; without it a section says so.
MADE_BY = {
    "bands": "python -m calibration.validation.predictive_intervals",
    "scores": "python -m calibration.validation.forecasts",
    "judgements": "python -m calibration.validation.forecasts",
    "rolling": "python -m calibration.validation.rolling_origins",
    "rolling_gains": "python -m calibration.validation.rolling_origins",
    "rolling_troughs": "python -m calibration.validation.rolling_origins",
    "hubs_left_out": "python -m calibration.validation.leave_out",
    "hubs_left_out_summary": "python -m calibration.validation.leave_out",
    "sources_left_out": "python -m calibration.validation.leave_out",
    "sources_left_out_summary": "python -m calibration.validation.leave_out",
    "sampled": "python -m calibration.validation.sampled_mode",
    "recovery": "python -m calibration.validation.simulation_based_calibration",
}
NEEDED = ("fit", "summary")


@dataclass(frozen=True, eq=False)
class Inputs:
    """What there is to report.

    Attributes:
        tables: by name; those of :data:`NEEDED` are always there.
        record: what made the posterior.
        recovery: what made the check of the method; empty where it was not run.
        targets: all rows of the table of targets.
        priors: all rows of the table of priors.
        results: folder of the pictures.
    """

    tables: Mapping[str, pd.DataFrame]
    record: Mapping[str, Any]
    recovery: Mapping[str, Any]
    targets: Sequence[Target]
    priors: Sequence[Prior]
    results: Path

    def of_an_earlier_fit(self, *tables: str) -> str:
        """A warning where tables are of parameters that the posterior no longer has, or an empty text."""
        today = {prior.name for prior in self.priors}
        named: set[str] = set()
        for table in (self.tables[name] for name in tables if name in self.tables):
            for column in table.columns.intersection(["parameter", "known_from_prior_only"]):
                named |= set(" ".join(table[column].fillna("")).split())
        if named <= today:
            return ""
        return (
            f"**Of an earlier fit**, with parameters that are gone ({', '.join(sorted(named - today))}): "
            f"`{MADE_BY[tables[0]]}` makes it anew.\n\n"
        )

    def picture(self, name: str, caption: str) -> str:
        """A picture of the results with its caption, or an empty text where it was not drawn."""
        return f"![{caption}]({name})\n\n*{caption}*\n\n" if (self.results / name).is_file() else ""


def read_inputs(posterior: Path, results: Path, targets: Sequence[Target], priors: Sequence[Prior]) -> Inputs:
    """Reads all that lies beside a posterior.

    Args:
        posterior: its folder.
        results: folder of the pictures.
        targets: all rows.
        priors: all rows.

    Raises:
        SimError: there is no posterior, or a table cannot be read.
    """
    try:
        record = json.loads((posterior / "record.json").read_text(encoding="utf-8"))
        found = {
            name: pd.read_csv(posterior / f"{name}.csv", keep_default_na=True)
            for name in (*NEEDED, *MADE_BY)
            if name in NEEDED or (posterior / f"{name}.csv").exists()
        }
        note = posterior / "recovery.json"
        recovery = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    except (OSError, ValueError) as error:
        raise sim.SimError(
            f"{posterior} holds no posterior to report on ({error}); make one: make calibrate"
        ) from error
    return Inputs(found, record, recovery, targets, priors, results)
