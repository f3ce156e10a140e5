"""JSON files that say what a folder holds: read whole, checked against a model, every fault told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.common.errors import Fault, FaultList
from sim.common.parsing import shown

_EXPECTED = {
    "string_type": "text", "string_unicode": "text", "int_type": "a whole number", "float_type": "a number",
    "bool_type": "true or false", "list_type": "a list", "tuple_type": "a list", "dict_type": "a mapping",
    "model_type": "a mapping", "model_attributes_type": "a mapping",
}  # fmt: skip


class Record(BaseModel):
    """Base of the models of such files: types are taken as they are, and keys that nobody asks for are let be."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


Model = TypeVar("Model", bound=Record)


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        FaultList: it cannot be read, or is not JSON.
    """
    line, column = 0, 0
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        why = "is not there"
    except OSError as error:
        why = f"cannot be read: {error.strerror or error}"
    except UnicodeDecodeError as error:
        why = f"is not UTF-8 text (byte {error.start + 1})"
    except json.JSONDecodeError as error:
        why, line, column = f"cannot be read as JSON: {error.msg}", error.lineno, error.colno
    except RecursionError:
        why = "is not a record: its brackets are nested too deeply"
    except ValueError as error:  # a number of thousands of digits
        why = f"is not a record: {error}"
    raise FaultList([Fault(str(path), line, column, "", why)])


def checked_record(data: Any, model: type[Model], path: Path) -> Model:
    """What a JSON file holds, as a model.

    Args:
        data: what was read.
        model: what it has to be.
        path: the file, for faults.

    Raises:
        FaultList: every key that is missing or holds something else than it should.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = []
        for found in error.errors(include_url=False, include_context=False):
            where = ".".join(map(str, found["loc"]))
            if found["type"] == "missing":
                faults.append(Fault(str(path), 0, 0, where, "is missing"))
            else:
                expected = _EXPECTED.get(found["type"], found["msg"][:1].lower() + found["msg"][1:])
                faults.append(Fault(str(path), 0, 0, where, f"read {shown(found['input'])}, expected {expected}"))
        raise FaultList(faults) from None
