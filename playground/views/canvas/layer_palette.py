"""The layer palette below the network: a draggable card for every kind of layer."""

from __future__ import annotations

from typing import Final, get_args

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from core.data.dataset import Form
from core.nn import Layer
from playground.views.theme.colors import RADIUS_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import SectionTitle
from playground.views.widgets.boxes import Gap, hbox, set_up, vbox
from playground.views.widgets.controls import ScrollArea
from playground.views.widgets.descendants import children_of
from playground.views.widgets.layer_drag import LayerDrag, paint_swatch, palette_layers
from playground.views.widgets.painted import use_colors
from playground.views.widgets.spoken import Role, speak_as

_WIDTH_PX: Final = 28


class EdgeFade(QWidget):
    """Overlay of the viewport of `area` that fades the ends with cut items to the background."""

    def __init__(self, area: QScrollArea, themes: ThemeSource) -> None:
        super().__init__(area)
        self._area, self._themes = area, themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        area.viewport().installEventFilter(self)
        scroll = area.horizontalScrollBar()
        scroll.valueChanged.connect(self.update)
        scroll.rangeChanged.connect(self.update)
        themes.theme_changed.connect(self.update)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._area.viewport().geometry())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        scroll, painter = self._area.horizontalScrollBar(), QPainter(self)
        if self._cuts(scroll.value()):
            self._paint_end(painter, 0, _WIDTH_PX)
        if self._cuts(scroll.value() + self.width()):
            self._paint_end(painter, self.width(), self.width() - _WIDTH_PX)

    def _cuts(self, x: int) -> bool:
        """Whether the edge at `x` cuts an item."""
        row = self._area.widget()
        return row is not None and any(
            item.isVisible() and item.x() < x < item.x() + item.width() for item in children_of(row, QWidget)
        )

    def _paint_end(self, painter: QPainter, outer: int, inner: int) -> None:
        color = QColor(self._themes.theme.surface)
        fade = QLinearGradient(outer, 0, inner, 0)
        fade.setColorAt(0.0, color)
        color.setAlpha(0)
        fade.setColorAt(1.0, color)
        painter.fillRect(min(outer, inner), 0, _WIDTH_PX, self.height(), fade)


_CARD_HEIGHT_PX: Final = 46
_SWATCH_PX: Final = 6
_PADDING_PX: Final = 9
_TEXT_LEFT_PX: Final = _PADDING_PX + _SWATCH_PX + 8
_HINT: Final = "drag onto the stack,\nor double-click"
_GAP_PX: Final = 8
_ARROW_PX: Final = 24
_AROUND_PX: Final = 40  # margins and spacing of title and row
_END: Final = 1000
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -_END, Qt.Key.Key_End: _END}
_ENTER_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PaletteCard(QWidget):
    """One kind of layer: color, name, purpose in two or three words."""

    append_requested = Signal(object)
    step_requested = Signal(int)
    """Move the focus by this number of cards to the right; always less than `_END`."""
    focused = Signal(bool)

    def __init__(self, layer: Layer, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.layer = layer
        self._themes = themes
        self.drag = LayerDrag(self, themes)
        self.set_tab_stop(False)
        speak_as(self, Role.Button, press=Qt.Key.Key_Return)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName(f"{layer.title}: {layer.summary}")
        self.setToolTip(
            f"{layer.title}: {layer.summary}.\nDrag it onto the stack, or press Enter to append it."
        )
        self.setAccessibleDescription(self.toolTip())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_tab_stop(self, stop: bool) -> None:
        """Set whether Tab stops here; arrow keys and clicks always focus."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if stop else Qt.FocusPolicy.ClickFocus)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(event.reason() != Qt.FocusReason.MouseFocusReason)

    def sizeHint(self) -> QSize:
        title = QFontMetrics(font("normal")).horizontalAdvance(self.layer.title)
        summary = QFontMetrics(font("small")).horizontalAdvance(self.layer.summary)
        return QSize(_TEXT_LEFT_PX + max(title, summary) + _PADDING_PX + 2, _CARD_HEIGHT_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.drag.press(self.layer, event.globalPosition().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.drag.move(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.drag.release(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.append_requested.emit(self.layer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER_KEYS:
            self.append_requested.emit(self.layer)
        elif event.key() in _STEPS:
            self.step_requested.emit(_STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, width = theme.border, 1.0
        if self.hasFocus():
            color, width = theme.accent, 2.0
        elif self.underMouse():
            color = theme.border_strong
        inset = width / 2
        use_colors(painter, theme.surface_raised, color, width)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS_PX, RADIUS_PX
        )
        paint_swatch(painter, self.layer.family, QRectF(_PADDING_PX, 12, _SWATCH_PX, self.height() - 24))
        line = QRectF(_TEXT_LEFT_PX, 6, self.width() - _TEXT_LEFT_PX - 2, 18)
        painter.setFont(font("normal"))
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.text_faint))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self.layer.title)
        painter.setFont(font("small"))
        painter.setPen(QColor(theme.text_muted if self.isEnabled() else theme.text_faint))
        painter.drawText(line.translated(0, 17), Qt.AlignmentFlag.AlignVCenter, self.layer.summary)


class ArrowButton(QAbstractButton):
    """Scrolls a row to one side, `step` -1 or 1. Not focusable: focused cards scroll into view."""

    def __init__(self, step: int, name: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.step = step
        self._themes = themes
        set_up(self, accessibleName=name, toolTip=name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        speak_as(self, Role.Button, keys="Arrow keys on a layer of the row")
        self.setFixedSize(_ARROW_PX, _CARD_HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            ground = theme.field_pressed if self.isDown() else theme.field_hover
            painter.setBrush(QColor(ground if self.underMouse() else theme.field))
            painter.drawRoundedRect(self.rect(), RADIUS_PX, RADIUS_PX)
        color = QColor(theme.text if self.isEnabled() else theme.text_faint)
        painter.setPen(QPen(color, 1.8, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        middle, reach = QPointF(self.rect().center()) + QPointF(0.5, 0.5), 2.5 * self.step
        corners = (QPointF(-reach, -5), QPointF(reach, 0), QPointF(-reach, 5))
        painter.drawPolyline([middle + corner for corner in corners])


class _Row(ScrollArea):
    """A scroll area that maps both wheel axes to horizontal scrolling."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        scroll = self.horizontalScrollBar()
        scroll.setValue(scroll.value() - (delta.x() or delta.y()))
        event.accept()


class LayerPalette(QFrame):
    """All kinds of layers in a row with a single tab stop: arrow keys, Home and End move the focus.

    Arrow buttons and the wheel scroll a row that does not fit. `templates` is a button without its menu. Connect the
    drag signals to `begin`, `hover`, `drop` and `cancel` of the canvas's zone.
    """

    append_requested = Signal(object)
    """Carries the Layer to append to the stack."""
    drag_started = Signal(object, QPoint)
    """Carries the Layer and the global position."""
    drag_moved = Signal(QPoint)
    drag_dropped = Signal(QPoint)
    drag_cancelled = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, role="footer", accessibleName="Layers")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._head = self._make_head()  # created first for the tab order
        row = QWidget(self)
        kinds = {layer.kind: layer for form in get_args(Form) for layer in palette_layers(form)}
        self._made = {kind: PaletteCard(layer, themes, row) for kind, layer in kinds.items()}
        self.cards: list[PaletteCard] = []
        """The cards of the layers that are offered, in order."""
        self._line = line = hbox(parent=row, margins=0, spacing=_GAP_PX)
        for card in self._made.values():
            line.addWidget(card)
            self._wire(card)
        self._hint = set_up(QLabel(_HINT, row), role="muted")
        line.addSpacing(6)
        line.addWidget(self._hint)
        line.addStretch()
        self._area = _Row(self, row)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFixedHeight(_CARD_HEIGHT_PX)
        EdgeFade(self._area, themes)
        self.back = ArrowButton(-1, "Layers to the left", themes, self)
        self.forward = ArrowButton(1, "More layers", themes, self)
        hbox(
            self._head,
            Gap(4),
            self.back,
            (self._area, 1),
            self.forward,
            parent=self,
            margins=(12, 8, 12, 6),
            spacing=6,
        )
        self.back.clicked.connect(self._on_arrow)
        self.forward.clicked.connect(self._on_arrow)
        scroll = self._area.horizontalScrollBar()
        scroll.rangeChanged.connect(self._show_arrows)
        scroll.valueChanged.connect(self._show_arrows)
        self.show_form("row")
        themes.theme_changed.connect(self._on_theme_changed)

    def show_form(self, form: Form) -> None:
        """Offer the layers for samples of a form."""
        cards = [self._made[layer.kind] for layer in palette_layers(form)]
        if cards == self.cards:
            return
        self.cards = cards
        for card in self._made.values():
            card.setVisible(card in cards)
            card.set_tab_stop(card is cards[0])
        for place, card in enumerate(cards):
            self._line.insertWidget(place, card)
        self._show_arrows()

    def _make_head(self) -> QWidget:
        head = QWidget(self)
        self.templates = set_up(QPushButton("Templates", head), menu="true", accessibleName="Templates")
        self.templates.setToolTip("Replace the layers by a well-known network that fits the data")
        vbox(SectionTitle("Layers", head), self.templates, parent=head, margins=0, spacing=2)
        return head

    def _wire(self, card: PaletteCard) -> None:
        card.append_requested.connect(self.append_requested)
        card.step_requested.connect(self._on_step_requested)
        card.focused.connect(self._on_card_focused)
        card.drag.started.connect(self.drag_started)
        card.drag.moved.connect(self.drag_moved)
        card.drag.dropped.connect(self.drag_dropped)
        card.drag.cancelled.connect(self.drag_cancelled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_arrows()

    def _show_arrows(self) -> None:
        """Show both arrows as soon as one is needed, so that the row does not move under the pointer."""
        scroll = self._area.horizontalScrollBar()
        # Measure the room without arrows, or they would toggle forever.
        room = self.width() - self._head.sizeHint().width() - _AROUND_PX
        cards = sum(card.sizeHint().width() + _GAP_PX for card in self.cards) - _GAP_PX
        needed = cards > room
        self._hint.setVisible(cards + 3 * _GAP_PX + self._hint.sizeHint().width() <= room)
        for arrow, possible in (
            (self.back, scroll.value() > scroll.minimum()),
            (self.forward, scroll.value() < scroll.maximum()),
        ):
            arrow.setVisible(needed)
            arrow.setEnabled(possible)

    def _on_arrow(self) -> None:
        """Scroll by the number of fully visible cards; the first one cut off moves to the edge."""
        scroll, step = self._area.horizontalScrollBar(), self.sender().step  # type: ignore[attr-defined]
        seen = self._area.viewport().width()
        if step > 0:
            cut = (c.x() for c in self.cards if c.x() + c.width() > scroll.value() + seen)
            scroll.setValue(next(cut, scroll.maximum()))
        else:
            right = scroll.value() - _GAP_PX
            scroll.setValue(next(c.x() for c in self.cards if c.x() >= right - seen))

    def _on_step_requested(self, step: int) -> None:
        index = self.cards.index(self.sender()) + step  # type: ignore[arg-type]
        self.cards[max(0, min(len(self.cards) - 1, index))].setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_card_focused(self, by_keyboard: bool) -> None:
        """Move the single tab stop to the card focused last."""
        for card in self.cards:
            card.set_tab_stop(card is self.sender())
            # Do not scroll on a click: a second click would hit another card.
            if card is self.sender() and by_keyboard:
                self._area.ensureWidgetVisible(card)

    def _on_theme_changed(self) -> None:
        for card in self._made.values():
            card.update()
