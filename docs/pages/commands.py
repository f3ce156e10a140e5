"""Every command of `sim`, with its arguments, options and examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from docs.pages.markdown import code, table
from sim.ui.cli import app

_HEAD = """\
# Commands

What `sim --help` and `sim COMMAND --help` say, on one page. A mistake in what was asked ends with a message on the
error stream and status 2, Ctrl-C with status 130. `sim sweep` ends with status 1 where a run failed, and `sim
calibrate` where its input is at fault.
"""


def commands_page() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    for name, command in _commands("sim", typer.main.get_command(app)):
        parts += _one(name, command)
    return "\n".join(parts).rstrip() + "\n"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Commands that are told of, with the words that call them, and what stands below each."""
    if command.hidden:
        return
    if name != "sim":
        yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {word}", below)


def _one(name: str, command: Any) -> list[str]:
    said, _, examples = (command.help or "").partition("\n\nExample")
    context = typer.Context(command, info_name=name)
    level = "#" * name.count(" ")
    lines = [f"#{level} {name}", "", said.strip(), ""]
    if getattr(command, "commands", None):
        return lines
    rows = [_row(parameter, context) for parameter in command.params if not parameter.hidden]
    lines += [table(("takes", "meaning"), rows), ""] if rows else []
    return [*lines, code("\n".join(line.strip() for line in examples.splitlines()[1:])), ""]


def _row(parameter: Any, context: typer.Context) -> tuple[str, str]:
    names, said = parameter.get_help_record(context)
    if parameter.param_type_name == "argument":
        names = names.partition(" <")[0]
    return f"`{names.replace('|', ' or ')}`", said
