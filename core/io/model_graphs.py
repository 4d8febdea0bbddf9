"""A model as a graph in plain Python, of Keras's layers or ONNX's nodes; the writers of these formats make files of it.

Layers and their settings are those of Keras 3.5, so that every later version reads them. What Keras has no layer for is
an operation, as `keras.ops.sin(x)` in a functional model: safe mode loads these, unlike Lambda. ONNX has opset 17: what
browsers and older runtimes read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

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
        elif kind == "Bidirectional":
            group = f"{name.split('/')[-2]}_layer/cell/"
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


def numbered(kinds: Iterable[str]) -> Iterator[str]:
    """Keras's names of layers of these kinds: dense, dense_1, ..."""
    seen: Counter[str] = Counter()
    for kind in kinds:
        yield f"{kind}_{seen[kind]}" if seen[kind] else kind
        seen[kind] += 1


def snake_case(name: str) -> str:
    """Keras's name of a class in files: LeakyReLU is leaky_re_lu, Conv2D is conv2d."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


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
