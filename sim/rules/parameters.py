"""Every behavioural parameter, declared once: default, unit, bounds, meaning, source.

Validation of scenarios, the documentation, sensitivity analysis and calibration all read this table. A default marked
``assumption`` has no measurement behind it: it is a prior centre, to be fitted or varied, never a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np

from sim.common.errors import Fault, FaultList
from sim.common.renamed import Registry, todays_names, unknown


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number the model's behaviour depends on.

    Attributes:
        name: how scenarios call it.
        default: value used where a scenario says nothing.
        unit: unit of the value.
        low: smallest value accepted.
        high: largest value accepted.
        meaning: what it does, in words.
        source: where default and bounds come from.
    """

    name: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str


# Log points by which a hub's pool of intermediaries may differ from that of its traits.
LARGEST_HUB_EFFECT = 5.0

# By what they are about.
PARAMETER_GROUPS: Mapping[str, tuple[Parameter, ...]] = {
    "Exporters: contracts and markets": (
    Parameter("contract_end", 0.065, "share per month", 0.005, 1.0, "contracts that end each month",
              "45 % of importers keep their exporter a year: Monarch, IFDP 1165 (2016): 1 - 0.45^(1/12)"),
    Parameter("price_response", 0.06, "multiple", 0.0, 2.0, "scales each good's elasticity of a supplier's route choice to price over cost",
              "assumption: within a year a supplier's quantities in a market are nearly given; of the trade response of 0.76 in the first year (Boehm, Levchenko and Pandalai-Nayar, AER 2023) most is entry, which is told apart; on goods' long-run elasticities of about 6"),
    Parameter("reopening", 1.0, "per log point", 0.0, 5.0, "how readily bad news about a route ends its contracts early",
              "assumption: half of the contracts survive a shock of 0.7 log points"),
    Parameter("home_share", 0.5, "share of sales", 0.05, 0.95, "sales of exporting firms that stay at home in the base year",
              "assumption between the 14 % export share of US exporters (Bernard et al., JEP 2007; number unverified) and export processors"),
    Parameter("participation_exponent", 0.45, "exponent", 0.0, 1.0, "share of a type's firms that sell to the target in the base year: its share in their exports to this power",
              "number of exporters rises with the size of a market to the power 0.6 to 0.7: Eaton, Kortum and Kramarz, Econometrica 2011; centre lower since goods are finer here: assumption"),
    Parameter("participant_share", 0.5, "share of sales", 0.01, 0.95, "share of the target in what its suppliers could turn there, base year",
              "assumption: a firm in the market could about double its sales there"),
    Parameter("participation_spread", 8.0, "log odds per log point", 0.0, 30.0, "rise of the share of firms that entry pays for with the margin: inverse spread of the costs of entry",
              "Pareto shape of firms' sales about 5 against an elasticity of substitution of about 6: Eaton, Kortum and Kramarz 2011; centre is an assumption"),
    Parameter("market_entry", 0.2, "share per month", 0.0, 3.0, "gap to the wanted share of firms in the market closed by entry, where all peers sell there",
              "Colombian exporters' first year: Albornoz et al., JIE 2012, Eaton et al. 2008; size is an assumption"),
    Parameter("market_exit", 0.28, "share per month", 0.0, 1.0, "gap to the wanted share of firms in the market closed by exit",
              "about half of new exporters leave within a year: Albornoz et al., JIE 2012; faster than entry; size is an assumption"),
    Parameter("sunk_cost", 0.15, "log points", 0.0, 2.0, "fall of the margin at which firms that entered a market, and intermediaries that opened, still stay",
              "hysteresis: Baldwin and Krugman, QJE 1989; Roberts and Tybout, AER 1997; size is an assumption"),
    Parameter("first_contact", 0.02, "share", 0.0, 1.0, "contacts of those who know no peer in the market, as a share of peers",
              "assumption: entry without contacts is rare (Chaney, AER 2014)"),
    Parameter("overlap_response", 1.2, "exponent", 0.0, 3.0, "how far a seller's price follows that of what was lost: overlap of export baskets to this power",
              "index of Finger and Kreinin, Economic Journal 1979; exponent is an assumption"),
    Parameter("expectation_speed", 0.5, "share per month", 0.0, 1.0, "part of a change of price that sellers believe in within a month",
              "adaptive expectations (Cagan 1956); size is an assumption"),
    ),
    "Exporters: who they are": (
    Parameter("aversion", 6.0, "log points", 0.0, 20.0, "mean fear of a law that binds and is fully enforced",
              "coalition exports of sanctioned products fell 80 % with evasion: Li et al., CESifo 11110 (2024); value is an assumption"),
    Parameter("aversion_spread", 0.5, "log sd", 0.0, 1.5, "spread of that fear among firms", "assumption"),
    Parameter("exposure_spread", 0.6, "log sd", 0.0, 1.5, "spread of dependence on coalition markets within a state",
              "more sales to the coalition, more compliance: Li et al., CESifo 11110 (2024); size is an assumption"),
    Parameter("reputation_spread", 0.6, "log sd", 0.0, 1.5, "spread of sensitivity to reputation among firms",
              "of tracked firms 334 exit, 465 suspend, 157 scale back, 160 hold: Yale CELI, mid-2022; size is an assumption"),
    Parameter("size_tail", 1.18, "exponent", 1.05, 3.0, "Pareto exponent of exporters' sizes",
              "top 1 % hold half of exports: Freund and Pierola, REStat 2015; 0.01^(1-1/1.18) = 0.50"),
    Parameter("exporter_size", 4.0, "musd per year", 0.1, 100.0, "mean exports of an exporting firm",
              "assumption: EU exports of 2.6 tn USD (Eurostat 2021) by some 0.7 mn exporters (Eurostat TEC; number unverified)"),
    ),
    "Law that binds": (
    Parameter("delay_cost", 0.1, "log points per month", 0.0, 1.0, "cost of waiting for a licence",
              "a day in transit costs 0.6-2.1 % of value: Hummels and Schaur, AER 2013; lower here since the goods can wait unpaid"),
    Parameter("law_capacity", 0.95, "share", 0.0, 0.999, "forbidden trade of its own firms that a state of mean rule of law ends from the first day",
              "assumption, between the 80 % fall of coalition exports of sanctioned products with evasion (Li et al., CESifo 11110, 2024) and full obedience"),
    Parameter("law_capacity_slope", 0.9, "log odds", 0.0, 5.0, "rise of that with the state's rule of law",
              "Worldwide Governance Indicators, one standard deviation among states; slope is an assumption"),
    Parameter("diversion_hazard", 0.06, "share", 0.0, 1.0, "part of the legal hazard that also falls on what a maker's distributors pass on through a hub",
              "assumption: diversion must be proved intentional; 6-10 % of irregular declarations are controlled (Finnish customs, tulli.fi)"),
    Parameter("distributor_watch", 0.1, "share", 0.0, 1.0, "part of the reputational cost of dealing with the target that makes makers watch their distributors",
              "assumption: about a fifth of the loss of Western brands was rerouted (Chupilkin et al., AEA 2025) by firms most of which had said they left"),
    Parameter("inspection", 0.08, "share", 0.0, 1.0, "shipments inspected where effort is full",
              "6 % (2023) to 10 % (2024) of irregular declarations controlled: Finnish customs (tulli.fi)"),
    Parameter("seizure", 0.25, "share", 0.0, 1.0, "inspected banned shipments that are stopped",
              "23-26 % of controls become investigations: Finnish customs (tulli.fi)"),
    Parameter("false_declaration", 0.6, "share", 0.0, 1.0, "military use declared as civil where the good is fully ambiguous",
              "assumption"),
    Parameter("declaration_detected", 0.3, "share", 0.0, 1.0, "false declarations found where effort is full",
              "assumption; screening tools raise refusals from 1 % to 18-20 % (Expeditors 2025)"),
    ),
    "Beliefs": (
    Parameter("learning", 0.5, "share per month", 0.0, 1.0, "gap between believed and shown hazard closed when it rises",
              "limits by big banks followed the order of 22 December 2023 after two months (measured effect D16); value is an assumption"),
    Parameter("forgetting", 0.08, "share per month", 0.0, 1.0, "gap closed when it falls",
              "trade falls for a limited time after diplomatic visits, then returns or moves on: RUSI SIFMANet, 21 January 2025; size is an assumption"),
    Parameter("anticipation", 0.25, "share", 0.0, 1.0, "weight of a threat announced but not yet in force", "assumption"),
    Parameter("listing_fear", 20.0, "log points", 0.0, 200.0, "hazard believed per share of a state's firms in the trade listed",
              "assumption; US officials credit listings for the fall of hub trade in 2024 (Reuters, 22 July 2024)"),
    Parameter("listing_loss", 3.0, "log points", 0.0, 8.0, "pull of coalition markets that a listed firm loses", "assumption"),
    Parameter("listing_near", 0.5, "share", 0.0, 1.0, "part of the fear of a listing felt all over the state, not in its good alone",
              "assumption; that most of Hong Kong's listed shippers stopped and others took their place is unverified (C4ADS 2024)"),
    Parameter("overcompliance", 6.0, "log points", 0.0, 40.0, "hazard believed by sellers of coalition brands per share of what an army needs that law newly bans",
              "laptops -40 %, phones -2/3 from China in March 2022 without a ban (Washington Post, 17 May 2022); size is an assumption"),
    Parameter("label_response", 0.5, "per log point", 0.0, 10.0, "how fast sellers blur what an ambiguous good is for as its sale grows risky",
              "drones sold as toys and for farms, plates as ceramics (documents 002, 003); size is an assumption"),
    Parameter("components_limit", 0.3, "share", 0.0, 1.0, "largest part of a controlled good that can be shipped as its components", "assumption"),
    Parameter("components_cost", 0.3, "log points", 0.0, 5.0, "gain that shipping a good as its components must bring before it pays", "assumption"),
    Parameter("components_speed", 0.15, "share per month", 0.0, 1.0, "gap to the wanted share of components closed", "assumption: lines move within half a year"),
    Parameter("exit_herding", 0.3, "multiple", 0.0, 10.0, "rise of the reputational cost with the share of peers that have left",
              "exits followed peers' exits within weeks: Yale CELI list, March 2022; size is an assumption"),
    ),
    "States": (
    Parameter("effort_speed", 0.2, "share per month", 0.0, 1.0, "gap to the wanted enforcement effort closed",
              "assumption; hub policies moved within 3-6 months of visits in 2023 (RUSI; months unverified)"),
    Parameter("weight_threat", 2.0, "log odds", 0.0, 10.0, "weight of announced threats times exposure in a state's effort",
              "assumption"),
    Parameter("weight_pressure", 1.5, "log odds", 0.0, 10.0, "weight of diplomatic pressure in a state's effort", "assumption"),
    Parameter("weight_visible", 0.5, "log odds", 0.0, 10.0, "weight of visible military-use flow in a state's effort", "assumption"),
    Parameter("weight_gain", 0.3, "log odds", 0.0, 10.0, "weight of new trade with the target in a state's effort", "assumption"),
    Parameter("weight_alignment", 1.0, "log odds", 0.0, 10.0, "how far alignment with the target discounts pressure", "assumption"),
    Parameter("vigilance", 1.5, "log points", 0.0, 8.0, "hazard that effort alone, without a law, puts on passing controlled goods on",
              "Turkiye's fall of autumn 2023 followed visits, not its transit rule (FT 22 October 2024); assumption"),
    Parameter("announcement_speed", 0.5, "share per month", 0.0, 1.0, "gap between what a state announces and what is asked of it closed", "assumption: words come first"),
    Parameter("law_speed", 0.01, "share per month", 0.0, 1.0, "gap to the law of its own that a state wants closed",
              "rules of hubs took 6 to 15 months from the first visits (December 2022 to spring-autumn 2023, RUSI; months unverified); size is an assumption"),
    Parameter("cheap_talk", 0.3, "share", 0.0, 1.0, "pressure that words alone take off a state", "assumption (word against deed, documents 000, 004)"),
    Parameter("weight_listing", 10.0, "log odds", 0.0, 100.0, "weight of the share of a state's own trade lately listed, times exposure, in its effort", "assumption"),
    Parameter("weight_shield", 5.0, "multiple", 0.0, 100.0, "protection that an aligned state gives its firms per share of the sellers near by listed this month",
              "assumption (a state protects its firms' lawful rights: documents 000, 004)"),
    Parameter("weight_leverage", 1.5, "log odds", 0.0, 10.0, "weight of pressure through another market in a state's effort", "as weight_pressure"),
    Parameter("weight_courting", 1.0, "log odds", 0.0, 10.0, "weight of the target's favours against effort", "assumption"),
    Parameter("courting", 0.3, "envoys' visits", 0.0, 10.0, "favours of the target to states whose trade with it grows, shared by growth", "assumption"),
    Parameter("red_line_speed", 0.5, "share per month", 0.0, 1.0, "gap closed when military trade beyond a red line is seen", "assumption"),
    Parameter("intelligence_noise", 0.5, "log sd", 0.0, 2.0, "error of what the coalition sees of a state's military trade (sampled mode)", "assumption"),
    Parameter("pain_limit", 0.05, "share of exports", 1e-4, 1.0, "loss of exports above which a coalition member's resolve falls",
              "assumption: exports to Russia were 4.1 % of extra-EU exports in 2021 (EUR 89 of 2,180 bn, Eurostat) and their loss was borne"),
    Parameter("union_checks", 0.3, "share", 0.0, 1.0, "checks that remain on a border inside the target's customs union",
              "goods move between members without customs declaration and state control (Treaty on the Eurasian Economic Union, article 25; unverified); transit seals and road posts remain; size is an assumption"),
    ),
    "Intermediaries": (
    Parameter("markup", 0.06, "share of value", 0.0, 1.0, "mark-up of intermediaries in the base year",
              "agents' fees 3-5 %, complex deals 8-10 %: The Bell, Novaya Gazeta 2024"),
    Parameter("hub_crowding", 0.5, "elasticity", 0.0, 5.0, "rise of the log mark-up from an empty hub to a full one", "assumption"),
    Parameter("hub_utilisation", 0.7, "share", 0.1, 1.0, "capacity of open intermediaries in use", "assumption"),
    Parameter("hub_pool", 0.07, "share", 0.0, 5.0, "what all intermediaries that a mean hub could hold would pass on, times the number of hubs, share of the coalition's direct sales to the target",
              "about 1/5 of the direct loss of Western brands was rerouted: Chupilkin et al., AEA 2025; the hubs' traits raise the mean"),
    Parameter("hub_pool_size", 0.55, "elasticity", 0.0, 2.0, "rise of a hub's pool with its imports of coalition brands", "assumption"),
    Parameter("hub_pool_union", 2.2, "log points", -2.0, 5.0, "pool of a hub inside the target's customs union over that of one outside",
              "goods move between members without customs declaration (Treaty on the Eurasian Economic Union, article 25; unverified); size is an assumption"),
    Parameter("intermediary_spread", 8.0, "log odds per log point", 0.0, 30.0, "rise of the share of a hub's possible intermediaries that passing on pays for with its margin: inverse spread of their costs",
              "assumption: as participation_spread"),
    Parameter("intermediary_entry", 1.0, "share per month", 0.0, 5.0, "gap to the share of open intermediaries that pays closed by opening, where all others are open",
              "a firm founded in April 2022 led in US chips by year end: Nikkei Asia, April 2023; size is an assumption"),
    Parameter("intermediary_exit", 0.28, "share per month", 0.0, 1.0, "gap to the share of open intermediaries that pays closed by closing", "assumption: as market_exit"),
    Parameter("passing_cost", 0.18, "log points", 0.0, 1.0, "cost of passing goods on: two freights, papers, payment, against a direct sale",
              "agents' fees 3-5 %, complex deals 8-10 % (The Bell, Novaya Gazeta 2024), a second freight of about 6 % (OECD ITIC)"),
    Parameter("passing_response", 4.0, "elasticity", 0.0, 20.0, "response of what new intermediaries turn to, to its margin", "assumption"),
    Parameter("detection", 0.2, "log points", 0.0, 5.0, "cost of a believed hazard of being listed, per log point at exposure 1, to an intermediary",
              "assumption: a shell costs little to replace (Guardian, July 2024)"),
    Parameter("intermediary_size", 3.0, "musd per year", 0.01, 1000.0, "what an open intermediary passes on in the base year",
              "508 Turkish and 340 Chinese sellers of Western machine tools alone: RUSI/OSC 2024; size is an assumption"),
    Parameter("onward_turnover", 0.15, "share per month", 0.0, 1.0, "what intermediaries pass on, and by which hub, that is chosen anew each month",
              "assumption: ties among traders are younger than producers' (export flows live two years on average, the median less: Rahu 2015)"),
    Parameter("onward_response", 3.0, "elasticity", 0.0, 20.0, "response of the last leg to what stops or dears it", "assumption"),
    Parameter("payment_entry", 0.3, "share per month", 0.0, 1.0, "part of the refused payments not yet carried that payment intermediaries take over each month, and give up once no bank refuses",
              "regional banks and agents took over within months (Reuters, The Bell 2024); size is an assumption"),
    Parameter("payment_fee", 0.04, "share of payment", 0.0, 0.5, "what payment intermediaries charge", "3-5 %: The Bell, Novaya Gazeta 2024"),
    Parameter("return_delay", 4.0, "months", 0.25, 60.0, "time until a listed trader is back under a new name",
              "a shell costs a few days (Guardian, July 2024) plus the time to find customers; assumption"),
    ),
    "Demand and prices": (
    Parameter("demand_elasticity", 0.72, "elasticity", 0.05, 5.0, "fall of a market's demand for a good with its price, where its use is civil",
              "trade to tariffs 0.76 in the first year: Boehm, Levchenko and Pandalai-Nayar, AER 2023"),
    Parameter("military_elasticity", 0.5, "elasticity", 0.02, 5.0, "the same where its use is military",
              "between the arc elasticity of bearings, 0.20 and confounded by demand growth (measured effect C4), and the 1.0 that priority goods' value -2 % (A11) at prices +122 % (C6) imply"),
    Parameter("brand_substitution", 2.4, "elasticity", 0.3, 10.0, "substitution between coalition and neutral brands",
              "switching to neutral brands offsets 23-40 % of the direct loss: Chupilkin et al., AEA 2025; size is an assumption"),
    Parameter("front_loading", 1.0, "multiple", 0.0, 10.0, "orders brought forward in a month where all lines are to be bound, over usual orders",
              "natural graphite from China: over 45,000 t in November 2023, before licences of December, against 17,000 usual (Chinese customs by Bloomberg, 22 January 2024); centre is an assumption"),
    Parameter("stock_use", 0.2, "share per month", 0.0, 1.0, "stocks bought ahead that are used up each month", "assumption: half of them within a quarter"),
    Parameter("price_ceiling", 6.0, "multiple", 1.5, 50.0, "highest price against the base year", "assumption: above the x4 of tapered bearings (BOFIT)"),
    Parameter("fob_share", 0.55, "share", 0.0, 1.0, "part of the premium that the exporter's invoice shows",
              "price +13 %, FOB margin +9 %: CEPII 2025"),
    Parameter("substitution_speed", 0.01, "share per month", 0.0, 0.2, "demand that home production replaces per log point of premium",
              "assumption; the long-run response of trade takes 7 to 10 years (Boehm et al., AER 2023)"),
    Parameter("substitution_limit", 0.3, "share", 0.0, 1.0, "largest part of demand that home production can replace", "assumption"),
    Parameter("import_propensity", 0.5, "elasticity", 0.0, 3.0, "fall of import demand with export revenue lost", "imports follow export receipts with about half their swing: assumption"),
    ),
    "Customs offices": (
    Parameter("ghost", 0.5, "share", 0.0, 1.0, "goods that evade a shut route through a hub and never arrive there",
              "about half of extra EU and UK exports to Armenia, Kazakhstan, Kyrgyzstan: Chupilkin et al., CEPR DP20097 (2025)"),
    Parameter("misdeclared", 0.1, "share", 0.0, 1.0, "banned goods declared under another code", "assumption"),
    Parameter("reexport_recorded", 0.7, "share", 0.0, 1.0, "goods that evade a shut route and that the export record of the hub that passes them on shows", "assumption"),
    Parameter("overland_recorded", 0.1, "share", 0.0, 1.0, "the same where goods pass by land inside the target's customs union without being unloaded",
              "records of Kazakhstan and Kyrgyzstan show a small part of what reaches them on top: assumption, fitted"),
    Parameter("cif", 0.06, "share of value", 0.0, 0.5, "freight and insurance in import records",
              "trade-weighted CIF/FOB margin of 6 %, 1995-2014: OECD, International Transport and Insurance Costs, 2016"),
    ),
}  # fmt: skip


class Parameters(Registry[Parameter]):
    """Parameters by name.

    Example:
        >>> import sim
        >>> sim.PARAMETERS["aversion"].unit
        'log points'
    """


_DECLARED = tuple(parameter for group in PARAMETER_GROUPS.values() for parameter in group)
PARAMETERS = Parameters("parameter", {p.name: p for p in _DECLARED})

_Values = NamedTuple("_Values", [(p.name, float) for p in _DECLARED])  # type: ignore[misc]


class Values(_Values):
    """One value per parameter, read by name."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> float: ...


_RECORD = np.dtype([(p.name, np.float64) for p in _DECLARED])


def values(changes: Mapping[str, float] | None = None) -> Values:
    """The full set of parameter values, defaults replaced by ``changes``.

    Raises:
        FaultList: an unknown name or a value out of bounds; all of them at once.
    """
    faults = []
    chosen = {name: p.default for name, p in PARAMETERS.items()}
    for name, value in todays_names("parameter", changes or {}).items():
        if problem := check(name, value):
            faults.append(Fault("parameters", 0, 0, name, problem))
        else:
            chosen[name] = float(value)
    if faults:
        raise FaultList(faults)
    return Values(**chosen)


class LoopParameters(Protocol):
    """Values as compiled loops take them: an array whose only element has them by name."""

    def __getitem__(self, element: int, /) -> Values:
        """The values; ``element`` is 0."""


def for_loops(chosen: Values) -> LoopParameters:
    """The values as an array of one record, from which compiled loops read by name.

    A named tuple of this length compiles slowly, and a bare record is slow to hand over.
    """
    return cast(LoopParameters, np.array([tuple(chosen)], dtype=_RECORD))


def check(name: str, value: float) -> str:
    """What is wrong with setting a parameter to a value; empty if nothing is."""
    declared = PARAMETERS.get(name)
    if declared is None:
        return unknown("parameter", name, PARAMETERS)
    if not declared.low <= value <= declared.high:
        return f"{value:g} is outside {declared.low:g} to {declared.high:g} ({declared.unit}: {declared.meaning})"
    return ""
