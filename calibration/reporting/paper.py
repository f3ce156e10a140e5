"""The paper's figures and its check: ``make paper``.

Figures are made by runs; every number in the text is worked out again from the committed results and has to be there
as it stands here. Where pandoc is installed the paper becomes a PDF, too, or a page where there is no LaTeX.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import sim
from calibration.comparison.__main__ import FOLDER
from calibration.comparison.figures import draw_full_stop
from calibration.comparison.page import read
from calibration.inference.options import POSTERIOR, complain

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "paper"
TEXT, BIBLIOGRAPHY, FIGURES = PAPER / "paper.md", PAPER / "paper.bib", PAPER / "figures"
# What the journal asks for (joss.readthedocs.io, paper format, looked up in November 2026).
WORDS = (750, 1750)
SECTIONS = (
    "Summary", "Statement of need", "State of the field", "Software design", "Research impact statement",
    "AI usage disclosure", "Acknowledgements", "References",
)  # fmt: skip
# Citations, addresses and attributes of pictures: no words of the text.
_MARKS = r"\[(?:compare )?@[^\]]*\]|\]\([^)]*\)|\{[^}]*\}"
# The run behind the first figure: large enough for smooth lines, small enough for minutes.
RUN = ("run", "reference", "--mode", "expected", "--exporters", "20000")


def quotes() -> dict[str, str]:
    """Phrases with numbers that the paper has to contain, by what they are read off."""
    return {**_of_the_fit(), **_of_the_comparison(), **_of_the_code()}


def _of_the_fit() -> dict[str, str]:
    fit = pd.read_csv(POSTERIOR / "fit.csv")
    scores = pd.read_csv(POSTERIOR / "scores.csv")
    whole = scores[scores["series"] == "all"].set_index("forecaster")
    naive = whole.loc[["no change", "same month last year", "drift", "synthetic control"], "crps"]
    hubs = pd.read_csv(POSTERIOR / "hubs_left_out_summary.csv")
    recovered = pd.read_csv(POSTERIOR / "recovery.csv")
    sets = json.loads((POSTERIOR / "recovery.json").read_text(encoding="utf-8"))["sets"]
    inside, posterior = int(fit["inside"].sum()), whole.loc["posterior"]
    low, high = (100.0 * recovered["coverage_90"].agg(end) for end in ("min", "max"))
    better = int((hubs["left_miss_growth"] < hubs["no_change_miss"]).sum())
    return {
        "fit.csv": f"Of {len(fit)} figures fitted, all of 2023 or earlier, {inside} ({inside / len(fit):.0%}) lie",
        "scores.csv, rows": f"{int(posterior['rows'])} rows can be answered",
        "scores.csv, posterior": f"of the posterior is {posterior['crps']:.3f} (log points)",
        "scores.csv, naive": f"best naive forecast {naive.min():.3f}",
        "scores.csv, gravity": f"of gravity {whole.at['gravity, bans', 'crps']:.3f}",
        "scores.csv, coverage": f"its 90% intervals hold {posterior['coverage_90']:.0%} of them",
        "hubs_left_out_summary.csv": f"for {better} of {len(hubs)} hubs",
        "recovery": f"In {sets} synthetic data sets 90% intervals hold the true parameter in {low:.0f} to {high:.0f}%",
    }


def _of_the_comparison() -> dict[str, str]:
    whole = pd.read_csv(FOLDER / "full_stop.csv", index_col="name")
    misses = pd.read_csv(FOLDER / "misses.csv").set_index("group").loc["everybody to the target"]
    arrives = whole.loc["arrives"]
    band = -arrives[["agents_high", "agents_low"]]
    return {
        "full stop, agents": f"{-arrives['agents']:.0f}% [{band.iloc[0]:.0f}, {band.iloc[1]:.0f}] less",
        "full stop, gravity": f"{-arrives['gravity']:.0f}% less by exact-hat gravity",
        "full stop, around": f"By the agents' account {whole.at['around', 'agents']:.0f}% of",
        "law, all sellers": f"misses by {misses['gravity_told']:.0f} log points, the agents by {misses['agents']:.0f}.",
    }


def _of_the_code() -> dict[str, str]:
    world = sim.load_world("reference")
    return {
        "world": f"{len(world.states)} states and {len(world.goods)} groups of goods, built from customs figures of "
        f"{world.base_year}",
        "rules": f"Behaviour is a set of {len(sim.RULES)} rules",
        "instruments": f"clauses of {len(sim.INSTRUMENTS)} kinds",
        "scenarios": f"{len(sim.shipped_scenarios())} scenarios ship",
        "docs/design.md": f"to {_pairing()}% of that of unpaired runs",
    }


def _pairing() -> str:
    """What pairing leaves of the variance, percent, as the design page has it from ``benchmarks.pairing``."""
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    found = re.search(r"to (\d+) % of that of unpaired runs", " ".join(design.split()))
    if found is None:
        raise sim.SimError("docs/design.md no longer says what pairing cuts the variance to")
    return found.group(1)


def body() -> str:
    """The text without its head, on one line."""
    return " ".join(TEXT.read_text(encoding="utf-8").split("---\n", 2)[2].split())


def untrue(text: str) -> list[str]:
    """Quotes that a text lacks, each with where it is read off."""
    return [f"{where}: the text should say “{quote}”" for where, quote in quotes().items() if quote not in text]


def unbacked(text: str) -> list[str]:
    """Numbers of a text that no quote backs; years, names with digits and the interval's own 90% are none."""
    bare = re.sub(rf"{_MARKS}|`[^`]*`|\b20[12]\d\b|\b90% (?:of (?:the )?draws|band)", " ", text)
    said = {number for quote in quotes().values() for number in _numbers(quote)}
    return [number for number in _numbers(bare) if number not in said]


def _numbers(text: str) -> Iterator[str]:
    yield from re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)


def cited(text: str) -> set[str]:
    """Keys of the bibliography that a text cites."""
    return {key for part in re.findall(r"\[[^\]]*@[^\]]*\]", text) for key in re.findall(r"@(\w+)", part)}


def words(text: str) -> int:
    """How many words a reader reads: captions, yes; marks and citations, no."""
    bare = re.sub(rf"{_MARKS}|[#*`!\[\]]", " ", text)
    return len(bare.split())


def draw() -> None:
    """Makes the figures from a run and from the comparison's tables."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "sim", *RUN, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        (picture,) = Path(folder).glob("*/figures/flows_by_route.png")
        with sim.written_file(FIGURES / picture.name) as scratch:
            shutil.copyfile(picture, scratch)
    tables = read(FOLDER, {})
    draw_full_stop(tables.whole, tables.states, FIGURES / "full_stop.png")


def typeset() -> str:
    """Makes a PDF with pandoc and LaTeX, or a page with pandoc alone; says what was made, or what is missing."""
    if shutil.which("pandoc") is None:
        return "no PDF: pandoc is not installed"
    latex = next((name for name in ("lualatex", "xelatex", "pdflatex") if shutil.which(name)), None)
    made = PAPER / ("paper.pdf" if latex else "paper.html")
    how = ["--pdf-engine", latex] if latex else ["--standalone", "--self-contained"]
    subprocess.run(["pandoc", TEXT.name, "--citeproc", *how, "-o", made.name], check=True, cwd=PAPER)
    return str(made) if latex else f"{made} (no PDF: there is no LaTeX)"


def main() -> int:
    """Draws, checks, typesets; 1 if a number is not what the results say."""
    try:
        text = body()
        wrong = untrue(text) + [f"{number}: no result backs it" for number in unbacked(text)]
        sys.stderr.write("".join(f"{line}\n" for line in wrong))
        if wrong:
            return 1
        draw()
        sys.stdout.write(f"{FIGURES}\n{typeset()}\n")
    except (sim.SimError, OSError, subprocess.CalledProcessError) as error:
        return complain(error)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
