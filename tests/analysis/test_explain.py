"""Explanations add up, credit who did it, and say nothing that their tables do not hold."""

from __future__ import annotations

import math
from itertools import permutations

import pandas as pd
import pytest

import sim
from sim.analysis.explained_metric import ExplainedMetric, address_of_question
from sim.analysis.frozen_responses import RESPONSES, frozen, not_quite_frozen
from sim.analysis.shapley import coalitions_of, in_full, orders_of, shares
from sim.report.notebook import page_of
from sim.rules.parameters import PARAMETERS

DRONES = "deliveries_volume[drones,from_CHN]@2022-06"
KEPT = ("ban-special-first", "exit", "fear-of-2022", "ban-priority")


@pytest.fixture(scope="module")
def few(reference):
    """Four clauses of the reference package, run until summer 2022."""
    without = [clause.id for clause in reference.scenario.policies if clause.id not in KEPT]
    return reference.with_changes(without=without, months={"first": "2022-01", "last": "2022-08"})


@pytest.fixture(scope="module")
def told(few):
    return sim.explain(few, DRONES, agents=None)


@pytest.fixture(scope="module")
def sampled_orders(reference):
    """The reference package, too many clauses to work out in full."""
    short = reference.with_changes(months={"first": "2022-01"})
    return sim.explain(short, "deliveries_volume[high_priority,from_EU27,hubs]@2022-06", orders=2, agents=None)


class TestTablesAddUp:
    def test_worked_out_in_full(self, told):
        assert told.orders == 0 and told.change != 0
        assert told.clauses["effect"].sum() == pytest.approx(told.change, abs=1e-9)
        assert told.actors["effect"].sum() == pytest.approx(told.change, abs=1e-9)

    def test_by_orders_drawn(self, sampled_orders):
        told = sampled_orders
        assert told.orders == 2 and len(told.clauses) > 8
        assert told.clauses["effect"].sum() == pytest.approx(told.change, abs=1e-9)
        assert told.actors["effect"].sum() == pytest.approx(told.change, abs=1e-9)
        assert told.clauses["share_of_change"].sum() == pytest.approx(1.0, abs=1e-9)

    def test_by_kind_as_by_clause(self, few, told):
        by_kind = sim.explain(few, DRONES, by="kind", agents=None)
        assert by_kind.change == told.change
        assert by_kind.clauses["effect"].sum() == pytest.approx(told.change, abs=1e-9)
        assert dict(zip(by_kind.clauses["kind"], by_kind.clauses["clauses"], strict=True))["export_ban"] == 2


class TestAmounts:
    def test_are_those_of_the_flows_table(self, few, told):
        for case, amount in ((few, told.with_policy), (few.without_policies(), told.without)):
            flows = case.run().to_target()
            asked = flows[(flows["month"] == "2022-06") & (flows["good"] == "drones") & (flows["origin"] == "CHN")]
            assert asked["volume_musd"].sum() == pytest.approx(amount, rel=1e-12)

    @pytest.mark.parametrize("route", ["direct", "hubs", "KGZ", ""])
    def test_of_every_route_value_and_span(self, few, route):
        words = ",".join(["drones,optics,from_coalition,from_IND,coalition_brand", *([route] if route else [])])
        one = ExplainedMetric.of(f"deliveries_value[{words}]@2022-03:2022-05", few.world, few.scenario.months)
        results = few.run()
        flows = results.to_target()
        states = [*results.record["coalition"], "IND"]
        ways = {"direct": flows["route"] == "direct", "hubs": flows["route"] != "direct", "": flows["route"] != ""}
        asked = flows[
            flows["month"].between("2022-03", "2022-05") & flows["good"].isin(["drones", "optics"])
            & flows["origin"].isin(states) & (flows["brand_origin"] == "coalition")
            & ways.get(route, flows["route"] == "via KGZ")
        ]  # fmt: skip
        assert asked["value_musd"].sum() > 0
        assert one.measured(results) == pytest.approx(asked["value_musd"].sum() / 3, rel=1e-12)
        for parts in (one.by_route(), one.by_origin()):
            assert sum(part.measured(results) for part in parts.values()) == pytest.approx(one.measured(results))
        assert set(one.by_origin()) == set(states)

    def test_words_of_before_are_the_address_of_today(self, few):
        question = {
            "good": "drones,optics", "origin": ["coalition", "IND"], "route": "via KGZ", "month": "2022-03:2022-05",
            "brand_origin": "coalition", "measure": "value",
        }  # fmt: skip
        address = "deliveries_value[drones,optics,from_coalition,from_IND,KGZ,coalition_brand]@2022-03:2022-05"
        assert address_of_question(question) == address
        assert address_of_question({"month": "2022-03", "destination": "UKR"}) == "deliveries_volume[to_UKR]@2022-03"
        assert str(ExplainedMetric.of(address, few.world, few.scenario.months).address) == address

    def test_do_not_hang_on_months_that_come_later(self, few, told):
        longer = few.with_changes(months={"last": "2022-10"})
        assert sim.explain(longer, DRONES, agents=None).clauses.equals(told.clauses)


class TestCredit:
    def test_a_single_clause_has_the_whole_effect(self, few):
        alone = few.with_changes(without=[name for name in KEPT if name != "exit"])
        told = sim.explain(alone, "deliveries_volume[machinery,from_EU27]@2022-06", agents=None)
        assert told.clauses.loc[0, "clause"] == "exit" and told.change < 0
        assert told.clauses.loc[0, "effect"] == told.change
        assert told.clauses.loc[0, "error"] == 0.0

    def test_a_clause_that_shapes_nothing_has_none(self, few):
        nothing = {"id": "no-law", "kind": "null_policy", "by": ["EU27"], "towards": ["RUS"], "strength": 1,
                   "effective": "2022-02-01", "source": "test"}  # fmt: skip
        told = sim.explain(few.with_changes(policies=[nothing]), DRONES, agents=None)
        effect = told.clauses.set_index("clause")["effect"]
        assert effect["no-law"] == 0.0 and effect["ban-special-first"] != 0.0

    def test_a_clause_on_another_good_has_an_effect_only_by_fear_and_by_what_intermediaries_carry(self, few, told):
        apart = {"overcompliance": 0.0, **frozen(["intermediaries"])}
        calm = sim.explain(few.with_changes(parameters=apart), DRONES, agents=None)
        effects = [one.clauses.set_index("clause")["effect"].abs() for one in (calm, told)]
        assert effects[0]["ban-priority"] < 0.01 * effects[0].max()
        assert effects[1]["ban-priority"] > 3 * effects[0]["ban-priority"]

    def test_the_order_in_the_file_does_not_matter(self, few, told):
        data = few.scenario.as_data()
        turned = sim.parse_scenario(
            sim.Scenario.model_validate(data | {"policies": few.scenario.policies[::-1]}).resolved_yaml()
        )
        again = sim.explain(sim.Case(turned, few.world), DRONES, agents=None)
        pd.testing.assert_frame_equal(again.clauses, told.clauses)

    def test_what_is_not_yet_announced_is_left_out_and_said(self, reference):
        told = sim.explain(reference, "deliveries_volume[drones,from_CHN]@2022-02", orders=1, agents=None)
        assert "bank-order" in told.left_out and "bank-order" not in set(told.clauses["clause"])
        assert f"Left out: {len(told.left_out)} clauses" in told.words[-1]

    def test_nobody_responds_where_all_are_frozen(self, few):
        still = few.with_changes(parameters=frozen(RESPONSES))
        told = sim.explain(still, DRONES, agents=None)
        rows = told.actors.set_index("who")["effect"]
        assert rows["law"] == pytest.approx(told.change, abs=1e-9)
        assert rows.drop("law").abs().max() < 1e-9


class TestShares:
    OUTCOME = staticmethod(lambda some: 3.0 * ("a" in some) - ("b" in some) + 2.0 * ({"a", "c"} <= some))

    def test_exact_shares_are_the_mean_over_all_orders(self):
        players = ["a", "b", "c"]
        outcome = {some: self.OUTCOME(some) for some in coalitions_of(players, 1)}
        steps = {name: [] for name in players}
        for order in permutations(players):
            for place, name in enumerate(order):
                before = frozenset(order[:place])
                steps[name].append(outcome[before | {name}] - outcome[before])
        for name, share in shares(players, 1, outcome).items():
            assert share.effect == pytest.approx(sum(steps[name]) / 6, abs=1e-12)
            assert (share.lowest, share.highest) == (min(steps[name]), max(steps[name]))
        assert shares(players, 1, outcome)["a"].effect == pytest.approx(4.0)

    def test_drawn_orders_come_near_the_exact_shares(self):
        players = [chr(ord("a") + n) for n in range(9)]
        outcome = {some: self.OUTCOME(some) for some in coalitions_of(players, 24)}
        assert not in_full(players, 24)
        found = shares(players, 24, outcome)
        assert found["a"].effect == pytest.approx(4.0, abs=1e-9), "a pair of an order and its reverse is exact here"
        assert found["b"] == pytest.approx((-1.0, 0.0, -1.0, -1.0), abs=1e-12)

    def test_orders_are_stable_shuffles_each_with_its_reverse(self):
        players = list("abcdefgh")
        found = orders_of(players, 3)
        assert found == orders_of(players[::-1], 3)
        assert all(sorted(order) == players for order in found)
        assert [order[::-1] for order in found[::2]] == found[1::2]
        assert len(set(found)) == 6

    def test_one_pair_has_no_error_to_tell(self):
        players = list("abcdefgh")
        outcome = {some: float(len(some)) for some in coalitions_of(players, 1)}
        assert math.isnan(shares(players, 1, outcome)["a"].error)


def test_responses_freeze_within_bounds():
    settings = frozen(RESPONSES)
    assert all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in settings.items())
    assert settings["effort_speed"] == settings["learning"] == settings["intermediary_entry"] == 0.0
    assert settings["expectation_speed"] == 0.0 and settings["return_delay"] == PARAMETERS["return_delay"].high
    assert set(not_quite_frozen()) == {"return_delay", "pain_limit"}


class TestWords:
    def test_name_the_largest_clause_with_its_size_and_source(self, told):
        top = told.clauses.iloc[0]
        (sentence,) = [said for said in told.words if f"'{top['label']}'" in said and "Source:" in said]
        assert f"{top['effect']:+.3f}" in sentence
        assert str(top["effective"]) in sentence and top["source"][:40] in sentence

    def test_are_few_and_start_with_the_change(self, told, sampled_orders):
        for one in (told, sampled_orders):
            assert 3 <= len(one.words) <= 10
            assert one.metric.words in one.words[0] and one.metric.span in one.words[0]
        assert "all combinations" in told.words[-1]
        assert "±" in sampled_orders.words[-1]

    def test_say_so_where_nothing_changed(self, few):
        free = few.without_policies()
        told = sim.explain(free, DRONES, agents=None)
        assert told.change == 0.0 and told.clauses.empty
        assert "the same with the package and without" in told.words[0] and len(told.words) == 1

    def test_stand_in_notebooks_with_the_tables(self, told):
        html = page_of(told)
        assert told.words[0][:30] in html and html.count("<table") == 2
        assert "Explanation of Drones from China" in repr(told)


@pytest.mark.parametrize(
    ("metric", "more", "said"),
    [
        ("deliveries_volume[drone]", {}, "did you mean 'drones'"),
        ("deliveries_volume[from_CHM]", {}, "did you mean 'from_CHN'"),
        ("deliveries_volume[KZG]", {}, "did you mean 'KGZ'"),
        ("deliveries_volume[to_RUSS]", {}, "did you mean 'to_RUS'"),
        ("deliveries_volume[to_UKR,hubs]", {}, "only goods for the target pass hubs"),
        ("deliveries_volum", {}, "did you mean 'deliveries_volume'"),
        ("deliveries_volume@2023-13", {}, "no month 2023-13"),
        ("deliveries_volume@2025-01", {}, "not within the months that are run, 2022-01 to 2022-08"),
        ("deliveries_volume@2022-06:2022-03", {}, "comes before the first"),
        ("deliveries_volume", {"good": "drones"}, "the metric and 'good'"),
        (None, {"goods": "drones", "month": "2022-06"}, "did you mean 'good'"),
        (None, {"measure": "tons", "month": "2022-06"}, "unknown measure 'tons'"),
        (None, {}, "expected the address of a metric"),
        ("diversion_ratio@2022-06", {}, "is not a number in one of the runs"),
        ("deliveries_volume", {"by": "state"}, "unknown grouping"),
        ("deliveries_volume", {"orders": 0}, "at least 1"),
    ],
)
def test_faults(few, metric, more, said):
    with pytest.raises(sim.SimError, match=said):
        sim.explain(few, metric, **more, agents=None)


def test_every_fault_of_an_address_is_named_at_once(few):
    with pytest.raises(sim.FaultList) as caught:
        sim.explain(few, "deliveries_volume[drone,from_CHM]@2030-01")
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("metric", ["shortfall[machinery]@2022-06", "announced_policy[TUR,KAZ]@2022-08"])
def test_any_number_can_be_explained(few, metric):
    told = sim.explain(few, metric, agents=None)
    assert told.change != 0.0
    assert told.clauses["effect"].sum() == pytest.approx(told.change, abs=1e-9)
    assert told.actors["effect"].sum() == pytest.approx(told.change, abs=1e-9)
    assert told.metric.words in told.words[0] and "By road" not in " ".join(told.words)


def test_the_question_of_before_gives_the_same_answer(few, told):
    with pytest.warns(FutureWarning, match="write the address 'deliveries_volume"):
        again = sim.explain(few, good="drones", origin="CHN", month="2022-06", agents=None)
    pd.testing.assert_frame_equal(again.clauses, told.clauses)


def test_progress_counts_every_run(few):
    seen = []
    told = sim.explain(few, DRONES, agents=None, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (told.runs, told.runs) and [done for done, _ in seen] == list(range(1, told.runs + 1))
