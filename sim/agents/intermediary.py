"""The intermediary: a trading house or shell in a hub that passes goods on to the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.columns import ColumnAgent, ColumnView
from sim.engine.trading_houses import STATUS


class Intermediary(ColumnAgent):
    """One trading house.

    Rules it follows: :func:`sim.rules.trading.opening_odds`, :func:`sim.rules.trading.closing_odds`; its hub's mark-up
        is
    :func:`sim.rules.pricing.hub_markup`. A listed house comes back under a new name after a while, one generation on.
    """

    @property
    def hub(self) -> str:
        """Code of the hub state."""
        return str(self.model.world.states[self.model.world.hubs[self.model.houses.hub[self.row]]])

    @property
    def status(self) -> str:
        """``dormant``, ``open`` or ``listed``; in expected mode the likeliest."""
        return STATUS[int(np.argmax(self.model.houses.mass[self.row]))]

    @property
    def capacity(self) -> float:
        """Goods it can carry when open, musd per month."""
        return float(self.model.houses.capacity[self.row])

    @property
    def markup(self) -> float:
        """Mark-up of its hub this month, share of value."""
        hub = self.model.houses.hub[self.row]
        return float((1.0 + self.model.values.markup) * np.exp(self.model.work.log_markup[hub]) - 1.0)

    @property
    def hiding(self) -> float:
        """Its odds of being listed against its hub's mean."""
        return float(self.model.houses.hiding[self.row])

    @property
    def generation(self) -> float:
        """How often it has come back under a new name; the parent of generation n is the listed generation n - 1."""
        return float(self.model.houses.generation[self.row])

    @property
    def age_months(self) -> int:
        """Months since it last opened; 0 throughout in expected mode."""
        return 0 if self.model.expected else max(0, self.model.elapsed - int(self.model.houses.since[self.row]))

    def __repr__(self) -> str:
        return f"<Intermediary {self.row} in {self.hub}: {self.status}, {self.capacity:.3g} musd/month>"


class IntermediaryView(ColumnView[Intermediary]):
    """The trading houses of a model; columns: hub, capacity, hiding, status, generation."""

    kind = Intermediary
    columns = ("hub", "capacity", "hiding", "status", "generation")

    def __len__(self) -> int:
        return len(self.model.houses)

    def column(self, name: str) -> Any:
        """One column; ``status`` is the likeliest."""
        houses = self.model.houses
        if name in ("capacity", "hiding", "generation"):
            return np.asarray(getattr(houses, name))
        if name == "hub":
            return np.array([self.model.world.states[hub] for hub in self.model.world.hubs])[houses.hub]
        if name == "status":
            return np.array(STATUS)[houses.mass.argmax(axis=1)]
        raise AttributeError(f"intermediaries have no column {name!r}; they have {', '.join(self.columns)}")
