"""Figures for a journal: of the width asked for, with letters that are read, plain if asked, text that stays text."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from matplotlib.text import Text

import sim
from sim.report.plots import FIGURES, figure, save_all
from sim.report.plots.paper import paper


@pytest.fixture(scope="module")
def pair() -> sim.Comparison:
    return sim.compare("classroom", progress=False)


@pytest.mark.parametrize(
    ("said", "inches"), [("89mm", 3.504), ("8.9 cm", 3.504), ("3.5in", 3.5), (4.0, 4.0), (None, 9.0)]
)
def test_a_width_is_read(said: str | float | None, inches: float) -> None:
    assert paper(said).width == pytest.approx(inches, abs=1e-3)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"width": "89"}, "with mm, cm or in"),
        ({"width": "5mm"}, "expected 38mm to 508mm"),
        ({"format": "eps"}, "unknown format"),
    ],
)
def test_what_is_no_paper_is_told(said: dict[str, str], words: str) -> None:
    with pytest.raises(sim.SimError, match=words):
        paper(**said)


@pytest.mark.parametrize("name", [name for name, kind in FIGURES.items() if kind.narrowest < 89.0])
def test_a_column_of_a_journal(pair: sim.Comparison, name: str) -> None:
    made, _ = figure(name, pair, paper("89mm", plain=True))
    usual, _ = figure(name, pair)
    assert made.get_figwidth() * 25.4 == pytest.approx(89.0)
    shown = [one for one in made.findobj(Text) if one.get_text() and one.get_visible()]
    assert shown and min(float(one.get_fontsize()) for one in shown) >= 5.0
    assert not {one.get_gid() for one in shown} & {"title", "subtitle", "footer"}
    assert {"title", "subtitle", "footer"} <= {one.get_gid() for one in usual.findobj(Text)}
    assert pair.policy.title in made.caption and "Source: " in made.caption


def test_text_stays_text_and_bytes_the_same(pair: sim.Comparison) -> None:
    picture = pair.plot.flows_by_route("89mm", plain=True)
    files = []
    for kind in ("svg", "pdf", "svg"):
        picture.savefig(file := io.BytesIO(), format=kind, metadata={"svg": {"Date": None}}.get(kind))
        files.append(file.getvalue())
    assert b"<text" in files[0] and b"USD" in files[0] and files[0] == files[2]
    assert b"/FontFile2" in files[1], "letters of a font, not outlines"


def test_what_has_no_room_is_left_out_or_refused(pair: sim.Comparison, tmp_path: Path) -> None:
    with pytest.raises(sim.SimError, match="flow_diagram takes 150mm at least"):
        figure("flow_diagram", pair, paper("89mm"))
    written = save_all(pair, tmp_path, paper=paper("89mm", format="svg", plain=True))
    assert {path.stem for path in written} == {"flows_by_origin", "flows_by_route"}
    assert {path.suffix for path in written} == {".svg", ".csv", ".txt"}
