"""Goods that a clause names."""

from __future__ import annotations

from sim.common.good_groups import codes_named


def goods_of(case, clause) -> list[str]:
    """Codes of a clause's goods on the world of a case; a group stands for its goods."""
    return codes_named(clause.goods, case.world.goods, case.world.codes_by_group)
