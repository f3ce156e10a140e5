"""No measure that only adds restrictions raises what it restricts: more listings, no more of what is listed."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.rules.parameters import PARAMETERS

SINCE = "2022-06"
TO_CHINA = {"by": ["USA"], "towards": ["RUS"], "who": "exporters", "effective": "2022-06-28", "source": "a test"}
ONCE = {"id": "more", "kind": "entity_listing", "firms_in": ["CHN"], "goods": ["high_priority"], **TO_CHINA}
MEASURES = {
    # Strengths in firms, a month but for "a list". Where most firms of a good are listed, the listed, who do not leave
    # the market, can count for more than what fear a very strong protection leaves (docs/odd.md, 2c): from 60 a month.
    "a budget": ({"id": "more", "kind": "designation_budget", "against": ["CHN", "IND"], **TO_CHINA}, (3, 10, 30)),
    "a list": (ONCE, (3, 10, 30)),
    "a list every month": ({**ONCE, "every_month": True}, (1, 3, 10)),
}


def sold(case: sim.Case) -> float:
    """What is listed, from where it is listed, to the target; musd."""
    flows = case.run().to_target()
    mine = (flows["origin"] == "CHN") & (flows["route"] == "direct") & (flows["month"] >= SINCE)
    return float(flows[mine & (flows["good"] == "high_priority")]["volume_musd"].sum())


@pytest.mark.parametrize("protection", ["middle", "highest"])
def test_more_listings_never_raise_deliveries_of_what_is_listed(reference: sim.Case, protection: str) -> None:
    """On top of all law there is, other listings among it, whose fear the state's protection takes off too."""
    shield = PARAMETERS["weight_shield"]
    value = shield.default if protection == "middle" else shield.high
    case = reference.with_changes(parameters={"weight_shield": value}, months={"last": "2024-12"})
    none = sold(case)
    for name, (clause, strengths) in MEASURES.items():
        found = [none, *(sold(case.with_changes(policies=[{**clause, "strength": firms}])) for firms in strengths)]
        assert (np.diff(found) < 0.0).all(), f"{name}: {found}"
