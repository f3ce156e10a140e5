"""A scenario as it was chosen, and what the user has changed of it: the changes are a scenario file that extends it.

What is run is what that file loads to, by the strict loader, so its faults are the loader's and its export is exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.common.errors import Fault, FaultList
from sim.common.parsing import PLAIN_NUMBER
from sim.common.yaml_reader import MOST_BYTES, TOO_LARGE, decode
from sim.scenario import as_yaml, parse_scenario, shipped_scenarios
from sim.simulation.posterior import NONE
from sim.simulation.simulation import Case, case_of, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario import Scenario

DATES = ("announced", "effective", "ends")
_REQUIRED = ("effective", "strength")
_SWITCH = {"id", "enabled"}
_FILE = "changes.yaml"
_ODD, _LONGEST_NAME = re.compile(r"[^\w .-]"), 60  # what the name of a file is shown without
_CLAUSE = re.compile(r"policies\[(?P<name>.+?)\](\.(?P<key>\w+))?")
_PARAMETER = re.compile(r"(?P<block>parameters)\.(?P<key>\w+)")


@dataclass(frozen=True)
class Complaint:
    """A fault of the draft, at the field that it concerns.

    Attributes:
        clause: id of the clause; empty where it is none's.
        key: key of the clause, or name of the parameter; empty where the fault is of the whole.
        message: what was read, what is expected.
    """

    clause: str
    key: str
    message: str


@dataclass(frozen=True, eq=False)
class Reading:
    """What a draft comes to.

    Attributes:
        case: what to run; None where the draft has faults.
        complaints: what is wrong with it.
    """

    case: Case | None
    complaints: tuple[Complaint, ...] = ()


@dataclass
class Draft:
    """A chosen scenario and the changes to it, every value a text as it would stand in a file.

    Attributes:
        chosen: the scenario as it was chosen, with its world.
        extends: what a file of the changes extends: a shipped name or a path.
        portable: whether that file loads elsewhere than in this program; not where the scenario was handed over
            through the page.
        title: of the changed scenario; empty for the usual one.
        clauses: id -> key -> value; an empty text takes an optional key out.
        parameters: name -> value.
    """

    chosen: Case
    extends: str
    portable: bool = True
    title: str = ""
    clauses: dict[str, dict[str, str]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether it differs from the chosen scenario."""
        return bool(self.title or self.parameters or any(self.clauses.values()))

    def change(self, clause: str, key: str, value: str) -> None:
        """Sets a key of a clause, or with no clause a parameter; what the chosen scenario says anyway is no change."""
        if not clause:
            self.parameters[key] = value
            return
        edits = self.clauses.setdefault(clause, {})
        edits[key] = value.strip()
        if _alike(edits[key], self.written(clause, key)):
            del edits[key]

    def undo(self, clause: str = "", key: str = "") -> None:
        """Takes back the changes to a clause, to a parameter, or all of them."""
        if clause:
            self.clauses.pop(clause, None)
        elif key:
            self.parameters.pop(key, None)
        else:
            self.title, self.clauses, self.parameters = "", {}, {}

    def written(self, clause: str, key: str) -> str:
        """What the chosen scenario says of a clause, as text; empty where it leaves the key out."""
        found = getattr(next(one for one in self.chosen.scenario.policies if one.id == clause), key)
        if isinstance(found, bool):
            return str(found).lower()
        return "" if found is None else f"{found:.12g}" if isinstance(found, float) else str(found)

    def value(self, clause: str, key: str) -> str:
        """What the draft says of a clause."""
        return self.clauses.get(clause, {}).get(key, self.written(clause, key))

    def overlay(self) -> str:
        """The changes as a scenario file that extends the chosen one."""
        policies = [self._entry(name, edits) for name, edits in self.clauses.items() if edits]
        title = self.title or f"{self.chosen.scenario.title}, changed"
        blocks: dict[str, Any] = {
            "title": title,
            "parameters": {name: _typed(value) for name, value in self.parameters.items()},
            "policies": policies,
        }
        return as_yaml({"extends": self.extends, **{name: block for name, block in blocks.items() if block}})

    def read(self) -> Reading:
        """The case to run, or what is wrong with the draft."""
        if not self.changed:
            return Reading(self.chosen)
        try:
            return Reading(case_of(parse_scenario(self.overlay(), _FILE)))
        except FaultList as error:
            return Reading(None, tuple(_complaint(fault) for fault in error.faults))

    def resolved(self) -> str:
        """The whole changed scenario as one file.

        Raises:
            FaultList: the draft has faults.
        """
        scenario = parse_scenario(self.overlay(), _FILE) if self.changed else self.chosen.scenario
        return scenario.resolved_yaml()

    def _entry(self, name: str, edits: Mapping[str, str]) -> dict[str, Any]:
        """A clause as it stands in the file: a bare switch where nothing else of it has changed."""
        if set(edits) == {"enabled"}:
            return {"id": name, "enabled": edits["enabled"] == "true"}
        clause = next(one for one in self.chosen.scenario.policies if one.id == name)
        entry = clause.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        entry = {"id": name, "kind": clause.kind, **{key: held for key, held in entry.items() if key not in _SWITCH}}
        for key, value in edits.items():
            if value == "" and key not in _REQUIRED:
                entry.pop(key, None)
            else:
                entry[key] = edits[key] == "true" if key == "enabled" else _typed(value)
        return entry


def drafted(name: str) -> Draft:
    """A draft of a shipped scenario, or of a file.

    Raises:
        FaultList: everything wrong with the scenario or its world.
    """
    case = load(name, posterior=NONE)
    shipped = name in shipped_scenarios() and not Path(name).is_file()
    return Draft(case, name if shipped else str(Path(name).resolve()))


def handed_over(raw: bytes, name: str, folder: Path) -> Draft:
    """A draft of a scenario file that came through the page: it may name what ships, and no file of this machine.

    Args:
        raw: what stands in it.
        name: what it is called; faults name it so.
        folder: where what it says in all is kept while the program runs.

    Raises:
        FaultList: everything wrong with it.
    """
    called = _ODD.sub("-", Path(name).name)[-_LONGEST_NAME:] or _FILE
    if len(raw) > MOST_BYTES:
        raise FaultList([Fault(called, 0, 0, "", TOO_LARGE)])
    case = case_of(parse_scenario(decode(raw, called), called, only_shipped=True))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(called).stem}.yaml"
    path.write_text(case.scenario.resolved_yaml(), encoding="utf-8")
    return Draft(case, str(path), portable=False)


def scenario_titles() -> dict[str, str]:
    """What a page offers to choose from: the shipped scenarios by name, the reference history first."""
    names = sorted(shipped_scenarios(), key=lambda name: (name != "reference", name))
    return {name: name.replace("-", " ").capitalize() for name in names}


def in_date_order(scenario: Scenario) -> list[str]:
    """Ids of the clauses in the order of their first day in force."""
    return [clause.id for clause in sorted(scenario.policies, key=lambda one: (one.effective, one.id))]


def _typed(text: str) -> str | float | int:
    """A number as a number, so that the file does not quote it."""
    if not PLAIN_NUMBER.fullmatch(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() and "e" not in text.lower() else number


def _alike(one: str, other: str) -> bool:
    """Whether two texts say the same: numbers by their value, so that 1.0 is 1."""
    if PLAIN_NUMBER.fullmatch(one) and PLAIN_NUMBER.fullmatch(other):
        return float(one) == float(other)
    return one == other


def _complaint(fault: Fault) -> Complaint:
    for pattern in (_CLAUSE, _PARAMETER):
        if found := pattern.fullmatch(fault.where):
            return Complaint(found.groupdict().get("name") or "", found["key"] or "", fault.message)
    return Complaint("", "", f"{fault.where}: {fault.message}" if fault.where else fault.message)
