"""A world of 60 states and 97 chapters, made up: time and memory of building, loading, drawing and running it.

Each step runs in a process of its own, so that its peak of memory is its own. `--states N --goods N` make other sizes.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy.special import ndtri

import sim
from sim.common.arrays import Floats
from sim.common.random_streams import DESIGN, stream, uniforms
from sim.metrics import measure
from sim.world.draws import drawn_world

YEAR = "2021"
_TOTALS, _MIX = ("made up", "assumption"), ("made up", "assumption")


def write_facts(folder: Path, states: int, goods: int, seed: int = 1) -> None:
    """Writes tables of facts: pairs by the sizes of their states; two thirds of the exporters show theirs."""
    folder.mkdir()
    names = [f"S{place:02d}" for place in range(1, states)] + ["ROW"]
    chapters = [f"C{place:02d}" for place in range(1, goods + 1)]
    roles = ["target", *["coalition"] * (states // 3), *["third"] * (states - states // 3 - 2), "rest"]
    hubs = set(names[states // 3 + 1 : min(states // 3 + 13, states - 1)])
    place = _uniform(seed, 1, states, 2) * (115, 360) - (50, 180)
    size = np.exp(10.5 + 1.3 * ndtri(_uniform(seed, 2, states)))
    trade = np.outer(size, size) / size.sum() * np.exp(0.6 * ndtri(_uniform(seed, 3, states, states)))
    np.fill_diagonal(trade, 0.0)
    _write(
        folder / "state_facts.csv",
        (
            *("code", "name", "role", "is_hub", "latitude", "longitude", "coalition_hq_share", "joined_measures"),
            *("control_regimes", "measures_before_2022", "records", "source"),
        ),
        (
            (
                *(code, code, role, int(code in hubs), f"{place[at, 0]:.4f}", f"{place[at, 1]:.4f}"),
                *((1, 1, 4, 1) if role == "coalition" else (0.2, 0, 1, 0)),
                *("origin", "made up"),
            )
            for at, (code, role) in enumerate(zip(names, roles, strict=True))
        ),
    )
    _write(
        folder / "good_facts.csv",
        (
            *("code", "name", "hs_codes", "control_tier", "military_sensitivity", "ambiguity"),
            *("coalition_brand_share", "price_elasticity", "source"),
        ),
        (
            (code, code, code[1:], "1" if at == 0 else "", f"{0.9 if at == 0 else 0.3:g}", 0.5, 0.5, 5, "made up")
            for at, code in enumerate(chapters)
        ),
    )
    shown = _uniform(seed, 4, states) < 2 / 3
    shown[-1] = False
    header = (
        *("period", "freq", "reporter", "flow", "exporter", "importer", "good", "value", "unit", "basis"),
        *("source", "quality", "conflict", "role"),
    )
    _write(
        folder / "customs_annual.csv",
        header,
        (
            (
                YEAR,
                "A",
                names[o],
                "export",
                names[o],
                names[d],
                "all",
                f"{trade[o, d]:.6g}",
                "musd",
                "FOB",
                *_TOTALS,
                "",
                "fit",
            )
            for o in range(states)
            for d in range(states)
            if shown[o] and o != d
        ),
    )
    sums = zip(names[:-1], trade.sum(axis=1), trade.sum(axis=0), strict=False)
    _write(
        folder / "state_totals_2021.csv",
        ("state", "exports_musd", "imports_musd", "source", "quality"),
        [
            *((code, f"{sold:.6g}", f"{1.06 * bought:.6g}", *_TOTALS) for code, sold, bought in sums),
            ("ROW", "", "", *_TOTALS),
        ],
    )
    exports, imports = (_shares(1.5 * ndtri(_uniform(seed, which, states, goods))) for which in (5, 6))
    _write(
        folder / "trade_mix_2021.csv",
        ("state", "good", "export_share", "import_share", "source", "quality"),
        (
            (code, good, f"{0.999 * exports[at, column]:.6g}", f"{0.999 * imports[at, column]:.6g}", *_MIX)
            for at, code in enumerate(names)
            for column, good in enumerate(chapters[:-1])
        ),
    )
    by_chapter = 1.06 * trade[:, 0].sum() * imports[0]
    _write(
        folder / "customs_by_chapter.csv",
        header,
        (
            (
                YEAR,
                "A",
                "S01",
                "import",
                "WLD",
                "S01",
                f"chapter_{name}",
                f"{musd:.6g}",
                "musd",
                "CIF",
                *_TOTALS,
                "",
                "fit",
            )
            for name, musd in [
                *((good[1:], value) for good, value in zip(chapters, by_chapter, strict=True)),
                ("all", by_chapter.sum() * 1.0001),
            ]
        ),
    )
    _write(
        folder / "chapter_split.csv",
        ("chapter", "good", "share", "source", "quality"),
        ((good[1:], good, 1, *_MIX) for good in chapters[:-1]),
    )
    _write(
        folder / "hub_reexports_2021.csv",
        ("hub", "good", "measure", "value", "status", "source"),
        ((hub, "all", "share", 0.05, "imputed", "made up") for hub in sorted(hubs)),
    )
    (folder / "world_build.yaml").write_text(
        f'title: A large world\nbase_year: "{YEAR}"\ntarget: S01\nrest: ROW\ncurrency: USD\nsources: [made up]\n',
        encoding="utf-8",
    )


SCENARIO = """title: A large world
question: Does it run?
sources: [made up]
world: {world}
months: {{first: 2022-01, last: 2022-12}}
seed: 1
agents: {{exporters: {exporters}, intermediaries: 120, mode: expected}}
policies:
- {{id: ban, kind: export_ban, by: [coalition], towards: [target], effective: 2022-03-01, strength: 0.8, source: mine}}
"""


def build(folder: Path) -> None:
    """Builds the world."""
    sim.build_world(folder / "facts", folder / "world")


def load(folder: Path) -> None:
    """Loads it."""
    sim.load_world(folder / "world")


def draw(folder: Path) -> None:
    """Loads it and draws ten worlds."""
    world = sim.load_world(folder / "world")
    for seed in range(1, 11):
        drawn_world(world, seed)


def run(folder: Path) -> None:
    """Runs a year with a ban and without, and measures the shortfall."""
    pair = sim.compare(sim.load(folder / "large.yaml", posterior="none"), progress=False)
    print(measure(pair.policy.source, ["shortfall"], pair.baseline.source), file=sys.stderr)


def tables(folder: Path) -> None:
    """Runs it and makes the table of all flows."""
    pair = sim.compare(sim.load(folder / "large.yaml", posterior="none"), progress=False)
    print(f"{len(pair.policy.flows):,} rows of flows", file=sys.stderr)


STEPS: dict[str, Callable[[Path], None]] = {"build": build, "load": load, "draw": draw, "run": run, "tables": tables}


def main(words: Sequence[str] | None = None) -> None:
    """Measures every step, or makes one of them where it is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_world", description=__doc__)
    parser.add_argument("--states", type=int, default=60)
    parser.add_argument("--goods", type=int, default=97)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    if asked.step:
        started, cpu = time.perf_counter(), time.process_time()
        STEPS[asked.step](asked.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps([time.perf_counter() - started, time.process_time() - cpu, peak]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_facts(folder / "facts", asked.states, asked.goods)
        types = 2 * asked.states * asked.goods
        (folder / "large.yaml").write_text(
            SCENARIO.format(world=folder / "world", exporters=2 * types), encoding="utf-8"
        )
        print(f"{asked.states} states, {asked.goods} goods; each step in a process of its own, imports included")
        for step in STEPS:
            line = [sys.executable, "-m", "benchmarks.large_world", "--step", step, "--folder", name]
            said = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
            wall, cpu, peak = json.loads(said.splitlines()[-1])
            print(f"  {step:6}{wall:8.1f} s wall{cpu:8.1f} s of processor{peak:8.0f} MB", flush=True)
        rows = sum(1 for _ in (folder / "world" / "baseline.csv").open(encoding="utf-8")) - 1
        megabytes = sum(path.stat().st_size for path in (folder / "world").iterdir()) / 1e6
        print(f"  {rows:,} rows of baseline.csv, {megabytes:.0f} MB of tables")


def _uniform(seed: int, which: int, *shape: int) -> Floats:
    drawn: Floats = uniforms(stream(seed, DESIGN, which), 0, int(np.prod(shape))).reshape(shape)
    return drawn


def _shares(logs: Floats) -> Floats:
    shares: Floats = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    return shares


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
