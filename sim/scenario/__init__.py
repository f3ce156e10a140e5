"""Scenarios: strict YAML files that ask the model a question."""

from sim.scenario.checks import Vocabulary
from sim.scenario.export import json_schema
from sim.scenario.loader import (
    load_scenario,
    load_scenario_over,
    parse_scenario,
    shipped_scenarios,
    shipped_worlds,
    sound_part_over,
)
from sim.scenario.looks import MEASURES, Look, Measure, Mechanism
from sim.scenario.parts import Agents, Driver, MonthSpan
from sim.scenario.schema import Scenario, as_yaml
from sim.scenario.sound import SoundPart

__all__ = [
    "MEASURES",
    "Agents",
    "Driver",
    "Look",
    "Measure",
    "Mechanism",
    "MonthSpan",
    "Scenario",
    "SoundPart",
    "Vocabulary",
    "as_yaml",
    "json_schema",
    "load_scenario",
    "load_scenario_over",
    "parse_scenario",
    "shipped_scenarios",
    "shipped_worlds",
    "sound_part_over",
]
