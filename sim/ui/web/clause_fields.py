"""The fields of a clause as an instrument's file declares them, and their values as texts of a scenario file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from sim.common.parsing import PLAIN_NUMBER
from sim.policies import INSTRUMENTS
from sim.report.catalogue import choices_of, takes
from sim.report.names import spoken

if TYPE_CHECKING:
    from sim.policies import Policy
    from sim.world import World

Form = Literal["states", "goods", "texts", "choice", "switch", "number", "text"]
DATES = ("announced", "effective", "ends")
NO_FIELDS = ("id", "kind")  # of a clause; they are chosen when it is added
_LISTS: dict[str, Form] = {"list of states": "states", "list of goods": "goods"}
_SOURCE = "made on the page of sim app"
_LABELS = {
    "label": "Name", "by": "By whom", "towards": "On trade with", "goods": "Goods", "announced": "Announced",
    "effective": "In force from", "ends": "Ends", "source": "Source", "note": "Note", "against": "Against",
    "firms_in": "Firms of", "who": "Who is listed",
}  # fmt: skip


@dataclass(frozen=True)
class ClauseField:
    """One field of an instrument.

    Attributes:
        key: its name in a scenario file.
        label: what the page calls it.
        form: how it is filled in.
        choices: what may be chosen, where few words may.
        required: whether a clause has to say it.
        meaning: what it means and takes.
    """

    key: str
    label: str
    form: Form
    choices: tuple[str, ...]
    required: bool
    meaning: str


@lru_cache
def clause_fields(kind: str) -> dict[str, ClauseField]:
    """All fields of an instrument's clauses but id and kind, in the order of their declaration."""
    instrument, made = INSTRUMENTS[kind], {}
    for key, field in instrument.model_fields.items():
        if key in NO_FIELDS or (key == "goods" and not instrument.by_good):
            continue
        accepted = takes(field)
        form: Form = "text"
        if accepted.startswith("list of "):
            form = _LISTS.get(accepted, "texts")
        elif accepted == "true or false":
            form = "switch"
        elif choices_of(field):
            form = "choice"
        elif field.annotation is not None and "float" in str(field.annotation):
            form = "number"
        between = ", parted by semicolons" if form == "texts" else ""
        meaning = f"{field.description or spoken(key)} Takes {accepted}{between}."
        made[key] = ClauseField(
            key, _LABELS.get(key, spoken(key)), form, choices_of(field), field.is_required(), meaning
        )
    return made


def as_text(kind: str, key: str, value: Any) -> str:
    """A value of a clause's field as one text, lists with marks between their names; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"{_mark(kind, key)} ".join(map(str, value))
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def as_list(kind: str, key: str, text: str) -> list[str]:
    """The names in a text of a field that takes several."""
    return [name.strip() for name in text.split(_mark(kind, key)) if name.strip()]


def _mark(kind: str, key: str) -> str:
    """What stands between the names of a list; names of firms have commas in them."""
    return ";" if (field := clause_fields(kind).get(key)) is not None and field.form == "texts" else ","


def as_value(kind: str, key: str, text: str) -> Any:
    """What a text of the page is in a scenario file; what is not of the field's form stays a text, for the loader."""
    field = clause_fields(kind).get(key)
    form = field.form if field is not None else "text"
    if form in ("states", "goods", "texts"):
        return as_list(kind, key, text)
    if form == "switch":
        return text == "true" if text in ("true", "false") else text
    return typed(text) if form == "number" else text


def typed(text: str) -> str | float | int:
    """A number as a number, so that the file does not quote it."""
    if not PLAIN_NUMBER.fullmatch(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() and "e" not in text.lower() else number


def texts_of(clause: Policy) -> dict[str, str]:
    """What a clause says, as texts; what it leaves out is left out."""
    held = clause.model_dump(exclude_defaults=True, exclude_none=True)
    return {key: as_text(clause.kind, key, getattr(clause, key)) for key in held if key not in NO_FIELDS}


def default_of(kind: str, key: str) -> str:
    """What a clause says of a key that it leaves out, as text; empty for nothing."""
    field = INSTRUMENTS[kind].model_fields[key]
    return "" if field.is_required() else as_text(kind, key, field.get_default(call_default_factory=True))


def example_of(kind: str, effective: dt.date) -> dict[str, str]:
    """A first clause of an instrument, as texts: its own example."""
    shown = {key: as_text(kind, key, value) for key, value in INSTRUMENTS[kind].example.items()}
    return {**shown, "effective": str(effective), "source": _SOURCE}


def state_names(world: World) -> dict[str, str]:
    """What may stand for states in a clause, by code: groups first."""
    groups = {
        "coalition": "The coalition", "target": "The target", "hubs": "All hubs", "third": "All third states",
        "all": "All states",
    }  # fmt: skip
    return groups | {code: _short(name) for code, name in zip(world.states, world.state_names, strict=True)}


def good_names(world: World) -> dict[str, str]:
    """What may stand for goods in a clause, by code: groups first."""
    groups = {"all": "All goods"} | {name: f"{spoken(name)} (group)" for name in world.good_groups}
    return groups | {code: _short(name) for code, name in zip(world.goods, world.good_names, strict=True)}


def _short(name: str) -> str:
    return name.split(" (")[0]
