"""The two halves of a network that learns its own inputs: the encoder makes a code, the decoder samples of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from . import Layer, LayerError, Sampling, Shape
from .network import Network
from .stage import moved, outer

Half = Literal["encoder", "decoder"]
HALVES: Final[tuple[Half, ...]] = ("encoder", "decoder")


def code_layer(layers: Sequence[Layer], input_shape: Shape) -> int | None:
    """The layer whose outputs are the code: a Sampling, else the first of the narrowest before the last layer.

    None where there is none, or where the layers do not fit.
    """
    widths: list[tuple[int, int]] = []
    shape = input_shape
    try:
        for index, layer in enumerate(layers[:-1]):
            shape = layer.output_shape(shape)
            if isinstance(layer, Sampling):
                return index
            if len(shape) == 1:
                widths.append((shape[0], index))
    except LayerError:
        return None
    return min(widths)[1] if widths else None


def is_variational(layers: Sequence[Layer]) -> bool:
    """Whether codes are distributed about as N(0, 1), so that random ones decode to new samples."""
    return any(isinstance(layer, Sampling) for layer in layers)


def half_of(network: Network, half: Half) -> Network:
    """A copy of the encoder or the decoder, which predicts what that half of the network does. `ValueError` if none."""
    place = code_layer(network.layers, network.input_shape)
    if place is None:
        raise ValueError("The network has no layer whose outputs could be a code")
    return part_of(network, *((0, place + 1) if half == "encoder" else (place + 1, len(network.layers))))


def part_of(network: Network, first: int, last: int) -> Network:
    """A copy of the layers from `first` up to, without it, `last`."""
    before = network.shapes[first - 1] if first else network.input_shape
    made = Network(network.layers[first:last], before, dtype=network.dtype, seed=None)
    for into, arrays in zip(made.weights, network.weights[first:last], strict=True):
        for name, array in into.items():
            np.copyto(array, arrays[name])
    made.output_overrides = {
        str(moved(path, -first)): held
        for path, held in network.output_overrides.items()
        if first <= outer(path) < last
    }
    return made
