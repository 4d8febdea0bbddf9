"""Validate the inputs of `Sequence` and convert them to samples."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..nn import Embedding, Flatten, Layer, Reshape
from ..nn.function_loss import last_function, unfit_outputs
from ..nn.layer import PassingLayer
from ..nn.losses import CrossEntropy, Loss
from ..nn.network import Network
from ..spec.arrays import Array
from ..train.class_weights import ClassWeight, class_weights
from ..train.metrics import class_numbers


def check_loss(loss: Loss, network: Network) -> None:
    """Raise `ValueError` with the fix if `loss` cannot learn from the outputs of a network."""
    if network.output_shape[-1:] == (1,) and loss.fuses == "softmax":
        raise ValueError(
            f"Sequence: {loss.title} needs one output per class, got 1 output; "
            "use Dense(2, activation='softmax') or loss='binary_cross_entropy'"
        )
    function, title = last_function(network.layers)
    sentence = unfit_outputs(loss, function, title)
    if not sentence:
        return
    if not loss.fuses:
        fix = "end with activation='softplus' or 'relu'"
    elif loss.takes_logits:
        fix = "end with a linear layer, or leave from_logits away"
    else:
        name = type(loss).__name__
        fix = f"end with activation={loss.fuses!r}, or pass loss={name}(from_logits=True) for scores of any size"
    raise ValueError(f"Sequence: {sentence}; {fix}")


def as_inputs(X: ArrayLike, dtype: str = "float32") -> NDArray[Any]:
    """X (samples, ...) as floats, with infinity for overflows. Raises `ValueError` unless it holds real numbers."""
    array = np.asarray(X.toarray() if hasattr(X, "toarray") else X)  # a sparse matrix
    if array.ndim == 0 or array.dtype.kind not in "biufOSU":
        got = f"{array.dtype} of shape {array.shape}"
        raise ValueError(f"Sequence: X must hold a row of real numbers for every sample, got {got}")
    try:
        with np.errstate(over="ignore"):
            return array.astype(dtype, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"Sequence: X must hold real numbers: {error}") from None


def check_X_y(network: Network, loss: Loss, X: ArrayLike, y: ArrayLike) -> Samples:
    """Validated inputs (samples, *shape), encoded targets and labels, from X and y.

    y is class numbers (samples,), one-hot rows or values (samples, outputs); for a network with a prediction at each
    position, class numbers (samples, time), of which -1 is not counted, or values (samples, time, outputs). Raises
    `ValueError`.
    """
    inputs = _fitting(network, as_inputs(X, str(network.dtype)))
    given = np.asarray(y)
    if (first := next(_texts(given), None)) is not None:
        raise ValueError(
            f"Sequence: y must hold class numbers, one-hot rows or values, got texts such as {str(first)!r}"
        )
    if given.ndim == 0:
        raise ValueError("Sequence: y must hold a target for every sample, got a single one")
    if len(inputs) != len(given):
        raise ValueError(f"Sequence: X and y must hold the same samples, got {len(inputs)} and {len(given)}")
    if not np.isfinite(inputs).all():
        raise ValueError("Sequence: X must hold finite numbers only, got NaN or infinity")
    outputs = network.output_shape[-1]
    if len(network.output_shape) > 1:
        return _of_positions(network, loss, inputs, given)
    if _are_shares(loss, outputs, given):
        shares = given.astype(network.dtype)
        # Rows of class probabilities, or of labels of which a sample may have several.
        return Samples(inputs, shares, shares if loss.single_output else shares.argmax(axis=1))
    if _classifies(loss, outputs, given):
        labels = _class_numbers(given, max(2, outputs))
        if labels.max(initial=0) >= max(2, outputs):
            raise ValueError(
                f"Sequence: y must be class numbers below {max(2, outputs)}, got class {labels.max()}"
            )
        return Samples(inputs, encoding_for(network, labels).encode(labels, network.dtype), labels)
    values = _real(network, given).reshape(len(given), math.prod(given.shape[1:]))
    if values.shape[1] != outputs:
        raise ValueError(f"Sequence: y must have the network's {outputs} columns, got {values.shape[1]}")
    return Samples(inputs, values, values)


def _texts(y: NDArray[Any]) -> Iterator[str | bytes]:
    kind = y.dtype.kind
    return (each for each in (y.flat if kind in "SUO" else ()) if isinstance(each, str | bytes))


def text_classes(y: ArrayLike, most: int) -> tuple[str, ...]:
    """The different texts of y, sorted; none unless y holds nothing but texts. Raises `ValueError` for too many."""
    given = np.asarray(y)
    found = set(map(str, _texts(given)))
    alike = given.dtype.kind != "O" or all(isinstance(each, str) for each in given.flat)
    if alike and len(found) > most:
        raise ValueError(
            f"Sequence: y must hold at most {most} classes, one per output, got {len(found)} texts"
        )
    return tuple(sorted(found)) if alike else ()


def class_numbers_of(y: ArrayLike, names: tuple[str, ...]) -> Any:
    """y with the numbers of its texts among `names`, where there are names. Raises `ValueError` for other texts."""
    given = np.asarray(y)
    if not names or next(_texts(given), None) is None:
        return y
    numbers = {name: place for place, name in enumerate(names)}
    texts = given.astype(str)
    places = np.array([numbers.get(each, -1) for each in texts.flat], np.int64).reshape(given.shape)
    other = places < 0
    if other.any():
        raise ValueError(
            f"Sequence: y must hold the classes {', '.join(names)}, got {str(texts[other][0])!r}; a model whose first "
            "batch lacks some is told all by model.class_names = (...)"
        )
    return places


def _of_positions(network: Network, loss: Loss, inputs: Array, given: NDArray[Any]) -> Samples:
    """Samples of a network with a prediction at each position, (time, outputs)."""
    shape = (len(given), *network.output_shape)
    outputs, by_class = shape[-1], loss.tasks == ("classification",)
    if by_class and outputs > 1 and given.shape == shape:
        rows = given.reshape(-1, outputs)
        if not is_one_hot(rows):
            raise ValueError("Sequence: y must be class numbers or one-hot rows, got other rows")
        given = given.argmax(axis=-1)
    if outputs == 1 and given.shape == (shape if by_class else shape[:-1]):
        given = given.reshape(shape[:-1] if by_class else shape)
    if given.shape != (shape[:-1] if by_class else shape):
        wanted = ", ".join(map(str, shape[1:-1] if by_class else shape[1:]))
        raise ValueError(
            f"Sequence: y must be (samples, {wanted}), a target at each position, got shape {given.shape}; for one "
            "target a sequence add GlobalAveragePooling1D() in front of the last layer"
        )
    mask = network.output_mask(inputs)
    if mask is not None and not isinstance(loss, CrossEntropy):
        raise ValueError(
            f"Sequence: with targets at each position, masks go with a softmax and cross-entropy, got {loss.title}"
        )
    if not by_class:
        values = _real(network, given)
        return Samples(inputs, values, values)
    if given.dtype.kind not in "iub" and not (
        given.dtype.kind == "f" and np.array_equal(given, np.floor(given))
    ):
        raise ValueError(f"Sequence: y must be whole class numbers at each position, got {given.dtype}")
    labels = given.astype(np.int64)
    low, classes = -1 if isinstance(loss, CrossEntropy) else 0, max(2, outputs)
    if labels.size and not low <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"Sequence: y must be class numbers from {low} to {classes - 1} at each position, "
            f"got {labels.min()} to {labels.max()}"
        )
    if mask is not None:
        labels[~mask] = -1
    return Samples(inputs, encoding_for(network, labels).encode(labels, network.dtype), labels)


def _real(network: Network, given: NDArray[Any]) -> Array:
    """Values in the network's dtype. Raises `ValueError` unless they are finite real numbers."""
    if given.dtype.kind not in "biufO":
        raise ValueError(f"Sequence: y must hold real numbers, got {given.dtype}")
    try:
        with np.errstate(over="ignore"):
            values: Array = given.astype(network.dtype)
    except (TypeError, OverflowError) as error:
        raise ValueError(f"Sequence: y must hold real numbers: {error}") from None
    if not np.isfinite(values).all():
        raise ValueError("Sequence: y must hold finite numbers only, got NaN or infinity")
    return values


def _fitting(network: Network, inputs: NDArray[Any]) -> Array:
    if inputs.shape[1:] != network.input_shape:
        wanted = ", ".join(map(str, network.input_shape))
        raise ValueError(f"Sequence: X must have the shape (samples, {wanted}), got {inputs.shape}")
    return check_tokens(network.layers, network.checked(inputs))


def check_tokens(layers: tuple[Layer, ...], inputs: Array) -> Array:
    """`inputs` themselves. Raises `ValueError` where an Embedding takes them, and they are no tokens of it."""
    for layer in layers:
        if isinstance(layer, Embedding):
            wrong = (inputs != np.floor(inputs)) | (inputs < 0) | (inputs >= layer.input_dim)
            if wrong.any():
                raise ValueError(
                    f"Sequence: X must hold tokens, whole numbers from 0 to {layer.input_dim - 1} as "
                    f"Embedding({layer.input_dim}, ...) has them, got {inputs[wrong][0]:g}"
                )
        if not isinstance(layer, PassingLayer | Reshape | Flatten):
            break
    return inputs


def validation_arrays(given: Any) -> tuple[Any, Any, Any]:
    """X, y, and weights or None, of `validation_data`. Raises `ValueError` unless it is a pair or three of them."""
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        shape = getattr(given, "shape", None)
        got = f"an array of shape {shape}" if shape is not None else f"{type(given).__name__}"
        if isinstance(given, tuple | list):
            got = f"{len(given)} of them"
        raise ValueError(f"Sequence: validation_data must be (X, y) or (X, y, sample_weight), got {got}")
    X, y, *weights = given
    return X, y, weights[0] if weights else None


def count(name: str, value: int, low: int, owner: str = "Sequence") -> int:
    """`value` as an int. Raises `ValueError` about argument `name` of `owner` unless it is one of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise ValueError(f"{owner}: {name} must be a whole number of at least {low}, got {value!r}")
    return int(value)


def listed(name: str, given: Any, what: str, owner: str = "Sequence") -> list[Any]:
    """`given` as a list. Raises `ValueError` about argument `name` of `owner` unless it has several values."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ValueError(f"{owner}: {name} must be a list of {what}, got {given!r:.60}")
    return [given[()]] if isinstance(given, np.ndarray) and given.ndim == 0 else list(given)


def number(name: str, given: Any, owner: str) -> float:
    """`given` itself. Raises `ValueError` about argument `name` of `owner` unless it is a finite number."""
    if isinstance(given, bool) or not isinstance(given, float | int | np.number) or not math.isfinite(given):
        raise ValueError(f"{owner}: {name} must be a number, got {given!r:.60}")
    return given  # type: ignore[return-value]


def as_path(given: Any, owner: str = "Sequence") -> Path:
    """`given` as a path. Raises `ValueError` unless it is a text or a path."""
    if not isinstance(given, str | os.PathLike) or not str(given):
        raise ValueError(f"{owner}: the file must be a name or a path, got {given!r:.60}")
    return Path(given)


def encoding_for(network: Network, labels: NDArray[Any]) -> TargetEncoding:
    """The encoding of class numbers (samples,) or values (samples, outputs) for a network, or of such of positions."""
    outputs, axes = network.output_shape[-1], len(network.output_shape)
    if labels.ndim > axes:
        return TargetEncoding(0, outputs)
    return TargetEncoding(max(2, outputs), outputs, tokens=axes > 1 and outputs > 1)


def _classifies(loss: Loss, outputs: int, y: NDArray[Any]) -> bool:
    return loss.tasks == ("classification",) or (outputs > 1 and (y.ndim == 1 or is_one_hot(y)))


def _are_shares(loss: Loss, outputs: int, y: NDArray[Any]) -> bool:
    """Whether y has a number from 0 to 1 for every output: several labels a sample, or probabilities of its classes."""
    if (
        loss.tasks != ("classification",)
        or outputs == 1
        or y.shape[1:] != (outputs,)
        or y.dtype.kind not in "biuf"
    ):
        return False
    if not ((y >= 0) & (y <= 1)).all():
        return False
    return loss.single_output or (not is_one_hot(y) and np.allclose(y.sum(axis=1), 1.0, atol=1e-3))


def _class_numbers(y: NDArray[Any], classes: int) -> NDArray[np.int64]:
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.shape[1] != classes:
        raise ValueError(f"Sequence: y must have {classes} columns, one per class, got {y.shape[1]}")
    if y.ndim == 2 and not is_one_hot(y):
        raise ValueError("Sequence: y must be class numbers or one-hot rows, got other rows")
    return class_numbers(y)


def is_one_hot(y: NDArray[Any]) -> bool:
    """Whether y is rows of a one and else zeros."""
    return y.ndim == 2 and bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1))


def split_off(count: int, share: float) -> int:
    """Number of `count` samples before a validation split of `share`, as in Keras. Raises `ValueError`."""
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.0 <= share < 1.0:
        raise ValueError(f"Sequence: validation_split must be at least 0 and less than 1, got {share!r}")
    kept = int(count * (1.0 - share))
    if share and not 0 < kept < count:
        raise ValueError(
            f"Sequence: validation_split must leave samples on both sides, got {share!r} of {count} samples"
        )
    return kept


def sample_weights(given: ArrayLike, count: int) -> NDArray[np.float64]:
    """Weights (samples,). Raises `ValueError` unless they are `count` numbers of at least 0."""
    try:
        weights = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        weights = np.full(1, np.nan)
    if weights.shape != (count,):
        raise ValueError(
            f"Sequence: sample_weight must hold a number for each of {count} samples, got shape {weights.shape}"
        )
    if not np.isfinite(weights).all() or (count and weights.min() < 0.0):
        raise ValueError("Sequence: sample_weight must hold numbers of at least 0, got others")
    return weights


def class_weighted(
    samples: Samples, given: ClassWeight | None, network: Network, names: tuple[str, ...] = ()
) -> tuple[Samples, Array | None]:
    """The samples, and the weights of classes (classes,); where samples have weights, theirs include them.

    Classes may be given by their `names`.
    """
    if given is None:
        return samples, None
    encoding = encoding_for(network, samples.labels)
    if not encoding.classes:
        raise ValueError("Sequence: class_weight needs classes, but y holds values to predict")
    if samples.labels.ndim > 1:
        raise ValueError(
            "Sequence: class_weight needs one class for each sample, but y has one for each position"
        )
    if isinstance(given, Mapping):
        numbers: dict[Any, int] = {name: place for place, name in enumerate(names)}
        given = {numbers.get(each, each): weight for each, weight in given.items()}
    weights = class_weights(given, samples.labels, encoding.classes)
    if samples.weights is None:
        return samples, weights
    return samples.weighted(samples.weights * weights[samples.labels]), None
