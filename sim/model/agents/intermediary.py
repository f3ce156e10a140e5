"""The intermediary: a trading house or shell in a hub that passes goods on to the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.agents.columns import ColumnAgent, ColumnView
from sim.model.kernels.intermediaries import STATUS


class Intermediary(ColumnAgent):
    """One trading house.

    Rules it follows: :func:`sim.rules.entry_exit.opening_odds`, :func:`sim.rules.entry_exit.closing_odds`; with the
    others of its hub :func:`sim.rules.pricing.hub_markup` and :func:`sim.rules.network.onward_pull` (straight to the
    target, or by the next hub). A listed house comes back under a new name after a while, one generation on, and has
    lost its customers.
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

    @property
    def customers(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Rows of the exporters whose contract goes by it; none in expected mode, where ties are not followed."""
        return np.flatnonzero(self.model.columns.house == self.row + 1)

    @property
    def customer_count(self) -> int:
        """How many exporter rows are tied to it."""
        return len(self.customers)

    @property
    def gone(self) -> bool:
        """Whether it closed or was listed this month: the contracts that go by it end early next month."""
        return bool(self.model.houses.gone[self.row + 1])

    def __repr__(self) -> str:
        return (
            f"<Intermediary {self.row} in {self.hub}: {self.status}, {self.capacity:.3g} musd/month, "
            f"{self.customer_count} customers>"
        )


class IntermediaryView(ColumnView[Intermediary]):
    """The trading houses of a model.

    Columns: hub, capacity, hiding, status, generation, customer_count (exporter rows tied to it), gone.
    """

    kind = Intermediary
    columns = ("hub", "capacity", "hiding", "status", "generation", "customer_count", "gone")

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
        if name == "customer_count":
            return np.bincount(self.model.columns.house, minlength=1 + len(self))[1:]
        if name == "gone":
            return houses.gone[1:].copy()
        raise AttributeError(f"intermediaries have no column {name!r}; they have {', '.join(self.columns)}")
