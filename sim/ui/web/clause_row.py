"""One clause on the page: a line with its switch, and all fields of its instrument once it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nicegui import ui

from sim.common.parsing import plain_number
from sim.report.names import spoken
from sim.ui.web import labels
from sim.ui.web.clause_fields import DATES, as_list, clause_fields, good_names, state_names
from sim.ui.web.number_input import NumberField, note_on

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

    from sim.ui.web.clause_fields import ClauseField
    from sim.ui.web.scenario_edits import Complaint, Draft

_APART = (*DATES, "strength", "enabled")  # fields that stand before the others
_DENSE = "dense outlined hide-bottom-space"


@dataclass(frozen=True)
class Asked:
    """What a clause's controls ask of the page.

    Attributes:
        edit: a key of a clause is set: id, key, text.
        undo: the changes to a clause are taken back.
        duplicate: a clause is to be copied.
        remove: a clause is to go.
    """

    edit: Callable[[str, str, str], None]
    undo: Callable[[str], None]
    duplicate: Callable[[str], None]
    remove: Callable[[str], None]


class ClauseRow:
    """One clause: a line with its switch, and its fields once it is opened.

    Args:
        name: id of the clause.
        draft: that it is in.
        asked: what its controls call.
    """

    def __init__(self, name: str, draft: Draft, asked: Asked) -> None:
        self.name, self.draft, self._asked = name, draft, asked
        self.kind = draft.kind(name)
        self.fields = clause_fields(self.kind)
        self.strength: NumberField | None = None  # none either where the firms are named: their number is fixed
        self.controls: dict[str, Any] = {}
        self.faults: dict[str, ui.label] = {}
        self.running: float | None = None
        self.known = False  # whether that is of what the draft says now
        self._quiet = False
        self._made = False
        with ui.element("div").classes("clause").props(f'data-clause="{name}"') as self.box:
            with ui.element("div").classes("line"):
                self.switch = ui.switch(value=True, on_change=self._switched).props("dense size=sm")
                self.switch.tooltip("In the package or not").mark(f"{name}-on")
                with ui.element("div").classes("name").on("click", self.toggle):
                    self.title = ui.label().classes("title")
                    self.short = ui.label().classes("short")
                self.opener = ui.button(icon="expand_more", on_click=self.toggle).props("flat round dense size=sm")
            self.body = ui.element("div").classes("fields")
            self.body.set_visibility(False)
        self.refresh()

    @property
    def opened(self) -> bool:
        """Whether its fields are shown."""
        return bool(self.body.visible)

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
        name, draft = self.name, self.draft
        ui.label(labels.what(self.kind)).classes("what")
        with ui.element("div").classes("dates"):
            for key in DATES:
                with ui.element("div"):
                    self._make_date(key)
        for key in DATES:
            self.faults[key] = ui.label().classes("fault")
        ui.label(f"Strength: {labels.meaning_of_strength(self.kind)}").classes("what")
        names = as_list(self.kind, "names", draft.value(name, "names")) if "names" in self.fields else []
        if named := labels.named_firms(names):
            ui.label(named).classes("what")
        else:
            written = plain_number(draft.value(name, "strength")) or 0.0
            self.strength = NumberField(
                labels.strength_range(self.kind, written), written, f"{name}-strength",
                f"Strength of {draft.called(name)}", lambda text: self._asked.edit(name, "strength", text),
            )  # fmt: skip
            self.faults["strength"] = ui.label().classes("fault")
        for key, field in self.fields.items():
            if key not in _APART:
                self._make_field(field)
        self.faults[""] = ui.label().classes("fault")
        with ui.element("div").classes("line"):
            for text, icon, act in (
                ("Duplicate", "content_copy", self._asked.duplicate), ("Remove", "delete", self._asked.remove)
            ):  # fmt: skip
                button = ui.button(text, icon=icon, on_click=lambda act=act: act(name))
                button.props(f'flat dense no-caps size=sm aria-label="{text} {_plain(draft.called(name))}"')
                button.mark(f"{name}-{text.lower()}")
            ui.element("div").classes("space")
            self.reset = ui.button("As chosen", on_click=lambda: self._asked.undo(name))
            self.reset.props("flat dense no-caps size=sm")

    def _make_date(self, key: str) -> None:
        draft, name = self.draft, self.name
        made = ui.date_input(self.fields[key].label, value=draft.value(name, key))
        made.props(f'{_DENSE} stack-label debounce=600 data-field="{name}-{key}"')
        made.mark(f"{name}-{key}").on_value_change(self._set(key))
        # The calendar opens where the scenario plays, not in the present month.
        month = draft.value(name, key)[:7] or draft.month("first")
        made.button.props(f'aria-label="Calendar: {self.fields[key].label}, {_plain(draft.called(name))}"')
        made.picker.props(f'default-year-month="{month.replace("-", "/")}"')
        self.controls[key] = made

    def _make_field(self, field: ClauseField) -> None:
        """The control that an instrument's field is filled in with, and its place for faults."""
        key, mark = field.key, f"{self.name}-{field.key}"
        text = self.draft.value(self.name, key)
        options = self._options(field, text)
        if field.form == "switch":
            made: Any = ui.switch(field.label, value=text == "true", on_change=self._set(key)).props("dense size=sm")
        elif options:
            several = field.form != "choice"
            value = as_list(self.kind, key, text) if several else (text or None)
            made = ui.select(options, label=field.label, value=value, multiple=several, clearable=not field.required)
            made.props(f"{_DENSE} options-dense {'use-chips' if several else ''}").on_value_change(self._set(key))
        else:
            made = ui.input(field.label, value=text).props(f"{_DENSE} debounce=600").on_value_change(self._set(key))
            if key in ("source", "note"):
                made.props("type=textarea autogrow")
        made.props(f'data-field="{mark}"').mark(mark)
        if field.form == "switch":
            made.tooltip(field.meaning)
        else:
            made.props(f'hint="{_plain(field.meaning)}" hide-hint')
        self.controls[key] = made
        self.faults[key] = ui.label().classes("fault").props(f'data-fault="{mark}"')

    def _options(self, field: ClauseField, text: str) -> dict[str, str]:
        """What may be chosen, and what is chosen already, though the world may not know it."""
        world = self.draft.chosen.world
        known = {
            "states": lambda: state_names(world), "goods": lambda: good_names(world),
            "choice": lambda: {choice: spoken(choice) for choice in field.choices},
        }  # fmt: skip
        if field.form not in known:
            return {}
        found = known[field.form]()
        return found | {code: code for code in as_list(self.kind, field.key, text) if code not in found}

    def _set(self, key: str) -> Callable[[ValueChangeEventArguments[Any]], None]:
        def handler(event: ValueChangeEventArguments[Any]) -> None:
            if not self._quiet:
                value = event.value
                text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
                self._asked.edit(self.name, key, text.lower() if isinstance(value, bool) else text)

        return handler

    def _switched(self, event: ValueChangeEventArguments[Any]) -> None:
        if not self._quiet:
            self._asked.edit(self.name, "enabled", "true" if event.value else "false")

    def refresh(self) -> None:
        """Shows what the draft says."""
        name, draft = self.name, self.draft
        self._quiet = True
        on = draft.value(name, "enabled") == "true"
        self.switch.set_value(on)
        for key, made in self.controls.items():
            self._show(made, self.fields[key], draft.value(name, key))
        self._quiet = False
        called = draft.called(name)
        self.title.set_text(called)
        self.switch.props(f'aria-label="{_plain(called)}: in the package"')
        self.opener.props(f'aria-label="Fields of {_plain(called)}"')
        when = labels.dates(*(draft.value(name, key) for key in DATES))
        strength = draft.value(name, "strength")
        if self.running is not None and "strength" not in draft.clauses.get(name, {}) and name not in draft.added:
            strength = f"{self.running:.3g}"
        self.short.set_text(f"{spoken(self.kind)}, {when}; strength {strength}")
        edited = bool(draft.clauses.get(name)) or name in draft.added
        self.box.classes(toggle=None, remove="changed off")
        self.box.classes(" ".join([*(["changed"] if edited else []), *([] if on else ["off"])]))
        if self._made:
            self.reset.set_visibility(edited and name not in draft.added)
        if self.strength is not None:
            self._show_strength(self.strength)

    def _show(self, made: Any, field: ClauseField, text: str) -> None:
        if field.form == "switch":
            made.set_value(text == "true")
        elif isinstance(made, ui.select):
            value: Any = as_list(self.kind, field.key, text) if field.form != "choice" else (text or None)
            if made.value != value:
                made.set_options(self._options(field, text), value=value)
        else:
            made.set_value(text)

    def _show_strength(self, made: NumberField) -> None:
        """What the strength is that runs; a fitted one is said to be one."""
        name, draft = self.name, self.draft
        own = draft.value(name, "strength") if name in draft.added else draft.clauses.get(name, {}).get("strength")
        if own is not None:
            made.note.set_text(note_on(own, None, self.running if self.known else None))
            return
        says = float(draft.written(name, "strength"))
        made.show(says if self.running is None else self.running)
        made.note.set_text(note_on(None, says, self.running))

    def complain(self, complaints: list[Complaint]) -> None:
        """Says at each field what is wrong with it; opens the clause where something is."""
        if complaints and not self.opened:
            self.toggle()
        for label in self.faults.values():
            label.set_text("")
        for one in complaints:
            label = self.faults.get(one.key, self.faults[""])
            field = self.fields.get(one.key)
            prefix = f"{field.label}: " if field is not None else ""
            label.set_text(f"{label.text} {prefix}{one.message}".strip())


def _plain(text: str) -> str:
    """A text that can stand between the marks of an attribute."""
    return text.replace('"', "”")
