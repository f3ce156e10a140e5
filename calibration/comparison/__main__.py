"""``python -m calibration.comparison`` (``make compared``): asks the three models and writes page, tables and pictures.

Written are ``docs/compared.md`` and, in ``docs/images/compared``, the tables as CSV, the pictures, and ``record.json``
with what made them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from calibration.comparison import full_stop, historical_law
from calibration.comparison.figures import draw_full_stop, draw_law
from calibration.comparison.network_model import Network, missing
from calibration.comparison.network_model import version_of as network_version
from calibration.comparison.page import Tables, page, read
from calibration.inference.options import POSTERIOR, complain, one_thread

ROOT = Path(__file__).resolve().parents[2]
PAGE, FOLDER = ROOT / "docs" / "compared.md", ROOT / "docs" / "images" / "compared"
RECORD = "record.json"
AGENTS = {"mode": "expected", "exporters": 1500, "intermediaries": 330}


def cases() -> tuple[sim.Case, sim.Case]:
    """The full stop, and the law as it was."""
    return sim.load(full_stop.SCENARIO, posterior="none"), sim.load("reference", posterior="none").with_changes(
        agents=AGENTS
    )


def made_of(draws: int, model: Network | None) -> dict[str, Any]:
    """What an answer depends on."""
    stop, history = cases()
    network: dict[str, Any] = {"version": None, "missing": missing()}
    if model is not None:
        tau, delta = model.functions.TAU_BASE, model.functions.DELTA_BASE
        network = {"version": network_version(), "tau": tau, "delta": delta}
    return {
        "draws": draws,
        "posterior": sim.load_posterior(None, stop.scenario.world).digest,
        "full_stop": stop.scenario.digest,
        "law": history.scenario.digest,
        "world": stop.world.digest,
        "network": network,
    }  # fmt: skip


def ask(draws: int, model: Network | None) -> Tables:
    """Asks all models both questions.

    Args:
        draws: of the posterior.
        model: the network model, where it is installed.
    """
    stop, history = cases()
    if draws < 1:
        raise sim.SimError(f"{draws} draws asked for; a band needs one at least")
    posterior = sim.load_posterior(None, stop.scenario.world)
    whole, states = full_stop.over_draws(full_stop.agents_over(stop, posterior, draws))
    gravity = full_stop.gravity(stop)
    whole["gravity"] = pd.Series(gravity.whole)
    states = states.join(gravity.states)
    if model is not None:
        whole, states = _with_network(model, stop, whole, states)
    answers = historical_law.answers(history, model, draws)
    return Tables(
        whole.rename_axis("name"),
        states.rename_axis("state"),
        answers,
        historical_law.misses(answers),
        made_of(draws, model),
    )


def _with_network(
    model: Network, stop: sim.Case, whole: pd.DataFrame, states: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    own = full_stop.network(model, stop)
    ends = [full_stop.network(model, stop, *corner) for corner in model.corners()]
    whole["network"] = pd.Series(own.whole)
    said = pd.DataFrame([one.whole for one in (own, *ends)])
    whole["network_low"], whole["network_high"] = said.min(), said.max()
    states = states.join(own.states)
    sold = pd.DataFrame([one.states["network_busd"] for one in (own, *ends)])
    states["network_busd_low"], states["network_busd_high"] = sold.min().to_numpy(), sold.max().to_numpy()
    return whole, states


def write(tables: Tables, folder: Path, to: Path) -> None:
    """Writes tables, pictures, record and page; all of them, or none if one cannot be made."""
    with sim.written_folder(folder, force=True) as scratch, sim.written_file(to) as page:
        page.write_text(_write(tables, scratch), encoding="utf-8")


def _write(tables: Tables, folder: Path) -> str:
    """Writes all but the page, and returns that."""
    for name, table in (("full_stop", tables.whole), ("full_stop_states", tables.states), ("law", tables.law)):
        table.to_csv(folder / f"{name}.csv", float_format="%.6g", lineterminator="\n")
    tables.misses.to_csv(folder / "misses.csv", index=False, float_format="%.6g", lineterminator="\n")
    (folder / RECORD).write_text(json.dumps(dict(tables.record), indent=1) + "\n", encoding="utf-8")
    # From the files, so that page, pictures and tables cannot differ by what a file rounds off.
    kept = read(folder, tables.record)
    draw_full_stop(kept.whole, kept.states, folder / "full_stop.png")
    draw_law(kept.law, folder / "law.png")
    return page(kept, pd.read_csv(POSTERIOR / "scores.csv"))


def main(arguments: list[str] | None = None) -> int:
    """Asks and writes; 1 if something cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m calibration.comparison", description=__doc__)
    parser.add_argument("--draws", type=int, default=full_stop.DRAWS, help="draws of the posterior")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="tables and pictures")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page")
    chosen = parser.parse_args(arguments)
    one_thread()
    try:
        why = missing()
        if why is not None:
            sys.stderr.write(f"without the network model: {why}\n")
        write(ask(chosen.draws, None if why else Network.open()), chosen.folder, chosen.page)
    except (sim.SimError, OSError) as error:
        return complain(error)
    sys.stdout.write(f"{chosen.page}\n{chosen.folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
