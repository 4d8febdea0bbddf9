"""Specs of a model that know it, as Keras's do: its layers have their weights and names, its optimizer its rate."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from core.nn import Layer
from core.nn.network import Network
from core.nn.summary import layer_names
from core.spec import Spec

S = TypeVar("S", bound=Spec)


def layers_of(
    layers: tuple[Layer, ...], network: Network | None, hold: Callable[[int, bool], None]
) -> tuple[Layer, ...]:
    """Equal layers that have the weights of `network`; `layers` themselves where there is none yet.

    `hold` is told the index of a layer whose `trainable` is set, and what it is now.
    """
    if network is None:
        return layers
    names = layer_names(layers)
    return tuple(
        linked(layer, arrays=arrays, name=name, trainable_changed=partial(hold, index))
        for index, (layer, arrays, name) in enumerate(zip(layers, network.weights, names, strict=True))
    )


def apart(layer: Layer) -> Layer:
    """A layer of a built model without its model; a name that the model gave stays there."""
    return layer.replace(name="" if re.fullmatch(rf"{layer.kind}(_\d+)?", layer.name) else layer.name)


def linked(spec: S, **attributes: object) -> S:
    """A copy with attributes of its own, since the same spec may stand in several models."""
    made = copy.copy(spec)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made
