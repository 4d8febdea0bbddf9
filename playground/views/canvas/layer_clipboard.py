"""Layers on the clipboard, as exact data for this program and as editable text."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from core.experiment.experiment import MAX_LAYERS
from core.io import strict_json
from core.nn import LAYERS, Layer
from core.spec import SettingError, specs_to_text

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
