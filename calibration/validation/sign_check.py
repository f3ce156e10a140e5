"""Does the reference package move every published series the right way? Levels come with calibration.

Run as ``python -m calibration.validation.sign_check``. Each row of ``figures/directions.csv`` states a change, a
ratio or a level; the row passes if the simulated one has the stated sign (growth), lies on the stated side of 1
(ratio), or within a factor of three (level).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

import sim

FIGURES = Path(__file__).resolve().parents[1] / "figures" / "directions.csv"
LEVEL_FACTOR = 3.0


def table(run: sim.Results, rows: pd.DataFrame) -> pd.DataFrame:
    """Simulated against stated, row by row.

    Args:
        run: a run of the reference package.
        rows: as in ``figures/directions.csv``.

    Returns:
        Columns id, statement, role, stated, simulated, unit, right.
    """
    found = []
    for row in rows.fillna("").to_dict("records"):
        simulated = _simulated(run, row)
        found.append(
            {
                **{name: row[name] for name in ("id", "statement", "role", "stated")},
                "simulated": round(simulated, 1),
                "unit": row["unit"],
                "right": _agrees(str(row["measure"]), simulated, str(row["stated"])),
            }
        )
    return pd.DataFrame(found)


def _simulated(run: sim.Results, row: dict[str, str]) -> float:
    if row["measure"] == "ratio":
        first, second = (_total(run, {**row, "destination": d}, row["to"]) for d in row["destination"].split("/"))
        return first / second
    later = _total(run, row, row["to"])
    return later if row["measure"] == "level" else 100.0 * (later / _total(run, row, row["from"]) - 1.0)


def _total(run: sim.Results, row: dict[str, str], span: str) -> float:
    first, last = span.split(":")
    data = run.flows if row["table"] == "flows" else run.recorded
    data = data[(data["month"] >= first) & (data["month"] <= last)]
    partner = "destination" if row["table"] == "flows" else "partner"
    wanted = {
        "reporter": row["reporter"],
        partner: row["destination"],
        "good": row["good"],
        "brand_origin": row["brand_origin"],
    }
    for column, value in wanted.items():
        if value:
            names = (run.record.get("good_groups") or {}).get(value, [value]) if column == "good" else [value]
            data = data[data[column].isin(names)]
    if row["flow"]:
        data = data[data["flow"].isin(row["flow"].split("+"))]
    if row["origin"] == "coalition":
        data = data[data["origin"].isin(run.record["coalition"])]
    elif row["origin"]:
        data = data[data["origin"] == row["origin"]]
    if row["route"] == "direct":
        data = data[data["route"] == "direct"]
    elif row["route"] == "hub":
        data = data[(data["route"] != "direct") | ~data["origin"].isin(run.record["coalition"])]
    return float(data["value_musd"].sum())


def _agrees(measure: str, simulated: float, stated: str) -> bool:
    """Whether a simulated figure goes the way of the stated one."""
    number = re.search(r"-?\d+(\.\d+)?", stated)
    value = float(number.group()) if number else 0.0
    if stated.startswith("above"):
        return simulated > value
    if stated.startswith("below"):
        return simulated < value
    if measure == "level":
        return value / LEVEL_FACTOR <= simulated <= value * LEVEL_FACTOR
    return (simulated > 1.0) == (value > 1.0) if measure == "ratio" else simulated * value > 0.0


def main() -> int:
    """Prints the table; 0 if every row used for fitting agrees."""
    case = sim.load("reference", posterior="none").with_changes(agents={"mode": "expected", "exporters": 6000})
    result = table(case.run(), pd.read_csv(FIGURES, dtype=str, keep_default_na=False))
    with pd.option_context("display.width", 200, "display.max_colwidth", 60, "display.max_rows", None):
        sys.stdout.write(result.to_string(index=False) + "\n")
    fit = result[result["role"] == "fit"]
    sys.stdout.write(f"{int(fit['right'].sum())} of {len(fit)} fit rows go the right way; ")
    judged = result[result["role"] == "judge"]
    sys.stdout.write(f"{int(judged['right'].sum())} of {len(judged)} judged rows\n")
    return 0 if bool(fit["right"].all()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
