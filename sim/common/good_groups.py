"""Names of goods: the code of one good, a group that stands for several goods, or `all`.

A group is named in the column `groups` of goods.csv; wherever a user names goods, a group stands for all its goods.
"""

from collections.abc import Iterable, Mapping, Sequence

from sim.common.errors import SimError, nearest

ALL = "all"
SEPARATOR = ";"


def group_names(cell: str) -> tuple[str, ...]:
    """Return the groups that a cell of the column `groups` names, in its order."""
    return tuple(name.strip() for name in cell.split(SEPARATOR)) if cell.strip() else ()


def groups_of(goods: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the codes of each group's goods.

    Args:
        goods: By good: its code, and its cell of the column `groups`.

    Returns:
        Group -> codes in the order of the goods; groups in order of the alphabet.

    Example:
        >>> import sim
        >>> sim.groups_of([("bolts", "metal;small"), ("nuts", "metal")])
        {'metal': ('bolts', 'nuts'), 'small': ('bolts',)}
    """
    found: dict[str, list[str]] = {}
    for code, cell in goods:
        for name in group_names(cell):
            found.setdefault(name, []).append(code)
    return {name: tuple(found[name]) for name in sorted(found)}


def codes_named(names: Iterable[str], goods: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the codes that names stand for, each once, in the order of the goods.

    Args:
        names: Codes of goods, groups, or `all`.
        goods: Codes of all goods.
        groups: Codes of each group's goods.

    Raises:
        SimError: If a name is neither a good nor a group.

    Example:
        >>> import sim
        >>> sim.codes_named(["metal"], ("bolts", "chips", "nuts"), {"metal": ("bolts", "nuts")})
        ['bolts', 'nuts']
    """
    known, found = frozenset(goods), set[str]()
    for name in names:
        if name in known:
            found.add(name)
        elif name == ALL:
            found |= known
        elif name in groups:
            found.update(groups[name])
        else:
            raise SimError(f"unknown good '{name}'; {nearest(name, (*goods, *groups, ALL))}")
    return [code for code in goods if code in found]
