"""Edits of the stack, and of the blocks in it, by the address of a layer, for the canvas, its menus and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeGuard

from core.data.dataset import Form
from core.experiment.stack_problems import shapes_of
from core.io.sentence import in_sentence
from core.nn import Dense, Layer
from core.nn.attention import heads_in, with_heads
from core.nn.stage import Address, beside, layer_at, number_of, with_layer
from playground.model.document import OUTPUT, Document
from playground.views.canvas.card_text import size_setting, sized_part
from playground.views.canvas.column_layout import inner_layers

# A layer as wide as a wider input would get too many weights.
_MAX_UNITS: Final = 64


class StackEditor:
    """Edits through the document alone. Addresses that are no layer (input, output, None) are ignored."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def form(self) -> Form:
        """Kind of a sample of the data."""
        return self._document.experiment.dataset.info().form

    def insert(self, address: Address, layer: Layer) -> None:
        """Insert before the layer at `address`; a larger index appends before the output.

        A narrow Dense layer gets as many units as its input: then it can start as the identity, and the network keeps
        what it has learned.
        """
        if not isinstance(address, str):
            address = max(0, min(address, self._count))
            layer = self._as_wide_as_before(address, layer)
        self._document.insert_layer(address, layer)

    def append(self, layer: Layer) -> None:
        self.insert(self._count, layer)

    def remove(self, address: Address | None) -> None:
        """Remove the layer and select its successor, or the last layer; without any, the block."""
        if not self._is_layer(address):
            return
        self._document.remove_layer(address)
        left = len(self._document.layers_beside(address))
        self._document.select(beside(address, max(0, min(number_of(address), left - 1))))

    def duplicate(self, address: Address | None) -> None:
        """Insert a copy after the layer."""
        if self._is_layer(address) and (layer := layer_at(self._document.experiment.layers, address)):
            self._document.insert_layer(beside(address, number_of(address) + 1), layer)

    def insert_all(self, index: int, layers: Sequence[Layer], verb: str = "Add") -> range:
        """Insert several layers before the layer at `index` as one undo step. Returns their indices."""
        index = max(0, min(index, self._count))
        before = self._document.experiment.layers
        text = f"{verb} {_listed(layers)}"
        self._document.change_layers(text, (*before[:index], *layers, *before[index:]))
        return range(index, index + len(layers))

    def remove_all(self, indices: Sequence[int], verb: str = "Remove") -> None:
        """Remove several layers as one undo step and select the successor of the first."""
        gone = [index for index in indices if self._is_layer(index)]
        if not gone:
            return
        layers = self._document.experiment.layers
        left = tuple(layer for index, layer in enumerate(layers) if index not in gone)
        self._document.change_layers(f"{verb} {_listed([layers[index] for index in gone])}", left)
        self._document.select(min(gone[0], self._count - 1) if self._count else None)

    def move(self, address: Address | None, step: int) -> None:
        """Move the layer by `step` places, clipped to its stack or block."""
        if self._is_layer(address):
            self.move_to(address, number_of(address) + step)

    def move_to(self, address: Address | None, to: int) -> None:
        if self._is_layer(address):
            to = max(0, min(to, len(self._document.layers_beside(address)) - 1))
            if to != number_of(address):
                self._document.move_layer(address, to)

    def resize(self, address: Address | None, step: int) -> None:
        """Change units, filters or heads by `step` within bounds; quick repeats merge into one undo step.

        They go to the next number with which a stack that runs still does: heads divide the channels, and Sampling
        takes a mean and a log variance for each number.
        """
        experiment = self._document.experiment
        layer = None if address is None else layer_at(experiment.layers, address)
        if address is None or layer is None:
            return
        size, part = size_setting(layer), sized_part(layer)
        if size is None:
            return
        before = getattr(part, size.name)
        low, high = int(size.low or 1), int(size.high or before + _MAX_UNITS)
        runs, changed = shapes_of(experiment)[1] is None, layer
        for count in range(before + step, (high if step > 0 else low) + step, step):
            wished = with_heads(layer, count) if heads_in(layer) else layer.replace(**{size.name: count})
            stack = experiment.replace(layers=with_layer(experiment.layers, address, wished))
            if not runs or shapes_of(stack)[1] is None:
                changed = wished
                break
        text = f"Change the {in_sentence(size.label)} of {part.title}"
        self._document.replace_layer(address, changed, text, f"{size.name} of layer {address}")

    def step_selection(self, step: int) -> None:
        """Select the neighbor: the input (None) is before the first layer, the output after the last.

        The layers inside an opened block come before it.
        """
        experiment, selected = self._document.experiment, self._document.selected
        order: list[Address | None] = [None, *range(self._count), OUTPUT]
        inside = inner_layers(experiment, selected)
        if selected is not None and inside:
            order[selected + 1 : selected + 1] = [f"{selected}/{number}" for number in range(len(inside))]
        position = order.index(self._document.address) + step
        self._document.select(order[max(0, min(position, len(order) - 1))])

    def _as_wide_as_before(self, index: int, layer: Layer) -> Layer:
        experiment = self._document.experiment
        shapes = [experiment.input_shape, *shapes_of(experiment)[0]]
        if not isinstance(layer, Dense) or index >= len(shapes) or len(shapes[index]) != 1:
            return layer
        (width,) = shapes[index]
        return layer.replace(units=width) if layer.units < width <= _MAX_UNITS else layer

    @property
    def _count(self) -> int:
        return len(self._document.experiment.layers)

    def _is_layer(self, address: Address | None) -> TypeGuard[Address]:
        return address is not None and layer_at(self._document.experiment.layers, address) is not None


def _listed(layers: Sequence[Layer]) -> str:
    """Their names in an undo text."""
    return layers[0].title if len(layers) == 1 else f"{len(layers)} layers"
