"""Progress is shown where somebody watches, and nowhere else."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

import sim
from sim.common import progress
from sim.common.progress import watched


class Screen:
    """A notebook's display, which remembers what it was told."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def display(self, data: dict[str, str], **_: Any) -> Any:
        self.shown.append(data)
        return SimpleNamespace(update=lambda data, **_: self.shown.append(data))


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen, clock = Screen(), iter(range(0, 100_000, 2))
    monkeypatch.setattr(progress, "_notebook", lambda: screen)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    return screen


def test_a_function_is_called_and_nothing_within_it_shows(notebook: Screen) -> None:
    calls: list[tuple[int, int]] = []
    sim.load("classroom").run(lambda done, count: calls.append((done, count)))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    calls.clear()
    sim.compare("classroom", progress=lambda done, count: calls.append((done, count)))
    assert calls == [(done, 6) for done in range(1, 7)]
    assert notebook.shown == []


def test_a_bar_in_a_notebook_comes_late_and_leaves_nothing(notebook: Screen) -> None:
    sim.compare("classroom")
    texts = [data["text/plain"] for data in notebook.shown]
    assert texts[0].endswith("s left") and "1 of 6 months" in texts[0]
    assert len(texts) == 6 and texts[-1] == "" == notebook.shown[-1]["text/html"]
    assert sum("of 3 months" in text for text in texts) == 0  # no bar of a run within that of the pair


def test_what_fails_takes_its_bar_away(notebook: Screen) -> None:
    def stopped() -> None:
        with watched(None, "long work", "steps") as step:
            step(1, 10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [data["text/plain"] != "" for data in notebook.shown] == [True, False]
    with watched(None, "next", "steps") as step:  # and the next one shows its own
        step(1, 10)
    assert "next" in notebook.shown[2]["text/plain"]


def test_titles_are_escaped(notebook: Screen) -> None:
    with watched(None, "<b>x</b>", "steps") as step:
        step(1, 10)
    assert "&lt;b&gt;" in notebook.shown[0]["text/html"]


@pytest.mark.parametrize("off", ["argument", "session"])
def test_it_can_be_switched_off(notebook: Screen, off: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_wanted", None)
    if off == "session":
        sim.show_progress(False)
    sim.compare("classroom", progress=False if off == "argument" else None)
    assert notebook.shown == []
    sim.show_progress()
    sim.compare("classroom")
    assert notebook.shown != []


def test_a_quick_step_shows_nothing(notebook: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: 0.0))
    sim.compare("classroom")
    assert notebook.shown == []


def test_scripts_are_quiet(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "ps1", raising=False)
    sim.compare("classroom")
    sim.load("classroom").run(progress=True)  # no terminal reads it
    assert capfd.readouterr() == ("", "")


def test_a_bar_in_a_terminal_says_how_far_it_is_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", screen)
    with progress.progress_of("Two runs") as step:
        step(1, 2)
        step(2, 2)
        assert "Two runs (a first run compiles)" in screen.getvalue()
        assert "writing, drawing: 100%" in screen.getvalue() and "2/2" in screen.getvalue()
    assert screen.getvalue().rpartition("\r")[0].endswith(" ")
