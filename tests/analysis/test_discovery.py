"""Scenario discovery finds a box that was planted, counts it right, and says so in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.discovery import METHODS, discover
from sim.common import random_streams
from sim.common.errors import SimError


def planted(runs: int = 400, strict: float = 0.4) -> pd.DataFrame:
    key = random_streams.stream(0, 7, 0)
    luck = np.array([random_streams.uniform(key, number) for number in range(3 * runs)]).reshape(runs, 3)
    table = pd.DataFrame(luck, columns=["strictness", "fidelity", "idle"])
    inside = (table["strictness"] < strict) & (table["fidelity"] > 0.3)
    return table.assign(leak=np.where(inside, 0.5, 0.1) + 0.01 * table["idle"])


INPUTS = ["strictness", "fidelity", "idle"]


@pytest.mark.parametrize("method", METHODS)
def test_a_planted_box_is_found(method: str) -> None:
    found = discover(planted(), INPUTS, "leak > 0.3", method=method, density=0.9)
    box = found.boxes[0]
    assert set(box.limits) >= {"strictness", "fidelity"} and box.density > 0.85 and box.coverage > 0.75
    assert box.limits["strictness"][1] == pytest.approx(0.4, abs=0.06)
    assert box.limits["fidelity"][0] == pytest.approx(0.3, abs=0.06)
    assert "strictness is at most 0." in found.sentences[1] and "fidelity is at least 0." in found.sentences[1]
    assert found.sentences[0].startswith("In 2") and found.sentences[0].endswith("400 runs leak is above 0.3.")


@pytest.mark.parametrize("method", METHODS)
@given(strict=st.floats(0.2, 0.8))
@settings(max_examples=5, deadline=None)
def test_coverage_and_density_are_those_of_the_runs(method: str, strict: float) -> None:
    table = planted(150, strict)
    found = discover(table, INPUTS, "leak > 0.3", method=method)
    for box in found.boxes:
        inside = np.ones(len(table), dtype=bool)
        for name, (low, high) in box.limits.items():
            inside &= table[name].between(low, high).to_numpy()
        hits = (table["leak"] > 0.3).to_numpy()
        assert box.runs == inside.sum() and box.hits == (inside & hits).sum()
        assert box.coverage == pytest.approx(box.hits / found.hits) and box.density == pytest.approx(
            box.hits / box.runs
        )
        assert f"{box.coverage:.0%}" in " ".join(found.sentences)
    assert found.hits == hits.sum()


@pytest.mark.parametrize("method", METHODS)
def test_names_do_not_matter_and_neither_does_another_run(method: str) -> None:
    table = planted(200)
    first = discover(table, INPUTS, "leak > 0.3", method=method)
    other = table.rename(columns={"strictness": "a", "fidelity": "b", "idle": "c"})
    again = discover(other, ["a", "b", "c"], "leak > 0.3", method=method)
    assert [box.runs for box in first.boxes] == [box.runs for box in again.boxes]
    assert [tuple(box.limits.values()) for box in first.boxes] == [tuple(box.limits.values()) for box in again.boxes]


@pytest.mark.parametrize("method", METHODS)
def test_switches_and_levels_can_be_told_apart(method: str) -> None:
    table = planted(300).assign(order=["on", "off", "half"] * 100, level=[0.0, 0.25, 0.5, 0.75, 1.0] * 60)
    table["leak"] = np.where((table["order"] != "on") & (table["level"] <= 0.5), 1.0, 0.0)
    found = discover(table, ["order", "level", "idle"], "leak >= 1", method=method, density=0.95)
    assert found.boxes[0].limits["order"] == ("half", "off")
    assert found.boxes[0].density == 1.0
    assert "order is half or off" in found.sentences[1]
    assert list(found.table().columns[:4]) == ["box", "input", "low", "high"]


def test_what_cannot_be_told_apart_is_said() -> None:
    table = planted(60)
    for condition, said in (
        ("leak > 9", "met in no run"), ("leak > 0", "met in every run"), ("leak = 0.3", "is not a condition"),
        ("leak > much", "is not a condition"), ("laek > 0.3", "did you mean 'leak'"),
    ):  # fmt: skip
        with pytest.raises(SimError, match=said):
            discover(table, INPUTS, condition)
    with pytest.raises(SimError, match="did you mean 'prim'"):
        discover(table, INPUTS, "leak > 0.3", method="prin")
    with pytest.raises(SimError, match="no column 'strict'"):
        discover(table, ["strict"], "leak > 0.3")
    table.loc[5, "leak"] = np.nan
    with pytest.raises(SimError, match=r"1 of 60 runs: run 5 \(strictness"):
        discover(table, INPUTS, "leak > 0.3")


def test_a_weak_finding_says_so() -> None:
    """A box that holds few of the cases, or few cases among what it holds."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.random(400), "b": rng.random(400)})
    table["gain"] = ((table["a"] > 0.9) | (rng.random(400) < 0.3)).astype(float)
    weak = discover(table, ["a", "b"], "gain > 0.5", method="cart", density=0.9)
    assert any(one.startswith("Weak: the box leaves out ") for one in weak.sentences)
    noise = table.assign(gain=(rng.random(400) < 0.3).astype(float))
    assert any("of the runs inside are such, 99% were wanted" in one for one in discover(
        noise, ["a", "b"], "gain > 0.5", density=0.99).sentences)  # fmt: skip
    clear = table.assign(gain=(table["a"] > 0.6).astype(float))
    assert not any(one.startswith("Weak") for one in discover(clear, ["a", "b"], "gain > 0.5").sentences)
