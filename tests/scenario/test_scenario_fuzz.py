"""Whatever a file holds, loading it gives a scenario or a list of faults; never anything else."""

from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_toys import VALID, VOCABULARY

from sim.errors import FaultList
from sim.scenario import Scenario
from sim.scenario.loader import load_scenario, parse_scenario

LINES = VALID.splitlines(keepends=True)
SPICE = st.sampled_from(
    ["\t", ": ", "- ", "[", "]", "{", "}",
     "'", '"', "#", "*a", "&a ", "<<: ", "!!int ", "---\n", "|", ">", "? ", "%", "@",
     "\n", "\x00", "\x85", "\u2028", "\ufeff", '"\\uD800"', '"\\UFFFFFFFF"', "%YAML 9.9\n", "extends: .\n", "~", "nan",
     "9" * 400, "1e999", "0x10", "2023-02-30", "enabled: false", "id: chips", "all", "\U0001f600"]
)  # fmt: skip
JUNK = st.recursive(
    st.none() | st.text(max_size=8) | st.integers() | st.floats() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def answer(text_or_file: str | Path) -> Scenario | FaultList:
    try:
        if isinstance(text_or_file, Path):
            return load_scenario(text_or_file, VOCABULARY)
        return parse_scenario(text_or_file, known=VOCABULARY)
    except FaultList as faults:
        return faults


def is_answered(text_or_file: str | Path) -> None:
    scenario = answer(text_or_file)
    if isinstance(scenario, FaultList):
        assert str(scenario).endswith(("fault", "faults"))
        assert all(fault.message for fault in scenario.faults)
        return
    assert isinstance(scenario, Scenario)
    assert parse_scenario(scenario.resolved_yaml(), known=VOCABULARY) == scenario


@st.composite
def damaged(draw: st.DrawFn) -> str:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["delete", "double", "swap", "insert", "cut", "indent"]))
        line, column = lines[at], draw(st.integers(0, len(lines[at])))
        if how == "delete":
            del lines[at]
        elif how == "double":
            lines.insert(at, line)
        elif how == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
        elif how == "insert":
            lines[at] = line[:column] + draw(SPICE | st.text(max_size=3)) + line[column:]
        elif how == "cut":
            lines[at] = line[:column] + line[column + draw(st.integers(1, 9)) :]
        else:
            lines[at] = " " * draw(st.integers(1, 5)) + line
    return "".join(lines)


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_a_damaged_text_is_answered(text: str) -> None:
    is_answered(text)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=4), st.integers(0, len(VALID)))
def test_damaged_bytes_are_answered(tmp_path: Path, raw: bytes, at: int) -> None:
    file = tmp_path / "fuzz.yaml"
    file.write_bytes(VALID.encode()[:at] + raw + VALID.encode()[at:])
    is_answered(file)


@settings(deadline=None, max_examples=150)
@given(st.data(), JUNK)
def test_a_value_replaced_by_junk_is_answered(data: st.DataObject, junk: object) -> None:
    root = yaml.load(VALID, Loader=yaml.BaseLoader)
    node = root
    while True:
        step = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[step], dict | list) or not node[step] or data.draw(st.booleans()):
            break
        node = node[step]
    node[step] = junk
    is_answered(yaml.safe_dump(root, allow_unicode=True))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    is_answered(text)
