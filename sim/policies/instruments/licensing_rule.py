"""Licensing rule: a share of a good's lines leaves the state only with a licence, granted by declared end use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from sim.common.fields import AnyStates, Share
from sim.common.parsing import wrong
from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from sim.policies.lane_index import LaneIndex, Lanes
    from sim.policies.regime import Regime

DAYS_PER_MONTH = 365.25 / 12


class LicensingRule(Policy):
    """Puts applications into a queue and grants them by declared end use.

    A sale through a hub is declared to the hub: it needs a licence only if the hub is among the destinations, which is
    how an exempted partner, or a partner's neighbour, stays open. Practice may also be lenient towards some
    destinations without saying so: part of what the letter controls then leaves them as if it were not controlled.

    Forms covered: China's Export Control Law of 17 October 2020 and the announcements under it, such as No. 28 of 31
    July 2023 on drones (45 working days by law); licences of the EU and the US before a ban.
    """

    wielder: ClassVar[str] = "Third states"
    reach: ClassVar[Reach] = Reach(
        "firms in `by`", "sales to `towards` but `exempt`", "direct; through hubs that are in `towards`"
    )
    example: ClassVar[Mapping[str, object]] = {"by": ("third",), "towards": ("target", "hubs"), "strength": 0.6}

    kind: Literal["licensing_rule"] = "licensing_rule"
    strength: Share = Field(description="Share of the goods' lines, by value, on the control list.", examples=[0.5])
    odds_civil: Share = Field(default=0.95, description="Odds of a licence where civil use is declared.")
    odds_military: Share = Field(default=0.1, description="Odds of a licence where military use is declared.")
    processing_days: float = Field(default=60.0, gt=0, le=1000, description="Mean days from application to decision.")
    fidelity: Share = Field(default=1.0, description="Practice against the letter: 1 applies the law as written.")
    exempt: AnyStates = Field(default=(), description="Destinations that practice exempts.")
    leniency: Share = Field(default=0.0, description="Share of the list that practice waves through, where lenient.")
    lenient_towards: AnyStates = Field(default=(), description="Destinations (the target, hubs) it is lenient towards.")

    @model_validator(mode="after")
    def _lenient_towards_somebody(self) -> Self:
        if self.leniency > 0.0 and not self.lenient_towards:
            raise wrong("leniency without `lenient_towards`; name the destinations, such as lenient_towards: [target]")
        return self

    def shape(self, regime: Regime, month: int) -> None:
        """Raises the licence share, lowers the odds, sets the delay; before, tells of what is coming."""
        coming = self.strength * self.fidelity * self.coming_share(month)
        for share, lanes in self._bound(coming, regime.index):
            if share > 0.0:
                regime.impose("coming", lanes, share)
        letter = self.strength * self.fidelity * self.in_force_share(month)
        for share, lanes in self._bound(letter, regime.index):
            if share > 0.0:
                regime.impose("licence_share", lanes, share)
                regime.impose("licence_odds_civil", lanes, self.odds_civil)
                regime.impose("licence_odds_military", lanes, self.odds_military)
                regime.impose("licence_delay_months", lanes, self.processing_days / DAYS_PER_MONTH)

    def _bound(self, letter: float, index: LaneIndex) -> Iterator[tuple[float, Lanes]]:
        """Share of lines that need a licence, and the lanes: where practice is strict, and where it is lenient."""
        bound = set(index.states(self.towards)) - set(index.states(self.exempt))
        lenient = set(index.states(self.lenient_towards)) if self.leniency > 0.0 else set()
        for share, there in ((letter, bound - lenient), (letter * (1.0 - self.leniency), bound & lenient)):
            codes = tuple(index.world.states[i] for i in sorted(there))
            hubs = tuple(index.world.states[i] for i in sorted(there & set(index.hub_states)))
            if codes:
                yield share, index.lanes(self.by, self.goods, codes, through=())
            if hubs:
                yield share, index.through_only(self.by, self.goods, hubs)
