"""Two packages side by side: as they are written, and as the law they make month by month."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from sim.analysis.regime_differences import Place, comparable, law_differences, states_in_words
from sim.common.months import month_range, parse_month
from sim.policies.regime import LANE_FIELDS
from sim.policies.schedule import lawbook
from sim.report.catalogue import clause_differences
from sim.report.explanation_tables import law_by_month
from sim.report.terminal import on_screen


def clause(case, name, **changes):
    """A clause of the case, changed."""
    (held,) = [one for one in case.scenario.policies if one.id == name]
    return held.model_dump(mode="json", exclude_none=True) | changes


def rows(first, second):
    """When, field, where, values of every difference."""
    return [
        (row.span, row.field, str(row.place), row.in_words(0), row.in_words(1))
        for row in law_differences(first, second)
    ]


def written(first, second):
    """The table of differences as text without folds."""
    out = Console(file=io.StringIO(), width=400)
    out.print(on_screen(clause_differences(first.scenario, second.scenario)))
    return out.file.getvalue()


@pytest.fixture(scope="module")
def harder(reference):
    return reference.with_changes(policies=[clause(reference, "ban-machinery", strength=0.7)])


class TestAsWritten:
    def test_the_same_twice_is_no_difference(self, reference):
        assert clause_differences(reference.scenario, reference.with_changes().scenario) is None

    def test_a_changed_key_shows_from_to_and_when(self, reference, harder):
        line = written(harder, reference)
        assert "ban-machinery.strength (2022-04-09 on)" in line
        assert line.split("policies")[1].split() == ["0.7", "0.73"]

    def test_a_changed_date_shows(self, reference):
        later = reference.with_changes(policies=[clause(reference, "ban-machinery", effective="2022-06-01")])
        assert "2022-06-01" in (line := written(later, reference)) and "2022-04-09" in line

    def test_remarks_are_no_difference(self, reference):
        noted = reference.with_changes(policies=[clause(reference, "ban-machinery", source="elsewhere", note="n")])
        assert clause_differences(noted.scenario, reference.scenario) is None

    def test_a_clause_in_one_only_shows_what_it_is(self, reference):
        without = reference.with_changes(without=["transit-tr"])
        line = written(reference, without)
        assert "transit_ban by TUR on high_priority, machinery_2022, machinery_later" in line

    def test_a_clause_beyond_the_last_month_says_why_it_is_absent(self, reference):
        short = reference.with_changes(months={"last": "2023-12"})
        line = written(short, reference)
        assert "2021-01 to 2023-12" in line
        gone = {one.id for one in reference.scenario.policies} - {one.id for one in short.scenario.policies}
        assert line.count("begins after its last month") == len(gone)

    @pytest.mark.parametrize(
        ("change", "shown"),
        [
            ({"parameters": {"learning": 0.75}}, "0.75"),
            ({"seed": 9}, "seed"),
            ({"months": {"last": "2024-11"}}, "2021-01 to 2024-11"),
            ({"agents": {"exporters": 1501}}, "agents.exporters"),
            ({"without": ["drone-war-target"]}, "war_need on drones at RUS"),
        ],
    )
    def test_every_other_block_shows(self, reference, change, shown):
        assert shown in written(reference.with_changes(**change), reference)

    def test_a_default_parameter_is_named_as_such(self, reference):
        assert "0.5 (default)" in written(reference.with_changes(parameters={"learning": 0.75}), reference)


class TestMonthByMonth:
    def test_the_same_law_has_none(self, reference):
        assert law_differences(reference, reference.with_changes(parameters={"learning": 0.6}, seed=4)) == []

    def test_a_stronger_ban_is_told_where_and_how_much(self, reference, harder):
        found = rows(harder, reference)
        # The stronger clause is in force from 9 April 2022 and told apart from the earlier ones on the same lines.
        assert found and all(row[0].startswith("2022-04") for row in found)
        assert {row[1] for row in found} == {"banned_share"}
        assert {row[2].rsplit(" ", 1)[1] for row in found} == {"machinery_2022"}

    def test_sides_can_be_swapped(self, reference, harder):
        there, back = rows(harder, reference), rows(reference, harder)
        assert [(*row[:3], row[4], row[3]) for row in there] == back

    def test_a_list_is_one_month_in_one_state(self, reference):
        without = reference.with_changes(without=["list-tr-2024"])
        assert rows(reference, without) == [("2024-02", "traders_listed", "TUR", "16", "0")]

    def test_a_transit_ban_is_a_block_of_cells(self, reference):
        without = reference.with_changes(without=["transit-ae"])
        assert rows(reference, without) == [("2023-11 to 2024-12", "transit_ban", "ARE high_priority", "0.28", "0")]

    def test_months_that_one_does_not_run_are_not_compared(self, reference):
        short = reference.with_changes(months={"last": "2023-12"})
        assert law_differences(short, reference) == []
        assert law_differences(short.with_changes(without=["exit"]), reference)

    def test_blocks_cover_every_lane_that_differs_once(self, reference):
        """The words are not the numbers: what they cover is counted on the regimes themselves."""
        bare = reference.without_policies()
        months = month_range(parse_month("2021-01"), parse_month("2024-12"))
        books = [lawbook(case.world, case.scenario.policies) for case in (reference, bare)]
        for field in LANE_FIELDS:
            apart = [m for m in months if (books[0].regime(m).lane(field) != books[1].regime(m).lane(field)).any()]
            told = [row for row in law_differences(reference, bare) if row.field == field]
            assert sorted({m for row in told for m in month_range(row.first, row.last)}) == apart
            places = [(row.place, m) for row in told for m in month_range(row.first, row.last)]
            assert len(places) == len(set(places))
            values = {pair[0] for row in told for pair in row.values}
            expected = {float(v) for m in apart for v in np.unique(books[0].regime(m).lane(field))}
            neutral = {float(v) for v in np.unique(books[1].regime(months[0]).lane(field))}
            assert values == expected - neutral


class TestWords:
    def test_states_are_named_by_group(self, reference):
        world = reference.world
        place = {code: i for i, code in enumerate(world.states)}
        everyone = set(range(len(world.states)))
        coalition = {i for i, role in enumerate(world.role) if role == "coalition"}
        assert states_in_words(world, everyone) == "all states"
        assert states_in_words(world, coalition) == "coalition"
        assert states_in_words(world, everyone - coalition) == "all but coalition"
        assert states_in_words(world, everyone - {place["RUS"]}) == "all but RUS"
        assert states_in_words(world, coalition | {place["IND"]}) == "coalition, IND"
        assert states_in_words(world, set(world.hubs) - {place["BLR"]}) == "hubs but BLR"
        assert states_in_words(world, {place["TUR"], place["ARE"]}) == "ARE, TUR"

    def test_a_drift_says_start_end_and_what_lies_beyond(self, reference):
        without = reference.with_changes(without=["envoys-2022", "envoys-2023"])
        (row,) = [one for one in law_differences(reference, without) if "TUR" in str(one.place)]
        path = [pair[0] for pair in row.values]
        assert row.in_words(0) == f"{path[0]:.3g} to {path[-1]:.3g} by way of {max(path):.3g}"
        assert row.in_words(1) == "0"

    def test_a_place_leaves_out_what_does_not_matter(self):
        assert str(Place("hubs")) == "hubs"
        assert str(Place("third", "drones", "-> RUS", "coalition firms of")) == "coalition firms of third -> RUS drones"


class TestTable:
    def shown(self, table):
        out = Console(file=io.StringIO(), width=300)
        out.print(on_screen(table))
        return out.file.getvalue()

    def test_is_capped_and_says_so(self, reference):
        bare = reference.without_policies()
        capped, whole = (law_by_month(reference, bare, whole=whole) for whole in (False, True))
        rest = len(whole.frame) - len(capped.frame)
        assert rest > 0 and f"and {rest} more; --all" in self.shown(capped)
        assert "--all" not in self.shown(whole)

    def test_explains_the_fields_it_shows(self, reference, harder):
        assert f"banned share: {LANE_FIELDS['banned_share'].meaning}" in self.shown(
            law_by_month(reference, harder, whole=False)
        )

    def test_same_law_and_other_worlds_are_said(self, reference):
        assert law_by_month(reference, reference, whole=False) == "They make the same law in every month that both run."
        other = dataclasses.replace(reference.world, goods=reference.world.goods[:-1])
        assert not comparable(reference.world, other)
        elsewhere = type(reference)(reference.scenario, other)
        assert "worlds differ" in str(law_by_month(reference, elsewhere, whole=False))
