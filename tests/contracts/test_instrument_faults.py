"""Every file in `bad/` is wrong in the way its neighbour `.faults` says: `line:column | where | message`, all of them.

The form of `tests/scenario/bad`, for the fields of the instruments that ship.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.common.errors import FaultList
from sim.policies import INSTRUMENTS
from sim.scenario import load_scenario
from tests.contracts.clauses import EXAMPLES, clause

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_gets_exactly_the_faults_beside_it(file: Path) -> None:
    with pytest.raises(FaultList) as caught:
        load_scenario(file)
    found = [f"{fault.line}:{fault.column} | {fault.where} | {fault.message}" for fault in caught.value.faults]
    assert found == file.with_suffix(".faults").read_text(encoding="utf-8").splitlines()


def test_every_expectation_has_its_file() -> None:
    assert FILES and {file.stem for file in FILES} == {file.stem for file in BAD.glob("*.faults")}


@pytest.mark.parametrize("kind", sorted(INSTRUMENTS))
def test_no_instrument_takes_less_than_nothing(kind: str) -> None:
    """Every strength is bounded below, or the instrument does nothing whatever it is."""
    if kind == "null_policy":
        assert clause(kind, strength=-1.0).strength == -1.0
        return
    with pytest.raises(ValueError, match=r"-0\.1"):
        clause(kind, strength=-0.1)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_an_unknown_field_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="severity"):
        clause(kind, severity=0.5)
