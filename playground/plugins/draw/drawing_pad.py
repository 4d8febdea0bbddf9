"""The drawing pad: mouse, tablet and keyboard input, paste and drop of images."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QImage,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.plugin import LIGHT, PaintedWidget, Role, Theme, ThemeSource, speak_as
from playground.plugins.draw.drawing_sheet import DrawingSheet, SheetPainter

PEN_WIDTH: Final = 0.09
"""Fraction of the side: a digit that fills the pad gets strokes of about 2.5 pixels, like MNIST's."""
PEN_WIDTHS: Final = (0.02, 0.2)
_SIDE_PX: Final = 212
_ERASER: Final = 1.8
_WHEEL_STEP: Final = 120
_STEP: Final = 1 / 28
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class DrawPad(PaintedWidget):
    """The left button draws, the right one erases; E toggles the left button.

    Arrow keys move the pen, Enter puts it down and lifts it. Ctrl+Z undoes a stroke, Delete or Escape clears, Ctrl+V
    pastes.
    """

    changed = Signal()
    erasing_changed = Signal(bool)
    width_changed = Signal(float)
    message_requested = Signal(str)
    """Carries a message for the status bar."""
    name = "Drawing pad"
    is_tracking = True
    is_antialiased = False
    least_px = 120, 120

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.sheet = DrawingSheet()
        self.hint = "Draw here"
        self._painter = SheetPainter()
        self.erasing = False
        """Whether the left button erases."""
        self.pen_width = PEN_WIDTH
        """As a fraction of the side."""
        self._at: QPointF | None = None
        self._down: object = None
        self._stroke_erases = False
        self._by_keys = False
        self.setTabletTracking(True)
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Canvas, press=Qt.Key.Key_Return, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleDescription(
            "Arrows move the pen, Enter puts it down or lifts it, E erases, Control Z takes a stroke back, "
            "Delete clears, Control V pastes a picture"
        )

    # -- what can be asked and done -------------------------------------------------------------------------------

    def set_erasing(self, on: bool) -> None:
        if on != self.erasing:
            self.erasing = on
            self.erasing_changed.emit(on)
            self.update()

    def set_pen_width(self, width: float) -> None:
        width = min(max(width, PEN_WIDTHS[0]), PEN_WIDTHS[1])
        if width != self.pen_width:
            self.pen_width = width
            self.width_changed.emit(width)
            self.update()

    def undo(self) -> None:
        self._lift()
        self.sheet.undo()
        self._emit_changed()

    def clear(self) -> None:
        self._lift()
        self.sheet.clear()
        self._emit_changed()

    def put(self, picture: QImage, *, is_ink: bool = False) -> None:
        """Replace the drawing by an image, as large as fits; see `DrawingSheet.put`."""
        self._lift()
        if self.sheet.put(picture, is_ink=is_ink):
            self._emit_changed()
        else:
            self.message_requested.emit("The picture is empty: nothing in it stands out from its edge")

    def paste(self) -> None:
        """Paste the clipboard's image."""
        self._take(QGuiApplication.clipboard().mimeData(), "The clipboard holds no picture")

    def square(self) -> QRectF:
        """Rectangle of the sheet: as large as fits, top left."""
        side = min(self.width(), self.height())
        return QRectF(0, 0, side, side)

    def place_of(self, share: QPointF) -> QPointF:
        """Widget position of a sheet position."""
        square = self.square()
        return square.topLeft() + share * square.width()

    def sizeHint(self) -> QSize:
        """As high as it is wide: the sheet fills the width that the panel has."""
        return QSize(_SIDE_PX, max(_SIDE_PX, self.width()) if self.isVisible() else _SIDE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # -- mouse and tablet -----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._down is None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            erases = self.erasing or event.button() == Qt.MouseButton.RightButton
            self._put_down(event.button(), self._share(event.position()), self.pen_width, erases)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if isinstance(self._down, Qt.MouseButton) and not event.buttons() & self._down:
            # The release was lost, for example to a dialog.
            self._lift()
        self._move(self._share(event.position()), self.pen_width)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == self._down:
            self._lift()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # A double click is two dots.
        self.mousePressEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        width = self.pen_width * (0.4 + 1.2 * event.pressure()) if _feels_pressure(event) else self.pen_width
        at = self._share(event.position())
        if event.type() == QEvent.Type.TabletPress and self._down is None:
            erases = event.pointerType() == QPointingDevice.PointerType.Eraser
            erases = erases or self.erasing or event.button() == Qt.MouseButton.RightButton
            self._put_down(event.button(), at, width, erases)
        elif event.type() == QEvent.Type.TabletMove:
            self._move(at, width)
        elif event.type() == QEvent.Type.TabletRelease and event.button() == self._down:
            self._lift()
        # Otherwise Qt synthesizes a mouse event.
        event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._lift()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.set_pen_width(self.pen_width * 1.1 ** (event.angleDelta().y() / _WHEEL_STEP))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        if not self._by_keys:
            self._at = None
        self.update()

    # -- keys -----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # Override the window's shortcuts with these keys.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.modifiers() not in _PLAIN:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
            self.clear()
        elif key == Qt.Key.Key_E:
            self.set_erasing(not self.erasing)
        elif key in _ARROWS:
            self._step_by_key(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle_by_key()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._by_keys:
            self._lift()
            self._by_keys, self._at = False, None
        self.update()

    def _step_by_key(self, across: int, down: int) -> None:
        self._by_keys = True
        at = (self._at or QPointF(0.5, 0.5)) + QPointF(across, down) * _STEP
        self._move(QPointF(min(max(at.x(), 0.0), 1.0), min(max(at.y(), 0.0), 1.0)), self.pen_width)

    def _toggle_by_key(self) -> None:
        self._by_keys = True
        if self._down is not None:
            self._lift()
        else:
            self._put_down("keys", self._at or QPointF(0.5, 0.5), self.pen_width, self.erasing)

    # -- the pen --------------------------------------------------------------------------------------------------

    def _put_down(self, by: object, at: QPointF, width: float, erases: bool) -> None:
        self._down, self._at = by, at
        self._stroke_erases = erases
        self.sheet.begin(at, width * _ERASER if erases else width, erasing=erases)
        self._emit_changed()

    def _move(self, at: QPointF, width: float) -> None:
        self._at = at
        if self._down is not None:
            self.sheet.go_to(at, width * _ERASER if self._stroke_erases else width)
            self._emit_changed()
        self.update()

    def _lift(self) -> None:
        if self._down is not None:
            self._down = None
            self.sheet.end()
            self._emit_changed()

    def _share(self, position: QPointF) -> QPointF:
        square = self.square()
        return (position - square.topLeft()) / max(1.0, square.width())

    def _emit_changed(self) -> None:
        self.update()
        self.changed.emit()

    # -- pictures from elsewhere ----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if mime.hasImage() or _image_file(mime) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._take(event.mimeData(), "What was dropped holds no picture")
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, mime: QMimeData, nothing: str) -> None:
        path = _image_file(mime)
        if mime.hasImage():
            carried = mime.imageData()
            self.put(carried.toImage() if isinstance(carried, QPixmap) else QImage(carried))
        elif path is None:
            self.message_requested.emit(nothing)
        else:
            reader = QImageReader(str(path))
            reader.setAutoTransform(True)
            picture = reader.read()
            if picture.isNull():
                self.message_requested.emit(
                    f"{path.name} cannot be read as a picture: {reader.errorString()}"
                )
            else:
                self.put(picture)

    # -- paint ----------------------------------------------------------------------------------------------------

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        square = self.square()
        self._painter.paint(painter, square, self.sheet, theme, self.devicePixelRatioF())
        if self.sheet.is_empty and self._down is None:
            self._painter.paint_hint(painter, square, self.hint, theme, self.sheet.colours)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        color = theme.accent if self.hasFocus() else theme.border
        painter.setPen(QPen(QColor(color), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 7, 7)
        if self._at is not None:
            self._paint_pen(painter, square)

    def _paint_pen(self, painter: QPainter, square: QRectF) -> None:
        erases = self._stroke_erases if self._down is not None else self.erasing
        radius = max(2.0, self.pen_width * (_ERASER if erases else 1.0) * square.width() / 2)
        assert self._at is not None
        painter.setClipRect(square)
        # A dark line beside a light one is visible on any background.
        for color, width in ((LIGHT.surface, 2.6), (self._themes.theme.accent, 1.2)):
            pen = QPen(QColor(color), width)
            if erases:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawEllipse(self.place_of(self._at), radius, radius)


def _is_own(event: QKeyEvent) -> bool:
    standard = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Paste)
    if any(event.matches(key) for key in standard):
        return True
    keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape, Qt.Key.Key_E)
    return event.modifiers() in _PLAIN and event.key() in keys


def _feels_pressure(event: QTabletEvent) -> bool:
    device = event.pointingDevice()
    return bool(device.capabilities() & QPointingDevice.Capability.Pressure)


def _image_file(mime: QMimeData) -> Path | None:
    """The only file in the data, if it has an image suffix."""
    urls = mime.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    known = {bytes(form.data()).decode() for form in QImageReader.supportedImageFormats()}
    return path if path.suffix.lower().removeprefix(".") in known else None
