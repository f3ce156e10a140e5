"""What all pages of one program share: the thread that runs the model, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sim.ui.web.paired_runs import Runs
from sim.ui.web.worker import Worker


@dataclass(frozen=True, eq=False)
class House:
    """What all pages of a program share.

    Attributes:
        scenario: what a page opens with, a shipped name or a file.
        scratch: folder for scenarios that come through a page.
        worker: the thread that runs the model.
        runs: used by that thread.
    """

    scenario: str
    scratch: Path
    worker: Worker = field(default_factory=Worker)
    runs: Runs = field(default_factory=Runs)
