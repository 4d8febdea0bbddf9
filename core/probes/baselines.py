"""Models of scikit-learn on the network's own inputs and split: is the network worth it?

Each is trained in pieces, so that it can be cancelled and ends within its budget. Adding one is one more row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..data.batches import Samples
from ..data.pca import Projection
from ..experiment.prepare import PreparedData
from ..io.budget import OnProgress
from ..io.number_text import rounded_text
from ..spec.arrays import Array
from ..train.tasks import Score, Task
from .subject import no_report

BUDGET_SECONDS: Final = 20.0
"""For each model."""
_MAX_ROWS: Final = 20_000
_MAX_NUMBERS: Final = 8_000_000
_GRID = 48
_CHUNK = 500
_TREES = 200
_ROUNDS = 200


@dataclass(frozen=True)
class Baseline:
    """A model: `fit(inputs, targets, classes, seed)` yields it again and again, the last one fully trained."""

    name: str
    title: str
    settings: str
    fit: Callable[[Array, NDArray[Any], int, int], Iterator[Any]]


@dataclass(frozen=True, eq=False)
class BaselineResult:
    """Results of a model; a score is accuracy or R².

    - `boundary` (rows, columns, outputs): as that of a snapshot; None for images.
    - `note`: why it was not trained on all samples or to its end, or failed; "" otherwise.
    """

    name: str
    title: str
    settings: str
    train_score: float
    test_score: float
    seconds: float
    boundary: Array | None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Baselines:
    """The results so far, and the title of the model that is trained now; "" at the end."""

    results: tuple[BaselineResult, ...]
    now: str = ""
    share: float = 1.0


def fit_baselines(
    prepared: PreparedData,
    report: OnProgress = no_report,
    *,
    names: Sequence[str] = (),
    seed: int = 0,
    budget: float = BUDGET_SECONDS,
    code: int = 2,
) -> Baselines:
    """Train the models called `names`, or all of the task, on the training samples, and judge them on the test samples.

    `code` is how many numbers those may use that give samples back. Raises `ValueError` for data without test samples.
    """
    if not len(prepared.test):
        raise ValueError("Baselines are evaluated on test samples, and these data have none.")
    if prepared.task.per_position:
        raise ValueError(
            "Baselines predict one value of a sample; texts have theirs in the loss chart: letters and pairs counted."
        )
    chosen = [each for each in baselines_of(prepared.task, code) if not names or each.name in names]
    results: list[BaselineResult] = []
    report(Baselines((), chosen[0].title if chosen else "", 0.0))
    # The first import takes seconds that no model should be charged with.
    for module in ("ensemble", "linear_model", "neighbors"):
        import_module(f"sklearn.{module}")
    for number, baseline in enumerate(chosen):
        now = Baselines(tuple(results), baseline.title, number / len(chosen))
        results.append(_fit(baseline, prepared, seed, budget, partial(report, now)))
    return Baselines(tuple(results))


def baselines_of(task: Task, code: int = 2) -> list[Baseline]:
    """The models that learn what a task learns; see `fit_baselines`."""
    pca = f"the first {code} components" if code != 1 else "the first component"
    return [
        replace(each, settings=pca, fit=partial(_components, code)) if each.name == "pca" else each
        for each in BASELINES
        if each.name in task.baselines
    ]


def comparison_sentence(results: Sequence[BaselineResult], value: float, score: Score) -> str:
    """Whether a network of this test `value` of the score is worth it, in a sentence."""
    good = [each for each in results if math.isfinite(each.test_score)]
    if not good or not math.isfinite(value):
        return ""
    best = max(good, key=lambda each: each.test_score)
    gain = value - best.test_score
    mine, other = score.named(value), score.named(best.test_score)
    if gain > score.least_gain:
        return f"The network is worth it: {mine} against {other} of {best.title}, the best of the others."
    if gain < -score.least_gain:
        reached = f"{best.title} reaches {other} in {rounded_text(best.seconds, 2)} s"
        return f"The network is not worth it yet: {reached}, the network {mine}."
    return f"The network is as good as {best.title}, {mine} against {other}: the plainer model will do."


def _fit(
    baseline: Baseline, prepared: PreparedData, seed: int, budget: float, report: Callable[[], None]
) -> BaselineResult:
    inputs, targets, note = _training_rows(prepared)
    classes = prepared.encoding.classes
    result = partial(BaselineResult, baseline.name, baseline.title, baseline.settings)
    start, model = perf_counter(), None
    report()
    try:
        with threadpool_limits(1), np.errstate(all="ignore"):
            for fitted in baseline.fit(inputs, targets, classes, seed):
                model = fitted
                report()
                if perf_counter() - start > budget:
                    note = f"{note} Stopped after {budget:g} s.".strip()
                    break
            seconds = perf_counter() - start
            train = _score(model, inputs[:_CHUNK], targets[:_CHUNK], prepared, report)
            test = _score(
                model, _flat(prepared.test.inputs), _learned(prepared, prepared.test), prepared, report
            )
            boundary = _boundary(model, prepared, report)
    except (ValueError, FloatingPointError, MemoryError) as error:
        sentence = f"{str(error).splitlines()[0] if str(error) else type(error).__name__}"
        return result(math.nan, math.nan, perf_counter() - start, None, sentence)
    return result(train, test, seconds, boundary, note)


def _training_rows(prepared: PreparedData) -> tuple[Array, NDArray[Any], str]:
    """Flat inputs and what is learned of the training samples, evenly fewer of large data, and a note that says so."""
    inputs, labels = _flat(prepared.train.inputs), _learned(prepared, prepared.train)
    most = min(_MAX_ROWS, max(200, _MAX_NUMBERS // max(1, inputs.shape[1])))
    if len(inputs) <= most:
        return inputs, labels, ""
    rows = np.linspace(0, len(inputs) - 1, most).astype(np.int64)
    return inputs[rows], labels[rows], f"Trained on {most:,} of {len(inputs):,} samples."


def _learned(prepared: PreparedData, samples: Samples) -> NDArray[Any]:
    """Labels; where the task makes what is learned, that."""
    return samples.targets if prepared.task.labels is None else samples.labels


def _flat(inputs: Array) -> Array:
    return inputs.reshape(len(inputs), -1)


def _score(
    model: Any, inputs: Array, learned: NDArray[Any], prepared: PreparedData, report: Callable[[], None]
) -> float:
    """The task's score."""
    predicted = []
    for start in range(0, len(inputs), _CHUNK):
        report()
        predicted.append(model.predict(inputs[start : start + _CHUNK]))
    found = np.concatenate(predicted)
    if not prepared.encoding.classes:
        learned, found = (each.reshape(len(learned), -1) for each in (learned, found))
    return prepared.task.score_of(found, Samples(inputs, learned, learned))


def _boundary(model: Any, prepared: PreparedData, report: Callable[[], None]) -> Array | None:
    """Signed values, class probabilities or values over the plane; None for images, whose planes show little."""
    if len(prepared.data.shape) != 1:
        return None
    report()
    inputs = prepared.grid_inputs(_GRID)
    classes = prepared.encoding.classes
    if not classes:
        found = np.asarray(model.predict(inputs)).reshape(len(inputs), -1)
    else:
        # A class that no training sample has is missing in the model's columns.
        found = np.zeros((len(inputs), classes))
        found[:, np.asarray(model.classes_, np.int64)] = model.predict_proba(inputs)
        if classes == 2:
            found = 2.0 * found[:, 1:] - 1.0
    return found.reshape(_GRID, _GRID, -1).astype(np.float32)


def _linear(inputs: Array, targets: NDArray[Any], classes: int, seed: int) -> Iterator[Any]:
    """Logistic regression in pieces of iterations; ridge regression at once."""
    if not classes:
        from sklearn.linear_model import Ridge

        yield Ridge(alpha=1.0).fit(inputs, targets)
        return
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=50, warm_start=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for _ in range(20):
            model.fit(inputs, targets)
            yield model
            if int(np.max(model.n_iter_)) < model.max_iter:
                return


def _neighbors(inputs: Array, targets: NDArray[Any], classes: int, seed: int) -> Iterator[Any]:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    count = min(5, len(inputs))
    made: Any = KNeighborsClassifier(count) if classes else KNeighborsRegressor(count)
    yield made.fit(inputs, targets)


def _forest(inputs: Array, targets: NDArray[Any], classes: int, seed: int) -> Iterator[Any]:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind: Any = RandomForestClassifier if classes else RandomForestRegressor
    model = kind(n_estimators=0, warm_start=True, random_state=seed, n_jobs=1)
    for trees in range(10, _TREES + 1, 10):
        model.set_params(n_estimators=trees)
        yield model.fit(inputs, _column(targets))


def _boosting(inputs: Array, targets: NDArray[Any], classes: int, seed: int) -> Iterator[Any]:
    """Histograms for many samples, single values for few; one model for each value to predict."""
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        GradientBoostingRegressor,
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    many = len(inputs) * inputs.shape[1] > 20_000
    columns = 1 if classes else targets.reshape(len(targets), -1).shape[1]
    if columns > 1:
        from sklearn.multioutput import MultiOutputRegressor

        yield MultiOutputRegressor(HistGradientBoostingRegressor(random_state=seed)).fit(inputs, targets)
        return
    kind: Any = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    if not many:
        kind = GradientBoostingClassifier if classes else GradientBoostingRegressor
    name = "max_iter" if many else "n_estimators"
    model = kind(warm_start=True, random_state=seed, **({"early_stopping": False} if many else {}))
    for rounds in range(5, _ROUNDS + 1, 5):
        model.set_params(**{name: rounds})
        yield model.fit(inputs, _column(targets))


def _components(code: int, inputs: Array, targets: NDArray[Any], classes: int, seed: int) -> Iterator[Any]:
    """The mean alone, or principal components, of samples that are not spoiled."""
    yield Projection.of(targets, code)


def _column(targets: NDArray[Any]) -> NDArray[Any]:
    """A single column as a row of numbers, as trees want it."""
    return targets[:, 0] if targets.ndim == 2 and targets.shape[1] == 1 else targets


BASELINES: Final = (
    Baseline("linear", "Linear model", "logistic regression, or ridge regression for values; L2", _linear),
    Baseline("neighbors", "k-nearest neighbours", "5 neighbours, Euclidean distance", _neighbors),
    Baseline("forest", "Random forest", f"{_TREES} trees", _forest),
    Baseline("boosting", "Gradient boosting", f"{_ROUNDS} rounds, learning rate 0.1", _boosting),
    Baseline("mean", "Mean", "of all training samples", partial(_components, 0)),
    Baseline("pca", "PCA", "as many components as the code has numbers", partial(_components, 2)),
)
