"""Learning rate range test: the loss while the rate grows from step to step, on a copy of the network.

Smith, 2017: Cyclical learning rates for training neural networks; as fastai's `lr_find` and PyTorch Lightning's
`Tuner.lr_find`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.batches import Samples
from ..io.budget import OnProgress
from ..io.number_text import rounded_text
from ..nn.network import forward_flops
from ..optim.schedules import Constant
from ..spec.arrays import Array
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from .subject import Subject, no_report

LOWEST: Final = 1e-6
HIGHEST: Final = 10.0
STEPS: Final = 200
_BLOWN_UP = 4.0
_FEWEST = 20
_DESCENT = 0.02
_RISE = 1.1
_WINDOW = 9
_SAMPLES = 512
_FLOPS = 100_000_000


@dataclass(frozen=True, eq=False)
class RateRange:
    """Rates (steps,), and the losses (steps,) after a step with each; a report on the way has fewer.

    `steepest` is the rate of the steepest descent over the logarithm of the rate, `tenth` a tenth of the rate of the
    lowest loss; None without a clear descent.
    """

    rates: Array
    losses: Array
    share: float = 1.0
    steepest: float | None = None
    tenth: float | None = None

    @property
    def sentence(self) -> str:
        """The outcome in a sentence."""
        if self.steepest is None or self.tenth is None:
            return "No rate makes the loss clearly smaller: start from initial weights, or look at the gradients."
        lowest = f"a tenth of the rate of the lowest loss is {rounded_text(self.tenth, 2)}"
        return f"The loss falls fastest at {rounded_text(self.steepest, 2)}; {lowest}."


def why_no_rate_range(subject: Subject) -> str:
    """A sentence that says why the test does not fit; "" if it does."""
    optimizer = subject.experiment.training.optimizer
    if optimizer.full_batch:
        return f"{optimizer.title} searches along lines for the length of its steps, so there is no rate to look for."
    return ""


def rate_range_test(
    subject: Subject,
    report: OnProgress = no_report,
    *,
    fresh: bool = True,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    steps: int = STEPS,
) -> RateRange:
    """Train a copy with growing rates, from initial weights or, without `fresh`, from the subject's.

    The loss is that of the same training samples after every step: losses of small batches would be too noisy to
    compare. The test ends early where it is four times the lowest. Raises `ValueError` for an optimizer without steps.
    """
    if sentence := why_no_rate_range(subject):
        raise ValueError(sentence)
    # The compiled engine keeps a rate of its own, which changes at the end of an epoch at the earliest.
    plain = subject.experiment.with_training(schedule=Constant(), engine="numpy")
    trainer = subject.trainer(plain, fresh=fresh)
    samples = _measured(subject, trainer)
    rates = np.geomspace(lowest, highest, steps)
    losses: list[float] = []
    for index, rate in enumerate(rates):
        trainer.optimizer_state.rate = float(rate)
        try:
            trainer.step()
        except DivergedError:
            break
        losses.append(trainer.evaluate(samples).loss)
        if not math.isfinite(losses[-1]):
            losses.pop()
            break
        if index >= _FEWEST and losses[-1] > _BLOWN_UP * min(losses):
            break
        if index % 4 == 0:
            report(RateRange(rates[: len(losses)], np.array(losses), index / steps))
    return _evaluated(rates[: len(losses)], np.array(losses))


def _measured(subject: Subject, trainer: Trainer) -> Samples:
    """Training samples whose loss is measured, evenly over all of them; fewer for a large network."""
    return subject.prepared.train.evenly(max(64, min(_SAMPLES, _FLOPS // forward_flops(trainer.network))))


def _evaluated(rates: Array, losses: Array) -> RateRange:
    if len(losses) < _FEWEST:
        return RateRange(rates, losses)
    padded = np.pad(losses, _WINDOW // 2, mode="edge")
    smooth = np.convolve(padded, np.full(_WINDOW, 1.0 / _WINDOW), "valid")
    # What falls after a rise is chance: the weights are far from where they were.
    rises = np.flatnonzero(smooth > _RISE * np.minimum.accumulate(smooth))
    end = int(rises[0]) if len(rises) else len(losses)
    lowest = int(np.argmin(losses[:end]))
    if lowest == 0 or losses[lowest] > (1.0 - _DESCENT) * losses[0]:
        return RateRange(rates, losses)
    slopes = np.gradient(smooth, np.log(rates))
    steepest = int(np.argmin(slopes[: lowest + 1]))
    return RateRange(rates, losses, 1.0, float(rates[steepest]), float(rates[lowest] / 10.0))
