"""Products of the base year: classes by law, codes that find them again, mixes carried over, shares that bans close."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from calibration.base_year.ban_coverage import coverage_rows
from calibration.base_year.control_classes import CLASSES, Classification, read_classification
from calibration.base_year.target_imports import step_errors
from calibration.targets.targets import FIGURES
from sim.world.customs_data.hs_codes import read_goods

UNIVERSE = [f"{heading}{line}" for heading in ("8401", "8402", "8501", "8502") for line in ("10", "20", "30")]
GOODS = {("m", kind): f"m_{kind}" for kind in CLASSES} | {("e", kind): f"e_{kind}" for kind in CLASSES}
GOODS |= {("h", kind): "h" for kind in CLASSES} | {("r", kind): f"r_{kind}" for kind in CLASSES}


def known(controlled: dict[str, str]) -> Classification:
    families = {"84": "m", "85": "e", "840110": "h", "850220": "h", "*": "r"}
    return Classification(families, controlled, GOODS, frozenset(UNIVERSE))


@given(st.dictionaries(st.sampled_from(UNIVERSE), st.sampled_from(CLASSES[1:])))
def test_the_codes_of_a_good_find_every_code_again(controlled: dict[str, str]) -> None:
    found = known(controlled)
    goods, faults = read_goods({good: codes for good, codes in found.codes().items() if codes})
    assert not faults
    assert {code: goods.of(code) for code in UNIVERSE} == {code: found.good(code) for code in UNIVERSE}
    assert found.codes()["h"].split(";") == ["840110", "850220"]  # a list of codes stays the list


def law() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    lines = pd.DataFrame(
        [("850110", "export", "XXIII", "0"), ("850120", "export", "XVIII", "1"), ("720810", "import only", "", "")],
        columns=["hs6", "covered_by", "export_annexes", "ex_only"],
    )
    flags = ["industrial_cap", "luxury", "aviation", "oil_exploration", "oil_refining"]
    dates = pd.DataFrame(
        [
            ("850110", "2022-04-08", 1, 0, 0, 0, 0), ("850210", "2023-02-25", 1, 0, 0, 0, 0),
            ("850220", "2022-02-25", 0, 0, 0, 0, 0), ("720810", "", 0, 0, 0, 0, 0),
            ("850300", "2022-02-25", 1, 0, 0, 0, 0),
        ],
        columns=["hs6", "date", *flags],
    )  # fmt: skip
    annexes = pd.DataFrame([("export", "850110"), ("import", "7208")], columns=["measure", "match_prefix"])
    return lines, dates, annexes


def test_classes_are_those_of_export_bans_by_code() -> None:
    found = read_classification(FIGURES, *law())
    assert found.good("850110") == "electrical_2022"
    assert found.good("850120") == "electrical_2022"  # an entry for a part of the line
    assert found.good("850210") == "electrical_later"
    assert found.good("850300") == "electrical_later"  # dual use before, an industrial good of February 2023
    assert found.good("850220") == "electrical_free"  # only named as dual use, which is told by what a thing can do
    assert found.good("720810") == "industrial_free"  # an import measure bans no export
    assert found.good("854231") == "high_priority"


def test_what_a_ban_covers_is_the_shortfall_beyond_unnamed_lines() -> None:
    """Unnamed lines fell from 100 to 80; a whole entry from 10 to 0, a partial one from 10 to 4: covered 1 and 1/2."""
    months = [f"{year}-{month:02d}" for year in ("2021", "2022") for month in (8, 9, 10, 11)]
    after = {"850110": 0.0, "850120": 4.0}
    listed = pd.DataFrame(
        [
            (m, "RUS", code, 10.0 if m < "2022" else value)
            for m, (code, value) in itertools.product(months, after.items())
        ],
        columns=["period", "importer", "hs6", "value_eur"],
    )
    totals = pd.DataFrame(
        [(m, "EU27", "RUS", "all", 120.0 if m < "2022" else 84.0) for m in months],
        columns=["period", "exporter", "importer", "good", "value_eur"],
    )
    rows = list(coverage_rows(read_classification(FIGURES, *law()), law()[0], listed, totals, "RUS"))
    found = {(row["effective"], row["entries"]): row["covered_share"] for row in rows}
    assert found == {("2022-04-09", "whole"): pytest.approx(1.0), ("2022-03-16", "ex"): pytest.approx(0.5)}
    assert all(row["share_of_good"] == pytest.approx(0.5) for row in rows)


@given(st.integers(0, 2**32 - 1))
def test_a_mix_that_only_its_margins_moved_is_carried_over_exactly(seed: int) -> None:
    random = np.random.default_rng(seed)
    before = pd.DataFrame(random.uniform(1, 9, (3, 4)), index=list("ABC"), columns=list("wxyz"))
    after = before.mul(random.uniform(0.5, 2, 3), axis=0).mul(random.uniform(0.5, 2, 4), axis=1)
    errors = step_errors(before, after)
    assert errors.whole < 1e-6
    assert max(errors.sd.values()) < 1e-6


# ------------------------------------------------------------------------------------------ the tables that ship
def test_shares_sum_to_one() -> None:
    chapters = pd.read_csv(FIGURES / "chapter_split.csv", dtype=str, keep_default_na=False)
    sums = chapters["share"].astype(float).groupby([chapters["origin"], chapters["chapter"]]).sum()
    np.testing.assert_allclose(sums, 1.0, atol=1e-6)
    pairs = pd.read_csv(FIGURES / "pair_mix_2021.csv")
    np.testing.assert_allclose(pairs.groupby(["exporter", "importer"])["share"].sum(), 1.0, atol=1e-6)
    industries = pd.read_csv(FIGURES / "industry_split.csv")
    np.testing.assert_allclose(industries.groupby("industry")["share"].sum(), 1.0, atol=1e-9)
    told = pd.read_csv(FIGURES / "chapter_families.csv", dtype={"chapter": str})
    np.testing.assert_allclose(told.groupby("chapter")["share"].sum(), 1.0, atol=2e-4)


def test_elasticities_are_published_medians() -> None:
    goods = pd.read_csv(FIGURES / "good_facts.csv", index_col="code")
    assert goods["price_elasticity"].between(2, 15).all()
    assert goods["source"].str.contains("Fontagne, Guimbard and Orefice 2022").all()


def test_the_named_lines_are_what_the_commission_counted() -> None:
    """EUR 43.9 bn of the exports of 2021 banned in February 2023, 11.4 of it by the package of that month."""
    table = pd.read_csv(FIGURES / "ban_coverage.csv")
    assert table["value_meur"].sum() == pytest.approx(43_900 - 11_400, rel=0.03)


@pytest.mark.parametrize(
    ("clause", "good", "until"),
    [
        ("ban-machinery-first", "machinery_2022", "2022-02-26"),
        ("ban-machinery-luxury", "machinery_2022", "2022-03-16"),
        ("ban-machinery", "machinery_2022", "2022-04-09"),
        ("ban-electrical-first", "electrical_2022", "2022-03-16"),
        ("ban-electrical", "electrical_2022", "2022-04-09"),
        ("ban-vehicles-first", "vehicles_2022", "2022-03-16"),
        ("ban-vehicles", "vehicles_2022", "2022-04-09"),
        ("ban-industrial-first", "industrial_2022", "2022-03-16"),
        ("ban-industrial", "industrial_2022", "2022-04-09"),
        ("ban-consumer", "consumer_2022", "2022-04-09"),
        ("ban-ceramics", "ceramics_2022", "2022-04-09"),
    ],
)
def test_the_strength_of_a_ban_is_its_source(clause: str, good: str, until: str) -> None:
    """Shares of a class in force by a day, times how much of such entries is covered."""
    table = pd.read_csv(FIGURES / "ban_coverage.csv")
    rows = table[(table["good"] == good) & (table["effective"] <= until)]
    share = float((rows["share_of_good"] * rows["covered_share"]).sum())
    (found,) = [one for one in sim.load_scenario("reference").policies if one.id == clause]
    assert found.strength == pytest.approx(share, abs=0.01)
    assert found.goods == (good,)
