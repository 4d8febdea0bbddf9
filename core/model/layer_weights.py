"""Layers of a built model that have their weights, as Keras's layers do."""

from __future__ import annotations

import copy

from core.nn import Layer
from core.nn.network import Network


def layers_of(layers: tuple[Layer, ...], network: Network | None) -> tuple[Layer, ...]:
    """Equal layers that have the weights of `network`; `layers` themselves where there is none yet."""
    if network is None:
        return layers
    return tuple(_with_weights(layer, network, index) for index, layer in enumerate(layers))


def _with_weights(layer: Layer, network: Network, index: int) -> Layer:
    # A copy: the same layer may stand in several models.
    made = copy.copy(layer)
    object.__setattr__(made, "arrays", network.weights[index])
    return made
