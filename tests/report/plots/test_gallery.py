"""Figures by name: found by the Tab key, matplotlib objects, shown once."""

from __future__ import annotations

import io

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

import sim
from sim.common import renamed
from sim.common.renamed import OldName
from sim.report.notebook import page_of
from sim.report.plots import FIGURES, figure


@pytest.fixture(scope="module")
def pair() -> sim.Comparison:
    return sim.compare("classroom", progress=False)


@pytest.fixture(scope="module")
def swept() -> sim.Swept:
    levers = {"policies.ban-half.strength": [0.25, 0.5, 0.75], "parameters.aversion": [3, 6]}
    return sim.sweep(
        {"base": "classroom", "levers": levers, "metrics": ["shortfall", "deliveries_volume"]}, progress=False
    )


def test_names_are_listed(pair: sim.Comparison, swept: sim.Swept) -> None:
    assert dir(pair.plot) == sorted([*FIGURES, "mirror_gap"]) == sorted(dir(pair.policy.plot))
    assert list(pair.plot) == [*FIGURES, "mirror_gap"]
    assert dir(swept.plot) == dir(swept.as_kept().plot) == ["heat_map", "response"]
    assert all(name in repr(pair.plot) and name in page_of(pair.plot) for name in FIGURES)


@pytest.mark.parametrize("name", ["flows_by_route", "price_premium"])
def test_a_figure_is_matplotlibs_with_its_table(pair: sim.Comparison, name: str) -> None:
    picture = getattr(pair.plot, name)()
    assert isinstance(picture, Figure) and all(isinstance(axes, Axes) for axes in picture.axes) and picture.axes
    assert picture.table.equals(figure(name, pair)[1])
    assert pair.plot(name).table.equals(picture.table)
    png, seen = picture._repr_png_()
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG" and image.width > seen["width"] > 600


def test_a_figure_is_drawn_under_its_old_name(pair: sim.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamed, "_SAID", {})
    with pytest.warns(OldName, match="figure 'flows_by_road' is an old name.*'flows_by_route'"):
        old = pair.plot.flows_by_road().table
    assert old.equals(pair.plot.flows_by_route().table)


def test_drawing_leaves_pyplot_alone(pair: sim.Comparison) -> None:
    from matplotlib import pyplot

    backend, before = mpl.get_backend(), pyplot.get_fignums()
    pair.plot.flows_by_route()
    assert (mpl.get_backend(), pyplot.get_fignums()) == (backend, before)


def test_figures_that_ask_for_more(pair: sim.Comparison, swept: sim.Swept) -> None:
    states = pair.policy.source.world.states
    assert isinstance(pair.plot.mirror_gap(states[0], states[1]), Figure)
    assert set(swept.plot.response("shortfall").table["metric"]) == {"shortfall"}
    assert set(swept.plot.response().table["metric"]) == {"shortfall", "deliveries_volume"}
    assert len(swept.plot.heat_map("deliveries_volume").table) == 6


def test_a_mechanism_is_drawn() -> None:
    case = sim.load("red-line", posterior="none").with_changes(agents={"exporters": 200, "intermediaries": 60})
    assert isinstance(sim.show_mechanism(case, progress=False).plot.mechanism(), Figure)


def test_mistakes_are_told_with_the_nearest_name(pair: sim.Comparison, swept: sim.Swept) -> None:
    with pytest.raises(AttributeError, match="did you mean 'flows_by_route'"):
        pair.plot.flows_by_raod()
    with pytest.raises(sim.SimError, match="did you mean 'flows_by_route'"):
        pair.plot("flows_by_raod")
    with pytest.raises(AttributeError, match=r"expected one of: .*flow_map"):
        pair.plot.x()
    with pytest.raises(sim.SimError, match="did you mean 'shortfall'"):
        swept.plot.response("shortfal")
    one = sim.sweep(
        {"base": "classroom", "levers": {"parameters.aversion": [3, 6]}, "metrics": ["deliveries_volume"]},
        progress=False,
    )
    with pytest.raises(
        sim.SimError, match=r"needs two levers; the study “Sweep of parameters.aversion” has parameters.aversion"
    ):
        one.plot.heat_map()


def test_bands_are_put_on(pair: sim.Comparison) -> None:
    assert pair.bands is None
    bands = object()
    assert pair.with_bands(bands).bands is bands  # type: ignore[arg-type]
