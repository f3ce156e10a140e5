"""What is wrong with a scenario, said in the user's words; first by location in the data, then by place in a file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sim.common.errors import Fault, nearest
from sim.common.fields import UnknownNameError, expected_number
from sim.common.parsing import short, shown
from sim.common.renamed import instead
from sim.common.yaml_nodes import Location, Node

BLOCK = "block of a scenario"

_EXPECTED = {
    "string_type": "text",
    "tuple_type": "a list, such as [{input}]",
    "dict_type": "a mapping of keys",
    "mapping_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "finite_number": "a finite number",
    "is_instance_of": "a mapping of keys",
}
_MOST_NEAREST = 1_000
_MOST_PROBLEMS = 5_000  # of one model; a list of faults tells fewer
_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


@dataclass(frozen=True)
class Problem:
    """One mistake, located by keys and indices.

    Attributes:
        location: Keys and list indices from the top.
        message: What was read, what was expected, the likely fix; without the nearest name, see `near`.
        on_key: Whether the key is wrong, not the value.
        also: Location of the other value concerned, whose place is added to the message.
        unless_shortened: True for what lies outside the run's months: no mistake where it was inherited, and the
            months were set by a file that extends the one it was written in.
        near: A name that was read and the names that there are, the nearest of which ends the message.
        unless_above: Location of another value: no mistake where a file that extends this one's has set that value.
            What it speaks of, such as a clause that is switched off, is then simply not there.
    """

    location: Location
    message: str
    on_key: bool = False
    also: Location | None = None
    unless_shortened: bool = False
    unless_above: Location | None = None
    near: tuple[str, Iterable[str]] | None = field(default=None, compare=False)

    @property
    def excused_by(self) -> Location | None:
        """Location of the value which, set by a file above, makes this no mistake; None where nothing does."""
        return ("months",) if self.unless_shortened else self.unless_above

    def under(self, prefix: Location) -> "Problem":
        """Return the problem as seen from further up."""
        return replace(self, location=(*prefix, *self.location))

    @property
    def told(self) -> str:
        """What was read, what was expected, the likely fix."""
        return self.message if self.near is None else f"{self.message}; {nearest(*self.near)}"

    def fault(self, root: Node | None, data: Mapping[str, Any], message: str) -> Fault:
        """Return the problem as a fault in a file; without a tree, as a fault in no file."""
        where = _where(self.location, data)
        if root is None:
            return Fault("", 0, 0, where, message)
        node = root.find(self.location)
        mark = node.key if self.on_key else node.mark
        if self.also is not None:
            other = root.find(self.also).mark
            same = other.source.file == mark.source.file
            message += f" (see {'line ' + str(other.line) if same else f'{other.source.file}:{other.line}'})"
        return mark.fault(where, message)


def faults_of(problems: Iterable[Problem], root: Node | None, data: Mapping[str, Any]) -> list[Fault]:
    """Return problems as faults, see `Problem.fault`; the nearest name is looked for as often as anybody reads it."""
    return [
        problem.fault(root, data, problem.told if at < _MOST_NEAREST else problem.message)
        for at, problem in enumerate(problems)
    ]


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return what pydantic found wrong with a model's data, in our words; of thousands of mistakes the first ones.

    Args:
        error: The error that `model.model_validate` raised.
        model: The model, whose fields give the nearest names and the expected values.
    """
    return [_problem(details, model) for details in error.errors(include_url=False)[:_MOST_PROBLEMS]]


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    kind, read = details["type"], details["input"]
    on_key = "[key]" in details["loc"]
    location = tuple(step for step in details["loc"] if step != "[key]")
    owner = _owner(model, location[:-1])
    entry = owner.model_fields.get(str(location[-1])) if owner and location else None
    if kind == "sim_rule":
        return Problem(location, str(details["ctx"]["message"]), on_key)
    if kind == "extra_forbidden":
        name = str(location[-1])
        if len(location) == 1 and (told := instead(BLOCK, name, model.model_fields)):
            return Problem(location, told, True)
        return Problem(location, f"unknown key {shown(name)}", True, near=(name, owner.model_fields if owner else ()))
    if kind == "missing":
        about = f" ({entry.description.rstrip('.')})" if entry and entry.description else ""
        return Problem(location, f"missing key '{location[-1]}'{about}")
    if kind == "literal_error":
        valid = re.findall(r"'([^']*)'", str(details["ctx"]["expected"]))
        return Problem(location, f"read {shown(read)}", on_key, near=(str(read or ""), valid))
    if kind in _BOUNDS:
        return Problem(
            location, f"read {_figure(read)}, expected {_limits(details, entry)}{_percent_hint(read, entry)}", on_key
        )
    if kind in _EXPECTED:
        example = read if isinstance(read, str) and 0 < len(read) <= 60 else "name"
        return Problem(location, f"read {shown(read)}, expected {_EXPECTED[kind].format(input=example)}", on_key)
    if kind == "too_long":
        most = details["ctx"]["max_length"]
        return Problem(location, f"the list has more than {most:,} entries; expected {most:,} at most", on_key)
    if kind == "too_short":
        return Problem(location, "the list is empty; name at least one", on_key)
    if kind == "value_error":
        found = details["ctx"]["error"]
        near = found.near if isinstance(found, UnknownNameError) else None
        return Problem(location, str(found), on_key, near=near)
    return Problem(location, f"read {shown(read)}: {details['msg'][:1].lower()}{details['msg'][1:]}", on_key)


def _figure(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _limits(details: ErrorDetails, field: FieldInfo | None) -> str:
    if field is not None:
        return expected_number(field)
    return details["msg"].removeprefix("Input should be ").replace("or equal to ", "or equal to ")


def _percent_hint(read: Any, field: FieldInfo | None) -> str:
    """Return what to write where a percentage was written for a share."""
    is_share = field is not None and expected_number(field) == "a share between 0 and 1"
    return f"; write {read / 100:g} for {read:g} %" if is_share and 2 <= read <= 100 else ""


def _owner(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """Return the model that holds the field at the end of a location, or None where no model does."""
    found: type[BaseModel] | None = model
    named = False  # whether the next step is the free name of an entry
    for step in location:
        if isinstance(step, int) or found is None or named:
            named = False
            continue
        field = found.model_fields.get(step)
        found = _model_in(field.annotation) if field else None
        named = field is not None and get_origin(field.annotation) is dict
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def _where(location: Location, data: Any) -> str:
    """Return a location as a path; a clause or driver shows by its id, since stacking moves its index."""
    path = ""
    for step in location:
        here: Any = None
        if isinstance(data, Mapping):
            here = data.get(str(step))
        elif isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
            here = data[step]
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, Mapping) else None
            path += f"[{short(name) if isinstance(name, str) and name else step}]"
        else:
            path += f".{short(step)}" if path else short(step)
        data = here
    return path
