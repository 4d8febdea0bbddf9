"""A Keras model as layers in plain Python; `core.formats.keras.writer` makes a file of it, `keras_code` a program.

Layers and their settings are those of Keras 3.5, so that every later version reads them. What Keras has no layer for is
an operation, as `keras.ops.sin(x)` in a functional model: safe mode loads these, unlike Lambda.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

INPUT: Final = "InputLayer"
_FAR: Final = 100
"""Scales from 0 on; nearer, the rounding of a shift to float32 is below 1e-5 of a scale."""


@dataclass(frozen=True)
class KerasValue:
    """A batch of samples by the name of the node that makes it; `shape` is that of a sample."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True, eq=False)
class KerasNode:
    """A call of a layer, or of an operation.

    - `kind`: the class in `keras.layers`, or for an operation in `keras.src.ops.numpy`.
    - `inputs`: what it is called with; `is_listed` as one list. Operations take numbers, too.
    - `settings`: arguments of the layer beside its name and type; `call`: named ones of its call.
    - `arrays`: weights in Keras's order, by the names of `core.formats.named_weights`.
    """

    kind: str
    inputs: tuple[KerasValue | float, ...]
    output: KerasValue
    settings: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    is_listed: bool = False
    is_operation: bool = False
    call: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in the model."""
        return self.output.name

    @property
    def parents(self) -> tuple[KerasValue, ...]:
        """The inputs that other nodes make."""
        return tuple(each for each in self.inputs if isinstance(each, KerasValue))


class KerasGraph:
    """Collects nodes in the order of computation, with unique names. `nodes` has them by name."""

    def __init__(self) -> None:
        self.nodes: dict[str, KerasNode] = {}
        self._scope: tuple[str, ...] = ()

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """The first layer within that has no name of its own is called `name`, others start with it; scopes nest."""
        self._scope += (name,)
        yield
        self._scope = self._scope[:-1]

    @property
    def inputs(self) -> list[KerasNode]:
        """The inputs in the order in which they were declared."""
        return [node for node in self.nodes.values() if node.kind == INPUT]

    def input(self, name: str, shape: tuple[int, ...], dtype: str = "float32") -> KerasValue:
        """Declare an input. A slash, which Keras refuses in names, becomes "_"."""
        output = KerasValue(self._unique(name.replace("/", "_")), shape, dtype)
        return self._add(KerasNode(INPUT, (), output))

    def layer(
        self,
        kind: str,
        *inputs: KerasValue,
        shape: tuple[int, ...] | None = None,
        dtype: str = "float32",
        name: str = "",
        arrays: Mapping[str, NDArray[Any]] | None = None,
        call: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> KerasValue:
        """Call a layer of that class; `shape` is that of its output, by default the first input's.

        `arrays` are its weights by our names, in Keras's order. `dtype` is what it computes in. A layer with `call`,
        named arguments of its call, takes its inputs one by one and not as a list.
        """
        output = KerasValue(self._layer_name(name, kind), inputs[0].shape if shape is None else shape, dtype)
        named = {"/".join((*self._scope, each)): array for each, array in (arrays or {}).items()}
        listed = len(inputs) > 1 and call is None
        return self._add(KerasNode(kind, inputs, output, settings, named, listed, call=call or {}))

    def operation(self, kind: str, *inputs: KerasValue | float, dtype: str = "float32") -> KerasValue:
        """Call an elementwise operation; the shape is that of the first input."""
        (first, *_) = (each for each in inputs if isinstance(each, KerasValue))
        output = KerasValue(self._layer_name("", kind), first.shape, dtype)
        return self._add(KerasNode(kind, inputs, output, is_operation=True))

    def hold(self, x: KerasValue, chosen: NDArray[np.intp], values: NDArray[Any]) -> KerasValue:
        """`x` with constants in the `chosen` places of its last axis, (chosen,)."""
        scale, offset = np.ones(x.shape[-1]), np.zeros(x.shape[-1])
        scale[chosen], offset[chosen] = 0.0, values
        return self.layer("Rescaling", x, name="held", scale=scale.tolist(), offset=offset.tolist())

    def ordered(self, output: KerasValue) -> list[KerasNode]:
        """The nodes that make `output`, in the order in which Keras numbers the layers of a loaded model.

        That is by the longest way to the output, then by a search from the output back to the inputs.
        """
        seen: dict[str, int] = {}
        finished: list[KerasNode] = []
        self._visit(output.name, seen, finished)
        depths = dict.fromkeys(seen, 0)
        for node in reversed(finished):
            for parent in node.parents:
                depths[parent.name] = max(depths[parent.name], depths[node.name] + 1)
        # Inputs that nothing reads come last.
        unread = [node for node in self.inputs if node.name not in seen]
        return sorted(finished, key=lambda node: (-depths[node.name], seen[node.name])) + unread

    def _visit(self, name: str, seen: dict[str, int], finished: list[KerasNode]) -> None:
        seen[name] = len(seen)
        for parent in self.nodes[name].parents:
            if parent.name not in seen:
                self._visit(parent.name, seen, finished)
        finished.append(self.nodes[name])

    def _add(self, node: KerasNode) -> KerasValue:
        self.nodes[node.name] = node
        return node.output

    def _layer_name(self, name: str, kind: str) -> str:
        # Not "_", or residual_1 would be the second block and also the second layer of the first one.
        own = "-".join(self._scope)
        if own and not name and own not in self.nodes:
            return own
        name = name or snake_case(kind)
        return self._unique(f"{own}_{name}" if own else name)

    def _unique(self, name: str) -> str:
        unique, number = name, 1
        while unique in self.nodes:
            number += 1
            unique = f"{name}_{number}"
        return unique


def array_places(kind: str, names: Iterable[str]) -> list[str]:
    """Names of a layer's arrays, by our names in Keras's order: "vars/0", or in another layer."""
    counts: Counter[str] = Counter()
    found = []
    for name in names:
        group = ""
        if kind in ("SimpleRNN", "GRU", "LSTM"):
            group = "cell/"
        elif kind == "MultiHeadAttention":
            part = name.split("/")[-2].removeprefix("attention_")
            group = f"{part}_dense/"
        found.append(f"{group}vars/{counts[group]}")
        counts[group] += 1
    return found


def far_origin(shift: float, scale: float) -> float:
    """The number subtracted before (x - shift) / scale is computed; 0 where `shift` is not far from 0.

    TensorFlow takes the numbers of a layer as float32, even in float64: this one float32 holds, and what is left of
    `shift` is small.
    """
    return float(np.float32(shift)) if abs(shift) > _FAR * scale else 0.0


def snake_case(name: str) -> str:
    """Keras's name of a class in files: LeakyReLU is leaky_re_lu, Conv2D is conv2d."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
