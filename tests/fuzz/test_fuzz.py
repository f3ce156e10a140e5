"""A small run of the fuzz, the same every time: `python -m tests.fuzz` makes thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from tests.fuzz.__main__ import main, report
from tests.fuzz.kinds import KINDS
from tests.fuzz.runner import fuzz, mutants_of, write_originals
from tests.fuzz.worker import LOADED, REFUSED, UNCLEAR, Ending, Limits, Mutant, make, tried

COUNT = 150
ROOMY = Limits(seconds=20.0, megabytes=1_000.0)  # the machine of a test may be slow; the ceilings are the program's


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_originals(KINDS, tmp_path_factory.mktemp("originals"))


def test_every_mutant_ends_with_what_it_says_or_a_clear_fault(originals: Path, tmp_path: Path) -> None:
    endings = fuzz(mutants_of(list(KINDS), COUNT, seed=1), originals, tmp_path, ROOMY, keep=tmp_path / "kept")
    assert {ending.mutant.kind for ending in endings} == set(KINDS)
    assert {ending.how for ending in endings} == {LOADED, REFUSED}, report(endings)
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_originals_are_sound(originals: Path, kind: str) -> None:
    folders = [path for path in (originals / kind).iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        KINDS[kind].load(folder)


def test_the_same_numbers_make_the_same_mutant(originals: Path, tmp_path: Path) -> None:
    def contents(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    mutants = [Mutant("worlds", number, 1) for number in range(20)]
    made = [[make(one, originals, tmp_path / f"{way}-{one.number}") for one in mutants] for way in "ab"]
    assert made[0] == made[1]
    for one in mutants:
        assert contents(tmp_path / f"a-{one.number}") == contents(tmp_path / f"b-{one.number}")
    assert make(Mutant("worlds", 0, 2), originals, tmp_path / "other") != made[0][0]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (KeyError("x"), "KeyError: 'x'"),
        (sim.SimError("\x1b[31m" * 100_000), "a message of"),
        (sim.SimError(" "), "an empty message"),
    ],
)
def test_an_unclear_end_is_seen(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, told: str
) -> None:
    def load(folder: Path) -> None:
        raise fault

    monkeypatch.setitem(KINDS, "worlds", type(KINDS["worlds"])(KINDS["worlds"].originals, load))
    ending = tried(Mutant("worlds", 0, 1), originals, tmp_path / "one", ROOMY)
    assert ending.how == UNCLEAR
    assert ending.said.startswith(told)


@pytest.mark.parametrize(("limits", "told"), [(Limits(0.02, 1e6), "takes 0."), (Limits(9.0, 50.0), "MB; ")])
def test_ceilings_are_held(
    originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: Limits, told: str
) -> None:
    def load(folder: Path) -> None:
        sum(bytearray(200_000_000)[::200])

    monkeypatch.setitem(KINDS, "worlds", type(KINDS["worlds"])(KINDS["worlds"].originals, load))
    ending = tried(Mutant("worlds", 0, 1), originals, tmp_path / "one", limits)
    assert ending.how == UNCLEAR and told in ending.said


def test_the_command_counts_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "8", "--only", "worlds", "--seed", "3"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["kind", "mutants", "loaded", "refused", "unclear", "slowest", "most", "memory"]
    assert said[1].split()[:2] == ["worlds", "8"]
    bad = Ending(Mutant("worlds", 7, 3), UNCLEAR, "x.csv: lose", "KeyError: 'x'", "load.py:1 load")
    assert "1 worlds --number 7 (x.csv: lose): load.py:1 load: KeyError: 'x'" in report([bad])
