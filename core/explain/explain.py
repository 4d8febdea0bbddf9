"""`explain`: what each input of samples adds to the prediction of a model of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.target_encoding import TargetEncoding
from ..nn import Embedding
from ..nn.network import Network
from ..spec.arrays import Array
from .attribution import IntegratedGradients
from .prediction import Prediction


@dataclass(frozen=True, eq=False)
class Explanation:
    """What inputs add to predictions: `before + values` of a sample, summed, are `after`, but for the `remainder`.

    - `values` (samples, *shape): of each input; (samples, time) of tokens, and of tables by the names of `names`.
    - `labels` (samples,): the class, or the column of values, that is explained.
    - `before`, `after` (samples,): its probability, or the value, for the baseline and for the sample.
    """

    values: Array
    labels: NDArray[np.int64]
    before: Array
    after: Array
    names: tuple[str, ...] = ()

    @property
    def remainder(self) -> Array:
        """What numerical integration leaves of the difference (samples,)."""
        found: Array = self.after - self.before - self.values.reshape(len(self.values), -1).sum(axis=1)
        return found

    def __repr__(self) -> str:
        return f"<Explanation of {len(self.labels)} samples, values {self.values.shape}>"


def explain(model: Any, X: Any, label: int | None = None, *, baseline: Any = None) -> Explanation:
    """What each input adds to the prediction of a `Sequence` or an estimator of this library.

    X is samples as `predict` takes them; raw ones where the model has its `pipeline`. `label` is the number of the
    class or of the value, by default the predicted class, or the first value. `baseline` is a sample (*shape) to
    compare with, by default zeros: the mean of standardized columns, a black image, tokens that say nothing.
    Integrated gradients: Sundararajan, Taly and Yan, 2017. Raises `ValueError`.
    """
    model = getattr(model, "model_", model)
    network, pipeline = getattr(model, "network", None), getattr(model, "pipeline", None)
    if not isinstance(network, Network):
        raise ValueError(
            f"explain: model must be a Sequence or an estimator that has learned, got {model!r:.60}"
        )
    outputs = network.output_shape[-1]
    if len(network.output_shape) != 1:
        raise ValueError(
            "explain: only networks with one prediction a sample are explained, not one at each position"
        )
    encoding = getattr(getattr(pipeline, "outputs", None), "encoding", None)
    if encoding is None:
        classifies = model.loss.tasks == ("classification",)
        encoding = TargetEncoding(max(2, outputs) if classifies else 0, outputs)
    last = (encoding.classes or outputs) - 1
    whole = isinstance(label, int | np.integer) and not isinstance(label, bool)
    if label is not None and not (whole and 0 <= label <= last):
        raise ValueError(f"explain: label must be a number from 0 to {last}, got {label!r:.60}")
    try:
        raw = X.toarray() if hasattr(X, "toarray") else X
        inputs = network.checked(raw if pipeline is None else pipeline.transform(raw))
    except TypeError as error:
        raise ValueError(f"explain: X must hold samples: {error}") from None
    if not np.isfinite(inputs).all():
        raise ValueError("explain: X must hold finite numbers only, got NaN or infinity")
    names = tuple(getattr(getattr(pipeline, "inputs", None), "names_out", ()))
    tokens = next((each for each in network.layers if isinstance(each, Embedding)), None)
    if tokens is not None:
        _check_tokens(network, tokens, inputs)
    start = _baseline(baseline, network, inputs, tokens)
    explainer = IntegratedGradients(network, encoding)
    found = [
        explainer.explain(sample, start, Prediction.to(network, encoding, sample, label)) for sample in inputs
    ]
    values = np.stack([each.values for each in found]) if found else np.zeros(inputs.shape)
    return Explanation(
        values,
        np.array([each.prediction.label for each in found], np.int64),
        np.array([each.before for each in found]),
        np.array([each.after for each in found]),
        names,
    )


def _baseline(given: Any, network: Network, inputs: Array, tokens: Embedding | None) -> Array:
    if given is None:
        shape = network.input_shape if tokens is None else tokens.output_shape(network.input_shape)
        return np.zeros(shape, inputs.dtype)
    found = np.asarray(given)
    if (
        tokens is not None
        or found.shape != network.input_shape
        or found.dtype.kind not in "biuf"
        or not np.isfinite(found).all()
    ):
        wanted = (
            "None for tokens"
            if tokens is not None
            else f"finite numbers ({', '.join(map(str, network.input_shape))})"
        )
        raise ValueError(f"explain: baseline must be {wanted}, got {found.dtype} of shape {found.shape}")
    return found.astype(inputs.dtype)


def _check_tokens(network: Network, layer: Embedding, tokens: Array) -> None:
    if network.layers[0] is not layer:
        raise ValueError("explain: of tokens only networks are explained that begin with an Embedding")
    if ((tokens < 0) | (tokens >= layer.input_dim) | (tokens != np.floor(tokens))).any():
        raise ValueError(f"explain: X must hold tokens, whole numbers from 0 to {layer.input_dim - 1}")
