"""docs/faq.md: its numbers are those of the code and of the tables, and all pages link to what is there."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import sim
from calibration.targets.targets import FIGURES
from docs.pages.limits import calibrated, record
from sim.report.world_audit import audit
from tests.pages.reading import DOCS, links_astray

TEXT = " ".join((DOCS / "faq.md").read_text(encoding="utf-8").split())
OURS = [DOCS / f"{name}.md" for name in ("odd", "limits", "glossary", "faq")] + sorted((DOCS / "how-to").glob("*.md"))


def test_what_was_seen_of_the_world():
    seen = audit(sim.load_world("reference"), "reference").seen
    for row in ("all flows, totals by pair", "towards the target, totals by pair"):
        for share in seen.loc[row]:
            assert share == 0.0 or f"{100 * share:.1f} %" in TEXT


def test_elasticities_and_margins():
    world = sim.load_world("reference")
    elasticity = dict(zip(world.goods, world.price_elasticity, strict=True))
    least, most = (choose(elasticity, key=elasticity.get) for choose in (min, max))
    assert (least, most) == ("vehicles", "electrical")
    assert f"from {elasticity[least]:g} (vehicles) to {elasticity[most]:g} (electrical goods)" in TEXT
    similarity = calibrated("summary").set_index("address").loc["parameters.similarity", "posterior_median"]
    assert f"median of {similarity:.3f}" in TEXT and round(1.0 / similarity) == 6
    for name in ("cif", "fob_share"):
        assert re.search(rf"`{name}` \({sim.PARAMETERS[name].default:g}\)", TEXT)


def test_scores_are_those_of_the_calibration():
    table = calibrated("scores")
    crps = table[table["series"] == "all"].set_index("forecaster")["crps"]
    assert f"CRPS is {crps['gravity, bans']:.3f} with bans alone" in TEXT
    assert f"{crps['gravity, bans and banks']:.3f} with bans and banks" in TEXT
    assert f"the posterior's {crps['posterior']:.3f}." in TEXT
    assert f"CRPS of {crps['synthetic control']:.3f}" in TEXT
    own = record()["discrepancy_median"].values()
    assert f"{min(own):.2f} to {max(own):.2f} log points" in TEXT


def test_kyrgyzstan():
    rows = pd.read_csv(FIGURES / "directions.csv", index_col="id")
    assert "263 to 2,734 mn EUR" in rows.loc["eu-kg-2023", "source"] and "from 263 mn EUR in 2021 to 2,734 mn" in TEXT
    assert f"by {rows.loc['eu-kg-2023', 'stated']} % in dollars" in TEXT
    opening = calibrated("summary").set_index("address").loc["openings.KGZ"]
    low, middle, high = (f"{opening[f'posterior_{at}']:.4f}" for at in ("p05", "median", "p95"))
    assert f"{middle} [{low}, {high}], prior {opening['prior_median']:.3f}" in TEXT
    fit = calibrated("fit").set_index("id")
    for year in ("2022", "2023"):
        assert fit.loc[f"kgz-rus-priority-{year}", "miss"] > 0.0 > fit.loc[f"kgz-from-chn-{year}", "miss"]


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    assert links_astray(page) == []
