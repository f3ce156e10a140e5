"""Kept machine code: each form of a loop its own, sound or made again, and read from nobody but its user."""

from __future__ import annotations

import importlib
import os
import pickle
import pkgutil
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core.registry import CPUDispatcher

import sim
from sim.common import compilation_cache as cache
from sim.common.compilation import compiled
from sim.model import kernels
from sim.model.kernels import intermediaries, markets, settlement

ROOT = Path(__file__).resolve().parents[2]
LOOPS = """
from numba import prange
from sim.common.compilation import compiled
def _rows(out):
    for i in prange(len(out)):
        out[i] = 2.0 * i
serial = compiled(_rows)
parallel = compiled(_rows, parallel=True)
"""
# For each form: whether its code was kept from before, and whether it is such that numba starts threads for it.
CALLS = """
import sys, numpy as np, loops
for name in sys.argv[1:]:
    loop, out = getattr(loops, name), np.zeros(5)
    loop(out)
    assert out.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    print(name, bool(loop.stats.cache_hits), *[bool(code.reload_init) for code in loop.overloads.values()])
"""
posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights of POSIX")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new folder of code for this process."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    for function in (cache.folder_of_code, cache._tell_once):
        function.cache_clear()
    yield tmp_path / "cache" / f"compiled-{cache.source_digest()}"
    for function in (cache.folder_of_code, cache._tell_once):
        function.cache_clear()


def _twice(x):
    return 2.0 * x


def calls(kept: bool | None = None) -> Any:
    """A loop compiled, or read, as in a new process, and called; and whether its code was kept."""
    loop = compiled(_twice)
    assert loop(3.0) == 6.0
    if kept is not None:
        assert bool(loop.stats.cache_hits) is kept
    return loop


def only(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def in_process(place: Path, *names: str, code: str = CALLS, **environment: str) -> subprocess.CompletedProcess[str]:
    (place / "loops.py").write_text(LOOPS)
    environment = {"NUMBA_CACHE_DIR": str(place / "cache"), **environment}
    return subprocess.run(
        [sys.executable, "-c", code, *names],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(place)]), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("first", ["serial", "parallel"])
def test_what_compiles_first_does_not_serve_the_other_form(tmp_path: Path, first: str) -> None:
    started = in_process(tmp_path, first)
    assert started.stdout.split() == [first, "False", str(first == "parallel")]
    other = {"serial": "parallel", "parallel": "serial"}[first]
    later = in_process(tmp_path, first, other).stdout.splitlines()
    assert later == [f"{first} True {first == 'parallel'}", f"{other} False {other == 'parallel'}"]
    threads = [b"numba_parallel_for" in path.read_bytes() for path in (tmp_path / "cache").rglob("*.code")]
    assert sorted(threads) == [False, True]
    assert all(" True " in line for line in in_process(tmp_path, "serial", "parallel").stdout.splitlines())


def test_no_two_loops_of_the_model_share_code() -> None:
    modules = [
        importlib.import_module(f"sim.model.kernels.{found.name}") for found in pkgutil.iter_modules(kernels.__path__)
    ]
    modules.append(importlib.import_module("sim.model.population"))
    loops = {id(loop): loop for module in modules for loop in vars(module).values() if isinstance(loop, CPUDispatcher)}
    kept = [loop for loop in loops.values() if isinstance(loop._cache, cache.MachineCode)]
    codegen = loop_codegen()
    files = {loop._cache._file(loop._cache._key((), codegen)) for loop in kept}
    assert len(files) == len(kept) > 30
    assert sum(loop.targetoptions["parallel"] for loop in kept) == 3


def loop_codegen() -> Any:
    return compiled(_twice).targetctx.codegen()


def test_checked_bounds_are_other_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls(kept=False)
    calls(kept=True)
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    calls(kept=False)


def test_damaged_code_is_never_read(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    loop = calls(kept=False)
    path, (signature,) = only(folder), loop.overloads
    whole = path.read_bytes()
    damaged = [whole[:cut] for cut in range(0, len(whole), 211)] + [whole + b"\0", bytes(len(whole))]
    damaged += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 211)]
    for content in damaged:
        path.write_bytes(content)
        assert loop._cache.load_overload(signature, loop.targetctx) is None
        assert not path.exists()
    path.write_bytes(whole)
    assert loop._cache.load_overload(signature, loop.targetctx) is not None
    capfd.readouterr()


def _pickled(value: Any) -> bytes:
    content = pickle.dumps(value)
    return sha256(content).digest() + content


@pytest.mark.parametrize(
    "content", [b"", b"half", _pickled("of another form"), _pickled(1)[:-1], sha256(b"").digest()], ids=len
)
def test_damaged_code_is_made_again_with_one_line(
    folder: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    calls(kept=False)
    path = only(folder)
    path.write_bytes(content)
    calls(kept=False)
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 1
    assert f"kept machine code in {path.parent} is not used and compiled again: " in told[0]
    calls(kept=True)
    assert only(folder) == path
    assert capfd.readouterr().err == ""


def test_a_run_goes_on_over_damaged_code(tmp_path: Path) -> None:
    case = sim.load("classroom")
    flows = case.run().flows
    kept = cache.folder_of_code()
    assert kept is not None
    copy = tmp_path / "cache" / kept.name
    copy.parent.mkdir(mode=0o700)
    shutil.copytree(kept, copy)
    # A loop may be kept for more than one form of its arguments; the run reads one form of each.
    loops = (settlement.settle, markets.clear_markets, intermediaries.mark_up)
    damaged = [{path: path.stat().st_size for path in copy.glob(f"{loop.__name__}-*.code")} for loop in loops]
    assert all(damaged)
    for sizes, keep in zip(damaged, (0.0, 0.01, 0.5), strict=True):
        for path, size in sizes.items():
            os.truncate(path, int(keep * size))
    done = in_process(tmp_path, code="import sim; print(sim.load('classroom').run().flows.to_json())")
    assert done.returncode == 0
    assert done.stderr == f"sim: kept machine code in {copy} is not used and compiled again: it is damaged\n"
    for sizes in damaged:
        assert any(path.stat().st_size == pytest.approx(size, rel=0.01) for path, size in sizes.items())
    assert done.stdout.strip() == flows.to_json()


@posix
def test_a_full_disk_costs_only_what_is_kept(tmp_path: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n" + CALLS
    done = in_process(tmp_path, "serial", "parallel", code=limited, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["serial False False", "parallel False True"]
    (told,) = done.stderr.splitlines()
    assert f"machine code cannot be kept in {tmp_path / 'cache'}" in told
    assert "File too large" in told
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_another_folder_serves_where_the_chosen_one_cannot(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = in_process(tmp_path, "serial", NUMBA_CACHE_DIR=str(tmp_path / "taken"))
    assert done.stdout.split()[0] == "serial"
    (told,) = done.stderr.splitlines()
    assert f"NUMBA_CACHE_DIR is not used ({tmp_path / 'taken'}: File exists); machine code is kept in " in told


def test_without_any_folder_loops_run_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setattr(cache, "_roots", lambda chosen: [tmp_path / "taken"])
    calls(kept=False)
    loop = calls(kept=False)
    assert loop.stats.cache_path is None
    (told,) = capfd.readouterr().err.splitlines()
    assert f"machine code is not kept, and every process compiles for half a minute ({tmp_path / 'taken'}: " in told


@posix
@pytest.mark.parametrize(
    ("of", "mode", "why"),
    [
        ("root", 0o777, "others may write to it"),
        ("root", 0o770, "others may write to it"),
        ("root", 0o1777, ""),  # as /tmp: nobody can rename what is another's
        ("root", 0o755, ""),
        ("folder", 0o770, "others may write to it"),
        ("folder", 0o1777, "others may write to it"),
        ("folder", 0o755, ""),
    ],
)
def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, of: str, mode: int, why: str) -> None:
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o700)
    {"root": folder.parent, "folder": folder}[of].chmod(mode)
    assert cache._unfit(folder.parent, folder) == why
    assert (cache.folder_of_code() == folder) is (not why)


@posix
def test_a_folder_of_another_user_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    owner = os.getuid()
    assert cache._unfit(folder.parent, folder) == ""
    monkeypatch.setattr(cache, "_roots", lambda chosen: [folder.parent])
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert cache.folder_of_code() is None
    (told,) = capfd.readouterr().err.splitlines()
    assert (
        f"machine code is not kept, and every process compiles for half a minute ({folder.parent}: it belongs" in told
    )
    monkeypatch.setattr(os, "getuid", lambda: owner)
    cache.folder_of_code.cache_clear()
    assert cache.folder_of_code() == folder


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a link away")
def test_a_link_of_another_user_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.parent.mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    assert cache._unfit(folder.parent, folder) == ""  # our own link
    os.chown(folder, 4711, 4711, follow_symlinks=False)
    assert cache._unfit(folder.parent, folder) == "it is a link of another user"


class _Bomb:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.mark,)


@posix
def test_code_that_others_may_have_written_is_never_unpickled(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calls(kept=False)
    path, mark = only(folder), tmp_path / "mark"
    path.write_bytes(_pickled(_Bomb(mark)))
    path.chmod(0o666)
    calls(kept=False)
    assert not mark.exists()
    assert "others may write to it" in capfd.readouterr().err
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(_pickled(_Bomb(mark)))  # our own file is ours to trust, so the bomb above was a live one
    calls(kept=False)
    assert mark.exists()
    assert "is not used and compiled again" in capfd.readouterr().err


@posix
def test_what_is_kept_is_for_its_user_alone(folder: Path) -> None:
    before = os.umask(0o002)
    try:
        calls(kept=False)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (folder.parent, folder, only(folder))] == [0o700, 0o700, 0o600]


def test_where_users_have_no_numbers_rights_are_not_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getuid", raising=False)
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert cache.folder_of_code() == folder
    assert cache._roots(None)[-1].name == "sanctions-sim-None"


def test_a_user_without_a_home_gets_no_folder_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    roots = cache._roots(None)
    assert all(root.is_absolute() for root in roots)
    assert not any("~" in str(root) for root in roots)


def test_code_of_sources_long_gone_is_removed(tmp_path: Path) -> None:
    now = time.time()
    for age in range(6):
        (tmp_path / f"compiled-{age}").mkdir()
        os.utime(tmp_path / f"compiled-{age}", (now - 100_000 * age,) * 2)
    (tmp_path / "compiled-new").mkdir()
    cache._forget_old(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "compiled-0",
        "compiled-1",
        "compiled-2",
        "compiled-new",
    ]


def test_without_the_compiler_nothing_starts(tmp_path: Path) -> None:
    run = "from sim.ui.cli import main; main()"
    done = in_process(tmp_path, "run", "classroom", "--out", str(tmp_path / "out"), code=run, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 2
    (told,) = done.stderr.splitlines()
    assert told.startswith("NUMBA_DISABLE_JIT is set, but the model runs compiled only")
    assert not (tmp_path / "out").exists()
