"""What the tables of a world hold: one list of columns per file, shared by the loader, the builder and the tests."""

from collections.abc import Iterable, Mapping

from sim.common.csv_cells import AMOUNT, SHARE, Reader, between, month, one_of, text, whole, year
from sim.common.csv_tables import Column
from sim.common.months import MONTHS_PER_YEAR

ROLES = ("coalition", "target", "third", "buyer", "rest")
RECORDS = ("origin", "consignment")
# How a customs office shows what it passes on: apart from own exports, lumped with them, or not at all.
HABITS = ("flagged", "merged", "unrecorded")
STATUSES = ("observed", "derived", "imputed")
TABLES = ("states.csv", "goods.csv", "baseline.csv", "reexports.csv", "season.csv")
# A world without it has no route through two hubs.
ONWARD_TABLE = "onward.csv"
SETTINGS = "world.yaml"
SETTING_TEXTS: Mapping[str, Reader] = {"title": str, "base_year": year, "target": str, "currency": str}
SETTING_LISTS = ("other_buyers", "notes", "sources")
FLAGS = ("0", "1")
LONGEST_LAG = 60
# Measured trade elasticities of goods go to some 30; beyond this a price a hundredth lower takes the whole market.
MOST_ELASTIC = 500

# What a state of a world has from its facts as it stands: who and where it is, and how its customs office records.
STATE_NAMED = (
    Column("code", text),
    Column("name", text),
    Column("role", one_of(ROLES, "role")),
    Column("is_hub", one_of(FLAGS, "flag")),
    Column("latitude", between(-90, 90)),
    Column("longitude", between(-180, 180)),
    Column("coalition_hq_share", SHARE),
)
STATE_OFFICE = (
    Column("customs_union", text, optional=True),
    Column("publishes_until", month, optional=True),
    Column("records", one_of(RECORDS, "way of recording partners")),
)
STATE_COLUMNS = (
    *STATE_NAMED,
    Column("alignment", between(-1, 1)),
    Column("technology_exposure", SHARE),
    Column("finance_exposure", SHARE),
    Column("enforcement_effort", SHARE),
    *STATE_OFFICE,
    Column("publication_lag_months", whole(0, LONGEST_LAG), optional=True, default=0.0),
    Column("reexport_habit", one_of(HABITS, "habit"), optional=True, default=HABITS[0]),
    Column("source", text),
)

GOOD_COLUMNS = (
    Column("code", text),
    Column("name", text),
    Column("hs_codes", text),
    Column("control_tier", text, optional=True),
    Column("military_sensitivity", SHARE),
    Column("ambiguity", SHARE),
    Column("coalition_brand_share", SHARE),
    Column("price_elasticity", between(0, MOST_ELASTIC)),
    Column("parts", text, optional=True, default=""),
    Column("source", text),
)


def baseline_columns(states: Iterable[str], goods: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of baseline.csv for these states and goods."""
    state = one_of(states, "state")
    return (
        Column("origin", state),
        Column("destination", state),
        Column("good", one_of(goods, "good")),
        Column("value_musd_per_year", AMOUNT),
        Column("status", one_of(STATUSES, "status")),
        Column("source", text),
    )


def reexport_columns(hubs: Iterable[str], goods: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of reexports.csv for these hubs and goods."""
    return (
        Column("hub", one_of(hubs, "hub")),
        Column("good", one_of(goods, "good")),
        Column("value_musd_per_year", AMOUNT),
        Column("status", one_of(STATUSES, "status")),
        Column("source", text),
    )


def onward_columns(hubs: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of onward.csv for these hubs."""
    hub = one_of(hubs, "hub")
    return (
        Column("first", hub),
        Column("second", hub),
        Column("share", SHARE),
        Column("status", one_of(STATUSES, "status")),
        Column("source", text),
    )


def season_columns(states: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of season.csv for these states."""
    return (
        Column("destination", one_of(states, "state")),
        Column("calendar_month", one_of([str(number) for number in range(1, 13)], "calendar month")),
        Column("factor", between(0, MONTHS_PER_YEAR)),
        Column("source", text),
    )


PAIR_COLUMNS = (
    Column("origin", text),
    Column("destination", text),
    Column("value_musd_per_year", AMOUNT),
    Column("status", one_of(STATUSES, "status")),
    Column("source", text),
)

BASELINE = ("origin", "destination", "good", "value_musd_per_year", "status", "source")
PAIRS = tuple(column.name for column in PAIR_COLUMNS)
REEXPORTS = ("hub", "good", "value_musd_per_year", "status", "source")
ONWARD = ("first", "second", "share", "status", "source")
SEASON = ("destination", "calendar_month", "factor", "source")
