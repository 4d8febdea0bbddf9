"""An ONNX graph as nodes and constants in plain Python; `core.formats.onnx.writer` makes a file of it.

Opset 17: what browsers and older runtimes read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

ML_DOMAIN: Final = "ai.onnx.ml"
"""The domain of operators for strings and classes."""


@dataclass(frozen=True)
class OnnxPort:
    """An input or output of the graph. `shape` is that of a sample; `dtype` is `str` for texts."""

    name: str
    dtype: DTypeLike
    shape: tuple[int, ...]


@dataclass(frozen=True)
class OnnxNode:
    """One operator call. `inputs` and `output` are names of values; "" is an omitted input."""

    operator: str
    name: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]
    domain: str = ""


@dataclass(frozen=True)
class OnnxValue:
    """A batch of samples by its name in the graph; a sample has `rank` axes.

    Samples with `channels_first` have their last axis first, as ONNX's convolutions need; others have our order.
    """

    name: str
    rank: int
    channels_first: bool = False

    @property
    def channel_axis(self) -> int:
        """The axis of channels or features, counted with the batch axis."""
        return 1 if self.channels_first else self.rank


class OnnxGraph:
    """Collects nodes in the order of computation. Names are unique; those in a `scope` start with it.

    - `inputs`, `outputs`: in the order in which they were declared.
    - `nodes`: the operator calls.
    - `constants`: arrays by name; views are not copied.
    """

    def __init__(self) -> None:
        self.inputs: list[OnnxPort] = []
        self.outputs: list[OnnxPort] = []
        self.nodes: list[OnnxNode] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self._scope = ""
        self._taken: set[str] = set()

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Names within start with `name` and a slash; scopes nest."""
        outer = self._scope
        self._scope = f"{outer}{name}/"
        yield
        self._scope = outer

    def input(self, name: str, dtype: DTypeLike, shape: tuple[int, ...]) -> str:
        """Declare an input; returns its name. `ValueError` if the name is taken: inputs come first."""
        if name in self._taken:
            raise ValueError(f"ONNX: names must be unique, got {name!r} twice")
        self._taken.add(name)
        self.inputs.append(OnnxPort(name, dtype, shape))
        return name

    def output(self, name: str, dtype: DTypeLike, shape: tuple[int, ...]) -> str:
        """Declare an output; returns the name for it, "predicted_..." where an input is called `name`."""
        given = self._unique(name if name not in self._taken else f"predicted_{name}", scoped=False)
        self.outputs.append(OnnxPort(given, dtype, shape))
        return given

    def constant(self, name: str, array: NDArray[Any] | np.generic) -> str:
        """Add an array of any shape; returns its name."""
        unique = self._unique(name)
        self.constants[unique] = np.asarray(array)
        return unique

    def call(
        self,
        operator: str,
        *inputs: str | NDArray[Any],
        domain: str = "",
        output: str = "",
        **attributes: Any,
    ) -> str:
        """Add an operator call; returns the name of its output. Arrays among the inputs become constants.

        `output` is the name that `self.output` gave.
        """
        name = self._unique(operator)
        given = tuple(
            each if isinstance(each, str) else self.constant(f"{operator}_{position}", each)
            for position, each in enumerate(inputs)
        )
        made = OnnxNode(operator, name, given, output or self._unique(f"{operator}:0"), attributes, domain)
        self.nodes.append(made)
        return made.output

    def elementwise(
        self, operator: str, x: OnnxValue, *others: str | NDArray[Any], **attributes: Any
    ) -> OnnxValue:
        """Apply an operator that keeps the shape of `x`, its first input."""
        return replace(x, name=self.call(operator, x.name, *others, **attributes))

    def channels_first(self, x: OnnxValue) -> OnnxValue:
        """`x` with its last axis first."""
        if x.channels_first or x.rank < 2:
            return x
        order = [0, x.rank, *range(1, x.rank)]
        return replace(x, name=self.call("Transpose", x.name, perm=order), channels_first=True)

    def channels_last(self, x: OnnxValue) -> OnnxValue:
        """`x` in our order."""
        if not x.channels_first:
            return x
        order = [0, *range(2, x.rank + 1), 1]
        return replace(x, name=self.call("Transpose", x.name, perm=order), channels_first=False)

    def reshape(self, x: OnnxValue, shape: tuple[int, ...]) -> OnnxValue:
        """The numbers of each sample in our order, in another shape."""
        x = self.channels_last(x)
        if len(shape) == 1:
            return OnnxValue(self.call("Flatten", x.name, axis=1), 1)
        # 0 stands for the batch axis.
        wanted = self.constant("shape", np.array([0, *shape], np.int64))
        return OnnxValue(self.call("Reshape", x.name, wanted), len(shape))

    def replace_channels(
        self, x: OnnxValue, channels: int, chosen: NDArray[np.intp], values: NDArray[Any]
    ) -> OnnxValue:
        """`x`, which has `channels`, with constants in the `chosen` ones, (chosen,), whatever they were, NaN too."""
        mask, constants = np.zeros(channels, np.bool_), np.zeros(channels, values.dtype)
        mask[chosen], constants[chosen] = True, values
        shape = (-1, *[1] * (x.rank - 1)) if x.channels_first else (-1,)
        held, value = mask.reshape(shape), constants.reshape(shape)
        return replace(x, name=self.call("Where", held, value, x.name))

    def _unique(self, name: str, *, scoped: bool = True) -> str:
        first, number = f"{self._scope}{name}" if scoped else name, 1
        unique = first
        while unique in self._taken:
            number += 1
            unique = f"{first}_{number}"
        self._taken.add(unique)
        return unique
