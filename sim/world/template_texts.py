"""What the template of a world says in words: its settings, and a scenario on it, both commented."""

from __future__ import annotations

import re
from collections.abc import Sequence

SCENARIO = "scenario.yaml"
_YEARS = 3  # that the scenario runs
_MOST_FIRMS = 20_000


def settings_text(year: str, target: tuple[str, str], goods: int) -> str:
    """Return world.yaml.

    Args:
        year: The base year.
        target: Code and name of the target.
        goods: How many goods there are.
    """
    return f"""\
# A world: who the states are, what is traded, and who sold what to whom in a base year. The tables beside this file:
#
#   states.csv     a state a row. role: coalition, target (one state), third, buyer (its price moves too), rest.
#                  is_hub: 1 if it may pass goods to the target. coalition_hq_share: share of its exports by firms with
#                  headquarters in the coalition. alignment: -1 against the target to 1 with it. Exposures: shares of
#                  its technology imports from, and of its exports to, the coalition. enforcement_effort: 0 to 1.
#                  records: its import office counts by origin or by consignment. reexport_habit: flagged, merged,
#                  overland, unrecorded. Empty cells of the rest are neutral.
#   goods.csv      a good a row. hs_codes: what it covers, for the reader. military_sensitivity and ambiguity: 0 to 1.
#                  coalition_brand_share: share of the world's supply under a coalition brand. price_elasticity: between
#                  origins, positive. parts: the good it can be shipped as in parts. groups: names between semicolons.
#   baseline.csv   a row for every two states and good: exports as the origin's office records them, FOB, million
#                  US dollars a year; 0 where there was no trade. status: observed, derived, imputed.
#                  sd_log: standard error of its logarithm.
#   reexports.csv  a row for every hub and good: what of its record towards the target is others' goods.
#   season.csv     twelve factors of mean 1 for a destination whose demand has a season; may be empty, as here.
#
# Optional: onward.csv (routes through two hubs), pairs.csv, totals.csv, published.csv (figures to lay runs beside).
# `sim world show FOLDER` says what is known of it; `sim check FOLDER/{SCENARIO}` reports every fault with its place.
title: "A new world: {goods} goods, target {_plain(target[1])}"
base_year: "{year}"
target: "{target[0]}"
# Other destinations that scenarios follow, such as the other side of a war.
other_buyers: []
currency: "USD"
notes:
  - "Written by `sim world new`; every number is made up."
sources:
  - "template: name here where the tables are from"
"""


def scenario_text(year: int, target: tuple[str, str], hubs: Sequence[str], good: tuple[str, str], cells: int) -> str:
    """Return the scenario, which bans a good.

    Args:
        year: The base year.
        target: Code and name of the target.
        hubs: Codes of the hubs.
        good: Code and name of the good.
        cells: States times goods, by which the number of firms goes.
    """
    firms = min(_MOST_FIRMS, 60 * cells)
    more = (
        f"""\
  # Law of a hub, and a threat to its traders: take the marks away, and see what changes (`sim explain`).
  # - id: transit-stop
  #   kind: transit_ban
  #   by: [{hubs[0]}]
  #   towards: [{target[0]}]
  #   goods: [{good[0]}]
  #   effective: {year + 2}-01-01
  #   strength: 0.6
  #   source: made up
  # - id: threat
  #   kind: secondary_traders
  #   by: [coalition]
  #   towards: [{target[0]}]
  #   against: [{", ".join(hubs)}]
  #   goods: [{good[0]}]
  #   effective: {year + 2}-01-01
  #   strength: 0.6
  #   source: made up
"""
        if hubs
        else ""
    )
    return f"""\
# A scenario on the world in this folder. Check it, run it:
#   sim check FOLDER/{SCENARIO}
#   sim run FOLDER/{SCENARIO}
title: A ban on {_plain(good[1])} to {_plain(target[1])}
question: How much still arrives when the coalition bans it, and by which route?
sources: ["template: made up"]
world: .
# Begin with the base year, so that law finds the world as the tables have it.
months: {{first: {year}-01, last: {year + _YEARS - 1}-12}}
seed: 1
# expected: firms spread over routes by their odds, without the noise of draws; sampled: each draws its own.
agents: {{exporters: {firms}, intermediaries: {max(30, 30 * len(hubs))}, mode: expected}}
# Parameters are at the centres of their priors: `sim list parameters` has them all, with sources.
parameters: {{}}
# What moves demand from outside, dated: `what: macro` with a path such as {{{year + 1}-01: 1.1}}, held after it.
drivers: []
policies:
  - id: ban
    kind: export_ban
    by: [coalition]
    towards: [{target[0]}]
    goods: [{good[0]}]
    effective: {year + 1}-03-01
    strength: 0.8
    source: made up
{more}"""


def _plain(text: str) -> str:
    """Return a name as it can stand inside a plain or quoted text of YAML."""
    return re.sub(r"[^\w .,()'-]", "", text)
