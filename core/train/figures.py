"""What was measured of a run: of which moment, which samples, and how many. Measured once, read everywhere.

A number that the window, a report or the command line shows is one of a `Figures`, so that two places that show the
same figure show the same number: `Figures.key` is equal exactly where the figure is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, Final, Literal

from ..io.bounded_number import finite
from ..io.number_text import part_text, place_text

Split = Literal["train", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "test")


@dataclass(frozen=True)
class Place:
    """A moment of a run: `epoch` finished epochs, and `step` of the `steps` batches of the next one.

    - `updates`: steps of the optimizer.
    - `edits`: changes by hand (of weights, of what the network does, of the loss) after which figures are others,
      though the updates are the same.
    - `position`: finished epochs plus the share of the samples of this one, as in the history; for axes.
    """

    epoch: int = 0
    step: int = 0
    steps: int = 1
    updates: int = 0
    edits: int = 0
    position: float = 0.0

    @classmethod
    def at(cls, position: float, samples: int, batch_size: int) -> Place:
        """The place of a row of a history, which learned from `samples` in batches of `batch_size`."""
        epoch, size = math.floor(position), max(1, min(batch_size, samples))
        step = math.ceil((position - epoch) * samples / size - 1e-6)
        return cls(epoch, step, max(1, math.ceil(samples / size)), position=position)

    @property
    def moment(self) -> tuple[float, int]:
        """Equal where the weights are the same; batches may have another size, and the optimizer may be another."""
        return self.position, self.edits

    @property
    def text(self) -> str:
        """The place as people read it: "368", or "368 + 3/35" within an epoch."""
        return place_text(self.epoch, self.step, self.steps)


@dataclass(frozen=True)
class Figure:
    """Loss and score on some samples of one split, in use: no dropout, moving averages, no class weights.

    - `score`: accuracy, or R² (1 is perfect) of values; see `Task.score`. NaN, as `loss`, where nothing was measured.
    - `added`: the part of the loss that layers add, such as the spread of a Sampling.
    - `samples` of the `of` samples of the split were measured; 0 where that is unknown, as in old files.
    - `corrected`: whether a part's loss and score were brought to what all would have; see `Reference`.
    """

    loss: float = math.nan
    score: float = math.nan
    added: float = 0.0
    samples: int = 0
    of: int = 0
    corrected: bool = False

    @property
    def is_part(self) -> bool:
        """Whether not all samples of the split were measured, as far as is known."""
        return self.samples < self.of

    @property
    def part(self) -> str:
        """Of how many samples, for a caption: "" of all, "of 250", "samples unknown"; "" where nothing was measured."""
        measured = self.samples or not (math.isnan(self.loss) and math.isnan(self.score))
        return part_text(self.samples, self.of) if measured else ""


NOTHING: Final = Figure()
"""Of which nothing is known, as of the test samples where there are none."""


@dataclass(frozen=True)
class Figures:
    """The figures of one place; nothing is known of `test` without test samples.

    - `mean_loss`: mean of the losses of the batches, in training mode, since the position `mean_since`; NaN where no
      batch was trained since.
    - `is_old`: whether they are of other weights, or another loss, than those of the moment that shows them, which
      knows it; files do not say it.
    """

    place: Place = Place()
    train: Figure = NOTHING
    test: Figure = NOTHING
    mean_loss: float = math.nan
    mean_since: float = math.nan
    is_old: bool = False

    def of(self, split: Split) -> Figure:
        """The figure of a split."""
        return self.train if split == "train" else self.test

    @property
    def decisive(self) -> Figure:
        """The figure that runs are compared by: of the test samples, or of training without any."""
        return self.test if self.test.samples or not math.isnan(self.test.loss) else self.train

    @property
    def columns(self) -> dict[str, Any]:
        """As columns of a table of runs; an unknown number of samples is NaN."""
        train, test = self.train, self.test
        return {
            "train_loss": train.loss,
            "test_loss": test.loss,
            "train_score": train.score,
            "test_score": test.score,
            "mean_loss": self.mean_loss,
            "train_samples": float(train.samples or math.nan),
            "test_samples": float(test.samples or math.nan),
        }

    def key(self, run: int, split: Split) -> tuple[int, int, int, Split, int]:
        """What tells figures of `run` apart: where it is equal, so are numbers and texts."""
        return run, self.place.updates, self.place.edits, split, self.of(split).samples

    def to_json(self) -> dict[str, Any]:
        """JSON-ready values; null is a number that was not measured."""
        return {
            "place": list(astuple(self.place)),
            "train": _numbers(self.train),
            "test": _numbers(self.test),
            "mean_loss": _number(self.mean_loss),
            "mean_since": _number(self.mean_since),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Figures:
        """The inverse of `to_json`. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        *counts, position = found["place"]
        epoch, step, steps, updates, edits = map(_count, counts)
        return cls(
            Place(epoch, step, steps, updates, edits, _float(position)),
            _figure(found["train"]),
            _figure(found["test"]),
            _float(found["mean_loss"]),
            _float(found["mean_since"]),
        )


def _numbers(figure: Figure) -> list[Any]:
    loss, score, *rest = astuple(figure)
    return [_number(loss), _number(score), *rest]


def _figure(found: Any) -> Figure:
    loss, score, added, samples, of, corrected = found
    return Figure(_float(loss), _float(score), _float(added), _count(samples), _count(of), bool(corrected))


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _float(value: Any) -> float:
    return math.nan if value is None else finite(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError(f"a count must be a whole number of at least 0, got {value!r}")
    return value
