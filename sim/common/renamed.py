"""Names that were renamed: the old ones are read for this version, with one hint each that says the new one.

Whoever reads a name of a user, in a file, on the command line or in Python, asks :func:`renamed` for today's. What is
no name alone, such as a block of a scenario written another way, says so with :func:`hint`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

# Kind of thing, in the words of its hint -> old name -> new name. A kind's old names may stand in any file.
RENAMED: Mapping[str, Mapping[str, str]] = {}


class OldName(FutureWarning):
    """Something was read under an old name; the text says what it is called now."""


def renamed(kind: str, name: str) -> str:
    """Today's name of a thing; a hint is given where the name is an old one.

    Args:
        kind: what is named, a key of :data:`RENAMED`.
        name: as it was read; what is no old name comes back as it is, known or not.
    """
    new = RENAMED.get(kind, {}).get(name, name)
    if new != name:
        hint(f"{kind} '{name}'", f"'{new}'")
    return new


def hint(old: str, new: str) -> None:
    """Says that something is still read as it was written, and how it is written now.

    Args:
        old: what was read, such as "metric 'reaching'".
        new: how it is written now, such as "'deliveries_volume'".
    """
    # One hint for each old name: its text is its place, so that Python shows it once wherever it is read.
    text = f"{old} is an old name, read in this version only; write {new}"
    warnings.warn_explicit(text, OldName, "sim", 0, registry=_SAID)


_SAID: dict[str | tuple[str, type[Warning], int], int] = {}
