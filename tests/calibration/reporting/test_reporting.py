"""The report: every section, from tables that are made up here; what is missing is said with the command for it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from calibration.inference.problem import GROUPS
from calibration.reporting import Inputs, read_inputs, report, write_report
from calibration.reporting.inputs import MADE_BY
from calibration.reporting.markup import page, table
from calibration.reporting.report import APPENDIX, SECTIONS
from calibration.targets.priors import Prior, load_priors
from calibration.targets.targets import TARGETS, Target, codes_of, load_targets

FORECASTERS = ("posterior", "no change", "drift")


@pytest.fixture(scope="module")
def targets() -> tuple[Target, ...]:
    return load_targets(TARGETS, codes_of(sim.load("reference", posterior="none").world))


@pytest.fixture(scope="module")
def priors() -> tuple[Prior, ...]:
    return load_priors()


def fit_rows(targets: tuple[Target, ...]) -> pd.DataFrame:
    rows = [row for row in targets if row.role == "fit"][:20]
    value = np.array([row.value for row in rows])
    table = pd.DataFrame(
        {"id": [row.id for row in rows], "group": GROUPS[0], "data": value, "low": value, "high": value}
    )
    for name, shift in (("before", 0.5), ("model", 0.1), ("model_p05", 0.0), ("model_p95", 0.2), ("band_p05", -0.3)):
        table[name] = value + shift
    return table.assign(
        band_p95=value + 0.5, sd=0.03, inside=[row != 3 for row in range(20)], miss=10.5, miss_before=-45.0,
        emulator_r2=0.9, emulator_sd=0.02,
    )  # fmt: skip


def summary_rows(priors: tuple[Prior, ...]) -> pd.DataFrame:
    kinds = ("yes", "partly", "no", "not fitted")
    return pd.DataFrame(
        [
            {
                "address": prior.address, "group": prior.group, "prior_p05": 0.1, "prior_median": 1.0,
                "prior_p95": 2.0, "posterior_p05": 0.3, "posterior_median": 0.9, "posterior_p95": 1.5,
                "width_ratio": 0.5, "moved": -0.2, "identified": kinds[number % 4],
            }
            for number, prior in enumerate(priors)
        ]
    )  # fmt: skip


RECORD = {
    "scenario": "reference", "exporters": 1500, "last": "2023-12",
    "plan": {"points": 64, "waves": [8, 8], "trained_on": 80, "steps": 900, "chains": 4, "draws": 20, "seed": 1,
             "processes": 2},
    "emulator": {"r2_median": 0.9, "r2_p10": 0.7, "error_median": 0.02, "missed_at_posterior_median": 0.03,
                 "moved_by_half_median": 0.1, "moved_by_half_most": 0.4},
    "sampler": {"acceptance": 0.3, "steps_kept": 450, "rhat": 1.2, "ess_bulk": 30, "ess_tail": 20},
    "discrepancy_median": dict.fromkeys(GROUPS, 0.7), "seconds": {"all": 3.0},
}  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path, targets: tuple[Target, ...], priors: tuple[Prior, ...]) -> Path:
    """A posterior on which nothing but the fit was run."""
    folder = tmp_path / "posterior"
    folder.mkdir()
    fit_rows(targets).to_csv(folder / "fit.csv", index=False)
    summary_rows(priors).to_csv(folder / "summary.csv", index=False)
    (folder / "record.json").write_text(json.dumps(RECORD), encoding="utf-8")
    return folder


@pytest.fixture
def full(bare: Path) -> Path:
    """The same with every trial."""
    series = pd.DataFrame(
        {
            "title": ["EU27 to RUS"] * 3 + ["CHN to RUS"],
            "role": ["base", "fit", "judge", "fit"],
            "inside_90": [None, True, True, False],
        }
    )
    series.to_csv(bare / "bands.csv", index=False)
    scores = pd.DataFrame(
        [
            {
                "series": where, "forecaster": name, "rows": 37, "mae": 0.1 + k, "crps": 0.08 + k, "coverage_50": 0.5,
                "coverage_90": 0.9,
            }
            for where in ("all", "CHN to RUS") for k, name in enumerate(FORECASTERS)
        ]
    )  # fmt: skip
    scores.to_csv(bare / "scores.csv", index=False)
    asked = pd.DataFrame(
        [
            {
                "judgement": "bank-dip-month", "measure": "trough", "forecaster": name, "published": "2024-03",
                "predicted": "2024-03" if name == "posterior" else "no month", "right": name == "posterior",
                "p_right": 0.6 - k / 10, "error": 0.0 + k, "score": 0.2 + k,
            }
            for k, name in enumerate(FORECASTERS)
        ]
    )  # fmt: skip
    asked.to_csv(bare / "judgements.csv", index=False)
    hub = {"hub": "KGZ", "id": "kgz-rus-2022", "data": 1.0, "full_p50": 0.9, "left_p50": 0.4, "left_p05": -0.5}
    hubs = pd.DataFrame([{**hub, "left_p95": 1.4, "inside": True, "full_miss": -10.0, "left_miss": -45.0}])
    hubs.to_csv(bare / "hubs_left_out.csv", index=False)
    whole = {"hub": ["KGZ", "TUR"], "figures": [1, 4], "known_from_prior_only": ["opening_kgz", ""], "left_miss": 45.0}
    pd.DataFrame(whole).to_csv(bare / "hubs_left_out_summary.csv", index=False)
    sources = {"source": ["Eurostat"], "figures": [52], "most_moved": [1.4], "moves": ["aversion (+1.4)"]}
    pd.DataFrame(sources).to_csv(bare / "sources_left_out_summary.csv", index=False)
    pd.DataFrame(sources).to_csv(bare / "sources_left_out.csv", index=False)
    modes = {"id": ["a", "b"], "expected": [1.0, 1.0], "sampled": [1.0, 2.0], "bias": [0.0, 1.0], "noise": 0.1}
    pd.DataFrame({**modes, "error": 0.3}).to_csv(bare / "sampled.csv", index=False)
    ranks = {"parameter": ["aversion"], "sets": [200], "coverage_50": [0.49], "coverage_90": [0.91], "uniform_p": [0.4]}
    pd.DataFrame({**ranks, "correlation": [0.7]}).to_csv(bare / "recovery.csv", index=False)
    note = {"command": "python -m calibration.validation.simulation_based_calibration", "seed": 7, "seconds": 600.0}
    (bare / "recovery.json").write_text(json.dumps(note), encoding="utf-8")
    return bare


def inputs(folder: Path, targets: tuple[Target, ...], priors: tuple[Prior, ...]) -> Inputs:
    return read_inputs(folder, folder.parent / "results", targets, priors)


def test_every_section_stands_in_order(full: Path, targets, priors) -> None:
    text = report(inputs(full, targets, priors))
    heads = re.findall(r"^## (\S+)\. ", text, flags=re.MULTILINE)
    assert heads == [*(str(number) for number in range(1, len(SECTIONS) + 1)), *"AB"[: len(APPENDIX)]]
    assert "Not made yet" not in text and "was not held against" not in text
    assert "nan" not in re.sub(r"[Ff]inan\w*|[a-z]*nan[a-z]+", "", text.lower())


def test_the_report_says_what_it_must(full: Path, targets, priors) -> None:
    text = report(inputs(full, targets, priors))
    fit = sum(row.role == "fit" for row in targets)
    for part in (
        f"{fit} are fitted", "| Eurostat |", "14.5 mn USD to 100 mn USD", "+60 % to +69 %", "19 of 20 figures (95%)",
        f"{[row.id for row in targets if row.role == 'fit'][3]} (+10 %)", "**Not identified**",
        "CRPS 0.080 log points against 1.080", "bank-dip-month", "KGZ: opening_kgz", "aversion (+1.4)",
        "1 of 2 targets differ", "R-hat is 1.200, above 1.01", "fewer than 400 effective draws",
        "The model's own error is large for",
    ):  # fmt: skip
        assert part in text, part


def test_what_is_missing_names_its_command(bare: Path, targets, priors) -> None:
    text = report(inputs(bare, targets, priors))
    for command in set(MADE_BY.values()):
        assert f"`{command}`" in text


class Page(HTMLParser):
    """Counts what a page is made of, and what it would have to fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_stands_alone(full: Path, targets, priors) -> None:
    results = full.parent / "results"
    results.mkdir()
    for name in ("fit.png", "bands-1.png"):
        figure = Figure(figsize=(1, 1))
        figure.subplots().plot([0, 1])
        figure.savefig(results / name)
    written = write_report(inputs(full, targets, priors))
    assert [path.name for path in written] == ["report.md", "report.html"]
    assert not list(results.glob(".unfinished*"))
    found = Page()
    found.feed(written[1].read_text(encoding="utf-8"))
    assert found.tags.count("img") == 2 and found.tags.count("table") > 10 and "script" not in found.tags
    assert all(link.startswith("data:image/png;base64,") for link in found.fetched)
    assert "(fit.png)" in written[0].read_text(encoding="utf-8")


def test_words_of_others_are_no_markup() -> None:
    rows = pd.DataFrame({"what": ["a|b", "<script>x</script>"], "value": [1234.5, float("nan")], "held": [True, False]})
    text = table(rows)
    assert "a\\|b" in text and "| 1,234 |" in text.replace("1,235", "1,234") and "**no**" in text
    assert "<script>" not in page(text, "<b>", Path())


def test_no_posterior_no_report(tmp_path: Path, targets, priors) -> None:
    with pytest.raises(sim.SimError, match="make calibrate"):
        read_inputs(tmp_path, tmp_path, targets, priors)
