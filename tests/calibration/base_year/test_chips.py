"""The derivation of the chips world, on raw files small enough to work out by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from calibration.base_year import chips
from sim.common.package_data import shipped

FIGURES = shipped("calibration/chips")
MARKETS = ("JPN", "KOR", "USA")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    comtrade = [
        # Two members are one state, and what goes between them is no trade of it.
        (2021, "DEU", "CHN", "8542", 1.0e9, "DEU"), (2021, "NLD", "CHN", "8542", 2.0e9, "NLD"),
        (2021, "DEU", "NLD", "8542", 9.0e9, "DEU"), (2021, "DEU", "CHN", "8542", 7.0e9, "CHN"),
        # What the port sells, less what the target has from itself; what comes in is seen in part.
        (2021, "HKG", "CHN", "8542", 50.0e9, "HKG"), (2021, "CHN", "CHN", "8542", 20.0e9, "CHN"),
        (2021, "KOR", "HKG", "8542", 6.0e9, "KOR"), (2021, "KOR", "CHN", "8542", 10.0e9, "KOR"),
    ]  # fmt: skip
    pd.DataFrame(comtrade, columns=list(chips.FILES["comtrade_hs85_hs4_bilateral_2019_2023"])).to_csv(
        tmp_path / "comtrade_hs85_hs4_bilateral_2019_2023.csv", index=False
    )
    states = pd.read_csv(FIGURES / "state_facts.csv")["code"].replace({"EU7": "DEU", "ROW": "PHL"})
    industry = [
        (2021, one, to, "C261", 1.0e6 * (2 if one == "SGP" else 1))
        for one in states for to in (*MARKETS, "TWN") if one not in (to, "TWN")
    ]  # fmt: skip
    pd.DataFrame(industry, columns=list(chips.FILES["oecd_btige_2021_2023_to_nine_by_cpa"])).to_csv(
        tmp_path / "oecd_btige_2021_2023_to_nine_by_cpa.csv", index=False
    )
    island = [(2021, name, code, 1.0e9) for name in chips.NAMES for code in ("85423100002", "85423200234")]
    island.append((2021, "菲律賓", "85423100002", 4.0e9))
    pd.DataFrame(island, columns=list(chips.FILES["taiwan_ic_exports_2013_2025"])).to_csv(
        tmp_path / "taiwan_ic_exports_2013_2025.csv", index=False
    )
    return tmp_path


def test_pairs_are_worked_out_as_the_page_says(raw: Path) -> None:
    known = chips.read_known(raw, FIGURES)
    found = chips.pairs(known)
    assert set(found) == {(one, to) for one in known.states for to in known.states if one != to}
    assert found["EU7", "CHN"].circuits == pytest.approx(3000)
    assert known.musd("EU7", "CHN", "8542", "import") == pytest.approx(7000)
    assert found["HKG", "CHN"].circuits == pytest.approx(30_000)
    assert found["TWN", "CHN"].circuits == pytest.approx(2000)
    assert found["TWN", "CHN"].diodes == pytest.approx(100)
    assert found["TWN", "ROW"].circuits == pytest.approx(4000)
    assert known.memory["CHN"] == pytest.approx(0.5)
    both = found["SGP", "JPN"].circuits + found["SGP", "JPN"].diodes
    assert both == pytest.approx(0.92 * 2000) and found["SGP", "JPN"].coverage == 0.6
    # Korea sells to Japan and the United States what Taiwan sells there, less: so to Viet Nam, too.
    scale = found["KOR", "JPN"].circuits / found["TWN", "JPN"].circuits
    assert found["KOR", "VNM"].circuits == pytest.approx(scale * 2000)
    # Malaysia to China: 23.8 bn of 2017, grown as all imports, half of it straight.
    assert found["MYS", "CHN"].circuits == pytest.approx(23_800 * 432.6 / 260.1 * 0.5)
    # The port sells 30 bn there and 0.92 bn to each of four others; Korea and Taiwan bring 8: the rest comes from four,
    # of which one sells twice as much as each other.
    missing = 30_000 + 4 * 920 / 1.05 - 6000 - 2000
    assert found["SGP", "HKG"].circuits == pytest.approx(missing * 2 / 5)
    assert found["MYS", "HKG"].publisher == "estimate" and found["MYS", "HKG"].coverage == 0.0


def test_tables_are_written_whole_and_the_same(raw: Path, tmp_path: Path) -> None:
    first = chips.tables(raw, FIGURES)
    assert first == chips.tables(raw, FIGURES)
    assert set(first) == {"pair_records_2021.csv", "good_cells_2021.csv", "published_series.csv"}
    series = first["published_series.csv"].splitlines()
    assert any(line.startswith("hkg-chn-8542,") and ",30000," in line for line in series)


def test_missing_files_are_all_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert chips.main([str(tmp_path), str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in chips.FILES)
    assert not list(tmp_path.iterdir())


def test_shipped_tables_have_the_figures_that_were_checked() -> None:
    """Taiwan's exports of circuits: 155.5 bn in 2021; to the mainland 17.85 % less in 2023 than the year before."""
    records = pd.read_csv(FIGURES / "pair_records_2021.csv")
    island = records[(records["exporter"] == "TWN") & (records["flow"] == "export")]["value_musd"].sum() / 1.05
    assert island == pytest.approx(155_496 - 2.036, rel=2e-3)
    series = pd.read_csv(FIGURES / "published_series.csv").set_index(["series", "period"])["value_musd"]
    assert series["twn-chn-8542", 2023] / series["twn-chn-8542", 2022] - 1 == pytest.approx(-0.1785, abs=1e-4)
