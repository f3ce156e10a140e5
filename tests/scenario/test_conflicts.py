"""Clauses that gainsay or repeat each other are all found, and told once each."""

import datetime as dt
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_toys import Ban, Listing

from sim.policies.base import Policy
from sim.scenario.conflicts import contradictions

FIRST = dt.date(2022, 1, 1)


def ban(name: int, starts: int, lasts: int | None, strength: int) -> Policy:
    day = FIRST + dt.timedelta(starts)
    ends = None if lasts is None else day + dt.timedelta(lasts)
    return Ban(
        id=f"c{name}", by=("coalition",), towards=("TTT",), effective=day, ends=ends, strength=strength / 10, source="s"
    )


def listing(name: int, starts: int, lists: int, strength: int) -> Policy:
    states = ("AAA", "TTT") if lists else ("TTT", "AAA")
    return Listing(
        id=f"c{name}", by=("coalition",), towards=states, firms_in=("TTT",), effective=FIRST + dt.timedelta(starts),
        strength=strength, source="s",
    )  # fmt: skip


def pairs_of(clauses: Mapping[int, Policy]) -> set[tuple[int, int]]:
    """Every pair that clashes, by the definition."""
    found = set()
    for at, one in clauses.items():
        for before, other in clauses.items():
            if before >= at or one.id == other.id:
                continue
            if one.adds_up:
                clash = (one.effective, one.strength) == (other.effective, other.strength)
            else:
                clash = max(one.effective, other.effective) <= min(c.ends or dt.date.max for c in (one, other))
            if clash:
                found.add((at, before))
    return found


BANS = st.lists(
    st.builds(ban, st.integers(0, 5), st.integers(0, 20), st.none() | st.integers(0, 6), st.integers(1, 2)), max_size=12
)
LISTINGS = st.lists(
    st.builds(listing, st.integers(0, 5), st.integers(0, 2), st.integers(0, 1), st.integers(1, 2)), max_size=12
)


@settings(deadline=None, max_examples=200)
@given(BANS | LISTINGS)
def test_every_clause_that_clashes_is_named_and_no_other(clauses: list[Policy]) -> None:
    placed = dict(enumerate(clauses))
    true = pairs_of(placed)
    told = [(int(problem.location[1]), int((problem.also or ())[1])) for problem in contradictions(placed)]
    assert set(told) <= true
    # One whose id is taken may be named by that id alone.
    assert {clauses[at].id for pair in told for at in pair} == {clauses[at].id for pair in true for at in pair}
    assert len(told) < max(len(clauses), 1)


def test_the_words_say_which_and_how() -> None:
    clauses = dict(enumerate([ban(1, 0, None, 1), ban(2, 5, None, 2), ban(3, 9, None, 2)]))
    messages = [problem.message for problem in contradictions(clauses)]
    assert messages == [
        "'c2' contradicts 'c1' on the same lanes (strength 0.2 against 0.1); end the earlier one the day before",
        "'c3' contradicts 'c1' on the same lanes (strength 0.2 against 0.1); end the earlier one the day before",
    ]


def test_a_label_is_no_difference() -> None:
    bans = [one.model_copy(update={"label": f"Ban {one.id}"}) for one in (ban(1, 0, None, 1), ban(2, 5, None, 1))]
    lists = [one.model_copy(update={"label": f"List {one.id}"}) for one in (listing(3, 0, 0, 1), listing(4, 0, 1, 1))]
    assert [problem.message for problem in contradictions(dict(enumerate([*bans, *lists])))] == [
        "'c2' repeats 'c1' while that is in force; keep one, or end it the day before",
        "'c4' repeats 'c3' under another id; keep one",
    ]
