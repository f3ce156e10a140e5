"""A case about another target, as a user types it: nothing on the way knows the reference world by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Sim = Callable[[str], Any]
# What the reference world is called, and what its scenario is about.
OTHERS = re.compile(r"Russia|\bRUS\b|Kazakhstan|Belarus|Ukraine")
SMALL = "--exporters 600 --months 2021-01:2022-12"


@pytest.fixture
def folder(sim: Sim, tmp_path: Path) -> Path:
    said = sim(f"run chip-controls {SMALL} --out there --no-figures")
    assert said.status == 0, said.err
    assert "parameters: priors; no posterior ships with world 'chips'" in said.out
    assert "Deliveries to China" in said.out and "South Korea" in said.out
    assert "Model against published customs figures" in said.out and "not fitted" in said.out
    assert not OTHERS.search(said.out)
    return next(path for path in (tmp_path / "there").iterdir() if "no-policy" not in path.name)


def test_it_is_checked_without_a_remark(sim: Sim) -> None:
    said = sim("check chip-controls")
    assert (said.status, said.err) == (0, "")
    assert "chip-controls: ok" in said.out and "warning" not in said.out


def test_it_runs_and_is_shown_and_drawn_again(sim: Sim, folder: Path) -> None:
    shown = sim(f"show {folder}")
    assert shown.status == 0 and "Taiwan" in shown.out and not OTHERS.search(shown.out)
    assert sim(f"plot {folder}").status == 0
    drawn = {path.stem for path in (folder / "figures").glob("*.png")}
    assert {"flow_map", "who_replaced_whom", "simulated_and_customs"} <= drawn
    rows = (folder / "figures" / "simulated_and_customs.csv").read_text(encoding="utf-8")
    assert "usa-chn-8542,2022" in rows


def test_packages_are_compared_and_changes_explained(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "later.yaml").write_text(
        "extends: chip-controls\ntitle: A year later\npolicies:\n  - {id: letters, enabled: false}\n", encoding="utf-8"
    )
    said = sim(f"compare later.yaml chip-controls {SMALL}")
    assert said.status == 0, said.err
    assert "letters" in said.out and not OTHERS.search(said.out)
    why = sim("explain chip-controls deliveries_volume[chips_advanced]@2022-12 --exporters 600")
    assert why.status == 0, why.err
    assert "Rule of October 2022" in why.out and "United States" in why.out


def test_a_posterior_fitted_elsewhere_says_so(sim: Sim) -> None:
    from sim.common.package_data import shipped

    said = sim(
        f"run chip-controls {SMALL} --no-pair --no-figures --draws 0 --posterior {shipped('calibration/posterior')}"
    )
    assert said.status == 0, said.err
    assert "it was fitted on world 'reference', not on 'chips'" in said.out
    assert "hubs whose opening is not fitted" in said.out
