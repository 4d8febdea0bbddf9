"""Would more data help? The scores that the network reaches with fewer samples, carried on to twice as many.

Each size is trained from the start, for as many steps as the whole set gets, with several seeds, which draw rows,
first weights and order. Errors are taken to fall as a + b n^-c (Cortes et al., 1993: Learning curves: asymptotic values
and rate of convergence; Hestness et al., 2017); all such curves are weighed by how well they fit, so that the forecast
is as unsure as the curves are apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer, prepare_split
from ..io.budget import OnProgress
from ..spec.arrays import Array
from ..train.tasks import Score
from ..train.train_step import DivergedError
from .subject import no_report

SHARES: Final = (1 / 8, 3 / 16, 2 / 7, 3 / 7, 2 / 3, 1.0)
SEEDS: Final = 3
BUDGET_SECONDS: Final = 120.0
MIN_ROWS: Final = 40
_MIN_SIZE: Final = 5
_CHECK_EPOCHS: Final = 8
_FALLS: Final = np.geomspace(0.1, 2.0, 24)
_FLOORS: Final = np.linspace(0.0, 1.0, 33)
_SPREADS: Final = 2.0
"""Of how many standard deviations "give or take" is."""


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Scores (seeds, sizes) of networks trained with `sizes` (sizes,) samples; NaN where none was trained, or diverged.

    `score` says what they are, accuracies or R²; 1 is perfect.
    """

    sizes: NDArray[np.int64]
    train: Array
    test: Array
    score: Score
    epochs: int
    share: float = 1.0
    note: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether each size has been trained at least once."""
        return bool(np.isfinite(self.test).any(axis=0).all())

    def means(self, scores: Array) -> Array:
        """The mean (sizes,) of `train` or `test` over the seeds; NaN where none was trained."""
        return _means(scores)[0]

    @property
    def present(self) -> float:
        """The mean test score with all samples."""
        return float(self.means(self.test)[-1])

    def forecast(self, samples: float) -> tuple[float, float]:
        """The test score with so many samples, and what it may be off by (two standard deviations).

        Raises `ValueError` before each size has been trained.
        """
        if not self.is_whole:
            raise ValueError("A forecast needs a score of each size.")
        return forecast(self.sizes, self.test, samples)

    @property
    def sentence(self) -> str:
        """Whether twice as many samples would help, with numbers."""
        if not self.is_whole:
            return self.note or "Not every size has been trained."
        ahead, off = self.forecast(2.0 * self.sizes[-1])
        gain = ahead - self.present
        helps = gain > max(off, self.score.least_gain)
        begin = "Yes" if helps else "No" if gain + off < 3.0 * self.score.least_gain else "Not clear"
        numbers = f"about {self.score.named(ahead)}, from {self.score.named(self.present)}"
        found = f"{begin}: with twice as many samples {numbers}; give or take {self.score.text(off)}."
        return f"{found} {self.note}".strip()


def why_no_learning_curve(prepared: PreparedData) -> str:
    """A sentence that says why these data give no learning curve; "" if they do."""
    if not len(prepared.test):
        return "Without test samples nothing shows whether more data would help."
    if len(prepared.train) < MIN_ROWS:
        return f"A learning curve needs at least {MIN_ROWS} training samples, and these are {len(prepared.train)}."
    return ""


def learning_curve(
    experiment: Experiment,
    prepared: PreparedData,
    report: OnProgress = no_report,
    *,
    epochs: int = 100,
    seeds: int = SEEDS,
    budget: float = BUDGET_SECONDS,
) -> LearningCurve:
    """Train the network with growing parts of its training rows, `seeds` times each, and score it on all test rows.

    With all rows for `epochs` epochs; with fewer for as many steps. What is trained when the budget (seconds) ends is
    kept. Raises `ValueError` for unsuitable data.

        learning_curve(experiment, prepare(experiment)).sentence
    """
    if sentence := why_no_learning_curve(prepared):
        raise ValueError(sentence)
    end = perf_counter() + budget
    rows = len(prepared.train_index)
    sizes = np.unique([max(_MIN_SIZE, round(share * rows)) for share in SHARES])
    train, test = np.full((2, seeds, len(sizes)), np.nan)
    steps = epochs * math.ceil(rows / experiment.training.batch_size)
    count, done = seeds * len(sizes), 0

    def found(part: float = 0.0, note: str = "") -> LearningCurve:
        scores = train.copy(), test.copy()
        return LearningCurve(sizes, *scores, prepared.task.score, epochs, (done + part) / count, note)

    for seed in range(seeds):
        order = _mixed(prepared, experiment.data_seed + seed)
        seeded = experiment.replace(seed=experiment.seed + seed)
        for place, size in enumerate(sizes):
            own = prepare_split(seeded, prepared.data, np.sort(order[:size]), prepared.test_index)
            trainer = make_trainer(seeded, own, evaluate=False)
            wanted = math.ceil(steps / math.ceil(size / experiment.training.batch_size))
            try:
                for epoch, _ in enumerate(trainer.run_epochs(wanted)):
                    if epoch % _CHECK_EPOCHS == 0:
                        report(found(epoch / wanted))
                        if perf_counter() > end:
                            return found(note=f"Stopped after {budget:g} s, {done} of {count} trained.")
                train[seed, place] = trainer.evaluate(own.train).score
                test[seed, place] = trainer.evaluate(own.test).score
            except DivergedError:
                pass
            done += 1
    diverged = int(np.isnan(test).sum())
    return found(note=f"{diverged} of {count} trainings diverged and are left out." if diverged else "")


def forecast(sizes: NDArray[np.int64], scores: Array, samples: float) -> tuple[float, float]:
    """The score with `samples`, by scores (seeds, sizes) of fewer, and two standard deviations of it."""
    errors, counts = _means(1.0 - scores)
    # Errors spread as they are large: all sizes together say by what share, as three seeds alone say little. How large
    # they are is read off a line through all, as a mean of few may be near 0 by luck.
    across, large = np.log(sizes), np.log(np.maximum(errors, max(1e-3, 0.1 * float(errors.mean()))))
    level = np.exp(np.polyval(np.polyfit(across, large, 1), across))
    apart = (1.0 - scores - errors) / level
    freedom = max(1, np.isfinite(apart).sum() - len(sizes))
    spread = max(math.sqrt(float(np.nansum(apart**2)) / freedom), 0.02)
    noise = spread * level / np.sqrt(counts)
    scaled, ahead = sizes / sizes[-1], samples / sizes[-1]
    predictions, faults = [], []
    for floor in _FLOORS * max(0.0, float(errors.min())):
        for fall in _FALLS:
            shape = scaled**-fall
            weights = shape / noise**2
            height = max(0.0, float(weights @ (errors - floor)) / float(weights @ shape))
            predictions.append(floor + height * ahead**-fall)
            faults.append(float((((errors - floor - height * shape) / noise) ** 2).sum()))
    # As likely as their squared distance says, widened where no curve passes through all of them.
    likely = np.array(faults)
    likely = np.exp(-0.5 * (likely - likely.min()) / max(1.0, likely.min() / max(1, len(sizes) - 3)))
    likely /= likely.sum()
    mean = float(likely @ predictions)
    curves = float(likely @ (np.array(predictions) - mean) ** 2)
    luck = (spread * max(mean, 0.5 * level[-1])) ** 2 / counts[-1]
    return 1.0 - mean, _SPREADS * math.sqrt(curves + luck)


def _means(scores: Array) -> tuple[Array, Array]:
    """The means (sizes,) over the seeds, and how many they are of."""
    known = np.isfinite(scores)
    counts = np.maximum(1, known.sum(axis=0))
    means = np.where(known, scores, 0.0).sum(axis=0) / counts
    return np.where(known.any(axis=0), means, np.nan), counts


def _mixed(prepared: PreparedData, seed: int) -> NDArray[np.int64]:
    """The training rows in an order of which each beginning has, of classes, about the share that all have."""
    rows = np.random.default_rng([seed, 11]).permutation(prepared.train_index)
    if prepared.data.labels != "classes":
        return rows
    targets = prepared.data.targets[rows]
    share = np.empty(len(rows))
    for label in np.unique(targets):
        own = np.flatnonzero(targets == label)
        share[own] = (np.arange(len(own)) + 0.5) / len(own)
    return rows[np.argsort(share, kind="stable")]
