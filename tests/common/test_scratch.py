"""Hidden files that something is written under, while others clear up what killed programs left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.common import scratch


@pytest.fixture
def taken_once(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Clears the folder up as another program, once, before what was just made is locked."""
    locked, taken = scratch._locked, []

    def lock(descriptor: int, path: Path) -> bool | None:
        if not taken:
            taken.append(path)
            monkeypatch.setattr(scratch, "_locked", locked)
            scratch.mend(path.parent)
            assert not path.exists()
        return locked(descriptor, path)

    monkeypatch.setattr(scratch, "_locked", lock)
    return taken


def test_a_file_that_another_takes_before_it_is_held_is_made_anew(tmp_path: Path, taken_once: list[Path]) -> None:
    with scratch.scratch_file(tmp_path) as path:
        assert taken_once and path not in taken_once
        scratch.mend(tmp_path)
        path.write_text("whole")
        scratch.settle(path, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == "whole"
    assert os.listdir(tmp_path) == ["table.csv"]


def test_a_folder_that_another_takes_before_it_is_held_is_made_anew(tmp_path: Path, taken_once: list[Path]) -> None:
    with scratch.scratch_folder(tmp_path / "run") as path:
        assert taken_once and path not in taken_once
        scratch.mend(tmp_path)
        assert path.is_dir()
    assert os.listdir(tmp_path) == []


def test_what_another_holds_is_left_alone(tmp_path: Path) -> None:
    with scratch.scratch_file(tmp_path) as path:
        scratch.mend(tmp_path)
        assert path.exists()
    assert not path.exists()


def test_an_error_within_is_not_taken_for_a_lost_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), scratch.scratch_file(tmp_path):
        raise FileNotFoundError
    assert os.listdir(tmp_path) == []
