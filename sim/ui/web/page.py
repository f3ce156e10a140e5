"""One open page: a draft on the left, what it does on the right; every page has its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nicegui import background_tasks, run, ui

from sim.common.errors import SimError
from sim.common.months import format_month
from sim.common.yaml_reader import MOST_BYTES
from sim.ui.web import figures
from sim.ui.web.context import House
from sim.ui.web.inputs_panel import Panel
from sim.ui.web.paired_runs import FIRST_BANDS, Shown
from sim.ui.web.results_panel import Stage
from sim.ui.web.scenario_edits import Draft, drafted, handed_over, scenario_titles
from sim.ui.web.worker import AT_ONCE, BESIDE, OvertakenError, Turn, Turns

if TYPE_CHECKING:
    from nicegui import Client
    from nicegui.events import UploadEventArguments, ValueChangeEventArguments

    from sim.scenario import Scenario

T = TypeVar("T")

STYLE = Path(__file__).with_name("style.css")
_COMPUTING = "Computing …"
_FIRST = "Computing … (the first run after an installation compiles for half a minute)"
_PATIENCE_SECONDS = 60.0
_MENDED = "Not run: mend what is marked on the left. What is dimmed is from before."


class Desk:
    """The page of one browser tab."""

    def __init__(self, house: House) -> None:
        self.house, self.turns = house, Turns(ending=house.worker.ending)
        self.draft: Draft | None = None
        self.panel: Panel | None = None
        self.names = scenario_titles()
        self._quiet, self._warm = False, False
        self._drawn: dict[tuple[str, tuple[str, str] | None], figures.Picture] = {}

    def build(self) -> None:
        """Makes the page and opens the first scenario."""
        ui.colors(primary="#0b3c6f")
        ui.add_css(STYLE.read_text(encoding="utf-8"))
        client = ui.context.client
        client.on_delete(lambda: self.turns.take())
        with ui.element("div").classes("desk"):
            with ui.element("aside"):
                self._make_choice()
                self.left = ui.element("div").classes("panel")
            with ui.element("main"):
                self.stage = Stage(self._look)
        background_tasks.create(self._begin(client))

    async def _begin(self, client: Client) -> None:
        """Opens the first scenario once a browser shows the page; whoever only fetches its text starts no run."""
        with suppress(TimeoutError):
            await client.connected(_PATIENCE_SECONDS)
            name = self.house.scenario
            await self._open(lambda: drafted(name))

    def _make_choice(self) -> None:
        with ui.element("div").classes("choice"):
            with ui.element("div").classes("line"):
                ui.label("sanctions-sim").classes("brand")
                ui.element("div").classes("space")
                with ui.button("Scenario file", icon="download").props("flat dense no-caps size=12px") as self.export:
                    self.export.props("data-role=export")
                    with ui.menu().props("auto-close"):
                        self.own = ui.menu_item("Your changes (extends the chosen one)", lambda: self._save("changes"))
                        ui.menu_item("The whole scenario", lambda: self._save("whole"))
            self.choice = ui.select(self.names, label="Scenario", with_input=True, on_change=self._chosen)
            self.choice.props("dense outlined hide-bottom-space options-dense data-field=scenario")
            self.upload = ui.upload(on_upload=self._uploaded, auto_upload=True, max_file_size=MOST_BYTES)
            self.upload.on_rejected(self._rejected)
            self.upload.props('accept=".yaml,.yml"').classes("hidden")
            with ui.element("div").classes("line"):
                ui.button("Open a file …", on_click=lambda: self.upload.run_method("pickFiles")).props(
                    "flat dense no-caps size=12px"
                )
                self.reset = ui.button("Undo all changes", on_click=lambda: self._undo("", ""))
                self.reset.props("flat dense no-caps size=12px data-role=reset")
                ui.element("div").classes("space")
                self.values = ui.toggle({True: "Fitted", False: "As written"}, value=True, on_change=self._changed)
                self.values.props("dense no-caps unelevated size=11px data-field=values")
                self.values.tooltip("Parameters: the fitted posterior, with bands; or the scenario’s own, without")
            self.question = ui.label().classes("question").props("data-role=question")
            self.frame = ui.label().classes("short")
            self.title = ui.input("Title of your version").props("dense outlined hide-bottom-space data-field=title")
            self.title.on("change", lambda event: self._retitle(str(event.args)))
            self.faults = ui.label().classes("fault whole").props("data-role=faults")

    async def _open(self, make: Callable[[], Draft]) -> None:
        """Opens a scenario; one with faults leaves the page as it was."""
        self.faults.set_text("")
        try:
            draft = await run.io_bound(make)
        except SimError as error:
            self.faults.set_text(str(error))
            if self.draft is None:
                self.stage.state("faulty", "No scenario is open. Choose one on the left.")
            return
        if draft is None:  # the program is ending
            return
        self.draft = draft
        scenario = draft.chosen.scenario
        self._quiet, name = True, draft.extends
        if name not in self.names:
            self.names = {**self.names, name: Path(name).name}
            self.choice.set_options(self.names)
        self.choice.set_value(name)
        self._quiet = False
        months = scenario.months
        self.question.set_text(scenario.question)
        self.frame.set_text(
            f"{format_month(months.first)} to {format_month(months.last)}, {len(scenario.policies)} clauses, "
            f"world “{Path(scenario.world).name}”"
        )
        self.own.set_enabled(draft.portable)
        self.left.clear()
        with self.left:
            self.panel = Panel(draft, self._edit, self._undo)
        self._changed()

    def _chosen(self, event: ValueChangeEventArguments[str]) -> None:
        if not self._quiet and event.value:
            name = event.value
            self.turns.take()
            self.stage.state("computing", _COMPUTING)
            portable = not Path(name).is_relative_to(self.house.scratch)
            background_tasks.create(self._open(lambda: replace(drafted(name), portable=portable)))

    async def _uploaded(self, event: UploadEventArguments) -> None:
        name, raw = event.file.name, await event.file.read()
        self.upload.reset()
        folder = self.house.scratch / f"{id(self)}-{self.turns.generation}"
        await self._open(lambda: handed_over(raw, name, folder))

    def _rejected(self) -> None:
        self.faults.set_text("Not opened: a scenario file is YAML (.yaml or .yml) of 1 MB at most.")

    def _edit(self, clause: str, key: str, value: str) -> None:
        if self.draft is not None and not self._quiet:
            self.draft.change(clause, key, value)
            self._changed()

    def _undo(self, clause: str, key: str) -> None:
        if self.draft is not None:
            self.draft.undo(clause, key)
            self._changed()

    def _retitle(self, title: str) -> None:
        if self.draft is not None:
            self.draft.title = title.strip()
            self._changed()

    def _changed(self) -> None:
        """Runs what the draft says now, or says what is wrong with it."""
        draft, panel = self.draft, self.panel
        if draft is None or panel is None:
            return
        turn = self.turns.take()
        self._drawn.clear()
        self.reset.set_enabled(draft.changed)
        self.title.set_value(draft.title or (f"{draft.chosen.scenario.title}, changed" if draft.changed else ""))
        self.title.set_visibility(draft.changed)
        read = draft.read()
        panel.show_draft()
        left_over = panel.complain(read.complaints)
        self.faults.set_text(" ".join(left_over))
        self.export.set_enabled(read.case is not None)
        if read.case is None:
            self.stage.state("faulty", _MENDED)
            return
        self.stage.state("computing", _COMPUTING if self._warm else _FIRST)
        background_tasks.create(self._show(turn))

    async def _show(self, turn: Turn) -> None:
        """Runs a turn: the pair, its picture, then bands draw by draw."""
        draft, panel = self.draft, self.panel
        assert draft is not None and panel is not None
        case = draft.read().case
        assert case is not None
        fitted = bool(self.values.value)
        try:
            shown = await self._done(turn, AT_ONCE, lambda: self.house.runs.pair(case, turn, fitted=fitted))
            self._warm = True
            self.stage.show(shown, shown.view, (draft.chosen.scenario, case.scenario), turn.generation)
            panel.show_running(shown.running)
            await self._draw(turn)
            await self._bands(shown, turn)
        except OvertakenError:
            return
        except SimError as error:
            self.stage.state("faulty", f"Not run: {error}")
        except Exception:
            self.stage.state("faulty", "The run failed by a mistake of the program; the terminal shows it.")
            raise

    async def _bands(self, shown: Shown, turn: Turn) -> None:
        """Runs the draws one by one; shows bands after the first few and when all are in."""
        draft = self.draft
        count = len(shown.wanted)
        assert draft is not None
        if not count:
            self.stage.state("ready", "No bands: nothing is there to draw from.")
            return
        now = (draft.read().case or draft.chosen).scenario
        scenarios, over = (draft.chosen.scenario, now), 0
        for draw in shown.missing:
            done = len(shown.draws)
            if done >= FIRST_BANDS and not over:
                over = done
                await self._show_bands(shown, scenarios, turn)
            so_far = f"; shown over {over}" if over else ""
            self.stage.state("bands", f"Bands: {done} of {count} draws{so_far}", done / count)
            shown = await self._done(turn, BESIDE, partial(self.house.runs.draw, shown, draw, turn))
        await self._show_bands(shown, scenarios, turn)
        self.stage.state("ready", f"Bands over {count} draws of the posterior: where 90 % of them lie")

    async def _show_bands(self, shown: Shown, scenarios: tuple[Scenario, Scenario], turn: Turn) -> None:
        view = await self._done(turn, BESIDE, shown.banded)
        self.stage.show(shown, view, scenarios, turn.generation)
        self._drawn.clear()
        await self._draw(turn)

    def _look(self) -> None:
        """Draws the figure that is looked at now."""
        if self.stage.shown is not None and self.stage.figure is not None:
            background_tasks.create(self._draw(Turn(self.turns, self.turns.generation)))

    async def _draw(self, turn: Turn) -> None:
        """Shows the figure that is looked at, drawn if it has not been yet."""
        stage = self.stage
        shown, name, pair = stage.shown, stage.figure, stage.pair
        if shown is None or name is None:
            stage.box.props(f"data-drawn={turn.generation}")
            return
        key = name, pair
        if key not in self._drawn:
            try:
                picture = await self._done(turn, AT_ONCE, lambda: _drawn(shown, name, pair))
            except OvertakenError:
                return
            except SimError as error:
                ui.notify(str(error))
                return
            if shown is not stage.shown:
                return
            self._drawn[key] = picture
        if (stage.figure, stage.pair) == key:
            stage.show_picture(self._drawn[key])
            stage.box.props(f"data-drawn={turn.generation}")

    async def _done(self, turn: Turn, rank: int, job: Callable[[], T]) -> T:
        """The outcome of a job, if it is still wanted.

        Raises:
            OvertakenError: something was changed meanwhile.
        """
        turn.go_on()

        def wanted() -> T:
            turn.go_on()
            return job()

        made = await self.house.worker.do(rank, wanted)
        turn.go_on()
        return made

    def _save(self, kind: str) -> None:
        """Hands out the scenario as a file."""
        if self.draft is None:
            return
        stem = Path(self.draft.extends).stem
        if kind == "changes":
            text, name = self.draft.overlay(), f"{stem}-changed.yaml"
        else:
            text, name = self.draft.resolved(), f"{stem}-whole.yaml"
        ui.download.content(text.encode(), name, "application/yaml")


def _drawn(shown: Shown, name: str, pair: tuple[str, str] | None) -> figures.Picture:
    """A figure of a pair, with bands if there are any yet."""
    return figures.draw(shown.banded(*(one for one in figures.BANDED if one == name)), name, pair)
