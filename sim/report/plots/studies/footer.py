"""What every figure of a study says below: which study, how many runs, what a band stands for."""

from __future__ import annotations

from dataclasses import dataclass

from sim.metrics import METRICS


@dataclass(frozen=True)
class About:
    """A study in the footer of its figures.

    Attributes:
        title: of the study or scenario.
        runs: how many it has.
        worlds: draws of what is uncertain that the runs share.
        program: which version made it.
    """

    title: str
    runs: int
    worlds: int
    program: str

    def footer(self, also: str = "") -> list[str]:
        """Source, and what was run."""
        worlds = f", {self.worlds:,} worlds" if self.worlds > 1 else ", one world, so there is no band"
        return [
            f"Source: simulation ({self.program}) on customs figures of the base year. {also}".rstrip(),
            f"Study “{self.title}”: {self.runs:,} runs{worlds}.",
        ]


def unit_of(metric: str) -> str:
    """Unit of a metric by its full name."""
    known = METRICS.get(metric.partition("[")[0].partition("@")[0].strip())
    return known.unit if known else ""


def signed(value: float) -> str:
    """A change with its sign, to three digits and without an exponent."""
    return f"{value:+,.0f}" if abs(value) >= 1_000.0 else f"{value:+.3g}"


def words_of(metric: str) -> str:
    """A metric in a few words: its name, and what it is narrowed down to."""
    head, _, months = metric.partition("@")
    name, _, narrowed = head.rstrip("]").replace("_", " ").partition("[")
    said = f"{name} ({', '.join(narrowed.split(','))})" if narrowed else name
    return f"{said}, {months.replace(':', ' to ')}" if months else said
