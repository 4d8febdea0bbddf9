"""Wait on a thread for what the training gives."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError

from core.io.budget import OnProgress
from playground.training.checkpoint import SessionCheckpoint

_WAIT_SECONDS = 0.05


def wait_for_checkpoint(answer: Future[SessionCheckpoint], report: OnProgress) -> SessionCheckpoint:
    """The copy of the training's state, when the training comes to it; can be cancelled."""
    while True:
        report(None)
        try:
            return answer.result(_WAIT_SECONDS)
        except FutureTimeoutError:
            continue
