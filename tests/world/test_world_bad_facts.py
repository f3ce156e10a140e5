"""What is wrong with tables of facts: every fault of every table at once, with its place; nothing is written."""

import re
from pathlib import Path

import pytest
from changed_facts import Change, changed, instead, without

from sim.common.errors import Fault, FaultList, SimError
from sim.world import load_world
from sim.world.build import build_world


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(FaultList) as caught:
        build_world(folder, folder.parent / "out")
    assert not (folder.parent / "out").exists()
    return caught.value.faults


def line_of(folder: Path, file: str, start: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(start))


CASES = [
    (
        "pair_records_2021.csv",
        instead("\nARE,CHN,", "\nARX,CHN,"),
        "'ARX' is no state of state_facts.csv; did you mean",
    ),
    (
        "pair_records_2021.csv",
        instead(",oecd_btige,", ",oecd_btig,"),
        "'oecd_btig' is none of the publishers of world_b",
    ),
    ("record_choices.csv", instead("USA,RUS,export", "USA,RUS,exports"), "'exports' is no flow, no publisher and not"),
    (
        "pair_seeds.csv",
        instead("\nCHN,", "\nCHX,", 3),
        "'CHX' is no state of state_facts.csv; did you mean 'CHN'? (and in",
    ),
    (
        "trade_mix_2021.csv",
        instead("\nEU27,drones,", "\nEU27,dronse,"),
        "'dronse' is no good of good_facts.csv; did you",
    ),
    ("good_cells_2021.csv", instead("\nKOR,RUS,", "\nKRO,RUS,"), "'KRO' is no state of state_facts.csv; did you"),
    (
        "pair_mix_2021.csv",
        instead(",optics,", ",optic,"),
        "'optic' is no good of good_facts.csv; did you mean 'optics'?",
    ),
    (
        "chapter_split.csv",
        instead(",84,high_priority", ",84,highpriority"),
        "'highpriority' is no good of good_facts.csv",
    ),
    ("target_chapters.csv", instead("\nCHN,", "\nCNH,"), "'CNH' is no state of state_facts.csv; did you mean 'CHN'?"),
    ("hub_reexports_2021.csv", instead("\nARM,all,", "\nARM,odd,"), "'odd' is no good of good_facts.csv"),
    ("hub_onward_2021.csv", instead("\nHKG,CHN,", "\nHKG,IND,"), "'IND' is no hub of state_facts.csv"),
    ("customs_offices.csv", instead("\nKGZ,", "\nKGX,"), "'KGX' is no state of state_facts.csv; did you mean 'KGZ'?"),
    ("customs_offices.csv", without("KGZ,"), "has no row for 'KGZ'"),
    ("state_totals_2021.csv", without("ARM,"), "has no row for 'ARM'"),
    ("trade_mix_2021.csv", without("ARM,"), "has no row for 'ARM'"),
    ("state_facts.csv", instead("\nMYS,Malaysia,third,0", "\nMYS,Malaysia,third,1"), "no row for hub 'MYS' and good"),
    ("state_facts.csv", instead(",Russia,target,", ",Russia,third,"), "read 'third'; world_build.yaml names 'RUS' as"),
    (
        "state_facts.csv",
        instead("Rest of the world,rest,0", "Rest of the world,rest,1"),
        "the role rest cannot be a hub",
    ),
    (
        "good_facts.csv",
        instead(",14.44,electrical_free,", ",14.44,electrical_fre,"),
        "unknown good 'electrical_fre'; did",
    ),
    ("good_facts.csv", instead(";uncontrolled", ";EU27"), "'EU27' is the code of a state"),
    (
        "good_facts.csv",
        lambda text: text + "toys,Toys,95,,0.1,0.5,0.5,3,,,,made up\n",
        "no state an export_share nor an",
    ),
    ("world_build.yaml", instead("[UKR]", "[UKX]"), "'UKX' is no state of state_facts.csv; did you mean 'UKR'?"),
    (
        "world_build.yaml",
        instead("target: RUS", "target: RSU"),
        "'RSU' is no state of state_facts.csv; did you mean 'RUS'",
    ),
    (
        "world_build.yaml",
        instead("electrical, vehicles]", "electric, vehicles]"),
        "'electric' is no good of good_facts",
    ),
    ("world_build.yaml", instead('"2019-01"', '"2010-01"'), "no row of all goods from 'WLD' to 'RUS' in 2010-01 and"),
    (
        "customs_by_chapter.csv",
        instead(",chapter_all,", ",chapter_al,"),
        "has no row chapter_all of the target in 2021",
    ),
    ("customs_by_chapter.csv", instead(",chapter_84,", ",chapter_0084,"), "has no chapter 84 of the target in 2021"),
    ("customs_by_chapter.csv", instead("\n2021,", "\n2020,", 200), "has chapters of 'RUS', but none of 2021"),
    ("customs_by_chapter.csv", instead("chapter_84,", "chapter_84,9"), "lie below the sum of the"),
    ("chapter_split.csv", None, "says of no chapter of 'RUS' which goods it holds"),
    ("exchange_rates.csv", instead("\n2021,", "\n2018,"), "read 'meur', but exchange_rates.csv has no rate for 2021"),
    ("chapter_split.csv", instead("\n,84,high_priority,0.", "\n,84,high_priority,0.9"), "brings the shares of 84 to"),
    ("trade_mix_2021.csv", instead("\nEU27,drones,0.", "\nEU27,drones,0.9"), "brings the shares of EU27 to"),
    ("hub_onward_2021.csv", instead("\nHKG,KGZ,0.03", "\nHKG,KGZ,0.99"), "brings the shares of KGZ to"),
    (
        "state_totals_2021.csv",
        instead("\nIND,394814,570000", "\nIND,394814,200000"),
        "lie below the sum of the seen part",
    ),
    ("good_cells_2021.csv", instead("\nKOR,RUS,", "\nKOR,UZB,"), "brings the goods from KOR to UZB to"),
    (
        "record_choices.csv",
        instead("USA,RUS,export", "USA,UKR,export"),
        "declare in record_choices.csv which is believed",
    ),
    ("good_cells_2021.csv", instead(",busd,", ",zusd,"), "unknown unit 'zusd'; did you mean 'busd'?"),
    ("customs_annual.csv", instead(",meur,", ",keur,"), "unknown unit 'keur'; did you mean 'meur'?"),
]


@pytest.mark.parametrize(("file", "change", "told"), CASES, ids=[f"{file}-{told[:24]}" for file, _, told in CASES])
def test_a_fault_has_its_place(tmp_path: Path, file: str, change: Change | None, told: str) -> None:
    found = faults(changed(tmp_path / "facts", {file: change}))
    mine = [fault for fault in found if told in fault.message]
    assert mine, [str(fault) for fault in found]
    whole = re.match("has no row|says of no|has no row chapter", mine[0].message)
    assert whole or (mine[0].line > 0 and mine[0].column > 0), str(mine[0])


def test_faults_of_all_tables_come_at_once(tmp_path: Path) -> None:
    """One of each table that can have its own, and none hides another; with another target nothing else is sure."""
    once: dict[str, tuple[Change, str]] = {}
    for file, change, told in CASES:
        if change is not None and file not in once and "chapter_al" not in told:
            once[file] = change, told
    folder = changed(
        tmp_path / "facts", {file: change for file, (change, _) in once.items() if file != "state_facts.csv"}
    )
    told_all = "\n".join(fault.message for fault in faults(folder))
    missed = [file for file, (_, told) in once.items() if told not in told_all and file != "state_facts.csv"]
    assert missed == []


def test_line_and_column_are_those_of_the_cell(tmp_path: Path) -> None:
    folder = changed(
        tmp_path / "facts",
        {
            "hub_onward_2021.csv": instead("\nHKG,TUR,", "\nHKG,TRU,"),
            "state_totals_2021.csv": instead("\nIND,394814,570000", "\nIND,394814,200000"),
            "world_build.yaml": instead("rest: ROW", "rest: RWO"),
        },
    )
    places = {(Path(fault.file).name, fault.line, fault.column) for fault in faults(folder)}
    assert ("hub_onward_2021.csv", line_of(folder, "hub_onward_2021.csv", "HKG,TRU"), 5) in places
    assert ("state_totals_2021.csv", line_of(folder, "state_totals_2021.csv", "IND,"), 12) in places
    assert ("world_build.yaml", line_of(folder, "world_build.yaml", "rest:"), 7) in places


def test_a_table_that_is_faulty_in_itself_hides_no_other_and_makes_up_no_faults(tmp_path: Path) -> None:
    """A row that cannot be read is no missing row."""
    found = faults(
        changed(
            tmp_path / "facts",
            {
                "customs_offices.csv": instead("\nKGZ,", "\nKGZ,x"),
                "hub_reexports_2021.csv": instead("\nARM,all,share,0.03", "\nARM,all,share,3"),
                "trade_mix_2021.csv": instead("\nEU27,drones,0", "\nEU27,drones,z"),
                "pair_seeds.csv": instead("\nCHN,", "\nCHX,"),
            },
        )
    )
    assert len(found) == 4
    assert {Path(fault.file).stem for fault in found} == {
        "customs_offices", "hub_reexports_2021", "trade_mix_2021", "pair_seeds",
    }  # fmt: skip


def test_without_states_nothing_else_can_be_said(tmp_path: Path) -> None:
    found = faults(changed(tmp_path / "facts", {"state_facts.csv": instead("\nEU27,", "\nEU27,,")}))
    assert {Path(fault.file).name for fault in found} == {"state_facts.csv"}


def test_a_target_without_a_season_has_none(tmp_path: Path) -> None:
    folder = changed(
        tmp_path / "facts", {"world_build.yaml": instead("season_exporters: [WLD, CHN]", "season_exporters: []")}
    )
    build_world(folder, tmp_path / "out")
    assert (load_world(tmp_path / "out").season == 1).all()


def test_facts_that_cannot_be_met_together_are_refused(tmp_path: Path) -> None:
    """Margins of the target that its held goods exceed: no single cell is at fault."""
    folder = changed(
        tmp_path / "facts", {"customs_by_chapter.csv": lambda text: re.sub(r",([0-9.]+),musd", ",1,musd", text)}
    )
    with pytest.raises(SimError, match=r"do not fit together|lie below the sum"):
        build_world(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
