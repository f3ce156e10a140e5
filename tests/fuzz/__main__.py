"""Loads thousands of damaged files: `python -m tests.fuzz --count 5000 --seed 1`; status 1 where an end is unclear.

Every mutant ends with what the file says or with a clear fault (``SimError``), within limits of time and memory. Any
other end is reported with the line of code that it comes from, and its file is kept in the folder of ``--keep``. The
same kind, number and seed give the same mutant: ``--only worlds --number 17`` makes one again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.fuzz.runner import fuzz, mutants_of, write_originals
from tests.fuzz.worker import LOADED, REFUSED, UNCLEAR, Ending, Limits, Mutant

_SHOWN = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=5_000, help="mutants in all")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random")
    parser.add_argument("--only", choices=KINDS, action="append", help="a kind; all by default")
    parser.add_argument("--number", type=int, help="one mutant again, of the kind named by --only")
    parser.add_argument("--keep", type=Path, help="folder for mutants with an unclear end")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--seconds", type=float, default=Limits.seconds, help="of the processor that a mutant may take")
    parser.add_argument("--megabytes", type=float, default=Limits.megabytes, help="of memory that a mutant may take")
    chosen = parser.parse_args(arguments)
    kinds = chosen.only or list(KINDS)
    if chosen.number is None:
        mutants = mutants_of(kinds, chosen.count, chosen.seed)
    else:
        mutants = [Mutant(kind, chosen.number, chosen.seed) for kind in kinds]
    limits = Limits(chosen.seconds, chosen.megabytes)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        originals = write_originals(kinds, Path(scratch) / "originals")
        endings = fuzz(mutants, originals, Path(scratch), limits, workers=chosen.workers, keep=chosen.keep)
    sys.stdout.write(report(endings))
    return int(any(ending.how == UNCLEAR for ending in endings))


def report(endings: Sequence[Ending]) -> str:
    """How mutants ended, by kind, and what is unclear."""
    lines = [f"{'kind':12}{'mutants':>8}{LOADED:>8}{REFUSED:>9}{UNCLEAR:>9}{'slowest':>10}{'most memory':>13}"]
    for kind in [*dict.fromkeys(ending.mutant.kind for ending in endings), "all"]:
        own = [ending for ending in endings if kind in ("all", ending.mutant.kind)]
        many = Counter(ending.how for ending in own)
        slowest, largest = max(ending.seconds for ending in own), max(ending.megabytes for ending in own)
        numbers = f"{len(own):8,}{many[LOADED]:8,}{many[REFUSED]:9,}{many[UNCLEAR]:9,}"
        lines.append(f"{kind:12}{numbers}{slowest:8.2f} s{largest:10.0f} MB")
    unclear = [ending for ending in endings if ending.how == UNCLEAR]
    alike = Counter((ending.mutant.kind, ending.where, ending.said.partition(":")[0]) for ending in unclear)
    for (kind, where, what), count in alike.most_common(_SHOWN):
        first = next(e for e in unclear if (e.mutant.kind, e.where, e.said.partition(":")[0]) == (kind, where, what))
        lines.append(f"{count:5,} {kind} --number {first.mutant.number} ({first.damage}): {where}: {first.said[:300]}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
