"""The mirror gap of a pair of states: what the importer's office has on record beyond the exporter's, and why.

Statisticians hold the two offices' records of one flow against each other. The gap is freight and insurance, the
partner by origin against the partner by consignment, and what somebody hid; they cannot tell which. Here the true flow
is known too, so the gap falls apart without a rest.

What is *true* for a pair is what left the exporter with the importer as its next stop, free on board:

* own goods sold there directly,
* to a hub also: own goods consigned to it that are meant for the target, whether they ever meet the hub's officers,
* out of a hub also: goods of all origins that its intermediaries passed on to the importer, the target or the next hub.

So a consignment through a hub is true for each leg of its way, and not for the pair of its first and last state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.common.countries import StateNames
from sim.common.errors import SimError, nearest
from sim.common.good_groups import codes_named
from sim.common.parsing import shown
from sim.metrics.run_pair import RunPair
from sim.model.constants import reexports_shown
from sim.world.schema import LUMPED

if TYPE_CHECKING:
    from sim.simulation.results import Results

# Why the importer's record differs from the exporter's, in the order in which a figure stacks them.
PARTS = {
    "freight": "Freight and insurance (CIF against FOB)",
    "unrecorded": "Re-exports not in the exporter's record",
    "ghost": "Ghost transit, met by no officer",
    "other_codes": "Declared under another code",
    "by_origin": "Counted under the state of origin",
    "stopped": "Stopped in hubs on the way",
    "unsold": "Left unsold in hubs on the way",
}
_ORIGIN = "origin"


@dataclass(frozen=True)
class Pair:
    """Two states whose records are held against each other.

    Attributes:
        exporter: code of the state whose office records exports and re-exports.
        importer: code of the state whose office records imports.
        good: the good that is looked at, or a group of goods; None for all goods together.
    """

    exporter: str
    importer: str
    good: str | None = None

    def check(self, results: Results) -> None:
        """Says what is wrong with the pair.

        Raises:
            SimError: a state or good that the run does not have, or a state with itself.
        """
        states = set(results.states["state"])
        for code in (self.exporter, self.importer):
            if code not in states:
                raise SimError(f"unknown state '{code}'; {nearest(code, states)}")
        if self.exporter == self.importer:
            raise SimError(f"'{self.exporter}' stands on both sides; a mirror gap needs two states")
        self.goods(results)

    def goods(self, results: Results) -> list[str] | None:
        """Codes of the goods that are looked at; None for all together.

        Raises:
            SimError: neither a good of the run nor a group.
        """
        known = sorted(set(results.prices["good"]))
        groups = results.record.get("good_groups") or {}
        return None if self.good is None else codes_named([self.good], known, groups)


def pair_called(results: Results, exporter: str, importer: str, good: str | None = None) -> Pair:
    """A pair of states of a run, each by its code, its name, or the name or ISO 3166 code of the country that it is.

    Raises:
        SimError: the run has no such state.
    """
    world = RunPair(results).world
    codes = [str(code) for code in results.states["state"].unique()]
    names = StateNames(codes, {code: code for code in codes}) if world is None else world.names
    found = [names.code(name) for name in (exporter, importer)]
    for name, code in zip((exporter, importer), found, strict=True):
        if code is None:
            raise SimError(f"unknown state {shown(name)}; {nearest(name, names)}")
    return Pair(str(found[0]), str(found[1]), good)


def mirror_gap(results: Results, pair: Pair) -> pd.DataFrame:
    """Both offices' records of a pair, the truth, the gap and what makes it up; by month, musd of the month.

    Columns: ``exports_musd`` and ``reexports_musd`` (exporter's office, FOB), ``recorded_musd`` their sum;
    ``mirror_musd`` (importer's office, CIF); ``true_musd`` (FOB, see the module); ``gap_musd`` = mirror less recorded,
    ``gap_share`` of recorded; one column ``<part>_musd`` for each of :data:`PARTS`, which add up to the gap. A part is
    positive where it makes the importer's record the larger one. ``exporter_publishes`` and ``importer_publishes`` say
    whether the office still publishes; ``reexports_under`` is the heading under which re-exports are published.

    Raises:
        SimError: a state or good that the run does not have, or a state with itself.
    """
    pair.check(results)
    months = results.months
    books = _books(results, pair)
    true = _True.of(results, pair, months)
    table = pd.DataFrame({name: _by_month(books[name], months) for name in ("exports", "reexports", "mirror")})
    table["recorded"] = table["exports"] + table["reexports"]
    table["true"] = true.own + true.consigned + true.passed
    table["gap"] = table["mirror"] - table["recorded"]
    for part, values in _parts(results, pair, table, true).items():
        table[part] = values
    table = table.add_suffix("_musd").rename_axis("month")
    recorded = table["recorded_musd"]
    table["gap_share"] = (table["gap_musd"] / recorded.where(recorded > 0.0)).astype(float)
    table["exporter_publishes"] = _publishes(results, pair.exporter, months)
    table["importer_publishes"] = _publishes(results, pair.importer, months)
    habit = results.record["offices"][pair.exporter]["reexports"]
    table["reexports_under"] = np.where(table["exporter_publishes"], "export" if habit in LUMPED else "re-export", "")
    return table.reset_index()


@dataclass(frozen=True, eq=False)
class _True:
    """What truly happened between a pair and round it, by month; value in musd, FOB.

    Attributes:
        own: own goods sold directly.
        consigned: own goods sent to the importer as the first hub; unseen: of them met by none of its officers.
        passed: goods of all origins passed on by the exporter as a hub; passed_unseen: of them met by no officer;
            passed_evading: of them met, what is banned or would go direct if it could.
        round_about: own goods sent to the target (the importer) by way of hubs; or own goods that another hub passed on
            to the importer (a hub) and its officers met. stopped, unsold: of the former lost on the way.
    """

    own: pd.Series[float]
    consigned: pd.Series[float]
    unseen: pd.Series[float]
    passed: pd.Series[float]
    passed_unseen: pd.Series[float]
    passed_evading: pd.Series[float]
    round_about: pd.Series[float]
    stopped: pd.Series[float]
    unsold: pd.Series[float]

    @classmethod
    def of(cls, results: Results, pair: Pair, months: list[str]) -> _True:
        """The truth of a run's tables."""
        goods, tables = pair.goods(results), (results.flows, results.transit, results.network)
        flows, transit, network = (_of_goods(table, goods) for table in tables)
        to_target = pair.importer == results.target
        mine = transit["origin"] == pair.exporter
        entered = transit[mine & (transit["hub"] == pair.importer)]
        direct = (flows["route"] == "direct") & (flows["origin"] == pair.exporter)
        legs = _legs(transit, network)
        if to_target:
            passed = legs[legs["exit"] == pair.exporter]
            about, counted, lost = transit[mine], "sent_musd", transit[mine]
        else:
            handed = legs[(legs["exit"] == pair.importer) & (legs["hub"] != pair.importer)]
            passed = handed[handed["hub"] == pair.exporter]
            about, counted = handed[handed["origin"] == pair.exporter], "arrived_met_musd"
            lost = transit.iloc[:0]

        def total(table: pd.DataFrame, column: str) -> pd.Series[float]:
            return _by_month(table.rename(columns={column: "sum"})[["month", "sum"]], months)

        return cls(
            own=total(flows[direct & (flows["destination"] == pair.importer)], "value_musd"),
            consigned=total(entered, "sent_musd"),
            unseen=total(entered, "ghost_transit_sent_musd"),
            passed=total(passed, "arrived_musd"),
            passed_unseen=total(passed, "ghost_transit_arrived_musd"),
            passed_evading=total(passed, "evading_arrived_musd"),
            round_about=total(about, counted),
            stopped=total(lost, "stopped_musd"),
            unsold=total(lost, "unsold_musd"),
        )


def _parts(results: Results, pair: Pair, table: pd.DataFrame, true: _True) -> dict[str, pd.Series[float]]:
    """What makes up the gap: first what the exporter's office misses of the truth, then what the importer's does."""
    offices, numbers = results.record["offices"], results.record["parameters"]
    by_origin = offices[pair.importer]["imports_by"] == _ORIGIN
    usual, overland = (float(numbers[f"{kind}_recorded"]) for kind in ("reexport", "overland"))
    shown = reexports_shown(offices[pair.exporter]["reexports"], usual, overland)
    nothing = 0.0 * true.own
    to_target = pair.importer == results.target
    # Of goods passed on, neither the exporter's office nor the next hub's has what no officer met: no gap. The target
    # meets all.
    ghost = true.passed_unseen if to_target else nothing - true.unseen
    # Who counts by origin leaves out what the exporter only passed on, and counts its goods that come by other ways.
    elsewhere = true.passed if to_target else true.passed - true.passed_unseen
    counted = to_target and by_origin
    return {
        "freight": table["mirror"] * (float(numbers["cif"]) / (1.0 + float(numbers["cif"]))),
        "unrecorded": (1.0 - shown) * true.passed_evading,
        "ghost": ghost,
        # Over all goods codes cancel: what is missing under one stands under another.
        "other_codes": nothing if pair.good is None else true.own + true.consigned - table["exports"],
        "by_origin": true.round_about - elsewhere if by_origin else nothing,
        "stopped": nothing - true.stopped if counted else nothing,
        "unsold": nothing - true.unsold if counted else nothing,
    }


def _of_goods(table: pd.DataFrame, goods: list[str] | None) -> pd.DataFrame:
    return table if goods is None else table[table["good"].isin(goods)]


def _by_month(rows: pd.DataFrame, months: list[str]) -> pd.Series[float]:
    """Sums of the column ``sum`` over all months of the run, zero where there is nothing."""
    sums: pd.Series[float] = rows.groupby("month")["sum"].sum().reindex(months, fill_value=0.0).astype(float)
    return sums


def _books(results: Results, pair: Pair) -> dict[str, pd.DataFrame]:
    """Records of the pair: the exporter's exports and re-exports, the importer's imports."""
    books = _of_goods(results.recorded, pair.goods(results)).rename(columns={"value_musd": "sum"})
    sent = books[(books["reporter"] == pair.exporter) & (books["partner"] == pair.importer)]
    came = books[(books["reporter"] == pair.importer) & (books["partner"] == pair.exporter)]
    return {
        "exports": sent[sent["flow"] == "export"],
        "reexports": sent[sent["flow"] == "re-export"],
        "mirror": came[came["flow"] == "import"],
    }


def _legs(transit: pd.DataFrame, network: pd.DataFrame) -> pd.DataFrame:
    """Arrivals by origin, the hub they entered and the hub they left (``exit``); columns as of ``transit``."""
    keys = ["month", "good", "entry"]
    network = network.assign(leg=network["volume_musd"] / network.groupby(keys)["volume_musd"].transform("sum"))
    legs = transit.merge(network, left_on=["month", "good", "hub"], right_on=keys)
    legs["arrived_met_musd"] = legs["arrived_musd"] - legs["ghost_transit_arrived_musd"]
    for column in ("arrived_musd", "ghost_transit_arrived_musd", "evading_arrived_musd", "arrived_met_musd"):
        legs[column] *= legs["leg"]
    return legs


def _publishes(results: Results, office: str, months: list[str]) -> pd.Series[bool]:
    """Whether an office publishes each month; an office with nothing to publish counts as one that does."""
    books = results.recorded
    said = books[books["reporter"] == office].groupby("month")["published"].any().reindex(months)
    return said.ne(False)
