"""Policy instruments: every file of :mod:`sim.policies.instruments` that holds a `Policy` is one, found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from sim.common.errors import SimError
from sim.policies import instruments as _folder
from sim.policies.base import WIELDERS, Policy


class Instruments(dict[str, type[Policy]]):
    """Instruments by kind, in the order of who wields them, then of their names.

    Example:
        >>> import sim
        >>> sim.INSTRUMENTS["export_ban"].model_fields["strength"].description
        "Share of the goods' lines, by value, whose sale is forbidden."
    """

    def add(self, instrument: type[Policy]) -> None:
        """Lists an instrument; one of a user with the same kind is replaced, so that a cell may run again.

        Raises:
            SimError: it lacks something that every instrument has, or one that ships has its kind.
        """
        kind = _kind_of(instrument)
        if kind in self and self[kind].__module__.startswith(_folder.__name__):
            raise SimError(f"instrument '{kind}' ships with the package; choose another name")
        self[kind] = instrument

    def by_wielder(self) -> dict[str, list[type[Policy]]]:
        """Instruments by who wields them, in the order in which both are told."""
        return {who: [one for one in self.values() if one.wielder == who] for who in WIELDERS}


def _kind_of(instrument: type[Policy]) -> str:
    """The kind of an instrument, once it is seen to have all that an instrument needs."""
    name = instrument.__qualname__
    kind = instrument.model_fields["kind"].default
    if not isinstance(kind, str) or not kind.isidentifier():
        raise SimError(f'instrument {name}: expected a field such as kind: Literal["price_cap"] = "price_cap"')
    if getattr(instrument, "wielder", None) not in WIELDERS:
        raise SimError(f"instrument {name}: wielder is {getattr(instrument, 'wielder', None)!r}; expected one of: "
                       f"{', '.join(WIELDERS)}")  # fmt: skip
    if not isinstance(getattr(instrument, "example", None), dict) or not instrument.__doc__:
        raise SimError(f"instrument {name}: expected a docstring, and an example: the fields that a clause of it sets")
    if getattr(instrument.shape, "__isabstractmethod__", False):
        raise SimError(f"instrument {name}: expected a method shape(self, regime, month), which says what it does")
    return kind


def _shipped() -> Instruments:
    """The instruments of the folder; a file without one helps others, and an empty folder is a broken installation."""
    found: dict[str, type[Policy]] = {}
    for module in iter_modules(_folder.__path__, f"{_folder.__name__}."):
        held = vars(import_module(module.name)).values()
        classes = [one for one in held if isinstance(one, type) and issubclass(one, Policy)]
        found |= {_kind_of(one): one for one in classes if one.__module__ == module.name}
    if not found:
        raise ImportError(f"no instruments in {_folder.__path__}")
    return Instruments(sorted(found.items(), key=lambda item: (WIELDERS.index(item[1].wielder), item[0])))


INSTRUMENTS = _shipped()

__all__ = ["INSTRUMENTS", "WIELDERS", "Instruments", "Policy"]
