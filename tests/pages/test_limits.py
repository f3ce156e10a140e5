"""docs/limits.md: its tables are the code's, and the numbers in its sentences those of the shipped posterior."""

from __future__ import annotations

import re

from docs.pages import limits
from docs.pages.limits import calibrated
from docs.pages.marked import filled
from tests.pages.reading import DOCS, prose

PAGE = (DOCS / "limits.md").read_text(encoding="utf-8")
TEXT = " ".join(prose(PAGE).split())


def test_the_tables_are_those_of_the_code():
    """Make them anew with `python -m docs.pages.limits`."""
    assert filled(PAGE, limits.TABLES) == PAGE
    assert set(re.findall(r"<!-- table: (.*) -->", PAGE)) == set(limits.TABLES)


def test_the_readme_says_the_same():
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert filled(readme, limits.TABLES) == readme
    assert "<!-- table: fit, in words -->" in readme


def test_threats_lists_and_bank_orders_rest_on_priors():
    table = calibrated("summary")
    unshown = set(table.loc[~table["identified"].isin(["yes", "partly"]), "address"])
    assert {"parameters.listing_fear", "policies.bank-order.strength", "parameters.weight_pressure"} <= unshown
    assert not {name for name in table["address"] if name.startswith("parameters.weight_")} - unshown
    assert "`listing_fear`, the strength of the bank order of December 2023 and the weights" in TEXT


def test_sentences_say_what_the_tables_say():
    table, scores = calibrated("fit"), calibrated("scores")
    mine = scores[scores["series"] == "all"].set_index("forecaster").loc["posterior"]
    assert f"{table['inside'].sum()} of {len(table)} fitted figures lie in the 90 % band" in " ".join(
        limits.fit_in_words().split()
    )
    said = " ".join(limits.forecast_in_words().split())
    assert f"CRPS is {mine['crps']:.3f}" in said and f"hold {100 * mine['coverage_90']:.0f} % of them" in said
    assert ("too wide" in said) == (mine["coverage_90"] > 0.95)
    identified = (calibrated("summary")["identified"] == "yes").sum()
    assert f"the figures identify {identified} well" in " ".join(limits.identified().split())
