"""A clause is called by its label in figures, tables and words; its id stays what a file changes it by."""

from __future__ import annotations

import pytest

import sim
from sim.report.catalogue import clauses_by_date
from sim.report.explanation_tables import explained
from sim.report.explanation_text import in_words
from sim.report.names import label_of
from sim.report.notebook_law import law_table
from sim.report.plots import figure
from sim.report.plots.run_view import look

LABEL = "Half of the wares"


@pytest.fixture(scope="module")
def labelled() -> sim.Case:
    return sim.load("classroom").with_changes(policies=[{"id": "ban-half", "label": LABEL}])


def test_figures_mark_an_event_by_the_label(labelled: sim.Case) -> None:
    pair = sim.compare(labelled)
    assert [name for _, name in look(pair).dated_law] == [LABEL]
    drawn, _ = figure("flows_by_origin", pair)
    assert LABEL in {text.get_text() for axes in drawn.axes for text in axes.texts}
    assert [name for _, name in look(sim.compare(sim.load("classroom"))).dated_law] == ["Export ban by Alpha"]


def test_tables_and_words_call_it_by_the_label(labelled: sim.Case) -> None:
    told = sim.explain(labelled, "deliveries_volume@2022-03")
    assert told.clauses["clause"].tolist() == ["ban-half"] and told.clauses["label"].tolist() == [LABEL]
    assert explained(told)[0].texts()[0][0] == LABEL
    assert any(f"'{LABEL}' (export_ban" in sentence for sentence in in_words(told))
    assert LABEL in law_table(labelled.scenario.policies).texts()[0]


def test_the_table_of_clauses_has_both(labelled: sim.Case) -> None:
    assert clauses_by_date(labelled.scenario).texts()[0][0] == f"ban-half\n{LABEL}"
    assert clauses_by_date(sim.load_scenario("classroom")).texts()[0][0] == "ban-half"


def test_without_a_label_the_id_does(labelled: sim.Case) -> None:
    plain = sim.load_scenario("classroom").policies[0]
    assert label_of(plain) == "" and label_of(labelled.scenario.policies[0]) == LABEL
    assert "label" not in [column.head for column in law_table([plain]).columns]


def test_a_label_moves_no_number(labelled: sim.Case) -> None:
    ours, theirs = labelled.run(), sim.load("classroom").run()
    assert ours.flows.equals(theirs.flows) and ours.prices.equals(theirs.prices)


@pytest.mark.parametrize("label", ["", "x" * 61, "two\nlines"])
def test_a_label_is_one_short_line(label: str) -> None:
    with pytest.raises(sim.FaultList, match="label"):
        sim.load("classroom").with_changes(policies=[{"id": "ban-half", "label": label}])


def test_every_clause_that_ships_has_a_label_of_its_own() -> None:
    for name in sim.shipped_scenarios():
        if name == "classroom":
            continue
        labels = [clause.label for clause in sim.load_scenario(name).policies]
        assert None not in labels and len(set(labels)) == len(labels), name
