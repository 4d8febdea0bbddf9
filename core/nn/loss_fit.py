"""Whether a loss can learn from the outputs of a network: one rule for the library and the window."""

from __future__ import annotations

from collections.abc import Sequence

from . import ActivationFunction, Layer
from .losses import BinaryCrossentropy, CrossEntropy, Loss, MeanSquaredError
from .network import Network

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
