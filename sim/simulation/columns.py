"""Every column of the tables that a run leaves, declared once: its unit and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.simulation.parquet import NUMBERS, SWITCH, TEXT


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of results.

    Attributes:
        unit: unit of its numbers, or what kind of label it is.
        meaning: what it holds, in words.
    """

    unit: str
    meaning: str


_LABELS = ("YYYY-MM", "code", "text", "coalition or neutral", "direct or via HUB", "export, import or re-export")


def kind_of(column: Column) -> str:
    """What the cells of a column are: text, numbers, or true or false."""
    return TEXT if column.unit in _LABELS else SWITCH if column.unit == SWITCH else NUMBERS


_VOLUME = "million USD a month, base-year prices"
_MUSD = "million USD a month"
_MONTH = Column("YYYY-MM", "the month")
_GOOD = Column("code", "the good, by its code in the world")
_LANE = {
    "month": _MONTH,
    "good": _GOOD,
    "origin": Column("code", "state that the goods are sold from"),
    "brand_origin": Column("coalition or neutral", "where the headquarters of the firm that sells are"),
    "route": Column("direct or via HUB", "route; the hub is the one that the goods enter"),
    "destination": Column("code", "state that they are meant for"),
}
_LOG_POINTS, _FIRMS, _SHARE = "log points", "firms", "0 to 1"


def _fate(meaning: str) -> Column:
    return Column(_VOLUME, meaning)


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "flows": {
        **_LANE,
        "volume_musd": Column(_VOLUME, "delivered"),
        "value_musd": Column(f"{_MUSD}, FOB", "the same on the exporter's invoice"),
        "price_index": Column("base year = 1", "price at the destination"),
        "recorded_musd": Column(f"{_MUSD}, FOB", "of the value, what the origin's customs office has on record under "
                                "this destination and good; none of what goes through hubs"),
    },
    "orders": {
        **_LANE,
        "ordered_volume_musd": _fate("ordered for the target; the sum of all that follow"),
        "delivered_volume_musd": _fate("delivered"),
        "seized_volume_musd": _fate("seized at the origin's border"),
        "stopped_volume_musd": _fate("stopped by the hub's officers"),
        "refused_volume_musd": _fate("not carried out: banks refused the payment, or the route is closed"),
        "denied_volume_musd": _fate("licence denied"),
        "held_volume_musd": _fate("added to what waits for a licence; negative where the queue shrinks"),
        "unsold_volume_musd": _fate("left in the hub for want of capacity of its intermediaries"),
    },
    "recorded": {
        "month": _MONTH,
        "reporter": Column("code", "state whose customs office reports"),
        "flow": Column("export, import or re-export", "what the reporter records it as"),
        "partner": Column("code", "state that the reporter names as the other side"),
        "good": _GOOD,
        "value_musd": Column(f"{_MUSD}, FOB; imports CIF", "recorded"),
        "published": Column(SWITCH, "whether the reporter publishes this month"),
        "reported_flow": Column("text", "flow under which it is published; empty where it is not"),
        "release_month": Column("YYYY-MM", "month in which it is published; empty where it is not"),
    },
    "prices": {
        "month": _MONTH,
        "destination": Column("code", "the target, and the other buyers whose markets are followed"),
        "brand_origin": Column("coalition or neutral", "where the headquarters of the firms that sell are"),
        "good": _GOOD,
        "price_index": Column("base year = 1", "price at the destination"),
        "stock_volume_musd": Column("million USD, base-year prices", "bought ahead and not yet used"),
        "demand_multiplier": Column("multiple", "orders against contracts: season and macro path"),
        "war_demand": Column("multiple", "demand beyond orders: what the war uses up"),
        "import_substitution_share": Column(_SHARE, "demand that home production meets in place of imports"),
    },
    "hubs": {
        "month": _MONTH,
        "hub": Column("code", "the hub"),
        "capacity_utilisation": Column("share", "goods consigned over what the open intermediaries can carry; above 1 "
                                       "where they cannot carry all"),
        "log_markup_change": Column(_LOG_POINTS, "mark-up of intermediaries, against the base year"),
        "capacity_share": Column(_SHARE, "consignments that find capacity"),
        "active_firms": Column(_FIRMS, "intermediaries open"),
        "firms_listed": Column(_FIRMS, "intermediaries on a list and not yet back"),
        "reentries": Column(_FIRMS, "listed intermediaries back under a new name since the run began"),
    },
    "states": {
        "month": _MONTH,
        "state": Column("code", "the state"),
        "announced_policy": Column(_SHARE, "share of the controlled goods that it has announced it will not let pass"),
        "enacted_law": Column(_SHARE, "share of them that a law of its own keeps from the target"),
        "enforcement_effort": Column(_SHARE, "enforcement in practice, whatever the law says"),
        "pressure": Column("envoys' visits", "diplomatic pressure on its government"),
        "threat": Column(_LOG_POINTS, "threat announced to its firms and banks"),
        "triggered_threat": Column(_LOG_POINTS, "threat to its firms since it crossed a red line"),
        "resolve": Column(_SHARE, "part of its threats that it carries out as a member of the coalition; else 1"),
        "payment_intermediaries": Column(_SHARE, "payments refused by banks that payment intermediaries carry"),
        "firms_listed": Column(_FIRMS, "its exporters listed since the run began"),
    },
    "network": {
        "month": _MONTH,
        "good": _GOOD,
        "entry": Column("code", "hub that the goods enter"),
        "exit": Column("code", "hub that they leave for the target; the same where it is one"),
        "volume_musd": Column(_VOLUME, "delivered to the target"),
    },
    "transit": {
        "month": _MONTH,
        "good": _GOOD,
        "origin": Column("code", "state that the goods are sold from"),
        "hub": Column("code", "hub that they enter"),
        "sent_musd": Column(f"{_MUSD}, FOB", "sent to the target through the hub; stopped, unsold and arrived add up"),
        "stopped_musd": Column(f"{_MUSD}, FOB", "stopped by the hub's officers"),
        "unsold_musd": Column(f"{_MUSD}, FOB", "left in the hub for want of capacity"),
        "arrived_musd": Column(f"{_MUSD}, FOB", "arrived at the target"),
        "ghost_transit_sent_musd": Column(f"{_MUSD}, FOB", "of what was sent, what no officer met"),
        "ghost_transit_arrived_musd": Column(f"{_MUSD}, FOB", "of what arrived, what no officer met"),
        "evading_arrived_musd": Column(f"{_MUSD}, FOB", "of what arrived and was met, goods that are banned or would "
                                       "go direct if they could"),
    },
}  # fmt: skip
