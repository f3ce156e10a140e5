"""Numbers of a run, straight from its arrays: one address for each (:mod:`sim.scenario.metric_address`)."""

from sim.metrics.parse import Asked, ask, by_month, check_metrics, measure
from sim.scenario.metrics import METRICS, Metric

__all__ = ["METRICS", "Asked", "Metric", "ask", "by_month", "check_metrics", "measure"]
