"""Marked places of a page: only they are written, and every fault of the marks is told at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from docs.pages.markdown import table
from docs.pages.marked import filled, rewrite

TABLES = {"one": lambda: "| a |", "two": lambda: "| b |"}
LINES = st.text(
    st.characters(codec="utf-8", exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=20
)


@given(st.lists(LINES.filter(lambda line: not line.startswith("<!--")), max_size=6), LINES)
def test_only_marked_places_are_written(around, stale):
    page = "\n".join([*around, "<!-- table: one -->", f"x{stale}", "<!-- end -->", *around]) + "\n"
    made = filled(page, TABLES)
    assert made == "\n".join([*around, "<!-- table: one -->", "", "| a |", "", "<!-- end -->", *around]) + "\n"
    assert filled(made, TABLES) == made


def test_every_fault_of_the_marks_is_told():
    page = "<!-- end -->\n<!-- table: oen -->\n<!-- table: two -->\n<!-- end -->\n<!-- table: one -->\n"
    with pytest.raises(sim.FaultList) as caught:
        filled(page, TABLES, "page.md")
    told = [(fault.file, fault.line, fault.message) for fault in caught.value.faults]
    assert told == [
        ("page.md", 1, "'<!-- end -->' where none can stand; marks come in pairs"),
        ("page.md", 2, "unknown table 'oen'; did you mean 'one'?"),
        ("page.md", 3, "'<!-- table: two -->' where none can stand; marks come in pairs"),
        ("page.md", 5, "no '<!-- end -->' follows"),
    ]


def test_a_faulty_page_stays_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("docs.pages.marked.DOCS", tmp_path)
    for name, text, status in (("good.md", "<!-- table: one -->\n<!-- end -->\n", 0), ("bad.md", "<!-- end -->\n", 1)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert rewrite(name, TABLES) == status
    assert "| a |" in (tmp_path / "good.md").read_text(encoding="utf-8")
    assert (tmp_path / "bad.md").read_text(encoding="utf-8") == "<!-- end -->\n"
    assert rewrite("nowhere.md", TABLES) == 1
    assert "bad.md:1:1" in capsys.readouterr().err and len(list(tmp_path.iterdir())) == 2


def test_a_cell_cannot_end_its_row():
    assert table(("a",), [("x|y",)]).splitlines()[2] == "| x\\|y |"
