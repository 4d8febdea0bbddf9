"""Notes beside the input image: which sample it is, its prediction, and what is nearest in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath

from core.experiment.prepare import PreparedData
from core.inspect.found_samples import NearestPart, NearestSamples
from core.inspect.snapshot import Snapshot
from core.io.number_text import held_word
from playground.views.canvas.column_layout import LayerColumn
from playground.views.theme.colors import Theme
from playground.views.theme.theme import font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.number_format import class_labels, number_text
from playground.views.widgets.painted import draw_fitted, draw_text

N_NEAREST: Final = 3
_LINE_PX: Final = 18
_GAP_PX: Final = 6
_MAX_PX: Final = 56
_CAPTION: Final = "Nearest in training"

_Part = tuple[str, bool, bool]
"""A text, whether it is bold, and whether it is wrong."""


class InputNotes:
    """Texts above and below the image of a column, and `N_NEAREST` images where there is room for them."""

    def __init__(self, column: LayerColumn, image: QRectF, height: float) -> None:
        self._column, self._image, self._height = column, image, height
        self._label_top = image.bottom()
        self._nearest_top = height
        self._prepared: PreparedData | None = None
        self._snapshot: Snapshot | None = None
        self._drawn: tuple[NearestSamples, Theme, float] | None = None
        self._images: list[QImage] = []
        self._small, self._bold = font("small"), font("small", bold=True)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the samples that the next snapshot is of; None if they are not known."""
        self._prepared, self._snapshot = prepared, None

    def show(self, snapshot: Snapshot | None) -> None:
        """Set the snapshot; None leaves out what depends on one."""
        self._snapshot = snapshot

    def below_image(self, above: QRectF) -> QRectF:
        """The image, what is directly below it (`above`), and the line that says what it is."""
        self._label_top = above.bottom() + 2
        return above.adjusted(0, 0, 0, 2 + _LINE_PX)

    def place_nearest(self, top: float) -> None:
        """Set where the nearest samples begin."""
        self._nearest_top = top

    @property
    def title(self) -> str:
        """Name of the sample."""
        if self._snapshot is None or self._prepared is None:
            return ""
        if self._snapshot.shows_drawing:
            return "your drawing"
        row, prepared = self._snapshot.request.sample, self._prepared
        if row < 0:
            return f"train {~row + 1:,} of {len(prepared.train_index):,}"
        return f"{held_word(prepared.held_name)} {row + 1:,} of {len(prepared.test_index):,}"

    @property
    def prediction(self) -> tuple[_Part, ...]:
        """Label of the sample and prediction of the network, in parts."""
        found = self._label_and_prediction
        if found is None:
            return ()
        label, seen, is_wrong = found
        known = (("label ", False, False), (f"{label}  ", True, False)) if label else ()
        right = " ✓" if label and self._is_class and not is_wrong else ""
        return (*known, ("network ", False, False), (f"{seen}{right}", True, is_wrong))

    @property
    def short_prediction(self) -> tuple[_Part, ...]:
        """As `prediction`, where that has no room: "6 ✓", "6 → 5"."""
        found = self._label_and_prediction
        if found is None:
            return ()
        label, seen, is_wrong = found
        if label and self._is_class and not is_wrong:
            return ((f"{label} ✓", True, False),)
        return ((f"{label} → " if label else "→ ", False, False), (seen, True, is_wrong))

    @property
    def _is_class(self) -> bool:
        return self._prepared is not None and self._prepared.task.classifies

    @property
    def _label_and_prediction(self) -> tuple[str, str, bool] | None:
        """The label ("" of a drawing), what the network says, and whether that is wrong."""
        snapshot, prepared = self._snapshot, self._prepared
        if snapshot is None or prepared is None or snapshot.sample_output is None:
            return None
        if prepared.task.labels is None:
            # What is learned is no label.
            return None
        row = snapshot.request.sample
        # For a moment after an edit, the snapshot may be of a network with other outputs.
        if (
            not -len(prepared.train_index) <= row < len(prepared.test_index)
            or len(snapshot.sample_output) != prepared.encoding.outputs
        ):
            return None
        target = prepared.train.labels[~row] if row < 0 else prepared.test.labels[row]
        if not self._is_class:
            label, seen = number_text(float(target[0])), number_text(float(snapshot.sample_output[0]))
            return "" if snapshot.shows_drawing else label, seen, False
        names = class_labels(prepared.data)
        found = int(prepared.encoding.decode(snapshot.sample_output[None])[0])
        if snapshot.shows_drawing:
            return "", names[found], False
        return names[int(target)], names[found], found != int(target)

    @property
    def shows_nearest(self) -> bool:
        """Whether there is room for the nearest samples."""
        return self._nearest_top + 2 * _LINE_PX + self._side <= self._height

    @property
    def nearest_rects(self) -> list[QRectF]:
        """Rectangles of the images of the nearest samples."""
        side, count = self._side, N_NEAREST
        left = self._column.center - (count * side + (count - 1) * _GAP_PX) / 2
        top = self._nearest_top + _LINE_PX
        return [
            QRectF(round(left + number * (side + _GAP_PX)), round(top), side, side) for number in range(count)
        ]

    @property
    def _side(self) -> float:
        return float(int(min(_MAX_PX, (self._column.width - (N_NEAREST - 1) * _GAP_PX) / N_NEAREST)))

    def paint(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        painter.setFont(self._small)
        if self._image.top() >= _LINE_PX:
            painter.setPen(QColor(theme.text_muted))
            place = self._line(self._image.top() - _LINE_PX)
            draw_fitted(painter, place, (self.title, self.title.partition(" ")[2]), self._small)
        self._paint_prediction(painter, theme)
        nearest = None if self._snapshot is None else self._snapshot.part(NearestPart)
        if nearest is not None and self._prepared is not None and self.shows_nearest:
            self._paint_nearest(painter, theme, ratio, nearest, self._prepared)

    def _line(self, top: float) -> QRectF:
        return QRectF(self._column.left - 8, top, self._column.width + 16, _LINE_PX)

    def _paint_prediction(self, painter: QPainter, theme: Theme) -> None:
        place = self._line(self._label_top)
        parts, widths = self.prediction, self._widths(self.prediction)
        if sum(widths) > place.width():
            parts, widths = self.short_prediction, self._widths(self.short_prediction)
        left = max(place.left(), place.center().x() - sum(widths) / 2)
        for (text, is_bold, is_wrong), width in zip(parts, widths, strict=True):
            painter.setFont(self._bold if is_bold else self._small)
            painter.setPen(QColor(theme.danger if is_wrong else theme.text if is_bold else theme.text_muted))
            room = place.right() - left
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room) + 1)
            painter.drawText(QRectF(left, place.top(), room, _LINE_PX), Qt.AlignmentFlag.AlignVCenter, shown)
            left += width

    def _widths(self, parts: Sequence[_Part]) -> list[float]:
        fonts = [self._bold if is_bold else self._small for _, is_bold, _ in parts]
        return [
            QFontMetricsF(each).horizontalAdvance(part[0]) for each, part in zip(fonts, parts, strict=True)
        ]

    def _paint_nearest(
        self, painter: QPainter, theme: Theme, ratio: float, nearest: NearestSamples, prepared: PreparedData
    ) -> None:
        rects = self.nearest_rects
        if self._drawn is None or self._drawn[0] is not nearest or self._drawn[1:] != (theme, ratio):
            pixels = round(self._side * ratio)
            self._images = [gray_image(image, theme, pixels) for image in nearest.inputs]
            for image in self._images:
                image.setDevicePixelRatio(ratio)
            self._drawn = (nearest, theme, ratio)
        draw_text(painter, self._line(self._nearest_top), _CAPTION, theme.text_muted, self._small)
        for image, label, rect in zip(self._images, nearest.labels, rects, strict=False):
            rounded = QPainterPath()
            rounded.addRoundedRect(rect, 4, 4)
            painter.save()
            painter.setClipPath(rounded)
            painter.drawImage(QPointF(rect.topLeft()), image)
            painter.restore()
            below = QRectF(rect.left() - _GAP_PX / 2, rect.bottom() + 1, rect.width() + _GAP_PX, _LINE_PX)
            text = painter.fontMetrics().elidedText(
                _label_text(prepared, label), Qt.TextElideMode.ElideRight, int(below.width())
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)


def _label_text(prepared: PreparedData, label: object) -> str:
    if prepared.data.labels != "classes":
        return number_text(float(label[0]))  # type: ignore[index]
    return class_labels(prepared.data)[int(label)]  # type: ignore[call-overload]
