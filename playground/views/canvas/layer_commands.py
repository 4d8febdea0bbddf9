"""The selection of cards, and commands on it: remove, duplicate, move; cut, copy and paste as data and as text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, TypeGuard

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from core.experiment.experiment import MAX_LAYERS
from core.io import strict_json
from core.nn import LAYERS, Layer
from core.nn.stage import Address
from core.spec import SettingError, specs_to_text
from playground.model.document import Document
from playground.views.canvas.stack_editor import StackEditor


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


MIME_TYPE: Final = "application/x-numpynet-layers"
_MAX_REASON_LENGTH: Final = 110


class ClipboardError(ValueError):
    """The clipboard has no layers; the message names its content."""


def copy_layers(layers: tuple[Layer, ...]) -> None:
    """Put the layers on the clipboard."""
    data = QMimeData()
    data.setData(MIME_TYPE, json.dumps([layer.to_json() for layer in layers]).encode())
    data.setText(specs_to_text(layers))
    QGuiApplication.clipboard().setMimeData(data)


def copied_layers() -> tuple[Layer, ...]:
    """The layers on the clipboard, at least one. Raises `ClipboardError` if there are none."""
    data = QGuiApplication.clipboard().mimeData()
    text = data.text() if data is not None and data.hasText() else ""
    try:
        if data is not None and data.hasFormat(MIME_TYPE):
            content = strict_json.load(bytes(data.data(MIME_TYPE).data()))
            layers = tuple(LAYERS.from_json(item) for item in content)
        else:
            layers = LAYERS.parse(text.replace("\n", " "))
    except (SettingError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        found = str(error) if len(str(error)) <= _MAX_REASON_LENGTH else f"The clipboard holds “{text[:40]}”"
        raise ClipboardError(f"Paste needs layers, such as “dense 8 tanh, dropout 0.2”. {found}") from None
    if not layers:
        raise ClipboardError("Paste needs layers; the clipboard holds none")
    if len(layers) > MAX_LAYERS:
        raise ClipboardError(f"Paste needs at most {MAX_LAYERS} layers, got {len(layers)}")
    return layers


class SelectedLayers(QObject):
    """Each command is one undo step."""

    message_requested = Signal(str)
    """Carries a message, such as why nothing can be pasted."""

    def __init__(
        self, document: Document, editor: StackEditor, selection: LayerSelection, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._editor, self._selection = document, editor, selection

    @property
    def layers(self) -> tuple[Layer, ...]:
        """From left to right."""
        return tuple(self._document.experiment.layers[index] for index in self._selection.indices)

    def remove(self) -> None:
        self._editor.remove_all(self._selection.indices)

    def duplicate(self) -> None:
        """Insert copies after the last selected layer and select them."""
        indices, layers = self._selection.indices, self.layers
        if len(layers) == 1:
            self._editor.duplicate(indices[0])
        elif layers:
            self._selection.choose(self._editor.insert_all(indices[-1] + 1, layers, "Duplicate"))

    def move_left(self) -> None:
        """Move the layer one place to the left."""
        self._editor.move(self._document.selected, -1)

    def move_right(self) -> None:
        """Move the layer one place to the right."""
        self._editor.move(self._document.selected, 1)

    def copy(self) -> None:
        """Copy the selected layers to the clipboard."""
        layers = self.layers
        if layers:
            copy_layers(layers)
            self.message_requested.emit(
                f"Copied {layers[0].title if len(layers) == 1 else f'{len(layers)} layers'}"
            )
        else:
            self.message_requested.emit("Copy needs a selected layer; click a card first")

    def cut(self) -> None:
        """Cut the selected layers to the clipboard."""
        layers = self.layers
        if layers:
            copy_layers(layers)
            self._editor.remove_all(self._selection.indices, "Cut")
        else:
            self.message_requested.emit("Cut needs a selected layer; click a card first")

    def paste(self) -> None:
        """Insert the clipboard's layers after the selection, else before the output, and select them."""
        try:
            layers = copied_layers()
        except ClipboardError as error:
            self.message_requested.emit(str(error))
            return
        count, indices = len(self._document.experiment.layers), self._selection.indices
        if count + len(layers) > MAX_LAYERS:
            self.message_requested.emit(f"Paste needs room: a stack has at most {MAX_LAYERS} layers")
            return
        place = indices[-1] + 1 if indices else count
        self._selection.choose(self._editor.insert_all(place, layers, "Paste"))
