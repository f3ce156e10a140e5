"""Pages of the documentation that are written by the code, so that they cannot say anything else than it does."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

from sim.policies import INSTRUMENTS
from sim.policies.instruments.null_policy import NullPolicy
from sim.report.catalogue import FIELD_COLUMNS, SHARED, example_of, field_rows, own_fields
from sim.report.markdown import markdown
from sim.report.table import Table
from sim.scenario import load_scenario, shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.policies import Policy
    from sim.scenario import Scenario

_HEAD = """\
# Policy instruments

Every clause of law, and every pressure that is no law, is one of these instruments. This page is written by
`sim list instruments --page > docs/instruments.md` from the declarations in `sim/policies/instruments/`; a test fails
where it is out of date. `sim list instruments KIND` shows one of them. What a field of the law means stands in
`sim/policies/regime_fields.py`.

An effect in a month is weighed by the share of its days in force. A clause is idle outside its dates, and one of
strength nil, or switched off, changes no bit of a run. Numbers named in an instrument's description are where its form
comes from; the numbers of a clause are the scenario's, with their own source.

## What all share
"""


_REACH = """\
## Whom each binds, and whom it hits

*The record*: what stands in `towards` is kept and moves nothing. *Through*: the routes on which it acts. States that an
instrument can do nothing to, such as a transit ban of a state that is no hub, are told by `sim check`.
"""


def instruments_page() -> str:
    """All instruments as Markdown: purpose, form and its source, own fields, an example.

    Examples are clauses of shipped scenarios, the reference before others; where none has one it is made up.
    """
    names = sorted(shipped_scenarios(), key=lambda name: (name != "reference", name))
    packages = [load_scenario(name) for name in names]
    shared = field_rows(NullPolicy, [name for name in SHARED if name != "strength"])
    parts = [_HEAD, _table(shared), "", _REACH, _reach(), ""]
    for section, instruments in INSTRUMENTS.by_wielder().items():
        parts += [f"## {section}", ""]
        for instrument in instruments:
            parts += _told(instrument, packages)
    return "\n".join(parts).rstrip() + "\n"


def _told(instrument: type[Policy], packages: Sequence[Scenario]) -> list[str]:
    """One instrument, in lines."""
    kind = next(name for name, known in INSTRUMENTS.items() if known is instrument)
    title = (sys.modules[instrument.__module__].__doc__ or "").splitlines()[0]
    said = inspect.cleandoc(instrument.__doc__ or "").replace("``", "`")
    example = example_of(kind, *packages).rstrip()
    return [
        f"### {kind}",
        "",
        f"*{title}*",
        "",
        said,
        "",
        _table(field_rows(instrument, ["strength", *own_fields(instrument)])),
        "",
        f"{_goods(instrument)} {_together(instrument)}",
        "",
        f"```yaml\n{example}\n```",
        "",
    ]


def _reach() -> str:
    """Who, towards whom, through whom and against whom, instrument by instrument."""
    rows = [(f"`{kind}`", *(text or "-" for text in one.reach)) for kind, one in INSTRUMENTS.items()]
    return markdown(Table.of(("instrument", "who", "towards", "through", "against"), rows))


def _goods(instrument: type[Policy]) -> str:
    return "It covers the goods named." if instrument.by_good else "It does not distinguish goods; leave `goods` out."


def _together(instrument: type[Policy]) -> str:
    if instrument.adds_up:
        return "Clauses on the same states and goods add up."
    return "Two clauses on the same states and goods at one time are a fault: the earlier one has to end."


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """A table of fields in Markdown."""
    return markdown(Table.of(FIELD_COLUMNS, ((f"`{name}`", *rest) for name, *rest in rows)))
