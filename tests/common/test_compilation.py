"""Machine code is kept per source: an edited rule must never run as it was before."""

from __future__ import annotations

from pathlib import Path

from sim.common import compilation_cache

SOURCES = Path(compilation_cache.__file__).resolve().parents[1]


def test_every_module_that_compiles_counts_in_the_digest():
    marks = ("@compiled", "@inlined", "@rule", "compiled(_", "@njit", "@overload(")
    compiles = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if any(line.lstrip().startswith(marks) or " = compiled(" in line for line in path.read_text().splitlines())
    }
    counted = {
        path.relative_to(SOURCES).as_posix() for one in compilation_cache._COMPILED for path in SOURCES.glob(one)
    }
    assert compiles <= counted
    assert {
        "common/numerics.py",
        "rules/route_choice.py",
        "model/population.py",
        "model/kernels/route_choice.py",
    } <= compiles


def test_the_digest_moves_with_a_rule(tmp_path, monkeypatch):
    for name in ("rules", "model/kernels"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.py").write_text("1")
    monkeypatch.setattr(compilation_cache, "_PACKAGE", tmp_path)
    before = compilation_cache.source_digest()
    assert compilation_cache.source_digest() == before
    (tmp_path / "rules" / "a.py").write_text("2")
    assert compilation_cache.source_digest() != before
