"""A package of restrictions that raises what it restricts is told; prices, promotion and small change are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import sim
from sim.metrics.run_pair import run_pair
from sim.metrics.strange_outcomes import strange_outcomes
from sim.policies import INSTRUMENTS


def flows(direct: float, hubs: float, price: float = 1.0) -> pd.DataFrame:
    rows = [("AAA", "direct", direct), ("AAA", "via HHH", hubs), ("TTT", "direct", 100.0)]
    table = pd.DataFrame(rows, columns=["origin", "route", "volume_musd"])
    return table.assign(value_musd=price * table["volume_musd"])


def pair(now: pd.DataFrame, usual: pd.DataFrame | None, *kinds: str, two: bool = False) -> Any:
    clauses = [{"kind": kind} for kind in kinds]
    return SimpleNamespace(
        scenario={"policies": clauses}, to_target=now, to_target_without=usual, two_packages=two, coalition={"AAA"}
    )


USUAL = flows(1000.0, 100.0)


def test_both_rises_are_told_in_a_line_each() -> None:
    told = strange_outcomes(pair(flows(1100.0, 100.0), USUAL, "export_ban", "transit_ban"))
    assert [line.split(" rises ")[0] for line in told] == [
        "strange: under restrictions alone what is delivered",
        "strange: under restrictions alone what the coalition sells straight",
    ]
    assert "from 1 to 1.1 bn USD over the run at base-year prices, +10.0 %" in told[1]


def test_what_turns_to_hubs_is_no_rise_of_direct_sales() -> None:
    told = strange_outcomes(pair(flows(900.0, 400.0), USUAL, "export_ban"))
    assert len(told) == 1 and "what is delivered" in told[0]


@pytest.mark.parametrize(
    "odd",
    [
        pair(flows(1000.0, 100.0, price=1.5), USUAL, "export_ban"),  # dearer, not more
        pair(flows(1003.0, 100.0), USUAL, "export_ban"),  # small change
        pair(flows(1100.0, 100.0), USUAL, "export_ban", "trade_promotion"),  # a clause that eases trade
        pair(flows(1100.0, 100.0), USUAL),  # no clause
        pair(flows(1100.0, 100.0), None, "export_ban"),  # one run alone
        pair(flows(1100.0, 100.0), USUAL, "export_ban", two=True),  # two packages
    ],
)
def test_nothing_is_said_of_the_rest(odd: Any) -> None:
    assert strange_outcomes(odd) == ()


def test_instruments_that_ease_trade_are_known() -> None:
    easing = {kind for kind, one in INSTRUMENTS.items() if not one.restricts}
    assert {"trade_promotion", "logistics_hub", "parallel_imports"} <= easing
    assert not easing & {"export_ban", "secondary_banks", "transit_ban", "no_re_export_clause", "licensing_rule"}


def test_the_classroom_is_not_strange_and_a_strange_run_says_so_below_its_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sim.report import run_tables
    from sim.report.plots.run_view import look

    ran = sim.compare("classroom")
    assert strange_outcomes(run_pair(ran)) == ()
    monkeypatch.setattr(run_tables, "strange_outcomes", lambda view: ("strange: it rises",))
    assert run_tables.deliveries(look(ran)).note.endswith("\nstrange: it rises")
