"""Stop conditions: an epoch, a loss, an accuracy, or early stopping with patience."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from ..io.number_text import epochs_text, place_text, rounded_text
from .tasks import Classification, Score

_USUAL: Final = Classification.score
Reason = Literal["", "epoch", "loss", "accuracy", "patience"]


@dataclass(frozen=True)
class StopCondition:
    """Stop at the first bound that holds; None disables a bound, and at least one is required.

    `epoch`: this epoch ends. `loss`: at most this. `accuracy`, or another score of the task: at least this. `patience`:
    this many epochs without a lower loss. `on_test` uses loss and accuracy of the test set.
    """

    epoch: int | None = None
    loss: float | None = None
    accuracy: float | None = None
    patience: int | None = None
    on_test: bool = True

    def __post_init__(self) -> None:
        if not any(value is not None for value in (self.epoch, self.loss, self.accuracy, self.patience)):
            raise ValueError("Stop condition: it needs one of epoch, loss, accuracy and patience, got none")
        for name in ("epoch", "patience"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 0):
                raise ValueError(
                    f"Stop condition: {name} must be a whole number of at least 0, got {value!r}"
                )
        for name in ("loss", "accuracy"):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and math.isfinite(value)):
                raise ValueError(f"Stop condition: {name} must be a number, got {value!r}")

    @property
    def part(self) -> str:
        return "test" if self.on_test else "training"

    def to_json(self) -> dict[str, Any]:
        """The bounds that are set, as JSON data."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StopCondition:
        """The inverse of `to_json`. Raises `ValueError` for invalid data."""
        if not isinstance(data, Mapping):
            raise ValueError(f"Stop condition: it must be described by an object, got {data!r}")
        unknown = sorted(data.keys() - {item.name for item in fields(cls)})
        if unknown:
            raise ValueError(f"Stop condition has no setting called {unknown[0]!r}")
        return cls(**data)

    def described(self, score: Score = _USUAL) -> str:
        """ "epoch 200 or test accuracy 95 %", to follow the word "until"."""
        parts = []
        if self.epoch is not None:
            parts.append(f"epoch {place_text(self.epoch)}")
        if self.loss is not None:
            parts.append(f"{self.part} loss {rounded_text(self.loss, 4)}")
        if self.accuracy is not None:
            parts.append(f"{self.part} {score.name} {_written(self.accuracy, score)}")
        if self.patience is not None:
            parts.append(f"no gain for {epochs_text(self.patience)}")
        return " or ".join(parts)

    def sentence(
        self, reason: Reason, epoch: int, loss: float, accuracy: float, score: Score = _USUAL
    ) -> str:
        """The reason as text: "Stopped at epoch 120: test accuracy 95.1 % reached 95 %"."""
        if reason == "epoch":
            return f"Stopped at epoch {place_text(epoch)}, the last one asked for"
        if reason == "loss":
            assert self.loss is not None
            why = f"{self.part} loss {rounded_text(loss, 4)} reached {rounded_text(self.loss, 4)}"
        elif reason == "accuracy":
            assert self.accuracy is not None
            wanted = _written(self.accuracy, score)
            why = f"{self.part} {score.name} {_written(accuracy, score, 1)} reached {wanted}"
        else:
            why = f"{self.part} loss got no better for {epochs_text(self.patience or 0)}"
        return f"Stopped at epoch {place_text(epoch)}: {why}"


class StopCheck:
    """State of a `StopCondition`: the lowest loss and its epoch."""

    def __init__(self, condition: StopCondition) -> None:
        self.condition = condition
        self._best = math.inf
        self._best_epoch: int | None = None
        self._epoch = 0

    @property
    def waited(self) -> int:
        """Epochs since the loss was lowest."""
        return 0 if self._best_epoch is None else self._epoch - self._best_epoch

    def holds(self, epoch: int, loss: float, accuracy: float) -> Reason:
        """The bound that holds now, except patience; "" for none."""
        wish = self.condition
        if wish.epoch is not None and epoch >= wish.epoch:
            return "epoch"
        if wish.loss is not None and loss <= wish.loss:
            return "loss"
        if wish.accuracy is not None and accuracy >= wish.accuracy:
            return "accuracy"
        return ""

    def end_epoch(self, epoch: int, loss: float, accuracy: float) -> Reason:
        """The bound that holds at the end of `epoch` (counted from 1); "" for none. Epochs may be skipped."""
        self._epoch = epoch
        if loss < self._best:
            self._best, self._best_epoch = loss, epoch
        elif self._best_epoch is None:
            # A loss that is NaN from the start does not improve either.
            self._best_epoch = epoch - 1
        reason = self.holds(epoch, loss, accuracy)
        if not reason and self.condition.patience is not None and self.waited >= self.condition.patience:
            return "patience"
        return reason


def _written(accuracy: float, score: Score, digits: int = 2) -> str:
    if not score.is_share:
        return rounded_text(accuracy, 4)
    return f"{100 * accuracy:.{digits}f}".rstrip("0").rstrip(".") + " %"
