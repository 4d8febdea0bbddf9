"""The states that a training can be in, as the window shows them."""

from __future__ import annotations

from enum import Enum

__all__ = ["TrainingState"]


class TrainingState(Enum):
    """`BLOCKED`: the stack cannot run. `FAILED`: the training stopped by itself, and needs a reset."""

    LOADING = "loading"
    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    BLOCKED = "blocked"
    FAILED = "failed"
