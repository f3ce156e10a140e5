"""What every figure of a study says below: which study, how many runs, what a band stands for."""

from __future__ import annotations

from dataclasses import dataclass

from sim.common.spread import part_of
from sim.report.numbers import Kind, signed_number
from sim.scenario.metric_address import AddressProblem, parse_address


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

    @property
    def part(self) -> str:
        """How much of the worlds lies between the ends of a line or band, in words."""
        return part_of(self.worlds, "worlds")

    def footer(self, also: str = "") -> list[str]:
        """Source, and what was run."""
        worlds = f", {self.worlds:,} worlds" if self.worlds > 1 else ", one world, so there is no band"
        return [
            f"Source: simulation ({self.program}) on customs figures of the base year. {also}".rstrip(),
            f"Study “{self.title}”: {self.runs:,} runs{worlds}.",
        ]


def unit_of(metric: str) -> str:
    """Unit of a metric by its address; empty where it is none."""
    try:
        return parse_address(metric).metric.unit
    except AddressProblem:
        return ""


def kind_of(metric: str) -> Kind:
    """How values of a metric are written."""
    return "share" if unit_of(metric) == "share" else "plain"


def change_of(metric: str, change: float | tuple[float, float, float]) -> str:
    """A change of a metric with its sign and, if given, its interval; of shares in points."""
    if kind_of(metric) != "share":
        return signed_number(change)
    points = 100.0 * change if isinstance(change, float) else tuple(100.0 * end for end in change)
    return f"{signed_number(points)} points"


def words_of(metric: str) -> str:
    """A metric in a few words: its name, and what it is narrowed down to."""
    head, _, months = metric.partition("@")
    name, _, narrowed = head.rstrip("]").replace("_", " ").partition("[")
    said = f"{name} ({', '.join(narrowed.split(','))})" if narrowed else name
    return f"{said}, {months.replace(':', ' to ')}" if months else said
