"""One address for every number: what is written is what is read; a slip is named with the nearest."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.common.months import format_month
from sim.common.package_data import shipped
from sim.scenario.metric_address import (
    AddressProblem,
    MetricAddress,
    address_problems,
    parse_address,
    words_by_kind,
)
from sim.scenario.metrics import KINDS, METRICS
from sim.scenario.world_codes import read_codes

NAMES = read_codes(shipped("scenarios/worlds/reference"))
WORDS = words_by_kind(NAMES)
FIRST, COUNT = 2021 * 12, 48


@st.composite
def addresses(draw: st.DrawFn) -> MetricAddress:
    name = draw(st.sampled_from(list(METRICS)))
    valid = sorted({word for kind in METRICS[name].takes for word in WORDS[kind]})
    words = draw(st.lists(st.sampled_from(valid), max_size=4, unique=True)) if valid else []
    first = draw(st.integers(FIRST, FIRST + COUNT - 1))
    last = draw(st.integers(first, FIRST + COUNT - 1))
    months, whole = draw(st.sampled_from([(None, False), (None, True), ((first, last), False)]))
    return MetricAddress(name, tuple(words), months, whole)


@given(addresses())
def test_what_is_written_is_what_is_read(address: MetricAddress) -> None:
    assert parse_address(str(address)) == address
    assert str(parse_address(f" {address} ")) == str(address)
    problems = address_problems(str(address), NAMES, (FIRST, COUNT))
    assume(not any("leave out one" in problem for problem in problems))  # words that nothing can be at once
    assert problems == []
    assert sorted(word for words in address.sorted_words(NAMES).values() for word in words) == sorted(address.words)


@given(addresses(), st.integers(1, COUNT))
def test_a_span_is_inside_the_run_or_refused(address: MetricAddress, count: int) -> None:
    if address.months is not None and address.months[1] >= FIRST + count:
        with pytest.raises(AddressProblem, match=f"2021-01 to {format_month(FIRST + count - 1)}"):
            address.span(FIRST, count)
        return
    start, end = address.span(FIRST, count)
    assert 0 <= start < end <= count
    if address.months is not None:
        assert (FIRST + start, FIRST + end - 1) == address.months
    elif address.whole:
        assert (start, end) == (0, count)
    else:
        assert end - start == min(12, count)


@given(st.sampled_from(list(METRICS)), st.integers(0, 40), st.characters(categories=["Ll"]))
def test_a_slip_in_a_name_is_told_with_a_near_one(name: str, at: int, letter: str) -> None:
    at = min(at, len(name) - 1)
    slip = name[:at] + letter + name[at + 1 :]
    assume(slip not in METRICS)
    with pytest.raises(AddressProblem) as caught:
        parse_address(f"{slip}@2022-03")
    assert f"unknown metric '{slip}'; did you mean '" in str(caught.value)


@given(st.text(max_size=40))
def test_any_other_text_is_refused_in_words(text: str) -> None:
    problems = address_problems(text, None, None)
    assert all(problems) and (problems or parse_address(text).name in METRICS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shortfall[high_prority]", "unknown word 'high_prority' for shortfall; did you mean 'high_priority'?"),
        ("deliveries_volume[IND]@2022-03", "unknown word 'IND' for deliveries_volume; did you mean 'to_IND'?"),
        ("deliveries_volume[from_XX,optcs]", "unknown words 'from_XX', 'optcs' for deliveries_volume"),
        ("enforcement_effort[]", "unknown word '' for enforcement_effort"),
        ("deliveries_volume[optics", "is no metric; expected NAME, NAME[WORDS] or NAME[WORDS]@FIRST:LAST"),
        ("deliveries_volume@2022-13", "there is no month 2022-13"),
        ("deliveries_volume@2022-03:2022-01", "the last month, 2022-01, comes before the first, 2022-03"),
        ("deliveries_volume@2026-01", "2026-01 is not within the months that are run, 2021-01 to 2024-12"),
        ("", "is no metric"),
    ],
)  # fmt: skip
def test_faults(text: str, words: str) -> None:
    (problem,) = address_problems(text, NAMES, (FIRST, COUNT))
    assert words in problem


def test_both_faults_of_an_address_are_told() -> None:
    assert len(address_problems("deliveries_volume[optcs]@2026-01", NAMES, (FIRST, COUNT))) == 2


def test_every_kind_of_word_is_told_and_taken_by_a_metric() -> None:
    assert set(WORDS) == set(KINDS) == {kind for metric in METRICS.values() for kind in metric.takes}
