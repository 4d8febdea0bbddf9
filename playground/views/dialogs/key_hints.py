"""Keys drawn as caps, with a word what they do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.views.widgets.boxes import hbox


def key_cap(text: str, parent: QWidget) -> QLabel:
    """A key."""
    label = QLabel(text, parent)
    label.setProperty("role", "key")
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


class KeyHints(QWidget):
    """Groups of keys, the last text of each what they do: ("↑", "↓", "format")."""

    def __init__(self, groups: Sequence[Sequence[str]], parent: QWidget) -> None:
        super().__init__(parent)
        row = hbox(parent=self, margins=0, spacing=4)
        for *keys, text in groups:
            for key in keys:
                row.addWidget(key_cap(key, self))
            label = QLabel(text, self)
            label.setProperty("role", "caption")
            row.addWidget(label)
            row.addSpacing(8)
        row.addStretch(1)
