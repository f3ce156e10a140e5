"""`sim mirror-gap`: the records of two offices, from a saved run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Sim = Callable[[str], Any]
FAST = "--mode expected --exporters 1000 --months 2022-01:2022-06 --no-pair --no-figures"


def test_mirror_draws_any_pair_and_names_a_wrong_one(sim: Sim, tmp_path: Path) -> None:
    assert sim(f"run reference {FAST}").status == 0
    (run,) = (tmp_path / "results").iterdir()
    said = sim(f"mirror-gap {run} EU27 KGZ --good high_priority --out there")
    assert said.status == 0, said.err
    assert {path.name for path in (tmp_path / "there").iterdir()} == {
        "mirror_EU27_KGZ_high_priority.png", "mirror_EU27_KGZ_high_priority.csv"
    }  # fmt: skip
    assert "freight" in said.out and "there/mirror_EU27_KGZ_high_priority.png" in said.out
    assert sim(f"mirror-gap {run} HKG RUS").status == 0
    assert (run / "figures" / "mirror_HKG_RUS.png").is_file()
    for wrong, hint in (("EU27 KGS", "did you mean 'KGZ'?"), ("KGZ KGZ", "needs two states")):
        said = sim(f"mirror-gap {run} {wrong} --out nowhere")
        assert said.status == 2 and hint in said.err and said.out == ""
    assert not (tmp_path / "nowhere").exists()
