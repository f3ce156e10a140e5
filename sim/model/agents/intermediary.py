"""The intermediary: a firm in a hub that passes goods on to the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.common.renamed import keeps_old_names, renamed
from sim.model.agents.columns import ColumnAgent, ColumnView
from sim.model.kernels.intermediaries import STATUS


@keeps_old_names("attribute of an intermediary")
class Intermediary(ColumnAgent):
    """One intermediary.

    Rules it follows: :func:`sim.rules.intermediation.intermediary_margin`, :func:`sim.rules.participation.entry_odds`,
    :func:`sim.rules.participation.exit_odds`; with the others of its hub :func:`sim.rules.intermediation.hub_markup`,
    :func:`sim.rules.intermediation.passing_weight` (what to pass on) and
    :func:`sim.rules.intermediation.exit_hub_weight` (straight to the target, or by the next hub).
    A listed one comes back under a new name after a while.

    Example:
        >>> import sim
        >>> model = sim.load("classroom").model()
        >>> firms = model.agents.select(agent_type=sim.Intermediary)
        >>> len(firms) == len(model.intermediaries), model.intermediaries[0].hub
        (True, 'BETA')
    """

    @property
    def hub(self) -> str:
        """Code of the hub state."""
        return str(self.model.world.states[self.model.world.hubs[self.model.intermediary_columns.hub[self.row]]])

    @property
    def status(self) -> str:
        """``dormant``, ``open`` or ``listed``; in expected mode the likeliest."""
        return STATUS[int(np.argmax(self.model.intermediary_columns.status_shares[self.row]))]

    @property
    def capacity(self) -> float:
        """Goods it can carry when open, musd per month."""
        return float(self.model.intermediary_columns.capacity[self.row])

    @property
    def markup(self) -> float:
        """Mark-up of its hub this month, share of value."""
        hub = self.model.intermediary_columns.hub[self.row]
        return float((1.0 + self.model.values.markup) * np.exp(self.model.state.hubs.log_markup[hub]) - 1.0)

    @property
    def detection_odds(self) -> float:
        """Its odds of being listed against its hub's mean."""
        return float(self.model.intermediary_columns.detection_odds[self.row])

    @property
    def reentries(self) -> float:
        """How often it has come back under a new name after it was listed."""
        return float(self.model.intermediary_columns.reentries[self.row])

    @property
    def age_months(self) -> int:
        """Months since it last opened; 0 throughout in expected mode."""
        return (
            0
            if self.model.expected
            else max(0, self.model.elapsed - int(self.model.intermediary_columns.since[self.row]))
        )

    def __repr__(self) -> str:
        return f"<Intermediary {self.row} in {self.hub}: {self.status}, {self.capacity:.3g} musd/month>"


class IntermediaryView(ColumnView[Intermediary]):
    """The intermediaries of a model.

    Columns: hub, capacity, detection_odds, status, reentries.
    """

    kind = Intermediary
    columns = ("hub", "capacity", "detection_odds", "status", "reentries")

    def __len__(self) -> int:
        return self.model.intermediary_columns.rows

    def column(self, name: str) -> Any:
        """One column; ``status`` is the likeliest."""
        name, held = renamed("attribute of an intermediary", name), self.model.intermediary_columns
        if name in ("capacity", "detection_odds", "reentries"):
            return np.asarray(getattr(held, name))
        if name == "hub":
            return np.array([self.model.world.states[hub] for hub in self.model.world.hubs])[held.hub]
        if name == "status":
            return np.array(STATUS)[held.status_shares.argmax(axis=1)]
        raise AttributeError(f"intermediaries have no column {name!r}; they have {', '.join(self.columns)}")
