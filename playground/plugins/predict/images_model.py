"""Qt table model of new images: the prediction, and the image as the network gets it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPixmap

from core.data.pipeline import Pipeline
from core.predict import RawSamples
from playground.plugin import Index, Theme, ThemeSource, gray_image
from playground.plugins.predict.predictions_model import MAX_ROWS, PREDICTION, PredictionsModel, Role

PICTURE_PX: Final = 40
_PIXEL_RATIO: Final = 2


class ImagesModel(PredictionsModel):
    """Shows the first `MAX_ROWS` images."""

    def __init__(self, themes: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(themes, parent)
        self._names: tuple[str, ...] = ()
        self._pixels: NDArray[Any] | None = None
        self._failures: Mapping[int, str] = {}
        self._pictures: dict[int, QPixmap] = {}

    def show_samples(self, samples: RawSamples | None, pipeline: Pipeline | None) -> None:
        """Set the images; None for none."""
        self.beginResetModel()
        self._predictions, self._pictures = {}, {}
        self._names, self._pixels, self._failures = (), None, {}
        if samples is not None and pipeline is not None:
            self._pixels = pipeline.inputs.encode(samples.values[:MAX_ROWS])
            self._names, self._failures = samples.names[:MAX_ROWS], samples.failures
        self.endResetModel()
        self.samples_changed.emit()

    def encoded(self) -> tuple[list[int], NDArray[Any] | None]:
        rows = [row for row in range(self.rowCount()) if row not in self._failures]
        return rows, self._pixels[rows] if self._pixels is not None and rows else None

    def notes(self, row: int) -> list[str]:
        return [f"The file cannot be read: {self._failures[row]}"] if row in self._failures else []

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if self._pixels is None else len(self._pixels)

    def columnCount(self, parent: Index | None = None) -> int:
        return 2

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.column() == PREDICTION:
            return super().data(index, role)
        row = index.row()
        path = self._names[row] if row < len(self._names) else f"image {row + 1}"
        if role == Role.DisplayRole:
            return Path(path).name
        if role in (Role.ToolTipRole, Role.AccessibleDescriptionRole):
            return "\n".join([path, *self.notes(row)])
        if row in self._failures:
            return QColor(self.theme.danger) if role == Role.ForegroundRole else super().data(index, role)
        return self._picture(row) if role == Role.DecorationRole else super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and section == 1 and role == Role.DisplayRole:
            return "Image"
        return super().headerData(section, orientation, role)

    def _picture(self, row: int) -> QPixmap:
        assert self._pixels is not None
        if row not in self._pictures:
            image = gray_image(self._pixels[row], self.theme, PICTURE_PX * _PIXEL_RATIO)
            image.setDevicePixelRatio(_PIXEL_RATIO)
            self._pictures[row] = QPixmap.fromImage(image)
        return self._pictures[row]

    def _show_theme(self, theme: Theme) -> None:
        self._pictures = {}
        super()._show_theme(theme)
