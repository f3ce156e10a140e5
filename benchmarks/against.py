"""How fast this checkout is against another commit: ``python -m benchmarks.against COMMIT``.

Both run the reference scenario in turn in the same minutes, several rounds, each in processes of its own; medians are
compared. What is timed is the 48 months themselves, without set-up.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SIZES = ((1_000_000, "sampled"), (2_000, "sampled"), (2_000, "expected"))
CODE = """
import sys, time
import sim
exporters, mode = int(sys.argv[1]), sys.argv[2]
agents = {"exporters": exporters, "intermediaries": 2200, "mode": mode}
case = sim.load("reference", posterior="none").with_changes(agents=agents)
times = []
for _ in range(4):
    model = case.model()
    started = time.perf_counter()
    for _ in range(case.scenario.months.count):
        model.step()
    times.append(time.perf_counter() - started)
print(min(times[1:]))
"""


def seconds(checkout: Path, exporters: int, mode: str) -> float:
    """Wall time of the reference scenario's months in a checkout, warm."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-c", CODE, str(exporters), mode]
    done = subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Prints one row per size: seconds here, seconds there, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit", help="commit to compare with")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        subprocess.run(["git", "worktree", "add", "--quiet", str(other), asked.commit], cwd=HERE, check=True)
        try:
            print(f"{'exporters':>10} {'mode':>9} {'here, s':>9} {'there, s':>9} {'ratio':>6}")
            for exporters, mode in SIZES:
                rows = [[seconds(place, exporters, mode) for place in (HERE, other)] for _ in range(asked.rounds)]
                here, there = (statistics.median(column) for column in zip(*rows, strict=True))
                print(f"{exporters:>10,} {mode:>9} {here:9.3f} {there:9.3f} {here / there:6.2f}")
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(other)], cwd=HERE, check=True)


if __name__ == "__main__":
    main()
