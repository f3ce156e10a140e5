"""``python -m docs.pages``: writes every generated page and table, and the pictures of the figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from docs.pages import limits, odd
from docs.pages.api import api_page
from docs.pages.chips import chips_page
from docs.pages.commands import commands_page
from docs.pages.designs import designs_page
from docs.pages.fields import scenario_page, study_page
from docs.pages.figures import IMAGES, figures_page, reference
from docs.pages.marked import rewrite
from docs.pages.metrics import metrics_page
from docs.pages.parameters import parameters_page
from docs.pages.probes import probes_page
from docs.pages.rules import rules_page
from docs.pages.tables import tables_page
from docs.pages.validation import validation_page
from docs.pages.world import IMAGES as WORLD_IMAGES
from docs.pages.world import world_page
from sim.common.files import written_file
from sim.experiments.json_schema import study_schema
from sim.report.catalogue_pages import instruments_page
from sim.scenario import json_schema
from sim.scenario.world_codes import read_codes
from sim.world import find_world

DOCS = Path(__file__).resolve().parents[1]
PAGES: Mapping[str, Callable[[], str]] = {
    "instruments.md": instruments_page,
    "validation.md": validation_page,
    "published-designs.md": designs_page,
    "world.md": world_page,
    "probes.md": probes_page,
    "chips.md": chips_page,
    "reference/parameters.md": parameters_page,
    "reference/rules.md": rules_page,
    "reference/metrics.md": metrics_page,
    "reference/scenario-fields.md": scenario_page,
    "reference/study-fields.md": study_page,
    "reference/commands.md": commands_page,
    "reference/tables.md": tables_page,
    "reference/api.md": api_page,
}
FIGURES_PAGE = "reference/figures.md"
# Pages written by hand, with tables made here.
WITH_TABLES = {"odd.md": odd.TABLES, "limits.md": limits.TABLES, "../README.md": limits.TABLES}


def main() -> int:
    """Writes all pages; 1 if the marks for tables in a page are at fault."""
    pictured = {FIGURES_PAGE: lambda: figures_page(reference(), IMAGES), "world.md": lambda: world_page(WORLD_IMAGES)}
    for name, page in {**PAGES, **pictured}.items():
        with written_file(DOCS / name) as scratch:
            scratch.write_text(page(), encoding="utf-8")
    for name, schema in (("scenario", json_schema(read_codes(find_world("reference")))), ("study", study_schema())):
        with written_file(DOCS.parent / "scenarios" / f"{name}.schema.json") as scratch:
            scratch.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write("".join(f"docs/{name}\n" for name in (*PAGES, FIGURES_PAGE)))
    return max(rewrite(name, tables) for name, tables in WITH_TABLES.items())


if __name__ == "__main__":
    raise SystemExit(main())
