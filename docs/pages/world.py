"""The page of the reference world: what of its base year is observed, derived, imputed, and what was corrected."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from docs.pages import markdown
from sim.common.months import MONTHS_PER_YEAR
from sim.common.package_data import shipped
from sim.report.markdown import markdown as as_markdown
from sim.report.numbers import cell
from sim.report.plots.style import drawn
from sim.report.world_audit import audit, seen_by_good
from sim.report.world_findings import world_findings
from sim.world import World, load_world
from sim.world.draws import PARTS
from sim.world.schema import STATUSES

IMAGES = Path(__file__).resolve().parents[1] / "images" / "world"
SENSITIVITY = IMAGES / "world_sensitivity.csv"
_WORLD, _BEFORE, _DPI = "reference", "calibration/figures/world_before.csv", 80
_LARGEST = 10
_HEAD = """\
# What is known of the reference world

The model starts from a matrix of who sold what to whom in 2021. This page, made by `make reference`, says how each
part of it is known; `sim world show` says it of any world, `sim world show WORLD --out FOLDER` draws it.

* **observed**: the exporter's own record, of which at most a tenth is completed;
* **derived**: arithmetic on observed figures: an importer's record less freight, a total less all partners, an
  observed pair split by observed mixes of goods;
* **imputed**: everything else: filled in by an earlier year or gravity and scaled to published totals, or split by
  assumed mixes.

Every flow has a standard error by how it came about, and draws of a posterior draw the world within them, so that
bands hold both ([limits](limits.md#what-intervals-cover)). Rules and sources:
[calibration/figures](../calibration/figures/README.md).
"""
_IMPUTED = """\
Nobody shows them: of the rest of the world, of members of a union that the files at hand leave out, and of small
states only what partners record is known."""
_GOODS = """\
The target's goods come from its customs office's chapters and the coalition's tariff lines. What is imputed elsewhere
are goods of pairs without figures by industry, which have the mixes of their two states."""
_CORRECTED = f"""\
The {_LARGEST} largest changes against the world before, in which most pairs were filled in: pairs of single states,
billion USD ([{Path(_BEFORE).name}](../{_BEFORE}))."""
_RESTS = """\
Only one part of the world is drawn at a time, within its errors, at the representative draw of the posterior: which
share of the spread of a result (its variance over worlds) each part makes, in averages of the last twelve months. What
rests most on imputed flows and shares of re-exports stands first. Made by
`sim world sensitivity reference --out docs/images/world`."""


def world_page(images: Path | None = None) -> str:
    """The page, as Markdown.

    Args:
        images: where to put the pictures; none by default.
    """
    world = load_world(_WORLD)
    found = audit(world)
    if images is not None:
        for one in world_findings(world):
            assert one.draw is not None
            picture, _ = drawn(one.draw, height=one.height)
            images.mkdir(parents=True, exist_ok=True)
            picture.savefig(images / f"{one.name}.png", dpi=_DPI)
    before = pd.read_csv(shipped(_BEFORE), keep_default_na=False)
    parts = [
        _HEAD,
        "## By pair of states",
        "![Pairs of states by how their trade is known](images/world/world_pairs.png)",
        _shares(found.seen, before),
        "Largest pairs that are imputed, billion USD, with the standard error of their logarithm:",
        markdown.table(
            ("exporter", "importer", "value", "error"),
            (
                (*map(str, pair), cell(value, "money"), cell(error, "index"))
                for pair, value, error in found.imputed.itertuples()
            ),
        ),
        _IMPUTED,
        "## By good",
        "![Goods by how their trade is known](images/world/world_goods.png)",
        as_markdown(seen_by_good(found)),
        _GOODS,
        "## Largest corrections",
        _CORRECTED,
        _corrections(world, before),
        "## What results rest on imputed flows",
        _RESTS,
        _sensitivity(),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _shares(seen: pd.DataFrame, before: pd.DataFrame) -> str:
    value = before.groupby("status")["value_musd"].sum() / before["value_musd"].sum()
    rows = [("all flows, totals by pair, before", *(cell(float(value[name]), "share") for name in STATUSES))]
    rows += [(str(name), *(cell(share, "share") for share in shares)) for name, *shares in seen.itertuples()]
    return markdown.table(("of the value of", *STATUSES), rows)


def _corrections(world: World, before: pd.DataFrame) -> str:
    value = world.recorded_musd.sum(axis=2) * MONTHS_PER_YEAR
    rest = [code for code, role in zip(world.states, world.role, strict=True) if role == "rest"]
    rows = []
    for pair in before.itertuples():
        ends = str(pair.exporter), str(pair.importer)
        if set(ends) <= set(world.states) and not set(ends) & set(rest):
            at = world.states.index(ends[0]), world.states.index(ends[1])
            known = STATUSES[int(world.pair_status[at])]
            rows.append((*ends, float(str(pair.value_musd)), str(pair.status), float(value[at]), known))
    rows.sort(key=lambda row: -abs(row[4] - row[2]))
    return markdown.table(
        ("exporter", "importer", "before", "", "now", ""),
        (
            (origin, destination, cell(old / 1000, "money"), was, cell(new / 1000, "money"), known)
            for origin, destination, old, was, new, known in rows[:_LARGEST]
        ),
    )


def _sensitivity() -> str:
    """The table that `sim world sensitivity` wrote: it takes a minute, so it is not made anew with the page."""
    table = pd.read_csv(SENSITIVITY)
    shares = (tuple(cell(float(share), "share") for share in row) for row in table[list(PARTS)].to_numpy())
    numbers = zip(table["metric"], table["value"], table["sd"], shares, strict=True)
    return markdown.table(
        ("result", "value", "spread", *PARTS),
        ((f"`{metric}`", cell(value, digits=3), cell(sd, digits=2), *parts) for metric, value, sd, parts in numbers),
    )
