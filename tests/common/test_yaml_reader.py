"""The one reader of YAML: what it refuses, where, and that no small file can ask for much."""

import time
from pathlib import Path

import pytest
import yaml

from sim.common import yaml_reader
from sim.common.errors import FaultList
from sim.common.yaml_reader import read_file, read_yaml

BAD = Path(__file__).resolve().parents[1] / "scenario" / "bad"
SOUND = Path(__file__).resolve().parents[2] / "scenarios"
NINE_TIMES_NINE = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def told(text: str) -> list[str]:
    """What is said to a text that cannot be read, or that has faults."""
    try:
        return [f"{fault.line}:{fault.column}: {fault.message}" for fault in read_yaml(text, "file.yaml")[1]]
    except FaultList as error:
        return [f"{fault.line}:{fault.column}: {fault.message}" for fault in error.faults]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NINE_TIMES_NINE, "2:8: '*a' repeats a value by alias; write it out, or share it through `extends:`"),
        ("x: " + "[" * 400_000, "1:15: nested more than 12 deep; no file needs that"),
        ("x: " + "{a: " * 200_000, "1:45: nested more than 12 deep; no file needs that"),
        ("- " * 400_000, "1:25: nested more than 12 deep; no file needs that"),
        ("? " * 400_000, "1:25: nested more than 12 deep; no file needs that"),
        ("a: [" + "x," * 60_000 + "]", "1:99999: holds more than 50,000 values; no file needs that"),
        ("a: [\n" + "x,\n" * 60_000 + "]", "49999:1: holds more than 50,000 values; no file needs that"),
        ("a: " + "x" * 1_000_000, "0:0: is larger than 1 MB, the most that is read of a YAML file"),
        ("a: \x00", "1:4: character U+0000 is not allowed in YAML; remove it"),
        ("a: \ud800", "1:4: character U+D800 is not allowed in YAML; remove it"),
        ('a: "\\ud800"', "1:7: this escape has no meaning; write the character itself"),
        ('a: "\\UFFFFFFFF"', "1:7: this escape has no meaning; write the character itself"),
        (
            "a: !!python/object/apply:os.system [true]",
            "1:4: the tag '!!python/object/apply:os.system' is not used here",
        ),
        ("!x a: 1", "1:1: the tag '!x' is not used here; remove it"),
        ("%YAML 99999999999999999999.1\n---\na: 1", "1:16: not valid YAML"),
        ("[a]: 1", "1:1: a key has to be a single word, not a list or a mapping"),
        ("", "1:1: the file is empty; expected `key: value` lines"),
        ("- a", "1:1: read a list, expected `key: value` lines"),
        ("a: 1\n--- \nb: 1", "2:1: a second document starts here; a file holds one, so remove '---'"),
        ("a: [1,\n  b: c}", "2:7: a list opened with '[' is not closed; expected ',' or ']' (opened on line 1)"),
    ],
    ids=lambda text: text[:24],
)
def test_what_is_refused_is_refused_at_once_and_in_its_place(text: str, expected: str) -> None:
    started = time.process_time()
    found = told(text)
    assert any(one.startswith(expected) for one in found), found[:3]
    assert time.process_time() - started < 2.0


def test_a_file_that_cannot_be_read_or_is_too_large_is_a_fault(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 1_000_001)
    for path, said in (
        (large, "larger than 1 MB"),
        (tmp_path / "no.yaml", "cannot be read: No such"),
        (tmp_path, "is a"),
    ):
        with pytest.raises(FaultList, match=f"(?i){said}"):
            read_file(path)
    large.write_bytes(b"a: 1 #" + b"#" * (1_000_000 - 6))
    assert read_file(large)[0].plain() == {"a": "1"}


def test_texts_stay_texts() -> None:
    tree, faults = read_yaml("a: NO\nb: 0302\nc: 'null'\nd: null\ne: [~, 1e3, \"\"]\nf: 2022-03-01\n", "x")
    assert tree.plain() == {"a": "NO", "b": "0302", "c": "null", "d": None, "e": [None, "1e3", ""], "f": "2022-03-01"}
    assert not faults


@pytest.mark.parametrize("path", sorted(SOUND.rglob("*.yaml")), ids=lambda path: path.stem)
def test_both_parsers_of_yaml_read_the_shipped_files_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_file(path)
    monkeypatch.setattr(yaml_reader, "_Parser", yaml.BaseLoader)
    assert read_file(path) == fast
    assert fast[0].plain() == _with_nothing(
        yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader), fast[0].plain()
    )


def _with_nothing(theirs: object, ours: object) -> object:
    """What PyYAML reads, with None where our reader says that nothing stands."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {name: _with_nothing(value, ours.get(name)) for name, value in theirs.items()}
    if isinstance(theirs, list) and isinstance(ours, list):
        return [_with_nothing(one, other) for one, other in zip(theirs, ours, strict=True)]
    return None if theirs in ("", "~", "null") and ours is None else theirs


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_both_parsers_find_the_same_faults(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser stands in where libyaml is missing; it notices a lone surrogate a little earlier."""
    text = path.read_bytes().decode(errors="replace")
    fast = told(text)
    monkeypatch.setattr(yaml_reader, "_Parser", yaml.BaseLoader)
    slow = told(text)
    assert slow == fast if path.stem != "surrogate" else len(slow) == len(fast)
