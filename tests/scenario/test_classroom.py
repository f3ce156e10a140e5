"""The classroom by hand: what docs/classroom.md works out is what the code computes, to nine digits."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import sim
from sim.report.plots.run_view import look
from sim.report.run_tables import run_tables
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


def few_sell_by_hand() -> dict[str, float]:
    """Half of each state's firms participate; outsiders of Beta enter through contacts once the price has risen."""
    banned = weight_of_what_is_banned(195)
    direct = shared_out(195, (FREE + banned, 95))[0]
    price = prices_by_hand(direct + PASSED_ON, BETA)[2]
    margin = 0.5 * math.log(price)
    gain = 0.5 * math.exp(6 * margin)
    wanted = gain / (gain + 0.5)
    entered = 0.2 * (0.5 + 0.02) * (wanted - 0.5)
    participants = 100 + 200 * entered
    betas = shared_out(participants, (0.5 * price, 0.5))[0]
    return {
        "banned": banned, "weight": FREE + banned, "sum": FREE + banned + 95, "direct": direct, "price": price,
        "margin": margin, "gain": gain, "wanted": wanted, "entered": entered, "made": 200 * entered,
        "participants": participants, "half": 0.5 * price, "betas": betas,
    }  # fmt: skip


def test_only_some_firms_sell_to_the_target() -> None:
    run = sim.load("classroom").with_changes(parameters={"participation_exponent": 1}).run()
    hand = few_sell_by_hand()
    assert flows_of(run, "2022-02")["ALPHA", "GAMMA", "direct"] == pytest.approx(hand["direct"], **NEAR)
    assert flows_of(run, "2022-03")["BETA", "GAMMA", "direct"] == pytest.approx(hand["betas"], **NEAR)


def intermediaries_by_hand() -> dict[str, float]:
    """What is passed on grows with the intermediaries, who open by margin and contacts, up to the pool."""
    price = prices_by_hand(FEBRUARY[0] + THROUGH, BETA)[1]
    margin = 0.5 * math.log(price)
    gain = 0.5 * math.exp(6 * margin)
    wanted = gain / (gain + 0.5)
    use = 0.5 + (0.5 + 0.1) * (wanted - 0.5)
    return {"price": price, "margin": margin, "wanted": wanted, "use": use, "passed on": 20 * use}


def test_intermediaries_open() -> None:
    changed = {
        "diversion_hazard": 0, "passing_cost": 0, "intermediary_entry": 1, "first_contact": 0.1, "hub_pool": 0.2,
    }  # fmt: skip
    case = sim.load("classroom").with_changes(parameters=changed, months={"first": "2022-01", "last": "2022-04"})
    flows, hand = case.run(), intermediaries_by_hand()
    for month, passed_on in (("2022-02", THROUGH), ("2022-03", THROUGH), ("2022-04", hand["passed on"])):
        assert flows_of(flows, month)["ALPHA", "GAMMA", "via BETA"] == pytest.approx(passed_on, **NEAR)


# ------------------------------------------------------------------------------------------- the page's arithmetic
def worked_out() -> set[str]:
    """Every number of the page that is worked out, to four places."""
    arrived, later = FEBRUARY[0] + PASSED_ON, MARCH[0] + PASSED_ON
    numbers = [
        BANNED, KEPT_THROUGH, FREE + BANNED, FREE + BANNED + ABROAD + HOME, *FEBRUARY, PASSED_ON, INDEX, ALPHAS, BETAS,
        *PARTS, FEBRUARY[1] + PASSED_ON, arrived, 1.1 * arrived, arrived + BETA, arrived + BETA + 3.2, math.sqrt(0.5),
        FREE * ALPHAS + BANNED, BETA * BETAS, *MARCH, *MARCH_OF_BETA, *MARCH_PRICES[:3], later + MARCH_OF_BETA[0],
        later + MARCH_OF_BETA[0] + 3.2, WANTED_PART, 1 - WANTED_PART,
    ]  # fmt: skip
    numbers += [*few_sell_by_hand().values(), *intermediaries_by_hand().values()]
    return {f"{number:.4f}" for number in numbers}


WANTED_PART = 110 / 160
_WORKED = re.compile(r"\d+\.\d{4}\b")
_SUM = re.compile(r"(?<![\d.])((?:e\^|ln )?[\d(][\d.e×+−/()^ ½]*[\d)½]) = (\d+(?:\.\d+)?)")
_SIGNS = {"×": "*", "−": "-", "½": "0.5", "e^": "exp", "^": "**"}


def sums_of(page: str) -> list[tuple[str, str]]:
    """What a page reckons: an expression, and what stands behind its sign of equality."""
    return _SUM.findall(re.sub(r"\s+", " ", page.replace("**", "").replace("|", " | ")))


def off_by(expression: str, result: str) -> tuple[float, float]:
    """By how much a result is off, and by how much it may be: the last digits of it and of what it is made of."""
    for sign, python in _SIGNS.items():
        expression = expression.replace(sign, python)

    def value(text: str) -> float:
        return float(eval(text, {"__builtins__": {}, "exp": math.exp}))

    allowed = half_of_last(result)
    for found in re.finditer(r"\d+\.\d{4}", expression):
        moved = f"{float(found[0]) + half_of_last(found[0]):.6f}"
        allowed += abs(value(expression[: found.start()] + moved + expression[found.end() :]) - value(expression))
    return abs(value(expression) - float(result)), allowed + 1e-9


def half_of_last(number: str) -> float:
    """Half a unit of the last digit of a number as it is written."""
    return 0.5 * 10.0 ** -len(number.partition(".")[2])


def test_every_number_of_the_page_is_worked_out() -> None:
    stated = set(_WORKED.findall(PAGE))
    assert len(stated) > 40
    assert stated - worked_out() == set()


def test_every_sum_of_the_page_adds_up() -> None:
    sums = sums_of(PAGE)
    assert len(sums) > 20
    for expression, result in sums:
        off, allowed = off_by(expression, result)
        assert off <= allowed, f"{expression} = {result}"


def test_a_wrong_sum_is_seen() -> None:
    ((expression, result),) = sums_of("as 25 × (390 − 50) / (390 − 25) = **23.2897**, it")
    off, allowed = off_by(expression, result)
    assert off > allowed
    assert "218.3227" not in worked_out()


def test_the_screen_has_the_numbers_of_the_page(run: Results) -> None:
    flows, prices, records = (table.frame.to_numpy().tolist() for table in run_tables(look(run))[:3])
    numbers = {cell for row in [*flows, *prices, *records] for cell in row}
    direct, abroad, _ = FEBRUARY
    for number in (
        *FEBRUARY[:2], PASSED_ON, ALPHAS, BETAS, *MARCH[:2], *MARCH_OF_BETA[:2], *MARCH_PRICES[1:3],
        abroad + PASSED_ON, 1.1 * (direct + PASSED_ON),
    ):  # fmt: skip
        assert f"{number:.4f}" in numbers and f"{number:.4f}" in PAGE, number
    assert ["Alpha", "Gamma", "via Beta", "10.0000", "8.5355", "8.5355"] in flows


def test_the_page_states_these_numbers() -> None:
    numbers = BANNED, KEPT_THROUGH, *FEBRUARY, PASSED_ON, INDEX, ALPHAS, BETAS, *PARTS
    for number in (*numbers, *MARCH, *MARCH_OF_BETA, *MARCH_PRICES[:3]):
        assert f"{number:.4f}" in PAGE, number
