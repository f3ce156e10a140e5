"""The classroom by hand: what docs/classroom.md works out is what the code computes, to nine digits."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import sim
from sim.simulation.results import Results

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "classroom.md").read_text(encoding="utf-8")
NEAR = {"rel": 1e-9, "abs": 1e-9}

# The base year, million dollars a month: Alpha's wares to Gamma, to Beta, at home; through Beta; Beta's own.
DIRECT, ABROAD, HOME, THROUGH = 100.0, 90.0, 200.0, 10.0
BETA, BETA_ABROAD, BETA_HOME = 50.0, 50.0, 100.0
# What a ban of half of the lines leaves: Alpha enforces by half, so half of the banned sales go on; where the law has
# half the hazard, the root of that.
FREE = 0.5 * DIRECT
KEPT_THROUGH = 0.5 + 0.5 * math.sqrt(0.5)


def shared_out(pool: float, weights: tuple[float, ...]) -> list[float]:
    """A pool of sales shared out by weights."""
    return [pool * weight / sum(weights) for weight in weights]


def weight_of_what_is_banned(pool: float) -> float:
    """At which half of the banned sales go on, though what is given up is sold by all routes, the banned lines too."""
    go_on = 0.5 * FREE
    return go_on * (pool - FREE) / (pool - go_on)


def prices_by_hand(coalition: float, neutral: float) -> tuple[float, float, float, float, float]:
    """Index of all wares, price and part of the market of each brand; arrivals and wants are padded by 2 %."""
    arrived = coalition + neutral + 160 * 0.02
    index = 160 * 1.02 / arrived
    parts = (coalition + 110 * 0.02) / arrived, (neutral + 50 * 0.02) / arrived
    prices = (index * (usual / part / 160) ** 0.25 for usual, part in zip((110, 50), parts, strict=True))
    return (index, *prices, *parts)


BANNED = weight_of_what_is_banned(390)
FEBRUARY = shared_out(390, (FREE + BANNED, ABROAD, HOME))
PASSED_ON = THROUGH * KEPT_THROUGH
INDEX, ALPHAS, BETAS, *PARTS = prices_by_hand(FEBRUARY[0] + PASSED_ON, BETA)
# Elasticity 2, of which half is believed: weights of free lines rise as the price index does.
MARCH = shared_out(390, (FREE * ALPHAS + BANNED, ABROAD, HOME))
MARCH_OF_BETA = shared_out(200, (BETA * BETAS, BETA_ABROAD, BETA_HOME))
MARCH_PRICES = prices_by_hand(MARCH[0] + PASSED_ON, MARCH_OF_BETA[0])


@pytest.fixture(scope="module")
def run() -> Results:
    return sim.load("classroom").run()


def flows_of(run: Results, month: str) -> dict[tuple[str, str, str], float]:
    rows = run.flows[run.flows["month"] == month]
    keys = zip(rows["origin"], rows["destination"], rows["route"], strict=True)
    return dict(zip(keys, rows["volume_musd"].astype(float), strict=True))


@pytest.mark.parametrize(
    ("month", "alphas", "through", "betas"),
    [
        ("2022-01", (DIRECT, ABROAD, HOME), THROUGH, (BETA, BETA_ABROAD, BETA_HOME)),
        ("2022-02", FEBRUARY, PASSED_ON, (BETA, BETA_ABROAD, BETA_HOME)),
        ("2022-03", MARCH, PASSED_ON, MARCH_OF_BETA),
    ],
)
def test_every_flow_is_what_the_hand_computes(
    run: Results, month: str, alphas: list[float], through: float, betas: list[float]
) -> None:
    flows = flows_of(run, month)
    assert flows["ALPHA", "GAMMA", "direct"] == pytest.approx(alphas[0], **NEAR)
    assert flows["ALPHA", "BETA", "direct"] == pytest.approx(alphas[1], **NEAR)
    assert flows["ALPHA", "GAMMA", "via BETA"] == pytest.approx(through, **NEAR)
    assert flows["BETA", "GAMMA", "direct"] == pytest.approx(betas[0], **NEAR)
    assert flows["BETA", "ALPHA", "direct"] == pytest.approx(betas[1], **NEAR)
    assert len(flows) == 5


def test_the_prices_are_what_the_hand_computes(run: Results) -> None:
    rows = run.prices[run.prices["destination"] == "GAMMA"]
    keys = zip(rows["month"], rows["brand_origin"], strict=True)
    price = dict(zip(keys, rows["price_index"].astype(float), strict=True))
    by_hand = {"2022-01": (1.0, 1.0), "2022-02": (ALPHAS, BETAS), "2022-03": MARCH_PRICES[1:3]}
    for month, (coalition, neutral) in by_hand.items():
        assert price[month, "coalition"] == pytest.approx(coalition, **NEAR)
        assert price[month, "neutral"] == pytest.approx(neutral, **NEAR)


def test_what_the_offices_write_down(run: Results) -> None:
    rows = run.recorded[run.recorded["month"] == "2022-02"]
    keys = zip(rows["reporter"], rows["flow"], rows["partner"], strict=True)
    records = dict(zip(keys, rows["value_musd"].astype(float), strict=True))
    direct, abroad, _ = FEBRUARY
    assert records["ALPHA", "export", "BETA"] == pytest.approx(abroad + PASSED_ON, **NEAR)
    assert records["ALPHA", "export", "GAMMA"] == pytest.approx(direct, **NEAR)
    assert records["BETA", "re-export", "GAMMA"] == pytest.approx(PASSED_ON, **NEAR)
    assert records["GAMMA", "import", "ALPHA"] == pytest.approx(1.1 * (direct + PASSED_ON), **NEAR)
    for number in (abroad + PASSED_ON, direct + PASSED_ON, 1.1 * (direct + PASSED_ON)):
        assert f"{number:.4f}" in PAGE


def test_only_some_firms_sell_to_the_target() -> None:
    """Half of each state's firms participate; outsiders of Beta enter through contacts once the price has risen."""
    run = sim.load("classroom").with_changes(parameters={"participation_exponent": 1}).run()
    banned = weight_of_what_is_banned(195)
    direct = shared_out(195, (FREE + banned, 95))[0]
    price = prices_by_hand(direct + PASSED_ON, BETA)[2]
    margin = 0.5 * math.log(price)
    gain = 0.5 * math.exp(6 * margin)
    wanted = gain / (gain + 0.5)
    entered = 200 * 0.2 * (0.5 + 0.02) * (wanted - 0.5)
    betas = shared_out(100 + entered, (0.5 * price, 0.5))[0]
    assert flows_of(run, "2022-02")["ALPHA", "GAMMA", "direct"] == pytest.approx(direct, **NEAR)
    assert flows_of(run, "2022-03")["BETA", "GAMMA", "direct"] == pytest.approx(betas, **NEAR)
    for number in (banned, direct, price, margin, wanted, entered, betas):
        assert f"{number:.4f}" in PAGE, number


def test_intermediaries_open() -> None:
    """What is passed on grows with the intermediaries, who open by margin and contacts, up to the pool."""
    changed = {
        "diversion_hazard": 0, "passing_cost": 0, "intermediary_entry": 1, "first_contact": 0.1, "hub_pool": 0.2,
    }  # fmt: skip
    case = sim.load("classroom").with_changes(parameters=changed, months={"first": "2022-01", "last": "2022-04"})
    flows = case.run()
    price = prices_by_hand(FEBRUARY[0] + THROUGH, BETA)[1]
    margin = 0.5 * math.log(price)
    gain = 0.5 * math.exp(6 * margin)
    wanted = gain / (gain + 0.5)
    use = 0.5 + (0.5 + 0.1) * (wanted - 0.5)
    for month, passed_on in (("2022-02", THROUGH), ("2022-03", THROUGH), ("2022-04", 20 * use)):
        assert flows_of(flows, month)["ALPHA", "GAMMA", "via BETA"] == pytest.approx(passed_on, **NEAR)
    for number in (price, margin, wanted, use, 20 * use):
        assert f"{number:.4f}" in PAGE, number


def test_the_page_states_these_numbers() -> None:
    numbers = BANNED, KEPT_THROUGH, *FEBRUARY, PASSED_ON, INDEX, ALPHAS, BETAS, *PARTS
    for number in (*numbers, *MARCH, *MARCH_OF_BETA, *MARCH_PRICES[:3]):
        assert f"{number:.4f}" in PAGE, number
