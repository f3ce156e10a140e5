"""Draws of the free parameters, as `python -m calibration` leaves them, and how one is put into a scenario.

A posterior is a folder, such as ``calibration/posterior``. Its ``draws.csv`` has one joint draw a row; a column says
its place and its name:

* ``parameter:aversion``: a row of :data:`sim.parameters.PARAMETERS`,
* ``opening:XYZ``: how open a hub is to sellers from elsewhere,
* ``strength:some-clause``: strength of a clause,
* ``swing:some-driver``: how far a driver's path departs from 1, as a multiple of what the scenario says, in logs (2
  squares the path, 0 holds it at 1).

The first row is the representative one, for a run that stands for all. It is a draw, not a point made of each column's
median: draws are correlated, and a point of medians may be one that the figures rule out. The others are in no order.

A scenario keeps what its author chose: a value goes only where the scenario says what the fitted scenario said.
"""

from sim.posterior.draws import REPRESENTATIVE, Drawn, Posterior, load_posterior, shipped_posterior
from sim.posterior.places import PLACES, Place, put, said

__all__ = [
    "PLACES",
    "REPRESENTATIVE",
    "Drawn",
    "Place",
    "Posterior",
    "load_posterior",
    "put",
    "said",
    "shipped_posterior",
]
