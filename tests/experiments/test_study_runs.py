"""Sweeps: the numbers are those of single runs, and whatever befalls a sweep, it ends with the same bytes."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from study_toys import HEAD, TOY, Here, contents, toy, workers_of

from sim.common.errors import SimError
from sim.experiments import Local, Plan, Sweep, comparisons, plan_of, read_runs, store
from sim.experiments.execution import job_of
from sim.experiments.queue import Queue
from sim.experiments.tasks import Task
from sim.metrics import measure


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy, made undisturbed."""
    folder = tmp_path_factory.mktemp("whole") / "toy"
    Sweep(toy(), folder).run(Here())
    return folder


def test_numbers_are_those_of_single_runs(whole: Path) -> None:
    runs = read_runs(whole).runs
    case = toy().base
    assert len(runs) == 28
    for row in runs.sample(6, random_state=1).to_dict("records"):
        world = case.with_changes(seed=row["seed"], parameters={"learning": row["parameters.learning"]})
        usual = world.without_policies().run().source
        if row["point"] < 0:
            own = usual
        else:
            clause = next(c for c in case.scenario.policies if c.id == "embargo")
            moved = clause.model_copy(update={"strength": row["policies.embargo.strength"]})
            off = [] if row["policies.line-for-arms"] == "on" else ["line-for-arms"]
            own = world.with_changes(policies=[moved], without=off).run().source
        expected = measure(own, ["deliveries_volume", "shortfall", "hub_share"], usual)
        assert {name: row[name] for name in expected} == expected


def test_what_the_folder_holds(whole: Path) -> None:
    held = read_runs(whole)
    assert held.levers == ("policies.embargo.strength", "policies.line-for-arms")
    assert held.uncertainties == ("parameters.learning",)
    assert held.planned == len(held.runs) == len(plan_of(toy()))
    assert (held.runs["status"] == "done").all()
    assert len(list((whole / "parts").iterdir())) == 1


def test_a_sweep_that_is_done_makes_nothing(whole: Path) -> None:
    before, backend = contents(whole), Here()
    assert Sweep(toy(), whole).run(backend).made == 0
    assert backend.made == []
    assert contents(whole) == before


def test_stopped_and_started_again_it_makes_every_run_once(whole: Path, tmp_path: Path) -> None:
    made: list[int] = []
    for _ in range(3):
        backend = Here(stop_after=5)
        with pytest.raises(KeyboardInterrupt):
            Sweep(toy(), tmp_path / "toy").run(backend)
        made += backend.made
    backend = Here()
    Sweep(toy(), tmp_path / "toy").run(backend)
    made += backend.made
    assert sorted(made) == list(range(28))
    assert contents(tmp_path / "toy") == contents(whole)


def test_runs_tried_first_are_kept(tmp_path: Path) -> None:
    sweep, backend = Sweep(toy(), tmp_path / "toy"), Here()
    sweep.try_some(Here())
    assert sweep.outlook().seconds > 0.0
    assert not (tmp_path / "toy").exists()
    sweep.run(backend)
    assert len(backend.made) == 28 - 4


def test_a_study_that_grows_repeats_nothing(tmp_path: Path) -> None:
    text = (
        HEAD
        + "levers: {policies.embargo.strength: {low: 0, high: 1}}\n"
        + "design: {latin_hypercube: 4}\nmetrics: [deliveries_volume]\n"
    )
    folder = tmp_path / "grows"
    Sweep(toy(text), folder).run(Here())
    larger = toy(text, design="{latin_hypercube: 8}", replicates=2)
    with pytest.raises(SimError, match=r"another design, another replicates; add --expand"):
        Sweep(larger, folder)
    backend = Here()
    Sweep(larger, folder, expand=True).run(backend)
    assert len(backend.made) == 2 * (8 + 1) - (4 + 1)
    anew = tmp_path / "anew"
    Sweep(larger, anew).run(Here())
    assert contents(folder) == contents(anew)
    with pytest.raises(SimError, match="grows by doubling: 16, 32"):
        Sweep(toy(text, design="{latin_hypercube: 12}", replicates=2), folder, expand=True)
    # Fewer replicates than there are: they stay.
    assert Sweep(toy(text, design="{latin_hypercube: 8}"), folder).plan.replicates == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"months": "{first: 2022-01, last: 2022-11}"}, "the base scenario changed since"),
        ({"metrics": "[deliveries_volume]"}, "the metrics changed since"),
    ],
)
def test_another_study_does_not_get_into_a_folder(whole: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(SimError, match=message):
        Sweep(toy(**change), whole, expand=True)


def test_a_folder_of_another_version_is_refused(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.provenance.code_digest", lambda: "0" * 32)
    with pytest.raises(SimError, match="another version of the code"):
        Sweep(toy(), whole)


def test_a_folder_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text('{"format": 99, "version": "7.0"}', encoding="utf-8")
    with pytest.raises(SimError, match=r"written in format 99 by version 7\.0"):
        Sweep(toy(), tmp_path)
    (tmp_path / "study.json").write_text("{", encoding="utf-8")
    with pytest.raises(SimError, match="cannot be read"):
        Sweep(toy(), tmp_path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.drop(columns="point"), "point: the column is missing"),
        (
            lambda t: t.drop(columns=["deliveries_volume", "parameters.learning"]),
            r"(?s)parameters\.learning: the column is missing.*2 faults",
        ),
        (lambda t: t.assign(point="first"), "point: the column holds text, expected whole numbers"),
        (
            lambda t: t.assign(deliveries_volume="many"),
            "deliveries_volume: the column holds text, expected numbers or whole numbers",
        ),
        (
            lambda t: t.assign(**{"parameters.learning": [[1.0]] * len(t)}),
            r"parameters\.learning: the column holds list<.*>, expected numbers or text",
        ),
        (lambda t: t.assign(status=None), "status: the column holds null, expected text"),
        (lambda t: t.assign(status=["done"] * 27 + [None]), "status: the column has 1 empty cells"),
        (lambda t: t.assign(status="finished"), "read 'finished', expected done or failed"),
    ],
)
def test_a_table_that_is_not_the_studys_is_refused(
    whole: Path, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], told: str
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "toy"))
    change(read_runs(whole).runs).to_parquet(folder / "runs.parquet", index=False)
    with pytest.raises(SimError, match=told):
        read_runs(folder)


def test_a_table_with_a_column_twice_is_refused(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "toy"))
    table = pq.read_table(folder / "runs.parquet")
    pq.write_table(table.append_column("deliveries_volume", table["deliveries_volume"]), folder / "runs.parquet")
    with pytest.raises(SimError, match="deliveries_volume: the column stands 2 times"):
        read_runs(folder)


@pytest.mark.parametrize("spoilt", ["{}", '{"format": 1}', "[]", "null", "[" * 100_000, '{"format": 1, "levers": 5}'])
def test_a_record_that_says_something_else_is_refused(whole: Path, tmp_path: Path, spoilt: str) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "toy"))
    (folder / "study.json").write_text(spoilt, encoding="utf-8")
    for ask in (read_runs, lambda path: Sweep(toy(), path)):
        with pytest.raises(SimError, match=r"study\.json cannot be read; restore it"):
            ask(folder)


def test_parts_of_another_make_do_not_belong_there(whole: Path, tmp_path: Path) -> None:
    """A name that ends in the digest of the bytes says that they are whole, not that they are runs."""

    def part(folder: Path, data: bytes) -> None:
        name = f"odd-{hashlib.sha256(data).hexdigest()[:16]}.parquet"
        (folder / "parts" / name).write_bytes(data)

    (kept,) = (whole / "parts").iterdir()
    table = pq.read_table(kept)
    for number, (changed, told) in enumerate(
        (
            (table.drop_columns(["deliveries_volume"]), "has other columns than runs of the study"),
            (
                table.set_column(3, "deliveries_volume", pa.array(["x"] * 28)),
                "has other columns than runs of the study",
            ),
            (table.set_column(0, "key", pa.array(["x"] * 28)), "holds no runs"),
        )
    ):
        folder = Path(shutil.copytree(whole, tmp_path / f"{told} {number}"))
        sink = io.BytesIO()
        pq.write_table(changed, sink)
        part(folder, sink.getvalue())
        with pytest.raises(SimError, match=told):
            Sweep(toy(), folder).run(Here())
    folder = Path(shutil.copytree(whole, tmp_path / "text"))
    part(folder, b"no table at all")
    assert Sweep(toy(), folder).outlook().damaged == 1


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x", encoding="utf-8")
    with pytest.raises(SimError, match=r"no folder of a study: it has no study\.json"):
        Sweep(toy(), tmp_path)


def test_a_failing_point_keeps_its_reason_and_takes_none_along(tmp_path: Path) -> None:
    # Two fields of a clause that are sound alone and not together.
    text = HEAD + (
        "levers:\n  policies.embargo.ends: [2022-04-30, 2022-12-31]\n"
        "  policies.embargo.effective: [2022-03-01, 2022-06-01]\n"
        "design: grid\nmetrics: [deliveries_volume]\n"
    )
    study, folder = toy(text), tmp_path / "toy"
    swept = Sweep(study, folder).run(Here())
    failed = swept.runs[swept.runs["status"] == "failed"]
    assert len(failed) == 1
    assert "before its first day in force" in failed["reason"].iloc[0]
    assert failed["deliveries_volume"].isna().all()
    assert (swept.runs["status"] == "done").sum() == 4
    backend = Here()
    Sweep(study, folder).run(backend)
    assert backend.made == []
    Sweep(study, folder, again=True).run(backend)
    assert len(backend.made) == 1


def test_a_metric_that_is_no_number_anywhere_stops_it_before_it_starts(tmp_path: Path) -> None:
    sweep = Sweep(_nothing_lost(), tmp_path / "toy")
    with pytest.raises(SimError, match="diversion_ratio: not a number in any of the"):
        sweep.try_some(Here())
    assert not (tmp_path / "toy").exists()


def _nothing_lost():
    """A study in which no direct trade is lost, so that no share of it can be diverted."""
    text = HEAD.replace("mode: sampled}", "mode: sampled}\n  policies: [{id: embargo, enabled: false}, "
                        "{id: line-for-arms, enabled: false}, {id: line-for-dual-use, enabled: false}]")  # fmt: skip
    return toy(text + "levers: {parameters.learning: [0.1, 0.2]}\nmetrics: [deliveries_volume, diversion_ratio]\n")


def test_a_truncated_file_is_set_aside_and_its_runs_made_again(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    with pytest.raises(KeyboardInterrupt):
        Sweep(toy(), folder).run(Here(stop_after=12))
    part = next((folder / "parts").iterdir())
    part.write_bytes(part.read_bytes()[:-7])
    sweep, backend = Sweep(toy(), folder), Here()
    assert sweep.outlook().damaged == 1
    sweep.run(backend)
    assert sorted(backend.made) == list(range(28))
    assert (folder / "damaged" / part.name).exists()
    assert contents(folder) == contents(whole)


def test_a_changed_byte_is_noticed(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    Sweep(toy(), folder).run(Here())
    part = next((folder / "parts").iterdir())
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(bytes(data))
    Sweep(toy(), folder).run(Here())
    assert contents(folder) == contents(whole)


def test_a_full_disk_stops_it_and_loses_nothing(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, first = tmp_path / "toy", Here(stop_after=8)
    with pytest.raises(KeyboardInterrupt):
        Sweep(toy(), folder).run(first)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(store.os, "fsync", full)
        with pytest.raises(SimError, match="No space left on device"):
            Sweep(toy(), folder).run(Here())
    assert not [path for path in (folder / "parts").iterdir() if path.name.startswith(".")]
    backend = Here()
    Sweep(toy(), folder).run(backend)
    assert len(backend.made) == 28 - len(first.made)
    assert contents(folder) == contents(whole)


def test_two_runners_on_one_folder_end_with_the_same(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiments.runner._SECONDS_UNKEPT", 0.0)
    monkeypatch.setattr("sim.experiments.runner._SECONDS_ALONE", 0.0)
    folder, backends = tmp_path / "toy", [Here(slow=0.05), Here(slow=0.05)]
    errors: list[BaseException] = []

    def sweep(backend: Here) -> None:
        try:
            Sweep(toy(), folder).run(backend)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=sweep, args=(backend,)) for backend in backends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    Sweep(toy(), folder).run(Here())
    assert contents(folder) == contents(whole)
    assert set(backends[0].made) | set(backends[1].made) == set(range(28))


def test_parts_of_the_work_add_up(whole: Path, tmp_path: Path) -> None:
    folder, made = tmp_path / "toy", []
    for number in (1, 2, 3):
        backend = Here()
        Sweep(toy(), folder).run(backend, part=(number, 3))
        made.append(set(backend.made))
    assert sum(map(len, made)) == 28
    assert contents(folder) == contents(whole)


def test_many_small_parts_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.runner._SECONDS_UNKEPT", 0.0)
    monkeypatch.setattr(store, "_JOINED", 3)
    backend = Here(stop_after=21)
    with pytest.raises(KeyboardInterrupt):
        Sweep(toy(), tmp_path / "toy").run(backend)
    assert len(list((tmp_path / "toy" / "parts").iterdir())) <= 4
    assert len(Sweep(toy(), tmp_path / "toy").store.read()) == len(backend.made) > 20


class _Bomb(NamedTuple):
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (7,)


class _Deadly(Queue):
    """A queue in which one run kills whoever takes it."""

    def take(self, worker: object, most: int) -> list[Task]:
        return [task._replace(draw=_Bomb()) if task.run == 3 else task for task in super().take(worker, most)]


def test_workers_that_die_are_replaced_and_a_deadly_run_fails_alone(whole: Path) -> None:
    plan = plan_of(toy())
    queue, outcomes, killed = _Deadly(plan, np.arange(len(plan))), [], False
    for some in Local(2).work(job_of(plan.study), queue):
        outcomes += some
        queue.forget(outcome.run for outcome in some)
        if not killed:
            killed = True
            os.kill(workers_of("sim.experiments.worker")[0].pid, signal.SIGKILL)
    assert sorted(outcome.run for outcome in outcomes) == list(range(28))
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    assert [outcome.run for outcome in failed] == [3]
    assert "died 3 times, last with status 7" in failed[0].reason
    _same_numbers(plan, outcomes, whole, but=3)
    assert workers_of("sim.experiments.worker") == []


def _same_numbers(plan: Plan, outcomes: list, whole: Path, but: int = -1) -> None:
    expected = read_runs(whole).runs.set_index("key")[["deliveries_volume", "shortfall", "hub_share"]]
    for outcome in outcomes:
        if outcome.run != but:
            assert tuple(expected.loc[plan.keys[outcome.run]]) == outcome.kept


def dask_back_end() -> Any:
    """The module, where the extra `cluster` is installed."""
    pytest.importorskip("cryptography")
    return pytest.importorskip("sim.experiments.dask")


def test_through_dask_with_a_worker_killed(whole: Path, tmp_path: Path) -> None:
    on_dask = dask_back_end()
    sweep, killed = Sweep(toy(), tmp_path / "toy"), []

    def kill(done: int, total: int) -> None:
        if not killed:
            killed.append(workers_of("spawn_main")[-1])
            killed[0].kill()

    sweep.run(on_dask.OnDask("local", 2), kill)
    assert killed
    assert contents(tmp_path / "toy") == contents(whole)


def test_through_dask_with_a_worker_killed_while_it_starts(whole: Path, tmp_path: Path) -> None:
    on_dask = dask_back_end()
    killed = threading.Event()

    def kill() -> None:
        while not killed.wait(0.01):
            if started := workers_of("spawn_main"):
                started[-1].kill()
                killed.set()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        Sweep(toy(), tmp_path / "toy").run(on_dask.OnDask("local", 2))
    finally:
        killed.set()
        thread.join()
    assert contents(tmp_path / "toy") == contents(whole)


def test_through_dask_with_workers_that_die_as_the_job_comes() -> None:
    """The scheduler asks a worker that has just died: once is no matter, again and again is told."""
    on_dask = dask_back_end()
    asked, deaths = [], 1

    class Scheduler:
        def register_plugin(self, plugin: object) -> None:
            asked.append(plugin)
            if len(asked) <= deaths:
                raise on_dask.CommClosedError("in <TCP (closed)>: Stream is closed")

    plugin = on_dask._Carries("toy", b"")
    on_dask.OnDask("local", 2)._bring(Scheduler(), plugin)
    assert asked == [plugin, plugin]
    asked.clear()
    deaths = 9
    with pytest.raises(SimError, match="Dask workers of local die while they start"):
        on_dask.OnDask("local", 2)._bring(Scheduler(), plugin)


def test_strangers_reach_no_process_of_a_dask_cluster() -> None:
    """Dask's messages are pickles: whoever may send one runs code as the user."""
    on_dask = dask_back_end()
    with on_dask._local_cluster(1) as cluster, on_dask.Client(cluster) as ours:
        assert ours.submit(sum, [1, 2]).result() == 3
        address = cluster.scheduler_address
        workers = list(ours.scheduler_info()["workers"])
        assert {place.partition("://")[0] for place in [address, *workers]} == {"tls"}
        for place in [address, *workers]:
            assert _first_byte(place, cluster.security) != b""
            for keys in (None, on_dask.Security.temporary()):
                with pytest.raises(ssl.SSLError):
                    _first_byte(place, keys)
        with pytest.raises(OSError, match=r"^(Timed out|in <TCP)"):
            on_dask.Client(address.replace("tls", "tcp"), timeout="1s", set_as_default=False)


def _first_byte(place: str, keys: Any) -> bytes:
    """What a Dask process says first to somebody who takes its word for who it is, and shows these keys or none."""
    context = (
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if keys is None else keys.get_connection_args("client")["ssl_context"]
    )
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, port = place.partition("://")[2].rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as line, context.wrap_socket(line) as stream:
        return stream.recv(1)


def test_dask_workers_that_slurm_starts_get_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_dask = dask_back_end()
    job = '#!/bin/sh\ncp "$1" job\nbash job > job.log 2>&1 &\necho Submitted batch job 7\n'
    for name, text in (("sbatch", job), ("scancel", "#!/bin/sh\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    with on_dask._slurm_cluster(1) as cluster, on_dask.Client(cluster) as ours:
        ours.wait_for_workers(1, timeout=60)
        assert next(iter(ours.scheduler_info()["workers"])).startswith("tls://")
        assert ours.submit(sum, [1, 2]).result() == 3
        keys = list(tmp_path.glob(".dask-jobqueue.worker.*"))
        assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_a_dask_cluster_without_keys_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    on_dask = dask_back_end()
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(SimError, match="needs the package 'cryptography': pip install 'sanctions-sim\\[cluster\\]'"):
        on_dask._local_cluster(1)


def test_a_dask_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    on_dask = dask_back_end()
    plan = plan_of(toy())
    with pytest.raises(SimError, match="no Dask cluster at 'nonsense'"):
        next(on_dask.OnDask("nonsense", 1).work(job_of(plan.study), Queue(plan, np.arange(2))))


def test_workers_with_other_code_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(toy())
    job = job_of(plan.study)
    job = replace(job, code="0" * 32)
    with pytest.raises(SimError, match="another version of sanctions-sim"):
        list(Local(1).work(job, Queue(plan, np.arange(2))))


def test_until_adds_replicates_until_the_error_is_small(tmp_path: Path) -> None:
    study = toy(HEAD + "levers: {policies.embargo.strength: [0.2, 0.9]}\nmetrics: [deliveries_volume]\n")
    sweep = Sweep(study, tmp_path / "toy")
    swept, reached = sweep.until(0.2, Here(), "deliveries_volume", most=64)
    assert reached <= 0.2
    assert 4 <= swept.plan.replicates < 64
    effects = swept.comparisons.set_index("package")
    assert reached == pytest.approx(effects["standard_error"].max() / effects["difference"].abs().max())
    few = tmp_path / "few"
    swept, reached = Sweep(study, few).until(1e-9, Here(), "deliveries_volume", most=6)
    assert swept.plan.replicates == 6
    assert reached > 1e-9


def test_until_says_that_nothing_is_drawn_in_expected_mode(tmp_path: Path) -> None:
    study = toy(
        HEAD.replace("sampled", "expected")
        + "levers: {policies.embargo.strength: [0.2, 0.9]}\nmetrics: [deliveries_volume]\n"
    )
    with pytest.raises(SimError, match="nothing is drawn"):
        Sweep(study, tmp_path / "toy").until(0.05, Here(), "deliveries_volume")


def test_paired_errors_are_those_of_differences() -> None:
    luck = np.array([0.0, 3.0, -2.0, 5.0])
    rows = [
        {"point": point, "package": point, "world": world, "replicate": replicate, "status": "done", "lever": 1.0,
         "metric": 10.0 * world + shock + (2.0 + 0.1 * replicate if point == 0 else 0.0)}
        for point in (-1, 0) for world in (0, 1) for replicate, shock in enumerate(luck)
    ]  # fmt: skip
    row = comparisons(pd.DataFrame(rows), ["lever"], ["metric"]).iloc[0]
    assert (row["worlds"], row["replicates"]) == (2, 4)
    assert row["difference"] == pytest.approx(2.15)
    # The luck is shared, so it is not in the error: that is of 2.0, 2.1, 2.2 and 2.3 alone.
    assert row["standard_error"] == pytest.approx(np.std([2.0, 2.1, 2.2, 2.3], ddof=1) / 2)
    assert row["high"] - row["difference"] == pytest.approx(3.182446 * row["standard_error"])
    assert row["mean"] - row["compared_with"] == pytest.approx(row["difference"])


def test_paired_runs_are_surer_than_two_runs(tmp_path: Path) -> None:
    swept = Sweep(toy(TOY, replicates=8), tmp_path / "toy").run(Here())
    runs = swept.runs[swept.runs["world"] == 0]
    here = runs[runs["package"] == 5].sort_values("replicate")["deliveries_volume"].to_numpy()
    there = runs[runs["point"] < 0].sort_values("replicate")["deliveries_volume"].to_numpy()
    assert np.var(here - there) < np.var(here) + np.var(there)
