"""How much of each controlled good the bans of 2022 closed, by the day of the package.

An entry of an annex covers a tariff line wholly, or, marked "ex", a part of it: most often what costs more than a
threshold (EUR 300 an item in the luxury annex, 750 for electronics, 50,000 for cars). No office publishes how much of
the value that is. It is taken as the shortfall of the lines' exports after the last wind-down (August to November 2022,
on the same months of 2021) beyond that of the lines that no annex names. Firms that left lower it too, more than on
average where makers of cars and household machines left: so it is an upper bound. Whole entries are measured alike.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from calibration.base_year.control_classes import Classification

COLUMNS = (
    *("good", "effective", "entries", "value_meur", "share_of_good", "exports_ratio", "covered_share", "source"),
    "quality",
)
# First day in force of the packages that name goods by code, and the annexes of each in the order of the days.
PACKAGES = (
    ("2022-02-26", ("II", "VII", "X", "XI"), "Regulation (EU) 2022/328 (Annexes II, VII, X, XI)"),
    ("2022-03-16", ("XVIII",), "Regulation (EU) 2022/428 (Annex XVIII)"),
    ("2022-04-09", ("XX", "XXIII"), "Regulation (EU) 2022/576 (Annexes XX, XXIII)"),
)
FIRST, LAST = 8, 11
_WHOLE, _PART = "whole", "ex"


def coverage_rows(
    goods: Classification, lines: pd.DataFrame, listed: pd.DataFrame, totals: pd.DataFrame, target: str
) -> Iterator[dict[str, object]]:
    """Rows by good, package and kind of entry.

    Args:
        goods: good of every code.
        lines: eight-digit lines with their annexes (cn8_lines_by_annex).
        listed: monthly exports of the listed lines (eu27_sanctioned_lines_hs6_monthly_2020_2022).
        totals: monthly exports of all goods (eu27_total_trade_monthly_seven_partners_2020_2022).
        target: importer.
    """
    mine = listed[listed["importer"] == target]
    year, month = mine["period"].str[:4], mine["period"].str[5:].astype(int)
    late = month.between(FIRST, LAST)
    values = pd.DataFrame(
        {
            "value": mine[year == "2021"].groupby("hs6")["value_eur"].sum(),
            "before": mine[(year == "2021") & late].groupby("hs6")["value_eur"].sum(),
            "after": mine[(year == "2022") & late].groupby("hs6")["value_eur"].sum(),
        }
    ).fillna(0.0)
    named = lines[lines["covered_by"] == "export"].groupby("hs6").agg({"export_annexes": ";".join, "ex_only": "max"})
    table = named.join(values).fillna(0.0)
    table["good"] = [goods.good(str(code)) for code in table.index]
    table["package"] = [_package(str(text)) for text in table["export_annexes"]]
    table["entries"] = [_PART if str(flag) == "1" else _WHOLE for flag in table["ex_only"]]
    unnamed = _unnamed_ratio(totals, values, target)
    of_good = table.groupby("good")["value"].sum()
    keys = ["good", "package", "entries"]
    for (good, package, entries), row in table.groupby(keys)[["value", "before", "after"]].sum().iterrows():
        if row["value"] <= 0.0 or row["before"] <= 0.0:
            continue
        ratio = float(row["after"] / row["before"])
        covered = min(max((unnamed - ratio) / unnamed, 0.0), 1.0)
        yield {
            "good": good, "effective": PACKAGES[package][0], "entries": entries,
            "value_meur": float(row["value"]) / 1e6,
            "share_of_good": float(row["value"] / of_good[good]), "exports_ratio": ratio, "covered_share": covered,
            "source": f"{PACKAGES[package][2]}; Eurostat COMEXT, exports to the target in August to November 2022 over "
            f"the same months of 2021, against {unnamed:.3f} of the lines that no annex names",
            "quality": "arithmetic on published figures" if entries == _WHOLE else "upper bound: firms left as well",
        }  # fmt: skip


def _package(annexes: str) -> int:
    """The first package that names a code."""
    named = set(annexes.split(";"))
    return next(at for at, (_, own, _) in enumerate(PACKAGES) if named & set(own))


def _unnamed_ratio(totals: pd.DataFrame, values: pd.DataFrame, target: str) -> float:
    """Exports of the lines that no annex names, late 2022 over late 2021."""
    chosen = totals[(totals["importer"] == target) & (totals["exporter"] == "EU27") & (totals["good"] == "all")]
    year, month = chosen["period"].str[:4], chosen["period"].str[5:].astype(int)
    late = month.between(FIRST, LAST)
    sums = [float(chosen.loc[(year == name) & late, "value_eur"].sum()) for name in ("2021", "2022")]
    return (sums[1] - float(values["after"].sum())) / (sums[0] - float(values["before"].sum()))
