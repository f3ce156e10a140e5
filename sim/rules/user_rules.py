"""Rules of a user's: functions handed over from Python, and those of a Python file beside a scenario.

What a scenario names is read, never imported, when the scenario is checked or opened. It runs only where whoever runs
the scenario says so, and then it is the very text that was checked.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from sim.common.errors import Fault, FaultList, SimError, nearest
from sim.common.renamed import todays_names, unknown
from sim.common.yaml_nodes import Mark
from sim.rules import RULES

DEFAULT = "default"
FORM = re.compile(r"(?P<file>[^:\\]+\.py):(?P<function>[A-Za-z_]\w*)")
EXPECTED = "default, or a function of a Python file beside the scenario, such as my_rules.py:my_rule"
_MODULE = re.compile(r"(?P<module>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):(?P<function>[A-Za-z_]\w*)")
_MOST_BYTES = 200_000


@dataclass(frozen=True)
class RuleCode:
    """A rule that a scenario names: a function of a Python file beside it.

    Attributes:
        rule: the rule that it replaces.
        file: the file, as the scenario names it.
        function: its name there.
        path: where the file stood.
        source: what stood in it.
        refusal: what is said where nobody allowed it to run.
    """

    rule: str
    file: str
    function: str
    path: str = field(compare=False)
    source: bytes = field(repr=False)
    refusal: Fault = field(repr=False, compare=False)

    @property
    def said(self) -> str:
        """How a scenario names it."""
        return f"{self.file}:{self.function}"

    @property
    def digest(self) -> str:
        """Digest of the file, with the function's name."""
        return f"{self.function}:{hashlib.sha256(self.source).hexdigest()}"

    def loaded(self) -> Callable[..., float]:
        """The function; this runs the file.

        Raises:
            FaultList: the file fails, or what it makes of the function takes other arguments than the rule.
        """
        found = _executed(self.path, self.source).get(self.function)
        if problem := _mismatch(self.rule, found):
            raise FaultList([Fault(self.path, 0, 0, self.function, problem)])
        function: Callable[..., float] = found  # type: ignore[assignment]
        return function


def code_of(rule: str, said: str, folder: Path, mark: Mark, faults: list[Fault]) -> RuleCode | None:
    """What a scenario names as a rule, read and not run; what is wrong with it is added to the faults.

    Args:
        rule: a rule of the model.
        said: the value of the scenario, of the form `FORM`.
        folder: of the scenario.
        mark: where the value stands.
        faults: added to.
    """
    named = FORM.fullmatch(said)
    where = f"rules.{rule}"
    if named is None:
        return None
    file, function = named["file"], named["function"]
    path, problem = _beside(folder, file)
    if problem:
        faults.append(mark.fault(where, problem))
        return None
    source = path.read_bytes()
    found = _faults_of(source, str(path), function, rule)
    faults += [mark.fault(where, one) if isinstance(one, str) else one for one in found]
    message = (
        f"{said} is code, which runs only where you allow it: if you trust whoever wrote {file}, add --allow-code "
        "(in Python: allow_code=True)"
    )
    return None if found else RuleCode(rule, file, function, str(path.absolute()), source, mark.fault(where, message))


def form_fault(said: str) -> str:
    """What is wrong with the form of a scenario's rule; empty if nothing is."""
    if said == DEFAULT or FORM.fullmatch(said):
        return ""
    old = _MODULE.fullmatch(said)
    if old is None:
        return f"expected {EXPECTED}"
    file = old["module"].replace(".", "/") + ".py"
    return f"but no module is imported for a scenario; put {file} beside it and write {file}:{old['function']}"


def checked_rules(chosen: Mapping[str, Callable[..., float]]) -> dict[str, Callable[..., float]]:
    """The functions that replace rules, by the rule's name.

    Args:
        chosen: functions by the name of the rule.

    Raises:
        FaultList: an unknown rule, or a function that takes other arguments than the rule.
    """
    today = todays_names("rule", chosen)
    faults = [Fault("rules", 0, 0, name, problem) for name, one in today.items() if (problem := _mismatch(name, one))]
    if faults:
        raise FaultList(faults)
    return today


def refuse_unshared(functions: Mapping[str, Callable[..., object]], what: str = "rule") -> None:
    """Refuses functions that worker processes could not import, before any is started.

    Args:
        functions: by the name that the message has.
        what: they are.

    Raises:
        SimError: one is written in a notebook, at a prompt or inside another function.
    """
    for name, function in functions.items():
        plain: object = getattr(function, "py_func", function)
        while isinstance(plain, partial):
            plain = plain.func
        written: Any = plain if hasattr(plain, "__qualname__") else type(plain)
        if written.__module__ == "__main__" or "<" in written.__qualname__:
            raise SimError(
                f"the {what} '{name}' is '{written.__qualname__}', which worker processes cannot import: put it into a "
                "file of its own and import it from there, or take workers=1"
            )


def _beside(folder: Path, file: str) -> tuple[Path, str]:
    """The file that a scenario names, and why it may not be named; empty if it may."""
    path, asked = folder / file, Path(file)
    if asked.is_absolute() or ".." in asked.parts:
        return path, f"'{file}' is no file beside the scenario; put it into the scenario's folder"
    try:
        if not path.is_file():
            return path, f"there is no file {path}"
        if not path.resolve().is_relative_to(folder.resolve()):
            return path, f"{path} is a link that leads out of the scenario's folder; put the file itself there"
        if path.stat().st_size > _MOST_BYTES:
            return path, f"{path} is larger than {_MOST_BYTES // 1000} kB; no file of rules needs that"
    except (OSError, ValueError) as error:
        return path, f"{file!r} cannot be read: {getattr(error, 'strerror', None) or error}"
    return path, ""


def _faults_of(source: bytes, path: str, function: str, rule: str) -> list[Fault | str]:
    """What is wrong with a function of a file: in the file as a fault, with its name as a text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, path)
    except SyntaxError as error:
        place = max(error.lineno or 0, 0), max(error.offset or 0, 0)
        return [Fault(path, *place, "", f"is no Python: {error.msg}", error.text or "")]
    except (ValueError, RecursionError, MemoryError) as error:
        return [Fault(path, 0, 0, "", f"is no Python that can be read: {str(error) or 'it is nested too deeply'}")]
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if (found := functions.get(function)) is None:
        return [f"{path} defines no function '{function}'; {nearest(function, functions)}"]
    asked = found.args
    given = [argument.arg for argument in (*asked.posonlyargs, *asked.args)]
    wanted = _arguments(RULES[rule])
    if given == wanted and not (asked.vararg or asked.kwonlyargs or asked.kwarg):
        return []
    more = ["*" + one.arg for one in (asked.vararg, *asked.kwonlyargs, asked.kwarg) if one]
    message = f"takes ({', '.join([*given, *more])}); the rule '{rule}' takes ({', '.join(wanted)})"
    line = source.decode(errors="replace").splitlines()[found.lineno - 1]
    return [Fault(path, found.lineno, found.col_offset + 1, function, message, line)]


@lru_cache(maxsize=16)
def _executed(path: str, source: bytes) -> dict[str, object]:
    """The names of a file that was run; once per process, so that its functions are compiled once."""
    module = types.ModuleType(f"sim_user_rules_{hashlib.sha256(source).hexdigest()[:16]}")
    module.__file__ = path
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        at = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else next(reversed(lines), 0)
        message = f"cannot be run: {type(error).__name__}: {error}"
        raise FaultList([Fault(path, at or 0, 0, "", message)]) from None
    return vars(module)


def _arguments(function: Callable[..., float]) -> list[str]:
    return list(inspect.signature(getattr(function, "py_func", function)).parameters)


def _mismatch(name: str, function: object) -> str:
    """What is wrong with a function as a replacement; empty if nothing is."""
    if name not in RULES:
        return unknown("rule", name, RULES)
    if not callable(function):
        return f"expected a function, read {function!r}"
    wanted, given = _arguments(RULES[name]), _arguments(function)
    if len(given) != len(wanted):
        return f"takes ({', '.join(given)}); the rule takes ({', '.join(wanted)})"
    return ""
