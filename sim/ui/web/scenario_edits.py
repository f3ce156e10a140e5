"""A scenario as it was chosen, and what the user has changed of it: the changes are a scenario file that extends it.

What is run is what that file loads to, by the strict loader, so its faults are the loader's and its export is exact.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.common.errors import FaultList
from sim.common.months import first_day, format_month
from sim.common.parsing import PLAIN_NUMBER
from sim.policies import INSTRUMENTS
from sim.report.names import label_of, spoken
from sim.scenario import as_yaml, parse_scenario
from sim.simulation.simulation import Case, case_of
from sim.ui.web.clause_fields import as_text, as_value, clause_fields, default_of, example_of, texts_of, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.common.errors import Fault
    from sim.policies import Policy

MONTHS = ("first", "last")
_REQUIRED = ("effective", "strength")
_FILE = "changes.yaml"
_CLAUSE = re.compile(r"policies\[(?P<name>.+?)\](\.(?P<key>\w+)(\[.*\])?)?")
_OTHER = re.compile(r"(?P<block>parameters|months)\.(?P<key>\w+)")
_NUMBERED = re.compile(r"-[0-9]+$")


@dataclass(frozen=True)
class Complaint:
    """A fault of the draft, at the field that it concerns.

    Attributes:
        clause: id of the clause; empty where it is none's.
        key: key of the clause, name of the parameter or ``months.first``; empty where the fault is of the whole.
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
        clauses: id -> key -> value, of clauses of the chosen scenario; an empty text takes an optional key out.
        added: id -> key -> value, of clauses that it does not have; ``kind`` is one of the keys.
        removed: ids of clauses of the chosen scenario that are taken out.
        parameters: name -> value.
        months: ``first`` or ``last`` -> month.
    """

    chosen: Case
    extends: str
    portable: bool = True
    title: str = ""
    clauses: dict[str, dict[str, str]] = field(default_factory=dict)
    added: dict[str, dict[str, str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    months: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether it differs from the chosen scenario."""
        edits = any(self.clauses.values()) or self.added or self.removed
        return bool(self.title or self.parameters or self.months or edits)

    @property
    def in_date_order(self) -> list[str]:
        """Ids of the clauses that are in it, in the order of their first day in force."""
        own = [clause.id for clause in self.chosen.scenario.policies if clause.id not in self.removed]
        return sorted([*own, *self.added], key=lambda name: (self.value(name, "effective"), name))

    def kind(self, clause: str) -> str:
        """The instrument of a clause."""
        return self.added[clause]["kind"] if clause in self.added else str(self._own(clause).kind)

    def called(self, clause: str) -> str:
        """A clause by its label, else by its id as words."""
        own = label_of(self._own(clause)) if clause not in self.added else ""
        edits = self.added.get(clause) or self.clauses.get(clause, {})
        return edits.get("label", own) or spoken(clause)

    def change(self, clause: str, key: str, value: str) -> None:
        """Sets a key of a clause, or with no clause a parameter; what the chosen scenario says anyway is no change."""
        if not clause:
            self._change_other(key, value.strip())
        elif clause in self.added:
            self.added[clause][key] = value.strip()
        else:
            edits = self.clauses.setdefault(clause, {})
            edits[key] = value.strip()
            if _alike(edits[key], self.written(clause, key)):
                del edits[key]

    def _change_other(self, key: str, value: str) -> None:
        block, _, name = key.rpartition(".")
        if block != "months":
            self.parameters[key] = value
        elif value == format_month(getattr(self.chosen.scenario.months, name)):
            self.months.pop(name, None)
        else:
            self.months[name] = value

    def add(self, kind: str) -> str:
        """Adds a clause of an instrument, filled in as the instrument's example; returns its id."""
        scenario = self.chosen.scenario
        inside = [clause.effective for clause in scenario.policies if scenario.months.first <= _month(clause)]
        start = min(inside, default=first_day(scenario.months.first))
        name = self._free(kind.replace("_", "-"))
        fields = clause_fields(kind)
        self.added[name] = {"kind": kind} | {k: v for k, v in example_of(kind, start).items() if k in fields}
        return name

    def duplicate(self, clause: str) -> str:
        """Adds a clause that says what another says now; returns its id.

        Two alike may contradict each other while both are in force, so it is switched off where clauses of its
        instrument do not add up.
        """
        kind, name = self.kind(clause), self._free(_NUMBERED.sub("", clause))
        said = (
            self.added[clause] if clause in self.added else texts_of(self._own(clause)) | self.clauses.get(clause, {})
        )
        copied = {key: value for key, value in said.items() if key not in ("kind", "enabled") and value}
        if "label" in clause_fields(kind):
            copied["label"] = f"{self.called(clause)} (copy)"
        self.added[name] = {"kind": kind} | copied | ({} if INSTRUMENTS[kind].adds_up else {"enabled": "false"})
        return name

    def remove(self, clause: str) -> None:
        """Takes a clause out."""
        if self.added.pop(clause, None) is None:
            self.clauses.pop(clause, None)
            self.removed.append(clause)

    def undo(self, clause: str = "", key: str = "") -> None:
        """Takes back the changes to a clause (its removal, too), to a parameter, or all of them."""
        if clause:
            self.clauses.pop(clause, None)
            self.removed = [name for name in self.removed if name != clause]
        elif key:
            self.parameters.pop(key, None)
        else:
            self.title, self.clauses, self.parameters = "", {}, {}
            self.added, self.removed, self.months = {}, [], {}

    def written(self, clause: str, key: str) -> str:
        """What the chosen scenario says of a clause, as text; empty where it leaves the key out."""
        return "" if clause in self.added else as_text(self.kind(clause), key, getattr(self._own(clause), key))

    def value(self, clause: str, key: str) -> str:
        """What the draft says of a clause; the default where it says nothing."""
        if clause not in self.added:
            return self.clauses.get(clause, {}).get(key, self.written(clause, key))
        return self.added[clause].get(key, default_of(self.kind(clause), key))

    def month(self, end: str) -> str:
        """The first or the last month."""
        return self.months.get(end) or format_month(getattr(self.chosen.scenario.months, end))

    def overlay(self) -> str:
        """The changes as a scenario file that extends the chosen one."""
        policies: list[dict[str, Any]] = [self._entry(name, edits) for name, edits in self.clauses.items() if edits]
        policies += [{"id": name, "enabled": False} for name in self.removed]
        policies += [self._made(name, said) for name, said in self.added.items()]
        title = self.title or f"{self.chosen.scenario.title}, changed"
        blocks: dict[str, Any] = {
            "title": title,
            "months": {end: self.month(end) for end in MONTHS} if self.months else {},
            "parameters": {name: typed(value) for name, value in self.parameters.items()},
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

    def file(self, kind: str) -> tuple[str, str]:
        """What is handed out, and under which name: the ``changes``, or the whole scenario in one."""
        stem = Path(self.extends).stem
        if kind == "changes":
            return self.overlay(), f"{stem}-changed.yaml"
        return self.resolved(), f"{stem}-whole.yaml"

    def _own(self, clause: str) -> Policy:
        return next(one for one in self.chosen.scenario.policies if one.id == clause)

    def _free(self, stem: str) -> str:
        """An id that no clause has."""
        taken = {clause.id for clause in self.chosen.scenario.policies} | set(self.added)
        names = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
        return stem if stem not in taken else next(name for name in names if name not in taken)

    def _entry(self, name: str, edits: Mapping[str, str]) -> dict[str, Any]:
        """A clause as it stands in the file: a bare switch where nothing else of it has changed."""
        if set(edits) == {"enabled"}:
            return {"id": name, "enabled": edits["enabled"] == "true"}
        return self._made(name, {"kind": self.kind(name)} | texts_of(self._own(name)) | dict(edits))

    def _made(self, name: str, said: Mapping[str, str]) -> dict[str, Any]:
        kind, fields = said["kind"], clause_fields(said["kind"])
        entry: dict[str, Any] = {"id": name, "kind": kind}
        for key, value in said.items():
            needed = key in _REQUIRED or (key in fields and fields[key].required)
            if key != "kind" and (value or needed):
                entry[key] = as_value(kind, key, value)
        return entry


def _month(clause: Policy) -> int:
    day: dt.date = clause.effective
    return 12 * day.year + day.month - 1


def _alike(one: str, other: str) -> bool:
    """Whether two texts say the same: numbers by their value, so that 1.0 is 1."""
    if PLAIN_NUMBER.fullmatch(one) and PLAIN_NUMBER.fullmatch(other):
        return float(one) == float(other)
    return one == other


def _complaint(fault: Fault) -> Complaint:
    if found := _CLAUSE.fullmatch(fault.where):
        return Complaint(found["name"], found["key"] or "", fault.message)
    if found := _OTHER.fullmatch(fault.where):
        return Complaint("", f"months.{found['key']}" if found["block"] == "months" else found["key"], fault.message)
    return Complaint("", "", f"{fault.where}: {fault.message}" if fault.where else fault.message)
