"""Files and folders: whole or not at all, whatever happens; and nothing of the owner's is touched unasked."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.common.files import SimError, refuse_overwriting, unwritable, written_file, written_folder
from sim.common.scratch import mend, scratch_file, scratch_folder

BEFORE = {"a.csv": "old", "figures/b.png": "old", "notes.txt": "mine"}
AFTER = {**BEFORE, "a.csv": "new", "figures/b.png": "new", "figures/c.png": "new"}
MOST = 400  # things that writing three files asks of the system; more means that something goes round in circles


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def state(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def write_folder(folder: Path) -> None:
    with written_folder(folder, force=True) as scratch:
        fill(scratch, {name: text for name, text in AFTER.items() if text == "new"})


def write_file(folder: Path) -> None:
    with written_file(folder / "a.csv") as scratch:
        scratch.write_text("new")


def ended_at(number: int, act: Callable[[], None], work: Callable[[], None]) -> str:
    """How a child ends that acts, instead of it, at the so-manieth thing that its work asks of the system."""
    child = os.fork()
    if child == 0:
        left = [number]

        def hook(event: str, _: object) -> None:
            if event.startswith(("os.", "open", "fcntl.")):
                left[0] -= 1
                if left[0] == 0:
                    act()

        sys.addaudithook(hook)
        try:
            work()
            os._exit(0 if left[0] <= 0 else 4)
        except SimError:
            os._exit(3)
        except BaseException:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "done all the same", 3: "told", 4: "not reached", -signal.SIGKILL: "killed"}.get(status, "crashed")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("write", [write_folder, write_file])
def test_a_kill_at_any_point_loses_nothing(tmp_path, write, there):
    after = {n: t for n, t in AFTER.items() if t == "new"} if write is write_folder else {"a.csv": "new"}
    ends, seen = [], set()
    while "not reached" not in ends:
        folder = tmp_path / str(len(ends)) / "out"
        before = state(fill(folder, BEFORE)) if there else {}
        ends.append(ended_at(len(ends) + 1, kill, lambda folder=folder: write(folder)))
        mend(folder)
        mend(folder.parent)
        whole = [{f"out/{name}": text for name, text in one.items()} for one in (before, before | after)]
        assert state(folder.parent) in whole
        seen.add(whole.index(state(folder.parent)))
    assert set(ends) == {"killed", "not reached"} and 8 < len(ends) < MOST
    assert seen == {0, 1}


@pytest.mark.parametrize("write", [write_folder, write_file])
def test_a_disk_that_fills_up_at_any_point_leaves_all_as_it_was(tmp_path, write):
    after = AFTER if write is write_folder else {**BEFORE, "a.csv": "new"}
    ends = []
    while "not reached" not in ends:
        folder = fill(tmp_path / str(len(ends)) / "out", BEFORE)
        ends.append(ended_at(len(ends) + 1, fill_the_disk, lambda folder=folder: write(folder)))
        mend(folder)
        assert state(folder) == (BEFORE if ends[-1] == "told" else after)
    assert set(ends) <= {"told", "done all the same", "not reached"} and ends.count("told") > 2


def test_what_stands_in_the_way_is_told_all_at_once_and_stays(tmp_path):
    folder = fill(tmp_path / "out", BEFORE)
    told = pytest.raises(SimError, match=r"a\.csv, figures/b\.png already.*--force replaces these files")
    with told, written_folder(folder) as scratch:
        fill(scratch, {"a.csv": "new", "figures/b.png": "new", "c.csv": "new"})
    assert state(folder) == BEFORE


def identity(path):
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_the_same_bytes_and_own_files_stand_in_nobodys_way(tmp_path):
    folder = fill(tmp_path / "out", BEFORE)
    was = identity(folder / "a.csv")
    with written_folder(folder, own={"figures/b.png"}) as scratch:
        fill(scratch, {"a.csv": "old", "figures/b.png": "new", "c.csv": "new"})
    assert state(folder) == {**BEFORE, "figures/b.png": "new", "c.csv": "new"}
    assert identity(folder / "a.csv") == was


def test_a_file_is_replaced_only_where_that_is_asked_for(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("mine")
    with pytest.raises(SimError, match=r"points\.csv already.*--force"), written_file(path, force=False) as scratch:
        scratch.write_text("new")
    assert path.read_text() == "mine" and list(tmp_path.iterdir()) == [path]
    with written_file(path, force=True) as scratch:
        scratch.write_text("new")
    assert path.read_text() == "new"


@pytest.mark.parametrize(
    ("there", "made", "why"),
    [("a/keep", "a", "a folder of that name is in the way"), ("a", "a/b", "is no folder of")],
)
def test_a_blocked_place_leaves_nothing_half_written(tmp_path, there, made, why):
    folder = fill(tmp_path / "out", {there: "mine", "z": "old"})
    before = state(folder)
    with pytest.raises(SimError, match=why), written_folder(folder, force=True) as scratch:
        fill(scratch, {made: "new", "z": "new", "0": "new"})
    assert state(folder) == before


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    folder, outside = fill(tmp_path / "out", {"a": "old"}), fill(tmp_path / "outside", {"b": "mine"})
    (folder / "figures").symlink_to(outside)
    with pytest.raises(SimError, match="is no folder of"), written_folder(folder, force=True) as scratch:
        fill(scratch, {"figures/b": "new"})
    fill(folder / ".finished-0123abcd", {"figures/b": "new"})  # as in a folder that came from somebody else
    with pytest.raises(SimError, match="is no folder of"):
        mend(folder)
    assert state(outside) == {"b": "mine"}


def test_a_link_to_a_folder_or_a_file_is_written_through(tmp_path):
    real = fill(tmp_path / "disk", {"a": "old"})
    (tmp_path / "out").symlink_to(real)
    with written_folder(tmp_path / "out", force=True) as scratch:
        fill(scratch, {"a": "new"})
    (tmp_path / "a").symlink_to(real / "a")
    with written_file(tmp_path / "a") as scratch:
        scratch.write_text("newer")
    assert (tmp_path / "out").is_symlink() and (tmp_path / "a").is_symlink() and state(real) == {"a": "newer"}


def test_what_another_program_is_writing_is_left_alone(tmp_path):
    with scratch_file(tmp_path, ".csv") as file, scratch_folder(tmp_path / "new") as folder:
        assert ended_at(MOST, kill, lambda: mend(tmp_path)) == "not reached"
        assert file.exists() and folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_the_owners_are_never_swept_up(tmp_path):
    mine = {".unfinished-thesis.txt": "mine", ".finished-plan/a": "mine", ".unfinished-": "mine"}
    fill(tmp_path, {**mine, ".unfinished-0123abcd/half": "ours", ".unfinished-89abcdef.csv": "ours"})
    mend(tmp_path)
    assert state(tmp_path) == mine


def test_who_may_read_a_new_file_is_for_the_umask_to_say(tmp_path):
    before = os.umask(0o027)
    try:
        with written_file(tmp_path / "a") as scratch:
            scratch.write_text("new")
        with written_folder(tmp_path / "f") as scratch:
            fill(scratch, {"a": "new"})
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "f", "f/a")] == [0o640, 0o750, 0o640]


def test_before_a_long_run(tmp_path):
    fill(tmp_path, {"a": "mine", "b": "ours"})
    refuse_overwriting(tmp_path, ["b", "c"], own=["b"])
    with pytest.raises(SimError, match=r"has a, b already"):
        refuse_overwriting(tmp_path, ["b", "a", "c"])
    assert unwritable(tmp_path) == "" and unwritable(tmp_path / "a") != ""
    assert state(tmp_path) == {"a": "mine", "b": "ours"}
