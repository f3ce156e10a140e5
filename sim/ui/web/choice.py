"""The top of the left side: which scenario is open, what it is compared with, and what becomes of the changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from nicegui import ui

from sim.common.yaml_reader import MOST_BYTES

if TYPE_CHECKING:
    from nicegui.events import UploadEventArguments

    from sim.ui.web.scenario_edits import Draft

WITHOUT, UNCHANGED = "", "(chosen)"  # what a scenario may be compared with, beside others that ship
_OTHERS = {WITHOUT: "The world without policies", UNCHANGED: "The chosen scenario, unchanged"}
_DENSE = "dense outlined hide-bottom-space options-dense"
_SMALL = "flat dense no-caps size=12px"


class Asking(Protocol):
    """What the controls call."""

    def choose(self, name: str) -> None:
        """Opens a scenario."""

    def compare_with(self, name: str) -> None:
        """Compares with another package."""

    async def upload(self, event: UploadEventArguments) -> None:
        """Opens a file."""

    def refuse_upload(self) -> None:
        """Says that a file is not opened."""

    def undo(self, clause: str, key: str) -> None:
        """Takes changes back."""

    def retitle(self, title: str) -> None:
        """Names the changed scenario."""

    def rerun(self) -> None:
        """Runs what is chosen now."""

    def save(self, kind: str) -> None:
        """Hands the scenario out as a file."""


class Choice:
    """Which scenario is open and how it is run.

    Args:
        names: of what ships, with titles.
        asked: what the controls call.
    """

    def __init__(self, names: Mapping[str, str], asked: Asking) -> None:
        self._quiet = False
        with ui.element("div").classes("choice"):
            with ui.element("div").classes("line"):
                ui.label("sanctions-sim").classes("brand").props("role=heading aria-level=1")
                ui.element("div").classes("space")
                with ui.button("Scenario file", icon="download").props(_SMALL) as self.export:
                    self.export.props("data-role=export")
                    with ui.menu().props("auto-close"):
                        self.own = ui.menu_item("Your changes (extends the chosen one)", lambda: asked.save("changes"))
                        ui.menu_item("The whole scenario", lambda: asked.save("whole"))
            self.scenario = ui.select(dict(names), label="Scenario", with_input=True)
            self.scenario.props(f"{_DENSE} data-field=scenario")
            self.scenario.on_value_change(lambda event: self._tell(asked.choose, event.value) if event.value else None)
            self.other = ui.select(_OTHERS | dict(names), label="Compared with", with_input=True, value=WITHOUT)
            self.other.props(f"{_DENSE} data-field=compared")
            self.other.on_value_change(lambda event: self._tell(asked.compare_with, event.value or WITHOUT))
            self.upload = ui.upload(on_upload=asked.upload, auto_upload=True, max_file_size=MOST_BYTES)
            self.upload.on_rejected(asked.refuse_upload)
            self.upload.props('accept=".yaml,.yml"').classes("hidden")
            with ui.element("div").classes("line wraps"):
                ui.button("Open a file …", on_click=lambda: self.upload.run_method("pickFiles")).props(_SMALL)
                self.reset = ui.button("Undo all changes", on_click=lambda: asked.undo("", ""))
                self.reset.props(f"{_SMALL} data-role=reset")
                ui.element("div").classes("space")
                self.values = ui.toggle({True: "Posterior", False: "As written"}, value=True)
                self.values.on_value_change(lambda: self._tell(asked.rerun))
                self.values.props("dense no-caps unelevated size=11px data-field=values")
                self.values.tooltip(
                    "Parameters: draws of the fitted posterior, with bands; or the scenario’s own, without"
                )
            self.question = ui.label().classes("question").props("data-role=question")
            self.frame = ui.label().classes("short")
            self.title = ui.input("Title of your version").props("dense outlined hide-bottom-space data-field=title")
            self.title.on("change", lambda event: asked.retitle(str(event.args)))
            self.faults = ui.label().classes("fault whole").props("data-role=faults role=alert")

    def _tell(self, asked: Callable[..., None], *what: str) -> None:
        """Asks for what a user wants; what the page sets itself asks for nothing."""
        if not self._quiet:
            asked(*what)

    def show(self, draft: Draft, names: Mapping[str, str], about: str) -> None:
        """Shows the scenario that was opened, which calls nobody."""
        self._quiet = True
        self.scenario.set_options(dict(names), value=draft.extends)
        self._quiet = False
        self.question.set_text(draft.chosen.scenario.question)
        self.frame.set_text(about)
        self.own.set_enabled(draft.portable)

    def show_changes(self, draft: Draft) -> None:
        """Shows whether there are changes, and what the changed scenario is called."""
        title: Any = draft.title or (f"{draft.chosen.scenario.title}, changed" if draft.changed else "")
        self.reset.set_enabled(draft.changed)
        self.title.set_value(title)
        self.title.set_visibility(draft.changed)

    def show_source(self, *, fitted: bool) -> None:
        """Says whether there is a posterior to take parameters from: without one nothing is fitted."""
        self.values.set_enabled(fitted)
        self._quiet = True
        self.values.set_value(fitted)
        self._quiet = False
