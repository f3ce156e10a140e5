"""Results on disk: whole or absent, the same when opened again, and refused when damaged."""

from __future__ import annotations

import hashlib
import json
import os
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.common import renamed as renamed_module
from sim.common.files import digest_of
from sim.common.renamed import RENAMED, OldName
from sim.metrics.series import summary
from sim.model.history import keep, refuse_not_finite
from sim.simulation.results import TABLES, Results
from sim.simulation.run_folder import added_to, refuse_to_replace


@pytest.fixture(scope="module")
def run(reference):
    return reference.with_changes(months={"first": "2022-01", "last": "2022-03"}).run()


def test_saved_and_opened_tables_are_equal(run, tmp_path):
    folder = run.save(tmp_path)
    again = Results.open(folder)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(run, name), getattr(again, name))
    assert again.record["seed"] == run.record["seed"] and again.scenario_yaml == run.scenario_yaml
    assert sim.parse_scenario(again.scenario_yaml).digest == run.record["scenario_digest"]
    pd.testing.assert_frame_equal(summary(run), summary(again))


def test_the_record_says_what_made_it(run, tmp_path):
    folder = run.save(tmp_path)
    record = json.loads((folder / "record.json").read_text())
    for key in ("scenario_digest", "world_digest", "parameters", "seed", "versions", "mode", "exporters", "clauses"):
        assert key in record
    assert set(record["tables"]) == set(TABLES)
    stamp = json.loads(pq.read_schema(folder / "flows.parquet").metadata[b"sim"])
    assert stamp["scenario_digest"] == record["scenario_digest"]


def test_units_stand_in_column_names(run):
    assert {"volume_musd", "value_musd", "recorded_musd", "price_index"} <= set(run.flows.columns)
    assert all(c.endswith("_volume_musd") for c in run.orders.columns[6:])


def test_no_column_names_a_base_year_and_the_record_does(run):
    assert not [column for name in TABLES for column in getattr(run, name).columns if any(map(str.isdigit, column))]
    assert run.record["base_year"] == 2021


def test_a_folder_written_under_old_names_is_read_with_a_hint(run, tmp_path, monkeypatch):
    folder = run.save(tmp_path)
    record = json.loads((folder / "record.json").read_text())
    old = {new: old for old, new in RENAMED["column"].items() if old not in ("effort_2021", "arrived_banned_musd")}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        table = pq.read_table(path)
        pq.write_table(table.rename_columns([old.get(column, column) for column in table.column_names]), path)
        record["tables"][name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "record.json").write_text(json.dumps(record))
    assert "quantity" + "_musd_2021" in pq.read_schema(folder / "flows.parquet").names
    again = Results.open(folder)
    monkeypatch.setattr(renamed_module, "_SAID", {})
    with pytest.warns(OldName, match=r"column 'quantity_musd.2021' is an old name.*'volume_musd'"):
        pd.testing.assert_frame_equal(run.flows, again.flows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OldName)
        for name in TABLES:
            pd.testing.assert_frame_equal(getattr(run, name), getattr(again, name))


def test_an_old_column_is_read_with_a_hint(run):
    with pytest.warns(FutureWarning, match="column 'road' is an old name"):
        assert run.flows["road"].equals(run.flows["route"])
    with pytest.warns(FutureWarning, match="column 'headquarters'"):
        assert list(run.flows[["month", "headquarters"]]) == ["month", "brand_origin"]
    with pytest.raises(KeyError, match="rout"):
        run.flows["rout"]
    assert type(run.flows[run.flows["route"] == "direct"]) is pd.DataFrame


def test_a_failure_while_writing_leaves_nothing(run, tmp_path, monkeypatch):
    written = []

    def fails(table, path, **options):
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        pq_write(table, path, **options)

    pq_write = pq.write_table
    monkeypatch.setattr(pq, "write_table", fails)
    with pytest.raises(sim.SimError, match="No space left on device"):
        run.save(tmp_path / "out")
    assert written and list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_clear_message(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(sim.SimError, match=r"cannot write .*: (Not a directory|File exists)"):
        run.save(tmp_path / "file")


def files_in(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def edited(folder, name, **changes):
    """The folder with a changed JSON file."""
    data = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**data, **changes}))
    return folder


def with_figure(text):
    def also(folder):
        (folder / "figures").mkdir()
        (folder / "figures" / "a.csv").write_text(text)

    return also


def test_saving_again_takes_nothing_away(run, tmp_path):
    folder = run.save(tmp_path, with_figure("drawn"))
    (folder / "notes.txt").write_text("mine")
    (folder / "figures" / "mine.png").write_text("mine")
    before = files_in(folder)
    assert run.save(tmp_path) == folder
    after = files_in(folder)
    assert before == after
    assert os.listdir(tmp_path) == [folder.name]
    assert json.loads(after["record.json"])["files"].keys() == before.keys() - {
        "notes.txt",
        "figures/mine.png",
        "record.json",
    }


def test_a_rerun_refreshes_what_it_wrote_itself(run, tmp_path):
    folder = run.save(tmp_path, with_figure("drawn"))
    run.save(tmp_path, with_figure("drawn anew"))
    assert (folder / "figures" / "a.csv").read_text() == "drawn anew"
    Results.open(folder)


@pytest.mark.parametrize("name", ["figures/a.csv", "scenario.yaml", "flows.parquet"])
def test_a_file_that_was_changed_since_is_replaced_only_where_that_is_asked_for(run, tmp_path, name):
    folder = run.save(tmp_path, with_figure("drawn"))
    (folder / name).write_text("mine")
    before = files_in(folder)
    with pytest.raises(sim.SimError, match=f"has {name} already.*--force"):
        run.save(tmp_path, with_figure("drawn anew"))
    assert files_in(folder) == before
    run.save(tmp_path, with_figure("drawn anew"), force=True)
    assert Results.open(folder).record["seed"] == run.record["seed"]
    assert (folder / "figures" / "a.csv").read_text() == "drawn anew"


def test_a_file_of_the_owners_under_a_name_of_ours_is_in_the_way(run, tmp_path):
    folder = run.save(tmp_path)
    (folder / "figures").mkdir()
    (folder / "figures" / "a.csv").write_text("mine")
    with pytest.raises(sim.SimError, match=r"has figures/a\.csv already"):
        run.save(tmp_path, with_figure("drawn"))
    assert (folder / "figures" / "a.csv").read_text() == "mine"


def test_the_same_run_with_other_numbers_is_another_ones_work(reference, run, tmp_path):
    folder = run.save(tmp_path, with_figure("drawn"))
    (folder / "notes.txt").write_text("mine")
    before = files_in(folder)
    other = reference.with_changes(months={"first": "2022-01", "last": "2022-03"}, parameters={"aversion": 4.0}).run()
    other.record["run_digest"], other.record["title"] = run.record["run_digest"], run.title
    with pytest.raises(sim.SimError, match=r"has this run already, made by other code.*--force"):
        other.save(tmp_path)
    assert files_in(folder) == before
    other.save(tmp_path, force=True)
    # The figure was of the other numbers; the notes are the owner's.
    assert not (folder / "figures" / "a.csv").exists() and (folder / "notes.txt").read_text() == "mine"
    assert Results.open(folder).record["parameters"]["aversion"] == 4.0


def test_what_is_added_later_stands_in_the_record(run, tmp_path):
    folder = run.save(tmp_path)
    for text in ("one", "two"):
        with added_to(folder) as scratch:
            (scratch / "figures").mkdir()
            (scratch / "figures" / "a.csv").write_text(text)
    assert "figures/a.csv" in Results.open(folder).record["files"]
    assert (folder / "figures" / "a.csv").read_text() == "two"


def test_a_run_is_refused_before_it_is_made(run, tmp_path):
    folder = edited(run.save(tmp_path, with_figure("drawn")), "record.json", code="this")
    names = ["flows.parquet", "figures/a.csv", "figures/b.csv", "record.json"]
    refuse_to_replace(folder, names, "this")
    with pytest.raises(sim.SimError, match="made by other code"):
        refuse_to_replace(folder, names, "that")
    (folder / "figures" / "b.csv").write_text("mine")
    with pytest.raises(sim.SimError, match=r"has figures/b\.csv already"):
        refuse_to_replace(folder, names, "this")


def test_a_damaged_table_is_refused(run, tmp_path):
    folder = run.save(tmp_path)
    with (folder / "flows.parquet").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(sim.SimError, match="flows changed since the run wrote it"):
        Results.open(folder)
    with pytest.raises(sim.SimError, match="is not the folder of a run"):
        Results.open(tmp_path)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": 1}, r"record\.json: title: read '1', expected text"),
        ({"coalition": {}}, r"record\.json: coalition: read a mapping of keys, expected a list"),
        ({"tables": {"flows": {"rows": 1}}}, r"record\.json: tables\.flows\.sha256: is missing"),
        ({"tables": {}}, r"record\.json: tables\.flows: is missing"),
        ({"target": "XYZ"}, r"record\.json: target: is not what flows\.parquet says of its run"),
    ],
)
def test_a_damaged_record_is_one_clear_fault(run, tmp_path, changes, why):
    folder = edited(run.save(tmp_path), "record.json", **changes)
    with pytest.raises(sim.SimError, match=why):
        Results.open(folder)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "cannot be read as JSON"),
        (b'{"a": 1,\n}', r"record\.json:2:1: cannot be read as JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"[]", "read an empty list, expected a mapping"),
        (b"1" * 5000, "is not a record"),
    ],
)
def test_a_record_that_is_none_is_one_clear_fault(run, tmp_path, text, why):
    folder = run.save(tmp_path)
    (folder / "record.json").write_bytes(text)
    with pytest.raises(sim.SimError, match=why):
        Results.open(folder)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda t: t.drop(columns="route"), "route: the column is missing"),
        (lambda t: t.assign(value_musd="much"), "value_musd: the column holds text, expected numbers"),
        (lambda t: t.assign(month=1), "month: the column holds numbers, expected text"),
    ],
)
def test_a_table_of_another_kind_is_one_clear_fault(run, tmp_path, spoil, why):
    folder = run.save(tmp_path)
    path = folder / "flows.parquet"
    spoil(pd.read_parquet(path)).to_parquet(path)
    tables = json.loads((folder / "record.json").read_text())["tables"]
    tables["flows"]["sha256"] = digest_of(path)
    with pytest.raises(sim.SimError, match=why):
        Results.open(edited(folder, "record.json", tables=tables))


def test_too_few_exporters_is_one_clear_message():
    with pytest.raises(sim.SimError, match=r"agents\.exporters: 5 exporters cannot cover"):
        sim.load("null", posterior="none").with_changes(agents={"exporters": 5}).run()


def test_too_few_intermediaries_is_one_clear_message():
    with pytest.raises(sim.SimError, match=r"agents\.intermediaries: 3 intermediaries cannot serve 11 hubs"):
        sim.load("null", posterior="none").with_changes(agents={"intermediaries": 3}).run()


def test_cases_that_differ_in_more_than_law_are_not_compared(reference):
    longer = reference.with_changes(months={"last": "2022-06"})
    with pytest.raises(sim.SimError, match=r"differ in months \(.* against .*\); give both the same, with --months"):
        sim.compare(reference, longer)
    with pytest.raises(sim.SimError, match="cannot be paired: they differ in seed"):
        sim.compare(reference, reference.with_changes(seed=9))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_run_that_is_no_number_is_no_run(monkeypatch, bad):
    """Prices are lost in the second month, and orders in the third: the first month and what it is are named."""

    def spoilt(model, record):
        keep(model, record)
        if model.elapsed:
            record.log_price[model.elapsed, 0, 0, 0] = bad
        if model.elapsed > 1:
            record.fate[model.elapsed, 0, 0, 0] = bad

    monkeypatch.setattr("sim.simulation.simulation.keep", spoilt)
    with pytest.raises(sim.SimError, match=r"the run is no number from 2022-02 on \(log_price\)"):
        sim.load("classroom").run()


def test_a_run_of_sound_rules_is_a_number(run):
    refuse_not_finite(run.source.record, 0)
    run.source.record.need[2, 0, 0], whole = np.inf, run.source.record.need[2, 0, 0]
    with pytest.raises(sim.SimError, match=r"from 0000-03 on \(need\)"):
        refuse_not_finite(run.source.record, 0)
    run.source.record.need[2, 0, 0] = whole


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.assign(value_musd=np.nan), r"flows\.parquet: value_musd: is not a number in ([0-9,]+) of \1 rows"),
        (lambda t: t.assign(value_musd=1e308), r"flows\.parquet: value_musd: is not a number in ([0-9,]+) of \1 rows"),
        (
            lambda t: t.assign(month=pd.Series([None] * len(t), dtype="string")),
            r"flows\.parquet: month: is empty in ([0-9,]+) of \1 rows",
        ),
        (lambda t: t.iloc[1:], r"flows\.parquet: has [0-9]+ rows; the run wrote [0-9]+"),
    ],
)
def test_a_table_that_no_run_wrote_is_refused(run, tmp_path, change, told):
    """Also where its digest stands in the record, as in that of another program."""
    folder = run.save(tmp_path)
    path, record = folder / "flows.parquet", json.loads((folder / "record.json").read_text())
    table = pq.read_table(path)
    changed = pa.Table.from_pandas(change(table.to_pandas()), preserve_index=False)
    pq.write_table(changed.replace_schema_metadata(table.schema.metadata), path)
    record["tables"]["flows"]["sha256"] = digest_of(path)
    (folder / "record.json").write_text(json.dumps(record))
    with pytest.raises(sim.SimError, match=told):
        Results.open(folder).to_target()
