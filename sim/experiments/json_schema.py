"""The JSON Schema of study files, with which an editor completes keys, addresses of parameters and metrics."""

from __future__ import annotations

from typing import Any

from sim.experiments.schema import StudyFile
from sim.metrics import METRICS
from sim.rules.parameters import PARAMETERS
from sim.scenario import Scenario


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study file, short forms included; `changes` points into scenario.schema.json beside it."""
    schema = StudyFile.model_json_schema()
    definitions, top = schema["$defs"], schema["properties"]
    factor = {"anyOf": [{"$ref": "#/$defs/Factor"}, {"type": "array", "items": {"type": ["string", "number"]}}]}
    definitions["Factor"]["properties"]["values"] = {"type": "array", "items": {"type": ["string", "number"]}}
    named = {
        f"parameters.{name}": {**factor, "description": f"{one.meaning} ({one.unit})"}
        for name, one in PARAMETERS.items()
    }
    for block in ("levers", "uncertainties"):
        top[block] = {**_kept(top[block]), "type": "object", "properties": dict(named), "additionalProperties": factor}
    top["uncertainties"]["properties"]["posterior"] = {
        "anyOf": [{"type": "integer", "minimum": 1}, {"$ref": "#/$defs/Draws"}],
        "description": "Worlds drawn from the calibrated posterior: how many.",
    }
    del top["posterior"]
    points = definitions["Design"]["properties"]
    points["listed"] = {
        "anyOf": [{"type": "array", "items": {"type": "object"}}, {"type": "string"}],
        "description": "The points themselves, or a CSV file of them with a column per factor.",
    }
    one = {"anyOf": [{"const": "grid"}, {"$ref": "#/$defs/Design"}]}
    both = {"type": "object", "properties": {"levers": one, "uncertainties": one}, "additionalProperties": False}
    top["design"] = {**_kept(top["design"]), "anyOf": [*one["anyOf"], both]}
    del definitions["Designs"]
    blocks = {name: {"$ref": f"scenario.schema.json#/properties/{name}"} for name in Scenario.model_fields}
    top["changes"] = {**_kept(top["changes"]), "type": "object", "properties": blocks, "additionalProperties": False}
    top["metrics"]["items"] = {"anyOf": [{"enum": sorted(METRICS)}, {"type": "string"}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _kept(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name in ("title", "description")}
