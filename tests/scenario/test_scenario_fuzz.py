"""Whatever a file holds, loading it gives a scenario or a list of faults; never anything else.

The toys bear most of the weather, since they load in a millisecond; the shipped files and every instrument of the
registry follow, so that a new scenario or instrument is tried unasked.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic.fields import FieldInfo
from scenario_toys import VALID, VOCABULARY

from sim.common.errors import FaultList
from sim.common.fields import NAMES_MARK
from sim.common.package_data import shipped
from sim.policies import INSTRUMENTS
from sim.scenario import Scenario, load_scenario, loader, parse_scenario, shipped_scenarios
from sim.scenario.schema import build
from sim.scenario.world_codes import read_codes
from tests.contracts.test_instruments import clause

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


def answer(ask: Callable[[], Scenario]) -> Scenario | FaultList:
    """What is said to a question: a scenario, or faults in words; anything else that is raised fails the test."""
    said: Scenario | FaultList
    try:
        said = ask()
    except FaultList as faults:
        said = faults
    if isinstance(said, FaultList):
        assert str(said).endswith(("fault", "faults"))
        assert all(fault.message for fault in said.faults)
    return said


def is_answered(text_or_file: str | Path) -> None:
    if isinstance(text_or_file, Path):
        scenario = answer(lambda: load_scenario(text_or_file, VOCABULARY))
    else:
        scenario = answer(lambda: parse_scenario(text_or_file, known=VOCABULARY))
    if isinstance(scenario, Scenario):
        assert parse_scenario(scenario.resolved_yaml(), known=VOCABULARY) == scenario


@st.composite
def damaged(draw: st.DrawFn, whole: tuple[str, ...] = tuple(LINES)) -> str:
    lines = list(whole)
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


# ------------------------------------------------------------------------------------------------- the shipped files
SHIPPED = {name: shipped(f"scenarios/{name}.yaml") for name in shipped_scenarios()}
TREES = {name: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) for name, path in SHIPPED.items()}
KNOWN = replace(loader.VOCABULARY, codes=read_codes(shipped("scenarios/worlds/reference")))
SMALL_FILES = sorted(SHIPPED, key=lambda name: SHIPPED[name].stat().st_size)[: max(1, len(SHIPPED) - 1)]


@pytest.fixture(scope="module", autouse=True)
def inherited_files_are_read_once() -> Iterator[None]:
    """Nearly every scenario extends the largest, whose YAML takes a tenth of a second to read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "read_yaml", lru_cache(maxsize=64)(loader.read_yaml))
        yield


def loaded(name: str, tree: object) -> Scenario | FaultList:
    """What is said to a shipped file that holds this tree instead of its own."""
    text = tree if isinstance(tree, str) else yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    scenario = answer(lambda: parse_scenario(text, str(SHIPPED[name])))
    if isinstance(scenario, Scenario):
        assert scenario.with_changes() == scenario
    return scenario


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a tree, from the top."""
    for step in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield (*path, step)
        yield from places(node[step], (*path, step))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


@st.composite
def mutated(draw: st.DrawFn, trees: dict[str, Any]) -> tuple[str, Any]:
    """A tree with one to three slips in it, and its name."""
    name = draw(st.sampled_from(sorted(trees)))
    tree = deepcopy(trees[name])
    for _ in range(draw(st.integers(1, 3))):
        where = list(places(tree))
        if not where:
            break
        path = draw(st.sampled_from(where))
        holder, step = at(tree, path[:-1]), path[-1]
        how = draw(st.sampled_from(["junk", "delete", "rename", "double", "elsewhere"]))
        if how == "junk":
            holder[step] = draw(JUNK | SPICE)
        elif how == "delete":
            del holder[step]
        elif how == "rename" and isinstance(holder, dict):
            holder[draw(st.text(max_size=6) | st.sampled_from(where).map(lambda p: str(p[-1])))] = holder.pop(step)
        elif how == "double" and isinstance(holder, list):
            holder.append(deepcopy(holder[step]))
        else:
            holder[step] = deepcopy(at(tree, draw(st.sampled_from(where))))
    return name, tree


# The largest file takes ten times as long to read as any other, so its slips are made in what was read, below.
@settings(deadline=None, max_examples=350, suppress_health_check=[HealthCheck.too_slow])
@given(mutated({name: TREES[name] for name in SMALL_FILES}))
def test_a_slip_in_a_shipped_file_is_answered(slip: tuple[str, Any]) -> None:
    loaded(*slip)


@settings(deadline=None, max_examples=350, suppress_health_check=[HealthCheck.too_slow])
@given(mutated({name: load_scenario(name).as_data() for name in SHIPPED}))
def test_a_slip_in_a_resolved_scenario_is_answered(slip: tuple[str, Any]) -> None:
    scenario = answer(lambda: build(slip[1], KNOWN))
    if isinstance(scenario, Scenario):
        assert build(scenario.as_data(), KNOWN) == scenario


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(SMALL_FILES))
def test_a_shipped_file_with_damaged_lines_is_answered(data: st.DataObject, name: str) -> None:
    lines = tuple(SHIPPED[name].read_text(encoding="utf-8").splitlines(keepends=True))
    loaded(name, data.draw(damaged(lines)))


@pytest.mark.parametrize("name", SHIPPED)
def test_an_unknown_key_in_a_shipped_file_is_a_fault(name: str) -> None:
    """In the first mapping of every shape: top, months, each block, each kind of clause."""
    tried = set()
    for path in [(), *places(TREES[name])]:
        held = at(TREES[name], path)
        shape = tuple(step for step in path if isinstance(step, str))
        shape += (held.get("kind", held.get("what")),) if isinstance(held, dict) and len(path) == 2 else ()
        if not isinstance(held, dict) or shape in tried:
            continue
        tried.add(shape)
        tree = deepcopy(TREES[name])
        at(tree, path)["strenght"] = "0.5"
        said = loaded(name, tree)
        assert isinstance(said, FaultList), path
        # A switch with more than a switch in it is read as a clause, and lacks what a clause needs.
        named = ("strenght", "kind") if set(held) == {"id", "enabled"} else ("strenght",)
        assert any(name in fault.message or name in fault.where for fault in said.faults for name in named), said
    assert () in tried


# ------------------------------------------------------------------------------------------------- every instrument
NULL = load_scenario("null")
FIELDS = [(kind, name) for kind in sorted(INSTRUMENTS) for name in INSTRUMENTS[kind].model_fields]
WORTHLESS: list[object] = [
    None, "", " ", "junk", "~", "-1", "1e999", "9" * 400, "nan", "50 %", "1,5", "0x10", "2023-02-30", "2022-05", "true",
    True, -1, 0, 1.5, 10**30, float("nan"), float("inf"), [], [""], [None], ["XXX"], ["all"], ["all", "all"], [["all"]],
    {}, {"a": "b"}, {None: None}, b"bytes", object(), dt.date(1, 1, 1), dt.datetime(2022, 5, 17, 12),
]  # fmt: skip


def entry(kind: str) -> dict[str, Any]:
    """A sound clause as plain data, every field named."""
    return clause(kind).model_dump(mode="json", exclude_none=True)


def told(data: dict[str, Any]) -> Scenario | FaultList:
    """What is said to a clause; a scenario that holds it comes back whole from its own text."""
    scenario = answer(lambda: NULL.with_changes(policies=[data]))
    if isinstance(scenario, Scenario):
        assert parse_scenario(scenario.resolved_yaml()) == scenario
    return scenario


def faults_at(said: Scenario | FaultList, name: str) -> list[str]:
    """What is wrong with a field."""
    faults = said.faults if isinstance(said, FaultList) else ()
    return [fault.message for fault in faults if name in fault.where.replace("[", ".").replace("]", "").split(".")]


def beyond(field: FieldInfo) -> Iterator[float]:
    """Numbers just outside the bounds of a field."""
    for item in field.metadata:
        for bound, step in (("ge", -1e-6), ("gt", 0.0), ("le", 1e-6), ("lt", 0.0)):
            if (limit := getattr(item, bound, None)) is not None:
                yield limit + step


@pytest.mark.parametrize("kind", sorted(INSTRUMENTS))
class TestEveryInstrument:
    def test_its_example_is_sound(self, kind: str) -> None:
        assert isinstance(told(entry(kind)), Scenario)

    def test_a_worthless_value_is_answered(self, kind: str) -> None:
        for name in INSTRUMENTS[kind].model_fields:
            for value in WORTHLESS:
                said = told(entry(kind) | {name: value})
                if isinstance(value, dict) or (value == "50 %" and name not in ("note", "source", "label")):
                    assert isinstance(said, FaultList), (name, value)

    def test_a_missing_key_is_a_fault_where_it_is_required(self, kind: str) -> None:
        for name, field in INSTRUMENTS[kind].model_fields.items():
            data = entry(kind)
            data.pop(name, None)
            said = told(data)
            if field.is_required() or name == "kind":
                assert any("missing key" in message for message in faults_at(said, name)), name

    def test_an_unknown_key_is_a_fault(self, kind: str) -> None:
        for name in [*INSTRUMENTS[kind].model_fields, ""]:
            said = told(entry(kind) | {f"{name}x": "1"})
            assert any(f"unknown key '{name}x'" in message for message in faults_at(said, f"{name}x")), name

    def test_a_number_out_of_bounds_is_a_fault(self, kind: str) -> None:
        for name, field in INSTRUMENTS[kind].model_fields.items():
            for number in beyond(field):
                for value in (number, f"{number:.9f}"):
                    assert faults_at(told(entry(kind) | {name: value}), name), (name, value)

    def test_an_unknown_choice_or_name_is_a_fault(self, kind: str) -> None:
        properties = INSTRUMENTS[kind].model_json_schema()["properties"]
        for name, field in INSTRUMENTS[kind].model_fields.items():
            if get_origin(field.annotation) is not None and get_args(field.annotation)[:1] == ("exporters",):
                assert faults_at(told(entry(kind) | {name: "exporter"}), name), name
            if properties[name].get("items", {}).get(NAMES_MARK) in ("state", "good"):
                messages = faults_at(told(entry(kind) | {name: ["nowhere"]}), name)
                assert any("unknown" in message or "does not distinguish" in message for message in messages), name


@settings(deadline=None, max_examples=600)
@given(st.data(), st.sampled_from(sorted(INSTRUMENTS)))
def test_a_clause_with_several_slips_is_answered(data: st.DataObject, kind: str) -> None:
    broken = entry(kind)
    for _ in range(data.draw(st.integers(1, 4))):
        name = data.draw(st.sampled_from(list(INSTRUMENTS[kind].model_fields)))
        if data.draw(st.booleans()):
            broken[name] = data.draw(JUNK | SPICE | st.sampled_from(WORTHLESS))
        else:
            broken.pop(name, None)
    told(broken)
