"""Output of a fit: every few epochs a line, Keras's line for each epoch, or a progress bar."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final

LINES: Final = 2
"""The value of `verbose` that prints a line for each epoch."""
_TITLES: Final = {"r2": "R²"}
_LONG_EPOCH: Final = 100
"""An epoch of this many steps moves the bar within."""


class FitPrinter:
    """Prints nothing; the base of those that do."""

    moves_within_epochs = False

    def needs_logs(self, epoch: int) -> bool:
        """Whether the values of `epoch`, counted from 1, are printed."""
        return False

    def epoch_begin(self, index: int) -> None:
        """Called before every epoch, with its index."""

    def batch_end(self) -> None:
        """Called after every batch, if it `moves_within_epochs`."""

    def epoch_end(self, epoch: int, index: int, logs: Mapping[str, float]) -> None:
        """Called after every epoch."""

    def say(self, line: str) -> None:
        """Print a line of a callback."""
        print(line)

    def close(self) -> None:
        """Called at the end, even after an error."""


class FeedbackLines(FitPrinter):
    """A line every `every` epochs: "epoch 10: loss 0.12345, accuracy 0.9876"."""

    def __init__(self, every: int) -> None:
        self._every = every

    def needs_logs(self, epoch: int) -> bool:
        return epoch % self._every == 0

    def epoch_end(self, epoch: int, index: int, logs: Mapping[str, float]) -> None:
        if self.needs_logs(epoch):
            print(f"epoch {epoch}: {log_line(logs)}")


class EpochLines(FitPrinter):
    """Keras's line for each epoch: "Epoch 3/10 - 0.2s - loss: 0.1234 - accuracy: 0.9876"."""

    def __init__(self, last: int) -> None:
        self._last, self._start = last, perf_counter()

    def needs_logs(self, epoch: int) -> bool:
        return True

    def epoch_begin(self, index: int) -> None:
        self._start = perf_counter()

    def epoch_end(self, epoch: int, index: int, logs: Mapping[str, float]) -> None:
        seconds = f"{perf_counter() - self._start:.1f}s"
        values = [f"{name}: {value:.4f}" for name, value in logs.items() if name != "learning_rate"]
        print(" - ".join([f"Epoch {index + 1}/{self._last}", seconds, *values]))


class ProgressBar(FitPrinter):
    """A bar over all epochs, or over their steps where an epoch has many."""

    def __init__(self, first: int, last: int, steps: int) -> None:
        from tqdm.auto import tqdm

        self.moves_within_epochs = steps >= _LONG_EPOCH
        scale, unit = (steps, "step") if self.moves_within_epochs else (1, "epoch")
        self._bar: Any = tqdm(total=last * scale, initial=first * scale, unit=unit)

    def needs_logs(self, epoch: int) -> bool:
        return True

    def batch_end(self) -> None:
        self._bar.update()

    def epoch_end(self, epoch: int, index: int, logs: Mapping[str, float]) -> None:
        shown = {name: f"{value:.4f}" for name, value in logs.items() if name != "learning_rate"}
        self._bar.set_postfix(shown, refresh=False)
        if not self.moves_within_epochs:
            self._bar.update()

    def say(self, line: str) -> None:
        self._bar.write(line)

    def close(self) -> None:
        self._bar.close()


def report_for(verbose: int | str | None, every: int, first: int, last: int, steps: int) -> FitPrinter:
    """The report of `verbose`: 0, 1 or "auto", 2, or None for a line every `every` epochs (0 for none).

    Epochs are the indices from `first` to below `last`. Raises `ValueError` for another `verbose`.
    """
    if verbose is None:
        return FeedbackLines(every) if every else FitPrinter()
    if isinstance(verbose, bool):
        verbose = int(verbose)
    if verbose not in (0, 1, LINES, "auto"):
        raise ValueError(
            "Sequence: verbose must be 0 for nothing, 1 for a progress bar or 2 for a line per epoch, "
            f"got {verbose!r}"
        )
    if verbose == 0:
        return FitPrinter()
    return EpochLines(last) if verbose == LINES else ProgressBar(first, last, steps)


def log_line(logs: Mapping[str, float]) -> str:
    """Values in words, those of validation data behind a semicolon."""
    own = [_worded(name, value) for name, value in logs.items() if not name.startswith("val_")]
    held = [
        _worded(name.removeprefix("val_"), value) for name, value in logs.items() if name.startswith("val_")
    ]
    line = ", ".join(word for word in own if word)
    return f"{line}; validation {', '.join(held)}" if held else line


def _worded(name: str, value: float) -> str:
    if name == "learning_rate":
        return ""
    return f"{_TITLES.get(name, name)} {value:.{5 if name == 'loss' else 4}f}"
