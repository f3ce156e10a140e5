"""What is printed: texts of files cannot move the terminal."""

from __future__ import annotations

import pytest

from sim.report.table import Table
from sim.report.terminal import show


def test_control_characters_are_shown_as_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    show("a title \x1b[31m\rred\nof [two] lines, 你好", Table.of(("head",), [("cell \x1b[2J",)], title="\x07 bell"))
    said = capsys.readouterr().out
    assert "\\x1b[31m\\rred\nof [two] lines, 你好" in said and "cell \\x1b[2J" in said and "\\x07 bell" in said
    assert not any(ord(character) < 32 and character != "\n" for character in said)
