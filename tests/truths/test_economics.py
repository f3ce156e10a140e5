"""What a referee would try: bans of all by all, closed hubs, every instrument at rising strength; on two worlds.

Each question is asked of a world at rest, without drivers, in expected mode with two rows for each type of firm. That
firms that draw tend to the same is told by :mod:`tests.truths.test_large_numbers`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

import sim
from calibration.targets.priors import load_priors
from sim.metrics import measure
from sim.policies import INSTRUMENTS

WORLDS = ("reference", "red-line")
# What a world's largest neutral supplier is, with the place that its goods could go by.
LARGEST_NEUTRAL = {"reference": ("CHN", "HKG"), "red-line": ("PALMYRA",)}
DRAWS = 5
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
EXACT = 1e-9
Clause = dict[str, Any]


@lru_cache(maxsize=8)
def still(name: str, last: str = "2023-01", rows: int = 2) -> sim.Case:
    """The world of a scenario without policies and drivers."""
    case = sim.load(name, posterior="none").without_policies()
    case = case.with_changes(
        without=[one.id for one in case.scenario.drivers], months={"first": "2022-01", "last": last}
    )
    types = len(case.with_changes(agents={"exporters": 20_000, "mode": "expected"}).model().base.active)
    return case.with_changes(agents={"exporters": rows * types, "intermediaries": 110, "mode": "expected"})


def enforcing(case: sim.Case) -> sim.Case:
    """The same where every state puts all its effort into its law."""
    return sim.Case(case.scenario, replace(case.world, enforcement_effort=np.ones(len(case.world.states))))


def clause(kind: str, **fields: object) -> Clause:
    """A clause of all goods that comes into force after the first month."""
    return {
        "id": kind.replace("_", "-"), "kind": kind, "towards": ["target"], "effective": "2022-02-01",
        "source": "a question", **fields,
    }  # fmt: skip


BAN = clause("export_ban", id="ban", by=["coalition"], strength=0.9)


def sold(case: sim.Case) -> np.ndarray:
    """Goods that reach the target, musd of the base year by (month, direct or through hubs, origin)."""
    source = case.run().source
    base, world = source.base, source.world
    out = np.zeros((len(source.record.delivered), 2, len(world.states)))
    foreign = np.flatnonzero(base.origin != world.target)
    for k in np.flatnonzero(base.destination == world.target):
        np.add.at(out[:, int(base.hub[k] >= 0)].T, base.origin[foreign], source.record.delivered[:, foreign, k].T)
    return out


def others(world: sim.World) -> list[str]:
    return [code for at, code in enumerate(world.states) if at != world.target]


# ------------------------------------------------------------------------------------------------------ own law binds
@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("enforces", [True, False])
def test_a_ban_of_all_by_all_ends_four_fifths_of_the_trade_within_a_year(name, enforces):
    """With all their effort, and by their capacity alone."""
    case, world = still(name), still(name).world
    law = clause("export_ban", by=others(world), strength=1)
    banned = sold((enforcing(case) if enforces else case).with_changes(policies=[law]))[-1].sum()
    assert banned < 0.2 * sold(case)[-1].sum()


def left_by_own_ban(name: str) -> dict[str, tuple[float, float]]:
    """What a state's own ban, enforced, leaves within a year of its direct sales, and of its goods by every route."""
    case = still(name)
    usual, found = sold(case)[-1], {}
    for code in others(case.world):
        at = case.world.states.index(code)
        if usual[0, at] > 1.0:
            now = sold(enforcing(case).with_changes(policies=[clause("export_ban", by=[code], strength=1)]))[-1, :, at]
            found[code] = (now[0] / usual[0, at], now.sum() / usual[:, at].sum())
    return found


@pytest.mark.parametrize("name", WORLDS)
def test_a_ban_of_all_by_one_state_ends_four_fifths_of_its_sales(name):
    left = {code: direct for code, (direct, _) in left_by_own_ban(name).items()}
    assert len(left) > 3 and max(left.values()) < 0.2, left


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("reference", marks=pytest.mark.xfail(
            strict=True, reason="Hong Kong: 42 % left; most of its goods reach the target through China, whose "
            "distributors its ban hardly reaches (diversion_hazard)",
        )),
        "red-line",
    ],
)  # fmt: skip
def test_nor_do_four_fifths_of_its_goods_come_by_other_ways(name):
    left = {code: by_every_route for code, (_, by_every_route) in left_by_own_ban(name).items()}
    assert max(left.values()) < 0.2, left


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("enforces", [True, False])
def test_a_ban_of_the_largest_neutral_supplier_ends_its_sales_and_no_hub_makes_them_good(name, enforces):
    case = still(name).with_changes(policies=[BAN])
    mine = [case.world.states.index(code) for code in LARGEST_NEUTRAL[name]]
    law = clause("export_ban", by=list(LARGEST_NEUTRAL[name]), strength=1)
    before = sold(case)[-1][:, mine]
    after = sold((enforcing(case) if enforces else case).with_changes(policies=[law]))[-1][:, mine]
    assert after.sum() < 0.2 * before.sum()
    assert after[1].sum() - before[1].sum() < 0.05 * before.sum()


# ----------------------------------------------------------------------------------------------------------- the hubs
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("reference", marks=pytest.mark.xfail(
            strict=True, reason="prices rise where hubs carried much: Singapore +7 %, Hong Kong +6 %, Turkiye +5 %",
        )),
        "red-line",
    ],
)  # fmt: skip
def test_closing_all_hubs_raises_nobodys_direct_sales_by_a_twentieth(name):
    case = still(name).with_changes(policies=[BAN])
    hubs = [case.world.states[hub] for hub in case.world.hubs]
    shut = clause("route_closure", by=["coalition"], origins=["all"], through=hubs, strength=1)
    before, after = sold(case).sum(axis=0), sold(case.with_changes(policies=[BAN, shut])).sum(axis=0)
    sells = before[0] > 1.0
    assert after[1].sum() < 0.1 * before[1].sum() and after.sum() < before.sum()
    grown = after[0, sells] / before[0, sells] - 1.0
    assert grown.max() < 0.05, dict(zip(np.array(case.world.states)[sells], grown.round(3), strict=True))


# ----------------------------------------------------------------------------------------------------------- the pool
@pytest.mark.parametrize("name", WORLDS)
def test_nobody_sells_more_than_it_could_make(name):
    """An army that wants fifty times as much, and a coalition that sells it nothing."""
    case = still(name, "2024-12")
    target = case.world.states[case.world.target]
    war = {"id": "war", "what": "war_need", "destination": target, "path": {"2022-02": 50}, "source": "a question"}
    model = case.with_changes(policies=[{**BAN, "strength": 1}], drivers=[war]).model()
    base, made = model.base, model.base.flow.sum(axis=1)
    own = (base.origin != model.world.target) & (made > 0.0)
    for _ in range(36):
        model.step()
        contracted = model.state.shipments.contracted
        outside = base.background * model.state.outlook.background_activity
        np.testing.assert_allclose((contracted - outside).sum(axis=1), base.volume, rtol=EXACT, atol=1e-12)
        there = contracted[:, model.constants.ends_at_target].sum(axis=1)
        assert (there[own] < made[own]).all()
    neutral = own & (base.headquarters == 1) & (base.flow[:, 0] > 0.0)
    assert (there[neutral] / base.flow[neutral].T[0]).max() > 2.0, "nobody was asked for much more"


# ------------------------------------------------------------------------------------------------------- expected mode
@pytest.mark.parametrize("name", WORLDS)
def test_twice_the_rows_move_no_flow_by_two_percent(name):
    """A year's flow of any origin by any route to any place, under the whole package of the scenario."""
    case, years = sim.load(name, posterior="none").with_changes(months={"first": "2022-01", "last": "2023-12"}), []
    for rows in (2, 4):
        agents = still(name, rows=rows).scenario.agents
        flows = case.with_changes(agents=agents.model_dump()).run().flows
        keys = [flows["month"].str[:4], "origin", "destination", "route"]
        years.append(flows.groupby(keys)["volume_musd"].sum())
    apart = (years[0] / years[1] - 1.0).abs()
    assert len(apart) > 30 and apart.max() < 0.02, apart.idxmax()


# ------------------------------------------------------------------------------------------------------------ payments
@pytest.mark.parametrize("name", WORLDS)
def test_a_stronger_bank_order_never_ends_in_more_trade(name):
    case = still(name, "2023-12")
    order = clause("secondary_banks", by=["coalition"], against=["third"])
    trade = [
        sold(case.with_changes(policies=[BAN, {**order, "strength": strength}])).sum(axis=(1, 2))
        for strength in STRENGTHS
    ]
    steps = np.diff(trade, axis=0) / trade[0]
    assert steps.max() <= EXACT and steps[:, 1:].min() < -0.005


# -------------------------------------------------------------------------------------------------- every instrument
@dataclass(frozen=True)
class Question:
    """What an instrument is meant to move.

    Attributes:
        kind: the instrument, with the clause of its own example where nothing else is said.
        moves: the metric.
        rises: whether it rises with the strength.
        restricts: whether all that the clause does is to restrict trade with the target.
        full: its full strength.
        under: clauses that are in force besides.
        fields: of the clause.
    """

    kind: str
    moves: str
    rises: bool = False
    restricts: bool = True
    full: float = 1.0
    under: tuple[Clause, ...] = (BAN,)
    fields: Clause = field(default_factory=dict)


PRESSED = clause(
    "diplomatic_pressure", id="press", by=["coalition"], against=["third"], strength=2, half_life_months=600
)
WARNED = clause("secondary_traders", id="warn", by=["coalition"], against=["third"], strength=2)
HALTED = clause("transit_ban", id="halt", by=["hubs"], strength=0.5)
TRADE = "deliveries_volume"
QUESTIONS = (
    Question("null_policy", TRADE, fields={"by": ["coalition"]}),
    Question("export_ban", f"{TRADE}[from_coalition,direct]", under=()),
    Question("export_ban", f"{TRADE}[from_third]", fields={"by": ["third"]}),
    Question("licensing_rule", f"{TRADE}[from_third]", fields={"towards": ["target", "hubs"]}),
    Question("currency_ban", f"{TRADE}[direct]", under=()),
    Question("price_cap", TRADE, under=()),
    Question("corporate_exit", f"{TRADE}[from_coalition,direct,coalition_brand]", full=3.0, under=()),
    Question("no_re_export_clause", f"{TRADE}[from_coalition,hubs]"),
    Question("inspection_campaign", "seized[from_coalition]", rises=True, fields={"by": ["coalition"]}),
    Question("route_closure", f"{TRADE}[from_coalition,direct]", fields={"through": []}),
    Question("route_closure", f"{TRADE}[from_coalition,hubs]"),
    Question("secondary_traders", f"{TRADE}[from_third,direct]", full=3.0),
    Question("secondary_banks", f"{TRADE}[from_third]", fields={"against": ["third"]}),
    Question("entity_listing", f"{TRADE}[from_third,direct]", full=2000.0),
    Question("entity_listing", f"{TRADE}[hubs]", full=50.0,
             fields={"who": "traders", "firms_in": ["hubs"], "every_month": True}),
    Question("designation_budget", f"{TRADE}[from_third,direct]", full=200.0),
    Question("designation_budget", f"{TRADE}[hubs]", full=200.0, fields={"who": "traders"}),
    Question("red_line", f"{TRADE}[from_third]", full=8.0, fields={"multiple": 1.01}),
    Question("diplomatic_pressure", "enforcement_effort[third]", rises=True, full=4.0),
    Question("transit_ban", f"{TRADE}[hubs]", fields={"fidelity": 1}),
    Question("transit_tracking", f"{TRADE}[hubs]", under=(BAN, HALTED), fields={"fidelity": 1}),
    Question("tariff", f"{TRADE}[from_third,to_coalition]", restricts=False),
    Question("retaliation", "enforcement_effort[coalition]", restricts=False, full=0.2, fields={"rate": 0}),
    Question("blocking_law", f"{TRADE}[from_third,direct]", rises=True, restricts=False, under=(BAN, WARNED)),
    Question("trade_promotion", f"{TRADE}[from_third,direct]", rises=True, restricts=False, full=0.5),
    Question("logistics_hub", f"{TRADE}[hubs]", rises=True, restricts=False, full=0.5),
    Question("parallel_imports", f"{TRADE}[hubs,coalition_brand]", rises=True, restricts=False, full=0.5),
    Question("supply_commitment", "enforcement_effort[third]", restricts=False, under=(BAN, PRESSED),
             fields={"build_up_months": 1}),
    Question("partner_courting", "enforcement_effort[third]", restricts=False, full=4.0, under=(BAN, PRESSED),
             fields={"partners": ["third"]}),
)  # fmt: skip


def drawn(seed: int) -> dict[str, float]:
    """Parameters drawn from their priors."""
    priors = [prior for prior in load_priors() if prior.kind == "parameters"]
    points = np.random.default_rng(seed).standard_normal(len(priors))
    return {prior.name: float(prior.value(point)) for prior, point in zip(priors, points, strict=True)}


@lru_cache(maxsize=2 * DRAWS)
def answers(name: str, seed: int) -> np.ndarray:
    """What each instrument moves, and all that reaches the target, by (question, strength, either), a month's mean."""
    case = still(name, "2022-08", rows=1).with_changes(parameters=drawn(seed))
    found = np.zeros((len(QUESTIONS), len(STRENGTHS), 2))
    at_rest: dict[tuple[str, ...], Any] = {}
    for q, question in enumerate(QUESTIONS):
        example = {key: list(value) if isinstance(value, tuple) else value
                   for key, value in INSTRUMENTS[question.kind].example.items()}  # fmt: skip
        law = {**clause(question.kind), **example, "towards": ["target"], "effective": "2022-03-01", **question.fields}
        names = [f"{metric}@2022-03:2022-08" for metric in (question.moves, TRADE)]
        for n, strength in enumerate(STRENGTHS):
            under = tuple(one["id"] for one in question.under)
            source = at_rest.get(under) if strength == 0.0 else None
            if source is None:
                strong = {**law, "strength": strength * question.full}
                source = case.with_changes(policies=[*question.under, strong]).run().source
            if strength == 0.0:
                at_rest[under] = source
            measured = measure(source, names)
            found[q, n] = [measured[one] for one in names]
    return found


# Nothing crosses a line, or evades by a hub, under some draws of so short a time.
MAY_REST = ("red_line", "transit_tracking")


def named(question: Question) -> str:
    return f"{question.kind} on {question.moves}"


def test_every_instrument_is_asked_about():
    assert {question.kind for question in QUESTIONS} == set(INSTRUMENTS)


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("name", WORLDS)
def test_the_stronger_an_instrument_the_more_it_moves_what_it_is_meant_to(name, seed):
    wrong, idle = {}, set()
    for question, values in zip(QUESTIONS, answers(name, seed)[:, :, 0], strict=True):
        steps = np.diff(values if question.rises else -values)
        if steps.min() < -EXACT * values[0]:
            wrong[named(question)] = values / values[0]
        if abs(values[-1] - values[0]) <= 1e-6 * values[0]:
            idle.add(question.kind)
    assert not wrong, wrong
    assert {"null_policy"} <= idle <= {"null_policy", *MAY_REST}, idle


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("name", WORLDS)
def test_no_restriction_raises_all_deliveries(name, seed):
    raised = {
        named(question): values / values[0]
        for question, values in zip(QUESTIONS, answers(name, seed)[:, :, 1], strict=True)
        if question.restricts and values.max() > values[0] * (1 + EXACT)
    }
    assert not raised, raised
