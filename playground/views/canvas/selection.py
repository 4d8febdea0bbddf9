"""Multiple selection of cards. The document stores only the current one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from PySide6.QtCore import QObject, Signal

from core.nn.stage import Address
from playground.model.document import Document


class LayerSelection(QObject):
    """Indices of the selected layers, the document's included; empty if that is not a layer of the stack.

    When the document's selection changes, that layer alone is selected.
    """

    changed = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self._indices: frozenset[int] = frozenset()
        self._anchor: int | None = None
        self._choosing = False
        document.selection_changed.connect(self._on_selection_changed)
        document.experiment_changed.connect(self._on_experiment_changed)

    @property
    def indices(self) -> tuple[int, ...]:
        """From left to right."""
        return tuple(sorted(self._indices))

    def toggle(self, index: int) -> None:
        """Toggle the layer; the others stay selected."""
        if not self._is_layer(index):
            return
        indices = self._indices ^ {index}
        self._anchor = index
        current = index if index in indices else max(indices, default=None)
        self._choose(indices, current)

    def extend_to(self, index: int) -> None:
        """Select the range from the anchor to `index`, clipped to the layers."""
        if not self._count:
            return
        index = max(0, min(index, self._count - 1))
        start = index if self._anchor is None else min(self._anchor, self._count - 1)
        self._anchor = start
        low, high = sorted((start, index))
        self._choose(range(low, high + 1), index)

    def choose(self, indices: Iterable[int]) -> None:
        """Select these layers; the last is the current one."""
        chosen = [index for index in indices if self._is_layer(index)]
        self._anchor = chosen[0] if chosen else None
        self._choose(chosen, chosen[-1] if chosen else None)

    def choose_all(self) -> None:
        self.choose(range(self._count))

    def _choose(self, indices: Iterable[int], current: int | None) -> None:
        self._indices = frozenset(indices)
        self._choosing = True
        self._document.select(current)
        self._choosing = False
        self.changed.emit()

    @property
    def _count(self) -> int:
        return len(self._document.experiment.layers)

    def _is_layer(self, index: Address | None) -> TypeGuard[int]:
        return isinstance(index, int) and 0 <= index < self._count

    def _on_selection_changed(self) -> None:
        if not self._choosing:
            self._alone()

    def _on_experiment_changed(self) -> None:
        # After an edit the indices may refer to other layers; commands on several layers select their result.
        if len(self._indices) > 1:
            self._alone()

    def _alone(self) -> None:
        selected = self._document.address
        self._indices = frozenset((selected,)) if self._is_layer(selected) else frozenset()
        self._anchor = min(self._indices, default=None)
        self.changed.emit()
