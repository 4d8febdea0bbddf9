"""Two models side by side: their layers as in a diff, how far weights are apart, and where predictions differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..data.pipeline import ClassOutputs, FittedOutputs, Pipeline, Predictions, ValueOutputs
from ..experiment.prepare import PreparedData
from ..io.csv_rows import csv_text
from ..io.number_text import count_text
from ..nn import Layer
from ..nn.network import Network
from ..spec.arrays import Array, Arrays, Indices
from ..spec.spec import Difference, differences
from ..train.metrics import confusion_matrix, r2_score
from ..train.tasks.supervised import plain_outputs
from ..train.warm_start import match_layers

LayerChange = Literal["same", "weights", "changed", "removed", "added"]
"""Nothing differs; only weights; settings or shapes; the layer is only in the first model; only in the second."""

_ONLY_AT_START: Final = "initializer"
"""Settings on which the predictions of a trained network do not depend."""
_NOUNS: Final = {"classes": "class", "values": "value"}
_LISTED: Final = 5


class Model(Protocol):
    """A network, and the pipeline around it; None where it takes its inputs as they are."""

    @property
    def network(self) -> Network: ...
    @property
    def pipeline(self) -> Pipeline | None: ...


class FittedNetwork(NamedTuple):
    """The least that is a `Model`."""

    network: Network
    pipeline: Pipeline | None


@dataclass(frozen=True)
class LayerPair:
    """A line of the diff: a layer of both models, None where there is no such one.

    - `settings`: those that differ, of two layers of one kind.
    - `distance`: the norm of the difference of all weights, NaN where their shapes differ; `relative`: the same over
      the norm of the first model's. Both are 0 without weights.
    - `weights`: copies of the largest array of each, (inputs, units), None without one.
    """

    first: Layer | None
    second: Layer | None
    change: LayerChange
    settings: tuple[Difference, ...] = ()
    distance: float = float("nan")
    relative: float = float("nan")
    weights: tuple[Array | None, Array | None] = field(default=(None, None), compare=False)


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """Two models and their predictions; classes are numbered as in the first.

    - `parameters`: how many each has. `same_inputs`: whether both prepare raw samples alike.
    - `truth`: class numbers (n,), or values (n, outputs); None where it is not known.
    - `predictions`: of both models, likewise. `shares`: their probabilities (n, classes), None for values.
    - `classes`: their names; empty for values.
    """

    layers: tuple[LayerPair, ...]
    parameters: tuple[int, int]
    same_inputs: bool
    classes: tuple[str, ...]
    truth: NDArray[Any] | None
    predictions: tuple[NDArray[Any], NDArray[Any]]
    shares: tuple[Array, Array] | None

    @property
    def wrong(self) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """1 where each is wrong, 0 where it is right (n,); None for values, and where the truth is not known."""
        if self.truth is None or not self.classes:
            return None
        first, second = ((each != self.truth).astype(np.int64) for each in self.predictions)
        return first, second

    @property
    def scores(self) -> tuple[float, float]:
        """The accuracy of both, or R² of values; NaN where the truth is not known."""
        truth, wrong = self.truth, self.wrong
        if truth is None or len(truth) < 2:
            return float("nan"), float("nan")
        first, second = (
            (1.0 - each.mean() for each in wrong) if wrong else (r2_score(truth, a) for a in self.predictions)
        )
        return float(first), float(second)

    @property
    def right(self) -> NDArray[np.int64] | None:
        """Counts (2, 2): the first right and wrong in rows, the second in columns."""
        wrong = self.wrong
        return None if wrong is None else confusion_matrix(wrong[0], wrong[1], 2)

    @property
    def agreement(self) -> NDArray[np.int64] | None:
        """Counts (classes, classes): what the first says in rows, the second in columns; None for values."""
        return confusion_matrix(*self.predictions, len(self.classes)) if self.classes else None

    @property
    def apart(self) -> Array:
        """Distance of both predictions (n,): total variation of probabilities, or mean distance of values."""
        first, second = (np.asarray(each, np.float64) for each in self.shares or self.predictions)
        sizes = np.abs(first - second)
        found: Array = np.nan_to_num(sizes.sum(axis=1) / 2 if self.classes else sizes.mean(axis=1))
        return found

    @property
    def disagreements(self) -> Indices:
        """Samples with two predictions: first those that one model alone gets right, then by how far they are apart."""
        apart, differ = self.apart, self.predictions[0] != self.predictions[1]
        wrong = self.wrong or (apart, apart)
        order: Indices = np.lexsort((-apart, wrong[0] == wrong[1]))
        found: Indices = order[(differ if self.classes else differ.any(axis=1))[order]]
        return found


def compare_models(a: Model, b: Model, X: Any, y: Any = None) -> ModelComparison:  # scikit-learn's
    """Compare two models on samples.

    `a` and `b` are a `Sequence`, a `TrainedModel` or whatever has a `network` and a `pipeline`. `X` are raw samples,
    which each prepares by its own pipeline, or network inputs for models without one. `y` are class numbers, names of
    classes, one-hot rows or values. Raises `ValueError` with a sentence where they cannot be compared.
    """
    # An estimator has a model once it is fitted.
    a, b = (getattr(each, "model_", each) for each in (a, b))
    for each in (a, b):
        if not hasattr(each, "network") or not hasattr(each, "pipeline"):
            raise ValueError(f"compare_models: it compares trained models, got {each!r:.60}")
    if reason := _why_not(_outputs_of(a), _outputs_of(b)):
        raise ValueError(reason)
    return compare_predictions(a, b, predictions_of(a, X), predictions_of(b, X), y)


def predictions_of(model: Model, raw: Any) -> Predictions:
    """Predictions of a model for raw samples, or for network inputs where it has no pipeline."""
    try:
        inputs = np.asarray(raw, np.float32) if model.pipeline is None else model.pipeline.transform(raw)
    except TypeError:
        raise ValueError(f"X must hold samples, got {type(raw).__name__}") from None
    return _outputs_of(model).decode(model.network.predict(inputs))


def why_not_compared(own: Pipeline, other: Model, raw: Any) -> str:
    """A sentence that says why a model of `own` and another one cannot be compared on samples `raw`; "" if they can."""
    try:
        if reason := _why_not(_checked(own.outputs), _outputs_of(other)):
            return reason
    except ValueError as error:
        return str(error)
    try:
        predictions_of(other, raw)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        return f"The other model takes other samples. {error}"
    return ""


def compare_predictions(
    a: Model, b: Model, said: Predictions, other: Predictions, y: Any = None
) -> ModelComparison:
    """As `compare_models`, of predictions that are known already."""
    one, two = _outputs_of(a), _outputs_of(b)
    inputs, others = (each.pipeline and each.pipeline.inputs for each in (a, b))
    names: tuple[str, ...] = ()
    truth = None if y is None else np.asarray(y)
    if truth is not None and truth.ndim == 0:
        raise ValueError(f"y must hold what is right for each sample, got {y!r:.60}")
    shares: Any = None
    predictions: Any = said.values, other.values
    if isinstance(one, ClassOutputs) and isinstance(two, ClassOutputs):
        names, order = one.names, _order(one.names, two.names)
        shares = said.probabilities, other.probabilities[:, order]  # type: ignore[index]
        predictions = said.numbers, np.argsort(order)[other.numbers]
        truth = None if truth is None else _numbers(truth, names)
    elif truth is not None:
        truth = truth.reshape(predictions[0].shape)
    sizes = a.network.parameter_count, b.network.parameter_count
    layers = _pairs(a.network, b.network)
    return ModelComparison(layers, sizes, inputs == others, names, truth, predictions, shares)


def plane_outputs(model: Model, inputs: Array, like: FittedOutputs) -> Array:
    """Outputs of a model for network inputs, in the form in which those of a network with `like` are drawn on a plane.

    Signed where `like` has one output, -1 the first of two classes and +1 the second; else a probability per class.
    """
    kind, outputs = _outputs_of(model), model.network.predict(inputs)
    if not isinstance(kind, ClassOutputs) or not isinstance(like, ClassOutputs):
        return kind.encoding.to_values(outputs)
    order = _order(like.names, kind.names)
    if kind.outputs == 1:
        signed = kind.encoding.to_signed(outputs) * (1.0 if order[0] == 0 else -1.0)
        return signed if like.outputs == 1 else np.concatenate([1.0 - signed, 1.0 + signed], axis=1) / 2
    shares = outputs[:, order]
    return shares[:, 1:] - shares[:, :1] if like.outputs == 1 else shares


def comparison_csv(prepared: PreparedData, found: ModelComparison, names: tuple[str, str]) -> str:
    """The first test samples, in the order of disagreement: row of the data, label, both predictions."""
    order = found.disagreements
    order = np.concatenate([order, np.setdiff1d(np.arange(len(found.predictions[0])), order)])
    parts = ("says", "probability") if found.classes else ("says",)
    heads = [f"{name} {part}" for name in names for part in parts]
    rows: list[Sequence[Any]] = [("row", "true", *heads)]
    numbers = prepared.data.row_numbers(prepared.test_index)
    for row in order.tolist():
        cells: list[Any] = [int(numbers[row]), _cell(found, found.truth, row)]
        for place, predictions in enumerate(found.predictions):
            cells.append(_cell(found, predictions, row))
            if found.shares is not None:
                cells.append(float(found.shares[place][row, predictions[row]]))
        rows.append(cells)
    return csv_text(rows)


def _cell(found: ModelComparison, values: NDArray[Any] | None, row: int) -> Any:
    if values is None:
        return ""
    return found.classes[values[row]] if found.classes else "; ".join(map(repr, values[row].tolist()))


def _outputs_of(model: Model) -> ClassOutputs | ValueOutputs:
    return _checked(plain_outputs(model.network) if model.pipeline is None else model.pipeline.outputs)


def _checked(outputs: FittedOutputs) -> ClassOutputs | ValueOutputs:
    if type(outputs) not in (ClassOutputs, ValueOutputs):
        raise ValueError(
            "Only models that tell classes or values are compared, and these make or give back samples"
        )
    return outputs  # type: ignore[return-value]


def _why_not(a: ClassOutputs | ValueOutputs, b: ClassOutputs | ValueOutputs) -> str:
    own, other = (
        f"{'tells apart' if isinstance(each, ClassOutputs) else 'predicts'} {count_text(len(each.names), noun)}"
        for each, noun in ((a, _NOUNS[a.kind]), (b, _NOUNS[b.kind]))
    )
    if own == other and isinstance(a, ClassOutputs) and not {a.names, b.names} & {_plain_names(len(a.names))}:
        differing = (sorted(set(one.names) - set(two.names)) for one, two in ((a, b), (b, a)))
        own, other = (f"has the classes {', '.join(each[:_LISTED])}" for each in differing)
    return "" if own == other else f"The other model {other}, and this one {own}"


def _order(names: tuple[str, ...], others: tuple[str, ...]) -> NDArray[np.intp]:
    """Indices of the classes in the other model; numbers that a reader gave are taken in their order."""
    if set(names) != set(others):
        return np.arange(len(names))
    return np.array([others.index(name) for name in names])


def _plain_names(count: int) -> tuple[str, ...]:
    """Names of classes that a reader gave, who knew none."""
    return tuple(map(str, range(count)))


def _numbers(labels: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.int64]:
    """Class numbers of numbers, names or one-hot rows; -1 for other names."""
    if labels.ndim == 2:
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    if labels.dtype.kind in "OUS":
        numbers = dict(zip(names, range(len(names)), strict=True))
        labels = np.array([numbers.get(str(label), -1) for label in labels])
    return labels.astype(np.int64)


def _pairs(a: Network, b: Network) -> tuple[LayerPair, ...]:
    partners: list[int | None] = match_layers(a.layers, b.layers)
    if a.layers[-1].kind == b.layers[-1].kind:
        partners = [*match_layers(a.layers[:-1], b.layers[:-1]), len(a.layers) - 1]
    found: list[LayerPair] = []
    done = 0
    for second, first in enumerate([*partners, len(a.layers)]):
        if first is not None:
            found += [_pair(a, b, gone, None) for gone in range(done, first)]
            done = first + 1
        if second < len(partners):
            found.append(_pair(a, b, first, second))
    return tuple(found)


def _largest(network: Network, layer: int | None) -> Array | None:
    arrays = () if layer is None else network.weights[layer].values()
    largest = max(arrays, key=np.size, default=None)
    return None if largest is None else largest.reshape(-1, largest.shape[-1]).copy()


def _shapes(weights: Arrays) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in weights.items()}


def _pair(a: Network, b: Network, first: int | None, second: int | None) -> LayerPair:
    shown = _largest(a, first), _largest(b, second)
    if second is None or first is None:
        gone = None if first is None else a.layers[first]
        added = None if second is None else b.layers[second]
        return LayerPair(gone, added, "added" if first is None else "removed", weights=shown)
    layers = a.layers[first], b.layers[second]
    settings = tuple(each for each in differences(*layers) if not each.path[-1].endswith(_ONLY_AT_START))
    mine, theirs = a.weights[first], b.weights[second]
    if _shapes(mine) != _shapes(theirs):
        return LayerPair(*layers, "changed", settings, weights=shown)
    old, new = (
        np.concatenate([np.zeros(0), *(array.ravel() for array in each.values())]) for each in (mine, theirs)
    )
    size, distance = float(np.linalg.norm(old)), float(np.linalg.norm(new - old))
    relative = distance / size if size else float("inf") if distance else 0.0
    change: LayerChange = "changed" if settings else "same" if np.array_equal(old, new) else "weights"
    return LayerPair(*layers, change, settings, distance, relative, shown)
