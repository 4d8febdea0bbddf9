"""FunctionLoss: a loss that a program gives as a function of (y_true, y_pred), as in Keras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..spec import SettingError
from ..spec.arrays import Array
from . import ActivationFunction, Layer
from .losses import LOSSES, BinaryCrossentropy, CrossEntropy, Loss, MeanSquaredError
from .network import Network

_STEP: Final = 1e-6
_LEAST: Final = 1e-3
"""Outputs nearer to 0 move as far as one that is so large: probabilities stay positive."""


@LOSSES.admit
class FunctionLoss(Loss):
    """`function(y_true, y_pred)` of numpy arrays (batch, outputs) in float64: a number, or one or more a sample.

    Its gradient is found by central differences: two calls for each output where there is a number a sample, two for
    each output of each sample where there is one number for all.
    """

    kind = "function"
    title = "Function"
    extras = ("function",)

    function: Callable[[Any, Any], Any] = field(kw_only=True)

    def value(self, outputs: Array, targets: Array) -> float:
        with np.errstate(all="ignore"):
            return float(np.mean(self._of(*_doubled(outputs, targets))))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        p, y = _doubled(outputs, targets)
        steps = _STEP * np.maximum(np.abs(p), _LEAST)
        with np.errstate(all="ignore"):
            has_rows = self._of(p, y).ndim > 0
            for place in range(p.shape[1]) if has_rows else np.ndindex(p.shape):
                at = np.s_[:, place] if has_rows else place
                kept = p[at].copy()
                p[at] = kept + steps[at]
                above = self._of(p, y)
                p[at] = kept - steps[at]
                below = self._of(p, y)
                p[at] = kept
                out[at] = (above - below) / (2.0 * steps[at])
        if has_rows:
            out /= len(p)

    def _of(self, p: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
        """One number, or one for each sample."""
        found = np.asarray(self.function(y, p))
        if found.ndim == 0 or found.shape[0] == len(p):
            return found if found.ndim == 0 else found.reshape(len(p), -1).mean(axis=1)
        raise ValueError(
            f"The loss function must return a number, or one for each of {len(p)} samples, got shape {found.shape}"
        )

    def check_limits(self, names: Any = ()) -> None:
        raise SettingError(
            "A loss that is a function is not written to files, and no window shows it; "
            "compile(loss=...) gives the model another one"
        )

    def to_json(self) -> dict[str, Any]:
        self.check_limits()
        return {}


def _doubled(outputs: Array, targets: Array) -> tuple[NDArray[Any], NDArray[Any]]:
    return outputs.astype(np.float64), targets.astype(np.float64)


_KEEPS_RANGE = ("pooling", "shape")
"""Families whose outputs are averages, maxima or rearrangements of their inputs."""


def last_function(layers: Sequence[Layer]) -> tuple[ActivationFunction | None, str]:
    """The activation function that bounds the outputs of a stack, None for none, and the title of what has them."""
    title = "No layer"
    for layer in reversed(layers):
        function = layer.output_activation or layer
        if isinstance(function, ActivationFunction):
            return function, function.title
        if layer.family not in _KEEPS_RANGE:
            return None, layer.title
        title = layer.title
    return None, title


def unfit_outputs(loss: Loss, function: ActivationFunction | None, title: str) -> str:
    """The reason why `loss` cannot learn from outputs of `function`, as of `last_function`; "" if it can."""
    low, high = (-float("inf"), float("inf")) if function is None else (function.low, function.high)
    if low < loss.low:
        return f"{loss.title} needs outputs of at least {loss.low:g}; {title} can be below"
    if not loss.fuses:
        return ""
    if loss.takes_logits:
        if (low, high) == (-float("inf"), float("inf")):
            return ""
        what = (
            "makes them probabilities already" if title.lower() == loss.fuses else "cannot give every number"
        )
        return f"{loss.title} with from_logits=True needs logits, which can be any number; {title} {what}"
    if (low, high) != (0.0, 1.0):
        return f"{loss.title} needs probabilities from 0 to 1; {title} can leave that range"
    if loss.fuses == "softmax" and function is not None and function.kind != "softmax":
        return f"{loss.title} needs probabilities that sum to 1; {title} gives each its own"
    return ""


def usual_loss(network: Network) -> Loss:
    """The loss that fits the outputs of a network about which nothing else is known."""
    kind = getattr(network.final_activation, "kind", "linear")
    return {"softmax": CrossEntropy(), "sigmoid": BinaryCrossentropy()}.get(kind, MeanSquaredError())
