"""Hidden files and folders that something is written under before it takes its place, and what killed programs leave.

Whoever makes one holds a lock on it, which ends with the program: what is hidden and free belongs to nobody any more.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # no locks on this system
    fcntl = None  # type: ignore[assignment]

from sim.common.errors import SimError
from sim.common.machine import sync_flags

_UNFINISHED, _FINISHED, _REPLACED = ".unfinished-", ".finished-", ".replaced"
_HIDDEN = re.compile(rf"({re.escape(_UNFINISHED)}|{re.escape(_FINISHED)})[0-9a-f]{{8}}(\..*)?")
# Where the file system has no locks, a hidden file as old as this is what a killed program left.
_FORGOTTEN_SECONDS = 86_400.0


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Turns an error of the system into a fault that names the place.

    Raises:
        SimError: within it, the system raised an error.
    """
    try:
        yield
    except OSError as error:
        raise SimError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def scratch_file(folder: Path, suffix: str = "") -> Iterator[Path]:
    """An empty hidden file of a folder, for :func:`settle`; removed if it is still there at the end.

    Raises:
        OSError: it cannot be made.
    """

    def make(path: Path) -> None:
        # Opened like any new file, so that the user's umask decides who may read it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))

    with _made_and_held(folder, make, suffix) as path:
        try:
            yield path
        finally:
            with suppress(OSError):
                path.unlink()


def settle(scratch: Path, place: Path) -> Path:
    """Moves a hidden file that is written to its place in the same folder, and waits until it is on the disk.

    Raises:
        OSError: it cannot be moved.
    """
    sync(scratch)
    os.replace(scratch, place)
    sync_names(place.parent)
    return place


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder on the disk of ``folder``, for what will stand there; removed if it is still there at the end.

    Raises:
        SimError: no folder can be made there, or an error of the system within it.
    """
    with faults_of(folder):
        place = Path(os.path.realpath(folder))
        above = place if place.is_dir() else place.parent
        above.mkdir(parents=True, exist_ok=True)
        mend(above)
        with _made_and_held(above, Path.mkdir) as scratch:
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


def take_places(scratch: Path, place: Path) -> None:
    """Moves the files of a hidden folder to their places in a folder that is there: all of them, or none.

    Raises:
        OSError: one cannot be moved.
    """
    finished = place / f"{_FINISHED}{scratch.name.removeprefix(_UNFINISHED)}"
    # From here on a program that is killed has done it: the next one ends it.
    os.rename(scratch, finished)
    try:
        _move(finished, place)
    except OSError:
        os.rename(finished, scratch)
        raise


def _move(finished: Path, place: Path) -> None:
    """Moves the files of a finished folder to their places, and ends what a killed program began of it."""
    kept, tried = finished / _REPLACED, []
    try:
        for name in names_in(finished):
            tried.append(name)
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(place / name):
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(place / name, kept / name)
            os.replace(finished / name, place / name)
        sync_names(place)
    except OSError:
        for name in tried:
            if not os.path.lexists(finished / name):
                os.replace(place / name, finished / name)
            if os.path.lexists(kept / name):
                os.replace(kept / name, place / name)
        raise
    shutil.rmtree(finished, ignore_errors=True)


def mend(folder: Path) -> None:
    """Ends what killed programs left undone in a folder: what was finished goes to its place, the rest is removed.

    Raises:
        SimError: something finished cannot be put in its place.
    """
    place = Path(os.path.realpath(folder))
    try:
        left = [entry.path for entry in os.scandir(place) if _HIDDEN.fullmatch(entry.name)]
    except OSError:
        return
    for path in map(Path, left):
        with _held(path) as ours:
            if ours and path.name.startswith(_FINISHED):
                refuse_blocked(folder, names_in(path))
                with faults_of(folder):
                    _move(path, place)
            elif ours:
                with suppress(OSError):
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def refuse_blocked(folder: Path, names: Sequence[str]) -> None:
    """Says which file cannot stand in a folder, because a folder has its name or a file or a link stands above it.

    Raises:
        SimError: there is one.
    """
    place = Path(os.path.realpath(folder))
    for name in names:
        if (place / name).is_dir():
            raise SimError(f"cannot write {folder / name}: a folder of that name is in the way")
        above = Path(os.path.realpath((place / name).parent))
        stands = next((path for path in (above, *above.parents) if os.path.lexists(path)), place)
        if not stands.is_dir() or not stands.is_relative_to(place):
            raise SimError(f"cannot write {folder / name}: {(folder / name).parent} is no folder of {folder}")


def names_in(folder: Path) -> list[str]:
    """Files below a folder, by name from there, in order; not those that were replaced."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path.as_posix() for path in found if path.parts[0] != _REPLACED)


def sync(path: Path) -> None:
    """Waits until a file is on the disk.

    Raises:
        OSError: it cannot be written.
    """
    descriptor = os.open(path, sync_flags())
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_names(folder: Path) -> None:
    """Waits until the names in a folder are on the disk, as far as its file system can say."""
    with suppress(OSError):
        sync(folder)


@contextmanager
def _made_and_held(folder: Path, make: Callable[[Path], None], suffix: str = "") -> Iterator[Path]:
    """Makes something hidden and holds it; anew when :func:`mend` elsewhere took it before it was held."""
    with ExitStack() as stack:
        while True:
            path = folder / f"{_UNFINISHED}{secrets.token_hex(4)}{suffix}"
            make(path)
            if fcntl is None:  # nothing to hold it by, and what is open could not be moved (Windows)
                break
            with suppress(FileNotFoundError):
                if _locked(_opened(path, stack), path) is not False:
                    break
        yield path


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Holds a hidden file or folder, which tells others that its program lives; whether it is ours to hold."""
    with ExitStack() as stack:
        try:
            descriptor = None if fcntl is None else _opened(path, stack)
            held = path.lstat() if descriptor is None else os.fstat(descriptor)
        except OSError:
            yield False
            return
        free = None if descriptor is None else _locked(descriptor, path)
        if free is None:
            free = time.time() - held.st_mtime > _FORGOTTEN_SECONDS
        # In a folder that others may write to, what is theirs is not touched.
        yield free and held.st_uid in (os.geteuid() if hasattr(os, "geteuid") else 0,)


def _opened(path: Path, stack: ExitStack) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    stack.callback(os.close, descriptor)
    return descriptor


def _locked(descriptor: int, path: Path) -> bool | None:
    """Locks what is open under its name: ``False`` if another has it or took it away, ``None`` without locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
    except OSError:  # no locks here
        return None
