"""What a run is compared with: the published figures as rows, the simulated figures in the same order, the distance.

A row of ``figures/targets.csv`` names a flow of one ledger and gives an interval for its growth, its level or the ratio
of two flows. Where sources disagree the interval spans them, so that no choice is made in silence. All comparison is in
logs: a hub that grows ninefold and a supplier that loses a tenth stand on one scale.

Fields that choose the flow may join codes (``EU27+USA``), say ``all``, and for ``reporter`` ``coalition``; in a ratio
``a/b`` sets numerator and denominator. In the ledger ``true`` the office is the state of origin, ``export`` is what
goes straight and ``re-export`` what goes through a hub; ``brand`` is the headquarters of the maker. The ledger
``price`` has the unit values that a market pays: ``reporter`` is the buyer, ``flow`` is import, ``partner`` all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

import sim

FIGURES = Path(__file__).resolve().parents[1] / "figures"
TARGETS, RATES, MONTHLY_RATES = (FIGURES / f"{name}.csv" for name in ("targets", "exchange_rates", "macro_monthly"))
FIT_UNTIL = "2023-12"
COLUMNS = (
    "id", "period", "base", "ledger", "reporter", "flow", "partner", "good", "brand", "measure", "value", "low", "high",
    "sd_log", "unit", "source", "quality", "conflict_with", "role",
)  # fmt: skip
CHOSEN = ("reporter", "flow", "partner", "good", "brand")
LEDGERS, MEASURES, ROLES = ("recorded", "true", "price"), ("growth", "level", "ratio"), ("fit", "judge", "context")
FLOWS, BRANDS = ("export", "re-export", "import"), ("coalition", "neutral")
_MOST_FAULTS = 1_000  # that are told of one table
# Of ten times what the world produces in a year, million USD; no flow grows by more than that either.
_MOST_LOG = math.log(1e9)
# Million of the currency per unit.
MONEY = {"kusd": 1e-3, "musd": 1.0, "busd": 1e3, "meur": 1.0, "beur": 1e3}
SHARES = {"growth": ("log_ratio", "percent"), "ratio": ("ratio", "percent")}
# A flow that is not there has no logarithm: one US dollar, in musd.
LEAST_MUSD = 1e-6

Months = tuple[str, str]


@dataclass(frozen=True)
class WorldCodes:
    """What a target may name.

    Attributes:
        states: codes of all states. goods: codes of all goods.
        hubs: states that may re-export. coalition: states that stand for ``coalition``.
        groups: group of goods and the codes of its goods.
    """

    states: tuple[str, ...]
    goods: tuple[str, ...]
    hubs: tuple[str, ...]
    coalition: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def good_names(self) -> tuple[str, ...]:
        """What may stand for a good: codes, groups, and ``all``."""
        return (*self.goods, *self.groups, "all")


def codes_of(world: sim.World) -> WorldCodes:
    """The codes that a world knows."""
    hubs = tuple(world.states[h] for h in world.hubs)
    coalition = tuple(code for code, role in zip(world.states, world.role, strict=True) if role == "coalition")
    return WorldCodes(world.states, world.goods, hubs, coalition, world.codes_by_group)


@dataclass(frozen=True)
class Target:
    """One published figure.

    Attributes:
        id: unique name.
        period: first and last month. base: months that growth is counted from, None for levels and ratios.
        ledger: ``recorded``, ``true`` or ``price``.
        reporter, flow, partner, good, brand: which flow, as written (see the module).
        measure: ``growth`` (per month, on ``base``), ``level`` (musd in the period) or ``ratio``.
        value: what is stated, log. low, high: interval, log; infinite where a side is open.
        sd: measurement error, log points.
        role: ``fit``, ``judge`` or ``context``.
        source, quality: where from, how good.
        conflict_with: ids of rows that say otherwise of the same flow.
    """

    id: str
    period: Months
    base: Months | None
    ledger: str
    reporter: str
    flow: str
    partner: str
    good: str
    brand: str
    measure: str
    value: float
    low: float
    high: float
    sd: float
    role: str
    source: str
    quality: str
    conflict_with: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What the row is about: two rows of one key say the same thing twice, or contradict each other."""
        chosen = (self.reporter, self.flow, self.partner, self.good, self.brand)
        return (self.ledger, *chosen, self.measure, self.period, self.base)


def of_role(targets: Iterable[Target], role: str) -> tuple[Target, ...]:
    """The rows of one role."""
    if role not in ROLES:
        raise ValueError(f"no role {role!r}")
    return tuple(target for target in targets if target.role == role)


# ------------------------------------------------------------------------------------------------------- reading
def load_targets(path: str | Path, codes: WorldCodes, rates: dict[str, float] | None = None) -> tuple[Target, ...]:
    """Reads and checks a table of targets.

    Args:
        path: CSV with the columns of :data:`COLUMNS`.
        codes: what the world knows.
        rates: USD per EUR by year, and by month where known; the published ones by default.

    Raises:
        sim.FaultList: everything that is wrong, with file and line; nothing is compared with half a table.
    """
    return _Reader(str(path), codes, published_rates() if rates is None else rates).read()


def published_rates() -> dict[str, float]:
    """Mean USD per EUR by year and by month."""
    years = pd.read_csv(RATES, dtype={"year": str}).set_index("year")["usd_per_eur"]
    macro = pd.read_csv(MONTHLY_RATES)
    months = macro[macro["series"] == "usd_per_eur"].set_index("month")["value"]
    return {**years.to_dict(), **months.to_dict()}


@dataclass
class _Reader:
    """Checks rows and collects what is wrong with them."""

    file: str
    codes: WorldCodes
    rates: dict[str, float]
    faults: list[sim.Fault] = field(default_factory=list)
    line: int = 1
    text: str = ""

    def read(self) -> tuple[Target, ...]:
        lines = sim.csv_rows(self.file)
        header = [sim.renamed("column", name) for name in next(lines, (1, []))[1]]
        for name in COLUMNS:
            if name not in header:
                self._blame(name, "the column is missing")
        for name in header:
            if name not in COLUMNS and len(self.faults) < _MOST_FAULTS:
                self._blame(name, f"unknown column; {sim.nearest(name, COLUMNS)}")
        found: list[tuple[int, Target]] = []
        if not self.faults:
            for self.line, cells in lines:
                if len(self.faults) >= _MOST_FAULTS:
                    break
                self.text = ",".join(cells)
                target = self._row(header, cells)
                if target is not None:
                    found.append((self.line, target))
            self._together(found)
            if not found and not self.faults:
                self._blame("", "has no rows")
        if self.faults:
            raise sim.FaultList(self.faults)
        return tuple(target for _, target in found)

    def _blame(self, where: str, message: str) -> None:
        self.faults.append(sim.Fault(self.file, self.line, 0, where, message, self.text))

    def _row(self, header: Sequence[str], cells: Sequence[str]) -> Target | None:
        if len(cells) != len(header):
            self._blame("", f"has {len(cells)} cells, the header has {len(header)}")
            return None
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        before = len(self.faults)
        for name in ("id", "source", "quality"):
            if not row[name]:
                self._blame(name, "is empty")
        for name, known in (("ledger", LEDGERS), ("measure", MEASURES), ("role", ROLES)):
            if row[name] not in known:
                self._blame(name, f"unknown {name} '{row[name]}'; {sim.nearest(row[name], known)}")
        period, base = self._months("period", row["period"]), self._base(row)
        self._flow(row)
        value, low, high = self._interval(row)
        sd = self._number("sd_log", row["sd_log"])
        if sd is not None and not 0.0 < sd < math.inf:
            self._blame("sd_log", f"{row['sd_log']} is no error of measurement, expected a positive number")
        if period is not None:
            self._dates(row["role"], period, base)
        if len(self.faults) > before or period is None or value is None or sd is None:
            return None
        conflict = tuple(part for part in row["conflict_with"].split(";") if part)
        chosen = {name: row[name] for name in (*CHOSEN, "id", "ledger", "measure", "role", "source", "quality")}
        return Target(
            period=period, base=base, value=value, low=low, high=high, sd=sd, conflict_with=conflict, **chosen
        )

    def _months(self, where: str, text: str) -> Months | None:
        """``YYYY``, ``YYYY-MM`` or ``FIRST:LAST`` as first and last month."""
        first, _, last = text.partition(":")
        months = (_month(first, "01"), _month(last or first, "12"))
        if not months[0] or not months[1]:
            self._blame(where, f"'{text}' is no YYYY, YYYY-MM or FIRST:LAST")
            return None
        if months[0] > months[1]:
            self._blame(where, f"'{text}' ends before it begins")
            return None
        return months

    def _base(self, row: dict[str, str]) -> Months | None:
        if row["measure"] == "growth":
            return self._months("base", row["base"])
        if row["base"] and row["measure"] in MEASURES:
            self._blame("base", f"a {row['measure']} has no base, leave the cell empty")
        return None

    def _dates(self, role: str, period: Months, base: Months | None) -> None:
        last = max(period[1], base[1] if base else period[1])
        if role == "fit" and last > FIT_UNTIL:
            self._blame("role", f"fits a figure of {last}, held out after {FIT_UNTIL}")
        if role == "judge" and period[0] <= FIT_UNTIL:
            self._blame("role", f"judges by {period[0]}, which may have been fitted (to {FIT_UNTIL})")

    def _flow(self, row: dict[str, str]) -> None:
        """Whether the row names a flow of the world."""
        states = (*self.codes.states, "all")
        known: dict[str, tuple[str, ...]] = {
            "reporter": (*states, "coalition"), "flow": FLOWS, "partner": states, "good": self.codes.good_names,
            "brand": (*BRANDS, "all"),
        }  # fmt: skip
        ratio = False
        for name in CHOSEN:
            sides = row[name].split("/")
            ratio = ratio or len(sides) == 2
            if len(sides) > (2 if row["measure"] == "ratio" else 1):
                self._blame(name, f"'{row[name]}' divides, which only a ratio does, by one flow")
            for part in (part for side in sides for part in side.split("+")):
                if part not in known[name]:
                    self._blame(name, f"unknown {name} '{part}'; {sim.nearest(part, known[name])}")
        if row["measure"] == "ratio" and not ratio:
            self._blame("measure", "a ratio needs one field of the form a/b")
        offices, partners = _parts(row["reporter"]), _parts(row["partner"])
        if len(offices) == 1 and offices == partners and offices <= set(self.codes.states):
            self._blame("partner", f"'{row['partner']}' is the reporter itself: no flow of the world")
        flows = _parts(row["flow"])
        passes = flows == {"re-export"} and row["ledger"] == "recorded"
        if passes and offices <= set(self.codes.states) and not offices & set(self.codes.hubs):
            self._blame("flow", f"'{row['reporter']}' is no hub, so it re-exports nothing in this world")
        if row["ledger"] == "true" and "import" in flows:
            self._blame("flow", "the true ledger has no imports: name the origin, and export or re-export")
        if row["ledger"] == "price":
            bought = flows == {"import"} and partners == {"all"} and row["measure"] == "growth"
            if not bought:
                self._blame("ledger", "a price is the growth of what the reporter pays for imports from all partners")
        if row["ledger"] == "recorded" and row["brand"] not in ("all", ""):
            self._blame("brand", "no customs office writes down the maker's headquarters, expected all")

    def _interval(self, row: dict[str, str]) -> tuple[float | None, float, float]:
        """Value, low and high in logs."""
        value = self._number("value", row["value"])
        low = -math.inf if not row["low"] else self._number("low", row["low"])
        high = math.inf if not row["high"] else self._number("high", row["high"])
        if value is None or low is None or high is None:
            return None, -math.inf, math.inf
        if not low <= value <= high:
            self._blame("value", f"{row['value']} does not lie from low '{row['low']}' to high '{row['high']}'")
        logs = [self._log(row, name, number) for name, number in (("value", value), ("low", low), ("high", high))]
        if any(log is None for log in logs):
            return None, -math.inf, math.inf
        return logs[0], float(logs[1] or 0.0), float(logs[2] or 0.0)

    def _number(self, where: str, text: str) -> float | None:
        number = plain_number(text)
        if number is None:
            self._blame(where, f"'{text}' is no number, or is not finite; leave the cell empty where a side is open")
        return number

    def _log(self, row: dict[str, str], name: str, number: float) -> float | None:
        if math.isinf(number):
            return number
        unit, measure = row["unit"], row["measure"]
        if measure == "growth" and unit == "log_ratio":
            return self._in_reach(row, name, number)
        if measure == "growth" and unit == "percent":
            number = 1.0 + number / 100.0
        elif measure == "ratio" and unit in SHARES["ratio"]:
            number = number / 100.0 if unit == "percent" else number
        elif measure == "level" and unit in MONEY:
            number *= MONEY[unit] * (self._rate(row) if unit.endswith("eur") else 1.0)
        else:
            if name == "value":
                units = SHARES.get(measure, tuple(MONEY))
                self._blame("unit", f"a {measure} in '{unit}' does not convert; {sim.nearest(unit, units)}")
            return None
        if math.isnan(number):
            return None
        if number <= 0.0:
            self._blame(name, f"'{row[name]}' {unit} is not positive: it has no logarithm")
            return None
        return self._in_reach(row, name, math.log(number))

    def _in_reach(self, row: dict[str, str], name: str, log: float) -> float | None:
        """A logarithm; None, and blamed, where no trade grows or amounts to that much."""
        if log <= _MOST_LOG:
            return log
        self._blame(name, f"'{row[name]}' {row['unit']} is more than any flow grows or amounts to")
        return None

    def _rate(self, row: dict[str, str]) -> float:
        """USD per EUR in the period, if it is a month, or in its year; a period over several years has no one rate."""
        if row["period"] in self.rates:
            return self.rates[row["period"]]
        years = {part[:4] for part in row["period"].split(":")}
        if len(years) > 1 or not years <= self.rates.keys():
            self._blame("unit", f"no single exchange rate for {row['period']}: '{row['unit']}' does not convert")
            return math.nan
        return self.rates[years.pop()]

    def _together(self, found: Sequence[tuple[int, Target]]) -> None:
        """What single rows cannot show: ids, doubles, contradictions."""
        ids: dict[str, int] = {}
        keys: dict[tuple[object, ...], list[tuple[int, Target]]] = {}
        for self.line, target in found:
            self.text = ""
            if target.id in ids:
                self._blame("id", f"'{target.id}' stands on line {ids[target.id]} too")
            ids.setdefault(target.id, self.line)
            for line, other in keys.setdefault(target.key, []):
                if other.id not in target.conflict_with and target.id not in other.conflict_with:
                    apart = target.low > other.high or other.low > target.high
                    what = "contradicts" if apart else "repeats"
                    self._blame("conflict_with", f"{what} '{other.id}' on line {line} without declaring the conflict")
                    break  # one fault a row, or a table of copies has as many as pairs
                if target.role == other.role == "fit":
                    self._blame("role", f"'{other.id}' on line {line} says the same; only one of them can be fitted")
                    break
            keys[target.key].append((self.line, target))
        for self.line, target in found:
            for name in dict.fromkeys(target.conflict_with):
                if len(self.faults) < _MOST_FAULTS and (name not in ids or name == target.id):
                    self._blame("conflict_with", f"no other row '{name}'; {sim.nearest(name, ids)}")


def months_of(span: Months) -> list[str]:
    """The months of a span, its last one included."""
    return [str(month) for month in pd.period_range(*span, freq="M")]


def month_number(month: str) -> int:
    """Months since the beginning of 1970."""
    return int(pd.Period(month, "M").ordinal)


def plain_number(text: str) -> float | None:
    """The finite number that a text holds in plain digits, or None; `float` takes other scripts' digits as well."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def count_months(span: Months) -> int:
    """How many months a span has, its last one included."""
    (y0, m0), (y1, m1) = ((int(part) for part in month.split("-")) for month in span)
    return 12 * (y1 - y0) + m1 - m0 + 1


def _parts(text: str) -> set[str]:
    return {part for side in text.split("/") for part in side.split("+")}


def _month(text: str, of_year: str) -> str:
    """A month of a year or month as text, or an empty text."""
    digits = text.split("-")
    if not all(part.isascii() and part.isdigit() for part in digits) or len(digits[0]) != 4:
        return ""
    if len(digits) == 1:
        return f"{text}-{of_year}"
    return text if len(digits) == 2 and len(digits[1]) == 2 and 1 <= int(digits[1]) <= 12 else ""
