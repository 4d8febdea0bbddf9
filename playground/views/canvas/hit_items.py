"""Items of the neuron field that hit tests return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Neuron:
    """One unit; `column` is -1 for the input, else a layer of the stack (the last is the output)."""

    column: int
    unit: int


@dataclass(frozen=True)
class Head(Neuron):
    """A head of attention; `unit` is its number among those of the layer and of the layers inside it."""


@dataclass(frozen=True)
class Inner(Neuron):
    """A unit of a layer inside the block `column`, which cannot be edited; `path` is that of the layer."""

    path: str
    position: int


@dataclass(frozen=True)
class Link:
    """One weight, `kernel[input, unit]`, of a layer of the stack; its inputs are the units of `source`."""

    layer: int
    input: int
    unit: int
    source: int


@dataclass(frozen=True)
class Bias:
    """One entry of a layer's bias."""

    layer: int
    unit: int


Item = Neuron | Link | Bias
