"""Every file in `bad/` is wrong in the way its neighbour `.faults` says: `line:column | where | message`, all of them.

A message may end in `...` where its end depends on what ships; a fault in another file starts with that file's name.
"""

from pathlib import Path

import pytest
from scenario_toys import HERE, VOCABULARY

from sim.common.errors import FaultList
from sim.scenario.loader import load_scenario

FILES = sorted((HERE / "bad").glob("*.yaml"))


def described(faults: FaultList, file: Path) -> list[str]:
    found = []
    for fault in faults.faults:
        place = f"{fault.line}:{fault.column}"
        if fault.file != file.name:
            place = f"{Path(fault.file).name}:{place}"
        found.append(f"{place} | {fault.where} | {fault.message}")
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_gets_exactly_the_faults_beside_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    expected = file.with_suffix(".faults").read_text(encoding="utf-8").splitlines()
    with pytest.raises(FaultList) as caught:
        load_scenario(file.name, VOCABULARY)
    found = described(caught.value, file)
    assert len(found) == len(expected), "\n".join(found)
    for line, wanted in zip(found, expected, strict=True):
        assert line == wanted or (wanted.endswith("...") and line.startswith(wanted[:-3]))
    assert str(caught.value).endswith("1 fault" if len(found) == 1 else f"{len(found)} faults")


def test_every_expectation_has_its_file() -> None:
    assert {file.stem for file in FILES} == {file.stem for file in (HERE / "bad").glob("*.faults")}


def test_a_missing_file_a_folder_and_an_odd_name_are_faults(tmp_path: Path) -> None:
    for name, said in {
        str(tmp_path / "nowhere.yaml"): "there is no file",
        str(tmp_path): "is a folder",
        "": "is a folder",
        "a\0b": "there is no file",
        "x" * 5000: "there is no file",
    }.items():
        with pytest.raises(FaultList, match=said):
            load_scenario(name, VOCABULARY)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(FaultList, match="larger than 1 MB"):
        load_scenario(file, VOCABULARY)


def test_a_world_without_tables_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "states.csv").write_text("code,name\n")
    file = tmp_path / "s.yaml"
    file.write_text("title: T\nquestion: Q\nsources: [s]\nworld: .\nmonths: {first: 2021-01, last: 2021-02}\n")
    with pytest.raises(FaultList) as caught:
        load_scenario(file, VOCABULARY)
    assert [fault.message for fault in caught.value.faults] == [
        "cannot be read: No such file or directory",
        "the table has no column 'role'",
    ]
