"""Drop target of layer drags: insertion marker, auto-scroll, insert, move and remove."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QScrollBar, QWidget

from core.nn import Layer
from playground.views.canvas.column_layout import gap_at
from playground.views.canvas.scene import NetworkScene
from playground.views.canvas.stack_editor import StackEditor
from playground.views.theme.theme import ThemeSource

_EDGE_PX: Final = 48
_SCROLL_STEP_PX: Final = 10
_SCROLL_INTERVAL_MS: Final = 16


class DropZone(QObject):
    """One drag over the canvas: `begin`, any number of `hover`, then `drop` or `cancel`.

    `source` is the index of the card being moved, None for a new layer. Positions are global. The canvas scrolls while
    the pointer is near its left or right edge; of a network on sequences, near the upper or lower one.
    """

    def __init__(
        self, area: QScrollArea, scene: NetworkScene, editor: StackEditor, themes: ThemeSource
    ) -> None:
        super().__init__(area)
        self._area = area
        self._scene = scene
        self._editor = editor
        self._layer: Layer | None = None
        self.source: int | None = None
        self._at = QPoint()
        self.bar = _DropBar(themes, scene)
        self._scrolling = QTimer(self, interval=_SCROLL_INTERVAL_MS)
        self._scrolling.timeout.connect(self._scroll)

    def begin(self, layer: Layer, source: int | None = None) -> None:
        self._layer, self.source = layer, source

    def hover(self, at: QPoint) -> None:
        """Move the insertion marker to the pointer."""
        if self._layer is None:
            return
        self._at = at
        gap = self._gap(at)
        shown = gap is not None and not (self.source is not None and gap in (self.source, self.source + 1))
        if gap is not None and shown:
            self.bar.setGeometry(self._scene.bar_geometry(gap))
            self.bar.raise_()
        self.bar.setVisible(shown)
        if self._scroll_step() and not self._scrolling.isActive():
            self._scrolling.start()

    def drop(self, at: QPoint) -> None:
        """Insert or move the layer; a card dropped off the canvas is removed."""
        layer, source, gap = self._layer, self.source, self._gap(at)
        self.cancel()
        if layer is None:
            return
        if source is None:
            if gap is not None:
                self._editor.insert(gap, layer)
        elif gap is None:
            self._editor.remove(source)
        else:
            self._editor.move_to(source, gap if gap <= source else gap - 1)

    def cancel(self) -> None:
        self._layer = self.source = None
        self._scrolling.stop()
        self.bar.hide()

    def contains(self, at: QPoint) -> bool:
        """Whether a global position is on the visible canvas."""
        return self._area.rect().contains(self._area.mapFromGlobal(at))

    def _gap(self, at: QPoint) -> int | None:
        if not self.contains(at):
            return None
        place = self._scene.mapFromGlobal(at)
        return gap_at(self._scene.columns, place.x(), place.y())

    def _scroll_step(self) -> int:
        """Pixels to scroll now: 0 unless the pointer is near an edge with more content behind it."""
        if self._layer is None or not self.contains(self._at):
            return 0
        at, size, scroll = self._area.mapFromGlobal(self._at), self._area.size(), self._scroll_bar
        place, length = (at.y(), size.height()) if self._is_vertical else (at.x(), size.width())
        if place < _EDGE_PX and scroll.value() > scroll.minimum():
            return -_SCROLL_STEP_PX
        if place > length - _EDGE_PX and scroll.value() < scroll.maximum():
            return _SCROLL_STEP_PX
        return 0

    @property
    def _is_vertical(self) -> bool:
        """Whether the stack goes up, and not to the right."""
        return self._scene.columns[0].is_row

    @property
    def _scroll_bar(self) -> QScrollBar:
        return self._area.verticalScrollBar() if self._is_vertical else self._area.horizontalScrollBar()

    def _scroll(self) -> None:
        step = self._scroll_step()
        if not step:
            self._scrolling.stop()
            return
        self._scroll_bar.setValue(self._scroll_bar.value() + step)
        self.hover(self._at)


class _DropBar(QWidget):
    """The insertion marker: an accent line between two columns."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._themes.theme.accent))
