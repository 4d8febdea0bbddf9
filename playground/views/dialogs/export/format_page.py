"""The middle of the export dialog: settings of the format, its graph or picture, and code that reads the file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.views.dialogs.export.code_view import CodeView
from playground.views.dialogs.export.content import ExportContent, ModelGraph
from playground.views.dialogs.export.format_list import format_title
from playground.views.theme.colors import GRID_PX, RADIUS_PX, RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import set_up, vbox
from playground.views.widgets.controls import ScrollArea
from playground.views.widgets.painted import Painted, draw_box, use_colors
from playground.views.widgets.settings_form import SettingsForm

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


_PICTURE_PX = 160
"""The least room of a picture."""


class FormatPage(ScrollArea):
    """One format: scrolls where the window is low."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        page = QWidget(self)
        self.title = set_up(QLabel(page), role="heading")
        self.explanation = set_up(QLabel(page), role="muted", wordWrap=True)
        self.form = SettingsForm(themes, page, across=True)
        self.refusal = set_up(QLabel(page), role="danger", wordWrap=True)
        self.graph = ModelGraphView(themes, page)
        self.picture = _Picture(page)
        self.code = CodeView(themes, page)
        column = vbox(parent=page, margins=(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX), spacing=12)
        column.addLayout(vbox(self.title, self.explanation, spacing=4))
        column.addWidget(self.form)
        column.addWidget(self.refusal)
        column.addWidget(self.graph)
        column.addWidget(self.picture, 1)
        column.addWidget(self.code, 1)
        column.addStretch(0)
        self.setWidget(page)

    def show_spec(self, spec: Any, content: ExportContent, path: Path, refusal: str) -> None:
        """Show a format; `refusal` says why it cannot hold the network."""
        self.title.setText(format_title(spec))
        self.explanation.setText(f"{spec.summary.rstrip('.')}.")
        self.form.setVisible(len(spec.settings()) > len(self.form.exclude))
        self.refusal.setText(refusal)
        self.refusal.setVisible(bool(refusal))
        graph = None if refusal else content.about(spec).graph(spec)
        self.graph.setVisible(graph is not None)
        if graph is not None:
            self.graph.show_graph(graph)
        image = None if refusal else content.about(spec).preview(spec)
        self.picture.setVisible(image is not None)
        self.code.setVisible(image is None and not refusal)
        if image is not None:
            self.picture.show_image(image)
        elif refusal:
            self.code.show_samples(())
        else:
            self.show_code(spec, content, path)

    def show_code(self, spec: Any, content: ExportContent, path: Path) -> None:
        """Show the programs that read the file at `path`."""
        try:
            self.code.show_samples(content.about(spec).code(spec, path))
        except ValueError as error:
            self.code.show_samples((), f"{str(error).rstrip('.')}.")


class _Picture(QLabel):
    """An image, scaled down to fit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_up(self, accessibleName="Preview", toolTip="What is written.")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Not that of the image, which is scaled to the room that there is."""
        return QSize(_PICTURE_PX, _PICTURE_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_image(self, image: QImage) -> None:
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        whole = self._image.size()
        size = whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio) if not _fits(whole, room) else whole
        smooth = Qt.TransformationMode.SmoothTransformation
        shown = QPixmap.fromImage(self._image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)


def _fits(size: QSize, room: QSize) -> bool:
    return size.width() <= room.width() and size.height() <= room.height()
