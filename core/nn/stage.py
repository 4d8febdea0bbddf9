"""A stage of a pass: what an execution plan binds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.nn import Op, OpContext, Shape
from core.spec.arrays import Array


class Bindable(Protocol):
    """A layer, or several as one."""

    def bind(self, context: OpContext) -> Op | None: ...


class Stage(NamedTuple):
    """An op to bind, with its arrays.

    `ends_layer` is False for a layer whose activation is a separate stage. `overrides`, (units, values), replaces
    outputs of the layer after its last stage. `path` is the layer's number in the network, as a text.
    """

    layer: Bindable
    input_shape: Shape
    output_shape: Shape
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    ends_layer: bool
    overrides: tuple[NDArray[np.intp], list[float]] | None = None
    path: str = ""
