"""One moment of a run, copied from its trainer and loaded into another."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.experiment.experiment import Experiment
from core.experiment.project_file import training_numbers
from core.spec.arrays import Array
from core.train.figures import Figures, Place
from core.train.trainer import Trainer

Vectors = tuple[Array, ...]
"""The flat vectors of parameters and of the layers' state; a resumable moment has the optimizer's slots too."""

_OVERHEAD_BYTES = 3_000
"""Measured size of a moment without its vectors: states of three random generators and the other numbers."""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Edit:
    """A change by the user, at `position` in epochs."""

    position: float
    text: str


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of run `run` at `place`; its vectors are in the store.

    - `segment` counts the edits of the run until then: within a segment, training is deterministic.
    - `figures`: the latest ones; `predicted`: see `Trainer.test_predictions`.
    - `numbers`: the rest of the training state of a resumable moment, else None.
    """

    run: int
    segment: int
    place: Place
    experiment: Experiment
    figures: Figures
    learning_rate: float
    predicted: NDArray[Any] | None
    numbers: dict[str, Any] | None
    nbytes: int
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def position(self) -> float:
        """In epochs."""
        return self.place.position

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return self.place.epoch

    @property
    def known(self) -> dict[str, Any]:
        """What is known in `training_numbers` of every moment."""
        return {"epoch": self.epoch, "edits": self.place.edits, "figures": self.figures.to_json()}

    @property
    def resumable(self) -> bool:
        """Whether training can continue from here without a replay."""
        return self.numbers is not None


def copy_moment(
    trainer: Trainer, run: int, segment: int, experiment: Experiment, *, resumable: bool
) -> tuple[Moment, Vectors]:
    """Copy the trainer's current state; no evaluation must be pending."""
    network, state = trainer.network, trainer.optimizer_state
    vectors = [network.parameters.copy(), network.state.copy()]
    numbers: dict[str, Any] | None = None
    if resumable:
        vectors += [slot.copy() for slot in state.slots.values()]
        # Those of the log are shared by all moments.
        numbers = training_numbers(trainer) | {"marks": ()}
    predicted = trainer.test_predictions
    if predicted is not None and 0 < trainer.encoding.classes <= 256:
        predicted = predicted.astype(np.uint8)
    size = sum(vector.nbytes for vector in vectors) + (0 if predicted is None else predicted.nbytes)
    moment = Moment(
        run,
        segment,
        trainer.place,
        experiment,
        trainer.figures,
        trainer.learning_rate,
        predicted,
        numbers,
        size + _OVERHEAD_BYTES,
    )
    return moment, tuple(vectors)


def load_weights(moment: Moment, vectors: Vectors, trainer: Trainer) -> None:
    """Load what snapshots show into a trainer of the moment's experiment, which cannot train on afterwards."""
    network, state = trainer.network, trainer.optimizer_state
    network.parameters[...], network.state[...] = vectors[0], vectors[1]
    for slot, values in zip(state.slots.values(), vectors[2:], strict=False):
        slot[...] = values
    place = moment.place
    state.rate, state.step = moment.learning_rate, place.updates
    trainer.epoch, trainer.edits = place.epoch, place.edits
    trainer.batches.move_to(round((place.position - place.epoch) * len(trainer.train)), place.step)
    predicted = moment.predicted
    if predicted is not None and trainer.encoding.classes:
        predicted = predicted.astype(np.int64)
    trainer.evaluator.restore(moment.figures, predicted)


def spread_moments(moments: Sequence[Moment], count: int) -> list[Moment]:
    """At most `count` of the moments, which ascend: about as many epochs apart, with both ends."""
    if not moments:
        return []
    positions = np.array([moment.position for moment in moments])
    places = np.linspace(positions[0], positions[-1], count)
    near = np.abs(positions - places[:, None]).argmin(axis=1)
    return [moments[index] for index in np.unique(near)]
