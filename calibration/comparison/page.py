"""The page of the comparison, written from the tables: docs/compared.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from calibration.comparison.full_stop import WHOLE
from calibration.comparison.historical_law import FROM_ALL, MODELS
from calibration.comparison.text import ASK, HEAD, HELD_OUT, LAW, MAPPED, READ, STOP, TAIL

PICTURES = "images/compared"
DIFFER = Path(__file__).with_name("differ.csv")


@dataclass(frozen=True, eq=False)
class Tables:
    """All that the page is made of.

    Attributes:
        whole: full stop, by name of :data:`~calibration.comparison.full_stop.WHOLE`.
        states: full stop, by state.
        law: from :func:`calibration.comparison.historical_law.answers`.
        misses: from :func:`calibration.comparison.historical_law.misses`.
        record: what made them.
    """

    whole: pd.DataFrame
    states: pd.DataFrame
    law: pd.DataFrame
    misses: pd.DataFrame
    record: Mapping[str, Any]


def page(tables: Tables, scores: pd.DataFrame) -> str:
    """The page.

    Args:
        tables: what the models said.
        scores: ``calibration/posterior/scores.csv``, the held-out year.
    """
    asked = tables.record["network"]
    network = f"The network model was left out of this page: {asked.get('missing')}."
    if asked["version"]:
        network = (
            f"`sanction-simulator` {asked['version']} was asked at its own values, τ = {asked['tau']:g} and "
            f"δ = {asked['delta']:g}; in brackets stand the lowest and highest answer at the ends of the ranges that "
            "it looks at itself."
        )
    made = {"draws": tables.record["draws"], "posterior": tables.record["posterior"][:10]}
    parts = [
        HEAD, STOP, network, _whole(tables.whole), f"![What arrives and who sells]({PICTURES}/full_stop.png)",
        READ.format(**_read(tables)), _states(tables.states), _losses(tables.states),
        LAW, _misses(tables.misses), f"![Every figure with every answer]({PICTURES}/law.png)", _nearer(tables.law),
        _scores(scores), HELD_OUT.format(**_held_out(tables, scores)),
        "## Where and why they differ", _differ(), ASK, MAPPED.format(inputs=_inputs(tables.states)),
        TAIL.format(**made),
    ]  # fmt: skip
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(head: list[str], rows: list[list[str]], *, right: bool = True) -> str:
    """A table whose columns after the first stand to the right, or do not."""
    columns = [head[0], *(sim.Column(name, right=right) for name in head[1:])]
    return sim.markdown(sim.Table.of(columns, rows))


def _number(value: float | None, digits: int = 0, sign: bool = True) -> str:
    if value is None or pd.isna(value):
        return ""
    text = f"{value:{'+' if sign else ''}.{digits}f}"
    return text.replace("-", "−") if float(text) else "0"


def _ranged(row: Mapping[str, float], name: str, digits: int = 0) -> str:
    value = row.get(name, float("nan"))
    if pd.isna(value):
        return ""
    if pd.isna(row.get(f"{name}_low", float("nan"))):
        return _number(value, digits)
    ends = (_number(row[f"{name}_{end}"], digits) for end in ("low", "high"))
    return f"{_number(value, digits)} [{', '.join(ends)}]"


def _whole(whole: pd.DataFrame) -> str:
    rows = [
        [words, _ranged(row, "agents"), _ranged(row, "gravity"), _ranged(row, "network")]
        for name, words in WHOLE.items() for row in [whole.loc[name].to_dict()]
    ]  # fmt: skip
    return _table(
        ["percent, second year against the same world without the stop", "agents", "gravity", "network"], rows
    )


def _states(states: pd.DataFrame) -> str:
    known = states.dropna(subset=["gravity_busd"])
    order = known["gravity_busd"].abs().sort_values(ascending=False).index
    rows = []
    for code in order:
        row = known.loc[code].to_dict()
        rows.append(
            [code, _number(row["base_busd"], 1, sign=False), _ranged(row, "agents_record_busd", 1),
             _ranged(row, "agents_made_busd", 1), _number(row["gravity_busd"], 1),
             _number(row.get("network_base_busd"), 1, sign=False), _ranged(row, "network_busd", 1)]
        )  # fmt: skip
    head = ["sales to Russia, billion USD a year", "base year", "agents: on record here",
            "agents: made here and arrived", "gravity", "base year, network", "network"]  # fmt: skip
    return _table(head, rows)


def _losses(states: pd.DataFrame) -> str:
    rows = []
    for code, line in states.iterrows():
        row = line.to_dict()
        rows.append(
            [str(code), _ranged(row, "agents_exports_percent", 2), _number(row["gravity_exports_percent"], 2),
             _number(row["gravity_real_percent"], 2), _number(row.get("network_output_percent"), 2)]
        )  # fmt: skip
    head = ["who loses, percent", "agents: all exports of own goods", "gravity: all exports",
            "gravity: real spending on goods", "network: gross output"]  # fmt: skip
    return _table(head, rows)


def _misses(misses: pd.DataFrame) -> str:
    names = {"no_change": "no change on 2021", **MODELS}
    names = {name: words for name, words in names.items() if name in misses}
    rows = [
        [str(row["group"]), str(row["rows"]), *(_number(row[name], 0, sign=False) for name in names)]
        for row in misses.to_dict("records")
    ]
    return _table(["mean miss, log points", "figures", *names.values()], rows)


def _differ() -> str:
    """What each model has and has not; words, from a table."""
    head, *rows = [cells for _, cells in sim.csv_rows(DIFFER)]
    return _table(["", *head[1:]], rows, right=False)


def _scores(scores: pd.DataFrame) -> str:
    chosen = scores[(scores["series"] == "all")]
    names = ("posterior", "model at the prior centres", "no change", "same month last year", "gravity, bans",
             "gravity, bans and banks")  # fmt: skip
    rows = [
        [row["forecaster"], _number(100 * row["mae"], 1, sign=False), _number(100 * row["crps"], 1, sign=False)]
        for row in chosen.to_dict("records") if row["forecaster"] in names
    ]  # fmt: skip
    return _table(["2024, held out; log points", "mean miss", "CRPS"], rows)


def _read(tables: Tables) -> dict[str, str]:
    """The numbers that the text names."""
    whole = tables.whole
    return {
        "agents": _number(-whole.at["arrives", "agents"], sign=False),
        "gravity": _number(-whole.at["arrives", "gravity"], sign=False),
        "around": _number(whole.at["around", "agents"], sign=False),
        "made": _number(-whole.at["coalition_made", "agents"], sign=False),
        "china": _number(tables.states.at["CHN", "agents_made_busd"], sign=False),
        "china_record": _number(tables.states.at["CHN", "agents_record_busd"], sign=False),
        "china_gravity": _number(tables.states.at["CHN", "gravity_busd"], sign=False),
    }


def _nearer(law: pd.DataFrame) -> str:
    """Which answer is nearer, counted."""
    miss = {name: (law[name] - law["published"]).abs() for name in MODELS}
    # What gravity was told it cannot forecast.
    free = ~law["gravity_told"].sub(law["published"]).abs().lt(1e-4)
    told = law[(miss["gravity_told"] < miss["agents"]) & free].index
    said = [
        f"Of {len(law)} figures the fitted agents are nearer than gravity on "
        f"{_count(miss['agents'] < miss['gravity'])}, and the agents before any fit on "
        f"{_count(miss['agents_prior'] < miss['gravity'])}"
    ]
    if (both := law["network"].notna()).any():
        nearer = _count((miss["network"] < miss["agents"])[both])
        said.append(
            f"the network model is nearer than the fitted agents on {nearer} of the {_count(both)} that it can answer"
        )
    said.append(
        f"gravity, told, is nearer than the fitted agents on {len(told)} of the {_count(free)} that it was not told"
    )
    return f"{'; '.join(said)}: {', '.join(f'`{name}`' for name in told)}."


def _count(which: pd.Series[bool]) -> int:
    return int(which.sum())


def _held_out(tables: Tables, scores: pd.DataFrame) -> dict[str, str]:
    crps = 100.0 * scores[scores["series"] == "all"].set_index("forecaster")["crps"]
    total = tables.misses.set_index("group").loc[FROM_ALL]
    network = f", {_number(total['network'], sign=False)} (network)" if "network" in total else ""
    return {
        "gravity": _number(crps["gravity, bans"], 1, sign=False),
        "posterior": _number(crps["posterior"], 1, sign=False),
        "no_change": _number(crps["no change"], 1, sign=False),
        "all_agents": _number(total["agents"], sign=False),
        "all_gravity": _number(total["gravity"], sign=False),
        "all_told": _number(total["gravity_told"], sign=False),
        "all_network": network,
    }


def _inputs(states: pd.DataFrame) -> str:
    """The network model's sales to the target as a share of ours, percent, over the states that both have."""
    if "network_base_busd" not in states:
        return "a part"
    both = states.dropna(subset=["network_base_busd", "gravity_busd"])
    return _number(100.0 * both["network_base_busd"].sum() / both["base_busd"].sum(), sign=False)


def read(folder: Path, record: Mapping[str, Any]) -> Tables:
    """The tables as they lie on disk."""
    whole = pd.read_csv(folder / "full_stop.csv", index_col="name")
    states = pd.read_csv(folder / "full_stop_states.csv", index_col="state")
    law = pd.read_csv(folder / "law.csv", index_col="id", dtype={"year": str})
    return Tables(whole, states, law, pd.read_csv(folder / "misses.csv"), record)
