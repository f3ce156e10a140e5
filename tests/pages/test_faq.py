"""docs/faq.md: its numbers are those of the code and of the tables, and all pages link to what is there."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import sim
from calibration.targets.targets import FIGURES
from sim.report.world_audit import audit
from tests.pages.reading import DOCS, links_astray

TEXT = " ".join((DOCS / "faq.md").read_text(encoding="utf-8").split())
OURS = [DOCS / f"{name}.md" for name in ("odd", "limits", "glossary", "faq")] + sorted((DOCS / "how-to").glob("*.md"))


def test_what_was_seen_of_the_world():
    seen = audit(sim.load_world("reference")).seen
    for row in ("all flows, totals by pair", "towards the target, totals by pair"):
        for share in seen.loc[row]:
            assert share == 0.0 or f"{100 * share:.1f} %" in TEXT


def test_elasticities_and_margins():
    world = sim.load_world("reference")
    elasticity = dict(zip(world.goods, world.price_elasticity, strict=True))
    least, most = (choose(elasticity, key=elasticity.get) for choose in (min, max))
    assert f"from {elasticity[least]:.1f} (`{least}`) to {elasticity[most]:.1f} (`{most}`)" in TEXT
    for name in ("cif", "fob_share"):
        assert re.search(rf"`{name}` \({sim.PARAMETERS[name].default:g}\)", TEXT)


def test_kyrgyzstan():
    rows = pd.read_csv(FIGURES / "directions.csv", index_col="id")
    assert "263 to 2,734 mn EUR" in rows.loc["eu-kg-2023", "source"] and "from 263 mn EUR in 2021 to 2,734 mn" in TEXT
    assert f"by {rows.loc['eu-kg-2023', 'stated']} % in dollars" in TEXT


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    assert links_astray(page) == []
