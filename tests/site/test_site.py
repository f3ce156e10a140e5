"""The site is built without a warning, asks nothing of any other machine, and its links stay inside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.site.pages import ROOT, pages

pytest.importorskip("furo", reason="the site needs the extra `docs`")
# The front pages, there and here, and the paper, which is made into a PDF elsewhere: reached by links.
NOT_LISTED = {"README.md", "docs/index.md", "paper/paper.md"}
# What a browser fetches by itself, and where from.
_FETCHED = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|embed|object)\b[^>]*?\b(?:src|href|data)\s*=\s*["']([^"']+)["']""",
    re.IGNORECASE,
)
_IN_STYLE = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:https?:)?//[^"')\s]+)""")
_ELSEWHERE = re.compile(r"^(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs NOTEBOOKS=off` builds it; a warning is an error."""
    made = tmp_path_factory.mktemp("site")
    line = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-D", "nb_execution_mode=off", "-c", "docs"]
    line += ["-d", str(made / "doctrees"), ".", str(made / "html")]
    done = subprocess.run(
        line, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return made / "html"


def test_every_page_is_there(site: Path) -> None:
    for page in pages():
        assert (site / page).with_suffix(".html").is_file(), page
    assert "docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    faults = []
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        if "_downloads" in path.parts:
            continue  # copies of files of ours, such as the calibration report; below
        text = path.read_text(encoding="utf-8")
        faults += [f"{path.name}: {where}" for where in fetched(text, style=path.suffix == ".css")]
    assert not faults
    (report,) = site.rglob("calibration-report.html")
    assert not fetched(report.read_text(encoding="utf-8"), style=False)


def fetched(text: str, *, style: bool) -> list[str]:
    """What a page or a style sheet makes a browser fetch from elsewhere."""
    found = [] if style else [where for where in _FETCHED.findall(text) if _ELSEWHERE.match(where)]
    return found + _IN_STYLE.findall(text)


def test_the_check_sees_what_is_fetched() -> None:
    assert fetched('<script async src="https://a.b/c.js">', style=False) == ["https://a.b/c.js"]
    assert fetched("<link rel='stylesheet' href='//a.b/c.css'>", style=False) == ["//a.b/c.css"]
    assert fetched("@import url(https://a.b/c.css); a { background: url('//d.e/f.png') }", style=True) == [
        "https://a.b/c.css", "//d.e/f.png",
    ]  # fmt: skip
    assert not fetched('<a href="https://a.b"><img src="c.png">', style=False)


def test_links_stay_inside(site: Path) -> None:
    faults = []
    for path in site.rglob("*.html"):
        if "_downloads" in path.parts or path.parent == site:
            continue
        for link in re.findall(r'<a\b[^>]*?\bhref="([^"#]+)', path.read_text(encoding="utf-8")):
            if "://" in link or link.startswith("mailto:"):
                continue
            if not (path.parent / unquote(link)).exists():
                faults.append(f"{path.relative_to(site)}: {link}")
    assert not faults


def test_the_left_column_has_every_page(site: Path) -> None:
    front = (site / "docs" / "index.html").read_text(encoding="utf-8")
    column = front[front.index('class="sidebar-tree"') : front.index('<div class="main">')]
    listed = {(site / "docs" / link).resolve() for link in re.findall(r'href="([^"#]+\.html)"', column)}
    missing = {page for page in pages() if (site / page).with_suffix(".html").resolve() not in listed}
    assert missing <= NOT_LISTED
