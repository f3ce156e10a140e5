"""docs/limits.md: its tables are the code's, and the numbers in its sentences those of the shipped posterior."""

from __future__ import annotations

import re

from docs.pages import limits
from docs.pages.limits import calibrated, record
from docs.pages.marked import filled
from tests.pages.reading import DOCS, prose

PAGE = (DOCS / "limits.md").read_text(encoding="utf-8")
TEXT = " ".join(prose(PAGE).split())
WORDS = {4: "four", 11: "eleven", 14: "fourteen"}


def test_the_tables_are_those_of_the_code():
    """Make them anew with `python -m docs.pages.limits`."""
    assert filled(PAGE, limits.TABLES) == PAGE
    assert set(re.findall(r"<!-- table: (.*) -->", PAGE)) == set(limits.TABLES)


def test_what_the_sentences_say_of_parameters():
    table = calibrated("summary")
    well, partly = ((table["identified"] == verdict).sum() for verdict in ("yes", "partly"))
    said = f"{WORDS[well].capitalize()} of {len(table)} free parameters are identified well, {partly} in part."
    assert said in TEXT
    assert f"For the other {len(table) - well - partly} the posterior is the prior" in TEXT
    unshown = set(table.loc[~table["identified"].isin(["yes", "partly"]), "address"])
    assert {"parameters.listing_fear", "policies.bank-order.strength", "parameters.weight_pressure"} <= unshown
    assert not {name for name in table["address"] if name.startswith("parameters.weight_")} - unshown
    run = record()
    assert f"{run['effective_draws_after_check']} effective draws" in TEXT
    assert f"R-hat is {run['sampler']['rhat']:.2f}" in TEXT


def test_what_the_sentences_say_of_the_fit():
    table = calibrated("fit")
    assert f"{table['inside'].sum()} of {len(table)} fitted figures lie in the 90 % band" in TEXT
    assert f"The median figure is missed by {table['miss'].abs().median():.0f} %" in TEXT
    outside = table[~table["inside"]]
    hubs = outside["id"].str.contains("kgz|arm").sum()
    assert f"{WORDS[hubs].capitalize()} of these {WORDS[len(outside)]} are about Kyrgyzstan or Armenia" in TEXT
    priority = outside[outside["id"].str.contains("kgz-rus-priority")]
    assert (priority["miss"] > 0).all() and len(priority)
    others = outside[outside["id"].str.contains("-from-(?:usa|chn)")]
    assert (others["miss"] < 0).all() and len(others)
    own = record()["discrepancy_median"].values()
    assert 0.18 < min(own) < 0.22 and 0.47 < max(own) < 0.55 and "from a fifth to half a log point" in TEXT


def test_what_the_sentences_say_of_the_held_out_year():
    table = calibrated("scores")
    mine = table[table["series"] == "all"].set_index("forecaster")
    assert mine.loc["posterior", "coverage_90"] == 1.0 and "held all of them" in TEXT
    assert 0.2 < mine.loc["posterior, parameters alone", "coverage_90"] < 0.3 and "hold about a quarter" in TEXT
    judged = calibrated("judgements")
    judged = judged[judged["forecaster"] == "posterior"]
    assert judged.loc[judged["measure"] == "fall", "right"].all()
    assert not judged.loc[judged["measure"] == "trough", "right"].any()
