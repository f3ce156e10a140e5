"""The left side of the page: the clauses of the law in date order, what can be added, and the main parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nicegui import ui

from sim.report.names import spoken
from sim.rules.parameters import PARAMETERS
from sim.ui.web import labels
from sim.ui.web.clause_row import Asked, ClauseRow
from sim.ui.web.number_input import NumberField, note_on
from sim.ui.web.scenario_edits import MONTHS, Complaint, Draft

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

Edit = Callable[[str, str, str], None]


class ParameterRow:
    """One parameter with its slider."""

    def __init__(self, name: str, draft: Draft, on_edit: Edit, on_undo: Callable[[str, str], None]) -> None:
        self.name, self.draft = name, draft
        declared = PARAMETERS[name]
        says = draft.chosen.scenario.parameters.get(name, declared.default)
        with ui.element("div").classes("parameter"):
            with ui.element("div").classes("line"):
                ui.label(spoken(name)).classes("title")
                ui.label(f"{declared.unit}, {declared.low:g} to {declared.high:g}").classes("short")
                self.reset = ui.button(icon="undo", on_click=lambda: on_undo("", name)).props(
                    f'flat round dense size=xs aria-label="{spoken(name)} as chosen"'
                )
                self.reset.tooltip("As chosen")
            ui.label(f"{spoken_sentence(declared.meaning)}").classes("what")
            limits = declared.low, declared.high, (declared.high - declared.low) / 200.0
            self.field = NumberField(
                limits, says, f"parameter-{name}", spoken(name), lambda text: on_edit("", name, text)
            )
            self.fault = ui.label().classes("fault")
        self.says = says
        self.refresh(None)

    def refresh(self, running: float | None) -> None:
        """Shows the value that runs."""
        own = self.draft.parameters.get(self.name)
        self.reset.set_visibility(own is not None)
        if own is None:
            self.field.show(self.says if running is None else running)
        self.field.note.set_text(note_on(own, self.says, running))

    def complain(self, message: str) -> None:
        """Says what is wrong; nothing where nothing is."""
        self.fault.set_text(message)


class Panel:
    """All clauses and parameters of a draft.

    Args:
        draft: what is edited.
        on_edit: called when a key of a clause is set, or with no clause a parameter or a month.
        on_undo: called when the changes to a clause or a parameter are taken back.
        on_arrange: called when a clause has been added or taken out, with the id of one to open: the panel is old then.
    """

    def __init__(
        self, draft: Draft, on_edit: Edit, on_undo: Callable[[str, str], None], on_arrange: Callable[[str], None]
    ) -> None:
        self.draft = draft
        self._on_edit, self._on_undo, self._on_arrange = on_edit, on_undo, on_arrange
        self.rows: dict[str, ClauseRow] = {}
        self.parameters: dict[str, ParameterRow] = {}
        self.ends: dict[str, Any] = {}
        self._running: dict[str, Any] = {}
        self._make_months()
        self._make_clauses()
        scenario = draft.chosen.scenario
        ui.label("Parameters").classes("heading")
        self.box = ui.element("div")
        own = [name for name in scenario.parameters if name not in labels.MAIN_PARAMETERS]
        for name in (*labels.MAIN_PARAMETERS, *own):
            self._add(name)
        others = {name: spoken(name) for name in sorted(PARAMETERS) if name not in self.parameters}
        ui.select(others, label="Another parameter …", with_input=True, on_change=self._added).props(
            "dense outlined hide-bottom-space data-field=another-parameter"
        ).classes("another")

    def _make_months(self) -> None:
        with ui.element("div").classes("months"):
            for end in MONTHS:
                made = ui.input(f"{end.capitalize()} month", value=self.draft.month(end))
                made.props(f'dense outlined hide-bottom-space debounce=600 mask="####-##" data-field="months-{end}"')
                made.mark(f"months-{end}").on_value_change(self._dated(end))
                self.ends[end] = made
        self.fault = ui.label().classes("fault")

    def _dated(self, end: str) -> Callable[[ValueChangeEventArguments[Any]], None]:
        def handler(event: ValueChangeEventArguments[Any]) -> None:
            if event.value != self.draft.month(end):
                self._on_edit("", f"months.{end}", str(event.value or ""))

        return handler

    def _make_clauses(self) -> None:
        draft = self.draft
        ui.label("Clauses, in date order").classes("heading").props("role=heading aria-level=2")
        adder = ui.select(labels.instruments(), label="Add a clause: choose an instrument …", with_input=True)
        adder.props("dense outlined hide-bottom-space options-dense data-field=add-clause").mark("add-clause")
        adder.on_value_change(lambda event: event.value and self._on_arrange(draft.add(str(event.value))))
        if not draft.in_date_order:
            ui.label("No clause: nothing is law in it.").classes("what")
        asked = Asked(
            self._on_edit, lambda name: self._on_undo(name, ""),
            lambda name: self._on_arrange(draft.duplicate(name)), self._remove,
        )  # fmt: skip
        year = ""
        for name in draft.in_date_order:
            if (now := draft.value(name, "effective")[:4]) != year:
                ui.label(year := now).classes("year")
            self.rows[name] = ClauseRow(name, draft, asked)
        if draft.removed:
            ui.label("Taken out").classes("year")
        for name in draft.removed:
            with ui.element("div").classes("line"):
                ui.label(draft.called(name)).classes("short")
                ui.element("div").classes("space")
                back = ui.button("Put back", on_click=lambda name=name: self._put_back(name))
                back.props(f'flat dense no-caps size=sm aria-label="Put back {name}"').mark(f"{name}-back")

    def _remove(self, name: str) -> None:
        self.draft.remove(name)
        self._on_arrange("")

    def _put_back(self, name: str) -> None:
        self.draft.undo(name)
        self._on_arrange("")

    @property
    def opened(self) -> list[str]:
        """Clauses whose fields are shown."""
        return [name for name, row in self.rows.items() if row.opened]

    def open(self, names: list[str]) -> None:
        """Shows the fields of some clauses."""
        for name in names:
            if name in self.rows and not self.rows[name].opened:
                self.rows[name].toggle()

    def _add(self, name: str) -> None:
        with self.box:
            self.parameters[name] = ParameterRow(name, self.draft, self._on_edit, self._on_undo)

    def _added(self, event: ValueChangeEventArguments[Any]) -> None:
        if event.value and event.value not in self.parameters:
            self._add(str(event.value))
            self.parameters[str(event.value)].refresh(self._running.get(f"parameters.{event.value}"))

    def show_running(self, running: Mapping[str, Any]) -> None:
        """Shows what runs where the user has set nothing; see :attr:`sim.ui.web.paired_runs.Shown.running`."""
        self._running = dict(running)
        for name, row in self.rows.items():
            row.running, row.known = running.get(f"policies.{name}.strength"), True
            row.refresh()
        for name, parameter in self.parameters.items():
            parameter.refresh(running.get(f"parameters.{name}"))

    def show_draft(self) -> None:
        """Shows what the draft says."""
        for row in self.rows.values():
            row.known = False
            row.refresh()
        for end, made in self.ends.items():
            made.set_value(self.draft.month(end))
        for name, parameter in self.parameters.items():
            own = name in self.draft.parameters
            parameter.refresh(None if own else self._running.get(f"parameters.{name}"))

    def complain(self, complaints: tuple[Complaint, ...]) -> list[str]:
        """Says every fault at its field; returns those that have none."""
        for name, row in self.rows.items():
            row.complain([one for one in complaints if one.clause == name])
        for name, parameter in self.parameters.items():
            parameter.complain(" ".join(one.message for one in complaints if not one.clause and one.key == name))
        months = [one.message for one in complaints if one.key.startswith("months.")]
        self.fault.set_text(" ".join(months))
        known = {*self.rows, *self.parameters, *(f"months.{end}" for end in MONTHS)}
        return [one.message for one in complaints if (one.clause or one.key) not in known]


def spoken_sentence(text: str) -> str:
    """A phrase as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
