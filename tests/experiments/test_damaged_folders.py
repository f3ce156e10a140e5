"""Folders of runs, posteriors and studies that are damaged or foreign: a valid load, or one clear fault."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.common.files import digest_of
from sim.metrics import METRICS
from sim.report.run_tables import deliveries_alone, ledgers
from sim.report.study_findings import summed_up
from sim.simulation.results import TABLES, Results
from sim.simulation.run_record import RECORD

MUTANTS, SEED = 120, 20
ODD = [None, -1, 1e400, "x", [], {}, True, [[]], float("nan"), 10**400]
TEXTS = [b"", b"null", b"[]", b"1", b"a: b: c", b"{}\n{}", b"[" * 100_000, b"\xff\xfe", b"a,b\n1,2,3\n", b"1" * 5000]


def use_run(folder: Path) -> None:
    run = Results.open(folder)
    assert all(len(getattr(run, name).columns) for name in TABLES)
    assert deliveries_alone(run) and ledgers(run) and repr(run)


def use_posterior(folder: Path) -> None:
    sim.load("classroom").with_posterior(posterior=sim.load_posterior(folder))


def use_study(folder: Path) -> None:
    assert summed_up(sim.read_runs(folder))


def places(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to each value of nested data."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*above, key)
        yield from places(value, (*above, key))


def spoilt_json(text: bytes, rng: random.Random) -> bytes:
    data = json.loads(text)
    *above, last = rng.choice(list(places(data)))
    inner = data
    for key in above:
        inner = inner[key]
    if rng.random() < 0.4:
        del inner[last]
    else:
        inner[last] = rng.choice(ODD)
    return json.dumps(data).encode()


def spoilt_csv(text: bytes, rng: random.Random) -> bytes:
    lines = text.decode().split("\n")
    at = rng.randrange(min(3, len(lines)))
    cells = lines[at].split(",")
    cells[rng.randrange(len(cells))] = rng.choice(["", "word", '"open', "\x00", "inf", "1,2"])
    return "\n".join([*lines[:at], ",".join(cells), *lines[at + 1 :]]).encode()


def spoil_table(path: Path, rng: random.Random) -> None:
    """Another table in the place of one, with which the record agrees."""
    table = pd.read_parquet(path)
    column = rng.choice(list(table.columns))
    changes: list[Callable[[pd.DataFrame], pd.DataFrame]] = [
        lambda t: t.drop(columns=column), lambda t: t.rename(columns={column: "other"}), lambda t: t.iloc[:0],
        lambda t: t.assign(**{column: None}), lambda t: t.assign(**{column: [[1]] * len(t)}),
        lambda t: t.assign(**{column: "text" if pd.api.types.is_numeric_dtype(t[column]) else 1.5}),
    ]  # fmt: skip
    rng.choice(changes)(table).to_parquet(path)
    record = path.with_name(RECORD)
    if record.exists():
        data = json.loads(record.read_text())
        data["tables"][path.stem]["sha256"] = data["files"][path.name] = digest_of(path)
        record.write_text(json.dumps(data))


def spoil(folder: Path, rng: random.Random) -> str:
    """Spoils one file of a folder; what was done to which."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".json", ".yaml", ".csv", ".parquet"))
    path = rng.choice([*files, *(3 * [path for path in files if path.suffix == ".json"])])
    text = path.read_bytes()
    how = rng.choice(["cut", "flipped", "other", "gone", "folder", "inside", "inside", "inside"])
    if how == "gone" or how == "folder":
        path.unlink()
        if how == "folder":
            path.mkdir()
    elif how == "inside" and path.suffix == ".parquet":
        spoil_table(path, rng)
    elif how == "inside" and path.suffix in (".json", ".csv"):
        path.write_bytes(spoilt_json(text, rng) if path.suffix == ".json" else spoilt_csv(text, rng))
    elif how == "flipped":
        spots = {rng.randrange(len(text)) for _ in range(rng.choice([1, 20]))}
        path.write_bytes(bytes(byte ^ 255 if spot in spots else byte for spot, byte in enumerate(text)))
    else:
        path.write_bytes(rng.choice(TEXTS) if how == "other" else text[: rng.randrange(len(text))])
    return f"{path.name}, {how}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Callable[[Path], None]]]:
    place = tmp_path_factory.mktemp("sound")
    run = sim.load("classroom").with_changes(months={"last": "2022-03"}).run().save(place / "runs")
    posterior = place / "posterior"
    posterior.mkdir()
    (posterior / "draws.csv").write_text("parameters.aversion,parameters.learning\n5.0,0.5\n6.0,0.4\n")
    (posterior / RECORD).write_text(json.dumps({"scenario": "classroom", "world": "classroom", "fitted_scenario": {}}))
    study = {"base": "classroom", "levers": {"parameters.aversion": [3, 6]}, "metrics": [next(iter(METRICS))]}
    sim.sweep(study, folder=place / "study", progress=False)
    return {"run": (run, use_run), "posterior": (posterior, use_posterior), "study": (place / "study", use_study)}


@pytest.mark.parametrize("kind", ["run", "posterior", "study"])
def test_a_damaged_folder_is_one_clear_fault_or_loads(kind: str, folders: Any, tmp_path: Path) -> None:
    sound, use = folders[kind]
    use(sound)
    rng, told = random.Random(SEED), list[str]()
    for number in range(MUTANTS):
        folder = Path(shutil.copytree(sound, tmp_path / str(number)))
        what = spoil(folder, rng)
        try:
            use(folder)
        except sim.SimError as error:
            told.append(str(error))
        except Exception as error:
            pytest.fail(f"mutant {number} ({what}): {type(error).__name__}: {error}")
    assert len(told) > MUTANTS / 4
    assert max(map(len, told)) < 5000
