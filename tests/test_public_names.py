"""What `import sim` offers: listed, documented, each with an example that runs."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).resolve().parents[1]
# A table whose entries have the docstring.
ENTRY = {"INPUT_KINDS": "parameters"}


def documented(name: str) -> object:
    """What has the docstring of a public name: the thing, or the class that it is of."""
    thing = getattr(sim, name)
    if name in ENTRY:
        thing = thing[ENTRY[name]]
    return thing if inspect.isclass(thing) or inspect.isroutine(thing) else type(thing)


def test_dir_lists_public_names_only() -> None:
    assert [name for name in dir(sim) if not name.startswith("_")] == sorted(sim.__all__)
    assert sim.__all__ == [*sorted(n for n in sim.__all__ if n.isupper()),
                           *sorted(n for n in sim.__all__ if n[0].isupper() and not n.isupper()),
                           *sorted(n for n in sim.__all__ if n[0].islower())]  # fmt: skip


@pytest.mark.parametrize("name", sim.__all__)
def test_every_public_name_has_an_example_that_is_true(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = documented(name)
    text = inspect.getdoc(found) or ""
    assert "Example:" in text and ">>> " in text, name
    (example,) = [one for one in doctest.DocTestFinder(recurse=False).find(found, name, globs={}) if one.examples]
    result = doctest.DocTestRunner().run(example)
    assert result.failed == 0


def test_an_unknown_name_is_no_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        sim.simulate  # noqa: B018


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'ema_workbench'", name="ema_workbench")

    real = sim.import_module
    monkeypatch.setattr(sim, "import_module", lambda name: missing(name) if "discovery" in name else real(name))
    monkeypatch.delitem(vars(sim), "discover", raising=False)
    with pytest.raises(sim.SimError, match=r"sim.discover needs 'ema_workbench': pip install"):
        sim.discover  # noqa: B018
