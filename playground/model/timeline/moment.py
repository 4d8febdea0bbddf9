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
from core.train.history import Evaluation
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
    """A moment of run `run`, `position` in epochs; its vectors are in the store.

    - `segment` counts the edits of the run until then: within a segment, training is deterministic.
    - `train`, `test`: the latest evaluations, at `evaluated_epoch`; `predicted`: see `Trainer.test_predictions`.
      `scores_are_old`: of weights that were changed by hand since. `averages_batches`: see `Evaluator`.
    - `numbers`: the rest of the training state of a resumable moment, else None.
    """

    run: int
    segment: int
    position: float
    epoch: int
    step: int
    experiment: Experiment
    train: Evaluation
    test: Evaluation
    learning_rate: float
    predicted: NDArray[Any] | None
    numbers: dict[str, Any] | None
    nbytes: int
    evaluated_epoch: float = 0.0
    scores_are_old: bool = False
    averages_batches: bool = True
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def evaluations(self) -> dict[str, Any]:
        """Part of the evaluations in `training_numbers`."""
        pairs = [[each.loss, each.accuracy] for each in (self.train, self.test)]
        return {"evaluations": pairs, "averages_batches": self.averages_batches}

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
        trainer.fractional_epoch,
        trainer.epoch,
        trainer.step_in_epoch,
        experiment,
        trainer.train_evaluation,
        trainer.test_evaluation,
        trainer.learning_rate,
        predicted,
        numbers,
        size + _OVERHEAD_BYTES,
        trainer.evaluated_epoch,
        trainer.evaluator.is_outdated,
        trainer.evaluator.averages_batches,
    )
    return moment, tuple(vectors)


def load_weights(moment: Moment, vectors: Vectors, trainer: Trainer) -> None:
    """Load what snapshots show into a trainer of the moment's experiment, which cannot train on afterwards."""
    network, state = trainer.network, trainer.optimizer_state
    network.parameters[...], network.state[...] = vectors[0], vectors[1]
    for slot, values in zip(state.slots.values(), vectors[2:], strict=False):
        slot[...] = values
    state.rate = moment.learning_rate
    if moment.numbers is not None:
        state.step = int(moment.numbers["updates"])
    trainer.epoch = moment.epoch
    trainer.batches.move_to(round((moment.position - moment.epoch) * len(trainer.train)), moment.step)
    predicted = moment.predicted
    if predicted is not None and trainer.encoding.classes:
        predicted = predicted.astype(np.int64)
    averages = moment.averages_batches
    trainer.evaluator.restore(moment.train, moment.test, predicted, averages_batches=averages)
    trainer.evaluated_epoch, trainer.evaluator.is_outdated = moment.evaluated_epoch, moment.scores_are_old


def spread_moments(moments: Sequence[Moment], count: int) -> list[Moment]:
    """At most `count` of the moments, which ascend: about as many epochs apart, with both ends."""
    if not moments:
        return []
    positions = np.array([moment.position for moment in moments])
    places = np.linspace(positions[0], positions[-1], count)
    near = np.abs(positions - places[:, None]).argmin(axis=1)
    return [moments[index] for index in np.unique(near)]
