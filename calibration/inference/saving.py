"""How the files of a calibration come to stand in their folders: all or none, and over nothing of somebody else's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sim

# What the results' folder has of this program, with the digest of each file as it was written.
LISTED = "files.json"
# What the same calibration need not have in common with another time that it was made.
_VARYING = ("seconds", "processes")


@contextmanager
def pictures_and_pages(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """A hidden folder whose files go to the results, where they are made anew at will unless somebody changed them.

    Raises:
        SimError: files are in the way that are not as they were written here, or the folder cannot be written.
    """
    listed = _read(folder / LISTED)
    own = {name for name, digest in listed.items() if _digest(folder / name) == digest}
    with sim.written_folder(folder, force=force, own=own | {LISTED}) as scratch:
        yield scratch
        listed |= {str(path.relative_to(scratch)): _digest(path) for path in scratch.rglob("*") if path.is_file()}
        (scratch / LISTED).write_text(json.dumps(dict(sorted(listed.items())), indent=1) + "\n", encoding="utf-8")


def same_record(path: Path, record: Mapping[str, Any]) -> set[str]:
    """The name of a record that may be replaced by another: of a file that says the same, but for the time it took."""
    there = _lasting(_read(path))
    return {path.name} if there and there == _lasting(record) else set()


def refuse_another(path: Path, facts: Mapping[str, Any]) -> None:
    """Says before a calibration, not after it, that another one's posterior stands where its own would go.

    Args:
        path: of the record there.
        facts: what determines the calibration, as its record will say.

    Raises:
        SimError: a record is there that says otherwise.
    """
    there = _lasting(_read(path))
    differing = [name for name, value in _lasting(facts).items() if there and there.get(name) != value]
    if differing:
        raise sim.SimError(
            f"{path.parent} has a posterior that was made otherwise ({', '.join(differing)}); "
            "--force replaces it, or name another folder with --posterior"
        )


def _lasting(record: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a record that is the same whenever the calibration is made, as JSON has it."""
    made = json.loads(json.dumps(record))
    for part in (made, made.get("plan")):
        for name in _VARYING if isinstance(part, dict) else ():
            part.pop(name, None)
    return dict(made)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
