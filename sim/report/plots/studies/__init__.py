"""Figures of studies: response curves, heat maps, tornadoes, Pareto fronts; each with its data as CSV beside it."""

from sim.report.plots.studies import front, heat_map, response, tornado
from sim.report.plots.studies.footer import About, signed, unit_of, words_of

__all__ = ["About", "front", "heat_map", "response", "signed", "tornado", "unit_of", "words_of"]
