"""The middle of the export dialog: settings of the format, its graph or picture, and code that reads the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.views.dialogs.export.code_view import CodeView
from playground.views.dialogs.export.content import ExportContent
from playground.views.dialogs.export.format_list import format_title
from playground.views.dialogs.export.graph_view import ModelGraphView
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up, vbox
from playground.views.widgets.controls import ScrollArea
from playground.views.widgets.settings_form import SettingsForm

_PICTURE_PX = 160
"""The least room of a picture."""


class FormatPage(ScrollArea):
    """One format: scrolls where the window is low."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        page = QWidget(self)
        self.title = set_up(QLabel(page), role="heading")
        self.explanation = set_up(QLabel(page), role="muted", wordWrap=True)
        self.form = SettingsForm(themes, page, across=True)
        self.refusal = set_up(QLabel(page), role="danger", wordWrap=True)
        self.graph = ModelGraphView(themes, page)
        self.picture = _Picture(page)
        self.code = CodeView(themes, page)
        column = vbox(parent=page, margins=(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX), spacing=12)
        column.addLayout(vbox(self.title, self.explanation, spacing=4))
        column.addWidget(self.form)
        column.addWidget(self.refusal)
        column.addWidget(self.graph)
        column.addWidget(self.picture, 1)
        column.addWidget(self.code, 1)
        column.addStretch(0)
        self.setWidget(page)

    def show_spec(self, spec: Any, content: ExportContent, path: Path, refusal: str) -> None:
        """Show a format; `refusal` says why it cannot hold the network."""
        self.title.setText(format_title(spec))
        self.explanation.setText(f"{spec.summary.rstrip('.')}.")
        self.form.setVisible(len(spec.settings()) > len(self.form.exclude))
        self.refusal.setText(refusal)
        self.refusal.setVisible(bool(refusal))
        graph = None if refusal else content.about(spec).graph(spec)
        self.graph.setVisible(graph is not None)
        if graph is not None:
            self.graph.show_graph(graph)
        image = None if refusal else content.about(spec).preview(spec)
        self.picture.setVisible(image is not None)
        self.code.setVisible(image is None and not refusal)
        if image is not None:
            self.picture.show_image(image)
        elif refusal:
            self.code.show_samples(())
        else:
            self.show_code(spec, content, path)

    def show_code(self, spec: Any, content: ExportContent, path: Path) -> None:
        """Show the programs that read the file at `path`."""
        try:
            self.code.show_samples(content.about(spec).code(spec, path))
        except ValueError as error:
            self.code.show_samples((), f"{str(error).rstrip('.')}.")


class _Picture(QLabel):
    """An image, scaled down to fit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_up(self, accessibleName="Preview", toolTip="What is written.")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Not that of the image, which is scaled to the room that there is."""
        return QSize(_PICTURE_PX, _PICTURE_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_image(self, image: QImage) -> None:
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        whole = self._image.size()
        size = whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio) if not _fits(whole, room) else whole
        smooth = Qt.TransformationMode.SmoothTransformation
        shown = QPixmap.fromImage(self._image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)


def _fits(size: QSize, room: QSize) -> bool:
    return size.width() <= room.width() and size.height() <= room.height()
