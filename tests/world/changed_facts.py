"""Copies of the shipped facts with something in them changed."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from world_paths import FIGURES

Change = Callable[[str], str]


def instead(old: str, new: str, count: int = 1) -> Change:
    """Another text in the first places where one stands; in all with -1."""

    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


def without(start: str) -> Change:
    """Leave out the rows that begin so."""
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith(start))


def changed(folder: Path, changes: Mapping[str, Change | None]) -> Path:
    """A copy of the shipped facts with tables changed, or left out."""
    shutil.copytree(FIGURES, folder)
    for name, change in changes.items():
        path = folder / name
        if change is None:
            path.unlink()
        else:
            path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder
