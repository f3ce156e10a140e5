"""The econometrician's test: published designs, estimated on simulated customs records as on real ones.

Run as ``python -m calibration.validation.published_designs``.

Each run stands for a world whose records an econometrician downloads: exports by office, partner and good, and unit
values. On them the designs behind published coefficients are estimated (``figures/published_designs.csv``): differences
in differences of goods under control and others, to the target and elsewhere, by coalition and neutral origin and by
kind of firm; what was rerouted and replaced; mirror gaps; unit values. Bands are over draws of the posterior. Some of
the coefficients were fitted as targets, so this is a test of form more than of foresight.

The regressions are ordinary least squares in logarithms with fixed effects of the flow (origin, destination, good) and
of what the origin sells of the good in the month; the authors' own weights and panels of firms are not at hand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from calibration.inference.options import common, complain, one_thread, settle

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

import sim  # noqa: E402
from calibration.targets.simulated_targets import Floats, Ledgers, ledgers_of  # noqa: E402
from calibration.targets.targets import BRANDS, FIGURES, months_of  # noqa: E402
from calibration.validation.fixed_effects import coefficients  # noqa: E402
from calibration.validation.forecasts import write_tables  # noqa: E402

PUBLISHED, TABLE = FIGURES / "published_designs.csv", "published_designs"
LAST = "2023-12"
# What counts as a flow in the base period, and so that one that stops has a logarithm; musd a month.
_SOLD, _LEAST = 0.01, 1e-4
_BAND = (0.05, 0.5, 0.95)
_FEW = {"exporters": 1500, "intermediaries": 330}
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """A published coefficient, and what it is estimated on; places in a run's records.

    Attributes:
        id: unique name. kind: see :data:`DESIGNS`. what: in words.
        origins, partners, goods, against: places of states and goods; ``against`` are the goods of comparison.
        brand: place in :data:`calibration.targets.targets.BRANDS`, or None for all.
        since, before: places of the months compared; months: all from the first to the last of them.
        low, high: what was published, percent; infinite where a side is open.
        effect: row of ``measured_effects.csv``. note: what is not alike.
    """

    id: str
    kind: str
    what: str
    origins: Places
    partners: Places
    goods: Places
    against: Places
    brand: int | None
    since: Places
    before: Places
    months: Places
    low: float
    high: float
    effect: str
    note: str


def load_designs(world: sim.World, months: list[str], path: Path = PUBLISHED) -> tuple[Design, ...]:
    """Reads the table of published coefficients.

    Args:
        world: its states and goods are named.
        months: of the runs.
        path: the table.
    """

    def span(text: str) -> Places:
        first, _, last = text.partition(":")
        return np.array([months.index(month) for month in months_of((first, last or first))], dtype=int)

    found = []
    for row in sim.csv_records(path):
        since, before = span(row["period"]), span(row["base"])
        ends = [float(row[end]) if row[end] else open_end for end, open_end in (("low", -np.inf), ("high", np.inf))]
        found.append(
            Design(
                row["id"], row["design"], row["what"], _states(row["origins"], world), _states(row["partners"], world),
                *(np.array(world.good_positions(row[one].split("+")) if row[one] else [], dtype=int)
                  for one in ("goods", "against")),
                None if row["brand"] == "all" else BRANDS.index(row["brand"]), since, before,
                np.arange(before[0], since[-1] + 1), *ends, row["effect"], row["note"],
            )
        )  # fmt: skip
    return tuple(found)


def _states(text: str, world: sim.World) -> Places:
    """Places of states: codes joined by ``+``, ``coalition``, ``neutral`` or nothing."""
    if text == "coalition":
        return np.flatnonzero(np.asarray(world.is_coalition))
    if text == "neutral":
        return np.flatnonzero(np.isin(np.array(world.role), ("third", "rest")))
    return np.array([world.states.index(code) for code in text.split("+") if code], dtype=int)


# --------------------------------------------------------------------------------------------------- the designs
def flows(ledgers: Ledgers, design: Design) -> float:
    """Growth of exports to the target beyond that of exports to everybody else, percent.

    Fixed effects of the flow and of (origin, good, month): what an origin sells of a good to all, it may sell to all.
    """
    target = int(design.partners[0])
    sold = ledgers.recorded[0][design.months][:, design.origins][..., design.goods]
    month, origin, destination, good = (axis.ravel() for axis in np.indices(sold.shape))
    kept = _sold_before(sold, design)[origin, destination, good] & (design.origins[origin] != destination)
    treated = (destination == target) & np.isin(design.months[month], design.since)
    # Months between the base and the war are neither.
    kept &= np.isin(design.months[month], np.concatenate([design.before, design.since]))
    place = np.ravel_multi_index((origin, destination, good), sold.shape[1:])
    market = np.ravel_multi_index((month, origin, good), (sold.shape[0], sold.shape[1], sold.shape[3]))
    return _percent(sold, treated, kept, (place, market))


def classes(ledgers: Ledgers, design: Design) -> float:
    """Growth to the target of some goods beyond that of others, percent: fixed effects of flow and (origin, month)."""
    goods = np.concatenate([design.goods, design.against])
    return _classes(ledgers.recorded[0][design.months][:, design.origins][:, :, design.partners[0]][..., goods], design)


def firms(ledgers: Ledgers, design: Design) -> float:
    """The same of what firms with headquarters of a kind send to the target, by any route, percent."""
    goods = np.concatenate([design.goods, design.against])
    sent = ledgers.true[:, design.months][:, :, design.origins][:, :, :, design.partners[0], design.brand]
    return _classes(sent[..., goods].sum(axis=0), design)


def _classes(sold: Floats, design: Design) -> float:
    """Flows [month, origin, good], those that are treated first."""
    month, origin, good = (axis.ravel() for axis in np.indices(sold.shape))
    kept = _sold_before(sold, design)[origin, good]
    kept &= np.isin(design.months[month], np.concatenate([design.before, design.since]))
    treated = (good < len(design.goods)) & np.isin(design.months[month], design.since)
    place = np.ravel_multi_index((origin, good), sold.shape[1:])
    return _percent(sold, treated, kept, (place, np.ravel_multi_index((month, origin), sold.shape[:2])))


def _sold_before(sold: Floats, design: Design) -> NDArray[np.bool_]:
    """Flows that were there in the base period."""
    there: NDArray[np.bool_] = sold[: len(design.before)].mean(axis=0) > _SOLD
    return there


def _percent(sold: Floats, treated: NDArray[np.bool_], kept: NDArray[np.bool_], effects: tuple[Places, ...]) -> float:
    groups = [np.unique(kind[kept], return_inverse=True)[1] for kind in effects]
    logs = np.log(np.maximum(sold.ravel(), _LEAST))
    return 100.0 * float(np.expm1(coefficients(logs[kept], treated[kept, None].astype(float), groups)[0]))


def rerouted(ledgers: Ledgers, design: Design) -> float:
    """What a brand gains through hubs, as a share of what it lost straight from the coalition, percent."""
    change = _change(ledgers, design)
    return 100.0 * float(change[1, :, design.brand].sum() / _lost(change, design))


def replaced(ledgers: Ledgers, design: Design) -> float:
    """What a brand gains by all routes, as a share of what the other lost straight from the coalition, percent."""
    change = _change(ledgers, design)
    return 100.0 * float(change[:, :, design.brand].sum() / _lost(change, design))


def _change(ledgers: Ledgers, design: Design) -> Floats:
    """Of what reaches the target a month: [straight or through a hub, origin, brand]."""
    sent = ledgers.true[:, :, :, design.partners[0]][..., design.goods].sum(axis=-1)
    change: Floats = sent[:, design.since].mean(axis=1) - sent[:, design.before].mean(axis=1)
    return change


def _lost(change: Floats, design: Design) -> float:
    return -float(change[0, design.origins, BRANDS.index("coalition")].sum())


def mirror(ledgers: Ledgers, design: Design) -> float:
    """Extra exports that the partners' offices do not record as imports, percent of them."""
    sold = ledgers.recorded[0][:, design.origins][:, :, design.partners][..., design.goods].sum(axis=(1, 2, 3))
    came = ledgers.recorded[2][:, design.partners][:, :, design.origins][..., design.goods].sum(axis=(1, 2, 3))
    extra = [flow[design.since].mean() - flow[design.before].mean() for flow in (sold, came)]
    return 100.0 * float(1.0 - extra[1] / extra[0])


def prices(ledgers: Ledgers, design: Design) -> float:
    """Unit values in the target by good, value over volume of all brands asked for, percent; goods weigh as before."""
    brands = range(len(BRANDS)) if design.brand is None else [design.brand]
    bought = ledgers.bought[:, :, design.partners[0]][:, :, list(brands)][..., design.goods].sum(axis=2)
    now, then = (bought[:, span].sum(axis=1) for span in (design.since, design.before))
    there = (now[1] > _SOLD) & (then[1] > _SOLD)
    growth = np.log(now[0][there] / now[1][there]) - np.log(then[0][there] / then[1][there])
    return 100.0 * float(np.expm1(np.average(growth, weights=then[0][there])))


DESIGNS: dict[str, Callable[[Ledgers, Design], float]] = {
    "flows": flows, "classes": classes, "firms": firms, "rerouted": rerouted, "replaced": replaced, "mirror": mirror,
    "prices": prices,
}  # fmt: skip


# ---------------------------------------------------------------------------------------------------- the table
def estimated(ledgers: Ledgers, designs: Sequence[Design]) -> Floats:
    """Every coefficient on the records of one run, percent."""
    return np.array([DESIGNS[one.kind](ledgers, one) for one in designs])


def table_of(designs: Sequence[Design], found: Floats) -> pd.DataFrame:
    """What was published beside what the designs give on simulated records.

    Args:
        designs: the designs.
        found: [draw, design] percent.

    Returns:
        Columns id, what, low, high (published), model_p05, model_p50, model_p95, held (whether the published interval
        and the model's band meet; of a sign, whether the median has it), effect, note.
    """
    ends = np.quantile(found, _BAND, axis=0)
    rows = []
    for place, one in enumerate(designs):
        low, middle, high = ends[:, place]
        sign = not (np.isfinite(one.low) and np.isfinite(one.high))
        held = one.low <= middle <= one.high if sign else low <= one.high and high >= one.low
        rows.append({
            "id": one.id, "what": one.what, "low": one.low, "high": one.high, "model_p05": low, "model_p50": middle,
            "model_p95": high, "held": bool(held), "effect": one.effect, "note": one.note,
        })  # fmt: skip
    return pd.DataFrame(rows)


def main(arguments: list[str] | None = None) -> int:
    """Writes the table beside the posterior; 1 if the input is at fault."""
    parser = common("python -m calibration.validation.published_designs", __doc__)
    parser.add_argument("--draws", type=int, default=50, help="draws of the posterior at which the model runs")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.figures is not None:
            raise sim.SimError("--figures: the published coefficients are of the shipped world")
        settle(chosen)
        case = sim.load(chosen.scenario, allow_code=chosen.allow_code, posterior="none").with_changes(
            months={"last": LAST}, agents={"mode": "expected", **_FEW}
        )
        posterior = sim.load_posterior(chosen.posterior)
        found = []
        for draw in posterior.spread(chosen.draws):
            ledgers = ledgers_of(case.with_posterior(draw, posterior).run(progress=False))
            designs = load_designs(case.world, ledgers.months)
            found.append(estimated(ledgers, designs))
        table = table_of(designs, np.array(found))
        write_tables(chosen.posterior, {TABLE: table}, force=chosen.force)
    except sim.SimError as error:
        return complain(error)
    with pd.option_context("display.width", 180, "display.max_rows", None, "display.max_columns", None):
        sys.stdout.write(f"{table.round(1).to_string(index=False)}\n{chosen.posterior / TABLE}.csv\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
