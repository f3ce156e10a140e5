"""What is printed: texts of files cannot move the terminal."""

from __future__ import annotations

import pytest

from sim.report import terminal
from sim.report.table import Column, Table
from sim.report.terminal import on_screen, show


def test_control_characters_are_shown_as_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    show("a title \x1b[31m\rred\nof [two] lines, 你好", Table.of(("head",), [("cell \x1b[2J",)], title="\x07 bell"))
    said = capsys.readouterr().out
    assert "\\x1b[31m\\rred\nof [two] lines, 你好" in said and "cell \\x1b[2J" in said and "\\x07 bell" in said
    assert not any(ord(character) < 32 and character != "\n" for character in said)


@pytest.mark.parametrize("title", ["", "many rows"])
@pytest.mark.parametrize("cell", ["a word", "two\nlines", "much " * 40, ""])
def test_a_long_table_is_written_as_a_short_one_is(
    cell: str, title: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"row {at}", "你好" if at % 7 == 0 else "word", at / 3, cell if at == 250 else "") for at in range(300)]
    table = Table.of(("name", "word", Column("value", "money", "bn USD"), "note"), rows, title=title)
    show(table)
    at_once = capsys.readouterr().out
    monkeypatch.setattr(terminal, "_MANY_ROWS", 1_000)
    show(table)
    assert capsys.readouterr().out == at_once and "row 299" in at_once


def test_rows_of_a_long_table_are_one_only_where_nothing_is_folded() -> None:
    table = Table.of(("name", "of"), [(f"row {at}", "word") for at in range(300)])
    assert len(on_screen(table, 132).rows) == 1 and len(on_screen(table, 12).rows) == len(on_screen(table).rows) == 300
