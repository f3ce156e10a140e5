"""What a spread of draws may be called: 90 % of them where there are enough, else from the lowest to the highest.

Every table, figure and sentence that shows a spread asks here where its ends lie and what they are.
"""

# Of fewer draws the outer 10 % cannot be told.
FEWEST = 20
LOW, HIGH = 0.05, 0.95


def shares_of(count: int) -> tuple[float, float]:
    """The quantiles that a spread of so many draws ends at.

    Example:
        >>> from sim.common.spread import shares_of
        >>> shares_of(24), shares_of(4)
        ((0.05, 0.95), (0.0, 1.0))
    """
    return (LOW, HIGH) if count >= FEWEST else (0.0, 1.0)


def part_of(count: int, what: str = "the draws") -> str:
    """How much of so many draws lies between the ends, in words.

    Args:
        count: how many there are.
        what: what they are, such as ``the draws`` or ``worlds``.

    Example:
        >>> from sim.common.spread import part_of
        >>> part_of(24, "worlds"), part_of(4)
        ('90 % of worlds', 'lowest to highest of 4 draws')
    """
    if count == 1:
        return f"one of {what}, so no spread"
    return f"90 % of {what}" if count >= FEWEST else f"lowest to highest of {count} {what.removeprefix('the ')}"


def ends_of(count: int) -> str:
    """What the two ends are, as a title says it."""
    return "5 %, 95 %" if count >= FEWEST else "lowest, highest"
