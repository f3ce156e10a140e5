"""What a scenario is, once every file is stacked and every name checked."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import Field, PrivateAttr, SerializeAsAny

from sim.common.errors import Fault, FaultList, nearest
from sim.common.fields import HubName, StrictModel, Text
from sim.policies.base import Policy
from sim.rules.user_rules import DEFAULT, RuleCode
from sim.scenario.blocks import Agents, Driver, HubEffect, MonthSpan
from sim.scenario.checks import check, mappings
from sim.scenario.episodes import EPISODE, NO_EPISODE
from sim.scenario.expected_outcomes import ExpectedOutcome, Mechanism
from sim.scenario.old_names import inside_mapping, names_of_today
from sim.scenario.problems import faults_of
from sim.scenario.stack import BY_KEY
from sim.scenario.vocabulary import Vocabulary


class Scenario(StrictModel):
    """A question put to the model: a package of dated law, drivers, parameters, months, agents and a seed.

    It holds only what acts: clauses and drivers that are switched off are gone. Load one with
    `sim.scenario.load_scenario`; derive others with `with_changes`.

    Example:
        >>> import sim
        >>> scenario = sim.load_scenario("classroom")
        >>> scenario.with_changes(without=["ban-half"]).policies
        ()
    """

    title: Text = Field(description="One line that names the scenario.")
    question: Text = Field(description="The question that it answers.")
    sources: tuple[Text, ...] = Field(min_length=1, description="Where the package and its dates come from.")
    world: Text = Field(default="reference", description="Name of a shipped world, or a folder of tables.")
    months: MonthSpan = Field(description="The months that it runs.")
    seed: int = Field(default=1, ge=0, lt=2**63, description="Seed of every draw.")
    agents: Agents = Field(default=Agents(), description="How many agents, and how they draw.")
    parameters: dict[str, float] = Field(default={}, description="Parameters that differ from their defaults.")
    hub_effects: dict[HubName, HubEffect] = Field(
        default={}, description="Hub -> what its pool of intermediaries has over that of its traits, log points."
    )
    rules: dict[str, str] = Field(
        default={}, description="Rules replaced: name -> default, or a function of a file beside: my_rules.py:my_rule."
    )
    drivers: tuple[Driver, ...] = Field(default=(), description="Dated multipliers of demand and supply; never law.")
    policies: tuple[SerializeAsAny[Policy], ...] = Field(default=(), description="The dated clauses of law.")

    mechanism: Mechanism | None = Field(default=None, description="The behaviour it shows, and what switches it off.")
    expected_outcomes: tuple[ExpectedOutcome, ...] = Field(
        default=(), description="Numbers in which the mechanism is seen, and what to expect of them."
    )

    _known: Vocabulary | None = PrivateAttr(default=None)
    _code: Mapping[str, RuleCode] = PrivateAttr(default={})

    @property
    def code(self) -> Mapping[str, RuleCode]:
        """The rules that a Python file beside the scenario replaces, by name; read, not run."""
        return self._code

    @property
    def episode(self) -> str:
        """The world's episode that gave it drivers when it was read; empty if none did."""
        return self._known.episode if self._known is not None else ""

    @property
    def hubs(self) -> tuple[str, ...] | None:
        """Codes of the hubs of its world; None where nobody has looked."""
        codes = self._known.codes if self._known is not None else None
        return None if codes is None else codes.hub_names

    def as_data(self) -> dict[str, Any]:
        """Return the scenario as plain JSON data: dates and months as text, nothing that is None."""
        data: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        return data

    def resolved_yaml(self) -> str:
        """Return the whole scenario as one YAML text, which loads again to an equal scenario."""
        data = self.as_data()
        if self._known is None or self._known.episodes != ():
            # Its drivers stand in it one by one; none of an episode comes on top.
            data = {"title": data.pop("title"), "question": data.pop("question"), EPISODE: NO_EPISODE, **data}
        return as_yaml(data)

    @property
    def digest(self) -> str:
        """The sha256 of the resolved scenario as canonical JSON, in hexadecimal."""
        canonical = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()

    def with_changes(
        self,
        *,
        policies: Sequence[Policy | Mapping[str, object]] = (),
        without: Sequence[str] = (),
        parameters: Mapping[str, float] | None = None,
        **blocks: object,
    ) -> "Scenario":
        """Return a changed scenario, checked like a file.

        Args:
            policies: Clauses to add; one with an id that exists replaces that clause, and a mapping without `kind`
                changes the fields that it names of it, such as `{"id": "bank-order", "strength": 0.3}`.
            without: Ids of clauses or drivers to leave out; the mechanism then does without them too.
            parameters: Values to set; others stay.
            **blocks: Any other top-level key but `world`, such as `seed=2`; mappings (`months`, `agents`, `rules`)
                change only the keys they name.

        Raises:
            FaultList: If the changed scenario is wrong; its faults stand in no file.
        """
        blocks = names_of_today({**blocks, "parameters": parameters or {}}, inside_mapping)
        data = self.as_data()
        for name in ("policies", "drivers"):
            data[name] = [entry for entry in data[name] if entry["id"] not in without]
        clauses: dict[str, dict[str, object]] = {str(entry["id"]): entry for entry in data["policies"]}
        for clause in policies:
            entry = clause.model_dump(mode="json", exclude_none=True) if isinstance(clause, Policy) else dict(clause)
            changed: dict[str, object] = {} if "kind" in entry else clauses.get(str(entry.get("id")), {})
            clauses[str(entry.get("id"))] = {**changed, **entry}
        data["policies"] = list(clauses.values())
        for name, value in blocks.items():
            held = data.get(name) if name in BY_KEY else None
            data[name] = {**held, **value} if isinstance(held, dict) and isinstance(value, Mapping) else value
        if "mechanism" not in blocks:
            _forget_absent(data, keep_outcomes="expected_outcomes" in blocks)
        own_kinds = {clause.kind: type(clause) for clause in (*self.policies, *policies) if isinstance(clause, Policy)}
        faults = self._unknown_ids(without)
        if blocks.keys() & {"world", "extends"}:
            faults.append(Fault("", 0, 0, "world", "a scenario keeps its world; load one that names the other"))
        return build(data, self._known or Vocabulary(instruments=own_kinds), faults, self._code)

    def _unknown_ids(self, without: Sequence[str]) -> list[Fault]:
        """Return a fault for every id that cannot be left out because it is not there."""
        ids = [clause.id for clause in self.policies] + [driver.id for driver in self.drivers]
        absent = [name for name in without if name not in ids]
        return [Fault("", 0, 0, "without", f"unknown id '{name}'; {nearest(name, ids)}") for name in absent]


def _forget_absent(data: dict[str, Any], *, keep_outcomes: bool) -> None:
    """Take what is gone out of the mechanism, and with the last of it the mechanism and what is expected of it."""
    if (mechanism := data.get("mechanism")) is None:
        return
    ids = {entry.get("id") for block in ("policies", "drivers") for entry in mappings(data, block).values()}
    left = [name for name in mechanism["clauses"] if name in ids]
    data["mechanism"] = {**mechanism, "clauses": left}
    if not left and not mechanism["without"]:
        del data["mechanism"]
        if not keep_outcomes:
            del data["expected_outcomes"]


def build(
    data: Mapping[str, object],
    known: Vocabulary,
    faults: Sequence[Fault] = (),
    code: Mapping[str, RuleCode] | None = None,
) -> Scenario:
    """Return the scenario that plain data describe.

    Args:
        data: As `Scenario.as_data` gives it.
        known: The names that may be used.
        faults: Faults found before, reported with the others.
        code: Code of rules that was read before; the data can name no other, for they stand in no folder.

    Raises:
        FaultList: If anything is wrong.
    """
    scenario, problems = check(Scenario, data, known)
    found = [*faults, *faults_of([problem for problem in problems if not problem.excused_by], None, data)]
    if found or scenario is None:
        raise FaultList(found)
    said = {name: place for name, place in scenario.rules.items() if place != DEFAULT}
    kept = {name: one for name, one in (code or {}).items() if said.get(name) == one.said}
    if strange := [name for name in said if name not in kept]:
        message = "code is named in a scenario file; from Python hand the function over: case.with_rules(NAME=function)"
        raise FaultList(Fault("", 0, 0, f"rules.{name}", message) for name in strange)
    return remember(scenario, known, kept)


def remember(scenario: Scenario, known: Vocabulary, code: Mapping[str, RuleCode]) -> Scenario:
    """Return the scenario, which from now on checks its changes against these names, with the code that it names."""
    scenario._known, scenario._code = known, code
    return scenario


def as_yaml(data: Mapping[str, Any]) -> str:
    """Return plain data as a YAML text that our reader takes back as it was."""
    text: str = yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes short lists on one line, and dates without quotes (our reader takes every value as text)."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        """Return the node of a list, in brackets where it is short and holds texts only."""
        items = list(sequence)
        short = all(isinstance(item, str) for item in items) and sum(len(item) + 2 for item in items) < 80
        return super().represent_sequence(tag, items, flow_style=short)


def _write_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Return the node of a text, in double quotes with escapes where it holds a line break or an unprintable sign."""
    # PyYAML loses some of these (U+0085 at an end, say) in its other styles.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _write_text)
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
