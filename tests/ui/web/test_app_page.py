"""The page as one who clicks sees it, without a browser: NiceGUI's simulated user."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nicegui", reason="the extra 'app' is not installed")

from nicegui import ui
from nicegui.testing import User, user_simulation

from sim.scenario import parse_scenario
from sim.ui.web.context import House
from sim.ui.web.page import Desk
from sim.ui.web.scenario_choice import handed_over

# Set by the simulation, which makes an event loop of its own.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SECONDS = 90.0

Story = Callable[..., Awaitable[None]]


def told(story: Story, tmp_path: Path, scenario: str = "classroom", tabs: int = 1) -> None:
    """Opens the page, in as many tabs, and lets a story happen to its user and the desk of each tab."""
    desks: list[Desk] = []
    house = House(scenario, tmp_path)

    def page() -> None:
        desks.append(Desk(house))
        desks[-1].build()

    async def whole() -> None:
        async with user_simulation(page) as user:
            for _ in range(tabs):
                await user.open("/")
            await settled(desks[-1])
            await story(user, *desks)

    asyncio.run(asyncio.wait_for(whole(), SECONDS))


async def settled(desk: Desk) -> None:
    """Waits until the page computes nothing."""
    while desk.stage.box.props.get("data-state") not in ("ready", "faulty"):
        await asyncio.sleep(0.02)


def clause_of(desk: Desk) -> str:
    assert desk.draft is not None
    return desk.draft.chosen.scenario.policies[0].id


def said(desk: Desk) -> str:
    return str(desk.stage.sentence.text)


def set_value(user: User, marker: str, value: Any) -> None:
    for element in user.find(marker).elements:
        assert isinstance(element, ui.switch | ui.date_input)
        element.value = value


def test_a_move_of_the_law_moves_the_numbers_and_back(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        clause, before = clause_of(desk), said(desk)
        assert "than without the policies" in before
        assert "No bands" in desk.stage.status.text
        picture = desk.stage.image.props["src"]
        with user:
            set_value(user, f"{clause}-on", False)
        assert desk.stage.box.props["data-state"] == "computing"
        assert "old" in desk.stage.box.classes
        await settled(desk)
        assert "as much as without the policies" in said(desk)
        assert desk.stage.image.props["src"] != picture
        assert "old" not in desk.stage.box.classes
        with user:
            desk.undo("", "")
        await settled(desk)
        assert said(desk) == before

    told(story, tmp_path)


def test_a_fault_is_said_beside_its_field_and_nothing_old_is_shown_as_new(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        assert desk.panel is not None
        clause = clause_of(desk)
        row = desk.panel.rows[clause]
        with user:
            row.toggle()
        with user:
            set_value(user, f"{clause}-ends", "1999-01-01")
        assert row.faults["ends"].text.startswith("Ends: ends on 1999-01-01, before its first day in force")
        assert desk.stage.box.props["data-state"] == "faulty"
        assert "old" in desk.stage.box.classes
        assert not desk.stage.png.enabled
        assert not desk.choice.export.enabled
        with user:
            user.find(f"{clause}-strength").trigger("change", "many")
        assert "read 'many', expected" in row.faults["strength"].text
        assert row.faults["ends"].text
        with user:
            set_value(user, f"{clause}-ends", "")
            user.find(f"{clause}-strength").trigger("change", "0.25")
        await settled(desk)
        assert desk.stage.box.props["data-state"] == "ready"
        assert not any(label.text for label in row.faults.values())
        assert desk.draft is not None
        assert parse_scenario(desk.draft.overlay()).policies[0].strength == 0.25

    told(story, tmp_path)


NAMED = """\
extends: classroom
title: Two makers are listed
policies:
- {id: listed, kind: entity_listing, by: [coalition], towards: [target], firms_in: [BETA], who: exporters,
   select: largest, names: [Blue Works, Green Works], strength: 2, effective: 2022-02-01, source: made up}
"""


def test_a_list_that_names_its_firms_has_no_slider_of_their_number(tmp_path: Path) -> None:
    path = tmp_path / "named.yaml"
    path.write_text(NAMED, encoding="utf-8")

    async def story(user: User, desk: Desk) -> None:
        assert desk.panel is not None
        row, usual = desk.panel.rows["listed"], desk.panel.rows["ban-half"]
        with user:
            row.toggle()
            usual.toggle()
        assert row.strength is None
        assert usual.strength is not None
        await user.should_see("It lists the 2 that it names: Blue Works, Green Works.")
        await user.should_not_see(marker="listed-strength")
        await user.should_not_see(marker="listed-strength-slider")
        # The rest of such a clause is open to change as that of any other.
        with user:
            set_value(user, "listed-ends", "1999-01-01")
        assert row.faults["ends"].text.startswith("Ends: ends on 1999-01-01")
        with user:
            desk.undo("listed", "")
        await settled(desk)
        assert desk.stage.box.props["data-state"] == "ready"
        assert not any(label.text for label in row.faults.values())

    told(story, tmp_path, scenario=str(path))


def test_another_scenario_and_every_tab(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        before = said(desk)
        desk.choice.scenario.value = "grain-corridor"
        while desk.draft is None or desk.draft.extends != "grain-corridor":
            await asyncio.sleep(0.02)
        await settled(desk)
        assert said(desk) != before
        assert desk.choice.question.text == desk.draft.chosen.scenario.question
        for tab in ("Hubs", "Prices", "Ledgers", "Law", "Table", "Flows"):
            with user:
                desk.stage.tabs.value = tab
            while desk.stage.figure is not None and desk.stage.drawn != (desk.stage.figure, desk.stage.pair):
                await asyncio.sleep(0.02)
            assert desk.stage.image.visible == (desk.stage.figure is not None)

    told(story, tmp_path)


def test_a_file_with_faults_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        draft = desk.draft
        with user:
            await desk.open(lambda: handed_over(b"titel: x\n", "my.yaml", tmp_path / "in"))
        assert desk.draft is draft
        assert desk.choice.faults.text.startswith("my.yaml:1:1")
        assert "did you mean 'title'?" in desk.choice.faults.text
        text = b"extends: classroom\ntitle: Mine\n"
        with user:
            await desk.open(lambda: handed_over(text, "my.yaml", tmp_path / "in"))
        await settled(desk)
        assert desk.choice.faults.text == ""
        assert not desk.choice.own.enabled
        assert desk.draft is not None
        assert desk.draft.chosen.scenario.title == "Mine"

    told(story, tmp_path)


def test_two_tabs_do_not_disturb_each_other(tmp_path: Path) -> None:
    async def story(user: User, one: Desk, other: Desk) -> None:
        before = said(other)
        clause = clause_of(other)
        other.edit(clause, "strength", "0.1")
        while one.draft is None:
            await asyncio.sleep(0.02)
        await settled(other)
        await settled(one)
        assert said(one) == before != said(other)

    told(story, tmp_path, tabs=2)


def test_a_clause_is_added_copied_and_taken_out(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        before = said(desk)
        with user:
            next(iter(user.find("add-clause").elements)).value = "export_ban"  # type: ignore[attr-defined]
        await settled(desk)
        assert desk.panel is not None
        assert desk.draft is not None
        row = desk.panel.rows["export-ban"]
        assert row.opened
        assert row.title.text == "Export ban"
        assert row.controls["by"].options["coalition"] == "The coalition"
        with user:
            row.controls["towards"].value = ["BETA"]
            user.find("export-ban-strength").trigger("change", "0.5")
        await settled(desk)
        assert parse_scenario(desk.draft.overlay()).policies[-1].towards == ("BETA",)
        changed = said(desk)
        assert changed != before
        with user:
            row.controls["by"].value = []
        assert row.faults["by"].text.startswith("By whom: the list is empty")
        with user:
            row.controls["by"].value = ["coalition"]
        await settled(desk)
        assert row.faults["by"].text == ""
        with user:
            user.find("export-ban-duplicate").click()
        await settled(desk)
        assert desk.panel.rows["export-ban"].opened
        assert desk.panel.rows["export-ban-2"].opened
        assert not desk.panel.rows["export-ban-2"].switch.value
        for name in ("export-ban", "export-ban-2", clause_of(desk)):
            with user:
                if not desk.panel.rows[name].opened:
                    desk.panel.rows[name].toggle()
                user.find(f"{name}-remove").click()
            await settled(desk)
            assert name not in desk.panel.rows
        assert "as much as without the policies" in said(desk)
        with user:
            user.find(f"{clause_of(desk)}-back").click()
        await settled(desk)
        assert said(desk) == before

    told(story, tmp_path)


def test_a_scenario_stands_beside_another_and_beside_itself_unchanged(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        clause = clause_of(desk)
        with user:
            desk.edit(clause, "strength", "0.1")
        await settled(desk)
        with user:
            desk.choice.other.value = "(chosen)"
        await asyncio.sleep(0.1)
        await settled(desk)
        assert "than under “The classroom, three months by hand”" in said(desk)
        assert desk.stage.view is not None
        assert desk.stage.view.two_packages
        with user:
            desk.choice.other.value = "reference"
        while "Not run" not in desk.stage.status.text:
            await asyncio.sleep(0.02)
        assert "cannot stand beside a scenario of world 'classroom'" in desk.stage.status.text
        with user:
            desk.choice.other.value = ""
        await asyncio.sleep(0.1)
        await settled(desk)
        assert "than without the policies" in said(desk)

    told(story, tmp_path)


def test_nothing_is_called_fitted_where_nothing_is(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        assert not desk.choice.values.enabled
        assert desk.choice.values.value is False
        assert desk.panel is not None
        assert not any("osterior" in row.field.note.text for row in desk.panel.parameters.values())
        await user.should_not_see("Fitted")

    told(story, tmp_path)


def test_every_control_has_a_name(tmp_path: Path) -> None:
    async def story(user: User, desk: Desk) -> None:
        assert desk.panel is not None
        with user:
            desk.panel.rows[clause_of(desk)].toggle()
        kinds = ui.button, ui.switch, ui.slider, ui.input, ui.select, ui.date_input
        found = [one for one in desk.stage.box.client.elements.values() if isinstance(one, kinds)]
        assert len(found) > 60
        nameless = [
            one for one in found
            if not (one.props.get("aria-label") or one.props.get("label") or getattr(one, "text", ""))
        ]  # fmt: skip
        assert [f"{type(one).__name__} {dict(one.props)}" for one in nameless] == []

    told(story, tmp_path)
