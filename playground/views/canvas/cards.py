"""The cards above the neurons, one per layer: title, size, buttons and keys that edit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from core.nn import Layer
from playground.views.theme.colors import FONT_NORMAL_PX, RADIUS_PX
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.layer_drag import LayerDrag
from playground.views.widgets.painted import draw_box, draw_fitted, draw_text, fitted_text, use_colors
from playground.views.widgets.spoken import Role, speak_as

Command = Literal[
    "left",
    "right",
    "extend_left",
    "extend_right",
    "move_left",
    "move_right",
    "remove",
    "duplicate",
    "less",
    "more",
    "form",
    "menu",
]

_NONE: Final = Qt.KeyboardModifier.NoModifier
_ALT: Final = Qt.KeyboardModifier.AltModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier

# Networks on sequences are rows, of which the next one is above.
_KEYS: Final[Mapping[tuple[int, Qt.KeyboardModifier], Command]] = {
    **{
        (key, held): cast(Command, verb + side)
        for key, side in (
            (Qt.Key.Key_Left, "left"),
            (Qt.Key.Key_Right, "right"),
            (Qt.Key.Key_Down, "left"),
            (Qt.Key.Key_Up, "right"),
        )
        for held, verb in ((_NONE, ""), (_SHIFT, "extend_"), (_ALT, "move_"), (_CTRL | _SHIFT, "move_"))
    },
    (Qt.Key.Key_Delete, _NONE): "remove",
    (Qt.Key.Key_Backspace, _NONE): "remove",
    (Qt.Key.Key_D, _CTRL): "duplicate",
    (Qt.Key.Key_Return, _NONE): "form",
    (Qt.Key.Key_Enter, _NONE): "form",
    (Qt.Key.Key_F2, _NONE): "form",
    (Qt.Key.Key_Menu, _NONE): "menu",
    (Qt.Key.Key_F10, _SHIFT): "menu",
}


def command_of(event: QKeyEvent) -> Command | None:
    """The command that a key press maps to, or None."""
    # Compare the text: which keys produce plus and minus depends on the keyboard layout.
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.text() in ("+", "=", "-", "−") and not modifiers & _CTRL:
        return "less" if event.text() in ("-", "−") else "more"
    return _KEYS.get((event.key(), modifiers))


CARD_HEIGHT_PX: Final = 62
HALO_PX: Final = 4
"""Margin between the widget and the card's outline, for the focus halo and the badge."""
_BUTTON_PX: Final = (20, 18)
_ICON_PX: Final = 12
_BADGE_PX: Final = 16
_TEXT_TOP_PX: Final = 5.0
_MIN_TITLE_PX: Final = 10
_TEXT_PX: Final = 30.0
"""Height of title and summary."""


class CardButton(QAbstractButton):
    """An icon button. Not a tab stop: the card has a key for each button."""

    def __init__(
        self, icon_name: str, name: str, tooltip: str, keys: str, themes: ThemeSource, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._themes = themes
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self._zoom = 1.0
        self.set_zoom(1.0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        speak_as(self, Role.Button, keys=keys)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(*_BUTTON_PX) * self._zoom

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme.field
        if self.isEnabled() and self.underMouse():
            ground = theme.field_pressed if self.isDown() else theme.field_hover
        draw_box(painter, self.rect(), 5 * self._zoom, ground)
        side = round(_ICON_PX * self._zoom)
        corner = (self.width() - side) // 2, (self.height() - side) // 2
        picture = icon(self._icon_name, theme)
        state = picture.Mode.Normal if self.isEnabled() else picture.Mode.Disabled
        picture.paint(painter, *corner, side, side, Qt.AlignmentFlag.AlignCenter, state)


class LayerCard(QWidget):
    """The card of one layer. It emits requests; the canvas edits."""

    select_requested = Signal(object)
    """Carries the keyboard modifiers of the click: Ctrl and Shift extend the selection."""
    resize_requested = Signal(int)
    """Carries the change in units, -1 or 1."""
    menu_requested = Signal(QPoint)
    """Carries the global position for the menu."""
    form_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._layer: Layer | None = None
        self.title = self._short = self.summary = self._words = self.problem = ""
        """The summary is the line under the title, the problem why the layer is invalid at its place, if it is."""
        self.selected = self._ring = self._pictured = self._low = self._sized = self._plain = False
        self._zoom, self.title_px = 1.0, FONT_NORMAL_PX
        """The size of the title."""
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self.drag = LayerDrag(self, themes)
        self.drag.clicked.connect(self._on_clicked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.ListItem, press=self.drag.clicked.emit, menu=self.open_menu)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.minus = CardButton("remove", "One unit less", "One unit less (−)", "−", themes, self)
        self.plus = CardButton("add", "One unit more", "One unit more (+)", "+", themes, self)
        self.more = CardButton(
            "more", "Layer menu", "What can be done to this layer (Menu key)", "Menu", themes, self
        )
        for button, step in ((self.minus, -1), (self.plus, 1)):
            button.setProperty("step", step)
            button.setAutoRepeat(True)
            button.setAutoRepeatDelay(400)
            button.setAutoRepeatInterval(80)
            button.clicked.connect(self._on_step)
        self.more.clicked.connect(self.open_menu)
        row = self._row = QHBoxLayout(self)
        self._space_row()
        row.addStretch()
        for button in (self.minus, self.plus, self.more):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch()
        themes.theme_changed.connect(self._on_theme_changed)

    def set_zoom(self, zoom: float) -> None:
        """Scale the card; the canvas resizes it."""
        if zoom != self._zoom:
            self._zoom = zoom
            for button in (self.minus, self.plus, self.more):
                button.set_zoom(zoom)
            self._space_row()
            self.update()

    def _space_row(self) -> None:
        zoom = self._zoom
        side, below = round(HALO_PX * zoom), round((HALO_PX + 6) * zoom)
        self._row.setContentsMargins(side, 0, side, below)
        self._row.setSpacing(round(4 * zoom))

    def describe(self, title: str, summary: str, words: str, tooltip: str, short: str = "") -> None:
        """`words` is the accessible name: place, kind and settings. `short` is the title on a narrow card."""
        if (title, summary, short) != (self.title, self.summary, self._short):
            self.title, self.summary, self._short = title, summary, short
            self.update()
        self._words = words
        self.setToolTip(tooltip)
        self._update_accessible_name()

    def set_layer(self, layer: Layer | None, count: int | None, low: int = 1, high: int = 0) -> None:
        """`layer` is the drag's payload (None: not draggable); `count` is what − and + change (None: disabled)."""
        self._layer, self._sized = layer, count is not None
        self._show_buttons()
        if count is not None:
            self.minus.setEnabled(count > low)
            self.plus.setEnabled(count < high or not high)

    def set_low(self, low: bool) -> None:
        """Set whether the card has no room for its buttons; its keys and its menu do the same."""
        if low != self._low:
            self._low = low
            self._show_buttons()
            self.update()

    def set_plain(self, plain: bool) -> None:
        """Set whether the card has no button for its menu, which a right click still opens."""
        if plain != self._plain:
            self._plain = plain
            self._show_buttons()

    def _show_buttons(self) -> None:
        for button in (self.minus, self.plus):
            button.setVisible(self._sized and not self._low)
        self.more.setVisible(not (self._low or self._plain))

    @property
    def _titles(self) -> tuple[str, str]:
        return self.title, self._short or self.title

    @property
    def fitting_title_px(self) -> int:
        """The largest size at which the title fits, or the smallest one."""
        room = self._outline().width() - 8
        return fitted_text(self._titles, font("normal", bold=True), room, least_px=_MIN_TITLE_PX)[
            1
        ].pixelSize()

    def set_title_px(self, size_px: int) -> None:
        if size_px != self.title_px:
            self.title_px = size_px
            self.update()

    def set_selected(self, selected: bool) -> None:
        if selected != self.selected:
            self.selected = selected
            self.update()

    def set_pictured(self, pictured: bool) -> None:
        """Set whether a picture is made, which has no buttons: the text takes their room."""
        self._pictured = pictured

    def set_problem(self, sentence: str) -> None:
        """Set the tooltip of the red badge; an empty sentence hides it."""
        if sentence != self.problem:
            self.problem = sentence
            self._update_accessible_name()
            self.update()

    def open_menu(self) -> None:
        """Request the menu, below the ⋮ button."""
        self.menu_requested.emit(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def outline(self) -> QRectF:
        """Rectangle of the card's visible edge, in widget coordinates."""
        edge = self._outline()
        return QRectF(edge.topLeft() * self._zoom, edge.size() * self._zoom)

    def _outline(self) -> QRectF:
        """`outline` at 100 % zoom."""
        inset = HALO_PX + 0.5
        full = QRectF(0, 0, self.width() / self._zoom, self.height() / self._zoom)
        return full.adjusted(inset, inset, -inset, -inset)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._modifiers = event.modifiers()
        if event.button() == Qt.MouseButton.LeftButton:
            self.drag.press(self._layer, event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.RightButton:
            self.menu_requested.emit(event.globalPosition().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.drag.move(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.drag.release(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.form_requested.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Keep the focus ring as it was when the window is activated: only keyboard focus shows it.
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._ring = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # Mouse press and Menu key were handled already.
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._ring:
            self._ring = True
            self.update()
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Override the window's shortcuts with the same keys.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and command_of(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._zoom, self._zoom)
        self._paint_outline(painter)
        self._paint_text(painter)
        if self.problem:
            self._paint_badge(painter)

    def _paint_outline(self, painter: QPainter) -> None:
        theme, edge = self._themes.theme, self._outline()
        if self.hasFocus() and self._ring:
            draw_box(
                painter,
                edge.adjusted(-3, -3, 3, 3),
                RADIUS_PX + 3,
                None,
                theme.danger if self.problem else theme.accent,
                2,
            )
        elif self.selected:
            draw_box(painter, edge.adjusted(-3, -3, 3, 3), RADIUS_PX + 3, theme.accent_soft)
        color = theme.border_strong if self.underMouse() and not self._pictured else theme.border
        width = 1.0
        if self.problem:
            color, width = theme.danger, 1.5
        elif self.selected:
            color, width = theme.accent, 1.5
        draw_box(painter, edge, RADIUS_PX, theme.surface_raised, color, width)

    def _paint_text(self, painter: QPainter) -> None:
        theme, edge = self._themes.theme, self._outline().adjusted(4, 0, -4, 0)
        strong, soft = (theme.text, theme.text_muted) if self.isEnabled() else (theme.text_faint,) * 2
        title = font("normal", bold=True)
        title.setPixelSize(self.title_px)
        # Signs may stand close to numbers where it is narrow; words do not grow together.
        summaries = (self.summary, self.summary.replace(" · ", "·").replace(" × ", "×"))
        rows = (
            (self._titles, title, self.title_px, strong, _TEXT_TOP_PX, 17.0),
            (summaries, font("small"), 9, soft, 20.0, 15.0),
        )
        down = (edge.height() - _TEXT_PX) / 2 - _TEXT_TOP_PX if self._pictured or self._low else 0.0
        for texts, face, least_px, color, top, height in rows:
            painter.setPen(QColor(color))
            place = QRectF(edge.left(), edge.top() + top + down, edge.width(), height)
            draw_fitted(painter, place, texts, face, least_px=least_px)

    def _paint_badge(self, painter: QPainter) -> None:
        theme = self._themes.theme
        badge = QRectF(self.width() / self._zoom - _BADGE_PX - 1, 1, _BADGE_PX, _BADGE_PX)
        use_colors(painter, theme.danger, theme.canvas, 2)
        painter.drawEllipse(badge)
        draw_text(painter, badge, "!", theme.surface, font("small", bold=True))

    def _on_clicked(self) -> None:
        self.select_requested.emit(self._modifiers)

    def _on_step(self) -> None:
        self.resize_requested.emit(int(self.sender().property("step")))

    def _on_theme_changed(self) -> None:
        self.update()

    def _update_accessible_name(self) -> None:
        self.setAccessibleName(f"{self._words}; problem: {self.problem}" if self.problem else self._words)
        self.setAccessibleDescription(self.toolTip())
