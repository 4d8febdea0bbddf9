"""A stack of undo steps whose time is set by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QUndoStack

from core.experiment.experiment import Experiment
from playground.model import undo
from playground.model.undo import ExperimentCommand, Revision, Transition, push


class Applied:
    """Records what a stack of commands applied, by a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.seen: list[tuple[int, Transition]] = []
        self.stack = QUndoStack()
        self.revision = Revision(Experiment())
        monkeypatch.setattr(undo, "time", SimpleNamespace(monotonic=lambda: self.now))

    def push(self, seed: int, key: str = "", *, fresh: bool = False) -> None:
        new = Revision(Experiment(data_seed=seed), f"Seed {seed}", fresh)
        push(self.stack, ExperimentCommand(self.revision, new, self._apply, key))

    def _apply(self, revision: Revision, transition: Transition) -> None:
        self.revision = revision
        # A step keeps its revision, with all that is in it.
        self.seen.append((revision.experiment.data_seed, replace(transition, step=None)))
