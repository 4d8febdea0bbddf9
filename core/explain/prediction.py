"""The one number of a network that is explained: the probability of a class, its log-odds, or a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.target_encoding import TargetEncoding
from ..experiment.prepare import PreparedData
from ..nn.losses import Loss
from ..nn.network import Network
from ..spec.arrays import Array

_LOGITS: Final = ("sigmoid", "tanh", "softmax")
"""Activations whose inputs are log-odds, or give them."""


def why_not(prepared: PreparedData) -> str:
    """A sentence that says why the predictions for these data cannot be explained; "" if they can."""
    if prepared.task.labels is None:
        return "Only classes and values are explained; this network makes or gives back whole samples"
    return "" if len(prepared.test) else "There is no test sample to explain; leave some for testing"


def why_no_log_odds(network: Network, encoding: TargetEncoding) -> str:
    """A sentence that says why there are no log-odds; "" if there are."""
    function = network.final_activation
    if not encoding.classes:
        return "Values have no log-odds"
    if function is None or function.kind not in _LOGITS or (function.kind == "tanh" and encoding.outputs > 1):
        return "Log-odds need an output with the activation sigmoid or softmax"
    return ""


@dataclass(frozen=True)
class Prediction:
    """Of class `label`: its probability, or its log-odds with the kind of the last activation in `log_odds`.

    Without classes it is value `label` in its own units. `position` is that of outputs which tell one at each.
    """

    encoding: TargetEncoding
    label: int
    log_odds: str = ""
    position: int | None = None

    @classmethod
    def to(
        cls,
        network: Network,
        encoding: TargetEncoding,
        sample: Array,
        label: int | None = None,
        *,
        log_odds: bool = False,
        position: int | None = None,
    ) -> Prediction:
        """The prediction for a sample (*input_shape): the predicted class, or the first value, if `label` is None."""
        if label is None:
            outputs = network.predict(sample[None])[0]
            own = outputs if position is None else outputs[position]
            label = int(encoding.decode(own[None])[0]) if encoding.classes else 0
        function = network.final_activation
        shown = log_odds and function is not None and not why_no_log_odds(network, encoding)
        return cls(encoding, label, function.kind if shown and function is not None else "", position)

    def of(self, outputs: Array) -> Array:
        """The number (n,) of outputs (n, [time,] outputs), in float64; of `logits` if it is log-odds."""
        values = np.asarray(self._own(outputs), np.float64)
        if self.log_odds == "softmax":
            rest = np.delete(values, self.label, axis=1)
            most = rest.max(axis=1)
            found: Array = values[:, self.label] - most - np.log(np.exp(rest - most[:, None]).sum(axis=1))
            return found
        column, factor, offset = self._line
        return values[:, column] * factor + offset

    def slope(self, outputs: Array, out: Array) -> None:
        """Write the derivative of the sum of `of` by what that takes into `out` (n, [time,] outputs)."""
        column, factor, _ = self._line
        out[...] = 0.0
        out = self._own(out)
        if self.log_odds == "softmax":
            np.copyto(out, self._own(outputs))
            out[:, self.label] = -np.inf
            out -= out.max(axis=1, keepdims=True)
            np.exp(out, out=out)
            out /= -out.sum(axis=1, keepdims=True)
        out[:, column] = factor

    def _own(self, outputs: Array) -> Array:
        """Those of its position, as a view."""
        return outputs if self.position is None else outputs[:, self.position]

    @property
    def _line(self) -> tuple[int, float, float]:
        """The output it is of, what that is multiplied by, and what is added."""
        encoding, label = self.encoding, self.label
        if encoding.classes and encoding.outputs == 1:
            sign = 1.0 if label else -1.0
            if self.log_odds:
                # (tanh z + 1) / 2 is the sigmoid of 2 z.
                return 0, sign * (2.0 if self.log_odds == "tanh" else 1.0), 0.0
            factor = sign / (encoding.high - encoding.low)
            return 0, factor, -factor * (encoding.low if label else encoding.high)
        if encoding.scale:
            return label, encoding.scale[label], encoding.shift[label]
        return label, 1.0, 0.0


def all_predictions(encoding: TargetEncoding, outputs: Array) -> Array:
    """Probabilities or values (n, classes or values) of outputs (n, outputs)."""
    labels = range(encoding.classes or outputs.shape[1])
    return np.stack([Prediction(encoding, label).of(outputs) for label in labels], axis=1)


class PredictionLoss(Loss):
    """Pseudo-loss whose value is the sum of a prediction, for a `GradientTape`; targets are not looked at."""

    prediction: Prediction = Prediction(TargetEncoding(0, 1), 0)

    @property
    def fuses(self) -> str:  # type: ignore[override]
        return self.prediction.log_odds

    def value(self, outputs: Array, targets: Array) -> float:
        return float(self.prediction.of(outputs).sum())

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        self.prediction.slope(outputs, out)

    def fused_value(self, logits: Array, targets: Array) -> float:
        return self.value(logits, targets)

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        self.prediction.slope(logits, out)
