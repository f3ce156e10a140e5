"""Every metric that a study can ask of a run."""

from __future__ import annotations

import sim.metrics
from docs.pages.markdown import table, told
from sim.metrics import METRICS

_KINDS = {
    "good": "codes of the world's goods",
    "tier": "`tier_` and a control tier of the goods, or `tier_none`",
    "road": "`direct`, `hubs`, or the code of a hub",
    "hub": "codes of hubs",
    "brand": "`coalition_brand`, `neutral_brand`: where the firm's headquarters are",
    "origin": "`from_` and a code or a group of states: `from_CHN`, `from_coalition`, `from_hubs`",
    "state": "codes of states, or a group: `coalition`, `third`, `hubs`",
    "buyer": "codes of the other buyers",
    "banned": "`banned`: only goods that law bans",
}
_USE = """\
A study lists metrics under `metrics` ([studies](../studies.md)); `sim list metrics` prints this list. In Python, for
a run just made: `sim.metrics.measure(run.source, ["reaching[high_priority]"])`. [How to add a
metric](../how-to/metric.md).
"""
_MEANS = """\
A mean over the months that count, unless it says otherwise. *Compared with the paired run*: the same world and random
draws without policies."""


def metrics_page() -> str:
    """The page, as Markdown."""
    listed = sorted({kind for metric in METRICS.values() for kind in metric.takes}, key=list(_KINDS).index)
    kinds = table(("kind", "words"), [(kind, _KINDS[kind]) for kind in listed])
    rows = [
        (f"`{metric.name}`", metric.unit, metric.meaning + (" (compared with the paired run)" * metric.paired),
         ", ".join(metric.takes))
        for metric in METRICS.values()
    ]  # fmt: skip
    return "\n".join(
        [
            "# Metrics", "", told(sim.metrics), "", _USE, "## Words in brackets", "", kinds, "",
            "## All metrics", "", _MEANS, "", table(("metric", "unit", "meaning", "narrowed down by"), rows), "",
        ]
    )  # fmt: skip
