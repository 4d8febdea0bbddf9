"""The places of a network's layers, and their stages bound apart from a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from core.nn.dropout_stream import DropoutStream, GeneratorStream
from core.nn.layer import Layer, Op, OpContext, Stage
from core.nn.shapes import Shape
from core.spec.arrays import Array


class LayerPlace(NamedTuple):
    """A layer of a network, in the stack or within a block, with its arrays and their gradients."""

    path: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    weights: Mapping[str, Array]
    weight_gradients: Mapping[str, Array]

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


def below(arrays: Mapping[str, Array], name: str) -> dict[str, Array]:
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
        )
        yield stage, stage.layer.bind(context)
