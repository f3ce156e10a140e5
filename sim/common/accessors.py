"""Attributes that a room above gives to the things of a room below: a run has ``plot`` and knows nothing of figures.

The root of the package says what makes each of them; it is loaded when first used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MAKERS: dict[str, Callable[[Any], Any]] = {}


def provide(name: str, make: Callable[[Any], Any]) -> None:
    """Says what makes the attributes of a name.

    Args:
        name: of the attribute.
        make: takes the thing that has the attribute, returns its value.
    """
    _MAKERS[name] = make


class Accessor:
    """An attribute of a class that is made by what was provided under its name.

    Args:
        doc: what it is, for :func:`help`.
    """

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, thing: object, owner: type | None = None) -> Any:
        return self if thing is None else _MAKERS[self._name](thing)
