"""Builds the files of a world from the tables of facts.

The same facts give the same bytes. Steps: totals by pair (`sim.world.build.pair_totals`), goods within each pair
(`sim.world.build.goods_mix`), re-exports of the hubs, season of the target (`sim.world.build.season`), and the
columns of the states that are computed:

* alignment: minus the mean of the state's two votes (yes 1, abstain or absent 0, no -1) and of whether it joined the
  measures (1 or -1, between where it joined a share of them); states without a seat go by the last alone.
* technology_exposure: share of the state's imports of technology goods that comes from the coalition.
* finance_exposure: share of the state's exports that goes to the coalition.
* enforcement_effort: a level for states with measures before 2022, for states that joined later and for others, times
  the share of the four export control regimes that the state belongs to; never below a small floor.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from sim.common.arrays import Floats
from sim.common.csv_tables import Row
from sim.common.errors import Fault, FaultList, SimError
from sim.common.files import written_folder
from sim.common.good_groups import ALL, codes_named
from sim.world.build.fact_checks import check_facts
from sim.world.build.fact_tables import NOT_KNOWN
from sim.world.build.facts import Facts, read_tables
from sim.world.build.goods_mix import Flows, split_goods
from sim.world.build.pair_totals import PairTotals, pair_totals
from sim.world.build.season import season_factors
from sim.world.hub_flows import LARGEST_THROUGH_SHARE
from sim.world.load import load_world
from sim.world.schema import (
    BASELINE,
    GOOD_COLUMNS,
    MEMBERS,
    MEMBERS_TABLE,
    ONWARD,
    ONWARD_TABLE,
    PAIRS,
    PUBLISHED,
    PUBLISHED_TABLE,
    REEXPORTS,
    SEASON,
    STATE_COLUMNS,
    STATE_TRAITS,
    TOTALS,
    TOTALS_TABLE,
    error_of,
)

_VOTE = {"yes": 1.0, "abstain": 0.0, "absent": 0.0, "no": -1.0}
_REGIMES = 4.0
_DIGITS = 7
Cells = Sequence[str | float]


def build_world(figures: Path, out: Path, *, force: bool = False) -> list[Path]:
    """Write the files of a world, all of them or none.

    Args:
        figures: Folder of the tables of facts.
        out: Folder to write into; it is made if it is missing.
        force: Whether files of the same names, with other content, are replaced.

    Returns:
        The files written.

    Raises:
        FaultList: If a table of facts is missing or faulty.
        SimError: If the facts contradict each other, the folder cannot be written, or files are in the way.

    Example:
        >>> import sim, tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = sim.build_world(Path("calibration/figures"), Path(folder))
        ...     sim.load_world(folder).base_year
        2021
    """
    faults: list[Fault] = []
    facts = read_tables(figures, faults)
    check_facts(facts, faults)
    if faults:
        raise FaultList(faults)
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            files = _files(facts)
    except FloatingPointError as error:
        why = f"a share of nothing is taken, or figures are too large to count with ({error})"
        raise SimError(f"{figures}: the facts do not fit together: {why}") from error
    except ValueError as error:
        raise SimError(f"{figures}: the facts do not fit together: {error}") from error
    with written_folder(out, force=force) as scratch:
        for name, content in files.items():
            (scratch / name).write_text(content, encoding="utf-8", newline="\n")
        load_world(scratch)
    return [out / name for name in files]


def _files(facts: Facts) -> dict[str, str]:
    """Return the content of every file of the world, by name.

    Raises:
        ValueError: If the facts contradict each other.
        FloatingPointError: If they are no numbers that can be counted with.
    """
    pairs = pair_totals(facts)
    flows = split_goods(facts, pairs)
    factors, credit = season_factors(facts)
    return {
        "states.csv": _table([column.name for column in STATE_COLUMNS], _states(facts, flows.musd)),
        "goods.csv": _table([column.name for column in GOOD_COLUMNS], _goods(facts)),
        "baseline.csv": _table(BASELINE, _baseline(facts, flows, pairs)),
        "pairs.csv": _table(PAIRS, _pairs(facts, pairs)),
        "reexports.csv": _table(REEXPORTS, _reexports(facts, flows.musd)),
        ONWARD_TABLE: _table(ONWARD, _onward(facts)),
        **({TOTALS_TABLE: _table(TOTALS, totals)} if (totals := list(_published(facts))) else {}),
        **({PUBLISHED_TABLE: _table(PUBLISHED, series)} if (series := list(_series(facts))) else {}),
        **({MEMBERS_TABLE: _table(MEMBERS, members)} if (members := list(_members(facts))) else {}),
        "season.csv": _table(SEASON, _season(facts, factors, credit)),
        "world.yaml": _settings(facts, pairs),
    }


def _states(facts: Facts, musd: Floats) -> Iterable[Cells]:
    rows = facts.tables["state_facts"]
    coalition = np.array([row.text("role") == "coalition" for row in rows])
    offices = {row.text("state"): row for row in facts.tables["customs_offices"]}
    traits = {row.text("state"): row for row in facts.tables["state_traits"]}
    technology = np.isin(facts.goods, codes_named(facts.settings.lists["technology_goods"], facts.goods, facts.groups))
    bought, sold = musd[:, :, technology].sum(axis=2), musd.sum(axis=2)
    exposures = (
        _share(bought[coalition].sum(axis=0), bought.sum(axis=0)),
        _share(sold[:, coalition].sum(axis=1), sold.sum(axis=1)),
    )
    for index, row in enumerate(rows):
        note = f"{row.text('note')}; " if row.text("note") else ""
        office, known = offices.get(row.text("code")), traits.get(row.text("code"))
        yield (
            *(row.values[name] for name in ("code", "name", "role", "is_hub", "latitude", "longitude")),
            row.number("coalition_hq_share"),
            alignment(row),
            *(float(exposure[index]) for exposure in exposures),
            effort(facts, row),
            *(row.values[name] for name in ("customs_union", "publishes_until", "records")),
            *((office.values[name] for name in ("publication_lag_months", "reexport_habit")) if office else ("", "")),
            *(known.values[trait.name] if known else "" for trait in STATE_TRAITS),
            f"{note}{row.text('source')}; exposures from baseline.csv; effort imputed from regimes"
            + (f"; customs office: {office.text('source')} ({office.text('quality')})" if office else "")
            + (f"; traits: {known.text('source')} ({known.text('quality')})" if known else ""),
        )


def alignment(row: Row) -> float:
    """Return the alignment with the target, -1 to 1, of a row of state_facts."""
    marks = [_VOTE[row.text(name)] for name in ("vote_es_11_1", "vote_es_11_3") if row.text(name)]
    if not marks and row.text("role") == "rest":
        return 0.0
    marks.append(2.0 * row.number("joined_measures") - 1.0)
    return 0.0 - sum(marks) / len(marks)


def effort(facts: Facts, row: Row) -> float:
    """Return the enforcement effort towards the target at the baseline, 0 to 1, of a row of state_facts."""
    numbers = facts.settings.numbers
    joined = row.number("joined_measures")
    level = joined * numbers["effort_joined_later"] + (1.0 - joined) * numbers["effort_others"]
    if row.text("measures_before_2022") == "1":
        level = numbers["effort_measures_before_2022"]
    return max(numbers["effort_least"], level * row.number("control_regimes") / _REGIMES)


def _goods(facts: Facts) -> Iterable[Cells]:
    for row in facts.tables["good_facts"]:
        yield [row.values[column.name] for column in GOOD_COLUMNS]


def _baseline(facts: Facts, flows: Flows, pairs: PairTotals) -> Iterable[Cells]:
    for (origin, destination, good), figure in flows.figures.items():
        cell = facts.state(origin), facts.state(destination), facts.good(good)
        share = error_of(figure.status, figure.sd_log if figure.sd_log is not None else "")
        error = math.hypot(share, pairs.figures[origin, destination].sd_log or 0.0)
        yield origin, destination, good, float(flows.musd[cell]), figure.status, error, figure.source


def _pairs(facts: Facts, pairs: PairTotals) -> Iterable[Cells]:
    for (origin, destination), figure in pairs.figures.items():
        cell = facts.state(origin), facts.state(destination)
        yield origin, destination, float(pairs.musd[cell]), figure.status, figure.sd_log or 0.0, figure.source


def _reexports(facts: Facts, musd: Floats) -> Iterable[Cells]:
    """Yield re-exports by hub and good: the hub's share for the good, a group of its, or all, times its record."""
    target = facts.state(facts.settings.texts["target"])
    shares = {(row.text("hub"), row.text("good")): row for row in facts.tables["hub_reexports_2021"]}
    for row in facts.tables["state_facts"]:
        if row.text("is_hub") != "1":
            continue
        hub = row.text("code")
        for index, good in enumerate(facts.goods):
            names = (good, *(group for group, codes in facts.groups.items() if good in codes), ALL)
            share = next(shares[hub, name] for name in names if (hub, name) in shares)
            record = float(musd[facts.state(hub), target, index])
            value = min(share.number("value"), LARGEST_THROUGH_SHARE) * record
            yield (
                hub,
                good,
                value,
                share.text("status"),
                f"{share.number('value'):g} of the record; {share.text('source')}",
            )


def _onward(facts: Facts) -> Iterable[Cells]:
    for row in facts.tables["hub_onward_2021"]:
        yield [row.values[name] for name in ONWARD]


def _published(facts: Facts) -> Iterable[Cells]:
    for row in facts.tables["state_totals_2021"]:
        numbers = (row.values["exports_musd"], row.values["imports_musd"])
        if any(number != "" for number in numbers):
            yield row.text("state"), *numbers, f"{row.text('source')} ({row.text('quality')})"


def _series(facts: Facts) -> Iterable[Cells]:
    for row in facts.tables["published_series"]:
        yield [row.values[name] for name in PUBLISHED]


def _members(facts: Facts) -> Iterable[Cells]:
    """Yield the countries of states that stand for several; who is in the rest of the world nobody lists."""
    for row in facts.tables["state_members"]:
        if row.text("state") not in (row.text("member"), facts.settings.texts.get("rest", "")):
            yield row.text("state"), row.text("member"), "figures: state_members.csv"


def _season(facts: Facts, factors: Floats, credit: str) -> Iterable[Cells]:
    for month, factor in enumerate(factors, start=1):
        yield facts.settings.texts["target"], str(month), float(factor), credit


def _settings(facts: Facts, pairs: PairTotals) -> str:
    texts, lists = facts.settings.texts, facts.settings.lists
    raised = [
        f"{what} of {used:,.0f} musd instead of the published {was:,.0f}: the seen partners alone need it"
        for what, (was, used) in pairs.raised.items()
    ]
    raised += [f"No {table}.csv: {what}." for table, what in NOT_KNOWN.items() if not facts.tables[table]]
    lines = ["# Written by sim.world.build; change the facts and build again."]
    lines += [f"{name}: {_quoted(texts[name])}" for name in ("title", "base_year", "target")]
    lines.append(f"other_buyers: [{', '.join(_quoted(code) for code in lists['other_buyers'])}]")
    lines.append(f"currency: {_quoted(texts['currency'])}")
    for name, items in (("notes", [*lists["notes"], *raised]), ("sources", lists["sources"])):
        lines += [f"{name}:", *(f"  - {_quoted(item)}" for item in items)]
    return "\n".join(lines) + "\n"


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(header: Sequence[str], rows: Iterable[Cells]) -> str:
    """Return CSV text; numbers with as many digits as the facts can carry, so that all machines write the same."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell if isinstance(cell, str) else f"{cell:.{_DIGITS}g}" for cell in row])
    return stream.getvalue()
