"""The exported model as a graph: inputs, steps and outputs from left to right."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.dialogs.export.content import ModelGraph
from playground.views.theme.colors import RADIUS_PX, RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import Painted, draw_box, use_colors

_HEIGHT_PX = 96
_MARGIN_PX = 10
_PILL_PX = 18
_STEP_PX = 28
_GAP_PX = 12
_MIN_GAP_PX = 6.0
_LINK_PX = 18
_MAX_ENDS = 4
_MAX_END_SHARE = 0.27


class ModelGraphView(Painted):
    """Draws a `ModelGraph`; middle steps that find no room are counted instead."""

    size_px = 480, _HEIGHT_PX

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._graph = ModelGraph((), (), ())
        self.setFixedHeight(_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_graph(self, graph: ModelGraph) -> None:
        self._graph = graph
        chain = [", ".join(graph.inputs), *graph.steps, ", ".join(graph.outputs)]
        self.setAccessibleName(f"Exported model: {' → '.join(chain)}")
        self.setToolTip("\n".join(chain))
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        draw_box(painter, frame, RADIUS_PX, theme.window, theme.border)
        painter.setFont(font("small"))
        inner = frame.adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0)
        inputs = _ends(_shortened(self._graph.inputs), inner, left=True)
        outputs = _ends(_shortened(self._graph.outputs), inner, left=False)
        left = max((place.right() for _, place in inputs), default=inner.left())
        right = min((place.left() for _, place in outputs), default=inner.right())
        room = QRectF(left + _LINK_PX, inner.top(), right - left - 2 * _LINK_PX, inner.height())
        steps = _steps(self._graph.steps, room)
        self._paint_links(painter, inputs, steps, outputs, theme)
        for text, place in inputs:
            _paint_box(painter, text, place, theme, fill=theme.surface, edge=theme.border, ink=theme.text)
        for text, place in steps:
            edge = theme.accent if (text, place) == steps[0] else theme.border_strong
            _paint_box(painter, text, place, theme, fill=theme.surface, edge=edge, ink=theme.text)
        for text, place in outputs:
            _paint_box(
                painter, text, place, theme, fill=theme.accent_soft, edge=theme.accent_soft, ink=theme.accent
            )

    def _paint_links(
        self,
        painter: QPainter,
        inputs: list[tuple[str, QRectF]],
        steps: list[tuple[str, QRectF]],
        outputs: list[tuple[str, QRectF]],
        theme: Theme,
    ) -> None:
        use_colors(painter, None, theme.border_strong, 1.2)
        for (_, first), (_, second) in itertools.pairwise(steps):
            painter.drawLine(_right(first), _left(second))
        if steps:
            for _, place in inputs:
                painter.drawPath(_curve(_right(place), _left(steps[0][1])))
            for _, place in outputs:
                painter.drawPath(_curve(_right(steps[-1][1]), _left(place)))


def _shortened(names: Sequence[str]) -> list[str]:
    if len(names) <= _MAX_ENDS:
        return list(names)
    kept = _MAX_ENDS - 1
    return [*names[:kept], f"… {len(names) - kept} more"]


def _ends(names: list[str], inner: QRectF, *, left: bool) -> list[tuple[str, QRectF]]:
    metrics = QFontMetrics(font("small"))
    most = inner.width() * _MAX_END_SHARE
    width = min(most, max((metrics.horizontalAdvance(name) for name in names), default=0) + 2 * _GAP_PX)
    pitch = min(_PILL_PX + 4.0, (inner.height() - 8) / max(1, len(names)))
    top = inner.center().y() - pitch * len(names) / 2
    x = inner.left() if left else inner.right() - width
    return [
        (name, QRectF(x, top + row * pitch + 1, width, min(_PILL_PX, pitch - 2)))
        for row, name in enumerate(names)
    ]


def _steps(names: Sequence[str], room: QRectF) -> list[tuple[str, QRectF]]:
    shown = list(names)
    metrics = QFontMetrics(font("small"))

    def widths() -> list[float]:
        return [metrics.horizontalAdvance(name) + 1.4 * _GAP_PX for name in shown]

    hidden = 0
    while len(shown) > 3 and sum(widths()) + _MIN_GAP_PX * (len(shown) - 1) > room.width():
        middle = len(shown) // 2
        if hidden:
            middle = shown.index(f"+{hidden}")
            # The longer side gives one more.
            shown.pop(middle + 1 if len(shown) - middle - 1 >= middle else middle - 1)
            middle = shown.index(f"+{hidden}")
            hidden += 1
        else:
            hidden = 1
        shown[middle] = f"+{hidden}"
    needed = widths()
    total = sum(needed)
    gap = max(_MIN_GAP_PX, (room.width() - total) / max(1, len(shown) - 1)) if len(shown) > 1 else 0.0
    gap = min(gap, 2.5 * _GAP_PX)
    x = room.left() + max(0.0, (room.width() - total - gap * (len(shown) - 1)) / 2)
    places = []
    for name, width in zip(shown, needed, strict=True):
        places.append((name, QRectF(x, room.center().y() - _STEP_PX / 2, width, _STEP_PX)))
        x += width + gap
    return places


def _paint_box(
    painter: QPainter, text: str, place: QRectF, theme: Theme, *, fill: str, edge: str, ink: str
) -> None:
    use_colors(painter, fill, edge)
    radius = place.height() / 2 if place.height() <= _PILL_PX else RADIUS_SMALL_PX
    painter.drawRoundedRect(place, radius, radius)
    painter.setPen(QColor(ink))
    room = int(place.width()) - 6
    elided = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, elided)


def _left(place: QRectF) -> QPointF:
    return QPointF(place.left(), place.center().y())


def _right(place: QRectF) -> QPointF:
    return QPointF(place.right(), place.center().y())


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    middle = (start.x() + end.x()) / 2
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
    return path
