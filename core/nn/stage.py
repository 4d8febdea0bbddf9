"""The places of a network's layers, and their stages bound apart from a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array, Arrays
from .dropout_stream import DropoutStream, GeneratorStream
from .layer import Layer, Op, OpContext, Stage, next_mask
from .layer_types import Shape

Address = int | str
"""A layer: its number in the stack, or the path of one inside a block, such as "3/1". As a text it is the path."""


def outer(address: Address) -> int:
    """The number in the stack of a layer, or of the block that it is in."""
    return int(str(address).partition("/")[0])


def number_of(address: Address) -> int:
    """The number of a layer in its stack or block."""
    return int(str(address).rpartition("/")[2])


def beside(address: Address, number: int) -> Address:
    """The address of another layer in the same stack or block."""
    block, inside, _ = str(address).rpartition("/")
    return f"{block}/{number}" if inside else number


def moved(address: Address, by: int) -> Address:
    """The address, or as one the path, of the same layer when that many layers more come before it."""
    _, inside, rest = str(address).partition("/")
    number = outer(address) + by
    return f"{number}/{rest}" if inside else number


def layer_at(layers: Sequence[Layer], address: Address) -> Layer | None:
    """The layer at an address in a stack, if there is one."""
    number, inside, rest = str(address).partition("/")
    layer = layers[int(number)] if number.isdigit() and int(number) < len(layers) else None
    return layer_at(getattr(layer, "layers", ()), rest) if inside else layer


def with_layer(layers: Sequence[Layer], address: Address, layer: Layer) -> tuple[Layer, ...]:
    """The stack with another layer at an address."""
    number, inside, rest = str(address).partition("/")
    block, index = layers[int(number)], int(number)
    if inside:
        layer = block.replace(layers=with_layer(getattr(block, "layers", ()), rest, layer))
    return (*layers[:index], layer, *layers[index + 1 :])


def layer_text(address: Address) -> str:
    """ "layer 3", or "layer 2 in layer 3" of one inside a block."""
    numbers = [f"layer {int(number) + 1}" for number in str(address).split("/")]
    return " in ".join(reversed(numbers))


class LayerPlace(NamedTuple):
    """A layer of a network, in the stack or within a block, with its arrays and their gradients."""

    path: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    weights: Arrays
    weight_gradients: Arrays

    @property
    def is_block(self) -> bool:
        """Whether it is made of layers."""
        return next(self.layer.parts(self.input_shape), None) is not None

    def within(self) -> Iterator[LayerPlace]:
        """The layers of a block, each behind those within it, then the block."""
        for name, layer, before, after in self.layer.parts(self.input_shape):
            arrays = below(self.weights, name), below(self.weight_gradients, name)
            yield from LayerPlace(f"{self.path}/{name}", layer, before, after, *arrays).within()
        yield self


def below(arrays: Arrays, name: str) -> dict[str, Array]:
    """Arrays named "name/...", without that prefix."""
    start = f"{name}/"
    return {key[len(start) :]: array for key, array in arrays.items() if key.startswith(start)}


def bound_apart(
    stages: Iterable[Stage],
    batch: int,
    dtype: np.dtype[Any],
    rng: np.random.Generator,
    dropout: DropoutStream | GeneratorStream,
) -> Iterator[tuple[Stage, Op | None]]:
    """Each stage with its op for training, which overwrites no input and has all gradients; None for the identity."""
    mask: NDArray[np.bool_] | None = None
    for stage in stages:
        context = OpContext(
            batch=batch,
            input_shape=stage.input_shape,
            output_shape=stage.output_shape,
            dtype=dtype,
            training=True,
            parameters=stage.parameters,
            gradients=stage.gradients,
            rng=rng,
            dropout=dropout,
            in_place=False,
            input_gradient=True,
            mask=mask,
        )
        op = stage.layer.bind(context)
        mask = next_mask(stage.layer, op, mask)
        yield stage, op
