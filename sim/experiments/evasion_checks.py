"""What is wrong with a study that searches for leaks."""

from __future__ import annotations

from sim.common.parsing import shown
from sim.experiments.schema import NO_POLICY, StudyFile
from sim.scenario.problems import Problem
from sim.simulation.simulation import Case

ALL = "all"


def check_leaks(said: StudyFile, base: Case, problems: list[Problem]) -> None:
    """Adds what a search for leaks cannot have: levers, several metrics, goods that there are not, an empty package."""
    if said.leaks is None:
        return
    if said.levers:
        problems.append(Problem(("levers",), "a search for leaks tries its own; remove them, or `leaks`", on_key=True))
    if said.design.all is not None or said.design.levers is not None:
        message = "a search for leaks has its own; only `design: {uncertainties: ...}` goes with it"
        problems.append(Problem(("design",), message, on_key=True))
    if said.replicates > 1:
        problems.append(Problem(("replicates",), "a search for leaks takes one; name worlds under `uncertainties`"))
    if said.compare_with != NO_POLICY:
        problems.append(Problem(("compare_with",), "a search for leaks compares with the package itself; remove it"))
    if len(said.metrics) > 1:
        problems.append(Problem(("metrics", 1), "a search for leaks has one metric, what the evader wants more of"))
    goods = (*base.world.goods, *base.world.good_groups)
    for at, name in enumerate(said.leaks.goods):
        if name not in goods and said.leaks.goods != (ALL,):
            place = ("leaks", "goods", at)
            problems.append(Problem(place, f"unknown good {shown(name)}", near=(name, (ALL, *goods))))
    if not base.scenario.policies:
        problems.append(Problem(("leaks",), "the package of the base has no clause, so it has no leak", on_key=True))
