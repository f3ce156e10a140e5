"""A number with a slider, and what is said of numbers that do not run as they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nicegui import ui

from sim.common.parsing import plain_number

if TYPE_CHECKING:
    from nicegui.events import GenericEventArguments

_SAME = 1e-9


class NumberField:
    """A number with a slider: what runs, until the user sets it.

    Args:
        limits: where the slider begins and ends, and its step.
        value: what the scenario says.
        mark: how tests find it.
        name: what it is, for those who cannot see what stands beside it.
        on_edit: called with a text when the slider is let go or a number has been typed.
    """

    def __init__(
        self, limits: tuple[float, float, float], value: float, mark: str, name: str, on_edit: Callable[[str], None]
    ) -> None:  # fmt: skip
        low, high, step = limits
        self._on_edit = on_edit
        with ui.element("div").classes("strength"):
            self.slider = ui.slider(min=low, max=high, step=step, value=value).props("dense label-always=false")
            self.slider.mark(f"{mark}-slider").on("change", self._let_go)
            self.number = ui.input(value=f"{value:g}").props("dense outlined hide-bottom-space input-class=number")
            self.number.mark(mark).on("change", self._typed)
            said = name.replace('"', "”")
            self.slider.props(f'data-field="{mark}" aria-label="{said}, by a slider"')
            self.number.props(f'data-field="{mark}" aria-label="{said}"')
        self.note = ui.label().classes("note")

    def show(self, value: float) -> None:
        """Shows a value."""
        self.slider.set_value(value)
        self.number.set_value(f"{value:.4g}")

    def _let_go(self, event: GenericEventArguments) -> None:
        text = f"{float(event.args):.6g}"
        self.number.set_value(text)
        self._on_edit(text)

    def _typed(self, event: GenericEventArguments) -> None:
        text = str(event.args).strip()
        if (number := plain_number(text)) is not None:
            self.slider.set_value(number)
        self._on_edit(text)


def note_on(own: str | None, says: float | None, running: float | None) -> str:
    """What is to be said of a number: that it is the posterior's, or that what the user set is not what runs.

    Args:
        own: what the user set.
        says: what the scenario says, or the default.
        running: what runs; None where that is not known or where the posterior does not have it.
    """
    if running is None:
        return ""
    if own is None:
        return f"From the posterior; as written: {says:g}." if says is not None and abs(running - says) > _SAME else ""
    number = plain_number(own)
    if number is None or abs(running - number) <= _SAME:
        return ""
    return f"Runs at {running:.3g}: the fitted scenario says {own} itself, and the fit made {running:.3g} of it."
