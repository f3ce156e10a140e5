"""Builds ``figures/targets.csv``: ``python -m calibration.targets.build_targets``; byte for byte the same each time.

``target_series.csv`` says which customs series are held against which simulated flow, ``target_statements.csv`` holds
what was stated in words, row by row. Growth is taken on the same months of the base year (the judged months: of the
year before), so that neither the season nor the level of a series matters. Where three years of months are known before
the war, those months of the base year are its mean at the season of the three years: the model's base year has no
trend, and China's sales of late 2021 were a fifth above those of early 2021, season apart.
"""

from __future__ import annotations

import csv
import io
import math
import re
import sys
from functools import lru_cache

import numpy as np
import pandas as pd

import sim
from calibration.targets.targets import COLUMNS, FIGURES, FIT_UNTIL, TARGETS, Target, published_rates

SERIES, STATEMENTS = FIGURES / "target_series.csv", FIGURES / "target_statements.csv"
BASE_YEAR, HELD_OUT = "2021", "2024"
# Years whose months say what season a series has; the last is the base year.
SEASON_YEARS = (2019, 2020, 2021)
# Error of one figure, log points, by how good it is: revisions between first and last publication (assumption),
# figures copied by hand (assumption), an estimate from partners' records (assumption), and exports of one office in
# which gold and diamonds come and go (assumption). A figure read off a chart is off by up to 100 mn a month, evenly.
ERRORS = {"exact": 0.02, "transcribed": 0.05, "estimate": 0.05}
VALUABLES, CHART, CHART_MUSD = "gold and diamonds", "read off a chart", 100.0
VALUABLES_ERROR = 0.10
# Trade is not spread over the days of a month or year as the published rates are (assumption).
RATE_ERROR = 0.003
# A span that the record ends in counts from so many months on.
LEAST_MONTHS = 2
# Tables of statements: rows of many publications, one or two of each.
WORDS = {"stated_intervals": "statements in the documents", "measured_effects": "published effects"}
SPANS = {"quarters": 3, "halves": 6, "years": 12}


def build() -> str:
    """The table as text."""
    rows = [row for series in sim.csv_records(SERIES) for row in _rows_of(series)]
    rows += sim.csv_records(STATEMENTS)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@lru_cache(maxsize=8)
def _table(name: str) -> pd.DataFrame:
    table = pd.read_csv(FIGURES / f"{name}.csv", dtype={"period": str}, keep_default_na=False)
    rates = table["period"].map(published_rates())
    table["musd"] = table["value"] * np.where(table["unit"] == "meur", rates, 1.0)
    return table


def record_of(series: dict[str, str]) -> pd.DataFrame:
    """The rows of a customs table that a series chooses, by period, with their value in ``musd``."""
    table = _table(series["file"])
    chosen = np.ones(len(table), dtype=bool)
    for name in ("reporter", "flow", "exporter", "importer", "good"):
        chosen &= (table[name] == series[f"where_{name}"]).to_numpy()
    record = table[chosen].set_index("period").sort_index()
    if record.empty or not record.index.is_unique:
        raise ValueError(f"{SERIES.name}: {series['id']} chooses {len(record)} rows, expected one for each period")
    return record


def _rows_of(series: dict[str, str]) -> list[dict[str, str]]:
    record = record_of(series)
    # What was held out is not even looked at for a row that may be fitted.
    judged = record.index.str[:4] == HELD_OUT if series["role"] == "judge" else record.index <= FIT_UNTIL
    found = []
    for now in _spans(series["spans"], list(record.index[judged])):
        before = [_earlier(period, series["spans"]) for period in now]
        if set(before) <= set(record.index):
            found.append(_row(series, record.loc[now], record.loc[before]))
    return found


def _spans(kind: str, periods: list[str]) -> list[list[str]]:
    """Groups of periods after the base year."""
    later = [period for period in periods if period[:4] > BASE_YEAR]
    if kind in ("months_on_year", "year_on_year") or (later and len(later[0]) == len(BASE_YEAR)):
        return [[period] for period in later]
    groups: dict[tuple[str, int], list[str]] = {}
    for period in later:
        groups.setdefault((period[:4], (int(period[5:]) - 1) // SPANS[kind]), []).append(period)
    return [group for group in groups.values() if len(group) >= LEAST_MONTHS]


def _earlier(period: str, kind: str) -> str:
    """The same months of the base year, or of the year before."""
    year = str(int(period[:4]) - 1) if kind.endswith("on_year") else BASE_YEAR
    return year + period[4:]


def _row(series: dict[str, str], now: pd.DataFrame, before: pd.DataFrame) -> dict[str, str]:
    period, base = _span(now), _span(before)
    usual, season_sd = usual_level(record_of(series)["musd"], list(before.index))
    growth = math.log(now["musd"].sum() / usual)
    sd = math.hypot(error_of(now), error_of(before), season_sd, float(series["extra_sd"]))
    if (now["unit"] == "meur").any():
        sd = math.hypot(sd, RATE_ERROR * math.sqrt(2.0))
    note = f"; {series['note']}" if series["note"] else ""
    value = f"{growth:.4f}"
    return {
        "id": f"{series['id']}-{_short(period)}",
        "period": period,
        "base": base,
        "ledger": "recorded",
        **{name: series[name] for name in ("reporter", "flow", "partner", "good", "role")},
        "brand": "all",
        "measure": "growth",
        "value": value,
        "low": value,
        "high": value,
        "sd_log": f"{sd:.4f}",
        "unit": "log_ratio",
        "source": f"{series['file']}.csv: {now['source'].iloc[0]}{note}",
        "quality": str(now["quality"].iloc[0]),
        "conflict_with": "",
    }


def usual_level(musd: pd.Series[float], months: list[str]) -> tuple[float, float]:
    """What months of the base year would add up to without a trend within it, musd, and the error, log points.

    The year's mean at the season of the years before the war (ratio to the centred twelve-month mean); the error is
    that of the mean of the years' ratios. Of a whole year, and where fewer months are known, what was published.
    """
    before = [f"{year}-{month:02}" for year in SEASON_YEARS for month in range(1, 13)]
    published = float(musd[months].sum())
    part_of_the_year = set(months) < set(before[-12:])
    if not part_of_the_year or not set(before) <= set(musd.index):
        return published, 0.0
    values = musd[before].to_numpy(dtype=float)
    places = [int(month[5:]) - 1 for month in months]
    ratios = sim.ratios_to_mean(values).reshape(len(SEASON_YEARS), 12)
    season = np.median(ratios, axis=0)
    usual = values[-12:].mean() * season[places].sum() / season.mean()
    return float(usual), float(np.log(ratios[:, places].sum(axis=1)).std(ddof=1) / math.sqrt(len(SEASON_YEARS)))


def _span(rows: pd.DataFrame) -> str:
    first, last = rows.index[0], rows.index[-1]
    return first if first == last else f"{first}:{last}"


def _short(period: str) -> str:
    """A name for a span: 2022, 2022-03, 2022-q1, 2022-h2."""
    first, _, last = period.partition(":")
    if not last:
        return first
    start, months = int(first[5:]), int(last[5:]) - int(first[5:]) + 1
    if months == 12:
        return first[:4]
    return f"{first[:4]}-q{(start + 2) // 3}" if months <= 3 else f"{first[:4]}-h{(start + 5) // 6}"


def error_of(rows: pd.DataFrame) -> float:
    """Standard deviation of the log of a sum of figures of one series, before what its good covers less or more."""
    quality, total = str(rows["quality"].iloc[0]), float(rows["musd"].sum())
    if quality.startswith(CHART):
        return CHART_MUSD / math.sqrt(3.0) * math.sqrt(len(rows)) / total
    return VALUABLES_ERROR if VALUABLES in quality else ERRORS[quality]


def source_of(row: Target) -> str:
    """Who published a figure."""
    file, table, rest = row.source.partition(".csv")
    if not table or not rest.startswith(":"):
        return WORDS.get(file, re.split("[:,]", row.source)[0].strip())
    if file in WORDS:
        return WORDS[file]
    name = re.split(r"[;,]", rest.lstrip(": "))[0].strip()
    if name.startswith("Eurostat"):
        return "Eurostat"
    return f"{name} of {row.reporter}" if name == "national statistics" else name


def main() -> int:
    """Writes the table."""
    with sim.written_file(TARGETS) as scratch:
        scratch.write_text(build(), encoding="utf-8")
    sys.stdout.write(f"{TARGETS}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
