"""Other systems than this one, in so far as they can be stood in for: Windows and macOS, by what their manuals say.

On Windows a folder cannot be opened, a file that is open cannot be moved, replaced or removed, `os.rename` does not
replace, and what is opened for reading cannot be waited for; users have no numbers, files no locks, programs no list of
their processors, and no line can be handed to a program that is started. macOS lacks the list of processors only.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.common import machine, scratch
from sim.common.files import written_file, written_folder
from sim.experiments import local


def opened_here() -> set[str]:
    """Files that this process has open."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue
    return found


USUAL: dict[str, Callable[..., Any]] = {
    name: getattr(os, name) for name in ("open", "rename", "replace", "unlink", "fsync")
}


def refuse_open(*paths: Any) -> None:
    if any(path.startswith(tuple(os.path.abspath(one) for one in paths)) for path in opened_here()):
        raise PermissionError(errno.EACCES, "The process cannot access the file", str(paths[0]))


def open_as_there(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
    if not isinstance(path, int) and os.path.isdir(path) and "dir_fd" not in kwargs:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))
    return int(USUAL["open"](path, flags, *args, **kwargs))


def rename_as_there(source: Any, place: Any) -> None:
    refuse_open(source, place)
    if os.path.lexists(place):
        raise FileExistsError(errno.EEXIST, "Cannot create a file when that file already exists", str(place))
    USUAL["rename"](source, place)


def replace_as_there(source: Any, place: Any) -> None:
    refuse_open(source, place)
    USUAL["replace"](source, place)


def unlink_as_there(path: Any, **kwargs: Any) -> None:
    if "dir_fd" not in kwargs:
        refuse_open(path)
    USUAL["unlink"](path, **kwargs)


def fsync_as_there(descriptor: int) -> None:
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(errno.EBADF, "Bad file descriptor")
    USUAL["fsync"](descriptor)


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This system behaves as Windows where the two differ for us."""
    for name in USUAL:
        monkeypatch.setattr(os, name, globals()[f"{name}_as_there"])
    for name in ("getuid", "geteuid", "sched_getaffinity"):
        monkeypatch.delattr(os, name)
    monkeypatch.setattr(scratch, "fcntl", None)
    monkeypatch.setattr(machine, "is_windows", lambda: True)


def test_the_stand_in_is_as_strict_as_windows(windows: None, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    with pytest.raises(PermissionError):
        os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(FileExistsError):
        os.rename(one, two)
    with one.open() as held:
        with pytest.raises(PermissionError):
            os.replace(one, two)
        with pytest.raises(PermissionError):
            one.unlink()
        with pytest.raises(OSError, match="Bad file"):
            os.fsync(held.fileno())
    os.replace(one, two)
    assert two.read_text() == "1" and not hasattr(os, "getuid")


def test_a_file_is_written_and_replaced(windows: None, tmp_path: Path) -> None:
    for text in ("first", "second"):
        with written_file(tmp_path / "notes.txt", force=text == "second") as hidden:
            hidden.write_text(text)
    assert (tmp_path / "notes.txt").read_text() == "second"
    assert os.listdir(tmp_path) == ["notes.txt"]


def write_other(folder: Path) -> None:
    with written_folder(folder) as hidden:
        (hidden / "figures").mkdir()
        (hidden / "figures" / "one.csv").write_text("third")


def test_a_folder_is_written_replaced_and_left_alone(windows: None, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    for text in ("first", "second"):
        with written_folder(folder, force=text == "second") as hidden:
            (hidden / "figures").mkdir()
            (hidden / "figures" / "one.csv").write_text(text)
            (hidden / "record.json").write_text(text)
    assert (folder / "figures" / "one.csv").read_text() == "second"
    with pytest.raises(sim.SimError, match=r"one\.csv"):
        write_other(folder)
    assert (folder / "figures" / "one.csv").read_text() == "second"
    assert sorted(path.name for path in folder.rglob("*")) == ["figures", "one.csv", "record.json"]


def test_what_a_killed_program_left_is_cleared_when_it_is_old(windows: None, tmp_path: Path) -> None:
    young, old = tmp_path / ".unfinished-00000001", tmp_path / ".unfinished-00000002.csv"
    young.mkdir()
    old.write_text("half")
    os.utime(old, (0, 0))
    scratch.mend(tmp_path)
    assert os.listdir(tmp_path) == [young.name]


def test_a_run_is_saved_and_opened(windows: None, tmp_path: Path) -> None:
    run = sim.load("classroom").run()
    for _ in range(2):
        folder = run.save(tmp_path)
    assert sim.Results.open(folder).flows.equals(run.flows)


def test_names_below_a_folder_are_written_with_slashes(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "one.csv").write_text("")
    assert scratch.names_in(tmp_path) == ["figures/one.csv"]


def test_workers_are_refused_where_no_line_can_be_handed_over(windows: None) -> None:
    study = {"base": "classroom", "levers": {"policies.ban-half.strength": [0.25, 0.5]}, "metrics": ["shortfall"]}
    assert local.workers_at_hand() == 1
    assert len(sim.sweep(study, workers=1).points) == 2
    with pytest.raises(sim.SimError, match=r"need Linux or macOS; here use --workers 1"):
        sim.sweep(study, workers=2)


def test_processors_are_counted_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.processors() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")  # macOS
    assert machine.processors() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.processors() == 1
    assert machine.hands_over_lines()
