"""docs/chips.md says what its tables say, and its table what the model says."""

from __future__ import annotations

import pandas as pd
import pytest

from docs.pages.chips import FACTS, chips_page, judged, marked
from sim.common.package_data import shipped
from tests.pages.reading import DOCS


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(shipped(FACTS) / "directions.csv", dtype={"year": str, "against": str})


def test_the_page_is_that_of_the_code() -> None:
    """Make it anew with `python -m docs.pages.chips`."""
    assert chips_page() == (DOCS / "chips.md").read_text(encoding="utf-8")


def test_the_table_is_what_the_model_says(kept: pd.DataFrame) -> None:
    """Make it anew with `python -m docs.pages.chips`."""
    table = judged()
    assert table[["what", "year", "against"]].equals(kept[["what", "year", "against"]])
    for column in ("simulated", "without"):
        pd.testing.assert_series_equal(table[column], kept[column], atol=2e-3, check_exact=False)


def test_a_direction_is_right_where_signs_agree_and_asked_only_of_what_moved() -> None:
    rows = [("falls", -1.0), ("rises", -1.0), ("-30", -2.0), ("-30", 2.0), ("1.5", 9.0)]
    table = pd.DataFrame(rows, columns=["published", "simulated"]).assign(without=0.0)
    found = marked(table)
    assert found["right"].tolist() == [True, False, True, False, False]
    assert found["way"].tolist() == [-1.0, 1.0, -1.0, -1.0, 0.0]


def test_the_narrow_effect_goes_the_published_way(kept: pd.DataFrame) -> None:
    assert marked(kept).loc[kept["against"] == "policies", "right"].all()
