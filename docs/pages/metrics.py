"""Every metric that a study can ask of a run."""

from __future__ import annotations

import sim.scenario.metric_address
from docs.pages.markdown import table, told
from sim.scenario.metrics import KINDS, METRICS

_USE = """\
A study lists metrics under `metrics` ([studies](../studies.md)); `sim list metrics` prints this list. In Python, for
a run just made: `sim.metrics.measure(run.source, ["deliveries_volume[high_priority]"])`. [How to add a
metric](../how-to/metric.md).
"""
_MEANS = """\
A mean over the months that count, unless it says otherwise. *Compared with the paired run*: the same world and random
draws without policies."""


def metrics_page() -> str:
    """The page, as Markdown."""
    listed = sorted({kind for metric in METRICS.values() for kind in metric.takes}, key=list(KINDS).index)
    kinds = table(("kind", "words"), [(kind, KINDS[kind]) for kind in listed])
    rows = [
        (f"`{metric.name}`", metric.unit, metric.meaning + (" (compared with the paired run)" * metric.paired),
         ", ".join(metric.takes))
        for metric in METRICS.values()
    ]  # fmt: skip
    return "\n".join(
        [
            "# Metrics", "", told(sim.scenario.metric_address), "", _USE, "## Words in brackets", "", kinds, "",
            "## All metrics", "", _MEANS, "", table(("metric", "unit", "meaning", "narrowed down by"), rows), "",
        ]
    )  # fmt: skip
