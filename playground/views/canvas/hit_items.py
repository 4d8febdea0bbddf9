"""Items of the neuron field that hit tests return, and the places of those that a field does not draw."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from core.nn.stage import Address, outer


@dataclass(frozen=True)
class Neuron:
    """One unit; `column` is -1 for the input, else a layer of the stack (the last is the output)."""

    column: int
    unit: int

    @property
    def address(self) -> Address:
        """That of its layer."""
        return self.column


@dataclass(frozen=True)
class Head(Neuron):
    """A head of attention; `unit` is its number among those of the layer and of the layers inside it."""


@dataclass(frozen=True)
class Inner(Neuron):
    """A unit of a layer inside the block `column`; `path` is that of the layer."""

    path: str

    @property
    def address(self) -> Address:
        return self.path


def unit_at(address: Address, unit: int) -> Neuron:
    """A unit of a layer of the stack, or inside a block."""
    return Inner(outer(address), unit, address) if isinstance(address, str) else Neuron(address, unit)


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


class Unlinked:
    """A field that stands still, and draws neither links nor biases, nor heads of attention."""

    animation_seconds: float | None = None
    at_rest = True

    def bias_rect(self, layer: int, unit: int) -> QRectF | None:
        """None: there is none."""
        return None

    def head_rect(self, column: int, head: int) -> QRectF | None:
        """None: there is none."""
        return None

    def link_center(self, layer: int, input_: int, unit: int) -> QPointF | None:
        """None: there is none."""
        return None
