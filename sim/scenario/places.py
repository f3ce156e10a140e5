"""Where the scenarios and worlds are that a scenario names: beside it, or among those that ship."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.common.errors import nearest
from sim.common.package_data import shipped
from sim.common.parsing import shown

_SCENARIOS, _WORLDS = "scenarios", "scenarios/worlds"


def shipped_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, sorted.

    Example:
        >>> import sim
        >>> "reference" in sim.shipped_scenarios()
        True
    """
    return tuple(sorted(path.stem for path in shipped(_SCENARIOS).glob("*.yaml")))


def shipped_worlds() -> tuple[str, ...]:
    """Return the names of the worlds that ship with the package, sorted."""
    return tuple(sorted(path.parent.name for path in shipped(_WORLDS).glob("*/states.csv")))


@dataclass(frozen=True)
class Places:
    """Where what a scenario names is looked for.

    Attributes:
        only_shipped: True leaves the disk alone, so that a file of somebody else's reads no other file of the user's,
            and tells nothing about them.
    """

    only_shipped: bool = False

    def scenario(self, name: str, folder: Path) -> Path | None:
        """Return the file of a scenario: a path from a folder, or the name of a shipped one; None if there is none."""
        places = [_shipped(_SCENARIOS, name), _shipped(_SCENARIOS, f"{name}.yaml")]
        beside = [] if self.only_shipped else [folder / name]
        return next((place for place in [*beside, *places] if place and is_there(place, Path.is_file)), None)

    def no_scenario(self, name: str, folder: Path) -> str:
        """Return what is wrong with the name of a scenario that is not there."""
        hint = nearest(Path(name).stem, shipped_scenarios())
        if self.only_shipped:
            return f"there is no shipped scenario {shown(name)}, and no other is read for a file handed over; {hint}"
        if is_there(folder / name, Path.is_dir):
            return f"{shown(name)} is a folder; expected a scenario file in it"
        return f"there is no file and no shipped scenario {shown(name)}; {hint}"

    def world(self, name: str, folder: Path) -> Path | None:
        """Return the folder of a world: the name of a shipped one, or a path from a folder; None if there is none."""
        if not name.strip():
            return None
        places = [_shipped(_WORLDS, name), *([] if self.only_shipped else [folder / name])]
        return next((place for place in places if place and is_there(place, Path.is_dir)), None)


def is_there(path: Path, test: Callable[[Path], bool]) -> bool:
    """Return whether a path passes a test, such as `Path.is_file`; a name that no file can have names none."""
    try:
        return test(path)
    except (OSError, ValueError):
        return False


def _shipped(folder: str, name: str) -> Path | None:
    """Return where something ships under a plain name; None for a path, which is not a name."""
    if name == ".." or Path(name).name != name:
        return None
    try:
        return shipped(f"{folder}/{name}")
    except (OSError, ValueError):  # as above
        return None
