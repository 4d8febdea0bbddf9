"""Paint widgets below each other into an image, an SVG or a PDF: what they show, without controls and hover marks.

A window is painted as it is, but for the marks under the pointer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMarginsF, QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)

from playground.views.widgets.descendants import descendants

if TYPE_CHECKING:
    from PIL import Image

_CONTROLS: Final = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)


def is_control(widget: QWidget) -> bool:
    """Whether a widget is there to be operated; the property "control" says so of others, or not of buttons."""
    said = widget.property("control")
    return isinstance(widget, _CONTROLS) if said is None else bool(said)


@contextmanager
def at_rest(widgets: Iterable[QWidget]) -> Iterator[None]:
    """Within the block nothing in `widgets` is pointed at; those that are no window have no focus and no controls.

    Those with a method `set_pictured` are told at its begin and end. What was pointed at is so again when the pointer
    moves: to have chosen "Copy picture" it has left for a menu, of which Qt tells the widget below nothing.
    """
    tops = list(widgets)
    shown = [each for top in tops for each in _shown_in(top)]
    parts = [each for top in tops if not top.isWindow() for each in _shown_in(top)]
    pictured = [each for each in parts if hasattr(each, "set_pictured")]
    focused = QApplication.focusWidget()
    if focused not in parts:
        focused = None
    for each in shown:
        QApplication.sendEvent(each, QEvent(QEvent.Type.Leave))
    if focused is not None:
        focused.clearFocus()
    for each in pictured:
        each.set_pictured(True)
    try:
        yield
    finally:
        for each in pictured:
            each.set_pictured(False)
        if focused is not None:
            # As a window that becomes active again does: no ring appears that was not there.
            focused.setFocus(Qt.FocusReason.ActiveWindowFocusReason)


def _shown_in(top: QWidget) -> list[QWidget]:
    """A widget and those in it that are not hidden, without other windows such as dialogs over it."""
    inside = (each for each in descendants(top, QWidget) if each.window() is top.window())
    return [each for each in (top, *inside) if not each.isHidden()]


MAX_SIDE_PX = 32_000
"""Qt's painter has no larger images."""
_MARGIN_PX = 12
_GAP_PX = 8
_PX_PER_INCH = 96
_POINTS_PER_INCH = 72


def picture_size(widgets: Sequence[QWidget]) -> QSize:
    """The size of the picture in pixels of the screen."""
    width = max(widget.width() for widget in widgets)
    height = sum(widget.height() for widget in widgets) + _GAP_PX * (len(widgets) - 1)
    return QSize(width + 2 * _MARGIN_PX, height + 2 * _MARGIN_PX)


def picture_image(widgets: Sequence[QWidget], background: str, scale: float = 1.0) -> QImage:
    """The widgets on `background`, `scale` pixels for each of the screen. Raises `ValueError` if that is too large."""
    size = picture_size(widgets)
    pixels = QSize(round(size.width() * scale), round(size.height() * scale))
    if max(pixels.width(), pixels.height()) > MAX_SIDE_PX:
        raise ValueError(
            f"The picture must be at most {MAX_SIDE_PX:,} pixels a side, "
            f"got {pixels.width():,} x {pixels.height():,}; choose a smaller scale"
        )
    image = QImage(pixels, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(background))
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    _paint(painter, widgets)
    painter.end()
    return image


def frame_image(picture: Image.Image) -> QImage:
    """A frame of a film, for Qt."""
    width, height = picture.size
    data = picture.convert("RGB").tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def picture_bytes(widgets: Sequence[QWidget], background: str, file_format: str, scale: float = 1.0) -> bytes:
    """The picture as a file in "png", "svg" or "pdf"; `scale` applies to "png" alone. Raises `ValueError`."""
    if file_format == "png":
        return _png(picture_image(widgets, background, scale))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    paint = _paint_svg if file_format == "svg" else _paint_pdf
    paint(buffer, widgets, background)
    return bytes(buffer.data().data())


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def _paint_svg(buffer: QBuffer, widgets: Sequence[QWidget], background: str) -> None:
    size = picture_size(widgets)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setResolution(_PX_PER_INCH)
    generator.setTitle(widgets[0].accessibleName())
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(0, 0), size), QColor(background))
    _paint(painter, widgets)
    painter.end()


def _paint_pdf(buffer: QBuffer, widgets: Sequence[QWidget], background: str) -> None:
    size = picture_size(widgets)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PX_PER_INCH)
    points = QSizeF(size) * _POINTS_PER_INCH / _PX_PER_INCH
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(widgets[0].accessibleName())
    painter = QPainter(writer)
    painter.fillRect(QRect(QPoint(0, 0), size), QColor(background))
    _paint(painter, widgets)
    painter.end()


def _paint(painter: QPainter, widgets: Sequence[QWidget]) -> None:
    top = _MARGIN_PX
    with at_rest(widgets):
        for widget in widgets:
            place = QPoint(_MARGIN_PX, top)
            if widget.isWindow():
                # Of QWidget: a graphics view has another method of this name, which leaves out its background.
                QWidget.render(widget, painter, place, QRegion(), QWidget.RenderFlag.DrawChildren)
            else:
                _paint_shown(painter, widget, place, widget.rect())
            top += widget.height() + _GAP_PX


def _paint_shown(painter: QPainter, widget: QWidget, place: QPoint, seen: QRect) -> None:
    """Paint a widget whose corner is at `place`, of which the part `seen` is not cut off, and what lies in it."""
    if seen.isEmpty():
        return
    QWidget.render(widget, painter, place + seen.topLeft(), QRegion(seen), QWidget.RenderFlag(0))
    for child in widget.children():
        if isinstance(child, QWidget) and not (child.isHidden() or child.isWindow() or is_control(child)):
            part = seen.translated(-child.pos()).intersected(child.rect())
            _paint_shown(painter, child, place + child.pos(), part)
