"""Cross-validation: the network trained anew on all but one part of a small table and tested on that part, in turns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..data.datasets import Data
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer, prepare_split
from ..io.budget import OnProgress
from ..train.figures import NOTHING, Figure
from ..train.tasks import Score
from ..train.train_step import DivergedError
from .subject import no_report

MAX_ROWS: Final = 5_000
BUDGET_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Fold:
    """One turn: what the network reached on the part that it was not trained on; NaN if it diverged."""

    figure: Figure
    epochs: int


@dataclass(frozen=True)
class CrossValidation:
    """The folds so far of `count`. Scores are accuracies or R²."""

    folds: tuple[Fold, ...]
    count: int
    score: Score
    share: float = 1.0
    note: str = ""

    @property
    def mean(self) -> float:
        """The mean score of the folds that did not diverge; NaN without any."""
        return float(np.mean(self._scores)) if len(self._scores) else math.nan

    @property
    def spread(self) -> float:
        """The standard deviation of the scores, with one degree of freedom less; NaN below two."""
        return float(np.std(self._scores, ddof=1)) if len(self._scores) > 1 else math.nan

    @property
    def _scores(self) -> NDArray[np.float64]:
        return np.array(
            [fold.figure.score for fold in self.folds if math.isfinite(fold.figure.score)], np.float64
        )

    @property
    def sentence(self) -> str:
        """Mean and spread, in a sentence."""
        if math.isnan(self.mean):
            return self.note or "No fold has been trained to its end."
        found = f"{self.score.title} {self.score.text(self.mean)}"
        if math.isfinite(self.spread):
            found += f" ± {self.score.text(self.spread)}"
        return f"{found} over {len(self._scores)} folds. {self.note}".strip()


def why_no_folds(prepared: PreparedData, folds: int) -> str:
    """A sentence that says why these data are not cross-validated; "" if they can be."""
    data = prepared.data
    if data.samples > MAX_ROWS:
        sizes = f"at most {MAX_ROWS:,} samples, and these are {data.samples:,}"
        return f"Cross-validation is for {sizes}: one test set is enough."
    if not 2 <= folds <= data.samples:
        return f"Cross-validation: folds must be from 2 to {data.samples}, got {folds}."
    return ""


def folds_of(data: Data, folds: int, seed: int) -> list[NDArray[np.int64]]:
    """The rows (n,) of every fold: disjoint, together all, of equal size and, for classes, of equal shares of each."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(data.samples)
    if data.labels == "classes":
        # Ordered by class, every fold gets each k-th row: as scikit-learn's StratifiedKFold with shuffling.
        order = order[np.argsort(data.targets[order], kind="stable")]
    return [np.sort(order[start::folds]) for start in range(folds)]


def cross_validate(
    experiment: Experiment,
    prepared: PreparedData,
    report: OnProgress = no_report,
    *,
    folds: int = 5,
    epochs: int = 100,
    budget: float = BUDGET_SECONDS,
) -> CrossValidation:
    """Train `folds` networks for `epochs` epochs each, with the preprocessing fitted to its own training rows.

    All have the experiment's seed. Folds that are trained when the budget ends are kept. Raises `ValueError` for
    unsuitable data.
    """
    if sentence := why_no_folds(prepared, folds):
        raise ValueError(sentence)
    end = perf_counter() + budget
    score = prepared.task.score
    found: list[Fold] = []
    note = ""
    everything = np.arange(prepared.data.samples)
    for number, test in enumerate(folds_of(prepared.data, folds, experiment.data_seed)):
        train = np.setdiff1d(everything, test)
        own = prepare_split(experiment, prepared.data, train, test)

        def progress(part: float, number: int = number) -> None:
            report(CrossValidation(tuple(found), folds, score, (number + part) / folds))

        fold = _train(experiment, own, epochs, end, progress)
        if fold is None:
            note = f"Stopped after {budget:g} s, within fold {number + 1} of {folds}."
            break
        found.append(fold)
    if any(math.isnan(fold.figure.score) for fold in found):
        note = f"{note} Folds that diverged are left out.".strip()
    return CrossValidation(tuple(found), folds, score, note=note)


def _train(
    experiment: Experiment, own: PreparedData, epochs: int, end: float, progress: OnProgress
) -> Fold | None:
    """A fold; None if its time is over."""
    trainer = make_trainer(experiment, own, evaluate=False)
    progress(0.0)
    try:
        for epoch, _ in enumerate(trainer.run_epochs(epochs)):
            if epoch % 8 == 0:
                progress(epoch / epochs)
            if perf_counter() > end:
                return None
    except DivergedError:
        return Fold(NOTHING, trainer.epoch)
    return Fold(trainer.evaluate(own.test), trainer.epoch)
