"""`sim run`, `demo`, `plot`, `diff` and `explain`: what they write and what they show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim import __main__ as begin
from sim.report.plots import FIGURES
from sim.scenario import load_scenario
from sim.simulation.results import TABLES, Results

Sim = Callable[[str], Any]
ROOT = Path(__file__).resolve().parents[3]
FAST = "--mode expected --exporters 1000 --months 2022-01:2022-06 --draws 0"


def folders(out: Path) -> dict[bool, Path]:
    """The two folders of a paired run, by whether it has figures."""
    return {(path / "figures").is_dir(): path for path in out.iterdir()}


def test_run_writes_a_pair_and_its_figures(sim: Sim, tmp_path: Path) -> None:
    said = sim(f"run reference {FAST} --out there")
    assert said.status == 0, said.err
    assert said.err == "", "no progress bar where no terminal reads it"
    run, baseline = folders(tmp_path / "there")[True], folders(tmp_path / "there")[False]
    assert {path.name for path in (run / "figures").iterdir()} == {
        f"{n}.{kind}" for n in FIGURES for kind in ("png", "csv")
    }
    assert Results.open(run).record["baseline"] == baseline.name
    assert {path.stem for path in baseline.glob("*.parquet")} == set(TABLES)
    assert str(Path("there") / run.name) in said.out
    for heading in ("Deliveries to", "From whom", "By which route", "What customs records show"):
        assert heading in said.out
    assert not list((tmp_path / "there").glob(".*"))


def test_same_command_twice_leaves_one_pair_and_same_tables(sim: Sim, tmp_path: Path) -> None:
    digests = []
    for _ in range(2):
        assert sim(f"run reference {FAST} --no-figures").status == 0
        records = [json.loads((path / "record.json").read_text()) for path in sorted((tmp_path / "results").iterdir())]
        digests.append([record["tables"] for record in records])
    assert len(digests[0]) == 2
    assert digests[0] == digests[1], "the same run gives the same bytes"


def test_run_alone_has_figures_of_one_run(sim: Sim, tmp_path: Path) -> None:
    said = sim(f"run reference {FAST} --no-pair --out alone")
    assert said.status == 0, said.err
    (run,) = (tmp_path / "alone").iterdir()
    assert list((run / "figures").glob("*.png"))
    assert "baseline" not in Results.open(run).record


def test_summaries_are_left_and_told_before_anything_runs(sim: Sim, tmp_path: Path) -> None:
    said = sim("run classroom --no-figures --summary mine.csv --summary mine.tex")
    assert said.status == 0 and "mine.csv" in said.out and (tmp_path / "mine.tex").is_file()
    run = next(path for path in (tmp_path / "results").iterdir() if "no-policy" not in path.name)
    again = sim(f"show {run} --summary shown.csv")
    told = (tmp_path / "shown.csv").read_text(encoding="utf-8").partition("table,")[2]
    assert again.status == 0 and told == (tmp_path / "mine.csv").read_text(encoding="utf-8").partition("table,")[2]
    assert sim("compare classroom classroom --summary both.csv").status == 0 and (tmp_path / "both.csv").is_file()
    refused = sim("run classroom --out other --summary mine.csv")
    assert (refused.status, refused.out) == (2, "") and "mine.csv already" in refused.err
    assert not (tmp_path / "other").exists()
    assert "written as .xlsx, .csv or .tex" in sim("show nowhere --summary mine.docx").err


def test_a_figure_for_a_journal(sim: Sim, tmp_path: Path) -> None:
    assert sim("run classroom --no-figures").status == 0
    run = next(path for path in (tmp_path / "results").iterdir() if "no-policy" not in path.name)
    said = sim(f"plot {run} --figure flows_by_route --format svg --width 89mm --plain")
    assert said.status == 0, said.err
    assert {path.name for path in (run / "figures").iterdir()} == {
        f"flows_by_route.{kind}" for kind in ("svg", "csv", "txt")
    }
    assert "flow_map takes 150mm at least" in sim(f"plot {run} --figure flow_map --width 89mm").err
    assert "unknown figure 'flow_mop'" in sim(f"plot {run} --figure flow_mop").err
    assert "with mm, cm or in" in sim(f"plot {run} --width wide").err
    assert Results.open(run).months, "the record knows the new files"


def test_plot_draws_again_what_run_drew(sim: Sim, tmp_path: Path) -> None:
    assert sim(f"run reference {FAST}").status == 0
    run = folders(tmp_path / "results")[True]
    tables = {path.name: path.read_bytes() for path in (run / "figures").glob("*.csv")}
    for path in (run / "figures").iterdir():
        path.unlink()
    said = sim(f"plot {run}")
    assert said.status == 0, said.err
    assert {path.name: path.read_bytes() for path in (run / "figures").glob("*.csv")} == tables
    assert len(list((run / "figures").glob("*.png"))) == len(FIGURES)


def test_a_run_again_keeps_what_its_owner_put_there(sim: Sim, tmp_path: Path) -> None:
    assert sim("run classroom").status == 0
    run = folders(tmp_path / "results")[True]
    (run / "figures" / "notes.md").write_text("mine", encoding="utf-8")
    drawn = {path.name: path.read_bytes() for path in (run / "figures").iterdir()}
    assert sim("run classroom --no-figures").status == 0
    assert {path.name: path.read_bytes() for path in (run / "figures").iterdir()} == drawn
    own = run / "figures" / "flows_by_route.png"
    own.write_bytes(b"retouched")
    said = sim("run classroom")
    assert (said.status, said.out) == (2, "")
    assert f"{Path('results') / run.name} has figures/flows_by_route.png already, with other content" in said.err
    assert "--force replaces it" in said.err
    assert own.read_bytes() == b"retouched"
    assert sim("run classroom --force").status == 0
    assert {path.name: path.read_bytes() for path in (run / "figures").iterdir()} == drawn


def test_a_figure_that_fails_is_told_and_all_else_is_written(
    sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ValueError("no room\nfor a legend")

    monkeypatch.setitem(FIGURES, "flow_map", replace(FIGURES["flow_map"], draw=failing))
    said = sim("run classroom")
    assert said.status == 1
    assert said.err == ("figure flow_map could not be drawn, all else is written: ValueError: no room for a legend\n")
    assert "Deliveries to Gamma" in said.out
    run = folders(tmp_path / "results")[True]
    assert not Results.open(run).flows.empty
    assert {path.stem for path in (run / "figures").iterdir()} == {*FIGURES} - {"flow_map"}


def test_settings_of_the_users_matplotlib_change_no_figure_and_lose_no_run(sim: Sim, tmp_path: Path) -> None:
    assert sim("run classroom --out usual").status == 0
    settings = 'text.usetex: True\nfont.family: NoSuchFont\nsavefig.dpi: 10\naxes.prop_cycle: cycler("color", ["r"])\n'
    (tmp_path / "matplotlibrc").write_text(settings, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "sim", "run", "classroom", "--out", "own"], capture_output=True, text=True,
        env={**os.environ, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    usual, own = (folders(tmp_path / out)[True] / "figures" for out in ("usual", "own"))
    assert {path.name: path.read_bytes() for path in own.iterdir()} == {
        path.name: path.read_bytes() for path in usual.iterdir()
    }


def test_settings_reach_the_model(sim: Sim, tmp_path: Path) -> None:
    said = sim(
        f"run reference {FAST} --no-pair --no-figures --seed 9 --set parameters.learning=0.25 "
        "--set parameters.cif=0.1 --out set"
    )
    assert said.status == 0, said.err
    (run,) = (tmp_path / "set").iterdir()
    record = Results.open(run).record
    assert (record["parameters"]["learning"], record["parameters"]["cif"], record["seed"]) == (0.25, 0.1, 9)
    assert record["months"] == "2022-01 to 2022-06"
    assert not (run / "figures").exists()


def test_demo_says_where_it_wrote(sim: Sim, tmp_path: Path) -> None:
    said = sim("demo")
    assert said.status == 0, said.err
    run = folders(tmp_path / "results")[True]
    assert str(Path("results") / run.name / "figures") in said.out


def test_demo_goes_elsewhere_where_results_cannot_be_written(
    sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "results").write_text("in the way", encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    said = sim("demo")
    assert said.status == 0, said.err
    (folder,) = (tmp_path / "temporary").glob("sim-demo-*")
    assert str(folder) in said.out
    assert folders(folder)[True].is_dir()


def two_scenarios(folder: Path) -> None:
    months = "months: {first: 2022-01, last: 2022-06}\nagents: {exporters: 1000, mode: expected}\n"
    (folder / "a.yaml").write_text(f"extends: reference\n{months}title: All\n", encoding="utf-8")
    (folder / "b.yaml").write_text(
        f"extends: reference\n{months}title: Without exit\npolicies: [{{id: exit, enabled: false}}]\n", encoding="utf-8"
    )


def test_diff_shows_law_as_written_by_month_and_flows(sim: Sim, tmp_path: Path) -> None:
    two_scenarios(tmp_path)
    said = sim("compare a.yaml b.yaml")
    assert said.status == 0, said.err
    (clause,) = (one for one in load_scenario("reference").policies if one.id == "exit")
    heads = [f"corporate_exit by {clause.by[0]}", "The law they make", "reputation:", "Deliveries to", "By which route"]
    places = [said.out.index(head) for head in heads]
    assert places == sorted(places)
    assert sim("compare a.yaml b.yaml").out == said.out, "another name for the same"


def test_diff_without_flows_runs_nothing(sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two_scenarios(tmp_path)
    monkeypatch.setattr("sim.simulation.simulation.Case.run", None)
    said = sim("compare a.yaml b.yaml --no-flows")
    assert said.status == 0, said.err
    assert "2022-02 to 2022-06" in said.out
    assert "Deliveries" not in said.out


def test_diff_of_a_scenario_with_itself_says_so(sim: Sim) -> None:
    said = sim("compare reference reference --no-flows")
    assert "written alike" in said.out
    assert "They make the same law in every month" in said.out


def test_diff_shows_the_law_of_what_is_not_paired_and_refuses_its_flows(sim: Sim, tmp_path: Path) -> None:
    two_scenarios(tmp_path)
    said = sim("compare a.yaml reference")
    assert said.status == 2
    assert "2022-01 to 2022-06" in said.out
    assert "same law in every month that both run" in said.out
    assert "flows not compared" in said.err
    assert "months, agents" in said.err


def test_explain_says_why_and_writes_it(sim: Sim, tmp_path: Path) -> None:
    said = sim(
        "explain reference deliveries_volume[drones,from_CHN]@2022-03 --exporters 1000 --permutations 1 --out why"
    )
    assert said.status == 0, said.err
    assert said.err == ""
    assert "Drones from China to Russia by every route, 2022-03" in said.out
    assert "By clause" in said.out
    assert "By who responded" in said.out
    assert {path.name for path in (tmp_path / "why").iterdir()} == {"explanation.md", "clauses.csv", "actors.csv"}
    text = (tmp_path / "why" / "explanation.md").read_text(encoding="utf-8")
    assert text.startswith("# Drones from China")
    assert "| clause | label | kind |" in text


def test_ctrl_c_ends_with_130_and_leaves_nothing(sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.report.plots.save_all", interrupted)
    said = sim(f"run reference {FAST} --out stopped")
    assert said.status == 130
    assert "Traceback" not in said.err
    assert [path.name for path in (tmp_path / "stopped").iterdir() if not (path / "record.json").is_file()] == []
    assert len(list((tmp_path / "stopped").iterdir())) == 1, "the counterfactual is whole; the run itself is absent"


def test_mechanism_shows_what_to_look_at(sim: Sim, tmp_path: Path) -> None:
    said = sim("test-mechanism whack-a-mole --exporters 1000 --posterior none --out shown")
    assert said.status == 0, said.err
    scenario = load_scenario("whack-a-mole")
    assert scenario.mechanism is not None
    for words in (scenario.title, scenario.question, scenario.mechanism.shows, *scenario.mechanism.clauses):
        assert words in said.out
    for one in scenario.expected_outcomes:
        assert one.what.split()[0] in said.out
    assert f"As expected in {len(scenario.expected_outcomes)} of {len(scenario.expected_outcomes)}" in said.out
    assert {path.name for path in (tmp_path / "shown").iterdir()} == {
        "mechanism.png",
        "mechanism.csv",
        "expected_outcomes.csv",
    }


def test_mechanism_says_plainly_what_does_not_hold(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(
        "extends: whack-a-mole\nmonths: {last: 2022-06}\nagents: {exporters: 1000}\n"
        "mechanism: {shows: A ban, clauses: [ban-vehicles]}\nexpected_outcomes:\n"
        "  - {what: Cars, metric: 'deliveries_volume[vehicles]@2022-04:2022-06', expect: rises}\n",
        encoding="utf-8",
    )
    said = sim("test-mechanism wrong.yaml")
    assert said.status == 0, said.err
    assert "NOT as expected in 1 of 1" in said.out
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"], "nothing is written unless asked for"


@pytest.mark.parametrize("turned", [True, False])
def test_ctrl_c_while_the_command_is_loaded_ends_with_130(turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library may turn the interrupt into an error of its own while it is loaded."""

    def interrupted(_: str) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if turned:
                raise ImportError("numba._devicearray failed to import") from None
            raise

    monkeypatch.setattr(begin, "import_module", interrupted)
    # Who runs the tests in the background may have Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit) as ended:
            begin.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.value.code == 130


def test_an_error_that_no_ctrl_c_made_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ImportError("no such part")

    monkeypatch.setattr(begin, "import_module", broken)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(ImportError, match="no such part"):
            begin.main()
    finally:
        signal.signal(signal.SIGINT, before)
