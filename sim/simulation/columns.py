"""Every column of the tables that a run leaves, declared once: its unit and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of results.

    Attributes:
        unit: unit of its numbers, or what kind of label it is.
        meaning: what it holds, in words.
    """

    unit: str
    meaning: str


_MUSD_2021 = "million USD a month, base-year prices"
_MUSD = "million USD a month"
_MONTH = Column("YYYY-MM", "the month")
_GOOD = Column("code", "the good")
_ROAD = {
    "month": _MONTH,
    "good": _GOOD,
    "origin": Column("code", "state that the goods are sold from"),
    "headquarters": Column("coalition or neutral", "where the firm's headquarters are: whose brand it is"),
    "road": Column("direct or via HUB", "by which road they go; the hub is the one that they enter"),
    "destination": Column("code", "state that they are meant for"),
}
_LOG_POINTS, _FIRMS, _SHARE = "log points", "firms", "0 to 1"


def _fate(meaning: str) -> Column:
    return Column(_MUSD_2021, meaning)


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "flows": {
        **_ROAD,
        "quantity_musd_2021": Column(_MUSD_2021, "delivered"),
        "value_musd": Column(f"{_MUSD}, FOB", "the same on the exporter's invoice"),
        "price_index": Column("base year = 1", "price at the destination"),
        "recorded_musd": Column(f"{_MUSD}, FOB", "of the value, what the origin's customs office has on record under "
                                "this destination and good; none of what goes through hubs"),
    },
    "orders": {
        **_ROAD,
        "ordered_musd_2021": _fate("ordered for the target; the sum of all that follow"),
        "delivered_musd_2021": _fate("delivered"),
        "seized_musd_2021": _fate("seized at the origin's border"),
        "stopped_musd_2021": _fate("stopped by the hub's officers"),
        "refused_musd_2021": _fate("not carried out: banks refused the payment, or the road is closed"),
        "denied_musd_2021": _fate("licence denied"),
        "held_musd_2021": _fate("added to what waits for a licence; negative where the queue shrinks"),
        "unsold_musd_2021": _fate("left in the hub for want of room at its trading houses"),
    },
    "recorded": {
        "month": _MONTH,
        "office": Column("code", "state whose customs office keeps the record"),
        "flow": Column("export, import or re-export", "what the office writes it down as"),
        "partner": Column("code", "state that the office names as the other side"),
        "good": _GOOD,
        "value_musd": Column(f"{_MUSD}, FOB; imports CIF", "what is on record"),
        "published": Column("true or false", "whether the office publishes this month at all"),
        "published_as": Column("text", "under which heading; empty where it is not published"),
        "published_in": Column("YYYY-MM", "when; empty where it is not published"),
    },
    "prices": {
        "month": _MONTH,
        "destination": Column("code", "the target, and the other buyers whose markets are followed"),
        "headquarters": Column("coalition or neutral", "whose brand"),
        "good": _GOOD,
        "price_index": Column("base year = 1", "price at the destination"),
        "stock_musd_2021": Column("million USD, base-year prices", "bought ahead and not yet used"),
        "activity": Column("multiple", "orders against contracts: season and macro path"),
        "need": Column("multiple", "demand beyond orders: the war's need"),
        "replaced_share": Column(_SHARE, "demand that home production has replaced"),
    },
    "hubs": {
        "month": _MONTH,
        "hub": Column("code", "the hub"),
        "fullness": Column("share", "goods consigned over what the open trading houses can carry; above 1 where they "
                           "cannot carry all"),
        "log_markup_change": Column(_LOG_POINTS, "what the houses add to the cost, against the base year"),
        "carried_share": Column(_SHARE, "consignments that find room"),
        "firms_open": Column(_FIRMS, "trading houses open"),
        "firms_listed": Column(_FIRMS, "trading houses on a list and not yet back"),
        "returns_so_far": Column(_FIRMS, "listed houses that came back under a new name since the run began"),
    },
    "states": {
        "month": _MONTH,
        "state": Column("code", "the state"),
        "word": Column(_SHARE, "share of the watched goods that it has announced it will not let pass"),
        "law": Column(_SHARE, "share of them that a law of its own keeps from the target"),
        "effort": Column(_SHARE, "enforcement: what is done, not what is written"),
        "pressure": Column("envoys' visits", "diplomatic pressure on its government"),
        "threat": Column(_LOG_POINTS, "threat announced to its firms and banks"),
        "provoked": Column(_LOG_POINTS, "threat that it drew on its firms by crossing a red line"),
        "resolve": Column(_SHARE, "part of its threats that it carries out as a member of the coalition; else 1"),
        "agents": Column(_SHARE, "payments refused by banks that payment agents carry"),
        "firms_listed": Column(_FIRMS, "its exporters listed since the run began"),
    },
    "network": {
        "month": _MONTH,
        "good": _GOOD,
        "entry": Column("code", "hub that the goods enter"),
        "exit": Column("code", "hub that they leave for the target; the same where it is one"),
        "quantity_musd_2021": Column(_MUSD_2021, "delivered to the target"),
    },
    "transit": {
        "month": _MONTH,
        "good": _GOOD,
        "origin": Column("code", "state that the goods are sold from"),
        "hub": Column("code", "hub that they enter"),
        "sent_musd": Column(f"{_MUSD}, FOB", "sent to the target through the hub; stopped, unsold and arrived add up"),
        "stopped_musd": Column(f"{_MUSD}, FOB", "stopped by the hub's officers"),
        "unsold_musd": Column(f"{_MUSD}, FOB", "left in the hub for want of room"),
        "arrived_musd": Column(f"{_MUSD}, FOB", "arrived at the target"),
        "sent_unseen_musd": Column(f"{_MUSD}, FOB", "of what was sent, what the hub's officers never met"),
        "arrived_unseen_musd": Column(f"{_MUSD}, FOB", "of what arrived, the same"),
        "arrived_evading_musd": Column(f"{_MUSD}, FOB", "of what arrived and was met, goods that are banned or would "
                                       "go direct if they could"),
    },
}  # fmt: skip
