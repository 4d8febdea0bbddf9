"""The plane of codes: where the encoder puts test samples, and a preview of what the pointer's place decodes to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QImage, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.inspect.flow_field import density
from core.inspect.latent import GRID, LatentFrame
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.output.output_plot import SamplesPlot, density_image
from playground.views.theme.colors import RADIUS_PX, Theme, class_color, rgb
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.number_format import class_words, number_text
from playground.views.widgets.painted import ARROWS, draw_box, draw_dot, use_colors

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_NEAR: Final = 25
_CELLS: Final = 48
"""Of the regions, along each side."""
_BLUR: Final = 2.5
_PREVIEW_PX: Final = 96.0
_ROW_PX: Final = 16.0
_LINES: Final = 6
_EDGE_PX: Final = 10.0
_STEP: Final = 0.02
_WALK_SECONDS: Final = 3.0
_FRAME_MS: Final = 33
_BADGE_PX: Final = 9.0
_MAX_BADGES: Final = 12


class CodePlot(SamplesPlot[LatentFrame]):
    """Points in class colours, or samples decoded over the plane.

    The pointer, or the arrow keys, decode into the preview. A click, or Enter, begins a walk, the next one ends it; on
    a point it selects that test sample, too. Escape takes the walk away.
    """

    name = "Plane of codes"
    keys = "arrows decode, Enter walks, Escape ends"
    empty = "The codes appear with the network"

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._with_tiles, self._with_regions = False, True
        self.pointer: Array | None = None
        """The place (2,) on the plane that the preview shows."""
        self._walk: list[Array] = []
        self._began = 0.0
        self._bold = font("small", bold=True)
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._step)

    @property
    def is_walking(self) -> bool:
        return self._timer.isActive()

    def show_data(self, prepared: PreparedData | None) -> None:
        self._forget()
        super().show_data(prepared)

    def show_picture(self, picture: LatentFrame | None) -> None:
        before = self._picture
        if before is not None and (picture is None or picture.axes != before.axes):
            self._forget()
        super().show_picture(picture)

    def show_tiles(self, on: bool) -> None:
        """Set whether decoded samples are drawn instead of points."""
        self._with_tiles = on
        self._restyle()

    def show_regions(self, on: bool) -> None:
        """Set whether the plane is coloured by the class that is nearest."""
        self._with_regions = on
        self._restyle()

    def text(self) -> str:
        """Measures of the codes: "A code of 2 numbers · spread 5.9 nats"."""
        frame = self._picture
        if frame is None:
            return ""
        numbers = f"{frame.size} numbers" if frame.size != 1 else "1 number"
        if frame.divergences is None:
            return f"A code of {numbers}"
        return f"A code of {numbers} · spread {number_text(float(frame.divergences.sum()), 2)} nats"

    def point_to(self, place: Array | None) -> None:
        """Decode a place (2,) into the preview; None for none."""
        self.pointer = place
        if place is not None:
            self.setAccessibleDescription(self._place_text(place))
        self.update()

    def spot(self, place: Array) -> QPointF:
        """Pixel of a place of the plane."""
        assert self._picture is not None
        x, y = (place - self._picture.low) / (self._picture.high - self._picture.low)
        return QPointF(float(x) * self.width(), (1.0 - float(y)) * self.height())

    def _shares(self) -> Array:
        frame = self._picture
        assert frame is not None
        shares: Array = (frame.places - frame.low) / (frame.high - frame.low)
        return shares

    @property
    def _rows(self) -> list[int]:
        return [] if self._has_tiles else super()._rows

    @property
    def _has_tiles(self) -> bool:
        """Points stay until the first frame with decoded samples."""
        return self._with_tiles and self._picture is not None and self._picture.tiles is not None

    def _paint_kept(self, painter: QPainter, picture: LatentFrame, theme: Theme) -> None:
        if not self._has_tiles:
            if self._with_regions and self._prepared is not None and self._prepared.data.labels == "classes":
                painter.drawImage(QRectF(self.rect()), self._regions(picture, self._prepared))
            super()._paint_kept(painter, picture, theme)
            self._paint_badges(painter, picture, theme)
            return
        assert picture.tiles is not None
        tiles = picture.tiles.reshape(GRID, GRID, *picture.tiles.shape[1:])[::-1]
        rows, columns, channels = picture.tiles.shape[1:]
        whole = tiles.transpose(0, 2, 1, 3, 4).reshape(GRID * rows, GRID * columns, channels)
        side = max(1, round(self.width() * self.devicePixelRatioF()))
        painter.drawImage(QRectF(self.rect()), gray_image(whole.clip(0.0, 1.0), theme, side))

    def _paint_above(self, painter: QPainter, picture: LatentFrame, theme: Theme) -> None:
        super()._paint_above(painter, picture, theme)
        self._paint_walk(painter, theme)
        if self.pointer is not None:
            self._paint_preview(painter, picture, self.pointer, theme)

    def _note(self) -> str:
        """Tooltip: the measure, or what a click does."""
        if self.pointer is None or self.is_walking:
            return self.text()
        return "Click: walk from here to …" if len(self._walk) != 1 else "Click: walk to here"

    def _regions(self, frame: LatentFrame, prepared: PreparedData) -> QImage:
        """The class of which most points are near, fainter where there are few of any."""
        labels = np.asarray(prepared.test.labels)[frame.rows]
        counts = np.stack([
            density(frame.places[labels == number], frame.low, frame.high, _CELLS, _BLUR)
            for number in range(prepared.data.n_classes)
        ])  # fmt: skip
        colors = np.array([rgb(class_color(number)) for number in range(len(counts))])
        return density_image(counts.max(axis=0), colors[counts.argmax(axis=0)])

    def _paint_badges(self, painter: QPainter, frame: LatentFrame, theme: Theme) -> None:
        """The name of each class amid its points, where names are as short as digits."""
        assert self._prepared is not None
        data, labels = self._prepared.data, np.asarray(self._prepared.test.labels)[frame.rows]
        names = data.class_names or tuple(map(str, range(data.n_classes)))
        if data.labels != "classes" or len(names) > _MAX_BADGES or max(map(len, names)) > 2:
            return
        painter.setFont(self._bold)
        for number, name in enumerate(names):
            own = frame.places[labels == number]
            if len(own):
                spot = self.spot(np.median(own, axis=0))
                draw_dot(painter, spot, _BADGE_PX, theme.surface, class_color(number), 2.0)
                painter.setPen(QColor(theme.text))
                around = QRectF(spot.x() - 10, spot.y() - 10, 20, 20)
                painter.drawText(around, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_walk(self, painter: QPainter, theme: Theme) -> None:
        spots = [self.spot(place) for place in self._walk]
        if len(spots) == 1 and self.pointer is not None:
            spots.append(self.spot(self.pointer))
        painter.setPen(QPen(QColor(theme.text), 1.5, Qt.PenStyle.DashLine))
        if len(spots) == 2:
            painter.drawLine(*spots)
        use_colors(painter, theme.accent, theme.surface, 1.5)
        for place in self._walk:
            painter.drawEllipse(self.spot(place), 5.0, 5.0)

    def _paint_preview(self, painter: QPainter, frame: LatentFrame, place: Array, theme: Theme) -> None:
        """A card at the side that is away from the place, with a line to it."""
        sample = np.nan_to_num(frame.decoded(place[None])[0])
        spot = self.spot(place)
        draw_dot(painter, spot, 5.0, None, theme.text, 1.5)
        is_image = sample.ndim == 3
        texts = [*([] if is_image else self._lines(sample)), *self._place_text(place).split("\n")]
        image_px = _PREVIEW_PX if is_image else 0.0
        metrics = painter.fontMetrics()
        width = max(_PREVIEW_PX, *(metrics.horizontalAdvance(text) for text in texts)) + 16
        height = image_px + _ROW_PX * len(texts) + 14
        left = _EDGE_PX if spot.x() > self.width() / 2 else self.width() - width - _EDGE_PX
        top = _EDGE_PX if spot.y() > self.height() / 2 else self.height() - height - _EDGE_PX - 24
        card = QRectF(left, top, width, height)
        nearest = QPointF(card.right() if left == _EDGE_PX else card.left(), card.center().y())
        painter.setPen(QPen(QColor(theme.text_muted), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(spot, nearest)
        draw_box(painter, card, RADIUS_PX, theme.surface_raised, theme.border)
        if is_image:
            image = gray_image(sample.clip(0.0, 1.0), theme, round(_PREVIEW_PX * self.devicePixelRatioF()))
            at = QRectF(card.center().x() - _PREVIEW_PX / 2, top + 6, _PREVIEW_PX, _PREVIEW_PX)
            painter.drawImage(at, image)
        painter.setPen(QColor(theme.text))
        for number, text in enumerate(texts):
            row = QRectF(left, top + 6 + image_px + _ROW_PX * number, width, _ROW_PX)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, text)

    def _lines(self, sample: Array) -> list[str]:
        assert self._prepared is not None
        names = self._prepared.columns or tuple(f"x{number + 1}" for number in range(len(sample)))
        shown = zip(names[:_LINES], sample.tolist(), strict=False)
        more = [f"+ {len(sample) - _LINES} more"] if len(sample) > _LINES else []
        return [*(f"{name[:14]} {number_text(value, 2)}" for name, value in shown), *more]

    def _place_text(self, place: Array) -> str:
        """The code, and which class is near."""
        frame, prepared = self._picture, self._prepared
        assert frame is not None
        assert prepared is not None
        text = f"z {', '.join(number_text(float(value), 2) for value in place[: frame.size])}"
        if prepared.data.labels != "classes" or not len(frame.places):
            return text
        near = np.argsort(np.square(frame.places - place).sum(axis=1))[:_NEAR]
        labels = np.asarray(prepared.test.labels)[frame.rows[near]]
        most = int(np.bincount(labels).argmax())
        share = percent_text(float(np.mean(labels == most)), 0)
        return f"{text}\nnear {class_words(prepared.data.class_names, most)} {share}"

    def _place(self, at: QPointF) -> Array:
        assert self._picture is not None
        low, high = self._picture.low, self._picture.high
        shares = np.array([at.x() / self.width(), 1.0 - at.y() / self.height()]).clip(0.0, 1.0)
        place: Array = low + shares * (high - low)
        if self._picture.size == 1:
            place[1] = 0.0
        return place

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._picture is not None and not self.is_walking:
            self.point_to(self._place(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._picture is not None:
            self._click(self._place(event.position()))

    def _click(self, place: Array) -> None:
        """Select the test sample there, and begin or end a walk."""
        frame = self._picture
        assert frame is not None
        if (row := self._place_at(self.spot(place))) >= 0:
            place = frame.places[row].astype(np.float64)
            self._choose(row)
        if len(self._walk) != 1:
            self._timer.stop()
            self._walk = [place]
        else:
            self._walk.append(place)
            self._began = time.monotonic()
            self._timer.start()
        self.point_to(place)

    def _obey(self, key: Qt.Key) -> bool:
        frame = self._picture
        assert frame is not None
        if key in ARROWS:
            here = (frame.low + frame.high) / 2 if self.pointer is None else self.pointer
            wanted = here + np.array(ARROWS[key]) * _STEP * (frame.high - frame.low)
            wanted = wanted.clip(frame.low, frame.high)
            if frame.size == 1:
                wanted[1] = 0.0
            self.point_to(wanted)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointer is not None:
            self._click(self.pointer)
        elif key == Qt.Key.Key_Escape and (self._walk or self.pointer is not None):
            self._forget()
            self.update()
        else:
            return False
        return True

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.is_walking and not self._walk:
            self.point_to(None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _forget(self) -> None:
        self.pointer, self._walk = None, []
        self._timer.stop()

    def _step(self) -> None:
        """The next picture of a walk; it ends where it was to."""
        share = min(1.0, (time.monotonic() - self._began) / _WALK_SECONDS)
        start, end = self._walk
        self.point_to(start + share * (end - start))
        if share == 1.0:
            self._timer.stop()
