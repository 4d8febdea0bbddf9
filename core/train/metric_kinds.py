"""Metrics that a training is evaluated by: kinds with a name, computed from the outputs for all samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ..data.target_encoding import TargetEncoding
from ..nn.losses import Loss
from ..spec import Registry, SettingError, Spec, setting
from ..spec.arrays import Array
from .metrics import (
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
    each_output: bool = False
    """Whether every output is a class of its own, which a sample has or not: labels are 0 and 1 (samples, outputs)."""

    @property
    def predicted(self) -> NDArray[Any]:
        """Class numbers (samples,), or values (samples, outputs)."""
        if not self.classes:
            return self.outputs
        if self.outputs.shape[1] == 1:
            return (self.outputs[:, 0] > self.threshold).astype(np.int64)
        return np.asarray(self.outputs.argmax(axis=1))

    @classmethod
    def of(cls, labels: NDArray[Any], outputs: Array, encoding: TargetEncoding, loss: Loss) -> Outcome:
        """The outcome of a network that learns with an encoding and a loss; of sequences, of counted positions."""
        if encoding.tokens:
            counted = labels >= 0
            labels, outputs = labels[counted], outputs[counted]
        elif outputs.ndim > 2:
            labels = labels.reshape(-1, *([] if encoding.classes else outputs.shape[-1:]))
            outputs = outputs.reshape(-1, outputs.shape[-1])
        threshold = encoding.logit_threshold if loss.takes_logits else encoding.threshold
        return cls(labels, outputs, encoding.classes, threshold, has_labels(loss, encoding))

    def as_seen_by(self, metric: Metric) -> Outcome:
        """Of several labels a sample: one row by its largest output, or every label as a sample of two classes."""
        if not self.each_output:
            return self
        if metric.by_row:
            return Outcome(self.labels.argmax(axis=1), self.outputs, self.outputs.shape[1])
        return Outcome(self.labels.ravel().astype(np.int64), self.outputs.reshape(-1, 1), 2, self.threshold)


def has_labels(loss: Loss, encoding: TargetEncoding) -> bool:
    """Whether a sample may have several of the classes, each with an output and 0 or 1 as its target."""
    return loss.tasks == ("classification",) and not encoding.classes


class Metric(Spec):
    """Base of all metrics; `task` is "classification" or "regression". `name` is that in logs."""

    task: ClassVar[str] = "classification"
    by_row: ClassVar[bool] = False
    """Whether the samples of several labels are compared by their largest output, as in Keras."""
    extras: ClassVar[tuple[str, ...]] = ("name",)

    name: str = field(default="", kw_only=True)

    def score(self, outcome: Outcome) -> float:
        """The metric over all samples of `outcome`."""
        raise NotImplementedError

    def of(self, outcome: Outcome) -> float:
        """The metric of samples that may have several labels."""
        return self.score(outcome.as_seen_by(self))

    @property
    def own_name(self) -> str:
        """The name in logs: the one that was given, or that of the class, as in Keras."""
        return self.name or _KERAS_NAMES.get(type(self).__name__, self.kind)


_KERAS_NAMES: Final = {
    "CategoricalAccuracy": "categorical_accuracy",
    "F1Score": "f1_score",
    "R2Score": "r2_score",
    "TopKCategoricalAccuracy": "top_k_categorical_accuracy",
}

METRICS: Registry[Metric] = Registry("metric")


@METRICS.register("acc", "categorical_accuracy", "sparse_categorical_accuracy")
class CategoricalAccuracy(Metric):
    """The share of samples whose class is predicted."""

    kind = "accuracy"
    title = "Accuracy"
    by_row = True

    def score(self, outcome: Outcome) -> float:
        return accuracy(outcome.labels, outcome.predicted)


@METRICS.register()
class BinaryAccuracy(CategoricalAccuracy):
    """The share of labels that are predicted, each by itself; of two classes it is the accuracy."""

    kind = "binary_accuracy"
    title = "Binary accuracy"
    by_row = False


@METRICS.register("top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy")
class TopKCategoricalAccuracy(Metric):
    """The share of samples whose class is among the `k` with the largest outputs."""

    kind = "top_k"
    title = "Top-k accuracy"
    by_row = True

    k: int = setting(5, "K", low=1, high=1_000_000, help="How many guesses count.")

    def score(self, outcome: Outcome) -> float:
        outputs, labels = outcome.outputs, outcome.labels
        if outputs.shape[1] == 1:
            return 1.0 if self.k > 1 else accuracy(labels, outcome.predicted)
        own = outputs[np.arange(len(labels)), labels]
        return float(np.mean((outputs > own[:, None]).sum(axis=1) < self.k))


class _OfClasses(Metric):
    """A score of the second of two classes, as in Keras and scikit-learn; of more, the mean over those that occur."""

    function: ClassVar[Callable[..., Any]]

    def score(self, outcome: Outcome) -> float:
        function = type(self).function
        if outcome.classes == 2:
            scores = np.append(function(outcome.labels, outcome.predicted, average=None), 0.0)
            return float(scores[1])
        return float(function(outcome.labels, outcome.predicted))


@METRICS.register()
class Precision(_OfClasses):
    """TP / (TP + FP) of the second of two classes; of more, the mean over those that occur."""

    kind = "precision"
    title = "Precision"
    function = staticmethod(precision)


@METRICS.register()
class Recall(_OfClasses):
    """TP / (TP + FN) of the second of two classes; of more, the mean over those that occur."""

    kind = "recall"
    title = "Recall"
    function = staticmethod(recall)


@METRICS.register("f1_score")
class F1Score(_OfClasses):
    """The harmonic mean of precision and recall of the second of two classes; of more, their mean."""

    kind = "f1"
    title = "F1"
    function = staticmethod(f1)


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

    def check(self, classifies: bool) -> None:
        """Raise `SettingError` if the metric is of another task than classes, or values to predict."""
        task = "classification" if classifies else "regression"
        if self.task and self.task != task:
            needs = {"classification": "classes", "regression": "values to predict"}
            raise SettingError(f"metrics: {self.name} needs {needs[self.task]}, but y holds {needs[task]}")


def named_metrics(given: Iterable[Any]) -> tuple[NamedMetric, ...]:
    """Metrics from names, kinds, and functions of (y_true, y_pred) as in Keras. Raises `SettingError`."""
    if isinstance(given, str) or not isinstance(given, Iterable) or np.ndim(given) == 0:  # type: ignore[arg-type]
        raise SettingError(f"metrics must be a list, such as ['accuracy'], got {given!r}")
    return tuple(_named(each) for each in given)


def _named(given: Any) -> NamedMetric:
    if isinstance(given, Accuracy) or given is Accuracy:
        given = "accuracy"
    if isinstance(given, type) and issubclass(given, Metric | Loss):
        given = given()
    if isinstance(given, Loss):
        # Keras has a metric of the same name.
        given = given.kind
    if isinstance(given, Metric | str):
        metric = METRICS.make(given)
        # A name is kept as it was given, as in Keras.
        return NamedMetric(given if isinstance(given, str) else metric.own_name, metric.of, metric.task)
    if callable(given):
        name = getattr(given, "__name__", type(given).__name__)
        return NamedMetric(name, partial(_called, given))
    raise SettingError(f"metrics must be names, metrics or functions of (y_true, y_pred), got {given!r}")


def _called(function: Callable[..., Any], outcome: Outcome) -> float:
    return float(function(outcome.labels, _targets(outcome)))


def _targets(outcome: Outcome) -> NDArray[Any]:
    """Arguments of a function of (y_true, y_pred): rows, but class numbers of two classes on one output."""
    return outcome.predicted if outcome.classes and outcome.outputs.shape[1] == 1 else outcome.outputs


def is_maximized(name: str) -> bool:
    """Whether larger values are better, by the name in logs."""
    plain = name.removeprefix("val_")
    return plain.endswith(_MAXIMIZED) or plain.startswith("top_k")
