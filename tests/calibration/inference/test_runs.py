"""Runs of the calibration that are kept: what stopped, damaged or filled them up costs no more than their own work."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

import sim
from calibration.inference import runs
from calibration.inference.runs import CHUNK, runs_at

POINTS = np.linspace(-1.0, 1.0, 2 * (2 * CHUNK + 3)).reshape(-1, 2)


class Doubling:
    """Doubles the points, and counts how many it was given."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, points: np.ndarray) -> np.ndarray:
        self.made += len(points)
        return 2.0 * points


def test_chunks_that_are_kept_are_not_made_again(tmp_path: Path) -> None:
    first, again = Doubling(), Doubling()
    assert (runs_at(POINTS, first, tmp_path, "toy", 1) == 2.0 * POINTS).all()
    assert (runs_at(POINTS, again, tmp_path, "toy", 1) == 2.0 * POINTS).all()
    assert (first.made, again.made) == (len(POINTS), 0)


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_a_damaged_chunk_is_told_and_made_again(tmp_path: Path, keep: int, capsys: pytest.CaptureFixture[str]) -> None:
    runs_at(POINTS, Doubling(), tmp_path, "toy", 1)
    chunk = tmp_path / "runs-00001.npz"
    chunk.write_bytes(chunk.read_bytes()[:keep])
    capsys.readouterr()
    again = Doubling()
    assert (runs_at(POINTS, again, tmp_path, "toy", 1) == 2.0 * POINTS).all()
    assert again.made == CHUNK and f"{chunk} is damaged" in capsys.readouterr().err
    assert runs_at(POINTS, Doubling(), tmp_path, "toy", 1).shape == POINTS.shape


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"digest": 1'])
def test_a_damaged_note_is_one_clear_fault(tmp_path: Path, text: str) -> None:
    runs_at(POINTS, Doubling(), tmp_path, "toy", 1)
    (tmp_path / "design.json").write_text(text, encoding="utf-8")
    with pytest.raises(sim.SimError, match=r"design\.json cannot be read, so nobody knows what made the runs"):
        runs_at(POINTS, Doubling(), tmp_path, "toy", 1)


def test_a_full_disk_is_one_clear_line_and_leaves_whole_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def save(file, **arrays):
        if written:
            file.write(b"half a chunk")
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(file)
        np.savez_compressed(file, **arrays)

    monkeypatch.setattr(runs.np, "savez", save)
    with pytest.raises(sim.SimError, match=r"^cannot write .*runs-00001\.npz: No space left on device$"):
        runs_at(POINTS, Doubling(), tmp_path, "toy", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["design.json", "runs-00000.npz"]
    monkeypatch.undo()
    again = Doubling()
    assert (runs_at(POINTS, again, tmp_path, "toy", 1) == 2.0 * POINTS).all() and again.made == len(POINTS) - CHUNK
