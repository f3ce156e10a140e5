"""Every behavioural parameter, declared once: default, unit, bounds, meaning, source.

Validation of scenarios, the documentation, sensitivity analysis and calibration all read this table. A default marked
``assumption`` has no measurement behind it: it is a prior centre, to be fitted or varied, never a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np

from sim.common.errors import Fault, FaultList, nearest


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


# By what they are about.
PARAMETER_GROUPS: Mapping[str, tuple[Parameter, ...]] = {
    "Exporters: contracts and roads": (
    Parameter("contract_end", 0.065, "share per month", 0.005, 1.0, "contracts that end each month",
              "45 % of importers keep their exporter a year: Monarch, IFDP 1165 (2016): 1 - 0.45^(1/12)"),
    Parameter("loyalty", 1.0, "log points", 0.0, 4.0, "extra pull of the road a firm is on",
              "halving the switching cost cuts retention from 57 % to 18 %: Monarch (2016); centre is an assumption"),
    Parameter("price_response", 0.8, "multiple", 0.05, 2.0, "scales each good's elasticity of road choice to price over cost",
              "firms' export-price elasticity about 5: Fontagne, Martin and Orefice, JIE 2018; within years 2: Boehm et al., AER 2023"),
    Parameter("similarity", 0.2, "logsum", 0.1, 1.0, "1: roads to the target are as different as two markets; 0: perfect substitutes",
              "about 1/5 of the direct loss of Western brands was rerouted: Chupilkin et al., AEA 2025; value is a prior"),
    Parameter("reopening", 1.0, "per log point", 0.0, 5.0, "how readily bad news about a road ends its contracts early",
              "assumption: half of the contracts survive a shock of 0.7 log points"),
    Parameter("home_share", 0.5, "share of sales", 0.05, 0.95, "sales of exporting firms that stay at home in the base year",
              "assumption between the 14 % export share of US exporters (Bernard et al., JEP 2007) and export processors"),
    Parameter("consideration", 0.1, "share of sales", 0.01, 1.0, "sales in the watched markets of the firms that consider them",
              "most exporters serve few markets: Eaton, Kortum and Kramarz, Econometrica 2011; value is a prior"),
    ),
    "Exporters: who they are": (
    Parameter("aversion", 6.0, "log points", 0.0, 20.0, "mean fear of a law that binds and is fully enforced",
              "coalition exports of sanctioned products fell 80 % with evasion: Li et al., CESifo 11110 (2024)"),
    Parameter("aversion_spread", 0.5, "log sd", 0.0, 1.5, "spread of that fear among firms", "assumption"),
    Parameter("exposure_spread", 0.6, "log sd", 0.0, 1.5, "spread of dependence on coalition markets within a state",
              "more sales to the coalition, more compliance: Li et al., CESifo 11110 (2024); size is an assumption"),
    Parameter("reputation_spread", 0.6, "log sd", 0.0, 1.5, "spread of sensitivity to reputation among firms",
              "of tracked firms 334 exit, 465 suspend, 157 scale back, 160 hold: Yale CELI, mid-2022; size is an assumption"),
    Parameter("size_tail", 1.18, "exponent", 1.05, 3.0, "Pareto exponent of exporters' sizes",
              "top 1 % hold half of exports: Freund and Pierola, REStat 2015; 0.01^(1-1/1.18) = 0.50"),
    Parameter("exporter_size", 4.0, "musd per year", 0.1, 100.0, "mean exports of an exporting firm",
              "EU: about 2.6 tn USD by 0.7 mn exporters, Eurostat TEC 2021 (order of magnitude)"),
    ),
    "Law that binds": (
    Parameter("delay_cost", 0.1, "log points per month", 0.0, 1.0, "cost of waiting for a licence",
              "a day in transit costs 0.6-2.1 % of value: Hummels and Schaur, AER 2013; lower here since the goods can wait unpaid"),
    Parameter("hidden_road", 0.35, "share", 0.0, 1.0, "part of the legal hazard that also falls on a sale through a hub",
              "assumption: diversion must be proved intentional; 6-10 % of flagged exports are controlled (Finnish customs)"),
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
              "limits by big banks followed the order of 22 December 2023 after two months"),
    Parameter("forgetting", 0.08, "share per month", 0.0, 1.0, "gap closed when it falls",
              "displaced trade returns after diplomatic visits within a year: RUSI SIFMANet 2025; size is an assumption"),
    Parameter("anticipation", 0.25, "share", 0.0, 1.0, "weight of a threat announced but not yet in force", "assumption"),
    Parameter("listing_fear", 20.0, "log points", 0.0, 200.0, "hazard believed per share of a state's firms in the trade listed",
              "assumption; US officials credit listings for the fall of hub trade in 2024 (Reuters, 22 July 2024)"),
    Parameter("listing_loss", 3.0, "log points", 0.0, 8.0, "pull of coalition markets that a listed firm loses", "assumption"),
    Parameter("listing_near", 0.5, "share", 0.0, 1.0, "part of the fear of a listing felt all over the state, not in its good alone",
              "two thirds of Hong Kong's listed shippers stopped, others took their place: C4ADS 2024; size is an assumption"),
    Parameter("overcompliance", 6.0, "log points", 0.0, 40.0, "hazard believed by sellers of coalition brands per share of what an army needs that law newly bans",
              "laptops -40 %, phones -2/3 from China in March 2022 without a ban (Washington Post, 17 May 2022); size is a prior"),
    Parameter("label_response", 0.5, "per log point", 0.0, 10.0, "how fast sellers blur what an ambiguous good is for as its sale grows risky",
              "drones sold as toys and for farms, plates as ceramics (documents 002, 003); size is an assumption"),
    Parameter("parts_limit", 0.3, "share", 0.0, 1.0, "largest part of a watched good that can be shipped as its parts", "assumption"),
    Parameter("parts_cost", 0.3, "log points", 0.0, 5.0, "gain that shipping a good as its parts must bring before it pays", "assumption"),
    Parameter("parts_speed", 0.15, "share per month", 0.0, 1.0, "gap to the wanted share of parts closed", "assumption: lines move within half a year"),
    Parameter("exit_herding", 0.3, "multiple", 0.0, 10.0, "rise of the reputational cost with the share of peers that have left",
              "exits followed peers' exits within weeks: Yale CELI list, March 2022; size is an assumption"),
    ),
    "States": (
    Parameter("effort_speed", 0.2, "share per month", 0.0, 1.0, "gap to the wanted enforcement effort closed",
              "hub policies moved within 3-6 months of visits in 2023 (RUSI); assumption"),
    Parameter("weight_threat", 2.0, "log odds", 0.0, 10.0, "weight of announced threats times exposure in a state's effort",
              "assumption"),
    Parameter("weight_pressure", 1.5, "log odds", 0.0, 10.0, "weight of diplomatic pressure in a state's effort", "assumption"),
    Parameter("weight_visible", 0.5, "log odds", 0.0, 10.0, "weight of visible military-use flow in a state's effort", "assumption"),
    Parameter("weight_gain", 0.3, "log odds", 0.0, 10.0, "weight of new trade with the target in a state's effort", "assumption"),
    Parameter("weight_alignment", 1.0, "log odds", 0.0, 10.0, "how far alignment with the target discounts pressure", "assumption"),
    Parameter("vigilance", 1.5, "log points", 0.0, 8.0, "hazard that effort alone, without a law, puts on passing watched goods on",
              "Turkiye's fall of autumn 2023 followed visits, not its transit rule (FT 22 October 2024); assumption"),
    Parameter("word_speed", 0.5, "share per month", 0.0, 1.0, "gap between what a state announces and what is asked of it closed", "assumption: words come first"),
    Parameter("law_speed", 0.01, "share per month", 0.0, 1.0, "gap to the law of its own that a state wants closed",
              "rules of hubs took 6 to 15 months from the first visits (December 2022 to spring-autumn 2023, RUSI); size is an assumption"),
    Parameter("cheap_talk", 0.3, "share", 0.0, 1.0, "pressure that words alone take off a state", "assumption (word against deed, documents 000, 004)"),
    Parameter("weight_listing", 10.0, "log odds", 0.0, 100.0, "weight of the share of a state's own trade lately listed, times exposure, in its effort", "assumption"),
    Parameter("weight_shield", 5.0, "log points", 0.0, 100.0, "cover that an aligned state gives its firms per share of its trade lately listed",
              "assumption (a state protects its firms' lawful rights: documents 000, 004)"),
    Parameter("weight_leverage", 1.5, "log odds", 0.0, 10.0, "weight of pressure through another market in a state's effort", "as weight_pressure"),
    Parameter("weight_courting", 1.0, "log odds", 0.0, 10.0, "weight of the target's favours against effort", "assumption"),
    Parameter("courting", 0.3, "envoys' visits", 0.0, 10.0, "favours of the target to states whose trade with it grows, shared by growth", "assumption"),
    Parameter("red_line_speed", 0.5, "share per month", 0.0, 1.0, "gap closed when military trade beyond a red line is seen", "assumption"),
    Parameter("intelligence_noise", 0.5, "log sd", 0.0, 2.0, "error of what the coalition sees of a state's military trade (sampled mode)", "assumption"),
    Parameter("pain_limit", 0.05, "share of exports", 1e-4, 1.0, "loss of exports above which a coalition member's resolve falls",
              "EU exports to Russia were under 4 % of extra-EU exports in 2021 and their loss was borne; assumption"),
    Parameter("union_checks", 0.3, "share", 0.0, 1.0, "checks that remain on a border inside the target's customs union",
              "no customs checks between members (EAEU Treaty, art. 25); transit seals and road posts remain; size is an assumption"),
    ),
    "Intermediaries": (
    Parameter("opening", 0.005, "share", 0.0, 0.5, "part of what a seller's shut direct road loses that finds the road of a hub little used before",
              "assumption; a scenario's `openings` say it hub by hub, and the hubs' imports show it"),
    Parameter("markup", 0.06, "share of value", 0.0, 1.0, "mark-up of trading houses in the base year",
              "agents' fees 3-5 %, complex deals 8-10 %: The Bell, Novaya Gazeta 2024"),
    Parameter("markup_slope", 0.5, "elasticity", 0.0, 3.0, "rise of the mark-up with how full a hub is", "assumption"),
    Parameter("hub_fullness", 0.7, "share", 0.1, 1.0, "capacity of trading houses in use in the base year", "assumption"),
    Parameter("hub_headroom", 100.0, "multiple", 2.0, 1000.0, "capacity that could open over capacity open in the base year",
              "Kazakh chips to Russia rose 70 times in 2022 (OCCRP), Kyrgyz car trade over 50 times, and neither met a limit; size is an assumption"),
    Parameter("entry", 0.08, "share per month", 0.0, 1.0, "dormant traders that open per log point of excess use",
              "founded April 2022, top seller of US chips by year end: Nikkei Asia 2023"),
    Parameter("leaving", 0.1, "share per month", 0.0, 1.0, "open traders that close per log point of idle capacity; and payment agents that leave while no bank refuses", "assumption"),
    Parameter("return_delay", 4.0, "months", 0.25, 60.0, "time until a listed trader is back under a new name",
              "a shell costs a few days (Guardian, July 2024) plus the time to find customers; assumption"),
    Parameter("house_size", 3.0, "musd per year", 0.01, 1000.0, "what an open trading house passes on in the base year",
              "508 Turkish and 340 Chinese sellers of Western machine tools alone: RUSI/OSC 2024; size is an assumption"),
    Parameter("tie_break", 1.0, "share", 0.0, 1.0, "contracts through a trading house that end when it closes or is listed", "assumption"),
    Parameter("tie_turnover", 0.15, "share per month", 0.0, 1.0, "onward roads of a hub's houses that are chosen anew; and contracts that change house at renewal",
              "ties among traders are younger than producers' (half of new ones end within a year: Monarch 2016); assumption"),
    Parameter("onward_response", 3.0, "elasticity", 0.0, 20.0, "response of the houses' onward road to what stops or dears it", "assumption, as price_response times a good's elasticity"),
    Parameter("agent_entry", 0.5, "per month", 0.0, 5.0, "refused payments that agents take over, per share refused", "assumption; regional banks and agents took over within months (Reuters, The Bell 2024)"),
    Parameter("agent_fee", 0.04, "share of payment", 0.0, 0.5, "what payment agents charge", "3-5 %: The Bell, Novaya Gazeta 2024"),
    ),
    "Demand and prices": (
    Parameter("demand_elasticity", 0.8, "elasticity", 0.05, 5.0, "fall of a market's demand for a good with its price",
              "first year -0.76, arc elasticity of bearings -0.20: Boehm, Levchenko and Pandalai-Nayar, AER 2023"),
    Parameter("brand_substitution", 4.0, "elasticity", 0.5, 10.0, "substitution between coalition and neutral brands",
              "neutral brands make up 23-40 % of the direct loss: Chupilkin et al. 2025; size is an assumption"),
    Parameter("front_loading", 1.0, "multiple", 0.0, 10.0, "orders brought forward in a month where all lines are to be bound, over usual orders",
              "graphite from China: 45,000 t in the month before licences of December 2023 against 17,000 usual; germanium's value +77 % in July 2023 (Chinese customs); centre is a prior"),
    Parameter("stock_use", 0.2, "share per month", 0.0, 1.0, "stocks bought ahead that are used up each month", "assumption: half of them within a quarter"),
    Parameter("price_speed", 0.35, "share per month", 0.01, 1.0, "log gap of demand and arrivals that moves the price",
              "prices of strategic goods up within two quarters: CEPII; size is an assumption"),
    Parameter("price_ceiling", 6.0, "multiple", 1.5, 50.0, "highest price against the base year", "assumption: above the x4 of tapered bearings (BOFIT)"),
    Parameter("fob_share", 0.7, "share", 0.0, 1.0, "part of the premium that the exporter's invoice shows",
              "price +13 %, FOB margin +9 %: CEPII 2025"),
    Parameter("substitution_speed", 0.01, "share per month", 0.0, 0.2, "demand that home production replaces per log point of premium",
              "assumption; long-run trade response takes 7-10 years (Boehm et al. 2023)"),
    Parameter("substitution_limit", 0.3, "share", 0.0, 1.0, "largest part of demand that home production can replace", "assumption"),
    Parameter("import_propensity", 0.5, "elasticity", 0.0, 3.0, "fall of import demand with export revenue lost", "imports follow export receipts with about half their swing: assumption"),
    ),
    "Customs offices": (
    Parameter("ghost", 0.5, "share", 0.0, 1.0, "goods that evade a shut road through a hub and never arrive there",
              "about half of extra EU and UK exports to Armenia, Kazakhstan, Kyrgyzstan: Chupilkin et al., CEPR DP20097 (2025)"),
    Parameter("misdeclared", 0.1, "share", 0.0, 1.0, "banned goods declared under another code", "assumption"),
    Parameter("reexport_recorded", 0.7, "share", 0.0, 1.0, "goods that evade a shut road and that the export record of the hub that passes them on shows", "assumption"),
    Parameter("cif", 0.06, "share of value", 0.0, 0.5, "freight and insurance in import records",
              "customary CIF/FOB margin of about 6 %, OECD ITIC"),
    ),
}  # fmt: skip


class Parameters(dict[str, Parameter]):
    """Parameters by name.

    Example:
        >>> import sim
        >>> sim.PARAMETERS["aversion"].unit
        'log points'
    """


_DECLARED = tuple(parameter for group in PARAMETER_GROUPS.values() for parameter in group)
PARAMETERS = Parameters({p.name: p for p in _DECLARED})

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
    for name, value in (changes or {}).items():
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
        return f"unknown parameter '{name}'; {nearest(name, PARAMETERS)}"
    if not declared.low <= value <= declared.high:
        return f"{value:g} is outside {declared.low:g} to {declared.high:g} ({declared.unit}: {declared.meaning})"
    return ""
