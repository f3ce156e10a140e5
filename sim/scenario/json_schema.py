"""The JSON Schema of scenario files, with which an editor completes keys, kinds, states, goods and parameters.

Put `# yaml-language-server: $schema=scenario.schema.json` on the first line of a file to use it. The schema helps the
typing hand; what `load_scenario` says is what counts.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sim.common.fields import NAMES_MARK, STATE_GROUPS, Codes
from sim.common.good_groups import ALL
from sim.policies import INSTRUMENTS
from sim.rules import RULES
from sim.rules.parameters import PARAMETERS
from sim.scenario.episodes import EPISODE
from sim.scenario.schema import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(codes: Codes | None = None) -> dict[str, Any]:
    """Return the JSON Schema of a scenario file.

    Args:
        codes: The world's states and goods; if given, an editor completes their codes too.
    """
    models: list[type[BaseModel]] = [Scenario, *INSTRUMENTS.values()]
    references, whole = models_json_schema([(model, "validation") for model in models])
    definitions: dict[str, Any] = whole["$defs"]
    scenario: dict[str, Any] = definitions.pop(references[Scenario, "validation"]["$ref"].rpartition("/")[2])
    properties = scenario["properties"]
    clauses = []
    for kind, instrument in INSTRUMENTS.items():
        reference = references[instrument, "validation"]
        definition = definitions[reference["$ref"].rpartition("/")[2]]
        # A default would make `kind` optional, and then nothing tells one instrument from another.
        definition["properties"]["kind"] = {"const": kind, "description": (instrument.__doc__ or kind).splitlines()[0]}
        definition["required"] = ["kind", *definition.get("required", [])]
        clauses.append(reference)
    instruments = [definitions[reference["$ref"].rpartition("/")[2]] for reference in clauses]
    properties["policies"]["items"] = {"oneOf": [*clauses, _change("clause", "kind", instruments)]}
    drivers = properties["drivers"]["items"]
    changed = _change("driver", "what", [definitions[drivers["$ref"].rpartition("/")[2]]])
    properties["drivers"]["items"] = {"oneOf": [drivers, changed]}
    properties["extends"] = {"type": "string", "description": "The scenario below: a file, or a shipped one's name."}
    properties[EPISODE] = {
        "type": "string",
        "description": "Named drivers of the world that it takes; the world's only ones if left out, none leaves them.",
    }
    properties["parameters"] = _closed({name: _parameter(name) for name in PARAMETERS}, properties["parameters"])
    off = definitions["Mechanism"]["properties"]
    off["without"] = _closed({name: _parameter(name, default=False) for name in PARAMETERS}, off["without"])
    properties["rules"] = _closed({name: {"type": "string"} for name in RULES}, properties["rules"])
    required = scenario.pop("required")
    schema = {"$schema": _DIALECT, **scenario, "$defs": definitions}
    # A file that extends another may leave out anything.
    schema["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    names = _names(codes) if codes else {}
    _refer_to(names, schema)
    definitions.update({f"{kind}_name": {"enum": known} for kind, known in names.items()})
    return schema


def _names(codes: Codes) -> dict[str, list[str]]:
    """Return what may stand where a state or a good is named, by the kind of thing; an editor offers all of it."""
    titles = [codes.titles.get(code, code).split(" (")[0] for code in codes.states]
    states = dict.fromkeys((*STATE_GROUPS, *codes.states, *titles))
    return {"state": list(states), "good": [ALL, *codes.goods, *codes.good_groups]}


def _refer_to(names: dict[str, list[str]], schema: Any) -> None:
    """Refer to the world's names where a name of the world is expected."""
    if isinstance(schema, dict):
        kind = schema.pop(NAMES_MARK, None)
        if kind in names:
            schema["$ref"] = f"#/$defs/{kind}_name"
    for child in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _refer_to(names, child)


def _change(what: str, what_it_is: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the schema of an entry that changes an inherited one: any field but the one that says what it is."""
    ways: dict[str, list[Any]] = {}
    for model in models:
        for name, field in model["properties"].items():
            if name != what_it_is and field not in ways.setdefault(name, []):
                ways[name].append(field)
    return {
        "type": "object",
        "description": f"Changes the fields that it names of an inherited {what}; `enabled: false` switches it off.",
        "properties": {name: found[0] if len(found) == 1 else {"anyOf": found} for name, found in ways.items()},
        "required": ["id"],
        "additionalProperties": False,
    }


def _closed(properties: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in block.items() if name in ("title", "description", "default")}
    return {"type": "object", **kept, "properties": properties, "additionalProperties": False}


def _parameter(name: str, *, default: bool = True) -> dict[str, Any]:
    declared = PARAMETERS[name]
    return {
        "type": "number",
        "minimum": declared.low,
        "maximum": declared.high,
        **({"default": declared.default} if default else {}),
        "description": f"{declared.meaning} ({declared.unit})",
    }
