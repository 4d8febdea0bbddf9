"""Metrics that a training is judged by: kinds with a name, computed from the outputs for all samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.data.target_encoding import TargetEncoding
from core.spec import Registry, SettingError, Spec, setting
from core.spec.arrays import Array
from core.train.metrics import (
    Accuracy,
    accuracy,
    f1,
    mean_absolute_error,
    mean_squared_error,
    precision,
    r2_score,
    recall,
)

_MAXIMIZED = ("accuracy", "acc", "precision", "recall", "f1", "f1_score", "auc", "r2", "r2_score")


@dataclass(frozen=True, eq=False)
class Outcome:
    """Labels and outputs of samples, as a metric takes them.

    - `labels`: class numbers (samples,), or values (samples, outputs).
    - `outputs` (samples, outputs): probabilities, scores or values; `threshold` parts two classes on one output.
    - `classes`: their number, 0 for values.
    """

    labels: NDArray[Any]
    outputs: Array
    classes: int
    threshold: float = 0.5

    @property
    def predicted(self) -> NDArray[Any]:
        """Class numbers (samples,), or values (samples, outputs)."""
        if not self.classes:
            return self.outputs
        if self.outputs.shape[1] == 1:
            return (self.outputs[:, 0] > self.threshold).astype(np.int64)
        return np.asarray(self.outputs.argmax(axis=1))

    @classmethod
    def of(cls, labels: NDArray[Any], outputs: Array, encoding: TargetEncoding, logits: bool) -> Outcome:
        """The outcome of a network with an encoding; `logits` if its outputs are some."""
        return cls(labels, outputs, encoding.classes, 0.0 if logits else encoding.threshold)


class Metric(Spec):
    """Base of all metrics; `task` is "classification" or "regression"."""

    task: ClassVar[str] = "classification"

    def score(self, outcome: Outcome) -> float:
        """The metric over all samples of `outcome`."""
        raise NotImplementedError


METRICS: Registry[Metric] = Registry("metric")


@METRICS.register("acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy")
class CategoricalAccuracy(Metric):
    """The share of samples whose class is predicted."""

    kind = "accuracy"
    title = "Accuracy"

    def score(self, outcome: Outcome) -> float:
        return accuracy(outcome.labels, outcome.predicted)


@METRICS.register("top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy")
class TopKCategoricalAccuracy(Metric):
    """The share of samples whose class is among the `k` with the largest outputs."""

    kind = "top_k"
    title = "Top-k accuracy"

    k: int = setting(5, "K", low=1, high=1_000_000, help="How many guesses count.")

    def score(self, outcome: Outcome) -> float:
        outputs, labels = outcome.outputs, outcome.labels
        if outputs.shape[1] == 1:
            return 1.0 if self.k > 1 else accuracy(labels, outcome.predicted)
        own = outputs[np.arange(len(labels)), labels]
        return float(np.mean((outputs > own[:, None]).sum(axis=1) < self.k))


def _of_classes(function: Callable[..., Any], outcome: Outcome) -> float:
    """A score of the second of two classes, as in Keras and scikit-learn; of more, the mean over those that occur."""
    if outcome.classes == 2:
        scores = np.append(function(outcome.labels, outcome.predicted, average=None), 0.0)
        return float(scores[1])
    return float(function(outcome.labels, outcome.predicted))


@METRICS.register()
class Precision(Metric):
    """TP / (TP + FP) of the second of two classes; of more, the mean over those that occur."""

    kind = "precision"
    title = "Precision"

    def score(self, outcome: Outcome) -> float:
        return _of_classes(precision, outcome)


@METRICS.register()
class Recall(Metric):
    """TP / (TP + FN) of the second of two classes; of more, the mean over those that occur."""

    kind = "recall"
    title = "Recall"

    def score(self, outcome: Outcome) -> float:
        return _of_classes(recall, outcome)


@METRICS.register("f1_score")
class F1Score(Metric):
    """The harmonic mean of precision and recall of the second of two classes; of more, their mean."""

    kind = "f1"
    title = "F1"

    def score(self, outcome: Outcome) -> float:
        return _of_classes(f1, outcome)


@METRICS.register()
class AUC(Metric):
    """Area under the ROC curve: how often a sample of a class has a larger output for it than one of the others.

    Of two classes that of the second, of more the mean over those that occur; exact, from ranks. 0.5 is chance.
    """

    kind = "auc"
    title = "AUC"

    def score(self, outcome: Outcome) -> float:
        labels, outputs = outcome.labels, outcome.outputs
        if outputs.shape[1] == 1:
            return _area(labels == 1, outputs[:, 0])
        if outcome.classes == 2:
            # Of logits the difference has the order of the probability.
            return _area(labels == 1, outputs[:, 1].astype(np.float64) - outputs[:, 0])
        areas = [_area(labels == number, outputs[:, number]) for number in np.unique(labels)]
        return float(np.mean(areas))


def _area(positive: NDArray[np.bool_], score: Array) -> float:
    """The Mann-Whitney statistic of `positive` samples (n,) by their score (n,); NaN where one side is empty."""
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return float("nan")
    _, place, times = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - 0.5 * (times - 1))[place]
    return float((ranks[positive].sum() - 0.5 * count * (count + 1)) / (count * others))


@METRICS.register("mae")
class AbsoluteError(Metric):
    """The mean of |prediction - target|."""

    kind = "mean_absolute_error"
    title = "Mean absolute error"
    task = "regression"

    def score(self, outcome: Outcome) -> float:
        return mean_absolute_error(outcome.labels, outcome.outputs)


@METRICS.register("mse")
class SquaredError(Metric):
    """The mean of (prediction - target)²."""

    kind = "mean_squared_error"
    title = "Mean squared error"
    task = "regression"

    def score(self, outcome: Outcome) -> float:
        return mean_squared_error(outcome.labels, outcome.outputs)


@METRICS.register("rmse")
class RootSquaredError(Metric):
    """The root of the mean of (prediction - target)²."""

    kind = "root_mean_squared_error"
    title = "Root mean squared error"
    task = "regression"

    def score(self, outcome: Outcome) -> float:
        return float(np.sqrt(mean_squared_error(outcome.labels, outcome.outputs)))


@METRICS.register("r2_score")
class R2Score(Metric):
    """The coefficient of determination; 1 is perfect, 0 is the mean. NaN for a single sample."""

    kind = "r2"
    title = "R²"
    task = "regression"

    def score(self, outcome: Outcome) -> float:
        return r2_score(outcome.labels, outcome.outputs) if len(outcome.labels) > 1 else float("nan")


@dataclass(frozen=True, eq=False)
class NamedMetric:
    """A metric under the name that it has in logs."""

    name: str
    function: Callable[[Outcome], float]
    task: str = ""

    def check(self, classes: int) -> None:
        """Raise `SettingError` if the metric is of another task; `classes` is 0 for values."""
        task = "classification" if classes else "regression"
        if self.task and self.task != task:
            needs = {"classification": "classes", "regression": "values to predict"}
            raise SettingError(f"metrics: {self.name} needs {needs[self.task]}, but y holds {needs[task]}")


def named_metrics(given: Iterable[Any]) -> tuple[NamedMetric, ...]:
    """Metrics from names, kinds, and functions of (y_true, y_pred) as in Keras. Raises `SettingError`."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise SettingError(f"metrics must be a list, such as ['accuracy'], got {given!r}")
    return tuple(_named(each) for each in given)


def _named(given: Any) -> NamedMetric:
    if isinstance(given, Accuracy) or given is Accuracy:
        given = "accuracy"
    is_kind = isinstance(given, Metric | str) or (isinstance(given, type) and issubclass(given, Metric))
    if is_kind:
        metric = METRICS.make(given)
        # A name is kept as it was given, as in Keras.
        return NamedMetric(given if isinstance(given, str) else metric.kind, metric.score, metric.task)
    if callable(given):
        name = getattr(given, "__name__", type(given).__name__)
        return NamedMetric(name, partial(_called, given))
    raise SettingError(f"metrics must be names, metrics or functions of (y_true, y_pred), got {given!r}")


def _called(function: Callable[..., Any], outcome: Outcome) -> float:
    return float(function(outcome.labels, _answers(outcome)))


def _answers(outcome: Outcome) -> NDArray[Any]:
    """What a function of (y_true, y_pred) takes: rows, but class numbers of two classes on one output."""
    return outcome.predicted if outcome.classes and outcome.outputs.shape[1] == 1 else outcome.outputs


def is_maximized(name: str) -> bool:
    """Whether larger values are better, by the name in logs."""
    plain = name.removeprefix("val_")
    return plain.endswith(_MAXIMIZED) or plain.startswith("top_k")
