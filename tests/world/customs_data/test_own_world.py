"""A world from customs files alone, of each kind: the recipe of docs/own-figures.md, carried out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from customs_paths import COMEXT_HEADER, ROOT, comtrade

import sim
from sim.common.errors import FaultList
from sim.world import World, load_world
from sim.world.build import build_world
from sim.world.customs_data import import_files

PAGE = (ROOT / "docs" / "own-figures.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```(?:text|yaml)\n# (?:file: )?([\w-]+\.(?:csv|yaml))\n(.*?)^```$", PAGE, flags=re.M | re.S))
MAPPING = next(block for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.M | re.S) if "states:" in block)
SCENARIO = """title: Mine
question: Does it run?
sources: [made up]
world: my-world
months: {first: 2022-01, last: 2022-06}
seed: 1
agents: {exporters: 200, mode: expected}
policies:
  - {id: ban, kind: export_ban, by: [coalition], towards: [target], effective: 2022-03-01, strength: 0.8, source: mine}
"""
# Chips, machinery and everything, million dollars of 2021 by pair of UN codes.
TRADE = {
    (842, 156): (9_000, 20_000, 150_000),
    (156, 842): (5_000, 90_000, 500_000),
    (251, 156): (3_000, 40_000, 200_000),
    (156, 251): (8_000, 80_000, 450_000),
    (842, 251): (4_000, 50_000, 260_000),
    (251, 842): (3_000, 70_000, 380_000),
    (344, 156): (100_000, 30_000, 380_000),
    (156, 344): (60_000, 40_000, 350_000),
    (842, 344): (2_000, 3_000, 30_000),
    (251, 344): (2_000, 4_000, 35_000),
    (344, 842): (500, 2_000, 40_000),
    (344, 251): (600, 2_500, 45_000),
}
EUROPE, ISO = 251, {842: "US", 156: "CN", 344: "HK", 251: "FR"}


def from_comtrade(folder: Path) -> list[Path]:
    rows = [
        {"reporterCode": str(o), "partnerCode": str(d), "cmdCode": code, "primaryValue": f"{musd * 1e6:.0f}"}
        for (o, d), values in TRADE.items()
        for code, musd in zip(("8542", "84", "TOTAL"), values, strict=True)
    ]
    return [comtrade(folder / "mine.csv", rows)]


def from_baci(folder: Path) -> list[Path]:
    baci, names = folder / "BACI_HS17_Y2021_V202301.csv", folder / "country_codes_V202301.csv"
    lines = [
        f"2021,{o},{d},{code},{1000 * musd:g},NA"
        for (o, d), (chips, machinery, everything) in TRADE.items()
        for code, musd in (("854231", chips), ("842710", machinery), ("870323", everything - chips - machinery))
    ]
    baci.write_text("t,i,j,k,v,q\n" + "\n".join(lines) + "\n", encoding="utf-8")
    countries = [f"{number},{iso},{iso},{iso}X" for number, iso in ISO.items()]
    names.write_text(
        "country_code,country_name,country_iso2,country_iso3\n" + "\n".join(countries) + "\n", encoding="utf-8"
    )
    return [baci, names]


def from_comext(folder: Path) -> list[Path]:
    """What the Union sells and buys; of the trade between the others it knows nothing."""
    path, lines = folder / "full_v2_202152.dat", [COMEXT_HEADER]
    for (o, d), (chips, machinery, everything) in TRADE.items():
        if EUROPE in (o, d):
            flow, partner = ("2", ISO[d]) if o == EUROPE else ("1", ISO[o])
            codes = {
                "TOTAL": everything,
                "85423111": chips,
                "84271010": machinery,
                "87032319": everything - chips - machinery,
            }
            for code, musd in codes.items():
                euros = 1e6 * musd / 1.1827
                lines.append(
                    f"FR,{partner},E,{code},75997,2620,2620,420,.....,16,{flow},1,NO_SU,202152,{euros:.0f},{euros:.0f},10,0"
                )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [path]


KINDS = {"comtrade": from_comtrade, "baci": from_baci, "comext": from_comext}


def own_figures(folder: Path, files: Callable[[Path], list[Path]]) -> Path:
    """The tables of an import, with the files of the page beside them."""
    # The made-up files have one member of the Union.
    (folder / "mapping.yaml").write_text(f"{MAPPING}unions: partial\n", encoding="utf-8")
    (folder / "good_facts.csv").write_text(FILES["good_facts.csv"], encoding="utf-8")
    figures = folder / "my-figures"
    figures.mkdir()
    import_files(files(folder), folder / "mapping.yaml").write(figures)
    for name in ("good_facts.csv", "state_facts.csv", "world_build.yaml", "hub_reexports_2021.csv"):
        (figures / name).write_text(FILES[name], encoding="utf-8")
    return figures


def built(folder: Path, files: Callable[[Path], list[Path]]) -> World:
    build_world(own_figures(folder, files), folder / "my-world")
    return load_world(folder / "my-world")


@pytest.mark.parametrize("kind", KINDS)
def test_a_world_from_one_kind_of_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    world = built(tmp_path, KINDS[kind])
    monkeypatch.chdir(tmp_path)
    code = {842: "USA", 251: "EU27", 156: "CHN", 344: "HKG"}
    seen = 0
    for (o, d), (chips, machinery, everything) in TRADE.items():
        cell = world.states.index(code[o]), world.states.index(code[d])
        if kind == "comext" and EUROPE not in (o, d):
            assert world.pair_status[cell] == 2 and world.recorded_musd[cell].sum() > 0
            continue
        # The Union's imports are CIF.
        freight = 1.06 if kind == "comext" and d == EUROPE else 1.0
        assert 12 * freight * world.recorded_musd[cell].sum() == pytest.approx(everything, rel=1e-4)
        if freight == 1.0:
            wanted = {"chips": chips, "machinery": machinery, "other": everything - chips - machinery}
            for good, musd in wanted.items():
                assert 12 * world.recorded_musd[(*cell, world.goods.index(good))] == pytest.approx(musd, rel=1e-3)
        seen += 1
    assert seen == (6 if kind == "comext" else len(TRADE))
    Path("mine.yaml").write_text(SCENARIO, encoding="utf-8")
    case = sim.load("mine.yaml", posterior="none")
    still = case.with_changes(without=["ban"]).run().to_target().groupby("month")["value_musd"].sum()
    np.testing.assert_allclose(still, still.iloc[0], rtol=1e-9)
    pair = sim.compare(case)
    assert pair.summary().loc["2022", "change_percent"] < 0


def test_what_was_left_out_is_noted(tmp_path: Path) -> None:
    build_world(own_figures(tmp_path, from_baci), tmp_path / "my-world")
    notes = (tmp_path / "my-world" / "world.yaml").read_text(encoding="utf-8")
    assert "No state_totals_2021.csv: pairs that nobody shows are filled in by gravity alone." in notes
    assert "No trade_mix_2021.csv" in notes and "No state_traits.csv" in notes


def test_files_of_other_states_make_no_world(tmp_path: Path) -> None:
    figures = own_figures(tmp_path, from_baci)
    states = (figures / "state_facts.csv").read_text(encoding="utf-8")
    for code in ("USA", "EU27", "CHN", "HKG"):
        states = states.replace(f"\n{code},", f"\nX{code},")
    (figures / "state_facts.csv").write_text(states, encoding="utf-8")
    with pytest.raises(FaultList) as caught:
        build_world(figures, tmp_path / "my-world")
    told = str(caught.value)
    assert "'CHN' is no state of state_facts.csv; did you mean 'XCHN'?" in told
    assert "'USA' is no state of state_facts.csv; did you mean 'XUSA'?" in told
    assert not (tmp_path / "my-world").exists()
