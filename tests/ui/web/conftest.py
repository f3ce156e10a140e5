"""A page that is served while a module's tests run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_toys import Served, start


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of the reference scenario."""
    running = start(tmp_path_factory.mktemp("served"))
    yield running
    if running.process.poll() is None:
        running.interrupt()
