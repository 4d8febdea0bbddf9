"""Chooses the file, and draws the folds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpynet.data.dataset import DataError
from numpynet.experiment.adapt import on_data, recommended
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from numpynet_sounds.kinds import FoldsPart, Sound
from playground.plugin import (
    WRAPPED,
    DockRow,
    PaintedWidget,
    PluginWindow,
    Theme,
    Turn,
    WindowController,
    draw_text,
    font,
)


class SoundsController(WindowController):
    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._files = window.files

    def open(self) -> None:
        """Let the user choose a file."""
        path = self._file_to_open("Open a sound", "Sounds (*.wav)")
        if path is not None:
            self.use(path)

    def use(self, path: Path) -> None:
        """Learn from a file, as a document of its own; what is wrong with it is said."""
        sound = Sound(path=str(path))
        try:
            sound.load(0)
        except DataError as error:
            self.message_requested.emit(str(error))
        else:
            self._files.show_import(recommended(on_data(self._document.experiment, sound)))


class FoldsView(PaintedWidget):
    """A line for each layer with folds, and a bend on it for each of them, from −2 to 2."""

    name = "Where each unit folds"
    size_px = 240, 160
    folds: Any = ()

    def show_snapshot(self, snapshot: Any) -> None:
        """Called with each picture of the training."""
        self.folds = snapshot.part(FoldsPart) or ()
        self.update()

    def clear(self) -> None:
        """Called where nothing can be trained."""
        self.folds = ()
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not self.folds:
            draw_text(
                painter, QRectF(self.rect()), "No layer folds", theme.text_muted, font("small"), WRAPPED
            )
        height, scale = self.height() / (len(self.folds) + 1), self.width() / 4
        for number, folds in enumerate(self.folds, 1):
            foot = number * height
            painter.setPen(QPen(QColor(theme.border_strong), 1))
            painter.drawLine(QPointF(0, foot), QPointF(self.width(), foot))
            painter.setPen(QPen(QColor(theme.train), 1.5))
            for fold in folds:
                bend = QPointF(scale * (float(fold) + 2), foot)
                painter.drawPolyline([bend + QPointF(-9, -18), bend, bend + QPointF(9, -18)])


def _ask(window: Any, view: FoldsView) -> None:
    window.context.session.inspection.show_parts("folds", {FoldsPart.kind: True})


DOCK = DockRow(
    "folds", "Folds", Qt.DockWidgetArea.RightDockWidgetArea, 60,
    lambda panels, dock: FoldsView(panels.themes, dock),
    turn=Turn.OTHERS, behind="results", is_open=False, connect=_ask,
)  # fmt: skip
