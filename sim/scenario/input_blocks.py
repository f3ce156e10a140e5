"""Inputs that a scenario's file sets by name: parameters, effects of hubs, and the frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sim.common.errors import nearest
from sim.common.renamed import unknown
from sim.rules import parameters as declared
from sim.rules.parameters import LARGEST_HUB_EFFECT, PARAMETERS
from sim.scenario.inputs import Input, InputKind, InputProblem, Setting, Value, number_of, numbers_of

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world import World


def _parameter(scenario: Scenario, name: str) -> Input:
    if name not in PARAMETERS:
        raise InputProblem(unknown("parameter", name, PARAMETERS))
    base = scenario.parameters.get(name, PARAMETERS[name].default)
    return Input(f"parameters.{name}", "parameters", name, "", base)


def _bounds_of_parameter(name: str) -> tuple[float, float]:
    return PARAMETERS[name].low, PARAMETERS[name].high


def _parameters_said(scenario: Scenario, world: World) -> dict[str, Any]:
    return {f"parameters.{name}": scenario.parameters.get(name) for name in PARAMETERS}


def _set_parameters(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:
    numbers = numbers_of("parameters", values, declared.check)
    return scenario.model_copy(update={"parameters": {**scenario.parameters, **numbers}})


def number_for(name: str, text: str) -> float:
    """A parameter's value from a text.

    Raises:
        InputProblem: it is no number, or out of bounds.
    """
    if problem := declared.check(name, number := number_of(text)):
        raise InputProblem(problem)
    return number


def _read_parameter(one: Input, text: str, scenario: Scenario) -> Value:
    return number_for(one.owner, text)


def _hub_effect(scenario: Scenario, hub: str) -> Input:
    """What a hub has over its traits."""
    if (hubs := scenario.hubs) is not None and hub not in hubs:
        raise InputProblem(f"unknown hub '{hub}'; {nearest(hub, hubs)}")
    return Input(f"hub_effects.{hub}", "hub_effects", hub, "", scenario.hub_effects.get(hub, 0.0))


def _bounds_of_hub_effect(hub: str) -> tuple[float, float]:
    return -LARGEST_HUB_EFFECT, LARGEST_HUB_EFFECT


def _hub_effects_said(scenario: Scenario, world: World) -> dict[str, Any]:
    hubs = [world.states[hub] for hub in world.hubs]
    return {f"hub_effects.{hub}": scenario.hub_effects.get(hub) for hub in hubs}


def _set_hub_effects(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:

    def check(hub: str, value: float) -> str:
        if scenario.hubs is not None and hub not in scenario.hubs:
            return f"unknown hub; {nearest(hub, scenario.hubs)}"
        if abs(value) <= LARGEST_HUB_EFFECT:
            return ""
        return f"{value:g} is outside {-LARGEST_HUB_EFFECT:g} to {LARGEST_HUB_EFFECT:g} log points"

    numbers = numbers_of("hub_effects", values, check)
    return scenario.model_copy(update={"hub_effects": {**scenario.hub_effects, **numbers}})


def _read_hub_effect(one: Input, text: str, scenario: Scenario) -> Value:
    return number_of(text)


def _block_of(name: str) -> Callable[[Scenario, str], Input]:

    def key(scenario: Scenario, rest: str) -> Input:
        held = scenario.as_data()[name]
        if rest not in held:
            raise InputProblem(f"unknown key '{rest}' of {name}; {nearest(rest, held)}")
        return Input(f"{name}.{rest}", name, rest, "", held[rest])

    return key


def _set_block(name: str) -> Callable[[Scenario, Mapping[str, Setting]], Scenario]:

    def change(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:
        blocks: dict[str, Any] = {name: dict(values)}
        return scenario.with_changes(**blocks)

    return change


def _seed(scenario: Scenario, rest: str) -> Input:
    return Input("seed", "seed", "", "", scenario.seed)


def _set_seed(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:
    return scenario.with_changes(seed=values[""])


def _read_text(one: Input, text: str, scenario: Scenario) -> Value:
    return text


BLOCKS: Mapping[str, InputKind] = {
    "parameters": InputKind(
        "parameters.NAME", "a behavioural parameter", _parameter, _read_parameter, _set_parameters,
        _bounds_of_parameter, _parameters_said, tuple(PARAMETERS),
    ),
    "hub_effects": InputKind(
        "hub_effects.HUB", "what a hub has over its traits", _hub_effect, _read_hub_effect, _set_hub_effects,
        _bounds_of_hub_effect, _hub_effects_said,
    ),
    "agents": InputKind(
        "agents.KEY", "exporters, intermediaries, mode", _block_of("agents"), _read_text, _set_block("agents"),
        varies=False,
    ),
    "months": InputKind(
        "months.KEY", "first and last month, YYYY-MM", _block_of("months"), _read_text, _set_block("months"),
        varies=False,
    ),
    "seed": InputKind("seed", "seed of every draw", _seed, _read_text, _set_seed, varies=False),
}  # fmt: skip
