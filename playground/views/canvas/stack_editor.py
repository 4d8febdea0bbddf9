"""Edits of the stack by layer index, for the canvas, its menus and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeGuard

from core.data.dataset import Form
from core.experiment.stack_problems import shapes_of
from core.nn import Dense, Layer
from core.nn.attention import heads_in, with_heads
from playground.model.document import OUTPUT, Document
from playground.views.canvas.card_text import size_setting, sized_part

# A layer as wide as a wider input would get too many weights.
_MAX_UNITS: Final = 64


class StackEditor:
    """Edits through the document alone. Indices that are no layer (input, output, None) are ignored."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def form(self) -> Form:
        """What a sample of the data is."""
        return self._document.experiment.dataset.info().form

    def insert(self, index: int, layer: Layer) -> None:
        """Insert before the layer at `index`; a larger index appends before the output.

        A narrow Dense layer gets as many units as its input: then it can start as the identity, and the network keeps
        what it has learned.
        """
        index = max(0, min(index, self._count))
        self._document.insert_layer(index, self._as_wide_as_before(index, layer))

    def append(self, layer: Layer) -> None:
        self.insert(self._count, layer)

    def remove(self, index: int | None) -> None:
        """Remove the layer and select its successor, or the last layer."""
        if not self._is_layer(index):
            return
        self._document.remove_layer(index)
        self._document.select(min(index, self._count - 1) if self._count else None)

    def duplicate(self, index: int | None) -> None:
        """Insert a copy after the layer."""
        if self._is_layer(index):
            self._document.insert_layer(index + 1, self._document.experiment.layers[index])

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

    def move(self, index: int | None, step: int) -> None:
        """Move the layer by `step` places, clipped to the stack."""
        if self._is_layer(index):
            self.move_to(index, index + step)

    def move_to(self, index: int | None, to: int) -> None:
        if self._is_layer(index):
            to = max(0, min(to, self._count - 1))
            if to != index:
                self._document.move_layer(index, to)

    def resize(self, index: int | None, step: int) -> None:
        """Change units, filters or heads by `step` within bounds; quick repeats merge into one undo step.

        Heads go to the next number that divides the channels.
        """
        if not self._is_layer(index):
            return
        layer = self._document.experiment.layers[index]
        size, part = size_setting(layer), sized_part(layer)
        if size is None:
            return
        before = getattr(part, size.name)
        low, high = int(size.low or 1), int(size.high or before + step)
        count = max(low, min(before + step, high))
        text = f"Change the {size.label.lower()} of {part.title}"
        if heads_in(layer):
            shapes, _ = shapes_of(self._document.experiment)
            channels = shapes[index][-1] if index < len(shapes) else 0
            while channels % count and low < count < high:
                count += step
            changed = layer if channels % count else with_heads(layer, count)
        else:
            changed = layer.replace(**{size.name: count})
        self._document.replace_layer(index, changed, text, f"{size.name} of layer {index}")

    def step_selection(self, step: int) -> None:
        """Select the neighbor: the input (None) is before the first layer, the output after the last."""
        selected = self._document.selected
        position = {None: -1, OUTPUT: self._count}.get(selected, selected)
        assert position is not None
        position = max(-1, min(position + step, self._count))
        self._document.select({-1: None, self._count: OUTPUT}.get(position, position))

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

    def _is_layer(self, index: int | None) -> TypeGuard[int]:
        return index is not None and 0 <= index < self._count


def _listed(layers: Sequence[Layer]) -> str:
    """Their names in an undo text."""
    return layers[0].title if len(layers) == 1 else f"{len(layers)} layers"
