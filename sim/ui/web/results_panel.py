"""The right side of the page: headline, figures in tabs, law and table; what is old is not shown as new."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from nicegui import ui

from sim.report.catalogue import clause_differences
from sim.ui.web.figures import MIRROR, TABS, Picture, usual_pair
from sim.ui.web.headline import headline, key_figures, usual_year, with_bands, yearly_table, years
from sim.ui.web.labels import law_in_force

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

    from sim.report.plots.run_view import View
    from sim.report.table import Table
    from sim.simulation.simulation import Case
    from sim.ui.web.paired_runs import Shown

LAW, TABLE = "Law", "Table"
_KINDS = {"png": "image/png", "csv": "text/csv"}


class Beside(NamedTuple):
    """The two packages that the law tab sets against each other.

    Attributes:
        first: as it was chosen, or what is compared with.
        case: with the changes; this is what runs.
        compared: whether the first runs, too.
    """

    first: Case
    case: Case
    compared: bool


class Stage:
    """Headline, tabs and what stands in them.

    Args:
        on_look: called when another figure is to be drawn.
    """

    def __init__(self, on_look: Callable[[], None]) -> None:
        self._on_look = on_look
        self.shown: Shown | None = None
        self.view: View | None = None
        self.picture: Picture | None = None
        self.drawn: tuple[str | None, tuple[str, str] | None] = None, None
        self.chosen: dict[str, str] = {tab: next(iter(figures)) for tab, figures in TABS.items()}
        self._quiet, self.current = False, False
        with ui.element("div").classes("stage") as self.box:
            self._make_head()
            with ui.tabs().props("dense no-caps align=left").classes("tabs") as self.tabs:
                for name in (*TABS, LAW, TABLE):
                    ui.tab(name).props(f"data-tab={name}")
            self.tabs.set_value("Flows")
            self.tabs.on_value_change(self._tab_changed)
            self.tools = self._make_tools()
            self.waiting = ui.label("Drawing …").classes("waiting")
            with ui.element("div").classes("frame").props('tabindex=0 role=region aria-label="Figure"'):
                self.image = ui.element("img").classes("picture").props('data-role=picture alt="No figure yet"')
            self.law = ui.element("div").classes("law").props('tabindex=0 role=region aria-label="Law"')
            self.table = ui.element("div").classes("yearly").props('tabindex=0 role=region aria-label="Table"')
            self.words = ui.label().classes("believed").props("data-role=believed")
        self.state("computing", "Computing …")

    def _make_head(self) -> None:
        with ui.element("div").classes("head"):
            self.sentence = ui.label(" ").classes("sentence").props("data-role=headline role=heading aria-level=2")
            self.year = ui.select([], on_change=self._year_changed).props(
                'dense outlined hide-bottom-space data-field=year options-dense aria-label="Year"'
            )
        self.cards = ui.element("div").classes("cards")
        with ui.element("div").classes("status"):
            self.status = ui.label().props("data-role=status role=status")
            # A bar that stands still between draws: an animation would cost a browser without a graphics card as much
            # as a run.
            self.bar = ui.linear_progress(0.0, show_value=False).classes("bar")
            self.bar.props('instant-feedback size=4px aria-label="Draws that are done"')

    def _make_tools(self) -> ui.element:
        with ui.element("div").classes("tools") as tools:
            self.figures = ui.toggle({}, on_change=self._figure_changed).props("dense no-caps unelevated size=12px")
            self.exporter = ui.select({}, label="Exporter", on_change=self._pair_changed)
            self.importer = ui.select({}, label="Importer", on_change=self._pair_changed)
            for made in (self.exporter, self.importer):
                made.props("dense outlined hide-bottom-space options-dense").classes("state")
            ui.element("div").classes("space")
            self.png = ui.button("PNG", icon="download", on_click=lambda: self._download("png"))
            self.csv = ui.button("CSV", icon="download", on_click=lambda: self._download("csv"))
            for kind, button in (("png", self.png), ("csv", self.csv)):
                button.props(f"flat dense no-caps size=12px data-role={kind}")
        return tools

    @property
    def tab(self) -> str:
        """The tab that is looked at."""
        return str(self.tabs.value)

    @property
    def figure(self) -> str | None:
        """The figure that is looked at; None where the tab shows a table."""
        return self.chosen.get(self.tab)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two states of the mirror gap."""
        return (str(self.exporter.value), str(self.importer.value)) if self.figure == MIRROR else None

    def state(self, state: str, message: str, share: float | None = None) -> None:
        """Says what the page is doing; what is old is dimmed.

        Args:
            state: ``computing``, ``bands``, ``ready`` or ``faulty``.
            message: the same in words.
            share: of the draws that are done.
        """
        current = state in ("bands", "ready")
        self.box.props(f"data-state={state}")
        self.box.classes(add="" if current else "old", remove="old" if current else "")
        self.bar.set_visibility(share is not None)
        self.bar.set_value(share or 0.0)
        self.status.set_text(message)
        self.current = current
        self._arrange()

    def show(self, shown: Shown, view: View, beside: Beside, generation: int) -> None:
        """Shows the numbers of a pair; the picture comes when it is drawn.

        Args:
            shown: the pair.
            view: the same with the bands that there are.
            beside: the packages that the law tab sets against each other.
            generation: number of the turn, for tests to see.
        """
        first = self.shown is None or self.shown.view.states != shown.view.states
        self.shown, self.view = shown, view
        self._quiet = True
        options = years(shown.view)
        year = self.year.value if self.year.value in options and not first else usual_year(shown.view)
        self.year.set_options(options, value=year)
        if first:
            states = {code: shown.view.name(code) for code in shown.view.states}
            exporter, importer = usual_pair(shown.view)
            self.exporter.set_options(states, value=exporter)
            self.importer.set_options(states, value=importer)
        self._quiet = False
        self.box.props(f"data-generation={generation}")
        self._show_numbers()
        self._show_law(beside, shown)
        self.words.set_text(_believed(shown, beside.case))

    def show_picture(self, picture: Picture) -> None:
        """Shows a picture that is of the pair shown."""
        self.picture = picture
        self.drawn = self.figure, self.pair
        self.image.props["src"] = picture.svg
        self.image.props["alt"] = picture.title
        self.image.update()
        self._arrange()

    def _show_numbers(self) -> None:
        shown, view = self.shown, self.view
        assert shown is not None and view is not None
        year = str(self.year.value)
        self.sentence.set_text(f"{headline(view, shown.table, year)}.")
        self.cards.clear()
        with self.cards:
            for one in key_figures(view, shown.table, year):
                with ui.element("div").classes("card").props(f"data-card={one.column}"):
                    ui.label(one.label).classes("label")
                    ui.label(one.value).classes("value")
                    ui.label(one.band or "\u00a0").classes("band")
                    ui.label(one.note).classes("note")
        self.table.clear()
        with self.table:
            _show_table(yearly_table(shown.table, view), "yearly")
            ui.label(
                "Value of deliveries to the target, FOB. Export price: value over value at base-year prices. "
                + (
                    ""
                    if view.bands is None
                    else f"Medians of {view.bands.record['draws']} draws of the posterior; in "
                    f"brackets: {view.bands.part}."
                )
            ).classes("what")

    def _show_law(self, beside: Beside, shown: Shown) -> None:
        first = "what is compared with" if beside.compared else "the chosen scenario"
        head = beside.first.scenario.title if beside.compared else "chosen"
        self.law.clear()
        with self.law:
            _heading(f"Changed against {first}")
            changes = clause_differences(beside.first.scenario, beside.case.scenario, heads=(head, "now"))
            if changes is None:
                ui.label(f"Nothing: the law is that of {first}.").classes("what")
            else:
                _show_table(changes, "changes")
            _heading("The law that runs, in date order")
            _show_table(law_in_force(shown.believed.case.scenario, beside.case.world), "clauses")
            if beside.compared:
                _heading(f"The law of “{head}”")
                _show_table(law_in_force(beside.first.scenario, beside.first.world), "other-clauses")

    def _tab_changed(self) -> None:
        self._arrange()
        self._on_look()

    def _figure_changed(self, event: ValueChangeEventArguments[Any]) -> None:
        if not self._quiet and event.value:
            self.chosen[self.tab] = str(event.value)
            self._arrange()
            self._on_look()

    def _pair_changed(self) -> None:
        if not self._quiet:
            self._arrange()
            self._on_look()

    def _year_changed(self) -> None:
        if not self._quiet and self.shown is not None:
            self._show_numbers()

    def _arrange(self) -> None:
        """Shows what belongs to the tab."""
        figures = TABS.get(self.tab, {})
        self._quiet = True
        self.figures.set_options(figures, value=self.figure)
        self._quiet = False
        self.figures.set_visibility(len(figures) > 1)
        for made in (self.exporter, self.importer):
            made.set_visibility(self.figure == MIRROR)
        # The picture of another figure is no stand-in for this one.
        here = self.figure is not None and self.drawn == (self.figure, self.pair)
        self.image.set_visibility(here)
        self.waiting.set_visibility(self.figure is not None and not here)
        self.tools.set_visibility(self.tab != LAW)
        self.png.set_visibility(self.figure is not None)
        for button in (self.png, self.csv):
            button.set_enabled(self.current and (here or self.tab == TABLE))
        self.law.set_visibility(self.tab == LAW)
        self.table.set_visibility(self.tab == TABLE)

    def _download(self, kind: str) -> None:
        if self.tab == TABLE and self.shown is not None and self.view is not None:
            table = with_bands(self.shown.table, self.view.bands)
            text = table.replace({"period": years(self.view)}).to_csv(index=False)
            ui.download.content(text.encode(), "deliveries.csv", "text/csv")
        elif self.picture is not None:
            content = self.picture.png() if kind == "png" else self.picture.csv()
            ui.download.content(content, f"{self.picture.name}.{kind}", _KINDS[kind])


def _heading(text: str) -> None:
    ui.label(text).classes("heading").props("role=heading aria-level=2")


def _believed(shown: Shown, case: Case) -> str:
    """What is odd about the package, where parameters come from, and how the runs are made."""
    agents = shown.believed.case.scenario.agents
    why = shown.believed.words
    odd = "".join(f"{remark[:1].upper()}{remark[1:]}. " for remark in case.remarks)
    bands = "" if shown.wanted else " There are no bands: nothing is there to draw from."
    return (
        f"{odd}{why[:1].upper()}{why[1:]}.{bands} Runs of this page: {agents.mode} mode, {agents.exporters:,} "
        "exporters, no random draws. To run an exported file in full: sim run FILE."
    )


def _show_table(table: Table, name: str) -> None:
    """A table of the command line on the page."""
    sides = ["right" if right else "left" for right in table.to_the_right()]
    columns = [
        {"name": str(at), "label": head.capitalize(), "field": str(at), "align": side}
        for at, (head, side) in enumerate(zip(table.heads, sides, strict=True))
    ]
    rows = [{"id": at, **{str(place): text for place, text in enumerate(row)}} for at, row in enumerate(table.texts())]
    ui.table(rows=rows, columns=columns, row_key="id").props(f"flat dense wrap-cells hide-pagination data-table={name}")
