"""Files and folders that are written whole or not at all, and never over what somebody else has put there.

This is the one place that moves things to where they belong. A file is written under a hidden name beside its place,
flushed to the disk and renamed. The files of a folder are all written into a hidden folder first. If the folder is new,
that is renamed. If it is there, the hidden folder gets a name that says it is finished, and its files move to their
places one by one; what they replace is kept until all have moved, so that an error puts it back, and a program that is
killed in between is continued by :func:`sim.common.scratch.mend`, which whoever opens or writes the folder calls. So a
disk that fills up, a blocked file or a kill leaves the folder as it was or as it was to be.

A file that stands in the way is replaced only if its bytes are the same, if the caller knows it as its own (``own``) or
if the user asked for it (``force``). Files of other names are never touched.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.common.errors import SimError
from sim.common.scratch import (
    faults_of,
    mend,
    names_in,
    refuse_blocked,
    scratch_file,
    scratch_folder,
    settle,
    sync,
    sync_names,
    take_places,
)

_LISTED = 8  # files that a refusal names


@contextmanager
def written_file(path: Path, *, force: bool = True) -> Iterator[Path]:
    """A hidden file beside ``path`` that takes its place once it is written; a fault leaves all as it was.

    Args:
        path: the file; folders above it are made.
        force: whether a file that is there may be replaced by one with other bytes.

    Raises:
        SimError: it cannot be written, or would replace another file.

    Example:
        >>> import sim, tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table = Path(folder, "table.csv")
        ...     with sim.written_file(table) as scratch:
        ...         sim.load("classroom").run().prices.to_csv(scratch)
        ...     table.exists()
        True
    """
    with faults_of(path):
        place = Path(os.path.realpath(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        mend(place.parent)
        with scratch_file(place.parent, place.suffix) as scratch:
            yield scratch
            if not force:
                _refuse(path.parent, [] if _same(scratch, place) else [path.name])
            settle(scratch, place)


@contextmanager
def written_folder(folder: Path, *, force: bool = False, own: Collection[str] = ()) -> Iterator[Path]:
    """A hidden folder whose files go to their places in ``folder`` once all are written; a fault leaves all as it was.

    Args:
        folder: where to; made if it is missing. What else is in it stays.
        force: whether files that are there may be replaced by others of the same names.
        own: names of files that may be replaced in any case.

    Raises:
        SimError: the folder cannot be written, or files are in the way.

    Example:
        >>> import sim, tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for text in ("first", "second"):
        ...         with sim.written_folder(Path(folder), force=text == "second") as scratch:
        ...             written = (scratch / "notes.txt").write_text(text)
        ...     Path(folder, "notes.txt").read_text()
        'second'
    """
    with scratch_folder(folder) as scratch:
        yield scratch
        move_into(folder, scratch, force=force, own=own)


def move_into(
    folder: Path, scratch: Path, *, force: bool = False, own: Collection[str] = (), stale: Collection[str] = ()
) -> None:
    """Moves the files of a hidden folder to their places: all of them, or none.

    Args:
        folder: where to.
        scratch: from :func:`sim.common.scratch.scratch_folder`.
        force: whether files that are there may be replaced by others of the same names.
        own: names of files that may be replaced in any case.
        stale: names of files that are removed once the others are in their places.

    Raises:
        SimError: files are in the way, or cannot be moved.
    """
    with faults_of(folder):
        place, names = Path(os.path.realpath(folder)), names_in(scratch)
        for name in names:
            sync(scratch / name)
        if not place.exists():
            os.rename(scratch, place)
            sync_names(place.parent)
            return
        refuse_blocked(folder, names)
        new = [name for name in names if not os.path.lexists(place / name) or not _same(scratch / name, place / name)]
        _refuse(folder, [] if force else [n for n in new if n not in own and os.path.lexists(place / n)])
        for name in set(names) - set(new):
            (scratch / name).unlink()
        take_places(scratch, place)
        for name in stale:
            (place / name).unlink(missing_ok=True)


# --------------------------------------------------------------------------------------------------------- beforehand
def refuse_overwriting(folder: Path, names: Collection[str], own: Collection[str] = ()) -> None:
    """Says before a long run, not after it, which files it would have to replace.

    Args:
        folder: where they would be written.
        names: of the files.
        own: names of files that may be replaced.

    Raises:
        SimError: there are such files.
    """
    _refuse(folder, [name for name in sorted(names) if name not in own and os.path.lexists(folder / name)])


def refuse_in_vain(folder: Path, names: Collection[str], *, force: bool) -> None:
    """Says before a long run, not after it, that its files could not be written, or what they would replace.

    Args:
        folder: where they would be written.
        names: of the files.
        force: whether files that are there may be replaced.

    Raises:
        SimError: no folder can be made or written there, or there are such files.
    """
    refuse_unwritable(folder)
    if not force:
        _refuse(folder, [name for name in names if os.path.lexists(folder / name)], "")


def refuse_unwritable(folder: Path) -> None:
    """Says before a long run, not after it, that its results could not be written.

    Raises:
        SimError: no folder can be made or written there.
    """
    if reason := unwritable(folder):
        raise SimError(f"cannot write results to {folder}: {reason}")


def unwritable(folder: Path) -> str:
    """Why a folder cannot be made or written to; empty if it can. Tried out, and nothing is left behind."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def digest_of(path: Path) -> str:
    """Sha256 of a file, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(folder: Path, names: Sequence[str], how: str = ", with other content than would be written") -> None:
    if names:
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        raise SimError(
            f"{folder} has {', '.join(sorted(names)[:_LISTED])}{more} already{how}; "
            f"--force replaces {'these files' if len(names) > 1 else 'it'}, or name another place"
        )


def _same(new: Path, old: Path) -> bool:
    """Whether nothing stands in the way of a new file, or the same bytes."""
    return not os.path.lexists(old) or (old.is_file() and filecmp.cmp(new, old, shallow=False))
