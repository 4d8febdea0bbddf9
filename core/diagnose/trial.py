"""The doctor tries its prescriptions: each fix trains on from the present moment, beside the training as it is.

All get equally many epochs, the same held-out rows and the same measure. Half of the seeds (order, dropout; first
weights too where a fix begins anew) choose which fix is best, the other half judge it: the best of several would look
better than it is on the seeds that chose it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final

import numpy as np

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer, prepare
from ..experiment.project_file import TrainerState
from ..experiment.stack_problems import QuickFix
from ..io.number_text import loss_text
from ..spec.arrays import Array
from ..train.tasks import Score
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from ..train.warm_start import continue_weights

SEEDS: Final = 4
"""So many choose, and as many others judge."""
BUDGET_SECONDS: Final = 12.0
"""Of CPU time, for all branches together."""
MIN_STEPS: Final = 50
_MIN_EPOCHS: Final = 10
_MAX_EPOCHS: Final = 100
_MOMENTS: Final = 20
"""Of a curve."""
# A window waits for Python's lock: 99 of 100 turns came within 29 ms beside busy programs, 47 ms without the rests.
_SLICE_SECONDS: Final = 0.004
_REST_SECONDS: Final = 0.001
# Less than this share of the loss is no gain that anyone would see.
_MIN_GAIN: Final = 0.02

# Browsers' Python has no clock of a thread.
cpu_seconds: Callable[[], float] = getattr(time, "thread_time", time.perf_counter)


@dataclass(frozen=True, eq=False)
class Branch:
    """What became of one fix; `fix` is None for the training as it is.

    `results` (2, SEEDS): held-out losses, or scores, of the seeds that choose and of those that judge; NaN for one that
    diverged, and for those not trained yet. `curve` (2, moments): epochs, and held-out losses of the first seed that
    judges; NaN for those to come, and with another loss.
    """

    fix: QuickFix | None
    results: Array
    curve: Array

    @property
    def text(self) -> str:
        return "As it is" if self.fix is None else self.fix.text

    @property
    def judged(self) -> float:
        """The mean of the seeds that judge; NaN if one diverged."""
        return float(self.results[1].mean())


@dataclass(frozen=True, eq=False)
class Trial:
    """The training as it is, and then its fixes, the largest gain first once all are trained.

    `score` is None where losses are compared: where no fix changes what the loss measures.
    """

    branches: tuple[Branch, ...]
    score: Score | None
    epochs: float
    share: float = 1.0
    note: str = ""

    def better(self, branch: Branch, half: int = 1) -> int:
        """Of how many seeds a branch is better than the training as it is."""
        return int((self._gains(branch)[half] > 0.0).sum())

    def helps(self, branch: Branch) -> bool:
        """Whether a fix is better in all that judge it and most that chose it, by more than a trace."""
        return (
            self.better(branch) == SEEDS
            and self.better(branch, 0) > SEEDS // 2
            and self.gain(branch) > _MIN_GAIN
        )

    def gain(self, branch: Branch, half: int = 1) -> float:
        """The mean gain of the seeds that judge, or of those that choose; of each at most all of its loss."""
        return float(np.clip(self._gains(branch)[half], -1.0, 1.0).mean())

    @property
    def best(self) -> Branch | None:
        """The first fix that helps; None while it is tried, and if none does."""
        if self.share < 1.0 or self.note:
            return None
        return next((branch for branch in self.branches[1:] if self.helps(branch)), None)

    def result_of(self, branch: Branch) -> str:
        """What a fix did, such as "test loss 0.41 → 0.12, better in 4 of 4"."""
        text = loss_text if self.score is None else self.score.text
        name = "loss" if self.score is None else self.score.name
        before, after = (
            text(each.judged) if math.isfinite(each.judged) else "no number"
            for each in (self.branches[0], branch)
        )
        gain = "" if self.helps(branch) else ": no clear gain"
        return f"test {name} {before} → {after}, better in {self.better(branch)} of {SEEDS}{gain}"

    def sentence_of(self, branch: Branch) -> str:
        """The fix, and what it did."""
        return f"{branch.text}: {self.result_of(branch)}"

    @property
    def sentence(self) -> str:
        """Which fix helps most, or that none does."""
        if self.note:
            return self.note
        if self.best is None:
            return "None of them helps." if len(self.branches) > 2 else "It does not help."
        return f"{self.sentence_of(self.best)}."

    def _gains(self, branch: Branch) -> Array:
        """Shares of the loss, or points of the score, (2, SEEDS); what diverged is worst, and no gain over its like."""
        worst = math.inf if self.score is None else -math.inf
        before, after = (
            np.where(np.isfinite(each.results), each.results, worst) for each in (self.branches[0], branch)
        )
        gains: Array = np.zeros_like(before)
        with np.errstate(all="ignore"):
            found = after - before if self.score is not None else (before - after) / np.abs(before)
        np.copyto(gains, np.where(np.isnan(found), 1.0, found), where=before != after)
        return gains


def try_fixes(
    experiment: Experiment,
    prepared: PreparedData,
    state: TrainerState,
    fixes: Iterable[QuickFix],
    report: Callable[[Trial], Any] = lambda trial: None,
    *,
    budget: float = BUDGET_SECONDS,
) -> Trial:
    """Train each fix on from `state`, of a training of `experiment`, beside the training as it is.

    `budget` is in CPU seconds. A fix of other samples is left out: it has no held-out rows in common.

        try_fixes(experiment, prepared, TrainerState.of(trainer), finding.fixes).sentence
    """
    fixes = tuple(fix for fix in fixes if fix.experiment.dataset == experiment.dataset)
    changes_measure = any(fix.experiment.training.loss != experiment.training.loss for fix in fixes)
    score = prepared.task.score if changes_measure else None
    branches = [
        Branch(fix, np.full((2, SEEDS), np.nan), np.full((2, _MOMENTS + 1), np.nan)) for fix in (None, *fixes)
    ]

    def trial(done: int = 0, note: str = "") -> Trial:
        return Trial(tuple(branches), score, epochs, done / (2 * SEEDS * len(branches)), note)

    epochs = 0.0
    if not fixes:
        return trial(note="No fix can be tried on the same samples.")
    if not len(prepared.test):
        return trial(note="Without samples that are not learned from no fix can be judged.")
    scaled = [fix for fix in fixes if fix.experiment.scaling != experiment.scaling]
    own = {id(fix): prepare(fix.experiment) for fix in scaled}
    subject = _Subject(experiment, prepared, state, score)
    epochs = _affordable(subject, budget / (2 * SEEDS * len(branches)))
    if not epochs:
        return trial(note="Too slow to try: twelve seconds are fewer than 50 steps for each fix.")
    for seed in range(2 * SEEDS):
        for number, branch in enumerate(branches):
            data = own.get(id(branch.fix), prepared)
            branch.results[divmod(seed, SEEDS)] = subject.train(branch, data, seed, epochs)
            report(trial(seed * len(branches) + number + 1))
    branches[1:] = sorted(branches[1:], key=partial(trial().gain, half=0), reverse=True)
    return trial(2 * SEEDS * len(branches))


@dataclass(frozen=True, eq=False)
class _Subject:
    """The training that branches begin from, and the score that is compared; None for the loss."""

    experiment: Experiment
    prepared: PreparedData
    state: TrainerState
    score: Score | None

    def trainer(self, fix: QuickFix | None, data: PreparedData, seed: int) -> Trainer:
        """A trainer of a fix, with the weights and the optimizer of now where they can go on."""
        own, state = self.experiment, self.state
        target = (own if fix is None else fix.experiment).replace(seed=own.seed + 101 + seed)
        trainer = make_trainer(target, data, evaluate=False)
        if (fix is None or not fix.fresh) and state.is_finite:
            before = make_trainer(own, self.prepared, evaluate=False)
            state.restore(before)
            continue_weights(before, trainer, same_outputs=own.stack()[-1] == target.stack()[-1])
            trainer.epoch = before.epoch
        return trainer

    def train(self, branch: Branch, data: PreparedData, seed: int, epochs: float) -> float:
        """The held-out loss without what layers add, or the score; NaN where the training diverges."""
        fix = branch.fix
        trainer = self.trainer(fix, data, seed)
        if fix is None and not self.state.is_finite:
            return math.nan
        same_loss = fix is None or fix.experiment.training.loss == self.experiment.training.loss
        drawn = seed == SEEDS and same_loss
        steps = max(1, round(epochs * trainer.steps_per_epoch))
        ends = np.linspace(0, steps, _MOMENTS + 1 if drawn else 2).round().astype(int).tolist()
        try:
            for number, (before, end) in enumerate(pairwise((0, *ends))):
                goal = _done(trainer) + end - before
                while (left := goal - _done(trainer)) > 0:
                    trainer.run_for(_SLICE_SECONDS, left)
                    time.sleep(_REST_SECONDS)
                if drawn:
                    passed = end / trainer.steps_per_epoch
                    branch.curve[:, number] = self.state.epoch + passed, trainer.evaluate(data.test).loss
        except DivergedError:
            return math.nan
        found = trainer.evaluate(data.test)
        return found.loss - found.added if self.score is None else found.score


def _done(trainer: Trainer) -> int:
    return trainer.epoch * trainer.steps_per_epoch + trainer.step_in_epoch


def _affordable(subject: _Subject, seconds: float) -> float:
    """Epochs of one branch, as many as are trained already if there is time; 0 if not even 50 steps are."""
    trainer = subject.trainer(None, subject.prepared, 0)
    wanted = min(_MAX_EPOCHS, max(_MIN_EPOCHS, subject.state.epoch))
    least = max(1, min(MIN_STEPS, trainer.steps_per_epoch * wanted))
    begin, steps = cpu_seconds(), 0
    try:
        while steps < least and cpu_seconds() - begin < seconds:
            trainer.step()
            steps += 1
    except DivergedError:
        # What diverges has the same cost, and others will not.
        steps = max(1, steps)
    each = max(1e-6, (cpu_seconds() - begin) / max(1, steps))
    affordable = min(wanted * trainer.steps_per_epoch, seconds / each)
    return affordable / trainer.steps_per_epoch if affordable >= least else 0.0
