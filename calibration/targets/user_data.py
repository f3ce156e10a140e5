"""Another user's figures, from customs files to a world, targets and a scenario: ``python -m calibration --figures``.

The folder holds ``mapping.yaml``, customs files of UN Comtrade, BACI or COMEXT, and if wanted ``targets.csv`` (own
statements, in the form of ``figures/targets.csv``), ``scenario.yaml``, ``priors.csv``, and tables of facts by the
names that they have in ``calibration/figures``. Without ``state_facts.csv`` the files are laid over the shipped facts;
with it the world is the user's own, and nothing shipped is laid under.

Every series in the files that has the base year and something after it becomes targets: growth on the same months of
the base year, by quarters where there are months and by years else. Nothing is written unless all of it is in order.
"""

from __future__ import annotations

import csv
import io
import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from calibration.targets.build_targets import ERRORS, LEAST_MONTHS, RATE_ERROR, SPANS
from calibration.targets.published_series import MONTHLY, Series
from calibration.targets.targets import COLUMNS, FIGURES, FIT_UNTIL, Target, WorldCodes, load_targets, published_rates

MAPPING, TARGETS, SCENARIO, PRIORS, ACCOUNT = (
    "mapping.yaml", "targets.csv", "scenario.yaml", "priors.csv", "import_report.txt",
)  # fmt: skip
OUT, WORLD, FACTS = "out", "world", "figures"
OWN_WORLD = "state_facts.csv"
_CUSTOMS = ("customs_annual.csv", "customs_monthly.csv")
_NOT_CUSTOMS = (".yaml", ".yml", ".md", ".pdf")
# Cells that both offices' files agree on after CEPII's reconciliation are an estimate, not a record.
_RECONCILED = "reconciled"


@dataclass(frozen=True)
class Own:
    """What a folder of figures was made into.

    Attributes:
        scenario: file of the scenario that runs in the new world.
        targets: table of targets, made from the files and the user's own.
        account: what became of every row that was read.
        series: flows of the files that have a base year.
        folder: where it was written.
    """

    scenario: Path
    targets: Path
    account: str
    series: tuple[Series, ...]
    folder: Path


def prepare(figures: Path, scenario: str, out: Path | None = None, *, force: bool = False) -> Own:
    """Builds world, targets and scenario from a folder of figures.

    Args:
        figures: the folder.
        scenario: file or name of the scenario that runs where the folder has none of its own.
        out: where to; ``out`` in the folder by default.
        force: whether files that are there, with other content, are replaced.

    Raises:
        FaultList: everything that is wrong with any of the files; nothing is written then.
        SimError: the facts contradict each other, or files are in the way.
    """
    faults: list[sim.Fault] = []
    imported = _imported(figures, faults)
    codes = _codes(figures, faults)
    said: tuple[Target, ...] = ()
    if codes is not None and (figures / TARGETS).exists():
        try:
            said = load_targets(figures / TARGETS, codes, published_rates())
        except sim.FaultList as error:
            faults += error.faults
    if faults or imported is None or codes is None:
        raise sim.FaultList(faults)
    series = own_series(imported, codes)
    rows = list(targets_of(series, imported, codes, said))
    if not any(row["role"] == "fit" for row in rows) and not any(row.role == "fit" for row in said):
        why = (
            f"holds nothing to fit: no series of the files has the base year {imported.base_year} and a later period "
            f"to {FIT_UNTIL}, and there is no {TARGETS} with such rows"
        )
        raise sim.FaultList([sim.Fault(str(figures), 0, 0, "", why)])
    folder = out or figures / OUT
    with sim.written_folder(folder, force=force) as scratch:
        _write(figures, imported, scratch)
        _targets_file(figures, rows, scratch / TARGETS)
        load_targets(scratch / TARGETS, codes)
        text = f"extends: {_scenario_of(figures, scenario)}\nworld: {(folder / WORLD).resolve()}\n"
        (scratch / SCENARIO).write_text(text, encoding="utf-8")
    over_time = shown(series, imported.base_year)
    return Own(folder / SCENARIO, folder / TARGETS, imported.account.text(), over_time, folder)


def _imported(figures: Path, faults: list[sim.Fault]) -> sim.Imported | None:
    try:
        files = [path for path in sorted(figures.iterdir()) if path.is_file() and _is_customs(path)]
    except OSError as error:
        faults.append(sim.Fault(str(figures), 0, 0, "", f"cannot be read: {error.strerror}"))
        return None
    if not files:
        message = "holds no customs file of UN Comtrade, BACI or Eurostat COMEXT"
        faults.append(sim.Fault(str(figures), 0, 0, "", message))
    try:
        return sim.import_files(files, figures / MAPPING)
    except sim.FaultList as error:
        # Without files the mapping is still checked; that nothing was kept then is no news.
        faults += [fault for fault in error.faults if files or fault.where != "states"]
    return None


def _is_customs(path: Path) -> bool:
    """Whether a file of the folder is to be read as a customs file: all that no other name stands for."""
    taken = {TARGETS, PRIORS, *(table.name for table in FIGURES.glob("*.csv"))}
    return not path.name.startswith(".") and path.name not in taken and path.suffix.lower() not in _NOT_CUSTOMS


def _codes(figures: Path, faults: list[sim.Fault]) -> WorldCodes | None:
    """What targets may name, from the facts that the world is built from."""
    own = (figures / OWN_WORLD).exists()
    places = {
        name: figures / name if (figures / name).exists() or own else FIGURES / name
        for name in (OWN_WORLD, "good_facts.csv")
    }
    try:
        states, goods = (sim.csv_records(places[name]) for name in (OWN_WORLD, "good_facts.csv"))
        groups = sim.groups_of((row["code"], row.get("groups", "")) for row in goods)
        return WorldCodes(
            tuple(row["code"] for row in states), tuple(row["code"] for row in goods),
            tuple(row["code"] for row in states if row["is_hub"] == "1"),
            tuple(row["code"] for row in states if row["role"] == "coalition"), groups,
        )  # fmt: skip
    except sim.FaultList as error:
        faults += error.faults
    except KeyError as error:
        faults.append(sim.Fault(str(figures), 0, 0, "", f"its tables of states and goods have no column {error}"))
    return None


def _write(figures: Path, imported: sim.Imported, scratch: Path) -> None:
    """Writes facts, account and world."""
    facts = scratch / FACTS
    under = figures if (figures / OWN_WORLD).exists() else _over_shipped(figures, scratch / "under")
    laid = imported.onto(under)
    laid.write(facts)
    # A mapping of the user's is no table of facts, and stays where it is.
    for path in facts.iterdir():
        if path.name in (MAPPING, SCENARIO, TARGETS, PRIORS) or (
            path.name not in imported.tables and _is_input(path, figures)
        ):
            path.unlink()
    sim.build_world(facts, scratch / WORLD)
    shutil.rmtree(scratch / "under", ignore_errors=True)


def _is_input(path: Path, figures: Path) -> bool:
    return (figures / path.name).exists() and _is_customs(figures / path.name)


def _over_shipped(figures: Path, folder: Path) -> Path:
    """The shipped facts with the user's tables of the same names in their place."""
    folder.mkdir()
    for path in FIGURES.iterdir():
        if path.is_file() and path.name != TARGETS:
            own = figures / path.name
            shutil.copy(own if own.exists() else path, folder / path.name)
    return folder


def _scenario_of(figures: Path, scenario: str) -> str:
    if (figures / SCENARIO).exists():
        return str((figures / SCENARIO).resolve())
    return str(Path(scenario).resolve()) if Path(scenario).is_file() else scenario


# --------------------------------------------------------------------------------------------------------- targets
@dataclass(frozen=True, eq=False)
class OwnSeries:
    """One flow in the files.

    Attributes:
        reporter, flow, partner, good: the simulated flow it is compared with.
        freq: ``M`` or ``A``.
        rows: value_musd, role, source and quality by period.
    """

    reporter: str
    flow: str
    partner: str
    good: str
    freq: str
    rows: pd.DataFrame

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Which simulated flow it is."""
        return self.reporter, self.flow, self.partner, self.good


def own_series(imported: sim.Imported, codes: WorldCodes) -> list[OwnSeries]:
    """The series of the files between two states of the world, with the office and flow that they are compared with.

    A hub's export record holds what it re-exports (so do the files), so it is compared with both.
    """
    found = []
    for name in _CUSTOMS:
        if name not in imported.tables:
            continue
        table = pd.read_csv(io.StringIO(imported.tables[name]), dtype={"period": str}, keep_default_na=False)
        keys = ["freq", "reporter", "flow", "exporter", "importer", "good"]
        for (freq, office, flow, exporter, importer, good), rows in table.groupby(keys, sort=True):
            partner = importer if flow == "export" else exporter
            if {office, partner} <= set(codes.states) and good in codes.good_names:
                simulated = "export+re-export" if flow == "export" and office in codes.hubs else flow
                rows = rows.set_index("period").sort_index()
                found.append(OwnSeries(office, simulated, partner, good, freq, rows))
    return found


def targets_of(
    series: Sequence[OwnSeries], imported: sim.Imported, codes: WorldCodes, said: Sequence[Target] = ()
) -> Iterator[dict[str, str]]:
    """Growth on the base year from every series, as rows of a table of targets; tells the account what is left out.

    Args:
        series: from :func:`own_series`.
        imported: its account is told.
        codes: what the world knows.
        said: the user's own targets; a flow and period of theirs is not made again.
    """
    taken = {(row.reporter, row.flow, row.partner, row.good, row.period, row.base) for row in said}
    by_month = {one.key for one in series if one.freq == "M" and _spans(one, imported.base_year)}
    for one in series:
        spans = _spans(one, imported.base_year)
        if not spans:
            _tell(
                imported, one, f"no targets: the base year {imported.base_year} or a later period is not in the files"
            )
        for now in spans:
            row = _row(one, now, imported.base_year, years_only=one.freq == "A" and one.key in by_month)
            if row is None:
                _tell(imported, one, "no target: nothing was traded in the period or its base, so there is no growth")
            elif (*one.key, *(_months(row[name]) for name in ("period", "base"))) in taken:
                _tell(imported, one, f"no target: {TARGETS} has one for the same flow and months")
            else:
                yield row


def _tell(imported: sim.Imported, one: OwnSeries, why: str) -> None:
    imported.account.tell(str(one.rows["source"].iloc[0]), "set aside", why, 1, 0.0)


def _spans(one: OwnSeries, base: str) -> list[list[str]]:
    """Groups of periods after the base year whose base is in the files as well; a quarter may lack a month."""
    later = [
        period for period in one.rows.index if period[:4] > base and base + period[4:] in one.rows.index
    ]  # fmt: skip
    if one.freq == "A":
        return [[period] for period in later]
    groups: dict[tuple[str, int, str], list[str]] = {}
    for period in later:
        held = str(one.rows.loc[period, "role"])
        groups.setdefault((period[:4], (int(period[5:]) - 1) // SPANS["quarters"], held), []).append(period)
    return [group for group in groups.values() if len(group) >= LEAST_MONTHS]


def _row(one: OwnSeries, now: list[str], base_year: str, *, years_only: bool) -> dict[str, str] | None:
    before = [base_year + period[4:] for period in now]
    values = [float(one.rows.loc[some, "value"].sum()) for some in (now, before)]
    if min(values) <= 0.0:
        return None
    quality, roles = str(one.rows.loc[now[0], "quality"]), set(one.rows.loc[now, "role"])
    error = ERRORS["estimate" if _RECONCILED in quality else "exact"]
    sd = math.hypot(error, error, RATE_ERROR * math.sqrt(2.0) if "EUR" in quality else 0.0)
    growth = f"{math.log(values[0] / values[1]):.4f}"
    period, base = (some[0] if len(some) == 1 else f"{some[0]}:{some[-1]}" for some in (now, before))
    words = (one.reporter, one.flow.split("+")[0], one.partner, one.good, now[0])
    return {
        "id": "-".join(words).lower().replace("_", "-"), "period": period, "base": base, "ledger": "recorded",
        "reporter": one.reporter, "flow": one.flow, "partner": one.partner, "good": one.good, "brand": "all",
        "measure": "growth", "value": growth, "low": growth, "high": growth, "sd_log": f"{sd:.4f}", "unit": "log_ratio",
        "source": str(one.rows.loc[now[0], "source"]), "quality": quality, "conflict_with": "",
        "role": _role(roles, now[-1], now[0], years_only=years_only),
    }  # fmt: skip


def _role(roles: set[str], last: str, first: str, *, years_only: bool) -> str:
    """Fitted if every period may be, and no finer figure of the flow is; judged only after all that may be fitted."""
    if years_only:
        return "context"
    if roles == {"fit"} and last <= FIT_UNTIL:
        return "fit"
    return "judge" if first > FIT_UNTIL else "context"


def _months(text: str) -> tuple[str, str]:
    first, _, last = text.partition(":")
    last = last or first
    return (first if len(first) > 4 else f"{first}-01"), (last if len(last) > 4 else f"{last}-12")


def _targets_file(figures: Path, rows: Sequence[dict[str, str]], path: Path) -> None:
    """The user's own rows, then those of the series."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    if (figures / TARGETS).exists():
        writer.writerows(sim.csv_records(figures / TARGETS))
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def shown(series: Sequence[OwnSeries], base_year: str) -> tuple[Series, ...]:
    """The series that have the base year, as bands over time show them; by month where there are months."""
    months = {one.key for one in series if one.freq == MONTHLY}
    found = []
    for one in series:
        has_base = any(period[:4] == base_year for period in one.rows.index)
        if has_base and (one.freq == MONTHLY or one.key not in months):
            sd = np.where(one.rows["quality"].str.contains(_RECONCILED), ERRORS["estimate"], ERRORS["exact"])
            found.append(
                Series(
                    "-".join((one.reporter, one.flow.split("+")[0], one.partner, one.good)).lower(), *one.key, one.freq,
                    one.rows["value"].astype(float), pd.Series(sd, one.rows.index), str(one.rows["source"].iloc[0]),
                    base_year,
                )
            )  # fmt: skip
    return tuple(found)
