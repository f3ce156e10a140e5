"""The target's imports by good in the base year, from its office's figures by chapter, where it publishes them.

Its mix of an earlier year by partner and chapter is brought by RAS to the partners' totals and to the chapters of the
base year, and each chapter is split over goods.
"""

import numpy as np

from sim.common.arrays import Floats
from sim.common.csv_tables import Row
from sim.world.build.facts import Facts
from sim.world.build.ras import fit_margins
from sim.world.schema import SD_LOG, error_of

# What a mix does not have is this small a part; and what no share is taken of.
_TRACE, _LEAST = 1e-9, 1e-300
_CHAPTER = "chapter_"
# What the office gives for all chapters together.
TOTAL = "all"


def error_in(row: Row) -> float | None:
    """Return the standard error that a row gives, if it does."""
    return None if row.values["sd_log"] == "" else row.number("sd_log")


def by_chapter(facts: Facts, totals: Floats) -> dict[int, tuple[Floats, Floats]]:
    """Return goods [G] and their errors in logs [G], by origin of the target's imports.

    They come from its office's mix of an earlier year by partner and chapter. The error of a good is that of its
    chapters, weighted by what each has of it, and of its share in them.

    Args:
        facts: The facts.
        totals: [S] the target's imports from each state in the base year.
    """
    rows, margin = facts.tables["target_chapters"], _chapters(facts)
    if not rows or not margin:
        return {}
    order = {chapter: place for place, chapter in enumerate(margin)}
    amounts = np.array(list(margin.values()))
    mixes: dict[int, Floats] = {}
    errors: dict[int, Floats] = {}
    for row in rows:
        place, chapter = facts.state(row.text("origin")), order[row.text("chapter")]
        mixes.setdefault(place, np.zeros(len(order)))[chapter] += row.number("share")
        errors.setdefault(place, np.full(len(order), SD_LOG["derived"]))[chapter] = error_of(
            "derived", row.values["sd_log"]
        )
    # A partner without a mix starts from that of all.
    mix = np.array([mixes.get(place, amounts) for place in range(len(totals))])
    seed = totals[:, None] * np.maximum(mix / mix.sum(axis=1, keepdims=True), _TRACE)
    fitted = fit_margins(seed, totals, amounts * totals.sum() / amounts.sum())
    split, split_error = _splits(facts, order)
    found = {}
    for place in mixes:
        parts = fitted[place][:, None] * split.get(facts.states[place], split[""])
        square = errors[place][:, None] ** 2 + split_error**2
        found[place] = parts.sum(axis=0), np.sqrt((parts * square).sum(axis=0) / np.maximum(parts.sum(axis=0), _LEAST))
    return found


def _splits(facts: Facts, order: dict[str, int]) -> tuple[dict[str, Floats], Floats]:
    """Return [chapter, good] shares by origin, the general ones under an empty name, and their errors in logs.

    What a chapter has left is the last good.
    """
    error = np.zeros((len(order), len(facts.goods)))
    rows = [row for row in facts.tables["chapter_split"] if row.text("chapter") in order]
    found: dict[str, Floats] = {}
    for origin in dict.fromkeys(("", *(row.text("origin") for row in rows))):
        split = np.zeros((len(order), len(facts.goods)))
        own = {row.text("chapter") for row in rows if row.text("origin") == origin}
        for row in rows:
            chapter = row.text("chapter")
            if row.text("origin") == (origin if chapter in own else ""):
                cell = order[chapter], facts.good(row.text("good"))
                split[cell] += row.number("share")
                error[cell] = error_in(row) or 0.0
        split[:, -1] += np.maximum(1.0 - split.sum(axis=1), 0.0)
        found[origin] = split
    return found, error


def chapter_rows(facts: Facts) -> dict[str, Row]:
    """Return the rows of the target's imports in the base year by chapter; none where its office publishes none."""
    year, target = facts.settings.texts["base_year"], facts.settings.texts["target"]
    return {
        row.text("good").removeprefix(_CHAPTER): row
        for row in facts.tables["customs_by_chapter"]
        if row.text("period") == year and row.text("importer") == target
    }


def _chapters(facts: Facts) -> dict[str, float]:
    """Return the target's imports by chapter in the base year, musd CIF; under `all` those kept secret."""
    found = {chapter: facts.musd(row) for chapter, row in chapter_rows(facts).items()}
    if found:
        # What the office publishes only in the total: chapters it keeps secret.
        found[TOTAL] = 2 * found[TOTAL] - sum(found.values())
    return found


def target_margin(facts: Facts, total: float) -> Floats:
    """Return the target's imports by good [G], FOB, from its customs totals by chapter.

    Args:
        facts: The facts; `chapter_split` says which share of a chapter belongs to which good.
        total: What the goods must sum to, million US dollars a year; the last good takes what is left.

    Raises:
        ValueError: If the chapters exceed the total.
    """
    freight = facts.settings.numbers["cif_over_fob"]
    chapters = _chapters(facts)
    margin = np.zeros(len(facts.goods))
    for row in facts.tables["chapter_split"]:
        if row.text("origin"):
            continue
        margin[facts.good(row.text("good"))] += row.number("share") * chapters[row.text("chapter")] / freight
    margin[-1] = 0.0
    margin[-1] = total - margin.sum()
    if margin[-1] <= 0:
        raise ValueError("the chapters of the target exceed its import total")
    return margin
