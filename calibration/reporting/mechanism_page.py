"""What every mechanism of the source documents does to flows: ``make library`` writes the page and draws each.

Runs every shipped scenario that names a mechanism, with it and without (paired), and measures what its file
expects: the page goes to ``docs/mechanisms.md``, a picture with its tables to ``results/library/NAME/``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import sim

FIGURES = Path(__file__).resolve().parents[1] / "figures" / "mechanisms.csv"
ROOT = Path(__file__).resolve().parents[2]
PAGE, PICTURES = ROOT / "docs" / "mechanisms.md", ROOT / "results" / "library"
HEAD = """# Mechanism tests

Written by `make library`, which also draws each below `results/library`: every scenario runs with its mechanism and,
paired with it, without; the table gives the change of the numbers that its file names, mean per month. All runs are at
the prior centres, where the file was written: `sim test-mechanism NAME --posterior none` shows one, `sim explain NAME
METRIC --posterior none` says who did it. Without `--posterior none` both run at the fitted draw, as `sim run` does, and
an outcome may miss. Strengths marked as priors in the files are priors here too: read signs and orders of size, not
digits.

"""


def rows_of(name: str) -> tuple[str, ...]:
    """Rows of the table of mechanisms that a scenario shows."""
    mechanism = sim.load_scenario(name).mechanism
    return mechanism.rows if mechanism else ()


def names() -> list[str]:
    """The shipped scenarios that name a mechanism."""
    return [name for name in sim.shipped_scenarios() if sim.load_scenario(name).mechanism is not None]


def facts() -> pd.DataFrame:
    """The mechanisms of the source documents: id, mechanism, source."""
    return pd.read_csv(FIGURES, dtype=str, keep_default_na=False)


def page(sections: dict[str, str]) -> str:
    """The page: what each row of the documents shows, then the scenarios that show none.

    Args:
        sections: from :func:`section`, by scenario.
    """
    lines = [HEAD]
    for row in facts().to_dict("records"):
        lines.append(f"## {row['id']} · {row['mechanism']}\n\nSource: {row['source']}.\n\n")
        lines += [text for name, text in sections.items() if row["id"] in rows_of(name)]
    lines.append("## Beyond the documents\n\n")
    known = set(facts()["id"])
    lines += [text for name, text in sections.items() if not known & set(rows_of(name))]
    return "".join(lines).rstrip() + "\n"


def section(name: str, shown: sim.Shown) -> str:
    """What the page says of a scenario that was run with its mechanism and without."""
    scenario = shown.scenario
    assert scenario.mechanism is not None
    told = f"**[{name}](../scenarios/{name}.yaml)**: {scenario.mechanism.shows}.\n\n"
    columns = ("what is expected", "metric", *(sim.Column(head, digits=3) for head in ("without", "with")),
               sim.Column("change", "change"), "as expected")  # fmt: skip
    rows = [
        (row["what"], row["metric"], row["without"], row["with"], row["change_percent"],
         "yes" if row["holds"] else "**no**") for row in shown.table.to_dict("records")
    ]  # fmt: skip
    return f"{told}{sim.markdown(sim.Table.of(columns, rows))}\n\n"


def main() -> int:
    """Writes pictures and the page; 0 if all is as its file expects."""
    sections, missed = {}, 0
    for name in names():
        shown = sim.show_mechanism(sim.load(name, posterior="none"))
        sim.save_mechanism(shown, PICTURES / name)
        # The text alone is kept: all runs together would fill gigabytes.
        sections[name] = section(name, shown)
        missed += not shown.holds
        sys.stdout.write(f"{name}: {'as expected' if shown.holds else 'NOT as expected'}\n")
    with sim.written_file(PAGE) as scratch:
        scratch.write_text(page(sections), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n{PICTURES}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
