"""Where a duty falls: on the goods of some states at the border of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.policies.regime import Regime


def impose_duty(
    regime: Regime, points: float, borders: tuple[str, ...], on: tuple[str, ...], goods: tuple[str, ...]
) -> None:
    """Puts a duty on goods of states at the borders of others; nobody taxes its own goods.

    Args:
        regime: the month's regime.
        points: the duty in log points, log(1 + rate).
        borders: states that levy it.
        on: states whose goods pay it.
        goods: codes of the goods.
    """
    if points == 0.0:
        return
    index = regime.index
    names = index.world.states
    for border in index.states(borders):
        sellers = tuple(names[state] for state in index.states(on) if state != border)
        if sellers:
            regime.impose("tariff", index.lanes(sellers, goods, (names[border],), through=()), points)
