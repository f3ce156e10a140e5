"""The left side of the page: the clauses of the law in date order, and the main parameters, each open to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nicegui import ui

from sim.rules.parameters import PARAMETERS
from sim.ui.web import labels
from sim.ui.web.number_input import NumberField, note_on
from sim.ui.web.scenario_edits import DATES, Complaint, Draft, in_date_order

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

    from sim.policies import Policy

Edit = Callable[[str, str, str], None]
_LABELS = {"announced": "Announced", "effective": "In force from", "ends": "Ends"}


class ClauseRow:
    """One clause: a line with its switch, and its fields once it is opened."""

    def __init__(self, clause: Policy, draft: Draft, on_edit: Edit, on_undo: Callable[[str], None]) -> None:
        self.clause, self.draft, self._edit, self._undo = clause, draft, on_edit, on_undo
        self.strength: NumberField | None = None  # none either where the firms are named: their number is fixed
        self.dates: dict[str, Any] = {}
        self.faults: dict[str, ui.label] = {}
        self.running: float | None = None
        self.known = False  # whether that is of what the draft says now
        self._quiet = False
        self._made = False
        with ui.element("div").classes("clause").props(f'data-clause="{clause.id}"') as self.box:
            with ui.element("div").classes("line"):
                self.switch = ui.switch(value=True, on_change=self._switched).props("dense size=sm")
                self.switch.tooltip("In the package or not").mark(f"{clause.id}-on")
                with ui.element("div").classes("name").on("click", self.toggle):
                    ui.label(labels.spoken(clause.id)).classes("title")
                    self.short = ui.label().classes("short")
                self.opener = ui.button(icon="expand_more", on_click=self.toggle).props(
                    f'flat round dense size=sm aria-label="Fields of {clause.id}"'
                )
            self.body = ui.element("div").classes("fields")
            self.body.set_visibility(False)
        self.refresh()

    def toggle(self) -> None:
        """Opens or shuts the fields; they are made when first asked for."""
        if not self._made:
            with self.body:
                self._make_fields()
            self._made = True
            self.refresh()
        self.body.set_visibility(not self.body.visible)
        self.opener.props(f"icon={'expand_less' if self.body.visible else 'expand_more'}")

    def _make_fields(self) -> None:
        clause, name = self.clause, self.clause.id
        ui.label(labels.what(clause)).classes("what")
        ui.label(labels.whom(clause, self.draft.chosen.world)).classes("what")
        with ui.element("div").classes("dates"):
            for key in DATES:
                with ui.element("div"):
                    made = ui.date_input(_LABELS[key], value=self.draft.value(name, key))
                    made.props(f'dense outlined stack-label debounce=600 hide-bottom-space data-field="{name}-{key}"')
                    made.mark(f"{name}-{key}").on_value_change(self._dated(key))
                    self.dates[key] = made
        for key in DATES:
            self.faults[key] = ui.label().classes("fault")
        ui.label(f"Strength: {labels.meaning_of_strength(clause)}").classes("what")
        if named := labels.named_firms(clause):
            ui.label(named).classes("what")
        else:
            self.strength = NumberField(
                labels.strength_range(clause), float(self.draft.written(name, "strength")), f"{name}-strength",
                lambda text: self._edit(name, "strength", text),
            )  # fmt: skip
            self.faults["strength"] = ui.label().classes("fault")
        self.faults[""] = ui.label().classes("fault")
        ui.label(f"Source: {clause.source}").classes("source")
        if clause.note:
            ui.label(clause.note).classes("source")
        self.reset = ui.button("As chosen", on_click=lambda: self._undo(name)).props("flat dense no-caps size=sm")

    def _dated(self, key: str) -> Callable[[ValueChangeEventArguments[Any]], None]:
        def handler(event: ValueChangeEventArguments[Any]) -> None:
            if not self._quiet:
                self._edit(self.clause.id, key, str(event.value or ""))

        return handler

    def _switched(self, event: ValueChangeEventArguments[Any]) -> None:
        if not self._quiet:
            self._edit(self.clause.id, "enabled", "true" if event.value else "false")

    def refresh(self) -> None:
        """Shows what the draft says."""
        name, draft = self.clause.id, self.draft
        self._quiet = True
        on = draft.value(name, "enabled") == "true"
        self.switch.set_value(on)
        for key, made in self.dates.items():
            made.set_value(draft.value(name, key))
        self._quiet = False
        when = labels.dates(*(draft.value(name, key) for key in DATES))
        strength = draft.value(name, "strength")
        if self.running is not None and "strength" not in draft.clauses.get(name, {}):
            strength = f"{self.running:.3g}"
        self.short.set_text(f"{labels.spoken(self.clause.kind)}, {when}; strength {strength}")
        self.box.classes(toggle=None, remove="changed off")
        self.box.classes(" ".join([*(["changed"] if draft.clauses.get(name) else []), *([] if on else ["off"])]))
        if self._made:
            self.reset.set_visibility(bool(draft.clauses.get(name)))
        if self.strength is not None:
            self._show_strength(self.strength)

    def _show_strength(self, made: NumberField) -> None:
        """What the strength is that runs; a fitted one is said to be one."""
        name, draft = self.clause.id, self.draft
        own = draft.clauses.get(name, {}).get("strength")
        says = float(draft.written(name, "strength"))
        if own is None:
            made.show(says if self.running is None else self.running)
        made.note.set_text(note_on(own, says, self.running) if self.known or own is None else "")

    def complain(self, complaints: list[Complaint]) -> None:
        """Says at each field what is wrong with it; opens the clause where something is."""
        if complaints and not self._made:
            self.toggle()
        for label in self.faults.values():
            label.set_text("")
        for one in complaints:
            label = self.faults.get(one.key, self.faults[""])
            prefix = f"{_LABELS[one.key]}: " if one.key in _LABELS else ""
            label.set_text(f"{label.text} {prefix}{one.message}".strip())


class ParameterRow:
    """One parameter with its slider."""

    def __init__(self, name: str, draft: Draft, on_edit: Edit, on_undo: Callable[[str, str], None]) -> None:
        self.name, self.draft = name, draft
        declared = PARAMETERS[name]
        says = draft.chosen.scenario.parameters.get(name, declared.default)
        with ui.element("div").classes("parameter"):
            with ui.element("div").classes("line"):
                ui.label(labels.spoken(name)).classes("title")
                ui.label(f"{declared.unit}, {declared.low:g} to {declared.high:g}").classes("short")
                self.reset = ui.button(icon="undo", on_click=lambda: on_undo("", name)).props(
                    "flat round dense size=xs"
                )
                self.reset.tooltip("As chosen")
            ui.label(f"{spoken_sentence(declared.meaning)}").classes("what")
            limits = declared.low, declared.high, (declared.high - declared.low) / 200.0
            self.field = NumberField(limits, says, f"parameter-{name}", lambda text: on_edit("", name, text))
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
    """All clauses and parameters of a draft."""

    def __init__(self, draft: Draft, on_edit: Edit, on_undo: Callable[[str, str], None]) -> None:
        self.draft = draft
        self._on_edit, self._on_undo = on_edit, on_undo
        self.rows: dict[str, ClauseRow] = {}
        self.parameters: dict[str, ParameterRow] = {}
        self._running: dict[str, Any] = {}
        scenario = draft.chosen.scenario
        clauses = {clause.id: clause for clause in scenario.policies}
        ui.label("Clauses, in date order").classes("heading")
        if not clauses:
            ui.label("This scenario has no clauses: nothing is law in it.").classes("what")
        year = ""
        for name in in_date_order(scenario):
            if (now := str(clauses[name].effective.year)) != year:
                ui.label(year := now).classes("year")
            self.rows[name] = ClauseRow(clauses[name], draft, on_edit, lambda clause: on_undo(clause, ""))
        ui.label("Parameters").classes("heading")
        self.box = ui.element("div")
        own = [name for name in scenario.parameters if name not in labels.MAIN_PARAMETERS]
        for name in (*labels.MAIN_PARAMETERS, *own):
            self._add(name)
        others = {name: labels.spoken(name) for name in sorted(PARAMETERS) if name not in self.parameters}
        ui.select(others, label="Another parameter …", with_input=True, on_change=self._added).props(
            "dense outlined hide-bottom-space data-field=another-parameter"
        ).classes("another")

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
        for name, parameter in self.parameters.items():
            own = name in self.draft.parameters
            parameter.refresh(None if own else self._running.get(f"parameters.{name}"))

    def complain(self, complaints: tuple[Complaint, ...]) -> list[str]:
        """Says every fault at its field; returns those that have none."""
        for name, row in self.rows.items():
            row.complain([one for one in complaints if one.clause == name])
        for name, parameter in self.parameters.items():
            parameter.complain(" ".join(one.message for one in complaints if not one.clause and one.key == name))
        known = {*self.rows, *self.parameters}
        return [one.message for one in complaints if (one.clause or one.key) not in known]


def spoken_sentence(text: str) -> str:
    """A phrase as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
