"""Versions of this package and of those it stands on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def version_of(package: str = "sanctions-sim") -> str:
    """Version of an installed package; this one by default."""
    try:
        return version(package)
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "uninstalled"
