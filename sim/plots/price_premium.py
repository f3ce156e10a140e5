"""What the target's buyers pay: prices of coalition and neutral brands, by good."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from sim.plots.panels import panels
from sim.plots.style import COALITION, MUTED, NEUTRAL, SMALL, frame, plain_axes, stamp
from sim.plots.timeline import line, month_axis
from sim.plots.view import look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.plots.view import Source, View

_BRANDS = (("coalition", COALITION, "Coalition brands"), ("neutral", NEUTRAL, "Neutral brands"))
_HEADING = 34  # letters


def data(source: Source) -> pd.DataFrame:
    """Prices at the target: month, good, headquarters (brand), price_index (base year = 1)."""
    view = look(source)
    prices = view.policy.prices
    return prices.loc[prices["destination"] == view.policy.target, ["month", "good", "headquarters", "price_index"]]


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws one panel per good; returns the figures behind it."""
    view = look(source)
    shown = data(view).reset_index(drop=True)
    subtitle = f"Price in {view.target_name} by good and brand, base year = 1, the same scale in all panels"
    footer = stamp(view.policy, also="Brand: where the firm that owns the design has its headquarters.")
    plate = frame(figure, _title(view), subtitle, footer)
    top = max(1.5, float(shown["price_index"].max()) * 1.05)
    low = min(1.0, float(shown["price_index"].min()))
    for axes, good in zip(panels(figure, plate, len(view.goods)), view.goods, strict=True):
        plain_axes(axes, heading=textwrap.shorten(view.name(good), _HEADING, placeholder=" …"), unit="index")
        axes.axhline(1.0, color=MUTED, linewidth=0.8)
        for brand, colour, _ in _BRANDS:
            rows = shown[(shown["good"] == good) & (shown["headquarters"] == brand)]
            line(axes, rows.set_index("month")["price_index"], colour)
        axes.set_ylim(0.9 * low, top)
        month_axis(axes, view.months, short=True)
    first = figure.axes[0]
    for rank, (_, colour, text) in enumerate(_BRANDS):
        first.text(0.97, 0.95 - 0.16 * rank, text, transform=first.transAxes, size=SMALL, color=colour, ha="right", va="top")
    return shown


def _title(view: View) -> str:
    """Mean price of what was delivered in the last stretch, by brand, each good weighing with its quantity."""
    name, months = view.last_stretch
    rows = view.to_target[view.to_target["month"].isin(months)]
    quantity = rows.groupby("headquarters")["quantity_musd_2021"].sum()
    paid = (rows["quantity_musd_2021"] * rows["price_index"]).groupby(rows["headquarters"]).sum()
    rise = 100.0 * (paid / quantity - 1.0)
    if any(brand not in rise.index or not quantity[brand] > 0.0 for brand, _, _ in _BRANDS):
        return f"What {view.target_name} pays"
    coalition, neutral = (f"{rise[brand]:+.0f} %" for brand, _, _ in _BRANDS)
    return f"What {view.target_name} pays above the base year, {name}: {coalition} for coalition brands, {neutral} for others"
