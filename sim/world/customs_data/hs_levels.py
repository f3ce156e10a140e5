"""Adds up the figures of one lane by good, so that a heading and the lines below it are not both counted.

Codes nest: a chapter is the sum of its headings, a heading of its lines. Where a file has both, the lines count, and
what the heading has beyond them stays with the heading. A heading that lines of another good stand below can only be
given to its own good where those lines were asked for in the same download (some row of the same office and period
names them); otherwise nobody knows how much of it is theirs. If one group of goods holds all of them the group has the
figure, and the builder of the world splits it; else the goods concerned are left out of the lane.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sim.world.customs_data.hs_codes import Goods
from sim.world.customs_data.trade_record import ALL_GOODS, HIDDEN

# Headings and the sums of their lines differ by rounding.
_ROUNDING = 1e-6
KEPT, DROPPED, DOUBLE, SHIFTED = "kept", "dropped", "double counting avoided", "shifted"
_UNKNOWN = "no good of the mapping has the code"
_COARSE = "a heading that holds several goods, and the lines that tell them apart are not in the files"
_SECRET = "secret below the heading (the office hides the code), good unknown"
_REMAINDER = "what a heading has beyond its lines, given to the heading's good"
_EXCESS = "lines exceed their heading; the lines are taken"


@dataclass
class Settled:
    """A lane by good.

    Attributes:
        goods: Good, or group of goods -> million US dollars.
        vague: Goods that the lane's rows do not suffice for.
        summed: Sum over all codes that stand below no other, million US dollars; includes what no good has.
        fates: Code -> what became of its row, and why.
        remarks: (what, reason, musd) of parts of rows.
    """

    goods: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    vague: set[str] = field(default_factory=set)
    summed: float = 0.0
    fates: dict[str, tuple[str, str]] = field(default_factory=dict)
    remarks: list[tuple[str, str, float]] = field(default_factory=list)


def settle(values: Mapping[str, float], seen: Collection[str], goods: Goods) -> Settled:
    """Add up the figures of a lane by good.

    Args:
        values: Code -> million US dollars; without the row over all goods.
        seen: Codes, and beginnings of codes, that the office names for any partner in the period.
        goods: Which code belongs to which good.
    """
    settled = Settled()
    below: dict[str, float] = defaultdict(float)
    for code, musd in values.items():
        parent = _nearest_above(code, values)
        if parent:
            below[parent] += musd
        else:
            settled.summed += musd
    for code, musd in values.items():
        own = musd
        if code in below:
            own = _beyond(settled, code, musd, below[code])
            if own <= 0:
                continue
        _give(settled, code, own, seen, goods)
    return settled


def _nearest_above(code: str, values: Mapping[str, float]) -> str:
    """Return the longest heading of a code that has a row; a secret remainder stands below its heading as well."""
    digits = code.removesuffix(HIDDEN)
    lengths = range(len(digits) if code != digits else len(digits) - 1, 1, -1)
    return next((digits[:length] for length in lengths if digits[:length] in values), ALL_GOODS)


def _beyond(settled: Settled, code: str, musd: float, lines: float) -> float:
    """Return what a heading has beyond its lines, nothing within rounding."""
    beyond = musd - lines
    settled.fates[code] = (DOUBLE, "a heading whose lines are there as well")
    if abs(beyond) <= _ROUNDING * max(musd, lines):
        return 0.0
    if beyond < 0:
        settled.remarks.append((SHIFTED, _EXCESS, -beyond))
    return beyond


def _give(settled: Settled, code: str, musd: float, seen: Collection[str], goods: Goods) -> None:
    """Give a row, or what a heading has beyond its lines, to a good."""
    digits = code.removesuffix(HIDDEN)
    good = goods.of(digits)
    rivals = goods.below(digits) if len(digits) < 8 else {}
    unseen = {rival for spec, rival in rivals.items() if code != digits or spec not in seen}
    remainder = code in settled.fates
    if code != digits and unseen:
        settled.fates[code] = (DROPPED, _SECRET)
    elif unseen and (group := goods.together({good, *unseen})):
        settled.goods[group] += musd
        settled.fates.setdefault(code, (KEPT, "figure of a group of goods"))
    elif unseen:
        settled.vague |= ({good} | unseen) - {""}
        settled.fates.setdefault(code, (DROPPED, _COARSE))
        if remainder:
            settled.remarks.append(("set aside", _COARSE, musd))
    elif not good:
        settled.fates.setdefault(code, (DROPPED, _UNKNOWN))
    else:
        settled.goods[good] += musd
        settled.fates.setdefault(code, (KEPT, "figure of a good"))
        if remainder:
            settled.remarks.append((SHIFTED, _REMAINDER, musd))
