"""Overfit one batch: a network that cannot learn a few samples by heart will not learn many either.

A copy of the network trains on one batch from its initial weights, without regularization, augmentation and schedule.
Karpathy, 2019: A recipe for training neural networks; PyTorch Lightning's `overfit_batches`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..data.augmentation import Augmentation
from ..data.batches import Samples
from ..experiment.experiment import Experiment
from ..io.budget import OnProgress
from ..io.number_text import apart_texts, count_text
from ..nn.losses import Loss
from ..optim.regularizers import NoRegularizer
from ..optim.schedules import Constant
from ..spec.arrays import Array
from ..train.class_weights import EqualWeights
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from .subject import Subject, no_report

STEPS: Final = 2_000
_SAMPLES = 64
_SHARE = 0.05
_LEAST = 1e-3
_REPORTS = 100


@dataclass(frozen=True, eq=False)
class OverfitTest:
    """The losses (steps + 1,) of the batch before and after every step, without dropout.

    `bound` is a twentieth of `naive`, the loss of the best prediction that ignores the inputs. A report on the way has
    the losses until then.
    """

    losses: Array
    bound: float
    naive: float
    samples: int
    share: float = 1.0
    reason: str = ""
    """The reason of the failure, as far as known."""

    @property
    def passed(self) -> bool:
        return len(self.losses) > 0 and float(self.losses[-1]) <= self.bound

    @property
    def sentence(self) -> str:
        """The outcome in a sentence."""
        steps = len(self.losses) - 1
        last, bound = apart_texts(float(self.losses[-1]), self.bound, 2)
        if self.passed:
            return (
                f"The network learns a batch of {self.samples} by heart in {count_text(steps, 'step')}: "
                f"its loss is {last}, below {bound}."
            )
        found = (
            f"After {count_text(steps, 'step')} the loss of {self.samples} samples is {last}, above {bound}."
        )
        return f"{found} {self.reason}"


def overfit_batch(subject: Subject, report: OnProgress = no_report, *, steps: int = STEPS) -> OverfitTest:
    """Train a copy on one batch for at most `steps` steps, or until its loss is below the bound."""
    samples = subject.batch(_SAMPLES)
    experiment = _plain(subject.experiment)
    trainer = subject.trainer(experiment, fresh=True)
    trainer.set_data(samples)
    naive = _naive_loss(experiment.training.loss, samples.targets)
    bound = max(_LEAST, _SHARE * naive)
    losses = [trainer.evaluate(samples).loss]
    reason = ""
    for step in range(steps):
        if losses[-1] <= bound:
            break
        if step % max(1, steps // _REPORTS) == 0:
            report(OverfitTest(np.array(losses), bound, naive, len(samples), step / steps))
        try:
            trainer.train_on_batch(samples)
        except DivergedError as error:
            reason = f"{error}."
            break
        losses.append(trainer.evaluate(samples).loss)
    found = OverfitTest(np.array(losses), bound, naive, len(samples))
    return found if found.passed else replace(found, reason=reason or _reason(trainer, samples, found))


def _plain(experiment: Experiment) -> Experiment:
    """The experiment without what keeps it from learning by heart."""
    loss = experiment.training.loss
    if hasattr(loss, "label_smoothing"):
        loss = loss.replace(label_smoothing=0.0)
    return experiment.with_training(
        loss=loss,
        regularizer=NoRegularizer(),
        schedule=Constant(),
        augmentation=Augmentation(),
        class_weights=EqualWeights(),
        engine="numpy",
    )


def _naive_loss(loss: Loss, targets: Array) -> float:
    """The loss of the mean target, whatever the inputs."""
    return loss.value(np.broadcast_to(targets.mean(axis=0), targets.shape).astype(targets.dtype), targets)


def _reason(trainer: Trainer, samples: Samples, found: OverfitTest) -> str:
    """The most likely obstacle to learning the batch."""
    if _contradicts(samples):
        return "Two of them have the same inputs and different predictions, which no network can learn."
    if not trainer.network.parameters.size:
        return "The network has no weights that could learn."
    losses = found.losses
    if not math.isfinite(losses[-1]) or losses[-1] > 2.0 * losses[0]:
        return "It grows: the learning rate is too large."
    if losses[-1] > 0.97 * losses[0]:
        return "It hardly moves: the learning rate is too small, or the gradient does not reach the weights."
    if losses[-1] < 0.9 * losses[len(losses) // 2]:
        return "It still falls: a larger learning rate, or more steps, may get there."
    return "It has stopped falling: the network is too small, or the learning rate does not suit it."


def _contradicts(samples: Samples) -> bool:
    inputs, targets = (each.reshape(len(samples), -1) for each in (samples.inputs, samples.targets))
    return len(np.unique(np.hstack([inputs, targets]), axis=0)) > len(np.unique(inputs, axis=0))
