"""Train with a progress bar, until Ctrl+C or the last epoch."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.data.batches import Samples
    from core.train.trainer import Trainer

_SLICE_SECONDS = 0.1
PATIENCE = 20
"""Epochs without a lower loss of the samples held out, after which a training ends."""


class StopRequest:
    """Set by the first signal that ends the program, which calls `stop`; the second one ends it at once."""

    def __init__(self, stop: Callable[[], object] = lambda: None) -> None:
        self._stop = stop
        self.signal = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number
        self._stop()


@contextmanager
def listening(request: StopRequest) -> Iterator[None]:
    """Let SIGINT and SIGTERM only set `request` meanwhile, where Python may handle signals."""
    before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            # A program started by nohup or in the background ignores them, and goes on to.
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, request)
    except ValueError:  # not the main thread
        pass
    try:
        yield
    finally:
        for caught, handler in before.items():
            signal.signal(caught, handler)


def train_epochs(trainer: Trainer, epochs: int, request: StopRequest, held: Samples | None = None) -> str:
    """Train `epochs` more, or until the request, at the end of a step. Raises as `Trainer.step` does.

    With samples held out it ends when their loss has not fallen for some epochs, and goes back to where it was lowest;
    returns a sentence on that, else "".
    """
    from tqdm import tqdm

    from core.experiment.project_file import TrainerState
    from core.io.figure_text import loss_text

    last, best, lowest = trainer.epoch + epochs, None, math.inf
    with tqdm(total=epochs, unit="epoch", file=sys.stderr, dynamic_ncols=True) as bar:
        while trainer.epoch < last and not request.signal:
            epoch = trainer.epoch
            trainer.run_for(_SLICE_SECONDS, trainer.steps_left)
            if trainer.epoch > epoch:
                bar.set_postfix_str(
                    f"loss {loss_text(trainer.figures.train.loss)}, "
                    f"test {loss_text(trainer.figures.test.loss)}",
                    refresh=False,
                )
                bar.update()
                if held is None:
                    continue
                if (loss := trainer.evaluate(held).loss) < lowest:
                    lowest, best = loss, TrainerState.of(trainer)
                elif best is not None and trainer.epoch - best.epoch >= PATIENCE:
                    break
    trainer.finish_evaluation()
    if held is None or best is None or best.epoch == trainer.epoch:
        return ""
    trained = trainer.epoch
    best.restore(trainer)
    trainer.evaluate_now()
    return (
        f"the {len(held):,} training samples set apart were predicted best after epoch {best.epoch:,} of {trained:,}, "
        f"whose weights are kept; --epochs {trained} learns from all, to the end"
    )
