"""The report as a whole: sections in order, as Markdown and as one page of HTML."""

from __future__ import annotations

import os
from pathlib import Path

from calibration.reporting import evidence, fit, method, trials
from calibration.reporting.inputs import Inputs
from calibration.reporting.markup import page

TITLE = "Calibration: data, method, fit and trials"
# In the order of a paper's appendix; each gives Markdown that begins with its heading.
SECTIONS = (
    evidence.targets, evidence.priors, method.method, method.computation, fit.how_well, fit.misses, fit.parameters,
    fit.over_time, trials.out_of_sample, trials.hubs, trials.sources, trials.recovery, trials.limits,
)  # fmt: skip
APPENDIX = (fit.all_targets, evidence.all_priors)


def report(inputs: Inputs) -> str:
    """The report, as Markdown."""
    parts = [f"# {TITLE}\n", fit.abstract(inputs)]
    parts += [f"## {number}. {section(inputs)}" for number, section in enumerate(SECTIONS, start=1)]
    parts += [f"## {letter}. {section(inputs)}" for letter, section in zip("AB", APPENDIX, strict=True)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def write_report(inputs: Inputs) -> tuple[Path, Path]:
    """Writes ``report.md`` and ``report.html`` beside the pictures, each whole or not at all."""
    inputs.results.mkdir(parents=True, exist_ok=True)
    text = report(inputs)
    written = []
    for name, content in (("report.md", text), ("report.html", page(text, TITLE, inputs.results))):
        scratch = inputs.results / f".unfinished-{name}"
        scratch.write_text(content, encoding="utf-8")
        os.replace(scratch, inputs.results / name)
        written.append(inputs.results / name)
    return written[0], written[1]
