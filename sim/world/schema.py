"""What the tables of a world hold: one list of columns per file, shared by the loader, the builder and the tests."""

from collections.abc import Iterable, Mapping

from sim.common.csv_cells import AMOUNT, SHARE, Reader, Value, between, month, one_of, period, text, whole, year
from sim.common.csv_tables import Column
from sim.common.months import MONTHS_PER_YEAR

ROLES = ("coalition", "target", "third", "buyer", "rest")
RECORDS = ("origin", "consignment")
# How a customs office shows what it passes on: apart from own exports, lumped with them, little of it since it passes
# by land inside a customs union, or not at all.
HABITS = ("flagged", "merged", "overland", "unrecorded")
# Habits of offices that publish re-exports with their own exports, in one figure.
LUMPED = ("merged", "overland")
STATUSES = ("observed", "derived", "imputed")
TABLES = ("states.csv", "goods.csv", "baseline.csv", "reexports.csv", "season.csv")
# A world without it has no route through two hubs.
ONWARD_TABLE = "onward.csv"
# Of a world without it the errors of whole pairs are not known, only those of single flows.
PAIR_TABLE = "pairs.csv"
# What states' offices published of the base year, all goods and partners together, exports FOB and imports CIF; shown
# beside the world's own totals. No run depends on it, so it does not enter the digest.
TOTALS_TABLE = "totals.csv"
# What customs offices published that runs are laid beside, where the world has it; no run depends on it either.
PUBLISHED_TABLE = "published.csv"
EVERYBODY, EVERYTHING = "all", "all"
# A hub that shows re-exports apart publishes two records, of which a series may be the sum.
PUBLISHED_FLOWS = ("export", "re-export", "import", "export;re-export")
# Which countries a state stands for that is several, by code of ISO 3166-1; no run depends on it either.
MEMBERS_TABLE = "members.csv"
SETTINGS = "world.yaml"
SETTING_TEXTS: Mapping[str, Reader] = {"title": str, "base_year": year, "target": str, "currency": str}
SETTING_LISTS = ("other_buyers", "notes", "sources")
FLAGS = ("0", "1")
LONGEST_LAG = 60
# A standard error of logs above this says that nothing is known. Where a table gives none, it is by status (assumption:
# a published record, arithmetic on records, a filled-in flow).
MOST_SD_LOG = 3
SD_LOG: Mapping[str, float] = dict(zip(STATUSES, (0.05, 0.15, 0.7), strict=True))
_SD_LOG = Column("sd_log", between(0, MOST_SD_LOG), optional=True, default="")
# Measured trade elasticities of goods go to some 30; beyond this a price a hundredth lower takes the whole market.
MOST_ELASTIC = 500
# Half the circumference of the Earth.
_FARTHEST_KM = 20_040
_MOST_DAYS = 1_000

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
    Column("customs_union", text, optional=True, default=""),
    Column("publishes_until", month, optional=True, default=""),
    Column("records", one_of(RECORDS, "way of recording partners")),
)
# Traits of a state in the base year. A world without one of them, or with an empty cell, reads what is neutral: the
# mean of the world (rule of law is published with mean 0 over states), no language shared, the basket of the coalition;
# days to found a firm are then an assumption, and the distance is that between the places of the table.
STATE_TRAITS = (
    Column("rule_of_law", between(-3, 3), optional=True, default=0.0),
    Column("startup_days", between(0, _MOST_DAYS), optional=True, default=10.0),
    Column("target_distance_km", between(0, _FARTHEST_KM), optional=True, default=""),
    Column("common_language", SHARE, optional=True, default=0.0),
    Column("basket_overlap", SHARE, optional=True, default=1.0),
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
    *STATE_TRAITS,
    Column("source", text),
)

GOOD_COLUMNS = (
    Column("code", text),
    Column("name", text),
    Column("hs_codes", text),
    Column("control_tier", text, optional=True, default=""),
    Column("military_sensitivity", SHARE),
    Column("ambiguity", SHARE),
    Column("coalition_brand_share", SHARE),
    Column("price_elasticity", between(0, MOST_ELASTIC)),
    Column("parts", text, optional=True, default=""),
    # What plants of coalition brands in the target added to their parts, which are imports already.
    Column("home_output_musd_per_year", AMOUNT, optional=True, default=0.0),
    Column("groups", text, optional=True, default=""),
    Column("source", text),
)


def error_of(status: str, cell: Value) -> float:
    """Return the standard error in logs of a flow: what the table gives, else that of its status."""
    return SD_LOG[status] if isinstance(cell, str) else cell


def baseline_columns(states: Iterable[str], goods: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of baseline.csv for these states and goods."""
    state = one_of(states, "state")
    return (
        Column("origin", state),
        Column("destination", state),
        Column("good", one_of(goods, "good")),
        Column("value_musd_per_year", AMOUNT),
        Column("status", one_of(STATUSES, "status")),
        _SD_LOG,
        Column("source", text),
    )


def reexport_columns(hubs: Iterable[str], goods: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of reexports.csv for these hubs and goods."""
    return (
        Column("hub", one_of(hubs, "hub")),
        Column("good", one_of(goods, "good")),
        Column("value_musd_per_year", AMOUNT),
        Column("status", one_of(STATUSES, "status")),
        _SD_LOG,
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


def totals_columns(states: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of totals.csv for these states."""
    return (
        Column("state", one_of(states, "state")),
        Column("exports_musd_per_year", AMOUNT, optional=True),
        Column("imports_musd_per_year", AMOUNT, optional=True),
        Column("source", text),
    )


def member_columns(states: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of members.csv for these states."""
    return (Column("state", one_of(states, "state")), Column("member", text), Column("source", text))


def pair_columns(states: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of pairs.csv for these states."""
    state = one_of(states, "state")
    return (
        Column("origin", state),
        Column("destination", state),
        Column("value_musd_per_year", AMOUNT),
        Column("status", one_of(STATUSES, "status")),
        _SD_LOG,
        Column("source", text),
    )


def published_columns(states: Iterable[str], goods: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of published.csv for these states, and goods or groups of goods."""
    known = tuple(states)
    return (
        Column("series", text),
        Column("title", text),
        Column("reporter", one_of((*known, EVERYBODY), "state or all")),
        Column("flow", one_of(PUBLISHED_FLOWS, "flow")),
        Column("partner", one_of(known, "state")),
        Column("good", one_of((*goods, EVERYTHING), "good, group or all"), optional=True, default=EVERYTHING),
        Column("period", period),
        Column("value_musd", AMOUNT),
        Column("used_for_fitting", one_of(FLAGS, "flag"), optional=True, default=FLAGS[0]),
        Column("source", text),
    )


PUBLISHED = (
    "series", "title", "reporter", "flow", "partner", "good", "period", "value_musd", "used_for_fitting", "source",
)  # fmt: skip
BASELINE = ("origin", "destination", "good", "value_musd_per_year", "status", "sd_log", "source")
PAIRS = ("origin", "destination", "value_musd_per_year", "status", "sd_log", "source")
REEXPORTS = ("hub", "good", "value_musd_per_year", "status", "source")
ONWARD = ("first", "second", "share", "status", "source")
MEMBERS = ("state", "member", "source")
TOTALS = ("state", "exports_musd_per_year", "imports_musd_per_year", "source")
SEASON = ("destination", "calendar_month", "factor", "source")
