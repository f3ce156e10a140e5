"""docs/glossary.md: sorted, one line a word, every word of the code's own vocabulary, every link leads somewhere."""

from __future__ import annotations

import re

import pytest

from sim.model.kernels.intermediaries import STATUS
from sim.model.records import ORDER_STATUS
from sim.policies import INSTRUMENTS
from sim.scenario.blocks import Driver
from sim.world.schema import HABITS, RECORDS, ROLES, STATUSES
from tests.pages.reading import DOCS, links_astray

PAGE = (DOCS / "glossary.md").read_text(encoding="utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("* ")]
WORDS = [line.split("**")[1] for line in LINES]


def folded(words: object) -> set[str]:
    return {str(word).replace("_", " ").replace("-", " ").casefold() for word in words}


def test_one_line_a_word_in_the_order_of_the_alphabet():
    assert sorted(WORDS, key=str.casefold) == WORDS
    assert len(folded(WORDS)) == len(WORDS) > 100
    assert all(re.fullmatch(r"\* \*\*[\w -]+\*\*: .+[^.]\. \(\[.*\]\(.*\)\)", line) for line in LINES)


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ("instruments", INSTRUMENTS),
        ("roles", ROLES), ("standing of cells", STATUSES), ("status of orders", ORDER_STATUS),
        ("status of intermediaries", STATUS),
        ("habits of offices", HABITS), ("ways of recording", RECORDS), ("modes", ("sampled", "expected")),
        ("drivers", Driver.model_fields["what"].annotation.__args__),
    ],
)  # fmt: skip
def test_every_word_of_the_programs_own_is_explained(vocabulary, words):
    assert folded(words) - folded(WORDS) == set()


def test_links_lead_somewhere():
    assert links_astray(DOCS / "glossary.md") == []
