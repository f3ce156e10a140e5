"""What a study asks of a run: one number each, by name, straight from the arrays of the run.

A name may narrow its metric down, and say which months count::

    reaching                                all that reaches the target, the last twelve months of the run
    reaching[high_priority,hubs]            of one good, through all hubs
    hub_share[tier_1]@2023-01:2023-12       of one control tier, in one year

What stands in brackets is of several kinds (goods, routes, brands, origins, ...); two words of one kind mean either,
words of two kinds mean both. :data:`METRICS` says which kinds each metric takes.
"""

from sim.metrics.aggregates import Metric
from sim.metrics.parse import Asked, ask, check_metrics, measure
from sim.metrics.registry import METRICS

__all__ = ["METRICS", "Asked", "Metric", "ask", "check_metrics", "measure"]
