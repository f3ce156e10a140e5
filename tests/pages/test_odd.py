"""docs/odd.md says what the code does: its tables are the code's, its formulas give the numbers of the rules."""

from __future__ import annotations

import calendar
import math
import re

import numpy as np
import pytest

import sim
from docs.pages import odd, wiring
from docs.pages.marked import filled
from sim.policies import INSTRUMENTS
from sim.policies.regime import free_trade
from sim.policies.regime_fields import FIELDS
from sim.rules.parameters import PARAMETERS
from tests.contracts.clauses import clause, shaped
from tests.pages.reading import DOCS, prose

PAGE = (DOCS / "odd.md").read_text(encoding="utf-8")
PROSE = prose(PAGE)
SUBMODELS = PROSE.partition("## 7. Submodels")[2].partition("## References")[0]

ELEMENTS = (
    "Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling",
    "Design concepts", "Initialization", "Input data", "Submodels",
)  # fmt: skip
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
)  # fmt: skip

# How the page calls the arguments of each rule, in their order.
CALLED = {
    "market_weight": ("response", "log price", "log cost"),
    "route_weight": ("market", "banned", "aversion", "hazard", "exposure", "threat", "reputation", "name"),
    "wanted_participation": ("usual", "margin", "participation_spread"),
    "entry_odds": ("participating", "wanted", "market_entry", "first_contact"),
    "exit_odds": ("participating", "wanted", "stay", "market_exit", "contract_end"),
    "contracts_ended_early": ("news", "reopening"),
    "believed_hazard": ("believed", "shown", "learning", "forgetting"),
    "wanted_effort": ("base", "push", "pull"),
    "compliance": ("capacity", "effort"),
    "law_hazard": ("obeyed", "aversion"),
    "banned_part_shipped": ("banned", "fear"),
    "licence_odds": ("m", "a", "false_use", "caught", "odds civil", "odds military"),
    "listing_odds": ("firms to list", "suspicion", "all suspicion"),
    "clearing_index": ("arrived", "wanted", "elasticity"),
    "brand_price": ("log index", "part", "usual part", "brand_substitution"),
    "hub_markup": ("markup", "use", "usual use", "hub_crowding"),
    "intermediary_margin": ("margin", "passing_cost"),
    "passing_weight": ("passing_response", "margin"),
    "label": ("ambiguity", "risk", "label_response"),
    "false_use": ("false_declaration", "caught", "odds civil", "odds military"),
    "components_share": ("gain", "components_cost", "components_limit"),
    "exit_hub_weight": ("onward_response", "log mark-up", "obstacle"),
    "payment_workaround": ("carried payments", "payment_entry"),
    "red_line_crossed": ("log growth", "log multiple"),
    "resolve": ("pain", "pain_limit"),
    "wanted_law": ("base", "wanted"),
    "state_protection": ("listed", "near", "weight_shield"),
}
# Differences of logarithms, which may be negative.
SIGNED = {"margin", "log price", "log cost", "log index", "log mark-up", "log growth", "log multiple"}


def test_the_tables_are_those_of_the_code():
    """Make them anew with `python -m docs.pages.odd`."""
    assert filled(PAGE, odd.TABLES) == PAGE
    assert set(re.findall(r"<!-- table: (.*) -->", PAGE)) == set(odd.TABLES)


def test_the_seven_elements_stand_in_the_order_of_the_protocol():
    assert re.findall(r"^## \d\. (.*)$", PAGE, flags=re.MULTILINE) == list(ELEMENTS)


def test_all_eleven_design_concepts_are_told():
    told = PAGE.partition("## 4. Design concepts")[2].partition("## 5.")[0]
    assert re.findall(r"^\*\*(.*?)\.\*\*", told, flags=re.MULTILINE) == list(CONCEPTS)


def test_every_phase_of_the_month_is_described_in_its_order():
    assert re.findall(r"^### \S+ `([\w.]+)`$", PAGE, flags=re.MULTILINE) == wiring.phases()
    assert len(wiring.phases()) == 15


def test_every_rule_is_described():
    assert set(sim.RULES) <= set(wiring.rules()) == set(CALLED)


def python_of(formula: str) -> str:
    """A formula of the page as Python."""
    text = formula.replace("−", "-").replace("·", "*").replace("^", "**").replace(", else", " else")
    while (at := text.find(")⁺")) >= 0:
        begin, depth = at, 1
        while depth:
            begin -= 1
            depth += (text[begin] == ")") - (text[begin] == "(")
        text = f"{text[:begin]}max(0.0, {text[begin:at]})){text[at + 2 :]}"
    return text.replace(")(", ")*(")


def test_formulas_are_read_as_they_are_meant():
    assert python_of("1 − (a · (b − c))⁺ ^ 2") == "1 - max(0.0, (a * (b - c))) ** 2"
    assert python_of("(1 − a)(1 − b)") == "(1 - a)*(1 - b)"


@pytest.mark.parametrize("rule", sorted(CALLED))
def test_a_formula_gives_what_its_rule_gives(rule):
    found = re.search(rf"^{rule} += (.*?)(?: {{3,}}.*)?$", SUBMODELS, flags=re.MULTILINE)
    assert found, f"no line `{rule} = ...` in section 7"
    names, formula = CALLED[rule], found[1]
    # Longest names first: "log price" before "price"; a name never is a part of a word.
    for name in sorted(names, key=len, reverse=True):
        formula = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", f"_{names.index(name)}_", formula)
    code = compile(python_of(formula), formula, "eval")
    luck = np.random.default_rng(7)
    function = wiring.rules()[rule].py_func
    lowest = [-0.95 if name in SIGNED else 0.05 for name in names]
    for _ in range(50):
        drawn = luck.uniform(lowest, 0.95).tolist()
        known = {f"_{at}_": value for at, value in enumerate(drawn)}
        said = eval(code, {"exp": math.exp, "ln": math.log, "min": min, "max": max}, known)
        assert said == pytest.approx(function(*drawn), rel=1e-12), formula


def test_every_parameter_and_every_field_of_the_law_is_read_somewhere():
    for table, names in (("parameters", PARAMETERS), ("law fields", FIELDS)):
        rows = [row.strip("| ").split(" | ") for row in odd.TABLES[table]().splitlines()[2:]]
        assert [row[0].strip("`") for row in rows] == list(names)
        assert [row[0] for row in rows if not row[-1].startswith("`")] == [], "nothing reads them"


@pytest.mark.parametrize("kind", sorted(INSTRUMENTS))
def test_an_instrument_shapes_the_fields_that_the_page_names(kind):
    world, told = sim.load_world("reference"), odd.shaped_fields(kind)
    moved: set[str] = set()
    for month in ("2022-04", "2022-05", "2022-09"):
        regime = shaped(world, clause(kind), month)
        moved |= {name for name in FIELDS if (regime._fields[name] != free_trade(regime.index)._fields[name]).any()}
    assert moved <= set(told)
    assert bool(told) == (kind != "null_policy")


def test_every_work_that_is_cited_is_in_the_references():
    text, _, references = PAGE.partition("## References")
    cited = {tuple(work.rsplit(" ", 1)) for rule in wiring.rules() for work in wiring.citations(rule)}
    assert len(cited) >= 10
    named = re.findall(
        r"\b([A-Z][a-z]+)(?: et al\.|(?:, (?:de )?[A-Z][a-z]+)* and [A-Z][a-z]+)?,? \(?((?:19|20)\d\d)\b", prose(text)
    )
    cited |= {(name, year) for name, year in named if name not in calendar.month_name}
    assert ("Judd", "1998") in cited
    for authors, year in cited:
        first = re.split(r",| and | et al", authors)[0]
        assert re.search(rf"^\* .*{first},.*\({year}\)", references, flags=re.MULTILINE), (authors, year)
