"""The month is the phases in their order, and each writes what it says it writes."""

from __future__ import annotations

import numpy as np
import pytest

from docs.pages import wiring
from tests.contracts.clauses import clause
from tests.month import PHASES


def arrays_of(model) -> dict[str, np.ndarray]:
    """A copy of all that phases may write, by the name that their docstrings give it."""
    state = model.state
    found = {"prospects": state.prospects, "new_controls": np.array(state.new_controls)}
    found |= {"rows_on_route": model.rows_on_route, "regime": np.array(id(model.regime))}
    for name, group in vars(state).items():
        if hasattr(group, "_asdict"):
            found |= {f"{name}.{field}": array for field, array in group._asdict().items()}
    for name in ("customs", "exporter_columns", "intermediary_columns"):
        found |= {f"{name}.{field}": array for field, array in getattr(model, name)._asdict().items()}
    return {name: np.copy(array) for name, array in found.items()}


def test_the_phases_of_the_tests_are_those_of_the_step():
    assert [f"{phase.__module__.rpartition('.')[2]}.{phase.__name__}" for phase in PHASES] == wiring.phases()


@pytest.fixture(scope="module")
def written(reference) -> dict[str, set[str]]:
    """What each phase writes over two years in which law of every kind begins, in either mode."""
    more = [clause("red_line", id="line", goods=("all",), multiple=1.1, ends=None), clause("retaliation")]
    found: dict[str, set[str]] = {phase: set() for phase in wiring.phases()}
    for mode in ("sampled", "expected"):
        model = reference.with_changes(
            agents={"exporters": 1500, "mode": mode}, months={"first": "2022-01"}, parameters={"pain_limit": 0.001},
            policies=[*reference.scenario.policies, *more],
        ).model()  # fmt: skip
        for _ in range(24):
            model.month, model.elapsed = model.month + 1, model.elapsed + 1
            for name, phase in zip(found, PHASES, strict=True):
                before = arrays_of(model)
                phase(model)
                after = arrays_of(model)
                found[name] |= {key for key in after if not np.array_equal(before[key], after[key])}
    return found


# Written each month, with the same number: intermediaries buy no more than they can carry.
STEADY = {"hubs.capacity_share"}


@pytest.mark.parametrize("phase", wiring.phases())
def test_a_phase_writes_what_it_says_it_writes(written, phase):
    declared = wiring.touched(phase, "Writes")
    assert {key for key in written[phase] if key not in declared and key.partition(".")[0] not in declared} == set()
    never = {said for said in declared if not any(f"{key}.".startswith(f"{said}.") for key in written[phase])}
    assert never <= STEADY
