"""Policy instruments, one small file each. This list is their registry: an instrument not named here does not exist."""

from sim.policies.base import Policy
from sim.policies.instruments.blocking_law import BlockingLaw
from sim.policies.instruments.corporate_exit import CorporateExit
from sim.policies.instruments.currency_ban import CurrencyBan
from sim.policies.instruments.designation_budget import DesignationBudget
from sim.policies.instruments.diplomatic_pressure import DiplomaticPressure
from sim.policies.instruments.entity_listing import EntityListing
from sim.policies.instruments.export_ban import ExportBan
from sim.policies.instruments.inspection_campaign import InspectionCampaign
from sim.policies.instruments.licensing_rule import LicensingRule
from sim.policies.instruments.logistics_hub import LogisticsHub
from sim.policies.instruments.no_re_export_clause import NoReExportClause
from sim.policies.instruments.null_policy import NullPolicy
from sim.policies.instruments.parallel_imports import ParallelImports
from sim.policies.instruments.partner_courting import PartnerCourting
from sim.policies.instruments.price_cap import PriceCap
from sim.policies.instruments.red_line import RedLine
from sim.policies.instruments.retaliation import Retaliation
from sim.policies.instruments.route_closure import RouteClosure
from sim.policies.instruments.secondary_banks import SecondaryBanks
from sim.policies.instruments.secondary_traders import SecondaryTraders
from sim.policies.instruments.supply_commitment import SupplyCommitment
from sim.policies.instruments.tariff import Tariff
from sim.policies.instruments.trade_promotion import TradePromotion
from sim.policies.instruments.transit_ban import TransitBan
from sim.policies.instruments.transit_tracking import TransitTracking

# Who wields them -> instruments, in the order in which they are told.
SECTIONS: dict[str, tuple[type[Policy], ...]] = {
    "Law of the coalition": (
        ExportBan,
        NoReExportClause,
        CurrencyBan,
        PriceCap,
        InspectionCampaign,
        EntityListing,
        DesignationBudget,
    ),
    "Threats to third states": (SecondaryTraders, SecondaryBanks, RedLine, Tariff, DiplomaticPressure),
    "Third states": (LicensingRule, TransitBan, TransitTracking, BlockingLaw, TradePromotion, LogisticsHub),
    "The target": (Retaliation, ParallelImports, SupplyCommitment, PartnerCourting),
    "Others": (CorporateExit, RouteClosure, NullPolicy),
}


class Instruments(dict[str, type[Policy]]):
    """Instruments by kind.

    Example:
        >>> import sim
        >>> sim.INSTRUMENTS["export_ban"].model_fields["strength"].description
        "Share of the goods' lines, by value, whose sale is forbidden."
    """


INSTRUMENTS = Instruments(
    {str(instrument.model_fields["kind"].default): instrument for told in SECTIONS.values() for instrument in told}
)

__all__ = ["INSTRUMENTS", "SECTIONS", "Instruments", "Policy"]
