"""Memory that a run has freed stays with the process, for the next run."""

from __future__ import annotations

import ctypes
import platform
from functools import lru_cache

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # parameters of glibc's mallopt
_LARGEST, _KEPT = 32 << 20, 256 << 20  # bytes; larger arrays go back to the system at once, as does what is beyond


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Has glibc keep up to 256 MB of what was freed; elsewhere nothing happens.

    By default it gives the arrays of a run back to the system as soon as the run is forgotten, and the next run asks
    for them page by page: an eighth of its time.
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)
