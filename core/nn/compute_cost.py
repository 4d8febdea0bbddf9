"""Estimated compute cost of a network, for scheduling of snapshots, evaluations and threads."""

from __future__ import annotations

import math

from core.nn.network import Network

# Measured cost of one output value in multiplications of a matrix product.
_ELEMENT_COST = 50


def forward_flops(network: Network) -> int:
    """Estimated multiplications of one sample's forward pass."""
    flops = _ELEMENT_COST * math.prod(network.input_shape)
    for weights, shape in zip(network.weights, network.shapes, strict=True):
        # A convolution applies its kernel once per output pixel.
        pixels = math.prod(shape[:2]) if len(shape) == 3 else 1
        flops += _ELEMENT_COST * math.prod(shape)
        flops += pixels * sum(array.size for name, array in weights.items() if name.endswith("kernel"))
    return flops
