"""One address for every input of a scenario: where it stands in the scenario's file, clauses and drivers by their ids.

    parameters.aversion              a behavioural parameter
    hub_effects.HUB                  what a hub has over its traits
    policies.bank-order              a clause, switched on or off
    policies.bank-order.strength     a field of a clause
    drivers.army-needs               a driver, switched on or off
    drivers.army-needs.size          how far its path departs from 1: 1 as written, 0 not at all, 2 squares the path
    agents.mode, months.last, seed   the frame, which is the same in all runs of a study

Studies, priors, the columns of a posterior, `--set`, the search for evasion and attribution name what they change by
these addresses, and :func:`apply_values` changes it. An address with ``*`` before it multiplies what is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.common.errors import FaultList, nearest
from sim.common.parsing import shown
from sim.common.renamed import Registry, hint, instead, renamed, unknown
from sim.rules.parameters import PARAMETERS
from sim.scenario.input_blocks import BLOCKS
from sim.scenario.input_entries import ENTRIES
from sim.scenario.inputs import OFF, ON, Input, InputKind, InputProblem, Setting, Value

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

__all__ = [
    "INPUT_KINDS", "OFF", "ON", "TIMES", "Input", "InputKind", "InputProblem", "Setting", "Value", "address_of",
    "apply_values", "bounds_of", "current_values", "input_of", "short_names", "split", "typed",
]  # fmt: skip

# In the order in which they are set: what may shorten the months comes last.
INPUT_KINDS: Mapping[str, InputKind] = Registry(
    "kind of input",
    {
        name: {**BLOCKS, **ENTRIES}[name]
        for name in ("parameters", "hub_effects", "policies", "drivers", "agents", "months", "seed")
    },
)
TIMES = "*"
FIELDED = ("policies", "drivers")


# Forms of an address before there was one, by what stands before a colon.
_COLON_FORMS = {
    "parameter": "parameters.{}", "strength": "policies.{}.strength",
    "swing": "drivers.{}.size",
}  # fmt: skip


def split(address: str) -> tuple[str, str]:
    """Kind of an address, and what follows it."""
    kind, _, rest = address.partition(".")
    return kind, rest


def address_of(text: str, short: Mapping[str, str] | None = None) -> str:
    """The address that a text is; one in a form of before is read with a hint.

    Args:
        text: as a user wrote it.
        short: names without a kind that used to do here, each with its address; see :func:`short_names`.

    Raises:
        InputProblem: it is none.

    Example:
        >>> import sim
        >>> sim.address_of("policies.bank-order.strength")
        'policies.bank-order.strength'
    """
    text = text.strip()
    kind, rest = split(text)
    if kind in INPUT_KINDS and bool(rest) == ("." in INPUT_KINDS[kind].pattern):
        return f"{kind}.{renamed('parameter', rest)}" if kind == "parameters" else text
    place, colon, name = text.partition(":")
    today = ""
    if colon and name and place in _COLON_FORMS:
        today = _COLON_FORMS[place].format(name if place != "parameter" else renamed("parameter", name))
    elif short is not None:
        owner, _, field = text.rpartition(".")
        held = short.get(owner, "")
        today = f"{held}.{field}" if split(held)[0] in FIELDED else short.get(renamed("parameter", text), "")
    if not today:
        was = instead("kind of input", place if colon else kind) or instead("parameter", name if colon else text)
        raise InputProblem(was or f"{shown(text)} is no input; {_nearest(text, short or {})}")
    hint(f"'{text}'", f"'{today}'")
    return today


def _nearest(text: str, short: Mapping[str, str]) -> str:
    """The likeliest address, or what addresses look like."""
    rest = re.split("[.:]", text, maxsplit=1)[-1]
    for name, known in ((text, short), (rest, {split(one)[1]: one for one in short.values()})):
        found = re.fullmatch(r"did you mean '(.*)'\?", nearest(name, known))
        if found:
            return f"did you mean '{known[found[1]]}'?"
    return f"expected {', '.join(kind.pattern for kind in INPUT_KINDS.values())}"


def short_names(scenario: Scenario) -> dict[str, str]:
    """Address by the name that did without a kind before: a parameter, a clause, a driver."""
    switches = {driver.id: f"drivers.{driver.id}" for driver in scenario.drivers}
    switches |= {clause.id: f"policies.{clause.id}" for clause in scenario.policies}
    return {**switches, **{name: f"parameters.{name}" for name in PARAMETERS}}


def input_of(text: str, scenario: Scenario) -> Input:
    """What a scenario has under an address, in today's form or one of before.

    Raises:
        InputProblem: nothing.
    """
    address = address_of(text, short_names(scenario))
    kind, rest = split(address)
    return INPUT_KINDS[kind].find(scenario, rest)


def typed(one: Input, text: str, scenario: Scenario) -> Value:
    """The value that a text means to an input: a number where it takes one, else the text itself.

    Raises:
        InputProblem: the scenario does not take it.
    """
    value = INPUT_KINDS[one.kind].read(one, text, scenario)
    if one.kind in ("parameters", "policies"):  # read as the scenario reads them
        return value
    try:
        apply_values(scenario, {one.address: value})
    except FaultList as error:
        raise InputProblem(error.faults[0].message) from None
    return value


def bounds_of(address: str) -> tuple[float, float]:
    """Smallest and largest number at an address.

    Raises:
        InputProblem: no number stands there.
    """
    kind, rest = split(address)
    try:
        return INPUT_KINDS[kind].bounds(rest)
    except KeyError:
        known = INPUT_KINDS[kind].names
        what = unknown("parameter", rest, known) if known else f"'{address}' is no number"
        raise InputProblem(what) from None


def current_values(scenario: Scenario, world: World) -> dict[str, Any]:
    """What a scenario on a world says of every number that a posterior can have, by address, as plain data."""
    return {name: value for kind in INPUT_KINDS.values() for name, value in kind.current(scenario, world).items()}


def apply_values(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:
    """The scenario with values at their addresses; only what is set is checked, so it takes a fraction of a ms.

    Clauses and drivers that the scenario has not are passed over; whoever must know asks :func:`input_of`.

    Args:
        scenario: what is changed.
        values: value by address: a number, ``on`` or ``off``, a text; for ``policies.ID`` also a whole clause as a file
            has it, which is added or takes the place of that of its id. With :data:`TIMES` before the address the
            number multiplies what is there.

    Raises:
        InputProblem: what is no address.
        FaultList: values that the scenario does not take; no file is named.
    """
    plain: dict[str, Setting] = {}
    for name, value in values.items():
        address = address_of(name.removeprefix(TIMES))
        if name.startswith(TIMES) and isinstance(value, int | float):
            held = _base(scenario, address)
            if held is None:
                continue
            value = value * held
        plain[address] = value
    for name, kind in INPUT_KINDS.items():
        chosen = {split(address)[1]: value for address, value in plain.items() if split(address)[0] == name}
        scenario = kind.apply(scenario, chosen) if chosen else scenario
    return scenario


def _base(scenario: Scenario, address: str) -> float | None:
    """The number at an address; None where the scenario has no such clause or driver."""
    kind, rest = split(address)
    try:
        base = INPUT_KINDS[kind].find(scenario, rest).base
    except InputProblem:
        return None
    return base if isinstance(base, int | float) else None
