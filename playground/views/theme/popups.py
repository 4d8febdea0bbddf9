"""Popups of one look: menus, lists of combo boxes, tooltips, Ctrl+K and questions, rounded and with one shadow."""

from __future__ import annotations

import os
from typing import Any, Final

from PySide6.QtCore import QEvent, QMargins, QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QMessageBox, QProxyStyle, QWidget

from playground.views.theme.colors import POPUP_RADIUS_PX, RADIUS_SMALL_PX

TOOLTIP_PX: Final = 320
"""A longer text takes more lines."""
_SHADOW: Final = QMargins(14, 5, 14, 18)
_OFFSET_PX = 4
_DARKEST = 26
_LIST, _TIP = "QComboBoxPrivateContainer", "QTipLabel"


class PopupStyle(QProxyStyle):
    """Fusion, which gives every popup room for its shadow before it is shown first."""

    def __init__(self) -> None:
        super().__init__("Fusion")
        self._frame = _Frame(self)

    def polish(self, polished: Any) -> None:
        super().polish(polished)
        if isinstance(polished, QWidget) and polished.isWindow() and _is_popup(polished):
            self._frame.give(polished)


def paint_popup(painter: QPainter, panel: QRectF, palette: QPalette, *, is_tooltip: bool) -> None:
    """Draw the ground of a popup with its shadow."""
    radius = RADIUS_SMALL_PX if is_tooltip else POPUP_RADIUS_PX
    color, reach = palette.shadow().color(), _SHADOW.left()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for away in range(-_OFFSET_PX, reach):
        color.setAlpha(round(_DARKEST * (1 - max(0, away) / reach) ** 2))
        painter.setPen(QPen(color, 1.5))
        around = panel.translated(0, _OFFSET_PX).adjusted(-away, -away, away, away)
        painter.drawRoundedRect(around, radius + max(0, away), radius + max(0, away))
    ground = palette.toolTipBase() if is_tooltip else palette.light()
    painter.setBrush(ground)
    painter.setPen(QPen(ground.color() if is_tooltip else palette.mid().color(), 1))
    painter.drawRoundedRect(panel.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()


class _Frame(QObject):
    """Draws the ground of the popups that it watches, places them so that the shadow is beside, and wraps tooltips."""

    def give(self, popup: QWidget) -> None:
        """Make a popup translucent; its own stylesheet leaves the ground to this."""
        popup.removeEventFilter(self)
        popup.installEventFilter(self)
        popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, not _is_opaque(popup))
        frameless = Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        popup.overrideWindowFlags(popup.windowFlags() | frameless)
        popup.setContentsMargins(QMargins() if _is_opaque(popup) else _SHADOW)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if not isinstance(watched, QWidget):
            return False
        if kind == QEvent.Type.Paint:
            self._paint(watched)
        elif kind == QEvent.Type.Resize and isinstance(watched, QLabel):
            _wrap(watched)
        elif kind == QEvent.Type.Show and not event.spontaneous():
            _place(watched)
            _keep_behind(watched)
        elif kind == QEvent.Type.Move:
            _keep_behind(watched)
        return False

    def _paint(self, popup: QWidget) -> None:
        painter = QPainter(popup)
        if _is_opaque(popup):
            palette = QGuiApplication.palette()
            painter.fillRect(popup.rect(), palette.light())
            painter.setPen(palette.mid().color())
            painter.drawRect(popup.rect().adjusted(0, 0, -1, -1))
            painter.end()
            return
        behind = popup.property("behind")
        if isinstance(behind, QPixmap):
            painter.drawPixmap(0, 0, behind)
        panel = QRectF(popup.rect().marginsRemoved(_SHADOW))
        paint_popup(painter, panel, QGuiApplication.palette(), is_tooltip=isinstance(popup, QLabel))
        painter.end()


def _is_popup(window: QWidget) -> bool:
    is_open = window.windowType() == Qt.WindowType.Popup
    return is_open or isinstance(window, QMessageBox) or window.metaObject().className() == _TIP


def _is_plain() -> bool:
    """Whether translucent pixels may be black: X11, which may have no compositor."""
    return QGuiApplication.platformName() == "xcb" and "WAYLAND_DISPLAY" not in os.environ


def _is_opaque(popup: QWidget) -> bool:
    """Whether it fills its window: of a question, the window manager chooses the place, and what is behind, later."""
    return isinstance(popup, QMessageBox) and _is_plain()


def _place(popup: QWidget) -> None:
    """Move a popup by its shadow, so that its panel stands where Qt put the window."""
    if popup.metaObject().className() == _LIST:
        # Qt has added the room above and below alone.
        place = popup.geometry().adjusted(-_SHADOW.left(), 0, _SHADOW.right(), 0)
        box = popup.parentWidget()
        if box is not None and place.top() < box.mapToGlobal(box.rect().topLeft()).y():
            place.translate(0, _SHADOW.bottom() - _SHADOW.top())
        popup.setGeometry(place)
    elif not isinstance(popup, QMessageBox):
        popup.move(popup.x() - _SHADOW.left(), popup.y())


def _wrap(tip: QLabel) -> None:
    """Qt writes a plain text in one line as wide as the screen."""
    widest = TOOLTIP_PX + _SHADOW.left() + _SHADOW.right()
    if tip.width() > widest:
        tip.setWordWrap(True)
        tip.resize(widest, tip.heightForWidth(widest))


def _keep_behind(popup: QWidget) -> None:
    """Keep what a popup is about to cover: X11 without a compositor shows translucent pixels black."""
    # What is moved before it is first shown has no window yet.
    if not _is_plain() or _is_opaque(popup) or not popup.internalWinId() or popup.windowHandle().isExposed():
        return
    screen, place = popup.screen(), popup.geometry()
    place.translate(-screen.geometry().topLeft())
    popup.setProperty("behind", screen.grabWindow(0, place.x(), place.y(), place.width(), place.height()))
