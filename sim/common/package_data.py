"""What ships with the package (scenarios, worlds, figures, posterior), in a checkout and in a wheel; its version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(relative: str) -> Path:
    """Path of a shipped file or folder.

    Args:
        relative: path below the project, such as ``scenarios/worlds/reference``.

    Returns:
        The path inside the installed package if the wheel carries it, else inside the checkout. It may not exist.
    """
    inside = _PACKAGE / "_shipped" / relative
    return inside if inside.exists() else _PACKAGE.parent / relative


def version_of(package: str = "sanctions-sim") -> str:
    """Version of an installed package; this one by default."""
    try:
        return version(package)
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "uninstalled"
