"""Figures of studies: response curves, heat maps, tornadoes, Pareto fronts; each with its data as CSV beside it."""

from sim.report.plots.studies import front, heat_map, response, tornado
from sim.report.plots.studies.footer import About, change_of, kind_of, unit_of, words_of

__all__ = ["About", "change_of", "front", "heat_map", "kind_of", "response", "tornado", "unit_of", "words_of"]
