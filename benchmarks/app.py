"""How long `sim app` takes from letting a slider go to the new figure, and to bands.

``python -m benchmarks.app`` serves the reference scenario, opens it in a headless Chromium, moves one strength so many
times and prints the medians, with how busy the machine was. Runs are compiled and worlds without policies are known
before the clock starts, as they are after the first look at a page.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from typing import Any

from playwright import sync_api

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
CLAUSE, PATIENCE = "ban-priority", 300_000.0


def moved(page: Any, key: str) -> tuple[float, float, float]:
    """Seconds from a key on the slider to the new numbers, to the new figure, and to the first bands."""
    before = page.get_attribute(".stage", "data-generation")
    page.focus(f'.q-slider[data-field="{CLAUSE}-strength"] [tabindex]')
    page.keyboard.down(key)
    started = time.perf_counter()
    page.keyboard.up(key)
    seconds = []
    for wanted in (
        f'.stage:not([data-generation="{before}"])',
        f'.stage:not([data-drawn="{before}"])',
        '.card .band:has-text("draws")',
    ):
        page.wait_for_selector(wanted, timeout=PATIENCE)
        seconds.append(time.perf_counter() - started)
    return seconds[0], seconds[1], seconds[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=9)
    moves = parser.parse_args().moves
    served = subprocess.Popen(
        [sys.executable, "-m", "sim", "app", "--no-browser"], stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert served.stdout is not None
    (address,) = re.findall(r"http://\S+", served.stdout.readline())
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        started = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(".stage[data-drawn]", timeout=PATIENCE)
        print(f"opened to the first figure: {time.perf_counter() - started:.2f} s")
        page.wait_for_selector('.stage[data-state="ready"]', timeout=PATIENCE)
        print(f"opened to all bands: {time.perf_counter() - started:.2f} s")
        page.click(f'[data-clause="{CLAUSE}"] .name')
        rows = [moved(page, "ArrowLeft") for _ in range(moves)]
        started = time.perf_counter()
        page.wait_for_selector('.stage[data-state="ready"]', timeout=PATIENCE)
        print(f"from the first bands to all: {time.perf_counter() - started:.2f} s")
        browser.close()
    served.send_signal(signal.SIGINT)
    served.wait(30.0)
    for name, column in zip(("new numbers", "new figure", "first bands"), zip(*rows, strict=True), strict=True):
        print(f"{name}: median {statistics.median(column):.2f} s, {min(column):.2f} to {max(column):.2f}")
    print(f"moves: {moves}; processors: {os.cpu_count()}; load average: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
