"""How much a network has to multiply: what pictures, examinations and threads are dealt out by."""

from __future__ import annotations

import math

from core.nn.network import Network

__all__ = ["forward_flops"]

# What a number that a layer returns costs beside one multiplication of a matrix product, measured.
_ELEMENT_COST = 50


def forward_flops(network: Network) -> int:
    """An estimate of the multiplications in one sample's forward pass."""
    flops = _ELEMENT_COST * math.prod(network.input_shape)
    for weights, shape in zip(network.weights, network.shapes, strict=True):
        # A convolution's kernel is used once for every pixel of its output.
        pixels = math.prod(shape[:2]) if len(shape) == 3 else 1
        flops += _ELEMENT_COST * math.prod(shape)
        flops += pixels * sum(array.size for name, array in weights.items() if name.endswith("kernel"))
    return flops
