"""Scenarios: strict YAML files that ask the model a question."""

from sim.scenario.blocks import Agents, Driver, MonthSpan
from sim.scenario.expected_outcomes import ExpectedOutcome, Mechanism
from sim.scenario.json_schema import json_schema
from sim.scenario.loader import (
    load_scenario,
    load_scenario_over,
    parse_scenario,
    sound_part_over,
)
from sim.scenario.partial import SoundPart
from sim.scenario.places import shipped_scenarios, shipped_worlds
from sim.scenario.schema import Scenario, as_yaml
from sim.scenario.vocabulary import Vocabulary

__all__ = [
    "Agents",
    "Driver",
    "ExpectedOutcome",
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
