"""How much a network has to multiply: what pictures, examinations and threads are dealt out by."""

from __future__ import annotations

import math

from core.nn.network import Network

__all__ = ["prediction_work"]

# What a number that a layer returns costs beside one multiplication of a matrix product, measured.
_NUMBER_WORK = 50


def prediction_work(network: Network) -> int:
    """The work of one sample's prediction, in multiplications."""
    work = _NUMBER_WORK * math.prod(network.input_shape)
    for weights, shape in zip(network.weights, network.shapes, strict=True):
        # A convolution's kernel is used once for every pixel of its output.
        pixels = math.prod(shape[:2]) if len(shape) == 3 else 1
        work += _NUMBER_WORK * math.prod(shape)
        work += pixels * sum(array.size for name, array in weights.items() if name.endswith("kernel"))
    return work
