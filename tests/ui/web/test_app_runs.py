"""The pairs behind the page: the same numbers as the library's, no world run twice, nothing run on for what is over."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.common.errors import SimError
from sim.experiments.ensemble import few_rows
from sim.metrics.run_pair import RunPair
from sim.simulation.intervals import KEYS
from sim.simulation.simulation import Case
from sim.ui.web import figures
from sim.ui.web.figures import BANDED
from sim.ui.web.headline import COLUMNS, headline, key_figures, usual_year, yearly, yearly_table, years
from sim.ui.web.paired_runs import Runs, Shown
from sim.ui.web.scenario_choice import drafted
from sim.ui.web.worker import AT_ONCE, BESIDE, OvertakenError, Turns, Worker
from tests.posteriors import write_posterior

COLUMN = {"parameters.aversion": [4.0, 5.0, 8.0, 6.0], "policies.ban.strength": [0.9, 0.5, 0.4, 0.95]}


@pytest.fixture(scope="module")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A posterior of the classroom world that seems to ship."""
    clause = sim.load("classroom").scenario.policies[0].id
    columns = {
        name.replace("policies.ban.strength", f"policies.{clause}.strength"): values for name, values in COLUMN.items()
    }
    folder = write_posterior(tmp_path_factory.mktemp("posterior"), columns)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sim.simulation.posterior.shipped", lambda _: folder)
        yield folder


def all_draws(runs: Runs, shown: Shown, turns: Turns) -> Shown:
    for number in shown.missing:
        shown = runs.draw(shown, number, turns.take())
    return shown


def test_without_a_posterior_there_are_no_bands_and_it_says_so() -> None:
    shown = Runs().pair(sim.load("classroom"), Turns().take())
    assert shown.wanted == ()
    assert "no posterior ships with world" in shown.believed.words
    assert shown.banded().bands is None


def test_the_pair_is_the_librarys(reference: Case) -> None:
    paired = sim.compare(few_rows(reference))
    shown = Runs().pair(reference, Turns().take(), fitted=False)
    table = shown.table.set_index("period")
    expected = paired.summary()
    for name in ("policy_busd", "baseline_busd", "change_percent"):
        pd.testing.assert_series_equal(table[name], expected[name], check_names=False, rtol=1e-12)
    flows = paired.policy.to_target()
    late = flows[flows["month"].str.startswith("2023")]
    hidden = 1.0 - late["recorded_musd"].sum() / late["value_musd"].sum()
    assert table.loc["2023", "hidden_percent"] == pytest.approx(100.0 * hidden, rel=1e-12)
    dearer = late["value_musd"].sum() / late["volume_musd"].sum()
    usual = paired.baseline.to_target()
    usual = usual[usual["month"].str.startswith("2023")]
    cheaper = usual["value_musd"].sum() / usual["volume_musd"].sum()
    assert table.loc["2023", "premium_percent"] == pytest.approx(100.0 * (dearer / cheaper - 1.0), rel=1e-12)


def test_bands_are_those_of_the_ensemble(posterior: Path) -> None:
    case, runs, turns = sim.load("classroom"), Runs(), Turns()
    shown = all_draws(runs, runs.pair(case, turns.take()), turns)
    assert shown.missing == ()
    bands = shown.banded(*BANDED).bands
    whole = sim.ensemble(case, draws=4, posterior=posterior).bands
    assert bands is not None
    assert bands.record == whole.record
    ours, theirs = (one.table[one.table["figure"].isin(BANDED)].set_index(KEYS) for one in (bands, whole))
    assert len(ours)
    pd.testing.assert_frame_equal(ours, theirs.reindex(ours.index), rtol=1e-12)


def test_a_world_without_policies_is_run_once(posterior: Path) -> None:
    draft, runs, turns = drafted("classroom"), Runs(), Turns()
    clause = draft.chosen.scenario.policies[0].id
    all_draws(runs, runs.pair(draft.chosen, turns.take()), turns)
    assert runs.worlds_run == 4
    draft.change(clause, "strength", "0.1")
    read = draft.read()
    assert read.case is not None
    shown = all_draws(runs, runs.pair(read.case, turns.take()), turns)
    assert runs.worlds_run == 4
    assert shown.running[f"policies.{clause}.strength"] == 0.1
    fresh = Runs().pair(read.case, turns.take())
    pd.testing.assert_frame_equal(shown.table, fresh.table, check_exact=True)
    draft.change("", "aversion", "3.25")
    other = draft.read().case
    assert other is not None
    runs.pair(other, turns.take())
    assert runs.worlds_run == 5
    assert runs.pair(read.case, turns.take()).missing == ()  # what was there a moment ago is there at once


def test_what_runs_is_told_where_it_is_fitted(posterior: Path) -> None:
    draft, turns = drafted("classroom"), Turns()
    clause = draft.chosen.scenario.policies[0]
    fitted = Runs().pair(draft.chosen, turns.take()).running
    written = Runs().pair(draft.chosen, turns.take(), fitted=False).running
    assert (fitted[f"policies.{clause.id}.strength"], fitted["parameters.aversion"]) == (0.9, 4.0)
    assert written[f"policies.{clause.id}.strength"] == clause.strength


def test_a_run_that_is_over_ends_in_its_month() -> None:
    turns, runs = Turns(), Runs()
    turn = turns.take()
    months = []

    class Counting(type(turn)):  # type: ignore[misc]
        def go_on(self, *done: object) -> None:
            months.append(done)
            if len(months) == 5:
                self.turns.take()
            super().go_on()

    with pytest.raises(OvertakenError):
        runs.pair(sim.load("classroom"), Counting(turns, turn.generation))
    assert len(months) == 5
    assert runs.worlds_run == 0
    assert turn.over


def test_the_worker_takes_the_most_urgent_first_and_passes_over_what_was_cancelled() -> None:
    worker, gate, order = Worker(), threading.Event(), []
    first = worker.submit(AT_ONCE, lambda: gate.wait(10.0))
    while not first.running():
        time.sleep(0.001)
    jobs = {
        name: worker.submit(rank, lambda name=name: order.append(name))
        for name, rank in (("late", BESIDE), ("gone", AT_ONCE), ("soon", AT_ONCE), ("last", BESIDE))
    }
    jobs["gone"].cancel()
    gate.set()
    jobs["last"].result(10.0)
    assert order == ["soon", "late", "last"]
    with pytest.raises(CancelledError):
        jobs["gone"].result()
    with pytest.raises(ZeroDivisionError):
        worker.submit(AT_ONCE, lambda: 1 // 0).result(10.0)
    assert worker.submit(AT_ONCE, lambda: 3).result(10.0) == 3


def test_the_worker_ends_with_the_job_that_it_has_which_sees_that_the_program_ends() -> None:
    worker, begun, turns = Worker(), threading.Event(), Turns()
    turns.ending = worker.ending
    turn = turns.take()

    def job() -> None:
        begun.set()
        while True:
            turn.go_on()

    going = worker.submit(BESIDE, job)
    left = worker.submit(BESIDE, job)
    assert begun.wait(10.0)
    assert worker.end(10.0)
    with pytest.raises(OvertakenError):
        going.result(0.0)
    assert not left.done()


def test_a_worker_that_cannot_end_says_so() -> None:
    worker, begun, gate = Worker(), threading.Event(), threading.Event()
    worker.submit(AT_ONCE, lambda: (begun.set(), gate.wait(10.0)))
    assert begun.wait(10.0)
    assert not worker.end(0.05)
    gate.set()
    assert worker.end(10.0)


def test_the_headline_says_what_the_table_says() -> None:
    shown = Runs().pair(sim.load("reference", posterior="none"), Turns().take(), fitted=False)
    view, table = shown.view, shown.table
    assert usual_year(view) == "2024"
    assert list(years(view)) == ["2021", "2022", "2023", "2024"] == list(years(view).values())
    row = table.set_index("period").loc["2023"]
    said = headline(view, table, "2023").replace("\u00a0", " ")
    found = re.fullmatch(
        rf"In 2023 {view.target_name} receives ([\d.]+) % (less|more) in value than without the policies, "
        r"at export prices ([\d.]+) % (higher|lower); ([\d.]+) % of it is unrecorded", said
    )  # fmt: skip
    assert found, said
    assert (found[2], found[4]) == (
        "less" if row["change_percent"] < 0 else "more", "higher" if row["premium_percent"] > 0 else "lower"
    )  # fmt: skip
    for text, name in ((found[1], "change_percent"), (found[3], "premium_percent"), (found[5], "hidden_percent")):
        size = abs(row[name])
        assert text == f"{size:.{0 if size >= 10.0 else 1}f}", name
    assert "as much as without" in headline(view, table, "2021")
    assert [one.band for one in key_figures(view, table, "2023")] == ["", "", ""]
    told = yearly_table(table, view)
    assert [row[0] for row in told.texts()] == list(COLUMNS.values())
    assert told.heads[1:] == list(years(view))
    for at, name in ((2, "change_percent"), (-1, "hidden_percent")):
        assert float(told.texts()[at][3].removesuffix(" %")) == pytest.approx(row[name], abs=0.051)


def test_a_part_of_a_year_is_called_so() -> None:
    shown = Runs().pair(sim.load("classroom").with_changes(months={"last": "2022-03"}), Turns().take())
    view, table = shown.view, shown.table
    assert years(view)["2022"] == "2022 (Jan-Mar)"
    assert headline(view, table, "2022").startswith("In 2022 (Jan-Mar) Gamma receives")
    assert yearly_table(table, view).heads[-1] == "2022 (Jan-Mar)"


def test_nothing_delivered_is_said_in_words() -> None:
    shown = Runs().pair(sim.load("classroom"), Turns().take())
    empty = shown.table.assign(**dict.fromkeys(COLUMNS, float("nan")))
    year = list(years(shown.view))[-1]
    assert headline(shown.view, empty, year).endswith("in either run")
    assert {one.value for one in key_figures(shown.view, empty, year)} == {"–"}


@pytest.mark.parametrize("name", [name for figures in figures.TABS.values() for name in figures])
def test_every_figure_of_the_page_is_drawn_and_exported(name: str, posterior: Path) -> None:
    runs, turns = Runs(), Turns()
    shown = all_draws(runs, runs.pair(sim.load("classroom"), turns.take()), turns)
    view = shown.banded(*({name} & set(BANDED)))
    made = figures.draw(view, name, figures.usual_pair(view))
    assert made.svg.startswith("data:image/svg+xml;base64,")
    assert made.png().startswith(b"\x89PNG")
    assert made.csv().decode().splitlines()[0] == ",".join(map(str, made.table.columns))
    assert made.title
    assert any(str(column).endswith("_low") for column in made.table) == (name in BANDED)


def test_two_packages_stand_side_by_side_over_the_same_months_and_draws() -> None:
    runs, turns = Runs(), Turns()
    draft = drafted("classroom")
    clause = draft.in_date_order[0]
    draft.change(clause, "strength", "0.1")
    draft.change("", "months.last", "2022-02")
    case = draft.read().case
    assert case is not None
    shown = runs.pair(case, turns.take(), other=draft.chosen)
    view = shown.view
    assert view.two_packages
    assert view.names == ("“The classroom, three months by hand, changed”", "“The classroom, three months by hand”")
    assert view.baseline is not None
    assert view.baseline.months == view.months == ["2022-01", "2022-02"]
    year = usual_year(view)
    assert "than under “The classroom, three months by hand”" in headline(view, shown.table, year)
    assert "under “The classroom, three months by hand”" in key_figures(view, shown.table, year)[0].note
    heads = [row[0] for row in yearly_table(shown.table, view).texts()]
    assert heads[:2] == [f"{name}, bn USD" for name in view.names]
    assert not any("ithout" in head for head in heads)
    # The same pair again is no run more, and a package of another world is refused with both names.
    count = runs.worlds_run
    runs.pair(case, turns.take(), other=draft.chosen)
    assert runs.worlds_run == count
    with pytest.raises(
        SimError, match="is of world 'reference' and cannot stand beside a scenario of world 'classroom'"
    ):
        runs.pair(case, turns.take(), other=sim.load("reference", posterior="none"))


def test_draws_of_two_packages_are_paired(posterior: Path) -> None:
    runs, turns = Runs(), Turns()
    case = sim.load("classroom", posterior="none")
    other = case.with_changes(title="Another", parameters={"learning": 0.3})
    shown = all_draws(runs, runs.pair(case, turns.take(), other=other), turns)
    assert shown.missing == ()
    assert shown.other is not None
    number = next(n for n in shown.draws if n != 0)
    by_hand = [
        few_rows(one).with_posterior(number, posterior, world_errors=True).run() for one in (case, other)
    ]  # fmt: skip
    change = yearly(RunPair(by_hand[0], by_hand[1], shown.view))["change_percent"].iloc[-1]
    drawn = shown.draws[number].of("yearly")
    assert drawn.xs("change_percent", level="column").iloc[-1] == pytest.approx(change, rel=1e-12)


def test_first_bands_wait_for_no_other_figure_and_runs_are_let_go(posterior: Path) -> None:
    runs, turns = Runs(), Turns()
    draft = drafted("classroom")
    shown = runs.pair(draft.chosen, turns.take())
    for number in shown.missing:
        shown = runs.draw(shown, number, turns.take(), ["flows_by_route"])
    assert all(set(made.series) == {"yearly", "flows_by_route"} for made in shown.draws.values())
    first = shown.banded("flows_by_route", "price_premium").bands  # what was not asked for is worked out when it is
    for made in shown.draws.values():
        made.complete(turns.take())
        assert made.pair is None
        assert set(made.series) == {"yearly", *BANDED}
    later = shown.banded("flows_by_route", "price_premium").bands
    assert first is not None
    assert later is not None
    pd.testing.assert_frame_equal(first.table, later.table)

    # A pair that was left half way is forgotten with its runs when another is made; a whole one is kept.
    draft.change(draft.in_date_order[0], "strength", "0.2")
    case = draft.read().case
    assert case is not None
    half = runs.pair(case, turns.take())
    half = runs.draw(half, half.missing[-1], turns.take(), [])
    assert len(half.draws) == 1
    draft.change(draft.in_date_order[0], "strength", "0.3")
    third = draft.read().case
    assert third is not None
    runs.pair(third, turns.take())
    assert runs.pair(case, turns.take()).draws == {}
