"""The painted network in one sentence, for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from core.experiment import Experiment
from core.layers import Shape

__all__ = ["describe_network"]


def describe_network(experiment: Experiment, shapes: Sequence[Shape]) -> str:
    """ "Network: 2 features, 2 layers (Dense 6, Dense 5), 1 output"; `shapes` may end early, at a fault."""
    size = " × ".join(map(str, experiment.input_shape))
    inputs = (
        _counted(experiment.input_shape[0], "feature")
        if len(experiment.input_shape) == 1
        else f"images of {size}"
    )
    hidden = [
        f"{layer.title} {' × '.join(map(str, shape))}"
        for layer, shape in zip(experiment.layers, shapes, strict=False)
    ]
    listed = f" ({', '.join(hidden)})" if hidden else ""
    layers = _counted(len(experiment.layers), "layer") + listed
    return f"Network: {inputs}, {layers}, {_counted(experiment.output_layer().units, 'output')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
