"""Estimated compute cost of a network, for scheduling of snapshots, evaluations and threads."""

from __future__ import annotations

import math

from core.nn.network import Network

# Measured cost of one output value in multiplications of a matrix product.
_ELEMENT_COST = 50


def forward_flops(network: Network) -> int:
    """Estimated multiplications of one sample's forward pass."""
    shapes = (network.input_shape, *network.shapes)
    flops = _ELEMENT_COST * sum(map(math.prod, shapes))
    return flops + sum(layer.flops(shape) for layer, shape in zip(network.layers, shapes[:-1], strict=True))
