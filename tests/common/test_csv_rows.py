"""Rows of CSV files: each with its line, and what is no CSV is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim


def written(folder: Path, data: bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_come_with_the_line_that_they_begin_on(tmp_path: Path, end: str) -> None:
    path = written(tmp_path, end.join(["\ufeffa,b", '1,"two', 'lines"', "", "3,4"]).encode())
    assert list(sim.csv_rows(path)) == [(1, ["a", "b"]), (2, ["1", f"two{end}lines"]), (5, ["3", "4"])]


def test_a_text_that_was_read_already_is_read_under_its_name() -> None:
    assert list(sim.csv_rows("no-such-file.csv", "a\n1\n")) == [(1, ["a"]), (2, ["1"])]
    assert list(sim.csv_rows("no-such-file.csv", "")) == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a\n1\n\xff\n", r"table\.csv: is not UTF-8 text \(byte 4\); save the file as UTF-8"),
        (b"a\n1\n" + b"x" * 200_000, r"table\.csv:3: is no CSV from here on: a cell has more than 131,072 characters"),
        (b'a\n1\n"2\n' + b"3\n" * 100_000, r"table\.csv:3: .* is a double quote not closed\?"),
        (b"a,b\n1,2\n3\n4,5,6\n", r"table\.csv:3: has 1 cells, expected 2 as in the header(.|\n)*table\.csv:4: has 3 "),
    ],
)
def test_what_is_no_table_is_a_fault_with_its_place(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(sim.FaultList, match=told):
        sim.csv_records(written(tmp_path, data))


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(sim.FaultList, match="cannot be read: "):
            sim.csv_records(path)


def test_records_have_the_names_of_the_header(tmp_path: Path) -> None:
    assert sim.csv_records(written(tmp_path, b"a,b\n1,2\n")) == [{"a": "1", "b": "2"}]
    assert sim.csv_records(written(tmp_path, b"")) == []
