"""How loops and rules are compiled, and where the machine code is kept between processes.

Numba's own cache notices a change of the file a loop stands in, but not of the rule it calls in another file: a student
who edits a rule would go on running the old one. So machine code is kept in a folder named after the source of all of
them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit

_PACKAGE = Path(__file__).resolve().parents[1]
# Modules whose functions are compiled, or whose tables shape what is compiled.
_COMPILED = (
    "common/numerics.py", "common/compilation.py", "common/random_streams.py", "common/rule_*.py", "rules/*.py",
    "model/*.py", "model/kernels/*.py",
)  # fmt: skip
_KEPT = 4  # folders of earlier sources that stay, for work on two branches
_SECONDS_IN_USE = 86_400.0


def compiled(function: Callable[..., Any] | None = None, *, parallel: bool = False) -> Any:
    """Decorator: compiles a loop in strict IEEE arithmetic (the same bits everywhere) and keeps the machine code.

    Division by zero gives infinity, as in C, so that loops can be vectorised.
    """
    decorate = njit(cache=True, error_model="numpy", parallel=parallel)
    return decorate if function is None else decorate(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Decorator: compiles a small function together with each loop that calls it, as :func:`compiled` does."""
    return njit(error_model="numpy")(function)


def source_digest() -> str:
    """Digest of everything that machine code is made from: the sources it is compiled from and numba's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(path for pattern in _COMPILED for path in _PACKAGE.glob(pattern)):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    """First of: what NUMBA_CACHE_DIR says, the package's own folder, the user's cache, a temporary folder."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(chosen)
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    for root in (_PACKAGE / "__pycache__", user / "sanctions-sim"):
        try:
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                return root
        except OSError:
            continue
    return Path(tempfile.gettempdir()) / f"sanctions-sim-{os.getuid()}"


def _forget_old(root: Path) -> None:
    """Removes machine code of sources long gone."""
    try:
        folders = sorted(root.glob("compiled-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for folder in folders[_KEPT:]:
            if time.time() - folder.stat().st_mtime > _SECONDS_IN_USE:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # another process was faster
        return


_ROOT = _cache_root()
numba.config.CACHE_DIR = str(_ROOT / f"compiled-{source_digest()}")
_forget_old(_ROOT)
