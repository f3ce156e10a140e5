"""Policy instruments, one small file each. This list is their registry: an instrument not named here does not exist."""

from sim.doors import HasPage
from sim.policies.base import Policy
from sim.policies.blocking_law import BlockingLaw
from sim.policies.corporate_exit import CorporateExit
from sim.policies.currency_ban import CurrencyBan
from sim.policies.designation_budget import DesignationBudget
from sim.policies.diplomatic_pressure import DiplomaticPressure
from sim.policies.entity_listing import EntityListing
from sim.policies.export_ban import ExportBan
from sim.policies.inspection_campaign import InspectionCampaign
from sim.policies.licensing_rule import LicensingRule
from sim.policies.logistics_hub import LogisticsHub
from sim.policies.no_re_export_clause import NoReExportClause
from sim.policies.null_policy import NullPolicy
from sim.policies.parallel_imports import ParallelImports
from sim.policies.partner_courting import PartnerCourting
from sim.policies.price_cap import PriceCap
from sim.policies.red_line import RedLine
from sim.policies.retaliation import Retaliation
from sim.policies.route_closure import RouteClosure
from sim.policies.secondary_banks import SecondaryBanks
from sim.policies.secondary_traders import SecondaryTraders
from sim.policies.supply_commitment import SupplyCommitment
from sim.policies.tariff import Tariff
from sim.policies.trade_promotion import TradePromotion
from sim.policies.transit_ban import TransitBan
from sim.policies.transit_tracking import TransitTracking

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


class Instruments(dict[str, type[Policy]], HasPage):
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
