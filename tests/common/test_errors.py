"""Faults: said once, in order, with a caret where the mistake is."""

import difflib
import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.common.errors import Fault, FaultList, SimError, nearest


def test_a_fault_reads_file_line_column_where_message_and_points() -> None:
    fault = Fault("a.yaml", 3, 8, "policies[x].by", "unknown state 'Q'", "   by: [Q]")
    assert str(fault).splitlines() == [
        "a.yaml:3:8: policies[x].by: unknown state 'Q'",
        "     3 |    by: [Q]",
        "       |        ^",
    ]


def test_what_is_not_known_is_left_out() -> None:
    assert str(Fault("a.yaml", 0, 0, "", "no such file")) == "a.yaml: no such file"
    assert str(Fault("", 0, 0, "seed", "read -1")) == "(input): seed: read -1"
    assert str(Fault("a.csv", 2, 0, "", "odd", "x,y")).splitlines() == ["a.csv:2: odd", "     2 | x,y"]


def test_faults_are_sorted_counted_and_kept_once() -> None:
    late, early = Fault("b.yaml", 1, 1, "", "late"), Fault("a.yaml", 9, 1, "", "early")
    faults = FaultList([late, early, late])
    assert faults.faults == (early, late)
    assert str(faults).splitlines()[-1] == "2 faults"
    assert str(FaultList([early])).splitlines()[-1] == "1 fault"
    assert isinstance(faults, SimError)


@pytest.mark.parametrize(
    ("count", "end"),
    [
        (50, ["50 faults"]),
        (51, ["and 1 more", "51 faults"]),
        (999, ["and 949 more", "999 faults"]),
        (200_000, ["and at least 950 more", "1,000 faults or more"]),
    ],
)
def test_a_long_list_is_told_in_part_and_ends_with_how_many_more(count: int, end: list[str]) -> None:
    line = "x" * 1_000_000  # that all faults stand on
    faults = FaultList(Fault("a.yaml", 1, at, "", "odd", line) for at in range(count, 0, -1))
    lines = str(faults).splitlines()
    assert len(faults.faults) == min(count, 1000)
    assert [fault.column for fault in faults.faults[:3]] == [1, 2, 3]
    assert lines[3 * 50 :] == end
    assert len(str(faults)) < 20_000


def test_faults_travel_between_processes() -> None:
    faults = FaultList([Fault("a.yaml", 1, 2, "x", "m", "line")])
    assert pickle.loads(pickle.dumps(faults)).faults == faults.faults


def test_no_fault_is_no_fault_list() -> None:
    with pytest.raises(ValueError, match="at least one"):
        FaultList([])


def test_nearest_names_the_nearest_or_lists_what_is_valid() -> None:
    assert nearest("KAS", ["KAZ", "TTT"]) == "did you mean 'KAZ'?"
    assert nearest("kaz", ["KAZ", "TTT"]) == "did you mean 'KAZ'?"
    assert nearest("xyz", ["one", "two"]) == "expected one of: one, two"
    assert nearest("xyz", [f"name{i:02d}" for i in range(30)]).endswith("name11 and 18 more")
    assert nearest("xyz", []) == "there is none to choose from"


WORDS = st.text("abc_", min_size=1, max_size=12)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=40))
def test_the_nearest_name_is_the_one_that_difflib_finds(word: str, names: list[str]) -> None:
    close = difflib.get_close_matches(word, sorted(set(names)), n=1, cutoff=0.6)
    assert (nearest(word, names) == f"did you mean '{close[0]}'?") if close else ("did you" not in nearest(word, names))


def test_the_nearest_of_very_many_or_very_long_names_is_found_soon() -> None:
    names = [f"clause-{at:05d}" for at in range(20_000)]
    started = time.process_time()
    assert nearest("clause-12345x", names) == "did you mean 'clause-12345'?"
    assert nearest("ab" * 400_000, ["ba" * 400_000, "x"]).startswith("expected one of: ")
    assert time.process_time() - started < 1.0


@given(st.text(max_size=300), st.integers(0, 400))
def test_a_caret_never_fails_and_a_line_stays_a_line(line: str, column: int) -> None:
    shown = str(Fault("f", 1, column, "", "m", line)).splitlines()
    assert len(shown) == (1 if not line.strip() else 3 if column else 2)


@pytest.mark.parametrize("line", ["plain text here", "\ttabs\tcount as one", "x" * 300, "\u4e2d\u6587 wide"])
def test_the_caret_stands_under_its_character(line: str) -> None:
    for column in (1, 3, min(len(line), 250)):
        excerpt, caret = str(Fault("f", 1, column, "", "m", line)).splitlines()[1:]
        cells = "".join(c * 2 if c > "\u1100" else c for c in excerpt)
        wanted = line[column - 1].replace("\t", " ")
        assert (cells + " ")[caret.index("^")] == wanted


@pytest.mark.parametrize("odd", ["\x1b[31m", "\x00", "\u202e", "\ud800", "\x85", "\ufeff", "\r", "\t"])
def test_what_a_file_holds_cannot_move_a_terminal(odd: str) -> None:
    """Not by a field, a message, a file's name, nor by a plain error; what was there can still be read."""
    fault = Fault(f"a{odd}b.yaml", 1, 2, f"x.{odd}", f"read '{odd}', expected a number", f"x: {odd}")
    for text in (str(fault), str(FaultList([fault])), str(SimError(f"cannot read\n{odd}"))):
        assert all(line.isprintable() for line in text.split("\n")), text
        assert odd.encode("unicode_escape").decode() in text
        text.encode()
    assert "a\\nb.yaml:1" in str(Fault("a\nb.yaml", 1, 0, "", "is odd"))


def test_a_part_that_nobody_would_read_is_cut_in_its_middle() -> None:
    text = str(Fault("f" * 9_000, 1, 1, "w" * 9_000, "m" * 9_000 + "the end"))
    assert len(text) < 6_000
    assert text.endswith("the end")
