"""What a number, a share, a date, a list of states looks like in a scenario file, and what to say when it does not.

Scenario files are read as text (see `sim.common.yaml_reader`), and the models below give the text its type. One rule
holds for every field of every model: plain decimal numbers, `true` or `false`, `YYYY-MM-DD`; nothing is guessed.
Names of states and goods are checked against the world when a `Codes` is given as validation context, so that a fault
points at the very name in the list.
"""

import datetime as dt
import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.fields import FieldInfo

from sim.common.countries import StateNames, folded
from sim.common.good_groups import ALL
from sim.common.months import format_month
from sim.common.parsing import read_day, read_month, read_number, read_switch, read_whole, shown, wrong

# Marks a name of the world in a JSON Schema, so that its codes can be filled in.
NAMES_MARK = "x-names"
STATE_GROUPS = (ALL, "coalition", "hubs", "target", "third")
_LONGEST_SLUG = 100
_LONGEST_LABEL = 60
_SLUG = re.compile(r"[a-z0-9]+([_.-][a-z0-9]+)*")


@dataclass(frozen=True)
class Codes:
    """The names that a world knows.

    Attributes:
        states: State code -> role in the world.
        goods: Codes of the goods.
        hubs: Codes of the hub states; None where the world's table does not say.
        tiers: Control tiers of the goods, empty texts among them; None where nobody has read them.
        good_groups: Group of goods -> codes of its goods.
        base_year: The world's; None where nobody has read it.
        titles: Code -> plain name of states and goods; empty where nobody has read them.
        members: Code of a state that stands for several -> their codes of ISO 3166-1, three letters.
    """

    states: Mapping[str, str]
    goods: tuple[str, ...]
    hubs: tuple[str, ...] | None = None
    tiers: tuple[str, ...] | None = None
    good_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base_year: int | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names_of_states(self, names: Iterable[str]) -> StateNames:
        """Return some names that may stand for states, which know what people call them."""
        titles = {code: self.titles.get(code, code) for code in self.states}
        rest = next((code for code, role in self.states.items() if role == "rest"), "")
        return StateNames(names, titles, self.members, rest)

    @cached_property
    def state_names(self) -> StateNames:
        """Return what may stand for states: their codes, and groups of them."""
        return self.names_of_states((*self.states, *STATE_GROUPS))

    @cached_property
    def hub_names(self) -> StateNames | None:
        """Return the codes of the hubs; None where the world's table does not say."""
        return None if self.hubs is None else self.names_of_states(self.hubs)

    @cached_property
    def good_names(self) -> tuple[str, ...]:
        """Return what may stand for goods: their codes, groups of them, and `all`."""
        return (*self.goods, *self.good_groups, ALL)

    @cached_property
    def good_called(self) -> Mapping[str, str]:
        """Return the codes of goods by their plain name, see `folded`; a name of two goods is of neither."""
        found: dict[str, str] = {}
        for code in self.goods:
            form = folded(self.titles.get(code, code))
            found[form] = "" if form in found else code
        return {form: code for form, code in found.items() if code}


def _slug(value: str) -> str:
    if len(value) > _LONGEST_SLUG:
        raise wrong(f"has {len(value):,} characters, expected at most {_LONGEST_SLUG}")
    if not _SLUG.fullmatch(value):
        raise wrong(f"read {shown(value)}, expected small letters, digits and single hyphens, such as 'chips-2022'")
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise wrong("is empty; expected some text")
    return value


def _label(value: str) -> str:
    if len(value) > _LONGEST_LABEL or not value.isprintable():
        raise wrong(f"read {shown(value)}, expected one line of at most {_LONGEST_LABEL} characters")
    return _text(value)


class UnknownNameError(ValueError):
    """A name that a list of names has not; which of them is nearest is looked for when the fault is told.

    A file may have fifty thousand of them, so each holds no more than what it is made of.
    """

    def __init__(self, what: str, name: str, names: Iterable[str], message: str = "") -> None:
        super().__init__(what, name, names, message)

    @property
    def near(self) -> tuple[str, Iterable[str]]:
        """Return the name that was read, and the names that there are."""
        return self.args[1:3]

    def __str__(self) -> str:
        what, name, _, message = self.args
        return message or f"unknown {what} {shown(name)}"


def _state(value: str, info: ValidationInfo) -> str:
    if not isinstance(info.context, Codes) or value in STATE_GROUPS or value in info.context.states:
        return value
    if (code := info.context.state_names.code(value)) is None:
        raise UnknownNameError("state", value, info.context.state_names)
    return code


def _good(value: str, info: ValidationInfo) -> str:
    if not isinstance(info.context, Codes) or value == ALL or value in info.context.good_names:
        return value
    if (code := info.context.good_called.get(folded(value))) is None:
        raise UnknownNameError("good", value, info.context.good_names)
    return code


def _hub(value: str, info: ValidationInfo) -> str:
    # A key of a block, by which files are laid over one another: one name only.
    hubs = info.context.hub_names if isinstance(info.context, Codes) else None
    if hubs is not None and value not in hubs:
        raise UnknownNameError("hub", value, hubs)
    return value


def no_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, each of which stands once."""
    seen = set[str]()
    for value in values:
        if value in seen:
            raise wrong(f"names {shown(value)} twice")
        seen.add(value)
    return values


def not_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, of which there is at least one."""
    if not values:
        raise wrong("the list is empty; name at least one")
    return values


Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"minLength": 1})]
Slug = Annotated[
    str, AfterValidator(_slug), Field(json_schema_extra={"pattern": f"^{_SLUG.pattern}$", "maxLength": _LONGEST_SLUG})
]
Label = Annotated[str, AfterValidator(_label), Field(json_schema_extra={"minLength": 1, "maxLength": _LONGEST_LABEL})]
Number = Annotated[float, BeforeValidator(read_number)]
Share = Annotated[float, BeforeValidator(read_number), Field(ge=0, le=1)]
Month = Annotated[
    int,
    BeforeValidator(read_month),
    PlainSerializer(format_month, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"}),
]
StateName = Annotated[str, AfterValidator(_state), Field(json_schema_extra={NAMES_MARK: "state"})]
HubName = Annotated[str, AfterValidator(_hub)]
GoodName = Annotated[str, AfterValidator(_good), Field(json_schema_extra={NAMES_MARK: "good"})]
FirmName = Annotated[str, AfterValidator(_text), Field(json_schema_extra={NAMES_MARK: "firm", "minLength": 1})]
AnyStates = Annotated[tuple[StateName, ...], AfterValidator(no_repeats)]
States = Annotated[AnyStates, AfterValidator(not_empty), Field(json_schema_extra={"minItems": 1})]
AnyGoods = Annotated[tuple[GoodName, ...], AfterValidator(no_repeats)]
Goods = Annotated[AnyGoods, AfterValidator(not_empty), Field(json_schema_extra={"minItems": 1})]
AnyFirms = Annotated[tuple[FirmName, ...], AfterValidator(no_repeats)]


class StrictModel(BaseModel):
    """A frozen record that takes no unknown key and types every plain field by the rules of this file."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _type_text(cls, value: object, info: ValidationInfo) -> object:
        """Give a text its type by the field's annotation, so that a bare `float` is as strict as `Share`."""
        field = cls.model_fields[str(info.field_name)]
        if _is_month(field):
            return value
        kind, optional = _plain_type(field.annotation)
        if value is None and optional:
            return None
        if kind is float:
            return read_number(value, expected_number(field))
        if kind is int:
            return read_whole(value, expected_number(field))
        if kind is bool:
            return read_switch(value)
        if kind is dt.date:
            return read_day(value)
        return value


def _is_month(field: FieldInfo) -> bool:
    """Whether a field holds a month, or a month or nothing."""
    marks = [*field.metadata, *(mark for kind in get_args(field.annotation) for mark in get_args(kind)[1:])]
    return any(isinstance(mark, BeforeValidator) and mark.func is read_month for mark in marks)


def expected_number(field: FieldInfo) -> str:
    """Return what a numeric field expects, in words: its type and bounds."""
    bounds: dict[str, Any] = {}
    for item in field.metadata:
        for name in ("ge", "gt", "le", "lt"):
            if getattr(item, name, None) is not None:
                bounds[name] = getattr(item, name)
    noun = "a whole number" if _plain_type(field.annotation)[0] is int else "a number"
    if noun == "a number" and bounds == {"ge": 0, "le": 1}:
        return "a share between 0 and 1"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    limits = " and ".join(f"{words[name]} {bound:,}" for name, bound in bounds.items())
    return f"{noun} {limits}" if limits else f"{noun}, such as {'12' if noun == 'a whole number' else '0.25'}"


def _plain_type(annotation: object) -> tuple[object, bool]:
    """Return the type behind `Annotated` and `| None`, and whether None is allowed."""
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
            optional = optional or len(kinds) < len(get_args(annotation))
            if len(kinds) != 1:
                return None, optional
            annotation = kinds[0]
        else:
            return annotation, optional
