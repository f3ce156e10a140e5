"""The mirror gap of a pair: what is written on it, the edges of what it can show, and the command that draws it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import pytest

import sim as package
from sim.metrics.mirror_gap import PARTS, Pair
from sim.report.plots import figure_of_pair, save_pair
from sim.simulation.comparison import Comparison
from tests.report.plots.test_plots_figures import check_writing, texts
from tests.report.plots.toys import emptied, toy_case

PAIRS = [("AAA", "HHH"), ("HHH", "TTT"), ("AAA", "TTT"), ("TTT", "AAA")]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("last", ["2022-01", "2022-03", "2023-06"])
def test_a_toy_pair_is_drawn_without_a_warning(tmp_path: Path, pair: tuple[str, str], last: str) -> None:
    run = toy_case(tmp_path, last).run()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for source in (run, emptied(run)):
            made, table = figure_of_pair(source, Pair(*pair))
            check_writing(made)
    assert not table["gap_musd"].any()  # of the run as if nothing had been traded


def test_a_hidden_road_can_be_read(paired: Comparison) -> None:
    made, table = figure_of_pair(paired, Pair("HKG", "RUS", "high_priority"))
    check_writing(made)
    keys = texts(made, "key")
    for part in ("unrecorded", "ghost", "by_origin"):
        assert PARTS[part] in keys and table[f"{part}_musd"].abs().max() > 0.0
    assert any("had it gone on publishing" in text for text in keys)
    footer = texts(made, "footer")[0].replace("\n", " ")
    assert "goods of others that its houses passed on to Russia" in footer and "Grey" in footer
    made, _ = figure_of_pair(paired, Pair("EU27", "KGZ"))
    check_writing(made)
    footer = texts(made, "footer")[0].replace("\n", " ")
    assert "in ghost transit too" in footer and "Grey" not in footer


def test_figure_and_table_are_written(paired: Comparison, tmp_path: Path) -> None:
    picture, table = save_pair(paired, Pair("EU27", "TUR", "machinery"), tmp_path / "new")
    assert picture.name == "mirror_EU27_TUR_machinery.png" and picture.read_bytes().startswith(b"\x89PNG")
    written = pd.read_csv(table)
    parts = written[[f"{part}_musd" for part in PARTS]].sum(axis=1)
    assert parts.to_list() == pytest.approx(written["gap_musd"].to_list(), rel=1e-9)
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(package.SimError, match="cannot write"):
        save_pair(paired, Pair("EU27", "TUR"), tmp_path / "taken")
