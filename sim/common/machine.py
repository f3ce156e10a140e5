"""What differs between systems; asked for here, so that a test can put another one in place of this.

Linux is where everything is tested. What is said of others is what their manuals say; docs/elsewhere.md has it.
"""

import os


def is_windows() -> bool:
    """Return whether this is Windows, where an open file cannot be moved and a folder cannot be opened."""
    return os.name == "nt"


def processors() -> int:
    """Return how many processors this process may use; where the system does not say, how many there are."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def hands_over_lines() -> bool:
    """Return whether an open line can be handed to a program that is started, as worker processes need."""
    return not is_windows()


def sync_flags() -> int:
    """Return how a file is opened to wait until it is on the disk: Windows asks for the right to write."""
    return os.O_RDWR | getattr(os, "O_BINARY", 0) if is_windows() else os.O_RDONLY
