"""The template of a world: a folder of small, made-up tables that loads, with a scenario that runs, to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.common.csv_rows import csv_records, csv_text
from sim.common.errors import Fault, FaultList
from sim.common.files import written_folder
from sim.common.good_groups import ALL
from sim.common.months import parse_year
from sim.common.package_data import shipped
from sim.world import schema
from sim.world.load import load_world
from sim.world.template_texts import SCENARIO, scenario_text, settings_text

# Words that mean something else wherever states or goods are named in scenarios and metrics.
_TAKEN = frozenset({ALL, "coalition", "hubs", "target", "third", "direct", "banned", "rest"})
_STATE, _GOOD = re.compile(r"[A-Z][A-Z0-9]{1,11}"), re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MOST = 40  # of states, and of goods: what is larger is built from tables, not typed
_SOURCE = "template: made up; put a figure and where it is from"
# Where states stand whose place nobody gave: on one meridian, the target first.
_LATITUDES, _MERIDIAN = (50.0, -4.0), 30.0
# Trade of the template, million US dollars a year: what a coalition state, a hub, any other state and the target sell.
_SALES = {"coalition": 1200.0, "hub": 240.0, "third": 600.0, "target": 360.0}
_PASSED_ON = 60.0  # of it what a hub sells to the target of others' goods


@dataclass(frozen=True)
class WorldPlan:
    """Who and what a new world holds.

    Attributes:
        target: Code of the state under sanctions, such as `AAA`, or code and name, `AAA=Aland`.
        coalition: The states that make law against it.
        hubs: States that may pass goods to it.
        others: Other states, which sell and buy.
        goods: Codes of goods, such as `chips`, or code and name; the first is the one that the scenario bans.
        base_year: The year whose trade the tables hold.
    """

    target: str = "TARG"
    coalition: tuple[str, ...] = ("COAL",)
    hubs: tuple[str, ...] = ("HUBA",)
    others: tuple[str, ...] = ("OTHA",)
    goods: tuple[str, ...] = ("listed", "unlisted")
    base_year: str = "2021"


@dataclass(frozen=True)
class _State:
    code: str
    name: str
    role: str
    is_hub: bool
    latitude: float
    longitude: float
    more: dict[str, str] = field(default_factory=dict)

    @property
    def sells(self) -> float:
        """What it sells to each other state of each good, musd a year."""
        return _SALES["hub" if self.is_hub else self.role]


def new_world(out: Path, plan: WorldPlan, *, force: bool = False) -> list[Path]:
    """Write the template of a world, and a scenario on it, all files or none.

    A code that a shipped world has, such as that of a real state, brings its name and its place.

    Args:
        out: Folder to write into; it is made if it is missing.
        plan: Who and what it holds.
        force: Whether files of the same names are replaced.

    Returns:
        The files written; the last is the scenario.

    Raises:
        FaultList: With everything that is wrong with the plan.
        SimError: If the folder cannot be written, or files are in the way.

    Example:
        >>> import sim, tempfile
        >>> from pathlib import Path
        >>> from sim.world.template import WorldPlan, new_world
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = new_world(Path(folder), WorldPlan(goods=("arms", "grain")))
        ...     sim.load_world(folder).goods
        ('arms', 'grain')
    """
    faults: list[Fault] = []
    states, goods = _states(plan, faults), _goods(plan, faults)
    try:
        year = parse_year(plan.base_year)
    except ValueError as error:
        faults.append(Fault("", 0, 0, "--base-year", str(error)))
    if faults:
        raise FaultList(faults)
    target, hubs = (states[0].code, states[0].name), [state.code for state in states if state.is_hub]
    files = {
        "states.csv": csv_text([column.name for column in schema.STATE_COLUMNS], map(_state_cells, states)),
        "goods.csv": csv_text([column.name for column in schema.GOOD_COLUMNS], _good_cells(goods)),
        "baseline.csv": csv_text(schema.BASELINE, _flows(states, [code for code, _ in goods])),
        "reexports.csv": csv_text(schema.REEXPORTS, _passed_on(states, [code for code, _ in goods])),
        "season.csv": csv_text(schema.SEASON, ()),
        schema.SETTINGS: settings_text(plan.base_year, target, len(goods)),
        SCENARIO: scenario_text(year, target, hubs, goods[0], len(states) * len(goods)),
    }
    with written_folder(out, force=force) as scratch:
        for name, text in files.items():
            (scratch / name).write_text(text, encoding="utf-8", newline="\n")
        load_world(scratch)
    return [out / name for name in files]


def _states(plan: WorldPlan, faults: list[Fault]) -> list[_State]:
    """Return the states of a plan, the target first; notes codes that are none, or stand twice."""
    asked = [("--target", "target", False, [plan.target])]
    asked += [("--coalition", "coalition", False, list(plan.coalition)), ("--hubs", "third", True, list(plan.hubs))]
    asked += [("--others", "third", False, list(plan.others))]
    if not plan.coalition:
        faults.append(Fault("", 0, 0, "--coalition", "names no state; law against the target needs one that makes it"))
    known, first = _shipped_states(), dict[str, str]()
    found: list[_State] = []
    for option, role, is_hub, texts in asked:
        for text in texts:
            code, name = _code_and_name(text)
            if problem := _wrong(code, _STATE, "two to twelve capital letters and digits, such as AAA") or _twice(
                code, option, first
            ):
                faults.append(Fault("", 0, 0, option, problem))
                continue
            row = known.get(code, {})
            latitude = float(row.get("latitude", _LATITUDES[0] + _LATITUDES[1] * len(found)))
            longitude = float(row.get("longitude", _MERIDIAN))
            found.append(_State(code, name or row.get("name", code), role, is_hub, latitude, longitude, row))
    if len(found) > _MOST:
        faults.append(Fault("", 0, 0, "--others", f"{len(found)} states; a template has at most {_MOST}"))
    return found


def _goods(plan: WorldPlan, faults: list[Fault]) -> list[tuple[str, str]]:
    """Return codes and names of the goods; notes codes that are none, or stand twice."""
    found, first = [], dict[str, str]()
    if not plan.goods:
        faults.append(Fault("", 0, 0, "--goods", "names no good"))
    for text in plan.goods:
        code, name = _code_and_name(text)
        expected = "small letters, digits and single underscores, such as machine_tools"
        if problem := _wrong(code, _GOOD, expected) or _twice(code, "--goods", first):
            faults.append(Fault("", 0, 0, "--goods", problem))
        else:
            found.append((code, name or code.replace("_", " ").capitalize()))
    if len(found) > _MOST:
        faults.append(Fault("", 0, 0, "--goods", f"{len(found)} goods; a template has at most {_MOST}"))
    return found


def _code_and_name(text: str) -> tuple[str, str]:
    code, _, name = text.partition("=")
    return code.strip(), name.strip()


def _wrong(code: str, form: re.Pattern[str], expected: str) -> str:
    if code.lower() in _TAKEN:
        return f"'{code}' means something else in scenarios; take another code"
    return "" if form.fullmatch(code) else f"read '{code}', expected {expected}; a name goes behind it: CODE=Name"


def _twice(code: str, option: str, first: dict[str, str]) -> str:
    """Say where a code stands already; remembers it otherwise."""
    before = first.setdefault(code, option)
    seen = f"{option} {code}" in first
    first[f"{option} {code}"] = option
    if before != option:
        return f"'{code}' stands in {before} already; a state has one part to play"
    return f"'{code}' stands there twice" if seen else ""


def _shipped_states() -> dict[str, dict[str, str]]:
    """Return what shipped worlds say of a state that does not depend on the target, by code."""
    kept = ("name", "latitude", "longitude", "rule_of_law", "startup_days")
    found: dict[str, dict[str, str]] = {}
    for path in sorted(shipped("scenarios/worlds").glob("*/states.csv")):
        for row in csv_records(path):
            found.setdefault(row["code"], {name: row[name] for name in kept if row.get(name)})
    return found


def _state_cells(state: _State) -> list[str]:
    inside, target = state.role == "coalition", state.role == "target"
    cells = {
        "code": state.code, "name": state.name, "role": state.role, "is_hub": str(int(state.is_hub)),
        "latitude": f"{state.latitude:g}", "longitude": f"{state.longitude:g}",
        "coalition_hq_share": "1" if inside else "0.1", "alignment": "-1" if inside else "1" if target else "0",
        "technology_exposure": "0.4", "finance_exposure": "0.4", "enforcement_effort": "0.6" if inside else "0.1",
        "records": schema.RECORDS[0], "publication_lag_months": "1", "reexport_habit": schema.HABITS[0],
        "source": _SOURCE + ("; name and place from a shipped world" if state.more else ""),
    }  # fmt: skip
    cells |= {name: state.more[name] for name in ("rule_of_law", "startup_days") if name in state.more}
    return [cells.get(column.name, "") for column in schema.STATE_COLUMNS]


def _good_cells(goods: Sequence[tuple[str, str]]) -> Iterator[list[str]]:
    for place, (code, name) in enumerate(goods):
        cells = {
            "code": code, "name": name, "hs_codes": "*", "control_tier": "" if place else "1",
            "military_sensitivity": "0.1" if place else "0.6", "ambiguity": "0.5", "coalition_brand_share": "0.5",
            "price_elasticity": "5", "source": _SOURCE,
        }  # fmt: skip
        yield [cells.get(column.name, "") for column in schema.GOOD_COLUMNS]


def _flows(states: Sequence[_State], goods: Sequence[str]) -> Iterator[list[str]]:
    for one in states:
        for other in (state for state in states if state is not one):
            for good in goods:
                yield [one.code, other.code, good, f"{one.sells:g}", "imputed", "", _SOURCE]


def _passed_on(states: Sequence[_State], goods: Sequence[str]) -> Iterator[list[str]]:
    for hub in (state for state in states if state.is_hub):
        for good in goods:
            yield [hub.code, good, f"{_PASSED_ON:g}", "imputed", _SOURCE]
