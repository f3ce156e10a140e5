"""A process of its own that makes mutants and loads them, under watch of what they cost."""

from __future__ import annotations

import hashlib
import random
import resource
import shutil
import signal
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import sim
from sim.common.renamed import OldName
from tests.fuzz.formats import BY_SUFFIX, OF_FOLDERS
from tests.fuzz.kinds import KINDS
from tests.fuzz.mutations import MOST_BYTES, PLAIN

LOADED, REFUSED, UNCLEAR = "loaded", "refused", "unclear"
_MOST_TEXT = 200_000  # characters that a message may have
_HEADROOM = 3 * 2**30  # bytes of address space, beyond what is taken when it starts
_OWN = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Mutant:
    """Which file is damaged, and how: the same numbers, the same mutant.

    Attributes:
        kind: one of :data:`tests.fuzz.kinds.KINDS`.
        number: of the mutant.
        seed: of the whole.
    """

    kind: str
    number: int
    seed: int


@dataclass(frozen=True)
class Limits:
    """What loading a mutant may cost.

    Attributes:
        seconds: of the processor.
        megabytes: of memory, beside what the program itself takes.
    """

    seconds: float = 2.0
    megabytes: float = 300.0


@dataclass(frozen=True)
class Ending:
    """How a mutant ended.

    Attributes:
        mutant: which.
        how: LOADED, REFUSED with a clear fault, or UNCLEAR.
        damage: what was done to which file.
        said: the fault's first line, or what is unclear.
        where: which line of code an unclear end comes from.
        seconds: of the processor that it took.
        megabytes: of memory that it took at its highest.
    """

    mutant: Mutant
    how: str
    damage: str
    said: str
    where: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


def make(mutant: Mutant, originals: Path, folder: Path) -> str:
    """Makes a mutant in a folder that is not there yet; returns what was done to which file."""
    key = hashlib.sha256(f"{mutant.seed}/{mutant.kind}/{mutant.number}".encode()).digest()
    rng = random.Random(key)
    original = rng.choice(sorted(path for path in (originals / mutant.kind).iterdir() if path.is_dir()))
    shutil.copytree(original, folder)
    path = rng.choice(sorted(one for one in folder.rglob("*") if one.is_file()))
    name = f"{original.name}/{path.relative_to(folder)}"
    if rng.random() < 0.06:
        damage = rng.choice(OF_FOLDERS)
        damage(path, rng)
        return f"{name}: {damage.__name__}"
    data, done = path.read_bytes(), []
    ways = (*PLAIN, *BY_SUFFIX.get(path.suffix, ()))
    for _ in range(rng.choice((1, 1, 1, 2))):
        mutation = rng.choice(ways)
        try:
            data = mutation(data, rng)[:MOST_BYTES]
        except Exception:  # what a first mutation left is no YAML, JSON, CSV or Parquet any more
            continue
        done.append(mutation.__name__)
    path.write_bytes(data)
    seal = KINDS[mutant.kind].seal
    if seal is not None and rng.random() < 0.7:
        seal(path)
        done.append("sealed")
    return f"{name}: {' '.join(done)}"


def tried(mutant: Mutant, originals: Path, folder: Path, limits: Limits) -> Ending:
    """Makes and loads a mutant."""
    damage = make(mutant, originals, folder)
    before = _resident()
    _forget_peak()
    signal.setitimer(signal.ITIMER_VIRTUAL, 10.0 * limits.seconds)
    started = time.process_time()
    how, said, where = LOADED, "", ""
    try:
        KINDS[mutant.kind].load(folder)
    except sim.SimError as error:
        how, said = REFUSED, str(error)
        if problem := _unreadable(said):
            how, said = UNCLEAR, problem
    except BaseException as error:
        how, said, where = UNCLEAR, f"{type(error).__name__}: {error}"[:500], _line_of(error)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
    seconds, megabytes = time.process_time() - started, max(0.0, _peak() - before)
    if how != UNCLEAR and seconds > limits.seconds:
        how, said = UNCLEAR, f"takes {seconds:.1f} seconds; {said[:200]}"
    if how != UNCLEAR and megabytes > limits.megabytes:
        how, said = UNCLEAR, f"takes {megabytes:.0f} MB; {said[:200]}"
    return Ending(mutant, how, damage, said if how == UNCLEAR else said.split("\n")[0], where, seconds, megabytes)


def _unreadable(text: str) -> str:
    """What is wrong with a message; empty if it can be shown to anybody."""
    if not text.strip():
        return "an empty message"
    if len(text) > _MOST_TEXT:
        return f"a message of {len(text):,} characters"
    odd = sorted({character for character in text if not (character.isprintable() or character in "\n ")})
    return f"a message with {odd[:5]!r} in it: {text[:200]!r}" if odd else ""


def _line_of(error: BaseException) -> str:
    """Our last line before an error."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent != _OWN]
    own = [frame for frame in ours if "site-packages" not in frame.filename and "/sim/" in frame.filename]
    frame = (own or ours or [None])[-1]
    return "" if frame is None else f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"


def _status(name: str) -> float:
    """A size of this process, in megabytes; 0 where the system does not tell."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024.0 for line in text.splitlines() if line.startswith(name)), 0.0)


def _resident() -> float:
    return _status("VmRSS:")


def _peak() -> float:
    return _status("VmHWM:")


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:  # then the peak is that since the start
        return


class TooLong(BaseException):
    """A mutant takes many times as long as it may."""


def _too_long(*_: object) -> None:
    raise TooLong


def work(line: Connection, originals: Path, scratch: Path, limits: Limits) -> None:
    """Takes mutants from a line and tells how they ended, until it is cut."""
    signal.signal(signal.SIGVTALRM, _too_long)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A number that overflows in silence is no clear end.
    warnings.simplefilter("error", RuntimeWarning)
    warnings.simplefilter("ignore", OldName)
    taken = int(_status("VmSize:") * 2**20)
    if taken and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (taken + _HEADROOM, taken + _HEADROOM))
    while True:
        try:
            mutant: Mutant = line.recv()
        except (EOFError, OSError):
            return
        folder = scratch / f"{mutant.kind}-{mutant.number}"
        ending = tried(mutant, originals, folder, limits)
        line.send(ending)
