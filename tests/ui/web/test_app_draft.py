"""What is edited on the page is a scenario file: it loads by the strict loader, and its faults are the loader's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.common.errors import FaultList
from sim.policies import INSTRUMENTS
from sim.rules.parameters import PARAMETERS
from sim.scenario import load_scenario, parse_scenario, shipped_scenarios
from sim.ui.web.clause_fields import DATES, as_text, as_value, clause_fields
from sim.ui.web.labels import instruments, law_in_force, strength_range, what
from sim.ui.web.scenario_choice import drafted, handed_over, scenario_titles
from sim.ui.web.scenario_edits import Draft

BAN, LISTING = "ban-priority", "list-cn-2022"
CLAUSES = [clause.id for clause in sim.load("reference", posterior="none").scenario.policies]
TEXTS = st.one_of(
    st.dates().map(str),
    st.floats(-2, 3).map(lambda number: f"{number:g}"),
    st.sampled_from(["", "true", "false", "NO", "0302", "1e400", "x: y", "2022-2-1", "’", "- a"]),
)
EDITS = st.lists(
    st.tuples(st.sampled_from(["", *CLAUSES]), st.sampled_from([*DATES, "strength", "enabled", "aversion"]), TEXTS),
    max_size=4,
)


def edited(*edits: tuple[str, str, str], chosen: str = "reference") -> Draft:
    draft = drafted(chosen)
    for edit in edits:
        draft.change(*edit)
    return draft


def test_nothing_changed_is_the_chosen_scenario() -> None:
    strength = next(
        clause.strength for clause in sim.load("reference", posterior="none").scenario.policies if clause.id == BAN
    )
    for text in (f"{strength:g}", f"{strength:.6f}", f"{strength:e}"):
        draft = edited((BAN, "strength", text), (BAN, "enabled", "true"), (BAN, "ends", ""))
        assert not draft.changed, text
        assert draft.read().case is draft.chosen
    assert edited((BAN, "strength", f"{strength / 2.0:g}")).changed
    assert edited((BAN, "strength", "true")).changed, "no number, though Python takes it for 1"


def test_an_edit_does_what_the_library_does() -> None:
    draft = edited((BAN, "strength", "0.4"), (LISTING, "enabled", "false"), ("", "aversion", "3.5"))
    case = draft.read().case
    assert case is not None
    whole = draft.chosen.scenario
    clause = next(one for one in whole.policies if one.id == BAN).model_copy(update={"strength": 0.4})
    by_hand = whole.with_changes(
        policies=[clause], without=[LISTING], parameters={"aversion": 3.5}, title=f"{whole.title}, changed"
    )
    assert case.scenario == by_hand


@settings(max_examples=15, deadline=None)
@given(EDITS)
def test_what_runs_is_what_the_exported_files_load_to(edits: list[tuple[str, str, str]]) -> None:
    draft = edited(*[edit for edit in edits if bool(edit[0]) != (edit[1] == "aversion")])
    read = draft.read()
    assert (read.case is None) == bool(read.complaints)
    if read.case is None:
        with pytest.raises(FaultList) as found:
            parse_scenario(draft.overlay(), "my.yaml")
        assert sorted(one.message for one in read.complaints) == sorted(f.message for f in found.value.faults)
        assert all(one.clause in {*CLAUSES, ""} for one in read.complaints)
    else:
        assert parse_scenario(draft.overlay(), "my.yaml") == read.case.scenario or not draft.changed
        assert parse_scenario(draft.resolved(), "my.yaml") == read.case.scenario


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_can_be_edited_and_exported(name: str, tmp_path: Path) -> None:
    draft = drafted(name)
    naming = {clause.id for clause in draft.chosen.scenario.policies if getattr(clause, "names", ())}
    for at, clause in enumerate(draft.in_date_order):
        key, value = [("enabled", "false"), ("strength", "0"), ("announced", "")][at % 3]
        # A clause that names its firms lists as many as it names.
        draft.change(clause, *(("enabled", "false") if key == "strength" and clause in naming else (key, value)))
    draft.title = "Mine"
    case = draft.read().case
    assert case is not None
    path = tmp_path / "mine.yaml"
    path.write_text(draft.overlay(), encoding="utf-8")
    assert load_scenario(path) == case.scenario
    path.write_text(draft.resolved(), encoding="utf-8")
    assert load_scenario(path) == case.scenario


@pytest.mark.parametrize(
    ("edit", "place", "said"),
    [
        ((BAN, "ends", "2021-01-01"), (BAN, "ends"), "ends on 2021-01-01, before its first day in force, 2022-02-26"),
        ((BAN, "strength", "1.5"), (BAN, "strength"), "read 1.5, expected a share between 0 and 1"),
        ((BAN, "strength", ""), (BAN, "strength"), "read '', expected a share between 0 and 1"),
        ((BAN, "effective", "soon"), (BAN, "effective"), "read 'soon', expected a date YYYY-MM-DD"),
        (("ban-electrical", "effective", "2031-01-01"), ("ban-electrical", "effective"), "2024-12"),
        (("", "aversion", "99"), ("", "aversion"), "read '99', expected a number from 0 to 20 (log points)"),
    ],
)
def test_faults_stand_at_their_fields_in_the_loaders_words(
    edit: tuple[str, str, str], place: tuple[str, str], said: str
) -> None:
    read = edited(edit).read()
    assert read.case is None
    (fault,) = read.complaints
    assert (fault.clause, fault.key) == place
    assert said in fault.message


def test_another_number_of_firms_than_are_named_is_told_at_its_clause() -> None:
    read = edited(("list-drones-2024", "strength", "3"), chosen="drone-makers-listed-tighten").read()
    assert read.case is None
    assert [(fault.clause, fault.message) for fault in read.complaints] == [
        ("list-drones-2024", "names 2 firms, but strength lists 3; make them equal")
    ]


def test_undoing_is_complete() -> None:
    draft = edited((BAN, "strength", "0.4"), ("", "aversion", "3"))
    draft.undo(BAN)
    assert draft.changed
    draft.undo(key="aversion")
    assert not draft.changed
    draft.change(BAN, "ends", "2023-01-01")
    draft.undo()
    assert not draft.changed


def test_a_file_is_extended_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text("extends: reference\ntitle: Mine\nseed: 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    draft = drafted("mine.yaml")
    draft.change(BAN, "strength", "0.2")
    monkeypatch.chdir("/")
    scenario = parse_scenario(draft.overlay(), "elsewhere.yaml")
    assert (scenario.seed, scenario.title) == (3, "Mine, changed")
    assert draft.portable


def test_a_file_handed_over_is_named_as_the_user_knows_it(tmp_path: Path) -> None:
    with pytest.raises(FaultList) as found:
        handed_over(b"extends: reference\nsed: 3\n", "mine.yaml", tmp_path / "a")
    assert str(found.value).startswith("mine.yaml:2:1: sed: unknown key 'sed'; did you mean 'seed'?")
    draft = handed_over(b"extends: reference\nseed: 3\n", "../../mine.yaml", tmp_path / "b")
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine.yaml"]
    draft.change(BAN, "enabled", "false")
    assert not draft.portable
    assert BAN not in {clause.id for clause in parse_scenario(draft.resolved(), "mine.yaml").policies}


@pytest.mark.parametrize(
    "text",
    [
        "extends: /etc/passwd\n",
        "extends: {secret}\n",
        "extends: ../secret.yaml\n",
        "extends: secret.yaml\n",
        "extends: reference\nworld: {folder}\n",
        "extends: reference\nworld: ../world\n",
        "extends: reference\nrules: {{route_weight: 'mine.py:f'}}\n",
        "extends: reference\nrules: {{route_weight: 'os:system'}}\n",
    ],
)
def test_a_file_handed_over_reads_no_other_and_is_told_nothing_of_them(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for place in (tmp_path, tmp_path / "in"):
        (place / "secret.yaml").write_text("password: swordfish\n", encoding="utf-8")
        (place / "mine.py").write_text("raise SystemExit('it ran')\n", encoding="utf-8")
        (place / "world").mkdir()
    with pytest.raises(FaultList) as found:
        handed_over(
            text.format(secret=tmp_path / "secret.yaml", folder=tmp_path / "world").encode(), "in.yaml", tmp_path / "in"
        )
    said = str(found.value)
    assert said.startswith("in.yaml:")
    assert {fault.file for fault in found.value.faults} == {"in.yaml"}
    for word in ("swordfish", "root:", "is a folder", "states.csv"):
        assert word not in said


def test_what_a_file_handed_over_inherits_is_told_by_its_name_alone(tmp_path: Path) -> None:
    text = "extends: reference\nmonths: {first: 2021-01, last: 2021-03}\nparameters: {aversion: much}\n"
    with pytest.raises(FaultList) as found:
        handed_over(text.encode(), "mine.yaml", tmp_path)
    assert {fault.file for fault in found.value.faults} <= {"mine.yaml", "reference.yaml"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"title: \xe9", "mine.yaml:1:8: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"a: 1\n" * 200_001, "mine.yaml: is larger than 1 MB"),
        (b"", "mine.yaml:1:1: the file is empty"),
        (b"PK\x03\x04\x00", "mine.yaml:1:3: character U+0003 is not allowed in YAML"),
        (b"a: " + b"[" * 100_000, "mine.yaml:1:15: nested more than 12 deep"),
    ],
)
def test_a_file_handed_over_that_cannot_be_read_says_so(raw: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(FaultList) as found:
        handed_over(raw, "mine.yaml", tmp_path / "in")
    assert str(found.value).startswith(said)
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize("name", ["", "..", "a\nb.yaml", "x" * 400 + ".yaml", "/etc/passwd", "a\0b", "con:.yml"])
def test_no_name_leads_out_of_its_folder(name: str, tmp_path: Path) -> None:
    draft = handed_over(b"extends: classroom\n", name, tmp_path / "in")
    (path,) = (tmp_path / "in").iterdir()
    assert draft.extends == str(path)
    assert path.suffix == ".yaml"
    draft.change("ban-half", "strength", "0.1")
    assert draft.read().case is not None


def test_the_choice_holds_everything_that_ships() -> None:
    assert set(scenario_titles()) == set(shipped_scenarios())
    assert next(iter(scenario_titles())) == "reference"


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_clause_has_words_and_a_slider_that_holds_it(name: str) -> None:
    case = sim.load(name, posterior="none")
    for clause in case.scenario.policies:
        low, high, step = strength_range(clause.kind, clause.strength)
        assert low <= clause.strength <= high
        assert 0.0 < step < high - low
        assert what(clause.kind)
    told = law_in_force(case.scenario, case.world).texts()
    assert len(told) == len(case.scenario.policies)
    codes = {*case.world.states, *case.world.goods} - set(case.world.state_names) - set(case.world.good_names)
    assert not {cell for row in told for text in row[3:6] for cell in text.split(", ")} & codes


def test_main_parameters_are_parameters() -> None:
    from sim.ui.web.labels import MAIN_PARAMETERS

    assert set(MAIN_PARAMETERS) <= set(PARAMETERS)


@pytest.mark.parametrize("scenario", ["reference", "classroom"])
def test_a_clause_of_every_instrument_can_be_added_as_it_stands_in_the_choice(scenario: str, tmp_path: Path) -> None:
    draft = drafted(scenario)
    added = [draft.add(kind) for kind in instruments()]
    assert set(instruments()) == set(INSTRUMENTS)
    read = draft.read()
    assert read.complaints == ()
    assert read.case is not None
    ids = {clause.id for clause in read.case.scenario.policies}
    assert set(added) <= ids
    path = tmp_path / "mine.yaml"
    for text in (draft.overlay(), draft.resolved()):
        path.write_text(text, encoding="utf-8")
        assert load_scenario(path) == read.case.scenario


@pytest.mark.parametrize("kind", sorted(INSTRUMENTS))
def test_every_field_of_an_instrument_can_be_filled_in(kind: str) -> None:
    fields = clause_fields(kind)
    declared = set(INSTRUMENTS[kind].model_fields) - {"id", "kind"}
    assert set(fields) == declared - (set() if INSTRUMENTS[kind].by_good else {"goods"})
    assert all(field.label and field.meaning for field in fields.values())
    for key, value in INSTRUMENTS[kind].example.items():
        held = list(value) if isinstance(value, tuple) else value
        assert as_value(kind, key, as_text(kind, key, value)) == held
        if fields[key].form == "choice":
            assert value in fields[key].choices


def test_what_is_made_on_the_page_gives_the_same_numbers_from_its_file(tmp_path: Path) -> None:
    draft = drafted("classroom")
    name = draft.add("export_ban")
    for key, value in {"by": "coalition", "towards": "BETA", "strength": "0.5", "effective": "2022-02-10"}.items():
        draft.change(name, key, value)
    read = draft.read()
    assert read.case is not None
    path = tmp_path / "mine.yaml"
    path.write_text(draft.overlay(), encoding="utf-8")
    here, there = read.case.run().flows, sim.load(path, posterior="none").run().flows
    assert here.equals(there)
    assert not here.equals(sim.load("classroom").run().flows)


def test_a_clause_is_copied_taken_out_and_put_back() -> None:
    draft = edited((BAN, "strength", "0.4"))
    copy = draft.duplicate(BAN)
    assert draft.value(copy, "strength") == "0.4"
    assert draft.value(copy, "goods") == draft.value(BAN, "goods")
    # Two bans on the same lanes contradict each other, so the copy is off until it differs.
    assert draft.value(copy, "enabled") == "false"
    assert draft.read().complaints == ()
    draft.change(copy, "enabled", "true")
    (complaint,) = draft.read().complaints
    assert complaint.clause == copy
    assert "repeats" in complaint.message
    draft.change(BAN, "ends", "2022-12-31")
    draft.change(copy, "announced", "")
    draft.change(copy, "effective", "2023-01-01")
    assert draft.read().complaints == ()
    assert draft.duplicate(copy) not in (BAN, copy)

    draft.remove(copy)
    draft.remove(LISTING)
    assert LISTING not in draft.in_date_order
    case = draft.read().case
    assert case is not None
    assert {LISTING, copy} & {clause.id for clause in case.scenario.policies} == set()
    draft.undo(LISTING)
    assert LISTING in draft.in_date_order
    draft.undo()
    assert not draft.changed
    assert draft.read().case is draft.chosen


def test_faults_of_what_was_added_stand_at_its_fields_in_the_loaders_words() -> None:
    draft = drafted("reference")
    name = draft.add("licensing_rule")
    for key, value in {
        "by": "",
        "towards": "RUS, Atlantis",
        "fidelity": "3",
        "effective": "soon",
        "source": "",
    }.items():
        draft.change(name, key, value)
    found = {one.key: one.message for one in draft.read().complaints if one.clause == name}
    assert set(found) == {"by", "towards", "fidelity", "effective", "source"}
    assert found["by"] == "the list is empty; name at least one"
    assert found["towards"].startswith("unknown state 'Atlantis'")
    assert "expected a share between 0 and 1" in found["fidelity"]
    with pytest.raises(FaultList) as said:
        parse_scenario(draft.overlay(), "my.yaml")
    assert sorted(found.values()) == sorted(fault.message for fault in said.value.faults)


def test_the_window_can_be_moved_and_a_wrong_one_is_told_at_its_field() -> None:
    draft = edited(("", "months.last", "2022-12"))
    case = draft.read().case
    assert case is not None
    assert case.scenario.months.count == 24
    draft.change("", "months.last", "2024-12")
    assert not draft.changed
    draft.change("", "months.last", "2020-01")
    (complaint,) = draft.read().complaints
    assert (complaint.clause, complaint.key) == ("", "months.last")
    assert "comes before the first" in complaint.message
