"""The page of facts and probes (docs/probes.md): the largest facts of the episode, and what a referee would try."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from calibration.targets.simulated_targets import Ledgers, ledgers_of
from docs.pages import markdown

_HEAD = """\
# Facts and probes

What the fitted model says of the largest facts of the episode, and what it answers when it is tried as a referee would
try it. Both tables are made by `make reference` at the posterior that ships, in expected mode; nothing on this page is
fitted to 2024, whose figures judge.
"""
_DRAWS, _ROWS = 24, 4200
_YEARS = ("2021", "2022", "2023", "2024")
_WINDOW = ("2022-07", "2023-12")

# Published exports to the target by the exporters' records, bn USD: 2022, 2023, 2024.
_TOTALS: Mapping[str, tuple[float | None, ...]] = {
    "CHN": (76.3, 111.0, 115.5), "KAZ": (8.8, 10.2, None), "KGZ": (1.07, 0.82, None), "ARM": (2.5, 3.5, None),
    "KOR": (6.3, 6.1, None),
}  # fmt: skip
# Growth on 2021: imports by the target's own record, and all partners' records added up.
_GROWTH: Mapping[str, tuple[float | None, ...]] = {"own": (-0.13, -0.03, None), "partners": (-0.24, -0.19, -0.25)}


# Growth of imports by the target's own record: partners, goods, year, year before, and what was published.
_ASIA = "ARE ARM CHN GEO HKG IND JPN KAZ KGZ KOR MYS SGP THA TUR TWN UZB VNM"
_MACHINES = "machinery electrical high_priority vehicles"
_IMPORTS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("from BLR", "BLR", "all", "2022", "2021", "+40 to +42 %"),
    ("from BLR", "BLR", "all", "2023", "2021", "+52 to +53 %"),
    ("from Asia", _ASIA, "all", "2023", "2022", "+29 %"),
    ("from Europe", "ALLY BLR EU27 GBR SRB UKR", "all", "2023", "2022", "-12 %"),
    ("of vehicles", "", "vehicles", "2022", "2021", "-41 %"),
    ("of machinery and electrical goods", "", "machinery electrical high_priority", "2022", "2021", "-15 %"),
    ("of food and medicines", "", "essentials", "2022", "2021", "+8 %"),
    ("of machinery, electrical goods and vehicles", "", _MACHINES, "2023", "2022", "+24 %"),
)


@dataclass(frozen=True)
class Said:
    """What one run says."""

    run: Any
    ledgers: Ledgers

    def months(self, first: str, last: str) -> np.ndarray:
        """Which months lie between two, both included."""
        when = np.asarray(self.ledgers.months)
        return np.asarray((when >= first) & (when <= last))

    def total(self, state: str, year: str) -> float:
        """Recorded towards the target, bn USD."""
        codes, target = self.ledgers.states, self.run.source.world.target
        when = self.months(f"{year}-01", f"{year}-12")
        both = (self.ledgers.recorded[0] + self.ledgers.recorded[1])[when][:, :, target].sum(axis=(0, 2))
        return float(both[codes.index(state)]) / 1e3

    def growth(self, record: str, year: str) -> float:
        """Trade with the target on 2021: by its ``own`` record, or by that of its ``partners``."""
        target, recorded = self.run.source.world.target, self.ledgers.recorded
        table = recorded[2][:, target] if record == "own" else (recorded[0] + recorded[1])[:, :, target]
        now, then = (table[self.months(f"{one}-01", f"{one}-12")].sum() for one in (year, "2021"))
        return float(now / then - 1.0)

    def imported(self, partners: str, goods: str, year: str, before: str) -> float:
        """Growth of the target's record of its imports from some partners (all where none is named) of some goods."""
        world = self.run.source.world
        codes = sim.codes_named(goods.split(), world.goods, world.codes_by_group)
        places = [world.states.index(code) for code in partners.split() or world.states]
        table = self.ledgers.recorded[2][:, world.target][:, places][:, :, [world.goods.index(code) for code in codes]]
        now, then = (table[self.months(f"{one}-01", f"{one}-12")].sum() for one in (year, before))
        return float(now / then - 1.0)

    def delivered(self, first: str, last: str, *, hubs: bool | None = None, state: str | None = None) -> float:
        """Volume that reached the target, musd at base-year prices: all, direct only, or through hubs only."""
        source = self.run.source
        routes = np.flatnonzero(source.base.destination == source.world.target)
        through = source.base.hub[routes] >= 0
        if hubs is not None:
            routes = routes[through == hubs]
        types = source.base.origin != source.world.target
        if state == "coalition":
            types = types & np.asarray(source.world.is_coalition)[source.base.origin]
        elif state is not None:
            types = types & (source.base.origin == source.world.states.index(state))
        return float(source.record.delivered[self.months(first, last)][:, types][:, :, routes].sum())


def _say(case: Any) -> Said:
    run = case.run()
    return Said(run, ledgers_of(run))


def _price(said: Said, goods: str, brands: tuple[int, ...] = (0, 1)) -> float:
    """Growth of the unit value of what the target buys: value over volume, as customs files have it."""
    world = said.run.source.world
    codes = sim.codes_named([goods], world.goods, world.codes_by_group)
    places = np.ix_(brands, [world.goods.index(code) for code in codes])
    bought = said.ledgers.bought[:, :, world.target][:, :, places[0], places[1]]
    now, then = (bought[:, said.months(*span)].sum(axis=(1, 2, 3)) for span in (_WINDOW, ("2021-01", "2021-12")))
    return float(now[0] / now[1] / (then[0] / then[1]) - 1.0)


def _replaced(said: Said) -> tuple[float, float]:
    """Rerouted through hubs, and taken by other brands: shares of what the coalition's firms no longer sell direct."""
    source = said.run.source
    world, base, record = source.world, source.base, source.record
    when = said.months(*_WINDOW)
    activity = record.activity[when, world.target][:, base.good]
    routes = np.flatnonzero(base.destination == world.target)
    through = routes[base.hub[routes] >= 0]
    abroad = base.origin != world.target
    coalition = abroad & (base.headquarters == 0)
    others = abroad & (base.headquarters == 1) & ~np.isin(base.origin, _other_buyers(world))

    def added(types: np.ndarray, places: np.ndarray) -> float:
        now = record.delivered[when][:, types][:, :, places].sum()
        return float(now - (base.flow[types][:, places].sum(axis=1) * activity[:, types]).sum())

    lost = -added(coalition, routes[base.hub[routes] < 0])
    return added(coalition, through) / lost, added(others, routes) / lost


def _other_buyers(world: Any) -> list[int]:
    return [world.states.index(code) for code in world.other_buyers]


def _growth(said: Said, reporter: str, good: str, spans: tuple[tuple[str, str], tuple[str, str]]) -> float:
    world = said.run.source.world
    places = [world.goods.index(code) for code in sim.codes_named([good], world.goods, world.codes_by_group)]
    table = (said.ledgers.recorded[0] + said.ledgers.recorded[1])[:, world.states.index(reporter), world.target]
    now, then = (table[said.months(*span)][:, places].sum() for span in spans)
    return float(now / then - 1.0)


def _arrived(said: Said) -> float:
    """Value of priority goods that arrived, 2023 on 2021, at the buyers' prices."""
    world = said.run.source.world
    place = world.goods.index("high_priority")
    bought = said.ledgers.bought[0][:, world.target, :, place].sum(axis=1)
    now, then = (bought[said.months(f"{year}-01", f"{year}-12")].sum() for year in ("2023", "2021"))
    return float(now / then - 1.0)


def _judged(year: str) -> str:
    return " (judged)" if year == "2024" else ""


def _facts() -> list[tuple[str, str, Callable[[Said], float], str]]:
    """Fact, what is published, how to read it off a run, and how to write it."""
    rows: list[tuple[str, str, Callable[[Said], float], str]] = []
    for state, published in _TOTALS.items():
        for year, figure in zip(_YEARS[1:], published, strict=True):
            if figure is not None:
                rows.append((f"{state} to the target {year}, bn USD{_judged(year)}", f"{figure:g}",
                             lambda said, s=state, y=year: said.total(s, y), "{:.1f}"))  # type: ignore[misc]  # fmt: skip
    names = {"own": "Imports by the target's own record", "partners": "All partners' records added up"}
    for record, published in _GROWTH.items():
        for year, figure in zip(_YEARS[1:], published, strict=True):
            if figure is not None:
                rows.append((f"{names[record]}, {year} on 2021{_judged(year)}", f"{figure:+.0%}",
                             lambda said, r=record, y=year: said.growth(r, y), "{:+.0%}"))  # type: ignore[misc]  # fmt: skip
    for what, *chosen, figure in _IMPORTS:
        rows.append((f"Imports {what} by the target's own record, {chosen[2]} on {chosen[3]}", figure,
                     lambda said, c=tuple(chosen): said.imported(*c), "{:+.0%}"))  # type: ignore[misc]  # fmt: skip
    half = ("2023-01", "2023-06"), ("2022-01", "2022-06")
    rows += [
        ("Rerouted share of the lost direct trade", "about 0.20", lambda said: _replaced(said)[0], "{:.2f}"),
        ("Other brands' share of that loss", "0.23 to 0.40", lambda said: _replaced(said)[1], "{:.2f}"),
        ("Ceramics, China to the target, first half of 2023", "+60 to +69 %",
         lambda said: _growth(said, "CHN", "ceramics", half), "{:+.0%}"),
        ("Price of all imports", "+13 to +16 %", lambda said: _price(said, "all"), "{:+.0%}"),
        ("Price of lines controlled in 2022", "+75 %", lambda said: _price(said, "controlled_2022"), "{:+.0%}"),
        ("Price of priority goods", "+122 %", lambda said: _price(said, "high_priority"), "{:+.0%}"),
        ("Price of neutral brands", "+22 %", lambda said: _price(said, "all", (1,)), "{:+.0%}"),
        ("Price of lines never controlled", "about 0", lambda said: _price(said, "uncontrolled"), "{:+.0%}"),
        ("Priority goods that arrived 2023 on 2021, value", "-2 %", _arrived, "{:+.0%}"),
    ]  # fmt: skip
    return rows


_BAN = {"kind": "export_ban", "towards": ["RUS"], "effective": "2023-01-01", "strength": 1.0, "source": "probe"}
_YEAR = ("2023-01", "2023-12")


def _probes(case: Any) -> list[tuple[str, str, float]]:
    """What is tried, what is looked at, and by how much it changes."""
    world = case.world
    hubs = [world.states[hub] for hub in world.hubs]
    base = _say(case)

    def with_clauses(*clauses: Mapping[str, Any]) -> Said:
        return _say(case.with_changes(policies=[{"id": f"probe-{n}", **one} for n, one in enumerate(clauses)]))

    def change(said: Said, span: tuple[str, str] = _YEAR, **what: Any) -> float:
        return said.delivered(*span, **what) / base.delivered(*span, **what) - 1.0

    everybody = with_clauses({**_BAN, "by": [code for code in world.states if code != "RUS"]})
    china = with_clauses({**_BAN, "by": ["CHN", "HKG"]})
    closure = {**_BAN, "kind": "transit_ban", "by": hubs}
    shut = with_clauses(closure)
    rows = [
        ("Every state bans everything from January 2023", "deliveries 2023", change(everybody)),
        (
            "China and Hong Kong ban everything",
            "China's sales 2023, direct and through hubs",
            change(china, state="CHN"),
        ),
        ("China and Hong Kong ban everything", "all deliveries 2023", change(china)),
        ("All hubs forbid passing on", "through hubs 2023", change(shut, hubs=True)),
        (
            "All hubs forbid passing on",
            "the coalition's direct sales 2023",
            change(shut, hubs=False, state="coalition"),
        ),
        ("All hubs forbid passing on", "all deliveries 2023", change(shut)),
    ]
    for hub in ("KAZ", "TUR", "ARE"):
        alone = with_clauses({**closure, "by": [hub]})
        rows.append((f"{hub} alone forbids passing on", "through hubs 2023", change(alone, hubs=True)))
    span = ("2024-02", "2024-12")
    for strength in (0.0, 0.25, 0.5, 1.0):
        order = case.with_changes(policies=[{"id": "bank-order", "strength": strength}])
        rows.append((f"Bank order of December 2023 at strength {strength:g}", "deliveries February to December 2024",
                     change(_say(order), span)))  # fmt: skip
    return rows


def probes_page() -> str:
    """The page, as Markdown."""
    posterior = sim.load_posterior()
    agents = {"mode": "expected", "exporters": _ROWS, "intermediaries": 330}
    case = sim.load("reference", posterior="none").with_changes(agents=agents)
    facts = _facts()
    found = []
    for draw in posterior.spread(_DRAWS):
        said = _say(posterior.case_at(case, draw))
        found.append([read(said) for _, _, read, _ in facts])
    table = np.asarray(found)
    rows = []
    for column, (name, published, _, how) in enumerate(facts):
        middle, low, high = np.quantile(table[:, column], (0.5, 0.05, 0.95))
        rows.append((name, published, how.format(middle), f"{how.format(low)} to {how.format(high)}"))
    tried = [(what, where, f"{value:+.1%}") for what, where, value in _probes(posterior.case_at(case))]
    return "\n".join([
        _HEAD,
        "## The largest facts", "",
        f"Median and 90 % of {_DRAWS} draws of the posterior: parameters, without discrepancy or measurement error. "
        f"Prices, which are unit values, and shares are of {_WINDOW[0]} to {_WINDOW[1]}. All partners' records added "
        "up cover 88 % of what the target recorded in 2021, 77 % in 2022 and 73 % in 2023, since fewer and fewer "
        "publish; so they are told here and not fitted, and the target's own record is. Imports from Belarus are what "
        "both governments say; an estimate from the records of all others, 18.1 bn in 2022 and 15.3 bn in 2023, leaves "
        "out what only the two report.", "",
        markdown.table(("fact", "published", "model", "90 %"), rows), "",
        "## What a referee would try", "",
        "At the representative draw, against the same run without the probe.", "",
        markdown.table(("what is done", "what is looked at", "change"), tried), "",
    ])  # fmt: skip
