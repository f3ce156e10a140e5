"""Results on disk: whole or absent, the same when opened again, and refused when damaged."""

from __future__ import annotations

import hashlib
import json
import os
import warnings

import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim
from sim.common import renamed as renamed_module
from sim.common.renamed import RENAMED, OldName
from sim.metrics.series import summary
from sim.simulation import results as results_module
from sim.simulation.results import TABLES, Results


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


def test_a_failure_while_writing_leaves_nothing(run, tmp_path, monkeypatch):
    written = []

    def fails(table, path, **options):
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        pq_write(table, path, **options)

    pq_write = pq.write_table
    monkeypatch.setattr(results_module.pq, "write_table", fails)
    with pytest.raises(sim.SimError, match="No space left on device"):
        run.save(tmp_path / "out")
    assert written and list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_clear_message(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(sim.SimError, match="cannot write results to"):
        run.save(tmp_path / "file")


def test_saving_again_replaces_the_folder_whole(run, tmp_path):
    folder = run.save(tmp_path)
    (folder / "stray.txt").write_text("old")
    assert run.save(tmp_path) == folder
    assert not (folder / "stray.txt").exists()
    assert sorted(os.listdir(tmp_path)) == [folder.name]


def test_a_damaged_table_is_refused(run, tmp_path):
    folder = run.save(tmp_path)
    with (folder / "flows.parquet").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(sim.SimError, match="flows changed since the run wrote it"):
        Results.open(folder)
    with pytest.raises(sim.SimError, match="is not the folder of a run"):
        Results.open(tmp_path)


def test_too_few_exporters_is_one_clear_message():
    with pytest.raises(sim.SimError, match=r"agents\.exporters: 5 exporters cannot cover"):
        sim.load("null").with_changes(agents={"exporters": 5}).run()


def test_too_few_intermediaries_is_one_clear_message():
    with pytest.raises(sim.SimError, match=r"agents\.intermediaries: 3 intermediaries cannot serve 11 hubs"):
        sim.load("null").with_changes(agents={"intermediaries": 3}).run()


def test_cases_that_differ_in_more_than_law_are_not_compared(reference):
    with pytest.raises(sim.SimError, match="cannot be paired: they differ in seed"):
        sim.compare(reference, reference.with_changes(seed=9))
