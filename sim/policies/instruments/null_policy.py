"""The policy that does nothing: the yardstick of every test that a policy moved only what it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from sim.policies.base import Policy, Reach

if TYPE_CHECKING:
    from sim.policies.regime import Regime


class NullPolicy(Policy):
    """No law at all, with dates. A run with it equals the run without it to the last bit."""

    wielder: ClassVar[str] = "Others"
    reach: ClassVar[Reach] = Reach("nobody")
    restricts: ClassVar[bool] = False
    example: ClassVar[Mapping[str, object]] = {"by": ("coalition",), "towards": ("target",), "strength": 1.0}

    kind: Literal["null_policy"] = "null_policy"

    def shape(self, regime: Regime, month: int) -> None:
        """Does nothing."""
