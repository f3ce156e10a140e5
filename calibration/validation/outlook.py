"""Forecasts for 2025 and 2026, written down before any figure of those years is read.

Run as ``python -m calibration.validation.outlook``.

The scenario is ``reference-2026``: the law carried on to autumn 2026, and everything else held at its last value. All
published months to December 2024 are assimilated. Rows are what each state's office will have on record of its sales to
the target, by good, and of the coalition's sales to each hub. Nobody fits on the years that are forecast.
"""

from __future__ import annotations

import json
import sys

from calibration.inference.options import common, complain, one_thread, settle

one_thread()

import pandas as pd  # noqa: E402

import sim  # noqa: E402

SCENARIO, FIRST, LAST = "reference-2026", "2025-01", "2026-12"
# No figure of a later month may be there when this is run; see :func:`refuse_to_look_ahead`.
KNOWN = "2024-12"
TABLE, RECORD = "outlook_2025_2026.csv", "outlook_record.json"
_COLUMNS = ["month", "reporter", "flow", "partner", "good", "low", "median", "high"]


def flows_of(world: sim.World) -> list[tuple[str, str, str, str]]:
    """Sales of every state to the target, all goods and each, and of the coalition's members to each hub."""
    target = world.states[world.target]
    goods = ("all", *world.goods)
    sellers = [code for code in world.states if code != target]
    hubs = [world.states[hub] for hub in world.hubs]
    coalition = [code for code, member in zip(world.states, world.is_coalition, strict=True) if member]
    to_target = [
        (code, "export+re-export" if code in hubs else "export", target, good) for code in sellers for good in goods
    ]
    return [*to_target, *((code, "export", hub, "all") for code in coalition for hub in hubs)]


def refuse_to_look_ahead(made: sim.Forecast) -> None:
    """Sees to it that no figure of the years that are forecast has been read.

    Raises:
        SimError: a series goes on after :data:`KNOWN`.
    """
    late = [one.name for one in made.series if one.musd.index[-1] > KNOWN]
    if late:
        names = ", ".join(late)
        raise sim.SimError(f"figures after {KNOWN} are known of {names}: the forecasts stand as they were written")


def outlook_table(made: sim.Forecast, flows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Rows by month, pair and good from January 2025 on; musd of the month, 90 % of the paths between low and high."""
    table = made.table[made.table["month"] >= FIRST].set_index(_COLUMNS[1:5])
    kept = table.loc[pd.MultiIndex.from_tuples(flows, names=_COLUMNS[1:5])].reset_index()
    return kept[_COLUMNS]


def main(arguments: list[str] | None = None) -> int:
    """Writes the forecasts beside the posterior; 1 if the input is at fault."""
    parser = common("python -m calibration.validation.outlook", __doc__)
    parser.set_defaults(scenario=SCENARIO)
    parser.add_argument("--draws", type=int, default=60, help="draws of the posterior at which the model runs")
    parser.add_argument("--seed", type=int, default=7, help="of the errors")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.figures is not None:
            raise sim.SimError("--figures: the outlook is of the shipped series; sim forecast takes newer months")
        settle(chosen)
        case = sim.load(chosen.scenario, allow_code=chosen.allow_code, posterior="none")
        flows = flows_of(case.world)
        made = sim.forecast(
            case, to=LAST, flows=flows, draws=chosen.draws, posterior=chosen.posterior, seed=chosen.seed,
            workers=chosen.processes,
        )  # fmt: skip
        refuse_to_look_ahead(made)
        record = {
            "scenario": chosen.scenario, "scenario_digest": case.scenario.digest, "world_digest": case.world.digest,
            "known_to": {one.name: one.musd.index[-1] for one in made.series}, "seed": chosen.seed, **made.record,
        }  # fmt: skip
        with sim.written_folder(chosen.posterior, force=chosen.force) as scratch:
            table = outlook_table(made, flows)
            table.to_csv(scratch / TABLE, index=False, float_format="%.4g", lineterminator="\n")
            (scratch / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    except sim.SimError as error:
        return complain(error)
    sys.stdout.write(f"{chosen.posterior / TABLE}\n{chosen.posterior / RECORD}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
