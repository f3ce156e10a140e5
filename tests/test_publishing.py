"""What is published beside the code is true: the paper's numbers and references, citation files, pages."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from calibration.reporting import paper

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
KEYS = re.findall(r"^@\w+\{(\w+),", paper.BIBLIOGRAPHY.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def text() -> str:
    return paper.body()


# ------------------------------------------------------------------------------------------------------------ paper
def test_numbers_of_the_paper_are_those_of_the_results(text: str) -> None:
    assert paper.untrue(text) == []
    assert paper.unbacked(text) == []


def test_a_wrong_number_is_found(text: str) -> None:
    quote = paper.quotes()["fit.csv"]
    assert quote in text
    wrong = text.replace(quote, quote.replace("Of ", "Of 9", 1))
    assert any(line.startswith("fit.csv") for line in paper.untrue(wrong))
    assert paper.unbacked(wrong) and paper.unbacked(f"{text} It is 7.5 times faster.") == ["7.5"]
    assert paper.unbacked("since 2022, in `x1` [@key2020], 90% of the draws") == []


def test_what_is_cited_is_in_the_bibliography_and_the_other_way_round(text: str) -> None:
    assert len(KEYS) == len(set(KEYS))
    assert set(KEYS) == paper.cited(text)


def test_references_can_be_found() -> None:
    """Each has a DOI or an address; DOIs have their form and are no addresses."""
    for entry in re.split(r"^@", paper.BIBLIOGRAPHY.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        found = dict(re.findall(r"^\s+(doi|url)\s+= \{(.*)\}", entry, flags=re.MULTILINE))
        assert found, entry
        assert re.fullmatch(r"10\.\d{4,9}/\S+", found.get("doi", "10.0000/none")), entry
        assert re.search(r"year\s+= \{\d{4}\}", entry), entry


def test_the_paper_has_the_form_that_the_journal_asks_for(text: str) -> None:
    least, most = paper.WORDS
    assert least <= paper.words(text) <= most
    lines = paper.TEXT.read_text(encoding="utf-8").splitlines()
    assert tuple(line.removeprefix("# ") for line in lines if line.startswith("# ")) == paper.SECTIONS
    head = yaml.safe_load(paper.TEXT.read_text(encoding="utf-8").split("---\n", 2)[1])
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= set(head)
    assert head["bibliography"] == paper.BIBLIOGRAPHY.name
    assert {one["affiliation"] for one in head["authors"]} <= {one["index"] for one in head["affiliations"]}


def test_figures_of_the_paper_are_there() -> None:
    pictures = re.findall(r"\]\((figures/[\w.]+)\)", paper.TEXT.read_text(encoding="utf-8"))
    assert {Path(name).name for name in pictures} == {path.name for path in paper.FIGURES.iterdir()}


# ------------------------------------------------------------------------------------------------------- citation
def test_the_citation_file_agrees_with_the_project() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    # Required by the schema 1.2.0, which knows no others than those of its list.
    assert {"cff-version", "message", "title", "authors"} <= set(found)
    assert set(found) <= {
        "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
        "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
        "repository-code", "title", "type", "url", "version",
    }  # fmt: skip
    assert found["cff-version"] == "1.2.0" and found["type"] == "software"
    assert found["version"] == PROJECT["version"] and found["license"] == PROJECT["license"] == "MIT"
    assert found["keywords"] == PROJECT["keywords"] and found["title"].startswith(PROJECT["name"])
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License") and all(one["name"] in licence for one in found["authors"])


def test_codemeta_agrees_with_the_project() -> None:
    found = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    assert found["@context"] == "https://w3id.org/codemeta/3.0" and found["@type"] == "SoftwareSourceCode"
    names = ("name", "version", "description", "keywords")
    assert {name: found[name] for name in names} == {name: PROJECT[name] for name in names}
    assert found["license"].endswith(f"/{PROJECT['license']}")
    assert found["programmingLanguage"]["version"] == PROJECT["requires-python"]
    assert set(found["softwareRequirements"]) == {re.split(r"[<>=; ]", one)[0] for one in PROJECT["dependencies"]}
    assert all((ROOT / found[name]).exists() for name in ("readme", "releaseNotes", "buildInstructions"))


# ------------------------------------------------------------------------------------------------ for contributors
@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "docs/compared.md"])
def test_links_paths_and_commands_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    paths = re.findall(r"`((?:sim|scenarios|calibration|benchmarks|docs|tests)/[\w./-]*)`", text)
    modules = re.findall(r"python -m ((?:sim|calibration)[\w.]*)", text)
    for place in (
        *[(ROOT / page).parent / link for link in links],
        *[ROOT / path for path in paths],
    ):
        assert place.exists(), place
    for name in modules:
        stem = ROOT / name.replace(".", "/")
        assert stem.with_suffix(".py").exists() or (stem / "__main__.py").exists(), name
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= targets
