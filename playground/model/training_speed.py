"""Training speeds, from one batch per second to unlimited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Speed:
    """One speed. `per_second` counts batches or epochs, as `kind` says; 0 for "max", which is unlimited."""

    key: str
    label: str
    kind: Literal["batches", "epochs", "max"]
    per_second: float = 0.0


SPEEDS: Final = (
    Speed("batch_1", "1 batch/s", "batches", 1.0),
    Speed("batch_5", "5 batches/s", "batches", 5.0),
    Speed("epoch_1", "1 epoch/s", "epochs", 1.0),
    Speed("epoch_10", "10 epochs/s", "epochs", 10.0),
    Speed("epoch_60", "60 epochs/s", "epochs", 60.0),
    Speed("max", "Max", "max"),
)
"""From slow to fast, in menu order."""

DEFAULT_SPEED: Final = "epoch_60"
"""One that can be watched, as TensorFlow Playground's epoch a frame; images, whose epochs are long, are not slowed."""
FULL_SPEED: Final = "max"


def find_speed(key: str) -> Speed:
    """The speed with this key. Raises `KeyError` if there is none."""
    for speed in SPEEDS:
        if speed.key == key:
            return speed
    raise KeyError(key)
