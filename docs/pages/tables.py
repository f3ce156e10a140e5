"""Every column of the tables that a run leaves."""

from __future__ import annotations

from docs.pages.markdown import plain, table
from sim.simulation.columns import COLUMNS
from sim.simulation.results import TABLES, Results

_HEAD = """\
# Tables of results

What a run leaves, as tidy tables: `run.flows` in Python, `flows.parquet` in the run's folder
([layout](../../results/README.md)). Units stand in the names of columns where a reader could guess wrong. Codes of
states and goods are those of the world (`sim world show`).

```python
import sim

run = sim.load("classroom").run()
late = run.flows[run.flows["month"] >= "2021-02"]
print(late.groupby(["origin", "route"])["value_musd"].mean())
```
"""


def tables_page() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    for name in TABLES:
        rows = [(f"`{column}`", held.unit, held.meaning) for column, held in COLUMNS[name].items()]
        said = plain(" ".join((getattr(Results, name).__doc__ or "").split("\n\n")[0].split()))
        parts += [f"## {name}", "", said, "", table(("column", "unit", "what it holds"), rows), ""]
    return "\n".join(parts).rstrip() + "\n"
