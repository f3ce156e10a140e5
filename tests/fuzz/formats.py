"""What is done to a file whose form is known: keys and values of YAML and JSON, columns of CSV and Parquet."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import yaml

from tests.fuzz.mutations import NASTY, Mutation

_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**40, 1e308, -1e308, float("nan"), float("inf"), 0.1, [], {}, [[]], {"a": {}}, [None],
    {"": ""}, [1, "a", {}], "\ud800", "x" * 5000, list(range(3000)),
)  # fmt: skip


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = []
    for step in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        found += [(*path, step), *_places(node[step], (*path, step))]
    return found


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _slip(tree: Any, rng: random.Random) -> Any:
    """One change of a tree: a key or value dropped, renamed, doubled, moved, or replaced."""
    places = _places(tree)
    if not places:
        return rng.choice(_VALUES)
    path = rng.choice(places)
    holder, step = _at(tree, path[:-1]), path[-1]
    how = rng.choice(("value", "value", "text", "text", "drop", "rename", "double", "elsewhere", "deep", "many"))
    if how == "value":
        holder[step] = deepcopy(rng.choice(_VALUES))
    elif how == "text":
        holder[step] = rng.choice(NASTY)
    elif how == "drop":
        del holder[step]
    elif how == "rename" and isinstance(holder, dict):
        name = str(step)
        other = rng.choice((name[:-1], name.upper(), f"{name}s", rng.choice(NASTY), str(rng.choice(places)[-1])))
        holder[other] = holder.pop(step)
    elif how == "double" and isinstance(holder, list):
        holder.append(deepcopy(holder[step]))
    elif how == "many" and isinstance(holder, list):
        holder.extend(deepcopy(holder[step]) for _ in range(rng.choice((3, 200, 2_000))))
    elif how == "deep":
        for _ in range(rng.choice((2, 20, 150))):
            holder[step] = rng.choice(([holder[step]], {"a": holder[step]}))
    else:
        holder[step] = deepcopy(_at(tree, rng.choice(places)))
    return tree


def _slips(tree: Any, rng: random.Random) -> Any:
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        tree = _slip(tree, rng)
    return tree


def slip_in_yaml(data: bytes, rng: random.Random) -> bytes:
    tree = _slips(yaml.load(data, yaml.BaseLoader), rng)
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def double_key_in_yaml(data: bytes, rng: random.Random) -> bytes:
    """A line `key: ...` a second time, or under a typing error, or as an alias of itself."""
    lines = data.decode().splitlines(keepends=True)
    keyed = [number for number, line in enumerate(lines) if ":" in line]
    if not keyed:
        return data
    at = rng.choice(keyed)
    key, _, rest = lines[at].partition(":")
    other = rng.choice(
        (lines[at], f"{key}:\n", f"{key}: &x {rest.strip() or '[]'}\n", f"{key}: *x\n", f"{key}s:{rest}")
    )
    lines.insert(rng.choice((at, at + 1, len(lines))), other)
    return "".join(lines).encode()


def slip_in_json(data: bytes, rng: random.Random) -> bytes:
    return json.dumps(_slips(json.loads(data), rng), ensure_ascii=rng.random() < 0.8).encode("utf-8", "surrogatepass")


def double_key_in_json(data: bytes, rng: random.Random) -> bytes:
    return data.replace(b"{", rng.choice((b'{"format": 7, ', b'{"a": 1, "a": 2, ', b'{"": NaN, ', b"{,")), 1)


def slip_in_csv(data: bytes, rng: random.Random) -> bytes:
    """A column or a cell changed; its reader sees a table that is sound as CSV."""
    rows = list(csv.reader(io.StringIO(data.decode())))
    if not rows:
        return data
    at, column = rng.randrange(len(rows)), rng.randrange(max(1, len(rows[0])))
    how = rng.choice(
        ("cell", "cell", "cell", "heading", "drop", "double", "swap", "longer", "shorter", "fill", "sorted")
    )
    if how == "cell":
        for _ in range(rng.choice((1, 1, 3))):
            row = rows[rng.randrange(len(rows))]
            row[rng.randrange(len(row)) if row else 0 :][:1] = [rng.choice(NASTY)]
            if row:
                row[rng.randrange(len(row))] = rng.choice(NASTY)
    elif how == "heading":
        rows[0][column : column + 1] = [rng.choice((rows[0][column].upper(), f"{rows[0][column]}s", rng.choice(NASTY)))]
    elif how in ("drop", "double", "swap"):
        keep = {"drop": [], "double": [column, column], "swap": [rng.randrange(len(rows[0]))]}[how]
        rows = [[*row[:column], *(row[one] for one in keep if one < len(row)), *row[column + 1 :]] for row in rows]
    elif how == "longer":
        rows[at] = [*rows[at], *rng.choices(NASTY, k=rng.choice((1, 40)))]
    elif how == "shorter":
        rows[at] = rows[at][: rng.randrange(len(rows[at]) + 1)]
    elif how == "fill":
        value = rng.choice(NASTY)
        rows = rows[:1] + [[*row[:column], value, *row[column + 1 :]] for row in rows[1:]]
    else:
        rows = rows[:1] + sorted(rows[1:], key=lambda row: row[column : column + 1])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def slip_in_parquet(data: bytes, rng: random.Random) -> bytes:
    """A column dropped, renamed, doubled or of another kind; no row; another format under the same name."""
    table = pq.read_table(io.BytesIO(data))
    column = rng.randrange(table.num_columns)
    name = table.column_names[column]
    how = rng.choice(("drop", "rename", "double", "kind", "kind", "kind", "empty", "nulls", "some", "feather", "csv"))
    if how == "drop":
        table = table.remove_column(column)
    elif how == "rename":
        others = (name.upper(), "", rng.choice(NASTY), table.column_names[0])
        table = table.rename_columns(
            [*table.column_names[:column], rng.choice(others), *table.column_names[column + 1 :]]
        )
    elif how == "double":
        table = table.append_column(name, table.column(column))
    elif how == "kind":
        table = table.set_column(column, name, _of_another_kind(table.num_rows, rng))
    elif how == "empty":
        table = table.slice(0, 0)
    elif how == "nulls":
        table = table.set_column(column, name, pa.nulls(table.num_rows, table.schema.field(column).type))
    elif how == "some":
        table = table.slice(table.num_rows // 2)
    sink = io.BytesIO()
    if how == "csv":
        return table.to_pandas().to_csv(index=False).encode()
    if how == "feather":
        feather.write_feather(table, sink)
    else:
        pq.write_table(table, sink)
    return sink.getvalue()


def _of_another_kind(rows: int, rng: random.Random) -> pa.Array:
    values = rng.choice(
        (["x"] * rows, ["\x1b[31m"] * rows, [7] * rows, [float("nan")] * rows, [float("inf")] * rows, [1e308] * rows,
         [True] * rows, [b"\xff"] * rows, [[1, 2]] * rows, [{"a": 1}] * rows, [None] * rows, [-(2**63)] * rows,
         ["2022-13"] * rows)
    )  # fmt: skip
    return pa.array(values)


BY_SUFFIX: dict[str, tuple[Mutation, ...]] = {
    ".yaml": (slip_in_yaml, slip_in_yaml, slip_in_yaml, double_key_in_yaml),
    ".json": (slip_in_json, slip_in_json, slip_in_json, double_key_in_json),
    ".csv": (slip_in_csv,) * 4,
    ".dat": (slip_in_csv,) * 4,
    ".parquet": (slip_in_parquet,) * 12,
}


# ------------------------------------------------------------------------------------------------- files of a folder
def lose(path: Path, rng: random.Random) -> None:
    path.unlink()


def make_folder(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.mkdir()


def dangle(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.symlink_to(rng.choice((path.name, "nowhere")))


def swap(path: Path, rng: random.Random) -> None:
    """Two files of the folder under each other's names."""
    other = rng.choice(sorted(one for one in path.parent.iterdir() if one.is_file()))
    here, there = path.read_bytes(), other.read_bytes()
    path.write_bytes(there)
    other.write_bytes(here)


def add_odd_file(path: Path, rng: random.Random) -> None:
    name = rng.choice((".hidden", "new\nline.csv", "notes.txt", "thesis.tex", path.name + "~", "\u202e.csv"))
    path.with_name(name).write_bytes(rng.choice((b"", b"x", path.read_bytes())))


OF_FOLDERS: tuple[Callable[[Path, random.Random], None], ...] = (lose, lose, make_folder, dangle, swap, add_odd_file)
