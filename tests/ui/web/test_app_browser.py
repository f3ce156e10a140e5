"""The page in a browser: clicks, downloads, no error, and nothing asked of anybody but the program itself.

It runs where Chromium is: `make test-app` installs Debian's. Elsewhere it is skipped, with the reason.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest

pytest.importorskip("nicegui", reason="the extra 'app' is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from app_toys import Served, start
from playwright import sync_api

from sim.scenario import load_scenario

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# A run takes a tenth of a second; compiling for the first time takes half a minute, on a busy machine more.
PATIENCE = 150_000.0
# The change whose picture and numbers are shown, seen in one look: between two looks the next change may overtake it.
_SETTLED = """before => {
    const { state, generation, drawn } = document.querySelector('.stage')?.dataset ?? {};
    return ['bands', 'ready'].includes(state) && drawn === generation && generation !== before && generation;
}"""
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path; make test-app installs one"),
    pytest.mark.xdist_group("app"),
]


@dataclass
class Tab:
    """A page in the browser, and what it did unasked."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def settled(self, before: str | None = None) -> str:
        """Waits until picture and numbers are those of the latest change; returns the number of the change."""
        held = self.page.wait_for_function(_SETTLED, arg=before, timeout=PATIENCE)
        return str(held.json_value())

    def stage(self, name: str) -> str | None:
        found: str | None = self.page.get_attribute(".stage", f"data-{name}")
        return found

    def text(self, role: str) -> str:
        return str(self.page.inner_text(f'[data-role="{role}"]')).replace("\u00a0", " ")

    def download(self, role: str, *then: str) -> Path:
        with self.page.expect_download(timeout=PATIENCE) as held:
            self.page.click(f'[data-role="{role}"]')
            for text in then:
                self.page.click(f"text={text}")
        return Path(held.value.path()).rename(Path(held.value.path()).parent / held.value.suggested_filename)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Playwright has a loop of its own, which must not outlive the module.
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def opened(browser: Any, address: str, width: int = 1280, height: int = 800) -> Tab:
    page = browser.new_page(viewport={"width": width, "height": height}, accept_downloads=True)
    tab = Tab(page)
    page.on("request", lambda request: tab.asked.append(request.url))
    page.on("websocket", lambda socket: tab.asked.append(socket.url))
    page.on("console", lambda said: tab.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.goto(address)
    return tab


def only_asked_its_own(tab: Tab, served: Served) -> None:
    assert len(tab.asked) > 5
    elsewhere = [
        url for url in tab.asked
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != urlsplit(served.address).netloc
    ]  # fmt: skip
    assert elsewhere == []
    assert tab.complaints == []


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = start(tmp_path_factory.mktemp("small"), "classroom")
    yield running
    if running.process.poll() is None:
        running.interrupt()


def test_a_modellers_way_through_the_page(browser: Any, small: Served, tmp_path: Path) -> None:
    tab = opened(browser, small.address)
    generation = tab.settled()
    page, before = tab.page, tab.text("headline")
    assert "No bands" in tab.text("status")
    clause = page.get_attribute("[data-clause]", "data-clause")

    # A slider by the keyboard, then a date, then a fault and its mending.
    page.click(f'[data-clause="{clause}"] .name')
    page.focus(f'.q-slider[data-field="{clause}-strength"] [tabindex]')
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('[data-role=headline]').innerText !== before", arg=before)
    generation = tab.settled(generation)
    strength = float(page.input_value(f'input[data-field="{clause}-strength"]'))
    moved = tab.text("headline")
    assert moved != before
    page.fill(f'input[data-field="{clause}-ends"]', "1999-12-31")
    page.wait_for_selector('.stage[data-state="faulty"]')
    assert "before its first day in force" in page.inner_text(f'[data-clause="{clause}"]')
    page.screenshot(path=tmp_path / "fault.png")
    page.fill(f'input[data-field="{clause}-ends"]', "2022-02-28")
    generation = tab.settled(generation)
    assert tab.text("headline") != moved

    # Both scenario files load by the strict loader, to what the page says.
    for entry, name in (("Your changes", "classroom-changed.yaml"), ("The whole scenario", "classroom-whole.yaml")):
        path = tab.download("export", entry)
        assert path.name == name
        ban = next(one for one in load_scenario(path).policies if one.id == clause)
        assert (ban.strength, str(ban.ends)) == (strength, "2022-02-28")

    for name in ("Hubs", "Prices", "Ledgers", "Flows"):
        page.click(f'[data-tab="{name}"]')
        page.wait_for_selector('[data-role="picture"]:visible', timeout=PATIENCE)
    picture, table = tab.download("png"), tab.download("csv")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert (picture.name, table.name) == ("flows_by_route.png", "flows_by_route.csv")
    assert "value_musd" in pd.read_csv(table)
    page.click('[data-tab="Law"]')
    assert "2022-02-28" in page.inner_text('[data-table="changes"]')
    page.click('[data-tab="Table"]')
    yearly = pd.read_csv(StringIO(tab.download("csv").read_text(encoding="utf-8")))
    assert f"{yearly['policy_busd'].iloc[-1]:.3g}" in page.inner_text('[data-table="yearly"]')

    # Another tab knows nothing of this.
    other = opened(browser, small.address)
    other.settled()
    assert other.text("headline") == before
    page.click('[data-role="reset"]')
    tab.settled(generation)
    assert tab.text("headline") == before
    for one in (tab, other):
        only_asked_its_own(one, small)
        one.page.close()


def test_another_scenario_has_bands_and_ctrl_c_ends_the_program_under_open_pages(
    browser: Any, small: Served, tmp_path: Path
) -> None:
    tab = opened(browser, small.address, 1600, 1000)
    generation, page = tab.settled(), tab.page
    page.click('label:has([data-field="scenario"])')
    page.keyboard.type("Reference")
    page.click('.q-menu .q-item:has-text("Reference")')
    tab.settled(generation)
    page.wait_for_selector('.card .band:has-text("draws")', timeout=PATIENCE)
    assert tab.stage("state") in ("bands", "ready")
    shot = Path(os.environ.get("SIM_APP_SHOT") or tmp_path / "reference.png")
    page.screenshot(path=shot)
    assert shot.stat().st_size > 20_000
    only_asked_its_own(tab, small)
    status, said = small.interrupt()
    assert (status, said) == (130, "")
    assert list(small.folder.iterdir()) == []


_ROLES = {
    "button", "checkbox", "combobox", "image", "img", "link", "listbox", "menuitem", "progressbar", "radio", "slider",
    "spinbutton", "switch", "tab", "textbox", "searchbox",
}  # fmt: skip


@pytest.mark.parametrize("width", [1280, 800, 400])
def test_controls_have_names_and_nothing_is_beside_the_page_at_any_width(
    browser: Any, tmp_path: Path, width: int
) -> None:
    served = start(tmp_path, "classroom")
    try:
        tab = opened(browser, served.address, width, 900)
        tab.settled()
        page = tab.page
        page.click("[data-clause] .name")
        page.wait_for_selector('[data-field$="-towards"]')
        page.click('[data-tab="Ledgers"]')
        page.wait_for_selector('[data-role="picture"]:visible', timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == "en"
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        seen = [node for node in nodes if not node["ignored"] and node["role"]["value"] in _ROLES]
        asked = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in seen]
        assert len(asked) > 40
        assert [role for role, name in asked if not name.strip()] == []
        only_asked_its_own(tab, served)
        page.close()
    finally:
        served.interrupt()
