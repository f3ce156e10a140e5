"""Licensing rule: a share of a good's lines leaves the state only with a licence, granted by declared end use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.fields import AnyStates, Share
from sim.policies.base import Policy

if TYPE_CHECKING:
    from sim.regime import Regime

DAYS_PER_MONTH = 365.25 / 12


class LicensingRule(Policy):
    """Puts applications into a queue and grants them by declared end use.

    A sale through a hub is declared to the hub: it needs a licence only if the hub is among the destinations, which is
        how
    an exempted partner, or a partner's neighbour, stays open.
    """

    kind: Literal["licensing_rule"] = "licensing_rule"
    strength: Share = Field(description="Share of the goods' lines, by value, on the control list.")
    odds_civil: Share = Field(default=0.95, description="Odds of a licence where civil use is declared.")
    odds_military: Share = Field(default=0.1, description="Odds of a licence where military use is declared.")
    processing_days: float = Field(default=60.0, gt=0, le=1000, description="Mean days from application to decision.")
    fidelity: Share = Field(default=1.0, description="Practice against the letter: 1 applies the law as written.")
    exempt: AnyStates = Field(default=(), description="Destinations that practice exempts.")

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the licence share, lowers the odds, sets the delay."""
        share = self.strength * self.fidelity * self.in_force_share(month)
        if share == 0.0:
            return
        index = regime.index
        bound = set(index.states(self.towards)) - set(index.states(self.exempt))
        codes = tuple(index.world.states[i] for i in sorted(bound))
        hubs = tuple(index.world.states[i] for i in sorted(bound & set(index.hub_states)))
        where = [index.lanes(self.by, self.goods, codes, through=())]
        if hubs:
            where.append(index.through_only(self.by, self.goods, hubs))
        for lanes in where:
            regime.impose("licence_share", lanes, share)
            regime.impose("licence_odds_civil", lanes, self.odds_civil)
            regime.impose("licence_odds_military", lanes, self.odds_military)
            regime.impose("licence_delay_months", lanes, self.processing_days / DAYS_PER_MONTH)
