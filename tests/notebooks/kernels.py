"""Notebooks executed as a reader would: a fresh kernel of this very Python, in a folder of their own."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 600  # a cell that takes longer hangs
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class _ThisPython(KernelSpecManager):  # type: ignore[misc]
    """Knows one kernel, whatever is installed on the machine: ipykernel under the Python of the tests."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of this Python."""
        argv = [
            sys.executable,
            "-Xfrozen_modules=off",
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--log-level=40",
        ]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


def executed(notebook: Any, folder: Path, **environment: str) -> Any:
    """Execute a notebook in place and return it with its outputs.

    Args:
        notebook: as nbformat reads it.
        folder: where its kernel works; settings of the user's own Jupyter and IPython are left aside.
        **environment: variables that the kernel has beside ours.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    settings = {name: folder / ".settings" / name for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR")}
    for place in settings.values():
        place.mkdir(parents=True, exist_ok=True)
    ours = {
        **{name: str(place) for name, place in settings.items()},
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython(), kernel_name="python3")
    client = NotebookClient(
        notebook, km=manager, timeout=_SECONDS, resources={"metadata": {"path": str(folder)}}, record_timing=False
    )
    try:
        return client.execute(env={**os.environ, **ours, **environment})
    finally:
        # A client ends only kernels of managers that it made itself; each holds the gigabytes of its runs.
        run_sync(manager.shutdown_kernel)(now=True)


def notebook_of(*cells: str) -> Any:
    """Return a notebook of these code cells."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])


def outputs(notebook: Any) -> list[Any]:
    """Return the outputs of all cells, in order."""
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def printed(notebook: Any, stream: str = "stdout") -> str:
    """Return all that its cells wrote on a stream."""
    texts = [output.text for output in outputs(notebook) if output.output_type == "stream" and output.name == stream]
    return _COLOURS.sub("", "".join(texts))
