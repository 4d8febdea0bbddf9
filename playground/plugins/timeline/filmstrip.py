"""A row of thumbnails along the timeline: boundaries, confusion matrices of images, or texts that are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QMouseEvent, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import place_text
from core.spec.arrays import Array
from playground.plugin import Moment, Role, Theme, ThemeSource, font, speak_as
from playground.views.widgets.array_images import confusion_image, output_image, paint_lines
from playground.views.widgets.painted import PaintedWidget, clear_pixmap, draw_box, draw_text

_SLOT_PX, _WORDS_PX = 46, 62
_HEIGHT_PX = 42
_SMALL_PX = 36
_GAP_PX = 2
_LATER_OPACITY = 0.42
_EMPTY = "Frames appear as it trains"


def not_kept(start: float) -> str:
    """Sentence of a run whose moments begin at epoch `start`, as it was opened from a file; "" for 0."""
    return f"The moments before epoch {place_text(start)} were not kept" if start > 0 else ""


@dataclass(eq=False)
class Frame:
    """A thumbnail of the moment at `position` epochs: `boundary` or, of images, `confusion`, or `lines` of text."""

    position: float
    boundary: Array | None
    confusion: NDArray[np.int64] | None
    lines: tuple[str, ...] = ()
    _drawn: tuple[str, QImage] | None = None
    _small: tuple[object, QPixmap] | None = None

    def image(self, theme: Theme) -> QImage:
        """The thumbnail in the theme's colors."""
        if self._drawn is None or self._drawn[0] != theme.name:
            if self.confusion is not None:
                self._drawn = theme.name, confusion_image(self.confusion, theme)
            else:
                assert self.boundary is not None
                self._drawn = theme.name, output_image(self.boundary, theme)
        return self._drawn[1]

    def pixmap(self, size: QSizeF, theme: Theme, ratio: float) -> QPixmap:
        """The thumbnail as it stands in the row, painted once."""
        key = size, theme.name, ratio
        if self._small is None or self._small[0] != key:
            made = clear_pixmap(size, ratio)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _paint(painter, QRectF(QPointF(), size), self, theme)
            painter.end()
            self._small = key, made
        return self._small[1]


class Filmstrip(PaintedWidget):
    """Each place has the thumbnail nearest to its epoch; the moment that is looked at is larger, later ones pale."""

    position_requested = Signal(float)
    """Carries a position in epochs."""
    name = "Thumbnails along the timeline"
    size_px = 300, _HEIGHT_PX
    least_px = 80, _HEIGHT_PX

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._frames: dict[int, Frame] = {}
        self._slot_px = _SLOT_PX
        self._start = self._end = 0.0
        self._past: float | None = None
        speak_as(self, Role.Graphic, keys="Arrow keys on the timeline")
        self.setToolTip("Click to see this moment.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def count(self) -> int:
        """Number of thumbnails that have room."""
        return max(1, self.width() // self._slot_px)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The thumbnails, by position."""
        return tuple(sorted(self._frames.values(), key=lambda frame: frame.position))

    def clear(self) -> None:
        """Drop the thumbnails."""
        self._frames.clear()
        self._slot_px = _SLOT_PX
        self.update()

    def show_range(self, end: float, past: float | None, start: float = 0.0) -> None:
        """Set the epoch of now, the position that is looked at or None, and that of the first moment."""
        if (end, past, start) != (self._end, self._past, self._start):
            self._end, self._past, self._start = end, past, start
            self.setAccessibleDescription(not_kept(start))
            self.update()

    def add(self, number: int, frame: Frame) -> None:
        """Add the thumbnail of moment `number`."""
        self._frames[number] = frame
        if frame.lines:
            self._slot_px = _WORDS_PX
        self.update()

    def missing(self, moments: Sequence[Moment]) -> list[Moment]:
        """The moments whose thumbnails are needed, and drops those that are not."""
        if not moments:
            return []
        positions = np.array([moment.position for moment in moments])
        wanted = {moments[_nearest(positions, place)].number: place for place in self._places()}
        have = np.array([frame.position for frame in self.frames])
        near = 0.35 * self._end / self.count
        by_number = {moment.number: moment for moment in moments}
        missing = [
            by_number[number]
            for number, place in wanted.items()
            if number not in self._frames
            and (not have.size or abs(have[_nearest(have, place)] - place) > near)
        ]
        if len(self._frames) > 6 * self.count:
            shown = {id(frame) for frame in self._shown()}
            self._frames = {n: f for n, f in self._frames.items() if id(f) in shown}
        return missing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        slot = min(self.count - 1, int(event.position().x() / self.width() * self.count))
        if event.button() == Qt.MouseButton.LeftButton and self._end > 0 and slot >= self._first_slot:
            self.position_requested.emit(self._places()[slot])

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        first = self.width() * self._first_slot / self.count if self._frames else self.width()
        empty = not_kept(self._start) or ("" if self._frames else _EMPTY)
        # A narrow place is described alone.
        if empty and QFontMetrics(font("small")).horizontalAdvance(empty) < first:
            draw_text(painter, QRectF(0, 0, first, self.height()), empty, theme.text_muted, font("small"))
        width, chosen, ratio = self.width() / self.count, self._slot_of_past(), self.devicePixelRatioF()
        size = QSizeF(round(width - _GAP_PX), _SMALL_PX)
        for slot, frame in enumerate(self._shown()):
            if frame is not None:
                painter.setOpacity(1.0 if slot <= chosen else _LATER_OPACITY)
                corner = QPointF(round(slot * width + _GAP_PX / 2), (self.height() - _SMALL_PX) / 2)
                painter.drawPixmap(corner, frame.pixmap(size, theme, ratio))
        painter.setOpacity(1.0)
        seen = None if self._past is None else self._nearest_frame(self._past)
        if seen is not None:
            center = (chosen + 0.5) * width
            left = min(max(1.0, center - width * 0.62), self.width() - 1.24 * width - 1)
            place = QRectF(left, 1, 1.24 * width, self.height() - 2)
            _paint(painter, place, seen, theme)
            draw_box(painter, place, 4, None, theme.accent, 2.0)

    def _places(self) -> list[float]:
        count = self.count
        return [(slot + 0.5) / count * self._end for slot in range(count)]

    @property
    def _first_slot(self) -> int:
        """Slot of the first moment; a run that was saved without them has none before."""
        return int(self._start / max(self._end, 1e-9) * self.count)

    def _shown(self) -> list[Frame | None]:
        """The thumbnail of every place, None before the first moment."""
        frames = self.frames
        if not frames:
            return []
        have = np.array([frame.position for frame in frames])
        first = self._first_slot
        nearest = np.abs(np.array(self._places())[:, np.newaxis] - have).argmin(axis=1)
        return [frames[near] if slot >= first else None for slot, near in enumerate(nearest)]

    def _nearest_frame(self, position: float) -> Frame | None:
        frames = self.frames
        have = np.array([frame.position for frame in frames])
        return frames[_nearest(have, position)] if frames else None

    def _slot_of_past(self) -> int:
        if self._past is None or self._end <= 0:
            return self.count
        return min(self.count - 1, int(self._past / self._end * self.count))


def _nearest(positions: NDArray[np.float64], value: float) -> int:
    return int(np.argmin(np.abs(positions - value)))


def _paint(painter: QPainter, place: QRectF, frame: Frame, theme: Theme) -> None:
    if frame.lines:
        paint_lines(painter, place, frame.lines, theme)
        return
    image = frame.image(theme)
    painter.save()
    path = QPainterPath()
    path.addRoundedRect(place, 4, 4)
    painter.setClipPath(path)
    # The middle of the square, as high as the strip.
    side = image.width()
    height = side * min(1.0, place.height() / place.width())
    painter.drawImage(place, image, QRectF(0, (image.height() - height) / 2, side, height))
    painter.restore()
