"""Policy instruments, one small file each. This list is their registry: an instrument not named here does not exist."""

from sim.policies.base import Policy
from sim.policies.corporate_exit import CorporateExit
from sim.policies.diplomatic_pressure import DiplomaticPressure
from sim.policies.entity_listing import EntityListing
from sim.policies.export_ban import ExportBan
from sim.policies.licensing_rule import LicensingRule
from sim.policies.null_policy import NullPolicy
from sim.policies.secondary_banks import SecondaryBanks
from sim.policies.secondary_traders import SecondaryTraders
from sim.policies.transit_ban import TransitBan

_ALL: tuple[type[Policy], ...] = (
    NullPolicy,
    ExportBan,
    LicensingRule,
    EntityListing,
    SecondaryTraders,
    SecondaryBanks,
    CorporateExit,
    DiplomaticPressure,
    TransitBan,
)

INSTRUMENTS: dict[str, type[Policy]] = {str(instrument.model_fields["kind"].default): instrument for instrument in _ALL}

__all__ = ["INSTRUMENTS", "Policy"]
