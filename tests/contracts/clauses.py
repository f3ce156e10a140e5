"""One clause of every instrument, and the regime that a clause alone makes."""

from __future__ import annotations

import datetime as dt

from sim.common.months import parse_month
from sim.policies import INSTRUMENTS, Policy
from sim.policies.regime import Regime, free_trade
from sim.policies.schedule import lane_index
from sim.world import World

COMMON = {"id": "clause", "effective": dt.date(2022, 5, 17), "ends": dt.date(2023, 4, 20), "source": "a test"}
# Clauses that the tests with numbers are about; a new instrument needs none, its own example will do.
SPECIFIC: dict[str, dict[str, object]] = {
    "null_policy": {"by": ("USA",), "towards": ("RUS",), "strength": 1.0},
    "export_ban": {
        "by": ("EU27", "USA"), "towards": ("RUS",), "goods": ("optics",), "strength": 0.7, "subsidiaries": 0.4,
    },
    "licensing_rule": {"by": ("CHN",), "towards": ("RUS", "KAZ"), "goods": ("drones",), "strength": 0.6},
    "entity_listing": {
        "by": ("USA",), "towards": ("RUS",), "firms_in": ("HKG", "CHN"), "who": "exporters", "goods": ("optics",),
        "strength": 7.0,
    },
    "secondary_traders": {
        "by": ("USA",), "towards": ("RUS",), "against": ("CHN",), "goods": ("optics",), "strength": 0.8,
        "announced": dt.date(2022, 4, 2),
    },
    "secondary_banks": {"by": ("USA",), "towards": ("RUS",), "against": ("TUR", "ARE"), "strength": 0.4},
    "corporate_exit": {"by": ("coalition",), "towards": ("RUS",), "goods": ("vehicles_2022",), "strength": 1.3},
    "diplomatic_pressure": {"by": ("EU27",), "towards": ("RUS",), "against": ("GEO",), "strength": 0.9},
    "transit_ban": {"by": ("TUR",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.8, "fidelity": 0.5},
    "designation_budget": {
        "by": ("USA", "EU27"), "towards": ("RUS",), "against": ("third",), "who": "exporters", "strength": 9.0,
    },
    "currency_ban": {
        "by": ("USA",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.6, "invoiced_share": 0.4,
    },
    "no_re_export_clause": {"by": ("EU27",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.3},
    "transit_tracking": {"by": ("KAZ",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.7, "fidelity": 0.5},
    "inspection_campaign": {"by": ("TUR",), "towards": ("RUS",), "strength": 0.2},
    "tariff": {
        "by": ("USA",), "towards": ("RUS",), "against": ("IND", "CHN"), "goods": ("vehicles_2022",), "strength": 0.25,
        "leverage": 2.0, "announced": dt.date(2022, 4, 2),
    },
    "blocking_law": {"by": ("CHN",), "towards": ("RUS",), "goods": ("drones",), "strength": 0.4},
    "retaliation": {
        "by": ("RUS",), "towards": ("RUS",), "against": ("EU27",), "goods": ("essentials",), "strength": 0.01,
        "rate": 0.3,
    },
    "route_closure": {
        "by": ("EU27",), "towards": ("RUS",), "through": ("KAZ",), "origins": ("EU27", "GBR"),
        "goods": ("vehicles_2022",), "strength": 0.6,
    },
    "trade_promotion": {"by": ("CHN",), "towards": ("RUS",), "goods": ("machinery_2022",), "strength": 0.1},
    "logistics_hub": {
        "by": ("KAZ",), "towards": ("RUS",), "goods": ("machinery_2022",), "strength": 0.1, "capacity": 0.5,
    },
    "supply_commitment": {"by": ("RUS",), "towards": ("RUS",), "partners": ("CHN", "IND"), "strength": 0.3},
    "price_cap": {"by": ("coalition",), "towards": ("RUS",), "strength": 0.25, "coverage": 0.4},
    "parallel_imports": {"by": ("RUS",), "towards": ("RUS",), "goods": ("vehicles_2022",), "strength": 0.1},
    "partner_courting": {"by": ("RUS",), "towards": ("RUS",), "partners": ("KGZ",), "strength": 1.5},
    "red_line": {
        "by": ("USA",), "towards": ("RUS",), "against": ("CHN",), "goods": ("optics",), "strength": 1.2,
        "multiple": 3.0,
    },
}  # fmt: skip
# One state for each group that an example names, so that a test can see that others are left alone.
ONE_OF = {"coalition": "USA", "target": "RUS", "hubs": "KAZ", "third": "CHN"}


def narrowed(instrument: type[Policy]) -> dict[str, object]:
    """The example of an instrument, for one state of each group and, where it tells goods apart, for one good."""
    fields = {
        name: tuple(ONE_OF.get(code, code) for code in value) if isinstance(value, tuple) else value
        for name, value in instrument.example.items()
    }
    return {**fields, "goods": ("optics",)} if instrument.by_good else fields


EXAMPLES = {kind: SPECIFIC.get(kind) or narrowed(instrument) for kind, instrument in INSTRUMENTS.items()}


def clause(kind: str, **changes: object) -> Policy:
    return INSTRUMENTS[kind](**{**COMMON, **EXAMPLES[kind], **changes})  # type: ignore[arg-type]


def shaped(world: World, policy: Policy, month: str) -> Regime:
    regime = free_trade(lane_index(world))
    policy.shape(regime, parse_month(month))
    return regime
