"""The documentation site (`make docs`): Sphinx over the whole repository, so that a link means the same here and there.

The source folder is the repository's root. A relative link from one page to another, to a scenario or to a file of the
code is therefore written once, works where the repository is browsed, and becomes a page or a copy of the file here.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

from sim.common.package_data import version_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

project = "sanctions-sim"
author = "The sanctions-sim authors"
copyright = author
version = release = version_of()

root_doc = "docs/index"
# What becomes a page. Everything else that a page links to is copied.
include_patterns = [
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "docs/**", "notebooks/*",
    "scenarios/README.md", "results/README.md", "calibration/**/README.md", "paper/*.md",
]  # fmt: skip
exclude_patterns = ["build", "dist", ".*", "**/.*", "**/__pycache__", "results/*/*"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
# Parts of the left column and their pages, in order. A pattern that no file matches is left out.
CONTENTS = {
    "Start": ["docs/quick-start", "docs/classroom", "docs/app", "docs/elsewhere", "notebooks/README", "notebooks/*"],
    "Ask": [
        "docs/scenarios", "scenarios/README", "docs/mechanisms", "docs/instruments", "docs/studies",
        "docs/asking-studies", "docs/studies-answers", "docs/cluster", "docs/forecasts", "docs/own-figures",
        "results/README",
    ],
    "Judge": [
        "docs/validation", "docs/published-designs", "docs/probes", "docs/chips", "docs/world", "docs/calibration",
        "calibration/figures/README", "calibration/chips/README", "calibration/posterior/README", "docs/compared",
        "docs/limits", "docs/faq", "docs/glossary",
    ],
    "Understand and change": ["docs/odd", "docs/design", "docs/how-to/README", "docs/how-to/*", "CONTRIBUTING"],
    "Reference": [
        *(f"docs/reference/{name}" for name in ("parameters", "rules", "metrics", "figures", "tables")),
        *(f"docs/reference/{name}" for name in ("scenario-fields", "study-fields", "commands", "api", "*")),
    ],
    "Project": ["CHANGELOG", "CODE_OF_CONDUCT"],
}  # fmt: skip

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
# Notebooks are kept without outputs and run here; what has not changed since is taken from the cache.
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).resolve().parents[1] / "build" / "notebooks")
nb_execution_timeout = 900
nb_execution_show_tb = True  # a cell that fails is a warning, which -W makes an error
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # else fetched from elsewhere

# Options such as --out and code without a language stay as they are written.
smartquotes = False
highlight_language = "none"
lexers["csv"] = TextLexer()  # Pygments has none of its own

autodoc_typehints = "description"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True

suppress_warnings = [
    "toc.not_included",  # such as the README of a folder that nothing leads to but a link
    "myst.header",  # README begins with its question, not with a heading
]

html_theme = "furo"
html_title = "sanctions-sim"
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
html_extra_path = ["site/top"]  # index.html, which leads to docs/index.html
html_static_path = ["site/style"]
html_css_files = ["sanctions-sim.css"]


def setup(app: Sphinx) -> None:
    """Adds what the site needs beyond the extensions."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.connect("source-read", _add_contents)
    app.connect("html-page-context", _open_copies)


def _add_contents(app: Sphinx, page: str, text: list[str]) -> None:
    """The left column, out of sight on the front page, whose text stays plain Markdown."""
    if page != root_doc:
        return
    there = sorted(app.env.found_docs - {root_doc})
    listed: set[str] = set()
    for part, patterns in CONTENTS.items():
        pages = [name for pattern in patterns for name in there if fnmatch(name, pattern) and name not in listed]
        listed.update(pages)
        entries = "\n".join(f"/{name}" for name in dict.fromkeys(pages))
        text[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {part}\n\n{entries}\n```\n"


def _open_copies(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """A copied file is shown where the browser can, not saved unasked."""
    if "body" in context:
        context["body"] = context["body"].replace(' download=""', "")


# Formulas as MathML, which browsers draw themselves: no script, no font from elsewhere.
def _inline_math(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def _block_math(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode
