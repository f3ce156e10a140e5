"""What the tables of facts hold that a world is built from: columns, keys, and the choices of world_build.yaml."""

from collections.abc import Mapping

from sim.common.csv_cells import (
    AMOUNT,
    MOST_MUSD,
    SHARE,
    Reader,
    Value,
    amount,
    between,
    month,
    number,
    one_of,
    period,
    text,
    whole,
    year,
)
from sim.common.csv_tables import Column
from sim.common.good_groups import ALL
from sim.world.schema import (
    FLAGS,
    GOOD_COLUMNS,
    HABITS,
    LONGEST_LAG,
    MOST_SD_LOG,
    PUBLISHED_FLOWS,
    STATE_NAMED,
    STATE_OFFICE,
    STATE_TRAITS,
    STATUSES,
)

EXPORT, IMPORT = "export", "import"
# Publisher of the offices' own tables, and any state in a declared choice.
CUSTOMS, ANY, NONE = "customs", "*", "none"
VOTES = ("yes", "abstain", "no", "absent")
FIGURE = ("period", "freq", "reporter", "flow", "exporter", "importer", "good")
FIGURE_COLUMNS = (
    *(Column(name, period if name == "period" else text) for name in FIGURE),
    Column("value", AMOUNT),
    Column("unit", one_of(("musd", "meur"), "unit")),
    Column("basis", text),
    Column("source", text),
    Column("quality", text),
    Column("conflict", text, optional=True),
    Column("role", one_of(("fit", "judge", "context"), "role")),
)
STATE_FACTS = (
    *STATE_NAMED,
    Column("vote_es_11_1", one_of(VOTES, "vote"), optional=True, default=""),
    Column("vote_es_11_3", one_of(VOTES, "vote"), optional=True, default=""),
    Column("joined_measures", SHARE),
    Column("control_regimes", between(0, 4)),
    Column("measures_before_2022", one_of(FLAGS, "flag")),
    *STATE_OFFICE,
    Column("note", text, optional=True, default=""),
    Column("source", text),
)
CREDIT = (Column("source", text), Column("quality", text))
# Standard error of logs; where a table gives none, that of the status is taken.
# How raw files write a country, and traits from which those of its state are made: not read here.
_MEMBER_FACTS = ("comtrade_name", "comtrade_number", *(trait.name for trait in STATE_TRAITS))
ERROR = Column("sd_log", between(0, MOST_SD_LOG), optional=True, default="")
_PAIR = (Column("exporter", text), Column("importer", text))
_STATUS = Column("status", one_of(STATUSES, "status"))
_CELL = (
    *_PAIR,
    Column("good", text),
    Column("value", amount(MOST_MUSD / 1000)),
    Column("unit", one_of(("busd", "beur"), "unit")),
    _STATUS,
    ERROR,
    *CREDIT,
)
_CUSTOMS = (FIGURE_COLUMNS, FIGURE)
CUSTOMS_TABLES = ("customs_annual", "customs_monthly", "customs_by_chapter", "customs_sanctioned_lines")
# Tables that there must be.
NEEDED = ("state_facts", "good_facts")
# All tables: columns, and those that together may not repeat. What is left out is not known: `NOT_KNOWN` says what then
# stands in its place.
TABLES: Mapping[str, tuple[tuple[Column, ...], tuple[str, ...]]] = {
    "state_facts": (STATE_FACTS, ("code",)),
    "good_facts": (GOOD_COLUMNS, ("code",)),
    "hub_reexports_2021": (
        (
            Column("hub", text),
            Column("good", text),
            Column("measure", one_of(("share",), "measure")),
            Column("value", SHARE),
            _STATUS,
            Column("source", text),
        ),
        ("hub", "good"),
    ),
    "hub_onward_2021": (
        (Column("first", text), Column("second", text), Column("share", SHARE), _STATUS, Column("source", text)),
        ("first", "second"),
    ),
    **dict.fromkeys(CUSTOMS_TABLES, _CUSTOMS),
    "state_totals_2021": (
        (
            Column("state", text),
            Column("exports_musd", AMOUNT, optional=True),
            Column("imports_musd", AMOUNT, optional=True),
            Column("largest_unseen_musd", AMOUNT, optional=True, default=""),
            Column("economies", AMOUNT, optional=True, default=""),
            *CREDIT,
        ),
        ("state",),
    ),
    "pair_records_2021": (
        (
            *_PAIR,
            Column("flow", one_of((EXPORT, IMPORT), "flow")),
            Column("publisher", text),
            Column("valuation", one_of(("FOB", "CIF", "BOP"), "valuation")),
            Column("value_musd", AMOUNT),
            Column("recorded_musd", AMOUNT),
            Column("coverage", SHARE),
            Column("sd_log", between(0, MOST_SD_LOG)),
            Column("note", text, optional=True),
            *CREDIT,
        ),
        ("exporter", "importer", "flow", "publisher"),
    ),
    "record_choices": ((*_PAIR, Column("believe", text), *CREDIT), ("exporter", "importer")),
    "pair_seeds": ((*_PAIR, Column("value_musd", AMOUNT), *CREDIT), ("exporter", "importer")),
    "trade_mix_2021": (
        (
            Column("state", text),
            Column("good", text),
            Column("export_share", SHARE),
            Column("import_share", SHARE),
            *CREDIT,
        ),
        ("state", "good"),
    ),
    "pair_mix_2021": (
        (*_PAIR, Column("good", text), Column("share", SHARE), _STATUS, ERROR, *CREDIT),
        ("exporter", "importer", "good"),
    ),
    "good_cells_2021": (_CELL, ("exporter", "importer", "good")),
    "line_cells_2021": (_CELL, ("exporter", "importer", "good")),
    "chapter_split": (
        (
            Column("origin", text, optional=True, default=""),
            Column("chapter", text),
            Column("good", text),
            Column("share", SHARE),
            ERROR,
            *CREDIT,
        ),
        ("origin", "chapter", "good"),
    ),
    "target_chapters": (
        (Column("origin", text), Column("chapter", text), Column("share", SHARE), ERROR, _STATUS, *CREDIT),
        ("origin", "chapter"),
    ),
    "state_traits": (
        (Column("state", text), *(Column(trait.name, trait.read, optional=True) for trait in STATE_TRAITS), *CREDIT),
        ("state",),
    ),
    "state_members": (
        (
            Column("member", text),
            Column("state", text),
            *(Column(name, text, optional=True, default="") for name in _MEMBER_FACTS),
            Column("source", text),
        ),
        ("member",),
    ),
    "customs_offices": (
        (
            Column("state", text),
            Column("publication_lag_months", whole(0, LONGEST_LAG)),
            Column("reexport_habit", one_of(HABITS, "habit")),
            *CREDIT,
        ),
        ("state",),
    ),
    # Figures that runs are laid beside; they go into the world as they are.
    "published_series": (
        (
            Column("series", text),
            Column("title", text),
            Column("reporter", text),
            Column("flow", one_of(PUBLISHED_FLOWS, "flow")),
            Column("partner", text),
            Column("good", text),
            Column("period", period),
            Column("value_musd", AMOUNT),
            Column("used_for_fitting", one_of(FLAGS, "flag")),
            Column("source", text),
        ),
        ("series", "period"),
    ),
    "exchange_rates": ((Column("year", year), Column("usd_per_eur", between(0.5, 2)), *CREDIT), ("year",)),
}
# What is taken where a table is left out that moves results; the world says so in its notes.
NOT_KNOWN: Mapping[str, str] = {
    "state_totals_2021": "pairs that nobody shows are filled in by gravity alone",
    "trade_mix_2021": "pairs without goods of their own have the mix of their states' other pairs",
    "customs_by_chapter": "the target's goods are those of its pairs",
    "customs_offices": "every office publishes at once and shows re-exports apart (assumption)",
    "state_traits": "traits of states are neutral (assumption)",
}
# Values by pair and good; where two have a cell, the first one's counts.
CELLS = ("good_cells_2021", "line_cells_2021")
LISTS = ("other_buyers", "publishers", "sitc_7_goods", "technology_goods", "season_exporters", "notes", "sources")
TEXTS: Mapping[str, Reader] = {
    **dict.fromkeys(("title", "target", "rest", "currency"), str),
    "base_year": year,
    **dict.fromkeys(("season_first_month", "season_last_month"), month),
}


def _freight(cell: str) -> Value:
    """Read CIF over FOB; between no two states does freight cost twice the goods."""
    if number(cell) < 1:
        raise ValueError("is below 1")
    return between(1, 3)(cell)


# Numbers, and what stands where the file has none: what the reference world has, whose file gives the sources. Measured
# elasticities of trade to distance lie near -1; with -10, twice the distance leaves a thousandth of the trade.
_CHOICES: Mapping[str, tuple[Reader, float]] = {
    "cif_over_fob": (_freight, 1.06),
    "distance_elasticity": (between(-10, 0), -0.9),
    "floor_musd_per_year": (AMOUNT, 0.001),
    "small_pair_musd": (AMOUNT, 1000.0),
    "least_unseen_share": (SHARE, 0.03),
    "derived_coverage": (SHARE, 0.5),
    "observed_coverage": (SHARE, 0.9),
    "derived_filled_share": (SHARE, 0.1),
    "sitc_7_share": (SHARE, 0.92),
    "effort_measures_before_2022": (SHARE, 0.6),
    "effort_joined_later": (SHARE, 0.4),
    "effort_others": (SHARE, 0.1),
    "effort_least": (SHARE, 0.02),
    "largest_record_ratio": (between(1, 1000), 1.25),
    "largest_mirror_ratio": (between(1, 1000), 2.0),
    "largest_total_excess": (between(1, 1000), 1.3),
    "record_sd_log": (between(0, MOST_SD_LOG), 0.02),
    "freight_sd_log": (between(0, MOST_SD_LOG), 0.02),
    "total_sd_log": (between(0, MOST_SD_LOG), 0.01),
    "imputed_sd_log": (between(0, MOST_SD_LOG), 0.68),
    "imputed_small_sd_log": (between(0, MOST_SD_LOG), 1.2),
}
NUMBERS: Mapping[str, Reader] = {name: read for name, (read, _) in _CHOICES.items()}
# What stands where world_build.yaml does not say it; the rest it must say.
UNSAID: Mapping[str, str | float | tuple[str, ...]] = {
    **{name: usual for name, (_, usual) in _CHOICES.items()},
    **dict.fromkeys(("rest", "season_first_month", "season_last_month"), ""),
    **dict.fromkeys(("other_buyers", "sitc_7_goods", "season_exporters", "notes"), ()),
    "publishers": (CUSTOMS,),
    "technology_goods": (ALL,),
}
