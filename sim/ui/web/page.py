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
from sim.simulation.posterior import shipped_posterior
from sim.ui.web import figures
from sim.ui.web.choice import UNCHANGED, WITHOUT, Choice
from sim.ui.web.context import House
from sim.ui.web.inputs_panel import Panel
from sim.ui.web.paired_runs import FIRST_BANDS, Shown
from sim.ui.web.results_panel import Beside, Stage
from sim.ui.web.scenario_choice import drafted, handed_over, scenario_titles
from sim.ui.web.worker import AT_ONCE, BESIDE, OvertakenError, Turn, Turns

if TYPE_CHECKING:
    from nicegui import Client
    from nicegui.events import UploadEventArguments

    from sim.simulation.simulation import Case
    from sim.ui.web.scenario_edits import Draft

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
        self.compared = WITHOUT
        self._warm = False
        self._others: dict[str, Case] = {}
        self._drawn: dict[tuple[str, tuple[str, str] | None], figures.Picture] = {}

    def build(self) -> None:
        """Makes the page and opens the first scenario."""
        ui.colors(primary="#0b3c6f")
        ui.add_css(STYLE.read_text(encoding="utf-8"))
        ui.add_head_html('<script>document.documentElement.lang = "en"</script>')
        client = ui.context.client
        client.on_delete(lambda: self.turns.take())
        with ui.element("div").classes("desk"):
            with ui.element("aside").props('aria-label="The package"'):
                self.choice = Choice(self.names, self)
                self.left = ui.element("div").classes("panel")
                self.left.props('tabindex=0 role=region aria-label="Clauses and parameters"')
            with ui.element("section").classes("results").props('tabindex=0 aria-label="Results"'):
                self.stage = Stage(self._look)
        background_tasks.create(self._begin(client))

    async def _begin(self, client: Client) -> None:
        """Opens the first scenario once a browser shows the page; whoever only fetches its text starts no run."""
        with suppress(TimeoutError):
            await client.connected(_PATIENCE_SECONDS)
            await self.open(lambda: drafted(self.house.scenario))

    async def open(self, make: Callable[[], Draft]) -> None:
        """Opens a scenario; one with faults leaves the page as it was."""
        self.choice.faults.set_text("")
        try:
            draft = await run.io_bound(make)
        except SimError as error:
            self.choice.faults.set_text(str(error))
            if self.draft is None:
                self.stage.state("faulty", "No scenario is open. Choose one on the left.")
            return
        if draft is None:  # the program is ending
            return
        self.draft = draft
        scenario = draft.chosen.scenario
        if draft.extends not in self.names:
            self.names = {**self.names, draft.extends: Path(draft.extends).name}
        count = len(scenario.policies)
        about = f"{count} clause{'s' * (count != 1)}, world “{Path(scenario.world).name}”"
        self.choice.show(draft, self.names, about)
        self.choice.show_source(fitted=shipped_posterior(scenario.world) is not None)
        self._arrange()

    def _arrange(self, open_one: str = "") -> None:
        """Makes the left side anew, since there is another scenario, or a clause more or less."""
        draft, old = self.draft, self.panel
        assert draft is not None
        opened = old.opened if old is not None and old.draft is draft else []
        self.left.clear()
        with self.left:
            self.panel = Panel(draft, self.edit, self.undo, self._arrange)
            self.panel.open([*opened, open_one])
        self.rerun()

    def choose(self, name: str) -> None:
        """Opens a scenario by name."""
        self.turns.take()
        self.stage.state("computing", _COMPUTING)
        portable = not Path(name).is_relative_to(self.house.scratch)
        background_tasks.create(self.open(lambda: replace(drafted(name), portable=portable)))

    def compare_with(self, name: str) -> None:
        """Compares with another package from now on."""
        self.compared = name
        background_tasks.create(self._compare_with(name))

    async def _compare_with(self, name: str) -> None:
        if name not in (WITHOUT, UNCHANGED) and name not in self._others:
            try:
                found = await run.io_bound(lambda: drafted(name).chosen)
            except SimError as error:
                self.stage.state("faulty", f"Not compared: {error}")
                return
            if found is None:
                return
            self._others[name] = found
        if name == self.compared:
            self.rerun()

    def _other(self) -> Case | None:
        """The package that is compared with; None for the world without policies."""
        assert self.draft is not None
        return self.draft.chosen if self.compared == UNCHANGED else self._others.get(self.compared)

    async def upload(self, event: UploadEventArguments) -> None:
        """Opens a file that came through the page."""
        name, raw = event.file.name, await event.file.read()
        self.choice.upload.reset()
        folder = self.house.scratch / f"{id(self)}-{self.turns.generation}"
        await self.open(lambda: handed_over(raw, name, folder))

    def refuse_upload(self) -> None:
        """Says why a file is not opened."""
        self.choice.faults.set_text("Not opened: a scenario file is YAML (.yaml or .yml) of 1 MB at most.")

    def edit(self, clause: str, key: str, value: str) -> None:
        """Sets a key of a clause, or with no clause a parameter or a month, and runs what that makes."""
        if self.draft is not None:
            self.draft.change(clause, key, value)
            self.rerun()

    def undo(self, clause: str, key: str) -> None:
        """Takes changes back; all of them without a clause or a key."""
        draft = self.draft
        if draft is not None:
            rows = draft.in_date_order
            draft.undo(clause, key)
            if rows == draft.in_date_order and not draft.removed:
                self.rerun()
            else:
                self._arrange()

    def retitle(self, title: str) -> None:
        """Names the changed scenario."""
        if self.draft is not None:
            self.draft.title = title.strip()
            self.rerun()

    def rerun(self) -> None:
        """Runs what the draft says now, or says what is wrong with it."""
        draft, panel = self.draft, self.panel
        if draft is None or panel is None:
            return
        turn = self.turns.take()
        self._drawn.clear()
        self.choice.show_changes(draft)
        read = draft.read()
        panel.show_draft()
        left_over = panel.complain(read.complaints)
        self.choice.faults.set_text(" ".join(left_over))
        self.choice.export.set_enabled(read.case is not None)
        if read.case is None:
            self.stage.state("faulty", _MENDED)
            return
        self.stage.state("computing", _COMPUTING if self._warm else _FIRST)
        background_tasks.create(self._show(read.case, turn))

    async def _show(self, case: Case, turn: Turn) -> None:
        """Runs a turn: the pair, its picture, then bands draw by draw."""
        panel, other = self.panel, self._other()
        assert self.draft is not None and panel is not None
        fitted = bool(self.choice.values.value)
        beside = Beside(other or self.draft.chosen, case, compared=other is not None)
        try:
            shown = await self._done(
                turn, AT_ONCE, lambda: self.house.runs.pair(case, turn, fitted=fitted, other=other)
            )
            self._warm = True
            self.stage.show(shown, shown.view, beside, turn.generation)
            panel.show_running(shown.running)
            await self._draw(turn)
            await self._bands(shown, beside, turn)
        except OvertakenError:
            return
        except SimError as error:
            self.stage.state("faulty", f"Not run: {error}")
        except Exception:
            self.stage.state("faulty", "The run failed by a mistake of the program; the terminal shows it.")
            raise

    async def _bands(self, shown: Shown, beside: Beside, turn: Turn) -> None:
        """Runs the draws one by one; shows bands after the first few and when all are in."""
        count, over = len(shown.wanted), 0
        if not count:
            self.stage.state("ready", "No bands: nothing is there to draw from.")
            return
        for draw in shown.missing:
            done = len(shown.draws)
            if done >= FIRST_BANDS and not over:
                over = done
                await self._show_bands(shown, beside, turn)
                for made in shown.draws.values():
                    await self._done(turn, BESIDE, partial(made.complete, turn))
            so_far = f"; shown over {over}" if over else ""
            self.stage.state("bands", f"Bands: {done} of {count} draws{so_far}", done / count)
            # Somebody waits for the first bands of what is looked at.
            looked_at = [name for name in (self.stage.figure,) if name in figures.BANDED]
            job = partial(self.house.runs.draw, shown, draw, turn, None if over else looked_at)
            shown = await self._done(turn, BESIDE, job)
        bands = await self._show_bands(shown, beside, turn)
        self.stage.state("ready", f"Medians of {count} draws of the posterior; bands: {bands}")
        for made in shown.draws.values():
            await self._done(turn, BESIDE, partial(made.complete, turn))

    async def _show_bands(self, shown: Shown, beside: Beside, turn: Turn) -> str:
        view = await self._done(turn, BESIDE, shown.banded)
        self.stage.show(shown, view, beside, turn.generation)
        self._drawn.clear()
        await self._draw(turn)
        return "" if view.bands is None else view.bands.part

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

    def save(self, kind: str) -> None:
        """Hands out the scenario as a file."""
        if self.draft is None:
            return
        text, name = self.draft.file(kind)
        ui.download.content(text.encode(), name, "application/yaml")


def _drawn(shown: Shown, name: str, pair: tuple[str, str] | None) -> figures.Picture:
    """A figure of a pair, with bands if there are any yet."""
    return figures.draw(shown.banded(*(one for one in figures.BANDED if one == name)), name, pair)
