"""Keys drawn as caps, with a word what they do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.views.widgets.boxes import hbox, set_up


def key_cap(text: str, parent: QWidget) -> QLabel:
    """A key."""
    label = set_up(QLabel(text, parent), role="key")
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
            label = set_up(QLabel(text, self), role="caption")
            row.addWidget(label)
            row.addSpacing(8)
        row.addStretch(1)
