"""Old names: read as the new ones, with one hint for each."""

from __future__ import annotations

import warnings

import pytest

from sim.common import renamed as room
from sim.common.renamed import OldName, hint, renamed


@pytest.fixture(autouse=True)
def _nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_SAID", {})
    monkeypatch.setattr(room, "RENAMED", {"metric": {"reach": "deliveries"}})


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
