"""Train with a progress bar, until Ctrl+C or the last epoch."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.experiment.early_stopping import EarlyStopping
    from core.train.trainer import Trainer

_SLICE_SECONDS = 0.1


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


def train_epochs(
    trainer: Trainer, epochs: int, request: StopRequest, stopping: EarlyStopping | None = None
) -> str:
    """Train `epochs` more, or until the request, at the end of a step. Raises as `Trainer.step` does.

    With `stopping` it may end earlier, and goes back to the best weights; returns a sentence on that, else "".
    """
    from tqdm import tqdm

    from core.io.number_text import loss_text

    last = trainer.epoch + epochs
    with tqdm(total=epochs, unit="epoch", file=sys.stderr, dynamic_ncols=True) as bar:
        while trainer.epoch < last and not request.signal:
            epoch = trainer.epoch
            trainer.run_for(_SLICE_SECONDS, trainer.steps_left)
            if trainer.epoch > epoch:
                losses = (trainer.figures.train.loss, trainer.figures.test.loss)
                bar.set_postfix_str(f"loss {' / '.join(map(loss_text, losses))}", refresh=False)
                bar.update()
                if stopping is not None and stopping.end_epoch(trainer):
                    break
    trainer.finish_evaluation()
    told = "" if stopping is None else stopping.sentence(trainer.epoch)
    if stopping is None or stopping.best is None or not told:
        return ""
    told += f"; --epochs {trainer.epoch} learns from all, to the end"
    stopping.best.restore(trainer)
    trainer.evaluate_now()
    return told
