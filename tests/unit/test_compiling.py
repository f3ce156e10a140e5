"""Machine code is kept per source: an edited rule must never run as it was before."""

from __future__ import annotations

from pathlib import Path

from sim import compiling

SOURCES = Path(compiling.__file__).resolve().parent


def test_every_module_that_compiles_counts_in_the_digest():
    marks = ("@compiled", "@inlined", "@rule", "compiled(_", "@njit", "@overload(")
    compiles = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if any(line.lstrip().startswith(marks) or " = compiled(" in line for line in path.read_text().splitlines())
    }
    counted = {f"{name}.py" for name in compiling._COMPILED}
    missing = {name for name in compiles if name not in counted and not name.startswith(("rules/", "engine/"))}
    assert not missing
    assert {"arithmetic.py", "noise.py", "customs.py", "rules/choice.py", "engine/choice.py"} <= compiles


def test_the_digest_moves_with_a_rule(tmp_path, monkeypatch):
    for name in ("rules", "engine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("1")
    for name in compiling._COMPILED:
        (tmp_path / f"{name}.py").write_text("1")
    monkeypatch.setattr(compiling, "_PACKAGE", tmp_path)
    before = compiling.source_digest()
    assert compiling.source_digest() == before
    (tmp_path / "rules" / "a.py").write_text("2")
    assert compiling.source_digest() != before
