"""What the target's buyers pay: market prices of coalition and neutral brands, by good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.title_numbers import BRANDS
from sim.report.plots.panels import panels, rows_of_panels
from sim.report.plots.run_view import look
from sim.report.plots.style import COALITION, MUTED, NEUTRAL, frame, inches, key, plain_axes, stamp
from sim.report.plots.timeline import band, line, month_axis, top_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_BRANDS = (("coalition", COALITION, "Coalition brands"), ("neutral", NEUTRAL, "Neutral brands"))

_DOTS = (0, (1, 1.5))
_LINES = 3  # of a good's name above its panel
# Inches: what stands above a panel; a row of panels with that; title, keys and footer; from mark to mark of a scale.
_HEAD, _ROW, _FRAME, _TICK = 0.52, 1.55, 1.9, 0.14


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws one panel per good; returns the figures behind it."""
    view = look(source)
    shown = view.banded("price_premium")
    subtitle = f"Market price in {view.target_name} by good and brand, base year = 1, the same scale in all panels"
    ceiling = float(view.policy.record["parameters"].get("price_ceiling", float("inf")))
    held = top_of(shown, "price_index") >= 0.999 * ceiling
    note = "Price: what buyers in the target's market pay. Brand: where the headquarters of the firm are."
    if held:
        note += (
            f" Ceiling: so little arrives that no price clears the market; the model stops at {ceiling:g} times the "
            "base year's (price_ceiling, an assumption), so what lies there says “very high” and no more."
        )
    footer = stamp(view.policy, also=note + view.bands_note)
    figure.set_figheight(max(figure.get_figheight(), _FRAME + _ROW * rows_of_panels(len(view.goods))))
    plate = frame(figure, _title(view), subtitle + view.shaded(), footer)
    top = max(1.5, top_of(shown, "price_index") * 1.05)
    low = min(1.0, float(shown[[name for name in shown if str(name).startswith("price_index")]].min().min()))
    ceilings = [(f"Ceiling of the model, ×{ceiling:g}", MUTED, _DOTS)] if held else []
    plate = key(figure, plate, [*((text, colour, "-") for _, colour, text in _BRANDS), *ceilings])
    for axes, good in zip(panels(figure, plate, len(view.goods), head=_HEAD), view.goods, strict=True):
        name, detail = view.parts_of_good(good)
        plain_axes(axes, heading=name, detail=detail, lines=_LINES)
        axes.axhline(1.0, color=MUTED, linewidth=0.8)
        if held:
            axes.axhline(ceiling, color=MUTED, linewidth=1.2, linestyle=_DOTS)
        for brand, colour, _ in _BRANDS:
            rows = shown[(shown["good"] == good) & (shown["brand_origin"] == brand)].set_index("month")
            band(axes, rows, "price_index", colour)
            line(axes, rows["price_index"], colour)
        axes.set_ylim(low - 0.02 * top, top)
        apart = _TICK / inches(axes)[1] * (top - low)  # the base year is marked; so is what does not run into it
        axes.set_yticks([1.0, *(tick for tick in axes.get_yticks() if low <= tick <= top and abs(tick - 1.0) >= apart)])
        axes.yaxis.set_major_formatter("×{x:g}")
        month_axis(axes, view.months)
    return shown


def _title(view: View) -> str:
    """Mean price in the last stretch, by brand, each good and month weighing with the volume delivered."""
    name, told = view.last_stretch[0], view.title_numbers("price_premium")
    if not told:
        return f"Market prices in {view.target_name}"
    coalition, neutral = (told[brand].percent(signed=True) for brand in BRANDS)
    subject = f"Market prices in {view.target_name} in {name}, against the base year"
    return f"{subject}: coalition brands {coalition}, neutral brands {neutral}"
