"""Commands on the selected layers: remove, duplicate, move; cut, copy and paste, as exact data and as editable text."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from core.experiment.experiment import MAX_LAYERS
from core.io import strict_json
from core.nn import LAYERS, Layer
from core.spec import SettingError, specs_to_text
from playground.model.document import Document
from playground.views.canvas.selection import LayerSelection
from playground.views.canvas.stack_editor import StackEditor

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
