"""Old names: read as the new ones, with one hint for each."""

from __future__ import annotations

import warnings

import pytest

from sim.common import renamed as room
from sim.common.renamed import OldName, hint, instead, renamed, todays_names, unknown


@pytest.fixture(autouse=True)
def _nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_SAID", {})
    monkeypatch.setattr(room, "RENAMED", {"metric": {"reach": "deliveries"}})
    monkeypatch.setattr(room, "GONE", {"metric": {"pull": "weight says it"}})


def test_an_old_name_is_read_with_a_hint() -> None:
    with pytest.warns(OldName, match=r"metric 'reach' is an old name, read in this version only; write 'deliveries'"):
        assert renamed("metric", "reach") == "deliveries"


@pytest.mark.parametrize(("kind", "name"), [("metric", "deliveries"), ("metric", "rech"), ("parameter", "reach")])
def test_any_other_name_is_itself_without_a_word(kind: str, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert renamed(kind, name) == name


@pytest.mark.parametrize("known", [("reach",), ("supply",)])
def test_a_name_that_is_valid_here_or_leads_nowhere_is_itself(known: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert renamed("metric", "reach", known) == "reach"


def test_each_hint_is_given_once() -> None:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("default")
        for old in ("one", "two", "one"):
            hint(f"'{old}'", "'new'")
    assert len(given) == 2


def test_things_take_todays_names_in_their_order() -> None:
    with pytest.warns(OldName):
        assert list(todays_names("metric", {"share": 1, "reach": 2, "other": 3})) == ["share", "deliveries", "other"]


def test_a_thing_that_stands_under_both_names_keeps_both() -> None:
    both = {"reach": 1, "deliveries": 2}
    assert todays_names("metric", both) == both
    assert unknown("metric", "reach", both) == (
        "'reach' is an old name of 'deliveries', which stands here too; leave one of them out"
    )


def test_an_unknown_name_is_told_the_nearest_and_what_is_gone_what_took_its_place() -> None:
    known = ("deliveries", "supply")
    assert unknown("metric", "delivereis", known) == "unknown metric 'delivereis'; did you mean 'deliveries'?"
    assert unknown("metric", "pull", known) == "there is no metric 'pull' any more: weight says it"
    assert instead("metric", "supply") == instead("place", "pull") == ""
