"""What a spread may be called: 90 % only of enough draws."""

from __future__ import annotations

import pytest

from sim.common.spread import FEWEST, ends_of, part_of, shares_of


@pytest.mark.parametrize("count", [1, 2, 4, FEWEST - 1])
def test_few_draws_claim_no_ninety_percent(count: int) -> None:
    assert shares_of(count) == (0.0, 1.0)
    assert "90" not in part_of(count) + part_of(count, "worlds") and "%" not in ends_of(count)


def test_enough_draws_do() -> None:
    assert shares_of(FEWEST) == (0.05, 0.95)
    assert part_of(FEWEST, "worlds") == "90 % of worlds" and ends_of(FEWEST) == "5 %, 95 %"
