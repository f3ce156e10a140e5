"""Every relative link of every page leads to a file, and to a heading that is there."""

from __future__ import annotations

import pytest

from tests.site.pages import ROOT, anchors, links, notebooks, pages, read


@pytest.mark.parametrize("page", [*pages(), *notebooks()])
def test_links_lead_somewhere(page: str) -> None:
    faults = [f"{page}: {link}: {fault}" for link in links(read(page)) if (fault := what_is_wrong(page, link))]
    assert not faults, "\n".join(faults)


def what_is_wrong(page: str, link: str) -> str:
    """What is wrong with a link of a page; a folder is a fault too, since the site has no page for one."""
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    if not target.is_file():
        return "a folder" if target.is_dir() else "no such file"
    inside = target.resolve().relative_to(ROOT).as_posix()
    if anchor and target.suffix in (".md", ".ipynb") and anchor not in anchors(read(inside)):
        return f"no heading for it; there are {', '.join(sorted(anchors(read(inside))))}"
    return ""


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("scenarios/README.md#what-is-not-there", "no heading"),
        ("scenarios/nowhere.yaml", "no such file"),
        ("scenarios", "a folder"),
        ("docs/design.md#design-decisions", ""),
        ("scenarios/reference.yaml", ""),
    ],
)
def test_the_checker_sees_faults(link: str, wrong: str) -> None:
    assert what_is_wrong("README.md", link).startswith(wrong)
    assert bool(what_is_wrong("README.md", link)) == bool(wrong)


def test_links_are_found() -> None:
    text = "[a](b.md) ![c](d.png) [`e`](f.md#g) `[no](no.md)`\n```\n[no](no.md)\n```\n[far](https://a.b)\n[g\nh](i.md)"
    assert links(text) == ["b.md", "d.png", "f.md#g", "i.md"]
