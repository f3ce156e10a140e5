"""What a user registers is there like what ships; what ships is never replaced; what is lacking is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

import pytest

import sim
from sim.metrics import METRICS, Metric
from sim.policies import INSTRUMENTS, Policy
from sim.policies.instruments.price_cap import PriceCap
from sim.policies.regime import Regime
from sim.report.plots import FIGURES, FigureKind


@pytest.fixture(autouse=True)
def _leave_no_trace() -> Iterator[None]:
    kept = [(registry, dict(registry)) for registry in (INSTRUMENTS, METRICS, FIGURES)]
    yield
    for registry, content in kept:
        registry.clear()
        registry.update(content)


def insurance_ban(**attributes: object) -> type[Policy]:
    class InsuranceBan(Policy):
        """Takes the target's cargoes off the coalition's insurers, so that every direct sale costs more."""

        wielder: ClassVar[str] = "Law of the coalition"
        example: ClassVar[Mapping[str, object]] = {"by": ("coalition",), "towards": ("target",), "strength": 0.05}

        kind: Literal["insurance_ban"] = "insurance_ban"

        def shape(self, regime: Regime, month: int) -> None:
            """Adds the premium of other insurers to the direct lanes."""
            share = self.in_force_share(month)
            if share > 0.0 and self.strength > 0.0:
                lanes = regime.index.lanes(("all",), self.goods, self.towards, through=())
                regime.impose("tariff", lanes, self.strength * share)

    for name, value in attributes.items():
        setattr(InsuranceBan, name, value)
    return InsuranceBan


CLAUSE = """
extends: classroom
title: No insurance
policies:
  - {id: uninsured, kind: insurance_ban, by: [coalition], towards: [target], effective: 2022-01-01, strength: 0.4,
     source: a test}
"""


def test_a_registered_instrument_is_law_in_a_scenario(tmp_path) -> None:
    scenario = tmp_path / "uninsured.yaml"
    scenario.write_text(CLAUSE, encoding="utf-8")
    with pytest.raises(sim.FaultList, match="unknown"):
        sim.load(scenario, posterior="none")
    banned = sim.register(insurance_ban())
    assert INSTRUMENTS["insurance_ban"] is banned and banned in INSTRUMENTS.by_wielder()["Law of the coalition"]
    case = sim.load(scenario, posterior="none")
    without = case.with_changes(without=["uninsured"])
    sold = [run.to_target()["value_musd"].sum() for run in (case.run(), without.run())]
    assert 0.0 < sold[0] < sold[1]
    again = insurance_ban()
    assert sim.register(again) is again is INSTRUMENTS["insurance_ban"]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"wielder": "somebody"}, "wielder is 'somebody'; expected one of: Law of the coalition"),
        ({"example": None}, "expected a docstring, and an example"),
        ({"__doc__": ""}, "expected a docstring, and an example"),
    ],
)
def test_what_an_instrument_lacks_is_said(attributes: dict[str, object], said: str) -> None:
    with pytest.raises(sim.SimError, match=said):
        sim.register(insurance_ban(**attributes))
    assert "insurance_ban" not in INSTRUMENTS


def test_what_ships_is_not_replaced() -> None:
    with pytest.raises(sim.SimError, match="'price_cap' ships with the package"):
        sim.register(type("PriceCap", (PriceCap,), {"__doc__": "Mine.", "__module__": "__main__"}))
    metric = next(iter(METRICS.values()))
    with pytest.raises(sim.SimError, match="ships with the package"):
        sim.register(metric)
    name, figure = next(iter(FIGURES.items()))
    with pytest.raises(sim.SimError, match="ships with the package"):
        sim.register(figure, name=name)


def test_metrics_and_figures(paired) -> None:
    metric = Metric("nothing", "share", "always 0", (), lambda run, usual, where: 0.0)
    assert sim.register(metric) is METRICS["nothing"]
    figure = FigureKind("Nothing", lambda source, canvas: paired.policy.prices)
    with pytest.raises(sim.SimError, match="a figure needs a name"):
        sim.register(figure)
    sim.register(figure, name="nothing")
    assert "nothing" in dir(paired.plot)
    with pytest.raises(sim.SimError, match="expected a subclass of Policy, a Metric or a FigureKind"):
        sim.register(3)
