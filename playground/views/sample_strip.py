"""The row of test samples under the network: choose the one whose way through the layers is shown."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.snapshot import Snapshot
from playground.views.canvas.neuron_images import gray_image
from playground.views.controls import SectionTitle
from playground.views.theme import Theme, ThemeSource, font

__all__ = ["SampleStrip", "Thumbnails"]

THUMBNAIL_PX: Final = 42
CARD_PX: Final = 84
GAP_PX: Final = 12
EDGE_PX: Final = 4


class Thumbnails(QWidget):
    """As many test samples as fit, one of them chosen: images, or cards with the class of a row of a table."""

    row_chosen = Signal(int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._prepared: Any = None
        self._first = self._row = 0
        self._hovered = -1
        self._pictures: dict[int, QPixmap] = {}
        self._pictured: Theme | None = None
        self._small = font("small")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Test samples")
        self.setToolTip(
            "The test sample that is shown on its way through the network. Left and right choose another."
        )
        themes.theme_changed.connect(self._repaint)

    @property
    def row(self) -> int:
        """The chosen row of the test part."""
        return self._row

    @property
    def count(self) -> int:
        """How many rows there are to choose from."""
        return 0 if self._prepared is None else len(self._prepared.test_index)

    def sizeHint(self) -> QSize:
        return QSize(5 * (THUMBNAIL_PX + GAP_PX), THUMBNAIL_PX + 2 * EDGE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(THUMBNAIL_PX + 2 * EDGE_PX, THUMBNAIL_PX + 2 * EDGE_PX)

    def set_data(self, prepared: Any) -> None:
        """Show the test part of a `core.preparation.Prepared`."""
        self._prepared = prepared
        self._pictures.clear()
        self._first = 0
        self.choose(min(self._row, max(0, self.count - 1)))

    def choose(self, row: int) -> None:
        """Outline a row, and bring it into view."""
        self._row = row
        fitting = self._fitting()
        self._first = max(0, min(max(self._first, row - fitting + 1), row))
        self._first = min(self._first, max(0, self.count - fitting))
        self.setAccessibleDescription(f"Sample {row + 1} of {self.count}{self._class_text(row)}")
        self.update()

    def row_rect(self, row: int) -> QRectF:
        """Where a row is drawn."""
        left = EDGE_PX + (row - self._first) * (self._width() + GAP_PX)
        return QRectF(left, (self.height() - THUMBNAIL_PX) / 2, self._width(), THUMBNAIL_PX)

    def row_at(self, pos: QPointF) -> int:
        """The row at a point, -1 where there is none."""
        for row in range(self._first, min(self._first + self._fitting(), self.count)):
            if self.row_rect(row).contains(pos):
                return row
        return -1

    def _is_image(self) -> bool:
        return self._prepared is not None and self._prepared.data.inputs.ndim == 4

    def _width(self) -> int:
        return THUMBNAIL_PX if self._is_image() else CARD_PX

    def _fitting(self) -> int:
        return max(1, int((self.width() - 2 * EDGE_PX + GAP_PX) // (self._width() + GAP_PX)))

    def _class_text(self, row: int) -> str:
        name = "" if self._prepared is None else answer_name(self._prepared, row)
        return f": {name}" if name else ""

    def _repaint(self) -> None:
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.choose(self._row)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        if theme is not self._pictured:
            self._pictures.clear()
            self._pictured = theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(self._first, min(self._first + self._fitting(), self.count)):
            place = self.row_rect(row)
            if self._is_image():
                painter.drawPixmap(place.topLeft(), self._picture(row, theme))
            else:
                self._paint_card(painter, row, place, theme)
            if row == self._row or row == self._hovered:
                focused = row == self._row and self.hasFocus()
                painter.setPen(
                    QPen(
                        QColor(theme.accent if row == self._row else theme.border_strong), 3 if focused else 2
                    )
                )
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 5, 5)
        painter.end()

    def _picture(self, row: int, theme: Theme) -> QPixmap:
        if row not in self._pictures:
            if len(self._pictures) > 200:
                self._pictures.clear()
            ratio = self.devicePixelRatioF()
            pixels = self._prepared.data.inputs[self._prepared.test_index[row]]
            picture = QPixmap.fromImage(gray_image(pixels, theme, round(THUMBNAIL_PX * ratio)))
            picture.setDevicePixelRatio(ratio)
            self._pictures[row] = picture
        return self._pictures[row]

    def _paint_card(self, painter: QPainter, row: int, place: QRectF, theme: Theme) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(place, 5, 5)
        metrics = QFontMetricsF(self._small)
        painter.setFont(self._small)
        half = place.height() / 2
        name = metrics.elidedText(
            answer_name(self._prepared, row), Qt.TextElideMode.ElideRight, place.width() - 12
        )
        painter.setPen(QColor(theme.text))
        painter.drawText(place.adjusted(6, 3, -6, -half + 3), int(Qt.AlignmentFlag.AlignCenter), name)
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(
            place.adjusted(6, half - 3, -6, -3), int(Qt.AlignmentFlag.AlignCenter), f"row {row + 1}"
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._choose_and_tell(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: self._row - 1,
            Qt.Key.Key_Right: self._row + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.count - 1,
        }
        row = steps.get(Qt.Key(event.key()))
        if row is None:
            super().keyPressEvent(event)
        elif 0 <= row < self.count:
            self._choose_and_tell(row)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.setCursor(Qt.CursorShape.ArrowCursor if row < 0 else Qt.CursorShape.PointingHandCursor)
            self.update()

    def _choose_and_tell(self, row: int) -> None:
        if row != self._row:
            self.choose(row)
            self.row_chosen.emit(row)


class SampleStrip(QFrame):
    """Caption, thumbnails and "Next mistake". It shows itself for images and tables, and hides for points."""

    sample_selected = Signal(int)
    next_mistake_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Sample")
        self._prepared: Any = None
        self.thumbnails = Thumbnails(themes, self)
        self.thumbnails.row_chosen.connect(self._select)
        self._verdict = QLabel(self)
        self._verdict.setProperty("role", "caption")
        self._verdict.setToolTip("What the sample is, and what the network takes it for.")
        self.mistake_button = QPushButton("Next mistake", self)
        self.mistake_button.setToolTip("Go to the next test sample that the network gets wrong.")
        self.mistake_button.clicked.connect(self._ask_for_mistake)
        caption = QVBoxLayout()
        caption.setSpacing(2)
        caption.addStretch(1)
        caption.addWidget(SectionTitle("Sample", self))
        caption.addWidget(self._verdict)
        caption.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(12)
        row.addLayout(caption)
        row.addWidget(self.thumbnails, 1)
        row.addWidget(self.mistake_button)
        self._verdict.setFixedWidth(84)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def verdict(self) -> str:
        """What is said of the chosen sample."""
        return self._verdict.text()

    def show_data(self, prepared: Any) -> None:
        """Show the test part of a `core.preparation.Prepared`."""
        self._prepared = prepared
        points = prepared.data.inputs.ndim == 2 and prepared.data.inputs.shape[1] == 2
        self.setVisible(not points and len(prepared.test_index) > 0)
        self.mistake_button.setVisible(prepared.coding.classes > 0)
        self._say("")
        self.thumbnails.set_data(prepared)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say what the network takes the chosen sample for."""
        prepared, row = self._prepared, self.thumbnails.row
        if (
            not self.isVisible()
            or prepared is None
            or snapshot.sample is None
            or snapshot.sample_output is None
        ):
            return
        # A snapshot from before the choice shows another sample.
        if not prepared.coding.classes or not np.array_equal(snapshot.sample, prepared.test_inputs[row]):
            return
        true = int(prepared.test_targets[row])
        seen = int(prepared.coding.decode(snapshot.sample_output[None])[0])
        names = prepared.data.class_names or tuple(map(str, range(prepared.coding.classes)))
        self._say(
            f"{names[true]} ✓" if seen == true else f"{names[true]} → {names[seen]}", wrong=seen != true
        )

    def select(self, test_row: int) -> None:
        """Outline a row without telling, for a choice that was made elsewhere."""
        if test_row != self.thumbnails.row:
            self._say("")
        self.thumbnails.choose(test_row)

    def _select(self, row: int) -> None:
        self._say("")
        self.sample_selected.emit(row)

    def _ask_for_mistake(self) -> None:
        self.next_mistake_requested.emit()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        if text == self._verdict.text():
            return
        self._verdict.setText(text)
        self._verdict.setProperty("role", "danger" if wrong else "caption")
        self._verdict.style().unpolish(self._verdict)
        self._verdict.style().polish(self._verdict)


def answer_name(prepared: Any, row: int) -> str:
    """What a test sample is: the name of its class, or its value."""
    answer = prepared.test_targets[row]
    if prepared.coding.classes == 0:
        return f"{float(np.ravel(answer)[0]):.3g}".replace("-", "−")
    names = prepared.data.class_names
    return names[int(answer)] if names else str(int(answer))
