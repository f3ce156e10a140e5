"""Machine code kept between processes: a file for each loop, its options and its types, in a folder of ours alone.

Numba's own cache notices a change of the file a loop stands in, but not of the rule it calls in another file: a student
who edits a rule would go on running the old one. So the folder is named after the source of all of them. Nor does numba
tell the serial form of a loop from the parallel one, see a damaged file, or ask who wrote it; and its index, which all
processes write, can lead to another loop's code. Here a file is named after all that its code depends on, begins with
its checksum, and is unpickled only if nobody else can have written it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

_PACKAGE = Path(__file__).resolve().parents[1]
# Modules whose functions are compiled, or whose tables shape what is compiled; and this one, for the form of its files.
_COMPILED = (
    "common/numerics.py", "common/compilation*.py", "common/random_streams.py", "common/rule_*.py", "rules/*.py",
    "model/*.py", "model/kernels/*.py",
)  # fmt: skip
_KEPT = 4  # folders of earlier sources that stay, for work on two branches
_SECONDS_IN_USE = 86_400.0
_CHECKSUM = hashlib.sha256().digest_size
# What of numba's environment variables changes the code itself.
_SETTINGS = ("BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LOOP_VECTORIZE", "OPT", "SLP_VECTORIZE")


class MachineCode(NullCache):  # type: ignore[misc]
    """What numba keeps of one function compiled with one set of options: its ``_cache``.

    Args:
        function: plain function of a file.
        options: numba's target options, such as ``parallel``.
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self._function = function
        self._options = sorted((name, repr(value)) for name, value in options.items())

    @property
    def cache_path(self) -> str | None:
        """Folder of the files; None where none is kept."""
        folder = folder_of_code()
        return None if folder is None else str(folder)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The code for these types; None where there is none, or none that is sound and ours."""
        context.refresh()
        key = self._key(signature, context.codegen())
        path = self._file(key)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                if why := _written_by_others(os.fstat(file.fileno())):
                    return _discard(path, why)
                checksum, content = file.read(_CHECKSUM), file.read()
            if hashlib.sha256(content).digest() != checksum:
                return _discard(path, "it is damaged")
            kept, reduced = pickle.loads(content)
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever unpickling raises, the code can be made again
            return _discard(path, f"{type(error).__name__}: {error}")
        return CompileResult._rebuild(context, *reduced) if kept == key else None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keeps what was compiled for these types, unless it holds addresses of this process."""
        key = self._key(signature, result.library.codegen)
        path = self._file(key)
        if path is None or result.library.has_dynamic_globals:
            return
        content = dumps((key, result._reduce()))
        try:
            _write(path, hashlib.sha256(content).digest() + content)
        except OSError as error:
            _tell_once(
                f"machine code cannot be kept in {path.parent} ({error.strerror}); the next process compiles anew"
            )

    def _key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        """All that the code depends on, beside the sources and versions that name the folder."""
        settings = tuple(str(getattr(numba.config, name, None)) for name in _SETTINGS)
        code = self._function.__code__
        place = self._function.__module__, self._function.__qualname__, code.co_firstlineno, code.co_code
        return place, tuple(self._options), settings, codegen.magic_tuple(), signature

    def _file(self, key: tuple[Any, ...]) -> Path | None:
        folder = folder_of_code()
        if folder is None:
            return None
        name = self._function.__qualname__.replace("<", "").replace(">", "")
        return folder / f"{name}-{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.code"


def source_digest() -> str:
    """Digest of everything that machine code is made from: its sources, and the versions of numba and Python."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.implementation.cache_tag}".encode())
    for path in sorted(path for pattern in _COMPILED for path in _PACKAGE.glob(pattern)):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def folder_of_code() -> Path | None:
    """The first folder that can be written to, and by nobody else; None where there is none."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    name = f"compiled-{source_digest()}"
    unfit = []
    for root in _roots(chosen):
        why = _unfit(root, root / name)
        if why:
            unfit.append(f"{root}: {why}")
            continue
        if chosen and unfit:
            _tell_once(f"NUMBA_CACHE_DIR is not used ({unfit[0]}); machine code is kept in {root}")
        _forget_old(root)
        return root / name
    _tell_once(f"machine code is not kept, and every process compiles for half a minute ({'; '.join(unfit)})")
    return None


def _roots(chosen: str | None) -> list[Path]:
    """What NUMBA_CACHE_DIR says, the package's own folder, the user's cache, a temporary folder."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    roots = [Path(chosen).absolute()] if chosen else []
    roots.append(_PACKAGE / "__pycache__")
    if user.is_absolute():  # a user without a home has none
        roots.append(user / "sanctions-sim")
    with suppress(OSError):  # no temporary folder at all
        roots.append(Path(tempfile.gettempdir()) / f"sanctions-sim-{_user()}")
    return roots


def _unfit(root: Path, folder: Path) -> str:
    """Why machine code cannot be kept in a folder of a root; empty if it can. Makes both."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        why = _open_to_others(root, within=False)
        if not why:
            folder.mkdir(mode=0o700, exist_ok=True)
            why = _open_to_others(folder, within=True)
        if not why:
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return error.strerror or str(error)
    return why


def _open_to_others(folder: Path, *, within: bool) -> str:
    """Why others could put files into a folder, or (not `within`) another folder in place of one in it."""
    if folder.is_symlink() and _written_by_others(folder.lstat(), {_user(), 0}, mode=0):
        return "it is a link of another user"
    status = folder.stat()
    if within:
        return _written_by_others(status)
    # In a folder with the sticky bit, as /tmp, others cannot rename what is ours.
    return _written_by_others(status, {_user(), 0}, mode=0 if status.st_mode & stat.S_ISVTX else 0o022)


def _written_by_others(status: os.stat_result, owners: set[int | None] | None = None, mode: int = 0o022) -> str:
    """Why somebody else may have written what has this status; empty where nobody can.

    Windows keeps its rights in access lists that a status does not show; there the user's own folders and the
    temporary one are closed to other users from the start.
    """
    if _user() is None:
        return ""
    if status.st_uid not in (owners or {_user()}):
        return "it belongs to another user"
    return "others may write to it" if status.st_mode & mode else ""


def _user() -> int | None:
    return os.getuid() if hasattr(os, "getuid") else None


def _write(path: Path, content: bytes) -> None:
    """Writes a file that only its owner can read and write, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # another process may have taken it for long gone
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _discard(path: Path, why: str) -> None:
    """Removes a file of no use; of several processes that find it, the one that removes it says so."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError:  # a folder in its place, or a file that Windows holds: writing it anew will tell
        pass
    _tell_once(f"kept machine code in {path.parent} is not used and compiled again: {why}")


@lru_cache(maxsize=32)
def _tell_once(text: str) -> None:
    sys.stderr.write(f"sim: {text}\n")


def _forget_old(root: Path) -> None:
    """Removes machine code of sources long gone."""
    try:
        folders = sorted(root.glob("compiled-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for folder in folders[_KEPT:]:
            if time.time() - folder.stat().st_mtime > _SECONDS_IN_USE:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # another process was faster
        return
