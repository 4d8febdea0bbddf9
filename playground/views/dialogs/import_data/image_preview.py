"""Preview of an image folder: a row per class with name, count and first images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from core.data.images.read_folder import ImageSet
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import gray_image

_TILE_PX = 44
_GAP_PX = 6
_ROW_PX = _TILE_PX + 2 * _GAP_PX
_NAME_PX = 150
_MAX_SHOWN = 40


class ImagePreview(QScrollArea):
    """A row per class; scrolls vertically."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = _Rows(themes)
        self.setWidget(self.rows)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(_ROW_PX)
        self.setAccessibleName("Images by class")
        self.setToolTip("The first images of each class, as the network will see them.")


class _Rows(QWidget):
    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self._themes = themes
        self._images: ImageSet | None = None
        self._invert = False
        self._pictures: dict[int, list[QImage]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.theme_changed.connect(self._clear)

    @property
    def drawn(self) -> int:
        """Number of classes drawn so far: those scrolled into view."""
        return len(self._pictures)

    def show_images(self, images: ImageSet | None, invert: bool) -> None:
        self._images, self._invert = images, invert
        if images is not None:
            names = zip(images.class_names, images.counts, strict=True)
            self.setAccessibleDescription(", ".join(f"{name}: {count:,}" for name, count in names))
        self.updateGeometry()
        self._clear()

    def sizeHint(self) -> QSize:
        count = 0 if self._images is None else len(self._images.class_names)
        return QSize(_NAME_PX + 6 * (_TILE_PX + _GAP_PX), count * _ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._images is None:
            return
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Draw only visible rows: there may be a hundred classes.
        first = event.rect().top() // _ROW_PX
        last = min(event.rect().bottom() // _ROW_PX, len(self._images.class_names) - 1)
        for row in range(first, last + 1):
            self._paint_row(painter, theme, row, self._images)

    def _paint_row(self, painter: QPainter, theme: Theme, row: int, images: ImageSet) -> None:
        top = row * _ROW_PX
        if row:
            painter.setPen(QPen(QColor(theme.border), 1))
            painter.drawLine(QPointF(0, top + 0.5), QPointF(self.width(), top + 0.5))
        self._write(painter, theme, row, images)
        painter.setPen(Qt.PenStyle.NoPen)
        fitting = max(1, (self.width() - _NAME_PX) // (_TILE_PX + _GAP_PX))
        for place, picture in enumerate(self._pictures_of(row, images)[:fitting]):
            left = _NAME_PX + place * (_TILE_PX + _GAP_PX)
            tile = QRectF(left, top + _GAP_PX, _TILE_PX, _TILE_PX)
            painter.setBrush(QColor(theme.field))
            painter.drawRoundedRect(tile.adjusted(-1, -1, 1, 1), RADIUS_SMALL_PX, RADIUS_SMALL_PX)
            painter.drawImage(tile, picture)

    def _write(self, painter: QPainter, theme: Theme, row: int, images: ImageSet) -> None:
        top, count, found = row * _ROW_PX, int(images.counts[row]), images.found[row]
        for dy, face, color, text in (
            (10, font(bold=True), theme.text, images.class_names[row]),
            (
                28,
                font("small"),
                theme.text_muted,
                f"{count:,}" if count == found else f"{count:,} of {found:,}",
            ),
        ):
            painter.setFont(face)
            painter.setPen(QColor(color))
            cut = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, _NAME_PX - 12)
            place = QRectF(0, top + dy, _NAME_PX - 12, 18)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)

    def _pictures_of(self, row: int, images: ImageSet) -> list[QImage]:
        if row not in self._pictures:
            pixels = images.of_class(row, _MAX_SHOWN).astype(np.float32) / 255
            if self._invert and pixels.shape[-1] == 1:
                pixels = 1 - pixels
            size = round(_TILE_PX * self.devicePixelRatioF())
            self._pictures[row] = [gray_image(image, self._themes.theme, size) for image in pixels]
        return self._pictures[row]

    def _clear(self) -> None:
        self._pictures.clear()
        self.update()
