"""The exporter: a firm that sells one good from one state, by one route at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.common import random_streams
from sim.common.months import MONTHS_PER_YEAR
from sim.common.renamed import keeps_old_names, renamed
from sim.model.agents.columns import ColumnAgent, ColumnView
from sim.model.kernels.block_weights import BLOCK
from sim.model.kernels.route_choice import RowGroups
from sim.model.phases.firms import choose_rows
from sim.model.records import LISTED_PARTICIPANT, OUTSIDER
from sim.policies.lane_index import Road
from sim.policies.regime import HEADQUARTERS

if TYPE_CHECKING:
    from sim.model.interface import Model


@keeps_old_names("attribute of an exporter")
class Exporter(ColumnAgent):
    """One exporting firm.

    Rules it follows: :func:`sim.rules.route_choice.market_weight`, :func:`sim.rules.route_choice.route_weight` (which
    market), :func:`sim.rules.participation.wanted_participation`, :func:`sim.rules.participation.entry_odds`,
    :func:`sim.rules.participation.exit_odds` (does it sell to the target at all),
    :func:`sim.rules.expectations.contracts_ended_early` (does bad news end its contract),
    :func:`sim.rules.expectations.believed_hazard`, :func:`sim.rules.enforcement.banned_part_shipped`; and in disguise
    :func:`sim.rules.evasion.label`, :func:`sim.rules.evasion.false_use`, :func:`sim.rules.evasion.components_share`.

    Example:
        >>> import sim
        >>> model = sim.load("classroom").model()
        >>> firms = model.agents.select(lambda firm: firm.origin == "ALPHA", agent_type=sim.Exporter)
        >>> model.exporters[0].origin, len(firms) > 0
        ('ALPHA', True)
    """

    @property
    def type(self) -> int:
        """Its type: position of (origin, headquarters, good) in the model's tables."""
        return self.model.exporter_columns.type_of(self.row)

    @property
    def origin(self) -> str:
        """Code of the state it sells from."""
        return str(self.model.world.states[self.model.base.origin[self.type]])

    @property
    def headquarters(self) -> str:
        """``coalition`` or ``neutral``."""
        return HEADQUARTERS[self.model.base.headquarters[self.type]]

    @property
    def good(self) -> str:
        """Code of the good it sells."""
        return str(self.model.world.goods[self.model.base.good[self.type]])

    @property
    def size(self) -> float:
        """Exports of the firm, musd per year."""
        return float(self.model.exporter_columns.size[self.row])

    @property
    def represents(self) -> float:
        """How many firms of its size the row stands for."""
        return float(MONTHS_PER_YEAR * self.model.row_value[self.type] / self.size)

    @property
    def aversion(self) -> float:
        """Fear of a law that binds, log points."""
        return float(self.model.exporter_columns.aversion[self.row])

    @property
    def exposure(self) -> float:
        """Share of its business that needs the coalition, mean about 0..1."""
        return float(self.model.exporter_columns.exposure[self.row])

    @property
    def reputation(self) -> float:
        """Sensitivity to its name, mean 1 for coalition firms, 0 for others."""
        return float(self.model.exporter_columns.reputation[self.row])

    @property
    def listed(self) -> bool:
        """Whether the coalition has listed it; in expected mode, whether it more likely has than not."""
        columns = self.model.exporter_columns
        if self.model.expected:
            inside = columns.spread[self.row]
            return bool(inside[LISTED_PARTICIPANT].sum() > 0.5 * inside.sum())
        return bool(columns.listed[self.row])

    @property
    def shares(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Share of its sales by route, (route,); all on one route in sampled mode."""
        if self.model.expected:
            spread = self.model.exporter_columns.spread[self.row]
            return np.asarray(spread.sum(axis=0) / spread.sum())
        return np.asarray(np.eye(len(self.model.base.routes))[self.model.exporter_columns.route[self.row]])

    @property
    def route(self) -> Road:
        """The route it sells by; in expected mode the likeliest."""
        return self.model.base.routes[int(np.argmax(self.shares))]

    @property
    def participates(self) -> bool:
        """Whether it considers the target's market; in expected mode, whether it more likely does than not."""
        columns = self.model.exporter_columns
        if self.model.expected:
            spread = columns.spread[self.row]
            return bool(spread[OUTSIDER].sum() < 0.5 * spread.sum())
        return bool(columns.participates[self.row])

    @property
    def label(self) -> float:
        """Share of its good's military use that its labels hide this month, the same for all of its type, 0..1."""
        return float(self.model.state.evasion.labels[self.type])

    @property
    def contract_months(self) -> int:
        """Months since its contract began; 0 throughout in expected mode, where contracts of all ages mix."""
        if self.model.expected:
            return 0
        return max(0, self.model.elapsed - int(self.model.exporter_columns.since[self.row]))

    def route_weights(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """What each route promises it this month, summing to 1 over routes: its odds if its contract ended now."""
        model, prospects = self.model, self.model.state.prospects[self.type]
        weight = np.zeros((len(model.base.routes), BLOCK), dtype=prospects.dtype)
        trait = np.zeros((5, BLOCK), dtype=prospects.dtype)
        trait[:, 0] = self.aversion, self.exposure, self.reputation, float(self.listed), float(self.participates)
        model.loops.block_weights(
            1, trait, prospects, model.constants.loss_if_listed, model.constants.home[self.type], weight
        )
        odds = np.diff(weight[:, 0], prepend=0.0).astype(float)
        return np.asarray(odds / odds.sum())

    def chooses(self) -> bool:
        """Whether it enters or leaves the target's market this month, or its contract ends (sampled mode)."""
        model, columns = self.model, self.model.exporter_columns
        key = random_streams.stream(model.plan.seed, random_streams.CONTRACT_ENDS, model.elapsed)
        participation = model.state.participation
        moves = participation.leaving if self.participates else participation.entering
        switch = 0.0 if self.listed else float(moves[self.type])
        odds = switch + (1.0 - switch) * model.state.outlook.contract_end_odds[self.type, columns.route[self.row]]
        return bool(random_streams.uniform(key, columns.identity(self.row)) < odds)

    def step(self) -> None:
        """Its month: it enters or leaves the target's market, or its contract ends, and it chooses a route.

        By the same random numbers and rules as in the columns.

        In expected mode firms draw nothing and are stepped as columns only.

        Raises:
            NotImplementedError: in expected mode.
        """
        model = self.model
        if model.expected:
            raise NotImplementedError("in expected mode a row is a spread of firms; step the model")
        if not self.chooses():
            return
        mine = np.array([[self.type, self.row, self.row + 1]], dtype=np.int64)
        choose_rows(model, RowGroups(mine, np.array([0, 1], dtype=np.int64)))

    def __repr__(self) -> str:
        how = "direct" if self.route.hub is None else f"via {self.model.world.states[self.route.hub]}"
        to = self.model.world.states[self.route.destination]
        return (
            f"<Exporter {self.row}: {self.good} from {self.origin}, {self.headquarters}, "
            f"{self.size:.3g} musd/year, {how} to {to}{', listed' if self.listed else ''}>"
        )


class ExporterView(ColumnView[Exporter]):
    """The exporters of a model, as objects and as columns."""

    kind = Exporter
    columns = (
        "origin", "headquarters", "good", "size", "aversion", "exposure", "reputation", "listed", "route",
        "participates", "label",
    )  # fmt: skip

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._type = np.repeat(np.arange(len(model.base.volume)), np.diff(model.exporter_columns.start))

    def __len__(self) -> int:
        return self.model.exporter_columns.rows

    def column(self, name: str) -> Any:
        """One column.

        ``route`` is the position of the route in use; ``listed`` and ``participates`` are shares in expected mode.
        """
        name, model = renamed("attribute of an exporter", name), self.model
        columns = model.exporter_columns
        if name in ("size", "aversion", "exposure", "reputation"):
            return np.asarray(getattr(columns, name))
        if name == "origin":
            return np.asarray(model.world.states)[model.base.origin[self._type]]
        if name == "headquarters":
            return np.asarray(HEADQUARTERS)[model.base.headquarters[self._type]]
        if name == "good":
            return np.asarray(model.world.goods)[model.base.good[self._type]]
        if name == "label":
            return model.state.evasion.labels[self._type]
        if name in ("participates", "listed") and model.expected:
            part = columns.spread.sum(axis=2) / columns.spread.sum(axis=(1, 2))[:, None]
            return 1.0 - part[:, OUTSIDER] if name == "participates" else part[:, LISTED_PARTICIPANT]
        if name in ("participates", "listed"):
            return np.asarray(getattr(columns, name)).astype(bool)
        if name == "route":
            return columns.spread.sum(axis=1).argmax(axis=1) if model.expected else columns.route
        raise AttributeError(f"exporters have no column {name!r}; they have {', '.join(self.columns)}")
