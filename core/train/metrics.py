"""Metrics of classes and values. They agree with scikit-learn's, with 0.0 for a division by zero.

Functions take (y_true, y_pred); `Accuracy` and `ClassificationMatrix` take predictions first, as in NumpyNet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..io.number_text import percent_text

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


PIECE = 4_096
"""Rows at once of arrays that may be of all samples."""
_DISTANCES = 1_000_000
"""At once: 8 MB."""
_MAX_CLASS = 1_000_000
"""Limits the size of matrices, which have a row and a column per class."""


def class_numbers(y: ArrayLike) -> Integers:
    """Class numbers (n,) from class numbers (n,), or by argmax from one-hot or probability rows (n, k >= 2).

    A single sigmoid or tanh output must be thresholded to 0 and 1 first. Raises `ValueError` for other
    shapes, numbers that are negative or not whole, and NaN.
    """
    array = np.asarray(y)
    if array.dtype == np.bool_:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"Classes must be numbers or one-hot rows, got an array of {array.dtype}")
    whole = array.dtype.kind in "iu"
    if array.ndim == 2 and array.shape[1] == 1 and whole:
        array = array[:, 0]
    if array.ndim == 1:
        if not whole and not np.array_equal(array, np.floor(array)):
            raise ValueError("Class numbers must be whole; apply the threshold to a single output first")
        if array.size and array.min() < 0:
            raise ValueError(f"Class numbers must be at least 0, got {array.min():g}")
        if array.size and array.max() > _MAX_CLASS:
            raise ValueError(f"Class numbers must be at most {_MAX_CLASS:,}, got {array.max():g}")
        return array.astype(np.int64)
    if array.ndim != 2 or array.shape[1] < 2:
        raise ValueError(f"Classes must have shape (n,) or (n, k) with k of at least 2, got {array.shape}")
    if not whole and np.isnan(array).any():
        raise ValueError("Class probabilities must be numbers, got NaN")
    return np.asarray(np.argmax(array, axis=1), dtype=np.int64)


def _pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[Integers, Integers, int]:
    """Both as class numbers (n,), and the number of classes: row width or largest class number + 1."""
    if np.ndim(y_true) == 2 and not _is_one_hot(np.asarray(y_true)):
        raise ValueError(
            "True classes must be class numbers or one-hot rows, got other rows; "
            "are true classes and predictions swapped?"
        )
    true, predicted = class_numbers(y_true), class_numbers(y_pred)
    if len(true) != len(predicted):
        raise ValueError(
            f"True classes and predictions must be equally many, got {len(true)} and {len(predicted)}"
        )
    if not len(true):
        raise ValueError("A metric needs at least one sample, got none")
    widths = {np.shape(y)[1] for y in (y_true, y_pred) if np.ndim(y) == 2 and np.shape(y)[1] > 1}
    if len(widths) == 2:
        raise ValueError(f"Rows must be equally wide in true classes and predictions, got {sorted(widths)}")
    return true, predicted, max(int(true.max()) + 1, int(predicted.max()) + 1, *widths)


def _is_one_hot(y: NDArray[Any]) -> bool:
    """Whether every row (n, k) holds a single 1. True for single columns and non-numbers, which others reject."""
    if y.shape[1] == 1 or y.dtype.kind not in "biuf":
        return True
    return bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1))


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, classes: int | None = None) -> Integers:
    """Count how often each true class (row) was predicted as each class (column): int64, shape (k, k).

    `y_true` is class numbers (n,) or one-hot rows (n, k), `y_pred` class numbers (n,) or rows (n, k);
    `classes` sets k if they do not show it. Raises `ValueError` if lengths or widths differ, there are no
    samples, a class number exceeds `classes`, or the two seem to be swapped.
    """
    true, predicted, seen = _pair(y_true, y_pred)
    whole = isinstance(classes, int | np.integer) and not isinstance(classes, bool)
    if classes is not None and (not whole or classes < seen):
        raise ValueError(f"The number of classes must be at least {seen} for this data, got {classes!r:.60}")
    size = classes or seen
    counts = np.bincount(true * size + predicted, minlength=size * size)
    return counts.reshape(size, size).astype(np.int64)


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of correct predictions, 0 to 1, from class numbers (n,) or rows (n, k)."""
    true, predicted, _ = _pair(y_true, y_pred)
    return float(np.mean(true == predicted))


def _divide(top: NDArray[Any], bottom: NDArray[Any]) -> Floats:
    """top / bottom, and 0.0 where bottom is 0."""
    result: Floats = np.zeros(top.shape, dtype=np.float64)
    np.divide(top, bottom, out=result, where=bottom != 0)
    return result


def _precision_of(matrix: Integers) -> Floats:
    return _divide(np.diagonal(matrix), matrix.sum(axis=0))


def _recall_of(matrix: Integers) -> Floats:
    return _divide(np.diagonal(matrix), matrix.sum(axis=1))


def _f1_of(matrix: Integers) -> Floats:
    return _divide(2 * np.diagonal(matrix), matrix.sum(axis=0) + matrix.sum(axis=1))


def _macro(matrix: Integers, per_class: Floats) -> float:
    """Mean over the classes that occur in the truth or in the predictions; others have no score."""
    occurs = (matrix.sum(axis=0) + matrix.sum(axis=1)) > 0
    return float(per_class[occurs].mean())


def _score(
    of: Callable[[Integers], Floats], y_true: ArrayLike, y_pred: ArrayLike, average: str | None
) -> float | Floats:
    matrix = confusion_matrix(y_true, y_pred)
    if average is None:
        return of(matrix)
    if average != "macro":
        raise ValueError(f"Average must be 'macro' or None, got {average!r}")
    return _macro(matrix, of(matrix))


@overload
def precision(y_true: ArrayLike, y_pred: ArrayLike, average: Literal["macro"] = "macro") -> float: ...
@overload
def precision(y_true: ArrayLike, y_pred: ArrayLike, average: None) -> Floats: ...
def precision(y_true: ArrayLike, y_pred: ArrayLike, average: str | None = "macro") -> float | Floats:
    """TP / (TP + FP), the share of correct predictions of a class; 0.0 if it is never predicted.

    "macro" averages over the classes that occur; None gives values per class, shape (k,).
    """
    return _score(_precision_of, y_true, y_pred, average)


@overload
def recall(y_true: ArrayLike, y_pred: ArrayLike, average: Literal["macro"] = "macro") -> float: ...
@overload
def recall(y_true: ArrayLike, y_pred: ArrayLike, average: None) -> Floats: ...
def recall(y_true: ArrayLike, y_pred: ArrayLike, average: str | None = "macro") -> float | Floats:
    """TP / (TP + FN), the share of samples of a class that are found; 0.0 if it has none.

    "macro" averages over the classes that occur; None gives values per class, shape (k,).
    """
    return _score(_recall_of, y_true, y_pred, average)


@overload
def f1(y_true: ArrayLike, y_pred: ArrayLike, average: Literal["macro"] = "macro") -> float: ...
@overload
def f1(y_true: ArrayLike, y_pred: ArrayLike, average: None) -> Floats: ...
def f1(y_true: ArrayLike, y_pred: ArrayLike, average: str | None = "macro") -> float | Floats:
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN); per class (k,) if `average` is None."""
    return _score(_f1_of, y_true, y_pred, average)


def _quantities(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[Floats, Floats]:
    """Both as float64 columns (n, outputs), so that (n,) and (n, 1) do not broadcast to (n, n)."""
    try:
        arrays = np.asarray(y_true, np.float64), np.asarray(y_pred, np.float64)
    except (TypeError, ValueError):
        raise ValueError("Targets and predictions must be numbers, got others") from None
    true, predicted = (array.reshape(-1, 1) if array.ndim == 1 else array for array in arrays)
    if true.shape != predicted.shape or true.ndim != 2:
        raise ValueError(
            f"Targets and predictions must both be (n,) or (n, outputs), got {np.shape(y_true)} and {np.shape(y_pred)}"
        )
    if not true.size:
        raise ValueError("A metric needs at least one sample, got none")
    return true, predicted


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of |prediction − target| over all values, from arrays (n,) or (n, outputs)."""
    true, predicted = _quantities(y_true, y_pred)
    return float(np.mean(np.abs(predicted - true)))


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of (prediction − target)² over all values, from arrays (n,) or (n, outputs)."""
    true, predicted = _quantities(y_true, y_pred)
    return float(np.mean(np.square(predicted - true)))


def r2_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Coefficient of determination 1 − SSE / SST, averaged over outputs, from arrays (n,) or (n, outputs).

    A constant target gives 1.0 if all predictions are exact, else 0.0. `ValueError` for a single sample.
    """
    true, predicted = _quantities(y_true, y_pred)
    if len(true) < 2:
        raise ValueError("R² needs at least two samples, got 1")
    return r2_from(true, np.square(true - predicted).sum(axis=0))


def r2_from(targets: NDArray[Any], residual: NDArray[Any]) -> float:
    """R² as `r2_score` from targets (..., outputs) and the sums of squared errors (outputs,)."""
    true = targets.reshape(-1, targets.shape[-1])
    mean, total = true.mean(axis=0, dtype=np.float64), np.zeros(true.shape[1])
    # Piece by piece: 60,000 images in float64 would take 380 MB.
    for start in range(0, len(true), PIECE):
        total += np.square(true[start : start + PIECE] - mean).sum(axis=0)
    scores = 1.0 - _divide(residual, total)
    scores[(total == 0) & (residual > 0)] = 0.0
    return float(scores.mean())


class Accuracy:
    """Accuracy as an object: `Accuracy()(predicted, true)` returns a float, `fit` a printable object."""

    def __init__(self) -> None:
        self.value: float | None = None

    def __call__(self, predicted: ArrayLike, true: ArrayLike) -> float:
        return accuracy(true, predicted)

    def fit(self, predicted: ArrayLike, true: ArrayLike) -> Self:
        """Store the accuracy of class numbers (n,) or rows (n, k) in `value`."""
        self.value = accuracy(true, predicted)
        return self

    def __str__(self) -> str:
        return f"Accuracy: {'not computed yet' if self.value is None else percent_text(self.value, 1)}"

    def __repr__(self) -> str:
        return "Accuracy()" if self.value is None else f"<{self}>"


class ClassificationMatrix:
    """The confusion matrix and its scores; prints as a table.

    After `fit`: `matrix` (k, k), rows true; `precision`, `recall`, `f1`, `support` (k,); `accuracy`.
    """

    matrix: Integers
    precision: Floats
    recall: Floats
    f1: Floats
    support: Integers
    accuracy: float

    def __init__(self, class_names: Sequence[str] | None = None) -> None:
        if class_names is not None and (isinstance(class_names, str) or np.ndim(class_names) != 1):
            raise ValueError(
                f"ClassificationMatrix: class_names must be a list of texts, got {class_names!r:.60}"
            )
        self.class_names = None if class_names is None else tuple(class_names)

    def fit(self, predicted: ArrayLike, true: ArrayLike) -> Self:
        """Score class numbers (n,) or rows (n, k). Raises `ValueError` as `confusion_matrix` does."""
        classes = None if self.class_names is None else len(self.class_names)
        self.matrix = confusion_matrix(true, predicted, classes)
        self.precision = _precision_of(self.matrix)
        self.recall = _recall_of(self.matrix)
        self.f1 = _f1_of(self.matrix)
        self.support = self.matrix.sum(axis=1)
        self.accuracy = float(np.trace(self.matrix) / self.matrix.sum())
        return self

    def __str__(self) -> str:
        if not hasattr(self, "matrix"):
            return "Classification matrix: not computed yet"
        names = self.class_names or tuple(str(number) for number in range(len(self.matrix)))
        scores = (self.precision, self.recall, self.f1)
        counts = [["Y \\ predicted", *names]]
        counts += [[name, *map(str, row)] for name, row in zip(names, self.matrix, strict=True)]
        report = [["class", "precision", "recall", "F1", "support"]]
        for name, *values, support in zip(names, *scores, self.support, strict=True):
            report.append([name, *(f"{value:.4f}" for value in values), str(support)])
        total = self.support.sum()
        weighted = [float(np.average(score, weights=self.support)) for score in scores]
        for label, means in (
            ("macro average", [_macro(self.matrix, score) for score in scores]),
            ("weighted average", weighted),
        ):
            report.append([label, *(f"{value:.4f}" for value in means), str(total)])
        return f"{_table(counts)}\n\n{_table(report)}\n\nAccuracy: {percent_text(self.accuracy, 1)}"

    def __repr__(self) -> str:
        if not hasattr(self, "matrix"):
            return "ClassificationMatrix()"
        accuracy = percent_text(self.accuracy, 1)
        return f"<ClassificationMatrix of {len(self.matrix)} classes, accuracy {accuracy}>"


def _table(rows: list[list[str]]) -> str:
    """Align the first column left and the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def distances_apart(samples: NDArray[Any], others: NDArray[Any]) -> tuple[float, float]:
    """The mean distance from `samples` (n, ...) to the nearest of `others` (m, ...), and from those back.

    Far to the others: samples are not like them. Far back: samples leave some of them out. NaN where there are none.
    """
    if not len(samples) or not len(others):
        return float("nan"), float("nan")
    one, two = (np.asarray(each, np.float64).reshape(len(each), -1) for each in (samples, others))
    there, back = np.empty(len(one)), np.full(len(two), np.inf)
    # Of two far from 0, squares would leave no digits for their distance.
    centre = two.mean(axis=0)
    one, two = one - centre, two - centre
    lengths = np.einsum("nf,nf->n", two, two)
    rows = max(1, _DISTANCES // len(two))
    for first in range(0, len(one), rows):
        part = one[first : first + rows]
        apart = np.einsum("nf,nf->n", part, part)[:, np.newaxis] + lengths - 2.0 * (part @ two.T)
        there[first : first + rows] = apart.min(axis=1)
        np.minimum(back, apart.min(axis=0), out=back)
    return float(np.sqrt(there.clip(0.0)).mean()), float(np.sqrt(back.clip(0.0)).mean())


def coverage(samples: NDArray[Any], others: NDArray[Any], neighbours: int = 5) -> float:
    """The share of `others` (m, ...) to which one of `samples` (n, ...) is as near as their `neighbours`-th neighbour.

    Of as many of the others as there are samples, since 300 samples cannot stand beside 10,000. About 0.97 where both
    are drawn from one distribution; 0 where nothing is alike. NaN where there are none. Naeem et al., 2020: Reliable
    fidelity and diversity metrics for generative models.
    """
    others = others[: len(samples)]
    if not len(samples) or len(others) < 2:
        return float("nan")
    one, two = (np.asarray(each, np.float64).reshape(len(each), -1) for each in (samples, others))
    one, two = one - two.mean(axis=0), two - two.mean(axis=0)
    lengths = np.einsum("nf,nf->n", two, two)[:, np.newaxis]
    # Squares, of which each row lacks the length of the other, equal on both sides.
    own = np.sort(lengths.T - 2.0 * (two @ two.T), axis=1)[:, min(neighbours, len(two) - 1)]
    nearest = (np.einsum("nf,nf->n", one, one) - 2.0 * (two @ one.T)).min(axis=1)
    return float((nearest <= own).mean())


def nearest_accuracy(
    samples: NDArray[Any],
    labels: NDArray[Any],
    others: NDArray[Any] | None = None,
    own: NDArray[Any] | None = None,
) -> float:
    """The share of `samples` (n, ...) whose nearest of `others` (m, ...) has their label; of one another by default.

    scikit-learn's `KNeighborsClassifier(1).score`. NaN where there are none, or none that are finite numbers.
    """
    fitted = samples if others is None else others
    if not len(samples) or len(fitted) < 1 + (others is None) or not np.isfinite(samples).all():
        return float("nan")
    one, two = (np.asarray(each, np.float64).reshape(len(each), -1) for each in (samples, fitted))
    centre = two.mean(axis=0)
    one, two = one - centre, two - centre
    apart = np.einsum("nf,nf->n", two, two) - 2.0 * (one @ two.T)
    if others is None:
        np.fill_diagonal(apart, np.inf)
    return float(np.mean((labels if own is None else own)[apart.argmin(axis=1)] == labels))
