"""Importance of a sweep's settings: permutation importance of a random forest on the scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..runs.trial import Measures
from ..spec.arrays import Array
from .results_table import latest_results
from .sweep import Sweep

MIN_TRIALS: Final = 10
SEED: Final = "seed"
"""Stands for the seed among the paths, where there are several: what luck makes."""
_MAX_TRIALS: Final = 3000
_TREES: Final = 60
_FOLDS: Final = 5
_SHUFFLES: Final = 8


@dataclass(frozen=True)
class SettingImportance:
    """By how much R² of the forest falls when the values of a setting are shuffled; `spread` is the standard deviation
    over shuffles and folds."""

    path: str
    mean: float
    spread: float


@dataclass(frozen=True)
class Importances:
    """The settings, the most important first; none, and a sentence in `why_not`, where there is nothing to say.

    `explained` is R² of the forest on trials that it has not seen: near 0 or below, the importances say nothing.
    """

    settings: tuple[SettingImportance, ...] = ()
    explained: float = math.nan
    trials: int = 0
    why_not: str = ""


def setting_importances(sweep: Sweep, results: Iterable[Measures]) -> Importances:
    """Importances from the latest results, by five folds of scikit-learn's random forest (Breiman 2001).

    Accuracies are predicted as they are, losses and R² by their ranks, since single ones may be off without bound. A
    failed trial counts as the worst. Takes up to seconds.
    """
    latest = latest_results(results)
    count = len(latest)
    if count < MIN_TRIALS:
        return Importances(
            trials=count, why_not=f"At least {MIN_TRIALS} trials are needed; there are {count}"
        )
    if count > _MAX_TRIALS:
        kept = np.random.default_rng(0).choice(count, _MAX_TRIALS, replace=False)
        latest = [latest[place] for place in np.sort(kept)]
    paths = [axis.path for axis in sweep.axes]
    columns = [_codes([result.trial.settings[place][1] for result in latest]) for place in range(len(paths))]
    if sweep.seeds > 1:
        paths.append(SEED)
        columns.append(_codes([str(result.trial.seed) for result in latest]))
    targets = _targets(sweep, latest)
    if np.ptp(targets) == 0:
        return Importances(trials=count, why_not="All trials are equally good")
    falls, explained = _falls(np.stack(columns, axis=1), targets)
    found = [
        SettingImportance(path, float(each.mean()), float(each.std()))
        for path, each in zip(paths, falls, strict=True)
    ]
    return Importances(tuple(sorted(found, key=lambda each: -each.mean)), explained, count)


def _codes(values: Sequence[Any]) -> Array:
    """Numbers as they are, other values by the order in which they come."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, float)
    places: dict[str, int] = {}
    return np.array([places.setdefault(repr(value), len(places)) for value in values], float)


def _targets(sweep: Sweep, latest: Sequence[Measures]) -> Array:
    scores = np.array([result.score(sweep.objective) for result in latest])
    known = scores[np.isfinite(scores)]
    scores[~np.isfinite(scores)] = known.min() if len(known) else 0.0
    if sweep.objective == "test_accuracy" and sweep.experiment.task.score.is_share:
        return scores
    _, ranks = np.unique(scores, return_inverse=True)
    return ranks.astype(float)


def _falls(inputs: Array, targets: Array) -> tuple[Array, float]:
    """Fall of R² for each setting, (settings, folds * shuffles), and the mean R² of the folds."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    rng = np.random.default_rng(0)
    settings = inputs.shape[1]
    falls: list[Array] = []
    whole: list[float] = []
    variance = float(targets.var())
    for learned, held in KFold(_FOLDS, shuffle=True, random_state=0).split(inputs):
        forest = RandomForestRegressor(_TREES, random_state=0, n_jobs=1)
        forest.fit(inputs[learned], targets[learned])
        given = inputs[held]
        shuffled = np.tile(given, (settings * _SHUFFLES, 1, 1))
        for place in range(settings * _SHUFFLES):
            shuffled[place, :, place // _SHUFFLES] = rng.permutation(given[:, place // _SHUFFLES])
        both = np.concatenate([given[None], shuffled]).reshape(-1, settings)
        errors = (forest.predict(both).reshape(-1, len(held)) - targets[held]) ** 2
        # The variance of all trials, since a fold of few may have next to none.
        scores = 1 - errors.mean(axis=1) / variance
        whole.append(float(scores[0]))
        falls.append((scores[0] - scores[1:]).reshape(settings, _SHUFFLES))
    return np.concatenate(falls, axis=1), float(np.mean(whole))
