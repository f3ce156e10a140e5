"""Tables as LaTeX, with the rules of the package booktabs."""

from __future__ import annotations

import re

from sim.report.table import Table

_MARKS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "≤": r"$\le$", "≥": r"$\ge$", "∞": r"$\infty$",
    "−": "$-$", "×": r"$\times$", "·": r"$\cdot$", "–": "--", "“": "``", "”": "''", "\u00a0": "~",
}  # fmt: skip
_MINUS = re.compile(r"(?<![\w.)])-(?=\d)")


def latex(table: Table) -> str:
    r"""A table as LaTeX: a float with its title as caption and its note below, a line end at its end.

    Example:
        >>> import sim
        >>> from sim.report.latex import latex
        >>> print(latex(sim.Table.of(("good", "share"), [("drones", -0.5)], "Shares")).splitlines()[3])
        good & share \\
    """
    right = table.to_the_right()
    sides = "".join("r" if one else "l" for one in right)
    lines = [
        r"\begin{table}[htbp]", rf"\caption{{{_text(table.title)}}}", rf"\begin{{tabular}}{{{sides}}} \toprule",
        *_rows([table.heads], [False] * len(right)), r"\midrule", *_rows(table.texts(), right), r"\bottomrule",
        r"\end{tabular}",
    ]  # fmt: skip
    if table.note:
        lines.append(rf"\par\smallskip{{\footnotesize {_text(table.note)}}}")
    return "\n".join([*lines, r"\end{table}", ""])


def _rows(rows: list[list[str]], numbers: list[bool]) -> list[str]:
    return [
        " & ".join(_text(cell, number=number) for cell, number in zip(row, numbers, strict=True)) + r" \\"
        for row in rows
    ]


def _text(text: str, *, number: bool = False) -> str:
    """A text of one line; of a number, a hyphen is a minus."""
    escaped = "".join(_MARKS.get(mark, mark) for mark in " ".join(text.split(" ")).replace("\n", " "))
    return _MINUS.sub("$-$", escaped) if number else escaped
