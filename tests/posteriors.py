"""Small posteriors, written to disk: nothing here depends on the one that ships."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import sim


def write_posterior(folder: Path, columns: Mapping[str, Sequence[float]], scenario: str | Path = "classroom") -> Path:
    """A posterior of a scenario: values by column, one a draw."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(columns), *(",".join(map(repr, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "draws.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    case = sim.load(scenario, posterior="none")
    says = case.settings()
    record = {
        "scenario": str(scenario),
        "world": case.scenario.world,
        "said": {column: says.get(column) for column in columns},
    }
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return folder
