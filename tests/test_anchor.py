"""No number of an unchanged scenario moves: every table of a few runs has the digest kept of it (see anchor.py)."""

from __future__ import annotations

import pandas as pd
import pytest

from tests import anchor

KEPT = anchor.kept()
SAME_MACHINE = KEPT[0].digest == anchor.machine().digest
ABOUT = 1e-3  # where the last bits of the exponential are others; a firm or two may then choose another way


@pytest.mark.parametrize("run", anchor.RUNS)
def test_no_number_moves(run: str) -> None:
    before = [line for line in KEPT if line.label.startswith(f"{run}/")]
    after = anchor.lines_of(run)
    assert len(after) == len(before) > 0
    for now, then in zip(after, before, strict=True):
        assert now.total == pytest.approx(then.total, rel=ABOUT), now.label
        if SAME_MACHINE:
            assert now.digest == then.digest, f"{now.label} moved; `python -m tests.anchor --write` if it should"


def test_the_digest_sees_one_bit_and_the_order_but_no_name() -> None:
    table = pd.DataFrame({"road": ["direct", "via X"], "musd": [1.0, float("nan")], "open": [True, False]})
    digest = anchor.digest_of(table)
    assert anchor.digest_of(table.rename(columns=str.upper)) == digest
    assert anchor.digest_of(table.assign(musd=[1.0 + 2**-52, float("nan")])) != digest
    assert anchor.digest_of(table.assign(road=["direct", "via Y"])) != digest
    assert anchor.digest_of(table.assign(open=[True, True])) != digest
    assert anchor.digest_of(table.iloc[::-1]) != digest
    renamed = table.replace("via X", "via Y")
    assert anchor.digest_of(anchor.coded(table, "road")) == anchor.digest_of(anchor.coded(renamed, "road"))


def test_every_run_is_in_the_file() -> None:
    assert {line.label.partition("/")[0] for line in KEPT[1:]} == set(anchor.RUNS)
