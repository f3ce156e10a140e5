"""The classroom by hand: what docs/classroom.md works out is what the code computes, to nine digits."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import sim
from sim.simulation.results import Results

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "classroom.md").read_text(encoding="utf-8")
NEAR = {"rel": 1e-9, "abs": 1e-9}

# The base year, million dollars a month: Alpha's wares to Gamma, through Beta, to Beta, at home.
DIRECT, THROUGH, ABROAD = 100.0, 10.0, 90.0
HOME = DIRECT + THROUGH + ABROAD
ALL = DIRECT + THROUGH + ABROAD + HOME
# What a ban of half of the lines leaves of a road: the banned half keeps e to the minus fear, and fear is
# aversion 2 x effort 0.5 on the road that customs see, half of it on the road through Beta.
KEPT_DIRECT = 0.5 + 0.5 * math.exp(-2 * 0.5)
KEPT_THROUGH = 0.5 + 0.5 * math.exp(-2 * 0.5 * 0.5)


def flows_by_hand(market: float) -> tuple[float, float, float]:
    """Direct, through Beta, to Beta: Alpha's 400 shared out by weights; ``market`` is what Gamma's price adds."""
    weights = (DIRECT * KEPT_DIRECT * market, THROUGH * KEPT_THROUGH * market, ABROAD, HOME)
    return tuple(ALL * weight / sum(weights) for weight in weights[:3])


def price_rise(arrived: float) -> float:
    """Log points that the price rises in the month, at speed 0.5, while demand falls with it.

    The gap is the log of demand over arrivals, both padded by 2 %; the code takes it from five terms of its series, and
    so does the hand. Demand falls with elasticity 1 for the good and 4 between brands, of which Alpha's is 110 of 160.
    """
    wanted, came = 110.0 * 1.02, arrived + 110.0 * 0.02
    ratio = (wanted - came) / (wanted + came)
    gap = 2 * sum(ratio**power / power for power in (1, 3, 5, 7, 9))
    own = 1 * 110 / 160 + 4 * 50 / 160
    return gap * (1 - math.exp(-0.5 * own)) / own


FEBRUARY = flows_by_hand(1.0)
RISE = price_rise(FEBRUARY[0] + FEBRUARY[1])
# Elasticity 2 x response 1: the price draws sellers.
MARCH = flows_by_hand(math.exp(2 * 1 * RISE))


@pytest.fixture(scope="module")
def run() -> Results:
    return sim.load("classroom").run()


def flows_of(run: Results, month: str) -> dict[tuple[str, str, str], float]:
    rows = run.flows[run.flows["month"] == month]
    keys = zip(rows["origin"], rows["destination"], rows["route"], strict=True)
    return dict(zip(keys, rows["volume_musd"].astype(float), strict=True))


@pytest.mark.parametrize(
    ("month", "hand"),
    [("2022-01", (DIRECT, THROUGH, ABROAD)), ("2022-02", FEBRUARY), ("2022-03", MARCH)],
)
def test_every_flow_is_what_the_hand_computes(run: Results, month: str, hand: tuple[float, float, float]) -> None:
    flows = flows_of(run, month)
    assert flows["ALPHA", "GAMMA", "direct"] == pytest.approx(hand[0], **NEAR)
    assert flows["ALPHA", "GAMMA", "via BETA"] == pytest.approx(hand[1], **NEAR)
    assert flows["ALPHA", "BETA", "direct"] == pytest.approx(hand[2], **NEAR)
    # Beta's own trade has no law, and its brand's price has not moved before these months.
    assert flows["BETA", "GAMMA", "direct"] == pytest.approx(50.0, **NEAR)
    assert flows["BETA", "ALPHA", "direct"] == pytest.approx(50.0, **NEAR)
    assert len(flows) == 5


def test_the_price_is_what_the_hand_computes(run: Results) -> None:
    rows = run.prices[(run.prices["destination"] == "GAMMA") & (run.prices["brand_origin"] == "coalition")]
    price = dict(zip(rows["month"], rows["price_index"].astype(float), strict=True))
    assert price["2022-01"] == pytest.approx(1.0, **NEAR)
    assert price["2022-02"] == pytest.approx(math.exp(RISE), **NEAR)


def test_what_the_offices_write_down(run: Results) -> None:
    rows = run.recorded[run.recorded["month"] == "2022-02"]
    keys = zip(rows["reporter"], rows["flow"], rows["partner"], strict=True)
    records = dict(zip(keys, rows["value_musd"].astype(float), strict=True))
    direct, through, abroad = FEBRUARY
    assert records["ALPHA", "export", "BETA"] == pytest.approx(abroad + through, **NEAR)
    assert records["ALPHA", "export", "GAMMA"] == pytest.approx(direct, **NEAR)
    assert records["BETA", "re-export", "GAMMA"] == pytest.approx(through, **NEAR)
    assert records["GAMMA", "import", "ALPHA"] == pytest.approx(1.1 * (direct + through), **NEAR)


def test_roads_that_are_close_substitutes() -> None:
    """Similarity 0.5: squares within the nest, the root of their mean outside."""
    run = sim.load("classroom").with_changes(parameters={"similarity": 0.5}).run()
    nest = DIRECT * KEPT_DIRECT**2, THROUGH * KEPT_THROUGH**2
    mean = sum(nest) / (DIRECT + THROUGH)
    pulls = [weight * math.sqrt(mean) / mean for weight in nest]
    total = sum(pulls) + ABROAD + HOME
    flows = flows_of(run, "2022-02")
    assert flows["ALPHA", "GAMMA", "direct"] == pytest.approx(ALL * pulls[0] / total, **NEAR)
    assert flows["ALPHA", "GAMMA", "via BETA"] == pytest.approx(ALL * pulls[1] / total, **NEAR)
    assert flows["ALPHA", "GAMMA", "via BETA"] > FEBRUARY[1]
    for number in (mean, *pulls, total, ALL * pulls[0] / total, ALL * pulls[1] / total):
        assert f"{number:.4f}" in PAGE


def test_the_page_states_these_numbers() -> None:
    weights = DIRECT * KEPT_DIRECT, THROUGH * KEPT_THROUGH
    sums = sum(weights) + ABROAD + HOME
    pull = math.exp(2 * RISE)
    for number in (KEPT_DIRECT, KEPT_THROUGH, *weights, sums, *FEBRUARY, RISE, math.exp(RISE), pull, *MARCH):
        assert f"{number:.4f}" in PAGE, number
