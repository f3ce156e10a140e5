"""Reads the YAML file beside a folder of tables: texts and lists of texts, each key known and present."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sim.common.csv_cells import Reader, Value
from sim.common.errors import Fault, FaultList, nearest
from sim.common.parsing import shown
from sim.common.yaml_nodes import Node
from sim.common.yaml_reader import read_file


def read_settings(
    path: Path,
    texts: Mapping[str, Reader],
    lists: Sequence[str],
    faults: list[Fault],
    optional: Collection[str] = (),
) -> tuple[dict[str, Value], dict[str, tuple[str, ...]]]:
    """Read the settings of a file and note every fault in it.

    Args:
        path: The YAML file.
        texts: Keys whose value is a text, each with what turns the text into its value.
        lists: Keys whose value is a list of texts; a single text is a list of one.
        faults: Faults are appended here; nothing is raised.
        optional: Keys that may be missing.

    Returns:
        The values and the lists by key, without those that are missing or faulty.
    """
    try:
        root, found = read_file(path)
    except FaultList as error:
        faults += error.faults
        return {}, {}
    faults += found
    known = (*texts, *lists)
    said: dict[str, Value] = {}
    listed: dict[str, tuple[str, ...]] = {}
    for name, node in root.children().items():
        items = node.value if isinstance(node.value, tuple) and name in lists else (node,)
        if name not in known:
            faults.append(node.key.fault(name, f"key '{name}' is unknown; {nearest(name, known)}"))
        elif wrong := [item for item in items if not isinstance(item.value, str)]:
            faults += [item.mark.fault(name, _expected(item, name in lists)) for item in wrong]
        elif name in lists:
            listed[name] = tuple(str(item.value) for item in items)
        else:
            try:
                said[name] = texts[name](str(node.value))
            except ValueError as error:
                faults.append(node.mark.fault(name, str(error)))
    missing = [name for name in known if name not in root.children() and name not in optional]
    faults += [Fault(str(path), 0, 0, name, f"key '{name}' is missing") for name in missing]
    return said, listed


def _expected(node: Node, is_list: bool) -> str:
    return f"read {shown(node.plain())}, expected {'a text or a list of texts' if is_list else 'a text'}"
