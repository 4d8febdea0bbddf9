"""StepTrack: the stages of a slow step in a row, with a stop per layer and a handle to drag."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.train.slow_step import STAGES
from playground.model.slow_motion import SlowMoment
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme, mix
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import Painted, draw_box, draw_text, use_colors
from playground.views.widgets.spoken import Amount, Role, speak_as

_HEIGHT_PX: Final = 44
_GAP_PX: Final = 6
_SIDE_PX: Final = 8
_BAR_PX: Final = 4.0
_HANDLE_PX: Final = 7.0
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}


class StepTrack(Painted):
    """Arrow keys go from stop to stop, page keys from stage to stage, Home to the start, End to the end."""

    name = "Step in slow motion"
    size_px = 400, _HEIGHT_PX
    least_px = 240, _HEIGHT_PX

    position_requested = Signal(float)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._moment: SlowMoment | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        amount = Amount(self._read, self.position_requested.emit, self._words)
        speak_as(self, Role.Slider, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right), amount=amount)
        self.setAccessibleDescription("Arrow keys go from stop to stop, page keys from stage to stage.")
        self.setToolTip("Drag, or press the arrow keys, to go through the step.")

    def show_moment(self, moment: SlowMoment | None) -> None:
        before, self._moment = self._moment, moment
        self.update()
        if QAccessible.isActive() and (before is None or moment is None or before.stop != moment.stop):
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.ValueChanged))

    def places(self) -> list[QRectF]:
        """The bar of each stop, from left to right."""
        return [bar for _, bars in self._boxes() for bar in bars]

    def position_at(self, x: float) -> float:
        """The position of a place in the widget."""
        bars = self.places()
        for index, bar in enumerate(bars):
            if x < bar.right():
                return index + max(0.0, (x - bar.left()) / bar.width())
        return float(len(bars))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moment, key = self._moment, Qt.Key(event.key())
        if moment is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        stops, last = moment.stops, len(moment.stops)
        ends = [0, *(n for n in range(1, last) if stops[n - 1].stage != stops[n].stage), last]
        places = {
            Qt.Key.Key_PageDown: min((end for end in ends if end > moment.position), default=last),
            Qt.Key.Key_PageUp: max((end for end in ends if end < moment.position), default=0),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if (count := _STEPS.get(key)) is not None:
            self.step(count)
        elif key in places:
            self.position_requested.emit(float(places[key]))
        else:
            super().keyPressEvent(event)

    def step(self, count: int) -> None:
        """Go to the next stop, or with -1 to the one before."""
        if self._moment is not None:
            at = self._moment.position
            wanted = math.floor(at) + 1 if count > 0 else math.ceil(at) - 1
            self.position_requested.emit(float(min(len(self._moment.stops), max(0, wanted))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.position_requested.emit(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.position_requested.emit(self.position_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            # It rests at a stop.
            self.position_requested.emit(float(round(self.position_at(event.position().x()))))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        moment = self._moment
        if moment is None:
            return
        stop, done = moment.stop, 0
        handle = QPointF(_SIDE_PX, _HEIGHT_PX - 12)
        for stage, (box, bars) in zip(self._stages(), self._boxes(), strict=True):
            is_now = stop is not None and stop.stage == stage
            ink = theme.gradient if stage == "backward" else theme.accent
            colors = (mix(theme.surface, ink, 0.12), ink, 1.5) if is_now else (theme.field, theme.border, 1.0)
            draw_box(painter, box.adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, *colors)
            color = theme.text_muted if moment.position <= done else theme.text
            draw_text(painter, box.adjusted(4, 5, -4, -18), stage.capitalize(), color, font(bold=is_now))
            for bar in bars:
                share = min(1.0, max(0.0, moment.position - done))
                draw_box(painter, bar, 2, theme.border_strong)
                if share > 0.0:
                    draw_box(
                        painter, QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), 2, ink
                    )
                    handle = QPointF(bar.left() + bar.width() * share, bar.center().y())
                done += 1
        ink = theme.gradient if stop is not None and stop.stage == "backward" else theme.accent
        use_colors(painter, theme.surface, ink, 2.5)
        painter.drawEllipse(handle, _HANDLE_PX, _HANDLE_PX)
        if self.hasFocus():
            use_colors(painter, None, theme.accent, 1.5)
            painter.drawEllipse(handle, _HANDLE_PX + 3, _HANDLE_PX + 3)

    def _stages(self) -> list[str]:
        present = {stop.stage for stop in (self._moment.stops if self._moment is not None else ())}
        return [stage for stage in STAGES if stage in present]

    def _boxes(self) -> list[tuple[QRectF, list[QRectF]]]:
        """Each stage's box, and the bars of its stops."""
        if self._moment is None:
            return []
        stages, found = self._stages(), []
        counts = [sum(stop.stage == stage for stop in self._moment.stops) for stage in stages]
        # Room for the name, whatever the network's depth.
        least = 76.0
        spare = max(0.0, self.width() - _GAP_PX * (len(stages) - 1) - least * len(stages))
        left = 0.0
        for count in counts:
            width = least + spare * count / sum(counts)
            inner = (width - 2 * _SIDE_PX) / count
            first = QRectF(left + _SIDE_PX, _HEIGHT_PX - 14.0, max(1.0, inner - 2), _BAR_PX)
            bars = [first.translated(inner * n, 0) for n in range(count)]
            bars[-1].setWidth(max(1.0, inner))
            found.append((QRectF(left, 0, width, _HEIGHT_PX), bars))
            left += width + _GAP_PX
        return found

    def _read(self) -> tuple[float, float, float]:
        moment = self._moment
        return (0.0, 0.0, 0.0) if moment is None else (0.0, moment.position, float(len(moment.stops)))

    def _words(self) -> str:
        return "" if self._moment is None else f"{self._moment.title}. {self._moment.sentence}"
