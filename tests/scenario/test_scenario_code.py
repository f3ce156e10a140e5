"""Code that a scenario names: read when it is checked, run only where whoever runs the scenario allows it."""

import pickle
from pathlib import Path

import pytest

import sim
from sim.common.errors import Fault
from sim.rules.user_rules import FORM
from sim.scenario import load_scenario, parse_scenario
from sim.simulation.results import Results

ARGUMENTS = "log_index, part, usual, substitution"
FUNCTION = f"def sticky({ARGUMENTS}):\n    return 0.9\n"
STICKY = f"from pathlib import Path\nPath(__file__).with_name('ran').touch()\n\n\n{FUNCTION}"
SCENARIO = "title: T\nquestion: Q\nsources: [s]\nextends: classroom\nrules: {{brand_price: {0!r}}}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "my_rules.py").write_text(STICKY)
    return tmp_path


def named(place: Path, rule: str) -> Path:
    """A scenario that names a rule."""
    path = place / "scenario.yaml"
    path.write_text(SCENARIO.format(rule), encoding="utf-8")
    return path


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(sim.FaultList) as caught:
        load_scenario(path)
    return list(caught.value.faults)


def test_what_is_checked_or_opened_does_not_run(place: Path) -> None:
    path = named(place, "my_rules.py:sticky")
    case = sim.load(path, posterior="none").with_changes(seed=3)
    assert list(case.code) == ["brand_price"]
    with pytest.raises(sim.FaultList, match=r"scenario.yaml:5:22: rules.brand_price: .*--allow-code"):
        case.run()
    with pytest.raises(sim.FaultList, match="--allow-code"):
        sim.compare(path, "classroom")
    assert not (place / "ran").exists()


def test_what_is_allowed_runs_and_leaves_its_code_beside_the_run(place: Path) -> None:
    case = sim.load(named(place, "my_rules.py:sticky"), allow_code=True, posterior="none")
    run = case.run()
    assert (place / "ran").exists()
    usual = sim.load("classroom")
    namespace: dict[str, object] = {}
    exec(FUNCTION, namespace)
    same = usual.with_rules(brand_price=namespace["sticky"]).run()
    assert run.flows.equals(same.flows)
    assert not run.flows.equals(usual.run().flows)
    assert run.record["rules_replaced"] == {"brand_price": "my_rules.py:sticky"}
    folder = run.save(place / "results")
    assert (folder / "my_rules.py").read_text() == STICKY
    again = sim.load(folder / "scenario.yaml", allow_code=True, posterior="none")
    assert again.run().flows.equals(run.flows)
    assert Results.open(folder).flows.equals(run.flows)


def test_another_text_of_the_file_is_another_run(place: Path) -> None:
    path = named(place, "my_rules.py:sticky")
    first = sim.load(path, allow_code=True, posterior="none").run()
    (place / "my_rules.py").write_text(STICKY.replace("return 0.9", "return 0.8"))
    second = sim.load(path, allow_code=True, posterior="none").run()
    assert first.record["run_digest"] != second.record["run_digest"]
    assert first.record["scenario_digest"] == second.record["scenario_digest"]
    assert not first.flows.equals(second.flows)


def test_what_runs_is_what_was_checked_and_workers_need_no_file(place: Path) -> None:
    case = sim.load(named(place, "my_rules.py:sticky"), allow_code=True, posterior="none")
    packed = pickle.dumps(case)
    (place / "my_rules.py").unlink()
    assert pickle.loads(packed).run().flows.equals(case.run().flows)


def test_a_rule_put_back_is_the_models_own(place: Path) -> None:
    case = sim.load(named(place, "my_rules.py:sticky"), posterior="none").with_changes(rules={"brand_price": "default"})
    assert case.run().flows.equals(sim.load("classroom").run().flows)


def test_from_python_a_function_is_handed_over(place: Path) -> None:
    with pytest.raises(sim.FaultList, match="from Python hand the function over"):
        sim.load("classroom").with_changes(rules={"brand_price": "my_rules.py:sticky"})


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("test.__main__:x", "no module is imported for a scenario; put test/__main__.py beside it"),
        ("my_rules:sticky", "put my_rules.py beside it and write my_rules.py:sticky"),
        ("os:system", "no module is imported"),
        ("my rule", "expected default, or a function of a Python file beside the scenario"),
        ("none.py:f", "there is no file"),
        ("a\0b.py:f", "there is no file"),
        ("/etc/hosts.py:f", "is no file beside the scenario"),
        ("../outside.py:f", "is no file beside the scenario"),
        ("below/../../outside.py:f", "is no file beside the scenario"),
        ("link.py:f", "leads out of the scenario's folder"),
        ("linked/outside.py:f", "leads out of the scenario's folder"),
        ("folder.py:f", "there is no file"),
        ("large.py:f", "larger than 200 kB"),
        ("my_rules.py:stick", "did you mean 'sticky'?"),
    ],
)
def test_only_a_function_of_a_file_beside_the_scenario_can_be_named(tmp_path: Path, rule: str, said: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (tmp_path / "outside.py").write_text("def f(): pass\n")
    (place / "my_rules.py").write_text(STICKY)
    (place / "link.py").symlink_to(tmp_path / "outside.py")
    (place / "linked").symlink_to(tmp_path, target_is_directory=True)
    (place / "folder.py").mkdir()
    (place / "large.py").write_text("#" * 200_001)
    path = named(place, rule)
    if "\0" in rule:
        path.write_text(SCENARIO.format("x").replace("'x'", '"a\\0b.py:f"'))
    (fault,) = faults_of(path)
    assert (fault.file, fault.line, fault.column, fault.where) == (str(path), 5, 22, "rules.brand_price")
    assert said in fault.message


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("def f(:\n", 1, 7, "is no Python: invalid syntax"),
        (
            "\n\ndef f(wanted):\n    return wanted\n",
            3,
            1,
            "takes (wanted); the rule 'brand_price' takes (log_index, part,",
        ),
        (
            f"def f({ARGUMENTS.replace('log_index, part', 'part, log_index')}): pass",
            1,
            1,
            "takes (part,",
        ),
        (f"def f({ARGUMENTS}, *more): pass", 1, 1, "*more"),
        ("x = " + "-" * 100_000 + "1", 0, 0, "is no Python that can be read"),
        ("x = a" + ".b" * 90_000, 0, 0, "is no Python that can be read"),
        ("a\0b", 0, 0, "is no Python"),
        ("# coding: rot13\n", 0, 0, "is no Python"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_faults_of_the_file_have_their_place_in_it(
    tmp_path: Path, text: str, line: int, column: int, said: str
) -> None:
    (tmp_path / "rules.py").write_text(text)
    (fault,) = faults_of(named(tmp_path, "rules.py:f"))
    assert (fault.file, fault.line, fault.column) == (str(tmp_path / "rules.py"), line, column)
    assert said in fault.message


def test_code_that_fails_is_a_fault_at_its_line(place: Path) -> None:
    (place / "my_rules.py").write_text(f"import math\n1 / 0\ndef f({ARGUMENTS}): pass\n")
    case = sim.load(named(place, "my_rules.py:f"), allow_code=True, posterior="none")
    with pytest.raises(sim.FaultList, match=r"my_rules.py:2: cannot be run: ZeroDivisionError"):
        case.run()


def test_a_rule_is_looked_for_beside_the_file_that_names_it(place: Path) -> None:
    named(place, "my_rules.py:sticky")
    (place / "below").mkdir()
    above = place / "below" / "above.yaml"
    above.write_text("title: above\nextends: ../scenario.yaml\n")
    assert load_scenario(above).code["brand_price"].path == str(place / "below" / ".." / "my_rules.py")
    (place / "below" / "my_rules.py").write_text("def unlike(wanted): return wanted\n" + STICKY)
    above.write_text("title: above\nextends: ../scenario.yaml\nrules: {contracts_ended_early: 'my_rules.py:sticky'}\n")
    assert any("the rule 'contracts_ended_early' takes" in fault.message for fault in faults_of(above))


def test_two_files_of_one_name_are_told_apart_by_refusing(place: Path) -> None:
    named(place, "my_rules.py:sticky")
    (place / "below").mkdir()
    (place / "below" / "my_rules.py").write_text("def mine(market, price, distance): return market\n")
    above = place / "below" / "above.yaml"
    above.write_text("title: above\nextends: ../scenario.yaml\nrules: {market_weight: 'my_rules.py:mine'}\n")
    (place / "below" / "my_rules.py").write_text(
        f"def mine({', '.join(sim.RULES['market_weight'].py_func.__code__.co_varnames[:3])}): return 1.0\n"
    )
    assert any("is another file than the my_rules.py" in fault.message for fault in faults_of(above))


def test_a_text_handed_over_reads_nothing_and_names_no_code(place: Path) -> None:
    (place / "secret.txt").write_text("the password\nis here\n")
    (place / "world").mkdir()
    text = SCENARIO.format("my_rules.py:sticky")
    for changed, where in (
        (text, "rules.brand_price"),
        (text.replace("classroom", str(place / "secret.txt")), "extends"),
        (text.replace("classroom", "secret.txt"), "extends"),
        (text.replace("classroom", str(place)), "extends"),
        (text.replace("rules: ", f"world: {place / 'world'}\nx: "), "world"),
    ):
        with pytest.raises(sim.FaultList) as caught:
            parse_scenario(changed, str(place / "upload.yaml"), only_shipped=True)
        assert any(fault.where == where for fault in caught.value.faults)
        said = str(caught.value)
        assert "password" not in said and "is a folder" not in said
    assert parse_scenario(text.partition("rules")[0], only_shipped=True).code == {}


def test_the_form_is_that_of_the_schema() -> None:
    assert FORM.fullmatch("a/b.py:f") and not FORM.fullmatch("a:b.py:f") and not FORM.fullmatch("a.b:f")
