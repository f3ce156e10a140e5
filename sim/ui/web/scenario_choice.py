"""What a page can open: scenarios that ship, by their titles, and files; each as a draft."""

from __future__ import annotations

import re
from pathlib import Path

from sim.common.errors import Fault, FaultList
from sim.common.package_data import shipped
from sim.common.yaml_reader import MOST_BYTES, TOO_LARGE, decode
from sim.report.names import spoken
from sim.scenario import parse_scenario, shipped_scenarios
from sim.simulation.posterior import NONE
from sim.simulation.simulation import case_of, load
from sim.ui.web.scenario_edits import Draft

_FILE = "changes.yaml"
_ODD, _LONGEST_NAME = re.compile(r"[^\w .-]"), 60  # what the name of a file is shown without
_QUOTES = "\"'"
_TITLE = re.compile(r"^title:\s*(.+?)\s*$", re.MULTILINE)


def drafted(name: str) -> Draft:
    """A draft of a shipped scenario, or of a file.

    Raises:
        FaultList: everything wrong with the scenario or its world.
    """
    case = load(name, posterior=NONE)
    shipped = name in shipped_scenarios() and not Path(name).is_file()
    return Draft(case, name if shipped else str(Path(name).resolve()))


def handed_over(raw: bytes, name: str, folder: Path) -> Draft:
    """A draft of a scenario file that came through the page: it may name what ships, and no file of this machine.

    Args:
        raw: what stands in it.
        name: what it is called; faults name it so.
        folder: where what it says in all is kept while the program runs.

    Raises:
        FaultList: everything wrong with it.
    """
    called = _ODD.sub("-", Path(name).name)[-_LONGEST_NAME:] or _FILE
    if len(raw) > MOST_BYTES:
        raise FaultList([Fault(called, 0, 0, "", TOO_LARGE)])
    case = case_of(parse_scenario(decode(raw, called), called, only_shipped=True))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(called).stem}.yaml"
    path.write_text(case.scenario.resolved_yaml(), encoding="utf-8")
    return Draft(case, str(path), portable=False)


def scenario_titles() -> dict[str, str]:
    """What a page offers to choose from: the shipped scenarios by name, with their titles, the reference first."""
    names = sorted(shipped_scenarios(), key=lambda name: (name != "reference", name))
    return {name: _shipped_title(name) for name in names}


def _shipped_title(name: str) -> str:
    found = _TITLE.search((shipped("scenarios") / f"{name}.yaml").read_text(encoding="utf-8"))
    return f"{found[1].strip(_QUOTES)} ({name})" if found else spoken(name)
