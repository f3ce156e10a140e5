"""The names that a scenario may use, as its checks are told of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sim.common.fields import Codes
from sim.policies.base import Policy


class Bounded(Protocol):
    """What a declared parameter tells the checks."""

    @property
    def low(self) -> float:
        """Smallest value accepted."""

    @property
    def high(self) -> float:
        """Largest value accepted."""

    @property
    def unit(self) -> str:
        """Unit of the value."""


@dataclass(frozen=True)
class Vocabulary:
    """The names that a scenario may use.

    Attributes:
        instruments: Kind of policy -> its class.
        parameters: Name of parameter -> its bounds and unit; None leaves names and bounds unchecked.
        rules: Names of the rules that may be replaced; None leaves them unchecked.
        codes: States and goods of the world; None leaves them unchecked.
        episodes: Names of the world's episodes; None where nobody has looked.
        episode: The one of them that gave a scenario drivers as it was read; what a scenario is does not depend on it.
    """

    instruments: Mapping[str, type[Policy]]
    parameters: Mapping[str, Bounded] | None = None
    rules: Collection[str] | None = None
    codes: Codes | None = None
    episodes: tuple[str, ...] | None = None
    episode: str = field(default="", compare=False)
