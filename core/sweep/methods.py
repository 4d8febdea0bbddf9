"""The trials of a sweep: all of a grid, random ones, or those that earlier trials suggest.

A method yields rounds of trials and receives their scores, so that it never depends on which trial is finished first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from statistics import fmean
from typing import Any

import numpy as np

from ..io.command_lines import install_line
from ..runs.trial import Key, Trial
from ..spec import Registry, SettingError, Spec, setting
from ..spec.arrays import Array
from .axes import BoundAxis

MAX_TRIALS = 100_000
Rounds = Generator[list[Trial], Mapping[Key, float], None]
"""Yields the trials of a round, and receives their scores: higher is better, minus infinity for failed ones."""


@dataclass(frozen=True)
class SweepAxes:
    """Input of a method: the axes, the seeds of every point, and the epochs of every trial."""

    axes: tuple[BoundAxis, ...]
    seeds: tuple[int, ...]
    epochs: int


class Method(Spec):
    """Base of the kinds."""

    def count(self, plan: SweepAxes) -> int:
        """Number of trainings, with those that go on from an earlier one."""
        return self.points(plan) * len(plan.seeds)

    def points(self, plan: SweepAxes) -> int:
        """Number of combinations of values."""
        raise NotImplementedError

    def rounds(self, plan: SweepAxes) -> Rounds:
        """The rounds of trials."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise `SettingError` if a package is missing."""


class _Methods(Registry[Method]):
    def make(self, value: Any) -> Method:
        """See `Registry`. A Latin hypercube was a kind of its own, whose sweeps go on with the same points."""
        name, given = (
            (value["kind"], value) if isinstance(value, Mapping) and "kind" in value else (value, {})
        )
        if name in ("latin_hypercube", "lhs"):
            value = {**given, "kind": "sobol", "sequence": "latin_hypercube"}
        return super().make(value)


METHODS = _Methods("method")


@METHODS.register()
class Grid(Method):
    """Every combination of values; all with the first seed, then all with the second."""

    kind = "grid"
    title = "Grid"
    summary = "every combination"

    def points(self, plan: SweepAxes) -> int:
        return math.prod(len(axis.points()) for axis in plan.axes)

    def rounds(self, plan: SweepAxes) -> Rounds:
        yield _with_seeds(itertools.product(*(axis.points() for axis in plan.axes)), plan)


class _Drawn(Method):
    trials: int = setting(20, "Trials", low=1, high=MAX_TRIALS, help="How many combinations are tried.")
    seed: int = setting(0, "Seed of the search", low=0, high=2**31 - 1, help="Draws the same values again.")

    def points(self, plan: SweepAxes) -> int:
        return self.trials

    def rounds(self, plan: SweepAxes) -> Rounds:
        yield _with_seeds(self._values(plan), plan)

    def _values(self, plan: SweepAxes) -> list[tuple[Any, ...]]:
        shares = self.shares(len(plan.axes))
        return [
            tuple(axis.at(float(share)) for axis, share in zip(plan.axes, row, strict=True)) for row in shares
        ]

    def shares(self, axes: int) -> Array:
        """Positions of the trials on each axis, from 0 to below 1, shape (trials, axes)."""
        raise NotImplementedError


@METHODS.register()
class Random(_Drawn):
    """Values drawn at random from each axis, as by Bergstra and Bengio (2012)."""

    kind = "random"
    title = "Random"
    summary = "values at random"

    def shares(self, axes: int) -> Array:
        return np.random.default_rng(self.seed).random((self.trials, axes))


@METHODS.register("quasi_random")
class QuasiRandom(_Drawn):
    """Values that fill the space evenly.

    The first points of a scrambled Sobol sequence; or a Latin hypercube: one in each of as many equal parts of every
    axis as there are trials.
    """

    kind = "sobol"
    title = "Quasi-random"
    summary = "spread through the space"

    sequence: str = setting(
        "sobol", "Points", choices=("sobol", "latin_hypercube"), help="How they are spread."
    )

    def shares(self, axes: int) -> Array:
        from scipy.stats import qmc

        found: Array
        if self.sequence == "latin_hypercube":
            found = qmc.LatinHypercube(axes, seed=self.seed).random(self.trials)
        else:
            # Of a power of two, for which the sequence is made.
            power = max(0, (self.trials - 1).bit_length())
            found = qmc.Sobol(axes, seed=self.seed).random_base2(power)[: self.trials]
        return found


@METHODS.register("successive_halving")
class Halving(_Drawn):
    """Successive halving: many short trials, of which the best train on. Jamieson and Talwalkar (2016)."""

    kind = "halving"
    title = "Halving"
    summary = "the best of many train on"

    factor: int = setting(
        3, "Factor", low=2, high=10, help="One in so many trains on, for so many times the epochs."
    )
    first_epochs: int = setting(
        5, "First epochs", low=1, high=1_000_000, help="How long every trial trains, at least."
    )

    def shares(self, axes: int) -> Array:
        return QuasiRandom(self.trials, self.seed, "latin_hypercube").shares(axes)

    def count(self, plan: SweepAxes) -> int:
        return len(plan.seeds) * sum(count for count, _ in self._rungs(plan.epochs))

    def rounds(self, plan: SweepAxes) -> Rounds:
        trials = _with_seeds(self._values(plan), plan)
        scores: Mapping[Key, float] = {}
        for rung, (count, epochs) in enumerate(self._rungs(plan.epochs)):
            if rung:
                best = set(_best_points(trials, scores, count))
                trials = [trial for trial in trials if trial.point in best]
            trials = [replace(trial, rung=rung, epochs=epochs) for trial in trials]
            scores = yield trials

    def _rungs(self, epochs: int) -> list[tuple[int, int]]:
        """Points and epochs of each rung; the last one has all epochs."""
        rungs = [(self.trials, epochs)]
        while rungs[0][1] // self.factor >= self.first_epochs and self.trials >= self.factor ** len(rungs):
            rungs.insert(0, (self.trials, rungs[0][1] // self.factor))
        return [(max(1, self.trials // self.factor**rung), last) for rung, (_, last) in enumerate(rungs)]


@METHODS.register("tpe", "optuna")
class TreeParzen(_Drawn):
    """A tree-structured Parzen estimator by optuna: values like those of the best trials. Bergstra et al. (2011)."""

    kind = "tree_parzen"
    title = "TPE"
    summary = "learns from earlier trials"

    batch: int = setting(
        4,
        "At once",
        low=1,
        high=1000,
        help="How many trials are suggested before their results count. It does not depend on the processes, so that "
        "the trials are the same on every computer.",
    )

    def check(self) -> None:
        if find_spec("optuna") is None:
            raise SettingError(f"TPE needs the package optuna: {install_line('numpynet-playground[tune]')}")

    def rounds(self, plan: SweepAxes) -> Rounds:
        self.check()
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=self.seed), direction="maximize")
        for first in range(0, self.trials, self.batch):
            points = range(first, min(first + self.batch, self.trials))
            asked = {point: study.ask() for point in points}
            trials = [
                Trial(point * len(plan.seeds) + place, point, seed, plan.epochs, settings)
                for point, trial in asked.items()
                for settings in [_settings(plan, _suggested(trial, plan.axes))]
                for place, seed in enumerate(plan.seeds)
            ]
            scores = yield trials
            for point, trial in asked.items():
                score = fmean(scores[each.key] for each in trials if each.point == point)
                failed = None if math.isfinite(score) else optuna.trial.TrialState.FAIL
                study.tell(trial, None if failed else score, state=failed)


def _suggested(trial: Any, axes: Iterable[BoundAxis]) -> list[Any]:
    """What optuna suggests for each axis, which it knows by its place."""
    found: list[Any] = []
    for place, axis in enumerate(axes):
        name, values = str(place), () if axis.has_range else axis.points()
        if axis.has_range:
            # Shares, not values, so that rounding and logarithms are the axis's own.
            found.append(axis.at(trial.suggest_float(name, 0.0, 1.0)))
        elif axis.axis.has_order:
            found.append(values[trial.suggest_int(name, 0, len(values) - 1)])
        else:
            found.append(values[trial.suggest_categorical(name, range(len(values)))])
    return found


def _settings(plan: SweepAxes, values: Sequence[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((axis.path, value) for axis, value in zip(plan.axes, values, strict=True))


def _with_seeds(points: Iterable[Sequence[Any]], plan: SweepAxes) -> list[Trial]:
    """A trial for every point and seed, all with the first seed first."""
    settings = [_settings(plan, values) for values in points]
    return [
        Trial(place * len(settings) + point, point, seed, plan.epochs, chosen)
        for place, seed in enumerate(plan.seeds)
        for point, chosen in enumerate(settings)
    ]


def _best_points(trials: Sequence[Trial], scores: Mapping[Key, float], count: int) -> list[int]:
    """The points with the best mean score; of equal ones the first."""
    points = dict.fromkeys(trial.point for trial in trials)
    means = {point: fmean(scores[trial.key] for trial in trials if trial.point == point) for point in points}
    return sorted(points, key=lambda point: (-means[point], point))[:count]
