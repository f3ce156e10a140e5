"""What is fuzzed: sound folders to start from, and how a user's command loads them and looks at what is there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import sim
from calibration.targets.priors import load_priors, values_at
from calibration.targets.targets import codes_of, load_targets, published_rates
from sim.common.package_data import shipped
from sim.experiments import Sweep
from sim.metrics.run_pair import run_pair
from sim.metrics.series import series_of
from sim.report.finding import points_of
from sim.report.notebook import page_of
from sim.report.study_findings import summed_up
from sim.simulation.intervals import Bands, side_by_side
from sim.simulation.run_record import TABLES
from sim.world.build.facts import read_facts

ROOT = Path(__file__).resolve().parents[2]
CUSTOMS = ROOT / "tests/world/customs_data/data"
STUDY = """\
title: A toy
question: What does a ban do?
base: classroom
levers:
  policies.ban-half.strength: [0.25, 0.75]
uncertainties:
  parameters.learning: {low: 0.2, high: 0.8}
design:
  levers: grid
  uncertainties: {listed: points.csv}
compare_with: base
metrics: [shortfall, "reaching[direct]@2022-01:2022-02"]
"""
POINTS = "parameters.learning\n0.25\n0.5\n0.75\n"


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes:
        originals: fills an empty folder with sound folders, one or more.
        load: loads one of them, or a mutant, and looks at what is there; a clear fault is a ``SimError``.
        weight: how many mutants of it there are for one of another.
        seal: makes a damaged file pass for whole, as one that another version of the program wrote; called with it.
    """

    originals: Callable[[Path], object]
    load: Callable[[Path], object]
    weight: int = 1
    seal: Callable[[Path], object] | None = None


# --------------------------------------------------------------------------------------------------------- scenarios
def _scenarios(into: Path) -> None:
    for name in sim.shipped_scenarios():
        (into / name).mkdir()
        shutil.copy(shipped(f"scenarios/{name}.yaml"), into / name / "scenario.yaml")
    stacked = into / "stacked"
    stacked.mkdir()
    shutil.copy(shipped("scenarios/classroom.yaml"), stacked / "base.yaml")
    (stacked / "scenario.yaml").write_text("extends: base.yaml\ntitle: Over another\nseed: 7\n", encoding="utf-8")


def _load_scenario(folder: Path) -> None:
    case = sim.load(folder / "scenario.yaml", posterior="none")
    assert sim.parse_scenario(case.scenario.resolved_yaml()) == case.scenario, "comes back otherwise from its own text"
    assert page_of(case.scenario)


# ----------------------------------------------------------------------------------------------------------- studies
def _studies(into: Path) -> None:
    for name in sim.shipped_studies():
        (into / name).mkdir()
        shutil.copy(shipped(f"scenarios/studies/{name}.yaml"), into / name / "study.yaml")
    toy = into / "toy"
    toy.mkdir()
    (toy / "study.yaml").write_text(STUDY, encoding="utf-8")
    (toy / "points.csv").write_text(POINTS, encoding="utf-8")


def _load_study(folder: Path) -> None:
    study = sim.load_study(folder / "study.yaml")
    assert page_of(study)


# ------------------------------------------------------------------------------------------------ worlds, facts, files
def _worlds(into: Path) -> None:
    for path in shipped("scenarios/worlds").iterdir():
        if path.is_dir():
            shutil.copytree(path, into / path.name)


def _load_world(folder: Path) -> None:
    world = sim.load_world(folder)
    for name, value in vars(world).items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            assert np.isfinite(value).all(), f"world.{name} is not finite"


def _facts(into: Path) -> None:
    """The tables that a world is built from, of all that stand in the folder of figures."""
    figures = shipped("calibration/figures")
    (into / "figures").mkdir()
    for name in ("world_build.yaml", *(f"{table}.csv" for table in read_facts(figures).tables)):
        if (figures / name).exists():
            shutil.copy(figures / name, into / "figures")


def _build(folder: Path) -> None:
    out = folder / "built"
    sim.build_world(folder, out)
    _load_world(out)


def _targets(into: Path) -> None:
    """What a calibration reads beside a scenario."""
    (into / "own").mkdir()
    for name in ("targets.csv", "priors.csv"):
        shutil.copy(shipped(f"calibration/figures/{name}"), into / "own")


def _load_targets(folder: Path) -> None:
    case = _case("reference")
    targets = load_targets(folder / "targets.csv", codes_of(case.world), published_rates())
    assert np.isfinite([row.sd for row in targets]).all(), "an error of measurement is not finite"
    priors = load_priors(folder / "priors.csv", case)
    values_at([prior for prior in priors if prior.fitted], np.zeros((1, sum(prior.fitted for prior in priors))))


def _customs(into: Path) -> None:
    for name in ("comtrade_annual.csv", "comtrade_monthly.csv", "comtrade_api.json", "full_202112.dat", "nc201912.dat"):
        (into / name).mkdir()
        shutil.copy(CUSTOMS / name, into / name)
        shutil.copy(CUSTOMS / "mapping.yaml", into / name)
    shutil.copytree(CUSTOMS, into / "all")
    baci = into / "baci"
    baci.mkdir()
    for name in ("BACI_HS17_Y2021_V202301.csv", "country_codes_V202301.csv", "mapping.yaml"):
        shutil.copy(CUSTOMS / name, baci)


def _import(folder: Path) -> None:
    files = sorted(path for path in folder.iterdir() if path.name != "mapping.yaml")
    found = sim.import_files(files, folder / "mapping.yaml")
    out = folder / "out"
    out.mkdir()
    found.write(out)


# --------------------------------------------------------------------------------------------------- what sim leaves
def _posteriors(into: Path) -> None:
    fitted = into / "fitted"
    fitted.mkdir()
    for name in ("draws.csv", "record.json"):
        shutil.copy(shipped(f"calibration/posterior/{name}"), fitted)
    lines = (fitted / "draws.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    small = shutil.copytree(fitted, into / "small")
    (small / "draws.csv").write_text("".join(lines[:4]), encoding="utf-8")


@cache
def _case(name: str) -> sim.Case:
    return sim.load(name, posterior="none")


def _load_posterior(folder: Path) -> None:
    posterior = sim.load_posterior(folder)
    assert np.isfinite(posterior.draws).all(), "a draw is not finite"
    assert page_of(posterior)
    case = _case("reference")
    posterior.doubts(case.scenario, case.world)
    posterior.case_at(case)


def _results(into: Path) -> None:
    """A run with bands, as `sim run` leaves it."""
    folder = sim.load("classroom").run().save(into)
    series = series_of(run_pair(sim.Results.open(folder)))
    words = {"posterior": "toy", "digest": "0" * 64, "draws": 2, "numbers": [0, 1], "mode": "expected", "exporters": 9}
    bands = Bands.over(side_by_side({0: series, 1: 2.0 * series}), words)
    bands.save(folder)
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    (folder / "record.json").write_text(json.dumps({**record, "bands": words}), encoding="utf-8")


def _open(folder: Path) -> None:
    results = sim.Results.open(folder)
    for name in TABLES:
        getattr(results, name)
    assert results.title
    results.to_target()
    sim.parse_scenario(results.scenario_yaml)
    Bands.open(folder, results.record.get("bands"))
    series_of(run_pair(results))
    assert page_of(results)


def _seal_table(path: Path) -> None:
    """Notes the table's new digest in the record, where there is one."""
    record = path.parent / "record.json"
    if path.suffix == ".parquet" and record.is_file():
        said = json.loads(record.read_bytes())
        said["tables"][path.stem]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        record.write_text(json.dumps(said), encoding="utf-8")


def _sweeps(into: Path) -> None:
    (into / "study.yaml").write_text(STUDY, encoding="utf-8")
    (into / "points.csv").write_text(POINTS, encoding="utf-8")
    sim.sweep(into / "study.yaml", folder=into / "swept", progress=False)
    shutil.move(into / "study.yaml", into / "swept" / "its-study.yaml")
    shutil.move(into / "points.csv", into / "swept")


def _seal_part(path: Path) -> None:
    """Gives a part file the name that its bytes ask for."""
    if path.parent.name == "parts" and path.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        path.rename(path.with_name(f"{path.stem.rpartition('-')[0]}-{digest}.parquet"))


def _read_runs(folder: Path) -> None:
    """Goes on with a sweep, if its study is still whole, and reads what is there."""
    if (folder / "its-study.yaml").is_file():
        study = sim.load_study(folder / "its-study.yaml")
        Sweep(study, folder).outlook()
    runs = sim.read_runs(folder)
    points_of(runs)
    summed_up(runs)
    assert page_of(runs)


KINDS: Mapping[str, Kind] = {
    "scenarios": Kind(_scenarios, _load_scenario, 3),
    "studies": Kind(_studies, _load_study, 2),
    "worlds": Kind(_worlds, _load_world, 2),
    "facts": Kind(_facts, _build, 2),
    "targets": Kind(_targets, _load_targets),
    "customs": Kind(_customs, _import, 3),
    "posteriors": Kind(_posteriors, _load_posterior),
    "results": Kind(_results, _open, 2, _seal_table),
    "sweeps": Kind(_sweeps, _read_runs, 2, _seal_part),
}
