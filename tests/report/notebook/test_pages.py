"""What a notebook shows: well-formed, escaped, and the same numbers as the tables."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace

import pytest
from IPython.core.formatters import DisplayFormatter

import sim
from sim.report import html
from sim.report.notebook import PAGES, page_of, register
from sim.report.notebook_law import law_table
from sim.report.plots.run_view import look
from sim.simulation.comparison import Comparison
from sim.simulation.simulation import Case
from tests.posteriors import write_posterior
from tests.report.notebook.reading import Page, number_of

HOSTILE = "<b>Bold</b> & <script>alert(1)</script>"


@pytest.fixture(scope="module")
def classroom() -> Case:
    return sim.load("classroom")


@pytest.fixture(scope="module")
def swept(classroom: Case) -> sim.Swept:
    return sim.sweep(
        {
            "base": classroom,
            "levers": {"policies.ban-half.strength": [0.25, 0.75]},
            "uncertainties": {"parameters.aversion": {"low": 3, "high": 9}},
            "design": {"levers": "grid", "uncertainties": {"latin_hypercube": 12}},
            "metrics": ["shortfall", "deliveries_volume"],
        },
        progress=False,
    )


def shown(thing: object) -> Page:
    """The page of a thing, as a notebook asks for it."""
    return Page(page_of(thing))


# ---------------------------------------------------------------------------------------------------------------- law
def test_a_case_is_a_table_of_dated_law(reference: Case) -> None:
    page, scenario = shown(reference), reference.scenario
    clauses = sorted(scenario.policies, key=lambda clause: clause.effective)
    assert page.column("effective") == [clause.effective.isoformat() for clause in clauses]
    by_id = {clause.id: clause for clause in clauses}
    assert sorted(page.column("clause")) == sorted(by_id)
    for row in page.tables[0][1:]:
        said = dict(zip(page.tables[0][0], row, strict=True))
        clause = by_id[said["clause"]]
        assert said["kind"] == clause.kind.replace("_", " ")
        assert said["by"] == ", ".join(clause.by) and said["goods"] == ", ".join(clause.goods)
        assert said["towards / against"].split(" / ")[0] == ", ".join(clause.towards)
        assert said["announced"] == (clause.announced.isoformat() if clause.announced else "")
        assert said["ends"] == (clause.ends.isoformat() if clause.ends else "")
        assert number_of(said["strength"]) == pytest.approx(clause.strength, rel=1e-3)
        assert said["source"] == clause.source
    exporters = f"{scenario.agents.exporters:,}"
    for text in (scenario.title, scenario.question, "2021-01 to 2024-12", exporters, "expected", "reference"):
        assert text in page.text


def test_against_and_own_fields_are_told(reference: Case) -> None:
    clauses = {clause.id: clause for clause in reference.scenario.policies}
    page = Page(html.table(law_table([clauses["circumvention-tool"], clauses["ban-priority"]])))
    told = dict(zip(page.column("clause"), page.column("towards / against"), strict=True))
    assert told["circumvention-tool"].endswith(f"/ {', '.join(clauses['circumvention-tool'].against)}")
    also = dict(zip(page.column("clause"), page.column("also"), strict=True))
    assert also["ban-priority"] == "subsidiaries 0.5"


def test_a_case_without_law_says_so(classroom: Case) -> None:
    assert "No law" in shown(classroom.without_policies()).text


def test_hostile_titles_and_sources_stay_text(classroom: Case) -> None:
    clause = classroom.scenario.policies[0].model_copy(update={"source": HOSTILE, "note": HOSTILE})
    case = classroom.with_changes(title=HOSTILE, question=HOSTILE, policies=[clause], sources=[HOSTILE])
    page = shown(case)
    assert page.column("source") == [HOSTILE] and page.text.count(HOSTILE) == 4
    pair = sim.compare(case, progress=False)
    for thing in (case.scenario, pair, pair.policy, case.model()):
        assert HOSTILE in shown(thing).text


def test_draw_and_rules_of_a_case_are_told(classroom: Case, tmp_path) -> None:
    posterior = sim.load_posterior(write_posterior(tmp_path, {"parameters.aversion": [4.0, 5.0]}))

    def steady(carried, entry):
        return carried

    case = classroom.with_posterior(1, posterior).with_rules(payment_workaround=steady)
    text = shown(case).text
    assert "draw 1 of 2" in text and "payment_workaround" in text
    page = shown(posterior)
    assert page.column("column") == ["parameters.aversion"]
    assert number_of(page.column("median")[0]) == 4.5


# --------------------------------------------------------------------------------------------------------------- runs
def test_a_comparison_has_the_numbers_of_its_tables(paired: Comparison) -> None:
    page = shown(paired)
    flows = paired.to_target(["month", "route"])
    late = flows[flows["month"] >= "2024-01"].groupby("route")[["policy_musd", "baseline_musd"]].sum() / 12
    heads, *rows = page.tables[0]
    cells = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    names = {f"via {look(paired).name(route[4:])}" if route != "direct" else route: route for route in late.index}
    named = [name for name in cells if name in names]
    assert len(named) == 5
    for name in named:
        assert number_of(cells[name]["with"]) == pytest.approx(late.loc[names[name], "policy_musd"], rel=5e-3)
        assert number_of(cells[name]["without"]) == pytest.approx(late.loc[names[name], "baseline_musd"], rel=5e-3)
    for column, run in (("with", paired.policy), ("without", paired.baseline)):
        months = run.to_target()[run.to_target()["month"] >= "2024-01"].groupby("month")
        sums = months[["value_musd", "volume_musd", "recorded_musd"]].sum()
        assert number_of(cells["all routes"][column]) == pytest.approx(sums["value_musd"].mean(), rel=5e-3)
        price = (sums["value_musd"] / sums["volume_musd"]).mean()
        assert number_of(cells["price"][column]) == pytest.approx(price, rel=5e-3)
        hidden = (1.0 - sums["recorded_musd"] / sums["value_musd"]).mean()
        assert number_of(cells["unrecorded share"][column]) == pytest.approx(hidden, rel=5e-3)
        by_route = sum(number_of(cells[name][column]) for name in [*named, "other hubs"])
        assert by_route == pytest.approx(number_of(cells["all routes"][column]), rel=5e-3)
    yearly = paired.summary()
    assert page.column("year", 1) == list(yearly.index)
    for name, head in (("policy_busd", "with"), ("baseline_busd", "without"), ("change_percent", "change")):
        said = [number_of(cell) for cell in page.column(head, 1)]
        assert said == pytest.approx(yearly[name].tolist(), rel=5e-3, abs=0.05)
    assert "svg" in page.names


def test_each_chart_is_told_in_words(paired: Comparison) -> None:
    made = page_of(paired)
    assert made.count('role="img"') == len(Page(made).tables[0]) - 1
    assert 'aria-label="price, value over value at base-year prices, 2021-01 to 2024-12"' in made


def test_a_run_alone_and_one_that_delivers_nothing(paired: Comparison) -> None:
    run = paired.policy
    page = shown(run)
    assert page.tables[0][0] == ["", "2021-01 to 2024-12", "mean", ""]
    empty = sim.Results(lambda: run.record, lambda: run.scenario_yaml, {**{
        name: getattr(run, name) for name in ("states", "hubs", "prices")}, "flows": run.flows.iloc[:0]})  # fmt: skip
    for thing in (empty, Comparison(empty, empty)):
        assert "Nothing was delivered" in shown(thing).text


def test_an_ensemble_has_the_numbers_of_its_bands(classroom: Case, tmp_path) -> None:
    posterior = sim.load_posterior(write_posterior(tmp_path, {"parameters.demand_elasticity": [0.4, 0.8, 1.5]}))
    found = sim.ensemble(classroom, 3, posterior, progress=False)
    page = shown(found)
    bands = found.bands.table.set_index(["figure", "period", "column"]).loc["deliveries"]
    for year, cell in zip(page.column("year"), page.column("with"), strict=True):
        ends = bands.loc[(year[:4], "policy_busd")]  # a part year names its months after the year
        assert number_of(cell) == pytest.approx(ends["median"], rel=1e-2)
        assert number_of(cell.split("[")[1]) == pytest.approx(ends["low"], rel=1e-2)


# ----------------------------------------------------------------------------------------------------------- outcomes
def test_an_explanation_is_told_in_sentences_and_tables(classroom: Case) -> None:
    told = sim.explain(classroom, "deliveries_volume@2022-03", progress=False)
    page = shown(told)
    assert all(sentence in page.text for sentence in told.words)
    assert page.column("clause")[:-1] == told.clauses["clause"].tolist()
    assert number_of(page.column("effect")[-1]) == pytest.approx(told.change, rel=1e-2)
    assert page.column("who", 1)[:-1] == told.actors["who"].tolist()


def test_a_sweep_has_the_numbers_of_its_comparisons(swept: sim.Swept) -> None:
    page = shown(swept)
    table = swept.comparisons[swept.comparisons["metric"] == "shortfall"]
    assert [number_of(cell) for cell in page.column("policies.ban-half.strength")] == table[
        "policies.ban-half.strength"
    ].tolist()
    said = [number_of(cell) for cell in page.column("shortfall")]
    assert said == pytest.approx(table["difference"].tolist(), rel=1e-2)
    low = [number_of(cell.split("[")[1]) for cell in page.column("shortfall")]
    assert low == pytest.approx(table["low_world"].tolist(), rel=1e-2)
    assert "36 of 36" in page.text


def test_the_other_pages(classroom: Case, swept: sim.Swept, reference: Case) -> None:
    found = sim.discover(swept.points, swept.inputs, "shortfall > 0.06")
    page = shown(found)
    assert all(sentence in page.text for sentence in found.sentences)
    assert shown(swept.plan.study).column("factor") == ["policies.ban-half.strength", "parameters.aversion"]
    kept = shown(swept.as_kept())
    means = swept.points.groupby("policies.ban-half.strength")["shortfall"].mean()
    assert [number_of(cell) for cell in kept.column("shortfall")] == pytest.approx(means.tolist(), rel=1e-3)
    world = shown(reference.world)
    assert world.column("state") == list(reference.world.states)
    assert world.column("good", 1) == list(reference.world.goods)
    assert shown(sim.PARAMETERS).column("parameter") == list(sim.PARAMETERS)
    defaults = [one.default for one in sim.PARAMETERS.values()]
    assert [number_of(cell) for cell in shown(sim.PARAMETERS).column("default")] == pytest.approx(defaults, rel=1e-3)
    assert shown(sim.PARAMETERS["aversion"]).column("unit") == ["log points"]
    assert shown(sim.INSTRUMENTS).column("kind") == list(sim.INSTRUMENTS)
    assert shown(sim.RULES).column("rule") == list(sim.RULES)
    assert shown(classroom.scenario.policies[0]).column("clause") == ["ban-half"]


def test_a_model_tells_its_month(classroom: Case) -> None:
    model = classroom.model()
    assert "before 2022-01" in shown(model).text and "No law in force" in shown(model).text
    model.step()
    model.step()
    assert "2022-02" in shown(model).text and shown(model).column("clause") == ["ban-half"]


def test_a_mechanism_and_a_finding(swept: sim.Swept) -> None:
    from sim.report.study_findings import summed_up

    case = sim.load("red-line", posterior="none").with_changes(
        agents={"exporters": 200, "intermediaries": 60}, months={"last": "2024-12"}
    )
    seen = sim.show_mechanism(case, progress=False)
    assert shown(seen).column("what") == seen.table["what"].tolist()
    finding = summed_up(swept.as_kept())[0]
    assert finding.title in shown(finding).text


def test_a_long_list_of_faults_ends_with_how_many_more() -> None:
    page = shown(sim.FaultList(sim.Fault("a.yaml", line, 1, "", f"odd {line}") for line in range(1, 201)))
    assert "200 faults" in page.text
    assert "odd 50" in page.text
    assert "odd 51" not in page.text
    assert "and 150 more" in page.text


def test_faults_are_told_as_on_the_screen() -> None:
    with pytest.raises(sim.FaultList) as raised:
        sim.parse_scenario("title: <b>x</b>\nquesion: y\n", "mine.yaml")
    page = shown(raised.value)
    assert all(str(fault) in page.text for fault in raised.value.faults)
    assert str(raised.value.faults[0]) in shown(raised.value.faults[0]).text
    # A notebook shows the text that the command line shows, and no way through our code.
    assert raised.value._render_traceback_() == [f"FaultList: {raised.value}"]


def test_every_page_belongs_to_a_class_and_every_public_class_has_one() -> None:
    for kind, page in PAGES.items():
        (module, _, name), (pages, _, function) = kind.rpartition("."), page.partition(":")
        assert isinstance(getattr(import_module(module), name), type)
        assert callable(getattr(import_module(f"sim.report.{pages}"), function))
    public = {one for one in (getattr(sim, name) for name in sim.__all__) if isinstance(one, type)}
    without = {one.__name__ for one in public if not {f"{k.__module__}.{k.__name__}" for k in one.__mro__} & set(PAGES)}
    # Agents of a finished model have no figures of their own: the page of their model tells of them.
    agents = {"Exporter", "Intermediary", "State"}
    assert without == {"Column", "Imported", "SimError"} | agents
    with pytest.raises(TypeError, match="no page"):
        page_of(3)


def test_ipython_shows_the_page_of_a_thing_and_of_what_is_made_like_it(classroom: Case) -> None:
    class Mine(Case):
        pass

    formatter = DisplayFormatter()
    register(SimpleNamespace(display_formatter=formatter))
    for thing in (classroom, Mine(classroom.scenario, classroom.world)):
        assert formatter.format(thing)[0]["text/html"] == page_of(classroom)
    assert "text/html" not in formatter.format(3)[0]


def test_looking_at_a_page_changes_nothing(paired: Comparison) -> None:
    again = replace(paired)
    assert page_of(paired) == page_of(again)
