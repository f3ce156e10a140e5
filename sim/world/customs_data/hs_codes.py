"""Which good of the world a customs code belongs to: the most specific of the codes that the goods name.

A coarse code that holds several goods belongs to a group of goods where one group holds them all.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_REST = "*"
_SPEC = re.compile(r"-?[0-9]{2,8}|\*")


@dataclass(frozen=True)
class Goods:
    """The goods of a world by codes of the Harmonised System.

    Attributes:
        taken: Code -> good that it belongs to, as written in hs_codes.
        left_out: Good -> codes that it does without (written with a minus).
        rest: The good that everything else belongs to; empty where no good is the rest.
        groups: Group of goods -> codes of its goods.
    """

    taken: Mapping[str, str]
    left_out: Mapping[str, tuple[str, ...]]
    rest: str
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _finer: dict[str, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, code: str) -> str:
        """Return the good of a code, or nothing."""
        if code not in self._known:
            self._known[code] = self._find(code)
        return self._known[code]

    def below(self, code: str) -> dict[str, str]:
        """Return codes strictly below this one that belong to another good than it: code -> good."""
        if code not in self._finer:
            own = self.of(code)
            named = {*self.taken, *(spec for specs in self.left_out.values() for spec in specs)}
            finer = (spec for spec in sorted(named) if len(spec) > len(code) and spec.startswith(code))
            self._finer[code] = {spec: self.of(spec) for spec in finer if self.of(spec) != own}
        return self._finer[code]

    def together(self, goods: Collection[str]) -> str:
        """Return the smallest group that holds all these goods, or nothing."""
        fitting = [(len(codes), name) for name, codes in self.groups.items() if set(goods) <= set(codes)]
        return min(fitting, default=(0, ""))[1]

    def _find(self, code: str) -> str:
        for length in range(len(code), 0, -1):
            good = self.taken.get(code[:length], "")
            if good and not any(len(no) > length and code.startswith(no) for no in self.left_out.get(good, ())):
                return good
        return self.rest


def read_goods(
    specs: Mapping[str, str], groups: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[Goods, list[tuple[str, str]]]:
    """Return the goods, and what is wrong with them: (good, message).

    Args:
        specs: Good -> codes in the form of hs_codes, such as `84;-8407`: chapters, headings or longer codes between
            semicolons, a minus before what is left out, a star for everything else.
        groups: Group of goods -> codes of its goods.
    """
    taken: dict[str, str] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    faults: list[tuple[str, str]] = []
    rest = ""
    for good, text in specs.items():
        without: list[str] = []
        for spec in (part.strip() for part in text.split(";")):
            if not _SPEC.fullmatch(spec):
                faults.append((good, f"read '{spec}', expected a code of 2 to 8 digits, such as 8542, or *"))
            elif spec.startswith("-"):
                without.append(spec[1:])
            elif spec == _REST and rest:
                faults.append((good, f"'{rest}' has everything else (*) already"))
            elif spec in taken:
                faults.append((good, f"'{taken[spec]}' has the code {spec} already"))
            elif spec == _REST:
                rest = good
            else:
                taken[spec] = good
        left_out[good] = tuple(without)
    return Goods(taken, left_out, rest, groups or {}), faults
