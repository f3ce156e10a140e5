"""The report as a whole: sections in order, as Markdown and as one page of HTML."""

from __future__ import annotations

from pathlib import Path

from calibration.inference.saving import pictures_and_pages
from calibration.reporting import evidence, fit, method, trials
from calibration.reporting.inputs import Inputs
from calibration.reporting.markup import page
from calibration.reporting.rolling import rolling

TITLE = "Calibration: data, method, fit and trials"
# In the order of a paper's appendix; each gives Markdown that begins with its heading.
SECTIONS = (
    evidence.targets, evidence.priors, method.method, method.computation, fit.how_well, fit.misses, fit.parameters,
    fit.over_time, trials.out_of_sample, rolling, trials.hubs, trials.sources, trials.recovery, trials.limits,
)  # fmt: skip
APPENDIX = (fit.all_targets, evidence.all_priors)


def report(inputs: Inputs) -> str:
    """The report, as Markdown."""
    parts = [f"# {TITLE}\n", fit.abstract(inputs)]
    parts += [f"## {number}. {section(inputs)}" for number, section in enumerate(SECTIONS, start=1)]
    parts += [f"## {letter}. {section(inputs)}" for letter, section in zip("AB", APPENDIX, strict=True)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def write_report(inputs: Inputs, *, force: bool = False) -> tuple[Path, Path]:
    """Writes ``report.md`` and ``report.html`` beside the pictures, both or none.

    Raises:
        SimError: they cannot be written, or were changed since they were and ``force`` is not set.
    """
    text = report(inputs)
    with pictures_and_pages(inputs.results, force=force) as scratch:
        (scratch / "report.md").write_text(text, encoding="utf-8")
        (scratch / "report.html").write_text(page(text, TITLE, inputs.results), encoding="utf-8")
    return inputs.results / "report.md", inputs.results / "report.html"
