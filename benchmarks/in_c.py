"""The choice of route in C (``choice.c``), built on the spot and driven over the same arrays."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.replay import ARGUMENTS

SOURCE = Path(__file__).with_name("choice.c")
# Contraction would fuse a multiplication and an addition into one rounding; the other two let loops with a choice in
# them vectorise and change no bit.
STRICT = ("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
FAST = ("-ffast-math",)

_POINTERS = (
    "chunks", "start", "prospects", "contract_end_odds", "entering", "leaving", "loss_if_listed", "home", "aversion",
    "exposure", "reputation", "listed", "route", "since", "participates", "moves",
)  # fmt: skip
_TYPES = (
    np.int64, np.int64, np.float32, np.float64, np.float64, np.float64, np.float32, np.int64, np.float32,
    np.float32, np.float32, np.uint8, np.uint8, np.int16, np.uint8, np.int64,
)  # fmt: skip
_COUNTS = ("n_chunks", "n_routes", "month", "threads")


class _Month(ctypes.Structure):
    """``Month`` of choice.c."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in _POINTERS),
        *((name, ctypes.c_int64) for name in _COUNTS),
        ("key_end", ctypes.c_uint64),
        ("key_route", ctypes.c_uint64),
    ]


def compiler() -> str | None:
    """A C compiler, if this machine has one."""
    return shutil.which("gcc") or shutil.which("cc")


def build(options: tuple[str, ...], threads: int) -> Callable[..., None]:
    """A function with the arguments of :func:`sim.model.kernels.route_choice.choose`, written in C.

    Args:
        options: compiler options beside ``-O3 -march=native``.
        threads: to use.

    Raises:
        RuntimeError: there is no C compiler, or it refuses the source.
    """
    gcc = compiler()
    if gcc is None:
        raise RuntimeError("no C compiler on this machine")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "choice.so"
        command = [
            gcc,
            "-O3",
            "-march=native",
            *options,
            "-shared",
            "-fPIC",
            "-pthread",
            str(SOURCE),
            "-o",
            str(library),
            "-lm",
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(made.stderr)
        function = ctypes.CDLL(str(library)).choose
    function.restype = None

    def choose(*args: Any) -> None:
        given = dict(zip(ARGUMENTS, args, strict=True))
        rows, draws, choices = given["rows"], given["draws"], given["choices"]
        given |= {**given["exporters"]._asdict(), **rows._asdict(), **choices._asdict()}
        arrays = [given[name] for name in _POINTERS]
        assert all(array.flags.c_contiguous for array in arrays)
        assert [array.dtype for array in arrays] == list(_TYPES)
        counts = len(rows.chunks), choices.prospects.shape[2], draws.month, threads
        keys = int(draws.contract_end), int(draws.route)
        function(ctypes.byref(_Month(*(a.ctypes.data for a in arrays), *counts, *keys)))

    return choose
