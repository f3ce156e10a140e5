"""Outcomes that a package of restrictions should not have: told in a line, so that nobody reads past them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.policies import INSTRUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sim.metrics.run_pair import RunPair

# Rises below these shares are noise of draws and small change: of the flow itself, and of all deliveries.
LEAST_RISE, LEAST_PART = 0.02, 0.005
_DIRECT, _BILLION = "direct", 1000.0


def strange_outcomes(pair: RunPair) -> tuple[str, ...]:
    """Sentences on flows that rise by much under a package that only restricts; none where nothing does.

    Volumes count, since a ban raises prices.

    Args:
        pair: A run and its counterfactual; of one run alone, of two packages, and of a package with a clause that
            eases trade nothing is said.
    """
    kinds = [str(clause["kind"]) for clause in pair.scenario.get("policies") or ()]
    without = pair.to_target_without
    if not kinds or without is None or pair.two_packages:
        return ()
    if not all(kind in INSTRUMENTS and INSTRUMENTS[kind].restricts for kind in kinds):
        return ()
    whole = float(without["volume_musd"].sum())
    flows = {"what is delivered": _all, "what the coalition sells straight": _direct_of(pair)}
    told = []
    for name, chosen in flows.items():
        now, usual = (float(table.loc[chosen(table), "volume_musd"].sum()) for table in (pair.to_target, without))
        if now - usual > max(LEAST_RISE * usual, LEAST_PART * whole):
            change = f"{100 * (now / usual - 1):+.1f} %" if usual > 0.0 else "from nothing"
            ends = f"from {usual / _BILLION:,.4g} to {now / _BILLION:,.4g} bn USD"
            rise = f"{ends} over the run at base-year prices, {change}"
            told.append(f"strange: under restrictions alone {name} rises {rise}; `sim explain` says by which clause")
    return tuple(told)


def _all(table: pd.DataFrame) -> pd.Series[bool]:
    return table["volume_musd"] > 0.0


def _direct_of(pair: RunPair) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    return lambda table: table["origin"].isin(pair.coalition) & (table["route"] == _DIRECT)
