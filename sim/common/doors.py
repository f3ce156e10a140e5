"""How a thing shows itself in a notebook: doors from below to the pages and figures that are built above it.

A scenario knows nothing of HTML and a run nothing of matplotlib. They open these doors, and what is behind is loaded
when first used, as the public names are.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class HasPage:
    """What a notebook shows as a page (see :mod:`sim.report.notebook`)."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        page: str = import_module("sim.report.notebook").page_of(self)
        return page


class HasFigures:
    """What has figures (see :mod:`sim.report.gallery`)."""

    __slots__ = ()

    @property
    def plot(self) -> Any:
        """Its figures: ``plot.<tab>`` lists them, ``plot.flows_by_road()`` draws one, and a notebook shows it.

        Example:
            >>> import sim
            >>> pair = sim.compare("classroom")
            >>> picture = pair.plot.flows_by_road()
            >>> picture.savefig("roads.png")  # doctest: +SKIP
            >>> sorted(picture.table.columns)[:2]
            ['month', 'road']
        """
        return import_module("sim.report.gallery").Gallery(self)
