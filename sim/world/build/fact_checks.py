"""What single rows of the facts cannot show: names in other tables, rows that are missing, shares above the whole."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sim.common.csv_tables import Row, Table
from sim.common.errors import Fault, nearest
from sim.common.good_groups import ALL
from sim.common.yaml_nodes import Node
from sim.common.yaml_reader import read_file
from sim.world.build.fact_tables import ANY, CELLS, CUSTOMS_TABLES, EXPORT, IMPORT, NEEDED, NONE
from sim.world.build.facts import Facts
from sim.world.build.pair_totals import check_pairs
from sim.world.build.season import missing_months
from sim.world.build.target_goods import TOTAL, chapter_rows
from sim.world.check import check_goods, check_hubs
from sim.world.schema import EVERYBODY

_STATES = {"exporter": "state", "importer": "state"}
# Which columns name what; customs series also name partners that are no states of the world.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "customs_offices": {"state": "state"},
    "state_totals_2021": {"state": "state"},
    "state_traits": {"state": "state"},
    "state_members": {"state": "state"},
    "trade_mix_2021": {"state": "state", "good": "good"},
    "pair_records_2021": {**_STATES, "publisher": "publisher"},
    "pair_seeds": _STATES,
    "record_choices": {"exporter": "state or *", "importer": "state or *", "believe": "record"},
    "good_cells_2021": {**_STATES, "good": "good or group"},
    "line_cells_2021": {**_STATES, "good": "good or group"},
    "pair_mix_2021": {**_STATES, "good": "good"},
    "chapter_split": {"origin": "state", "good": "good"},
    "target_chapters": {"origin": "state"},
    "hub_reexports_2021": {"hub": "hub", "good": "good, group or all"},
    "hub_onward_2021": {"first": "hub", "second": "hub"},
    "published_series": {"reporter": "state or all", "partner": "state", "good": "good, group or all"},
}
_SETTINGS = {
    "target": "state",
    "rest": "state",
    "other_buyers": "state",
    "sitc_7_goods": "good or group",
    "technology_goods": "good, group or all",
}
# Shares that make one whole, by what they are shares for.
_WHOLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "trade_mix_2021": (("state",), ("export_share", "import_share")),
    "pair_mix_2021": (("exporter", "importer"), ("share",)),
    "chapter_split": (("origin", "chapter"), ("share",)),
    "target_chapters": (("origin",), ("share",)),
    "hub_onward_2021": (("second",), ("share",)),
}
_ONE_EACH = ("customs_offices", "state_totals_2021", "trade_mix_2021")
# Shares are written with so many digits that many of them may lie this far above the whole.
_TOLERANCE = 1e-5


def check_facts(facts: Facts, faults: list[Fault]) -> None:
    """Note what single rows cannot show.

    Args:
        facts: The facts; of tables that are faulty in themselves the rows that were read.
        faults: Faults are appended here.
    """
    states, goods = (Table(facts.folder / f"{name}.csv", faults, facts.tables[name]) for name in NEEDED)
    check_hubs(states)
    check_goods(goods, facts.states)
    faults += _names(facts)
    faults += _settings(facts)
    faults += _missing(facts)
    faults += _wholes(facts)
    faults += _rates(facts)
    faults += _chapters(facts)
    seen = check_pairs(facts, faults)
    if not seen and not faults:
        year = facts.settings.texts["base_year"]
        faults.append(facts.missing("customs_annual", f"there is no record of two states of the world in {year}"))
    faults += _cells(facts, seen)


def _known(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Return the names that there are, by what they are names of."""
    hubs = tuple(row.text("code") for row in facts.tables["state_facts"] if row.text("is_hub") == "1")
    goods, publishers = (*facts.goods, *facts.groups), facts.settings.lists["publishers"]
    return {
        "state": facts.states,
        "state or *": (*facts.states, ANY),
        "state or all": (*facts.states, EVERYBODY),
        "hub": hubs,
        "good": facts.goods,
        "good or group": goods,
        "good, group or all": (*goods, ALL),
        "publisher": publishers,
        "record": (EXPORT, IMPORT, NONE, *publishers),
    }


_WHERE = {
    "state": "is no state of state_facts.csv",
    "state or all": "is no state of state_facts.csv",
    "state or *": "is no state of state_facts.csv",
    "hub": "is no hub of state_facts.csv",
    "good": "is no good of good_facts.csv",
    "good or group": "is no good of good_facts.csv",
    "good, group or all": "is no good of good_facts.csv",
    "publisher": "is none of the publishers of world_build.yaml",
    "record": "is no flow, no publisher and not none",
}


def _names(facts: Facts) -> Iterator[Fault]:
    """Yield names that there are not, the first of each column and table."""
    known = _known(facts)
    for table, columns in _NAMES.items():
        for column, kind in columns.items():
            places: dict[str, list[Row]] = defaultdict(list)
            for row in facts.tables[table]:
                if (name := row.text(column)) and name not in known[kind]:
                    places[name].append(row)
            for name, rows in places.items():
                said = f"'{name}' {_WHERE[kind]}; {nearest(name, known[kind])}{_more(rows)}"
                yield facts.fault(table, rows[0], column, said)


def _more(rows: Sequence[Row]) -> str:
    """Return how often something stands in a table beside the first time."""
    others = len(rows) - 1
    return f" (and in {others} more row{'s' * (others > 1)})" if others else ""


def _settings(facts: Facts) -> Iterator[Fault]:
    root, _ = read_file(facts.settings_file)
    known, lines = _known(facts), root.children()
    for name, kind in _SETTINGS.items():
        for node in _items(lines, name):
            if node.value not in known[kind]:
                why = nearest(str(node.value), known[kind])
                yield node.mark.fault(name, f"'{node.value}' {_WHERE[kind]}; {why}")
    if "rest" not in lines and facts.tables["state_totals_2021"]:
        said = "names no state that stands for the rest of the world, as totals in state_totals_2021.csv need"
        yield Fault(str(facts.settings_file), 0, 0, "rest", said)
    roles = {row.text("code"): row for row in facts.tables["state_facts"]}
    target = facts.settings.texts["target"]
    for code, row in roles.items():
        if (code == target) != (row.text("role") == "target"):
            said = f"read '{row.text('role')}'; world_build.yaml names '{target}' as the target"
            yield facts.fault("state_facts", row, "role", said)
    for row in facts.tables["state_traits"]:
        if row.text("state") == target and row.values["target_distance_km"] not in ("", 0.0):
            said = (
                f"read {row.values['target_distance_km']:g} km from '{target}' to itself; traits are about the target"
            )
            yield facts.fault(
                "state_traits", row, "target_distance_km", f"{said}: give those of this one, or leave them out"
            )
    yield from _season(facts, lines)


def _items(lines: Mapping[str, Node], name: str) -> tuple[Node, ...]:
    """Return the items of a list, or a single text; nothing where the file does not have it."""
    if name not in lines:
        return ()
    value = lines[name].value
    return value if isinstance(value, tuple) else (lines[name],)


def _season(facts: Facts, lines: Mapping[str, Node]) -> Iterator[Fault]:
    for node in _items(lines, "season_exporters"):
        exporter = str(node.value)
        if lacks := [name for name in ("season_first_month", "season_last_month") if name not in lines]:
            yield node.mark.fault("season_exporters", f"needs {' and '.join(lacks)}")
        elif "customs_monthly" not in facts.faulty and (missing := missing_months(facts, exporter)):
            target, more = facts.settings.texts["target"], f" and {len(missing) - 1} more months" * (len(missing) > 1)
            said = f"customs_monthly.csv has no row of all goods from '{exporter}' to '{target}' in {missing[0]}{more}"
            yield node.mark.fault("season_exporters", f"{said}; leave the list empty for a target without a season")


def _missing(facts: Facts) -> Iterator[Fault]:
    """Yield tables without a row for a state, hubs without a share, goods that nobody trades."""
    for table in _ONE_EACH:
        there = {row.text("state") for row in facts.tables[table]}
        if there and table not in facts.faulty:
            yield from (
                facts.missing(table, f"has no row for '{code}'", "state") for code in facts.states if code not in there
            )
    shares = {(row.text("hub"), row.text("good")) for row in facts.tables["hub_reexports_2021"]}
    for row in facts.tables["state_facts"]:
        hub = row.text("code")
        lacks = [good for good in facts.goods if row.text("is_hub") == "1" and not _share_of(facts, hub, good, shares)]
        if lacks and "hub_reexports_2021" not in facts.faulty:
            what = f"hub_reexports_2021.csv has no row for hub '{hub}' and good '{lacks[0]}', nor for '{ALL}'"
            yield facts.fault("state_facts", row, "is_hub", what)
    mix = [] if "trade_mix_2021" in facts.faulty else facts.tables["trade_mix_2021"]
    for row in facts.tables["good_facts"][:-1]:
        mine = [one for one in mix if one.text("good") == row.text("code")]
        lacks = [name for name in ("export_share", "import_share") if not any(one.number(name) > 0 for one in mine)]
        if lacks and mix:
            said = f"trade_mix_2021.csv gives no state an {' nor an '.join(lacks)} of '{row.text('code')}'"
            rest = f"only the last good of this table, '{facts.goods[-1]}', is what the shares leave"
            yield facts.fault("good_facts", row, "code", f"{said}; {rest}")


def _share_of(facts: Facts, hub: str, good: str, shares: set[tuple[str, str]]) -> bool:
    names = (good, ALL, *(group for group, codes in facts.groups.items() if good in codes))
    return any((hub, name) in shares for name in names)


def _wholes(facts: Facts) -> Iterator[Fault]:
    """Yield shares of one whole whose sum is above it, at the row that takes it there."""
    for table, (key, columns) in _WHOLES.items():
        for column in columns:
            sums: dict[tuple[str, ...], float] = defaultdict(float)
            for row in facts.tables[table]:
                whole = tuple(row.text(name) for name in key)
                before = sums[whole]
                sums[whole] += row.number(column)
                if before <= 1 + _TOLERANCE < sums[whole]:
                    said = f"brings the shares of {' '.join(filter(None, whole))} to {sums[whole]:.6g}, above 1"
                    yield facts.fault(table, row, column, said)


def _rates(facts: Facts) -> Iterator[Fault]:
    """Yield values in euros of years without a rate, the first of each year."""
    if "exchange_rates" in facts.faulty:
        return
    rated = {row.text("year") for row in facts.tables["exchange_rates"]}
    for table, year, row in _in_euros(facts):
        if year not in rated:
            rated = {*rated, year}
            said = f"read '{row.text('unit')}', but exchange_rates.csv has no rate for {year}"
            yield facts.fault(table, row, "unit", said)


def _in_euros(facts: Facts) -> Iterable[tuple[str, str, Row]]:
    """Yield table, year and row of values in euros that are used: of the base year and of the season."""
    texts = facts.settings.texts
    ends = [int(texts[name][:4] or texts["base_year"]) for name in ("season_first_month", "season_last_month")]
    used = {"customs_monthly": {texts["base_year"], *map(str, range(ends[0], ends[1] + 1))}}
    for table in CUSTOMS_TABLES:
        for row in facts.tables[table]:
            year = row.text("period")[:4]
            if row.text("unit") == "meur" and year in used.get(table, {texts["base_year"]}):
                yield table, year, row
    for table in CELLS:
        for row in facts.tables[table]:
            if row.text("unit") == "beur":
                yield table, facts.settings.texts["base_year"], row


def _chapters(facts: Facts) -> Iterator[Fault]:
    """Yield chapters of the target that are named but not published, and a total below their sum."""
    rows, table = chapter_rows(facts), "customs_by_chapter"
    target, year = facts.settings.texts["target"], facts.settings.texts["base_year"]
    if table in facts.faulty:
        return
    if not rows:
        if other := [row for row in facts.tables[table] if row.text("importer") == target]:
            yield facts.fault(table, other[0], "period", f"has chapters of '{target}', but none of {year}")
        return
    if not facts.tables["chapter_split"] and "chapter_split" not in facts.faulty:
        yield facts.missing("chapter_split", f"says of no chapter of '{target}' which goods it holds")
    if TOTAL not in rows:
        yield facts.missing(table, f"has no row chapter_{TOTAL} of the target in {year}, the total of its chapters")
    else:
        parts = sum(facts.musd(row) for chapter, row in rows.items() if chapter != TOTAL)
        if parts > (total := facts.musd(rows[TOTAL])) * (1 + _TOLERANCE):
            said = f"{total:,.6g} musd lie below the sum of the {len(rows) - 1} chapters, {parts:,.6g}"
            yield facts.fault(table, rows[TOTAL], "value", said)
    for named in ("chapter_split", "target_chapters"):
        places: dict[str, list[Row]] = defaultdict(list)
        for row in facts.tables[named]:
            if (chapter := row.text("chapter")) not in rows:
                places[chapter].append(row)
        for chapter, found in places.items():
            said = f"{table}.csv has no chapter {chapter} of the target in {year}; {nearest(chapter, rows)}"
            yield facts.fault(named, found[0], "chapter", said + _more(found))


def _cells(facts: Facts, seen: Mapping[tuple[str, str], float]) -> Iterator[Fault]:
    """Yield goods of a pair whose sum is too far above what was seen of all goods together."""
    most = facts.settings.numbers["largest_total_excess"]
    sums: dict[tuple[str, str], float] = defaultdict(float)
    counted: set[tuple[str, str, str]] = set()
    for table in CELLS:
        for row in facts.tables[table]:
            pair, good = (row.text("exporter"), row.text("importer")), row.text("good")
            codes = {(*pair, code) for code in facts.groups.get(good, (good,))}
            if pair not in seen or not counted.isdisjoint(codes):
                continue
            counted |= codes
            before = sums[pair]
            sums[pair] += facts.cell_musd(row)
            if before <= most * seen[pair] < sums[pair]:
                said = f"brings the goods from {' to '.join(pair)} to {sums[pair]:,.6g} musd"
                whole = f"all goods together were {seen[pair]:,.6g}, more than a factor of {most:g} less"
                yield facts.fault(table, row, "value", f"{said}; {whole} (largest_total_excess)")
