"""Mesa's page beside the notebooks: it builds, steps to the end of the run, and starts anew with other parameters."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

import sim

solara = pytest.importorskip("solara", reason="the page needs the extra `mesa-page`, which is not in the lock")
v = pytest.importorskip("ipyvuetify", reason="as above")
PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "classroom_page.py"


def page() -> Any:
    spec = importlib.util.spec_from_file_location("classroom_page", PAGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page


@pytest.mark.filterwarnings("ignore")
def test_the_page_steps_and_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[sim.SanctionsModel] = []
    usual = sim.SanctionsModel.__init__

    def noted(self: sim.SanctionsModel, *args: Any, **kwargs: Any) -> None:
        made.append(self)
        usual(self, *args, **kwargs)

    noted.__signature__ = __import__("inspect").signature(usual)  # type: ignore[attr-defined]
    monkeypatch.setattr(sim.SanctionsModel, "__init__", noted)
    _, shown = solara.render(solara.AppLayout(children=[page()]), handle_error=False)
    buttons = {button.children[0]: button for button in shown.find(v.Btn).widgets if button.children}
    labels = [slider.label for slider in shown.find(v.Slider).widgets]
    assert {"law capacity", "brand substitution", "expectation speed"} <= set(labels)
    model = made[-1]
    for _ in range(model.plan.months.count):
        assert not buttons["Step"].disabled
        buttons["Step"].click()
    assert not model.running and buttons["Step"].disabled
    slider = next(one for one in shown.find(v.Slider).widgets if one.label == "law capacity")
    slider.v_model = 0.5
    buttons["Reset"].click()
    assert made[-1] is not model and made[-1].values.law_capacity == 0.5 and not buttons["Step"].disabled
