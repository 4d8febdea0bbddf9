"""The states of a training."""

from __future__ import annotations

from enum import Enum


class TrainingState(Enum):
    """`BLOCKED`: the experiment cannot run. `FAILED`: training stopped by itself and needs a reset."""

    LOADING = "loading"
    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    BLOCKED = "blocked"
    FAILED = "failed"
