"""The layers on offer, and their drag by the mouse from the palette or along the stack.

Not Qt's drag and drop: that runs an event loop of its own, cannot be driven by tests, and draws no tilted card. Within
one window, a press that moves and a pixmap under the pointer are enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QLabel, QWidget

from core.data.dataset import Form
from core.nn import LAYERS, Layer
from playground.views.theme.colors import RADIUS_PX, Theme, family_color
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import clear_pixmap, draw_box, draw_text, use_colors

# The most used kinds first, in the order of a typical network.
_FIRST: Final = (
    "dense",
    "activation",
    "dropout",
    "batch_normalization",
    "conv2d",
    "max_pooling2d",
    "flatten",
)
_OF_SEQUENCES: Final = ("embedding", "positional_encoding", "multi_head_attention", "gru", "conv1d", *_FIRST)
_FAMILIES: Final = ("sequence", "dense", "activation", "regularization", "convolution", "pooling", "shape")

_FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "sequence": ("sequence", "tokens"),
    "convolution": ("row", "image"),
    "pooling": ("row", "image"),
}

# New layers get an activation: stacked linear layers are no more than one.
_STARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "dense": {"units": 4, "activation": "tanh"},
    "conv2d": {"filters": 8, "activation": "relu"},
    "conv1d": {"filters": 8, "padding": "causal", "activation": "relu"},
}


def palette_layers(form: Form = "row") -> tuple[Layer, ...]:
    """One layer of every kind on the palette: the most used ones, then the rest by family.

    Those of sequences are offered for samples of that form only, and those of images for others.
    """
    first = _OF_SEQUENCES if form in _FORMS["sequence"] else _FIRST
    kinds = sorted((kind for kind in LAYERS if kind.on_palette), key=lambda kind: _place(kind, first))
    return tuple(_start(kind) for kind in kinds if form in _FORMS.get(kind.family, (form,)))


def _place(kind: type[Layer], first: tuple[str, ...]) -> tuple[int, int]:
    place = first.index(kind.kind) if kind.kind in first else len(first)
    family = _FAMILIES.index(kind.family) if kind.family in _FAMILIES else len(_FAMILIES)
    return place, family


def _start(kind: type[Layer]) -> Layer:
    known = {item.name for item in kind.settings()}
    return kind(**{name: value for name, value in _STARTS.get(kind.kind, {}).items() if name in known})


_TILT_DEGREES: Final = -3.0
_CARD_HEIGHT_PX: Final = 40
_MARGIN_PX: Final = 12  # for tilt and shadow
_KEYS: Final = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride)


class LayerDrag(QObject):
    """A drag from the widget `source`. A press without movement is a click; Escape or a deactivated window cancels."""

    clicked = Signal()
    started = Signal(object, QPoint)
    """Carries the Layer and the global position."""
    moved = Signal(QPoint)
    dropped = Signal(QPoint)
    cancelled = Signal()

    def __init__(self, source: QWidget, themes: ThemeSource) -> None:
        super().__init__(source)
        self._source = source
        self._themes = themes
        self._pressed_at: QPoint | None = None
        self._layer: Layer | None = None
        self._picture: QLabel | None = None
        self._dooming = False

    @property
    def active(self) -> bool:
        """Whether a drag is under way."""
        return self._picture is not None

    def press(self, layer: Layer | None, at: QPoint) -> None:
        """Begin a press at a global position; without a layer it can only become a click."""
        self._layer, self._pressed_at = layer, at

    def move(self, to: QPoint) -> None:
        if self._pressed_at is None:
            return
        if not self.active:
            far = (to - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
            if not far or self._layer is None:
                return
            self._begin(self._layer, to)
        self._place(to)
        self.moved.emit(to)

    def release(self, at: QPoint) -> None:
        pressed, self._pressed_at = self._pressed_at is not None, None
        if self.active:
            self._end()
            self.dropped.emit(at)
        elif pressed:
            self.clicked.emit()

    def cancel(self) -> None:
        """Cancel the drag; the following release is ignored."""
        self._pressed_at = None
        if self.active:
            self._end()
            self.cancelled.emit()

    def set_dooming(self, dooming: bool) -> None:
        """Tint the pixmap red while a drop would remove the layer."""
        if self._picture is None or self._layer is None or dooming == self._dooming:
            return
        self._dooming = dooming
        self._show_picture(self._picture, self._layer)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.active:
            return False
        if event.type() in _KEYS:
            # Override shortcuts that could change the stack during a drag.
            event.accept()
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape and event.type() == QEvent.Type.KeyPress:
                self.cancel()
            return True
        if event.type() == QEvent.Type.WindowDeactivate and watched is self._source.window():
            self.cancel()
        return False

    def _begin(self, layer: Layer, at: QPoint) -> None:
        window = self._source.window()
        picture = QLabel(window)
        picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        picture.setGraphicsEffect(QGraphicsOpacityEffect(picture))
        self._picture, self._dooming = picture, False
        self._show_picture(picture, layer)
        self._place(at)
        picture.show()
        picture.raise_()
        self._source.setCursor(Qt.CursorShape.ClosedHandCursor)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self.started.emit(layer, at)

    def _show_picture(self, picture: QLabel, layer: Layer) -> None:
        ratio = picture.devicePixelRatioF()
        picture.setPixmap(drag_picture(layer, self._themes.theme, ratio, dooming=self._dooming))
        picture.adjustSize()
        effect = picture.graphicsEffect()
        assert isinstance(effect, QGraphicsOpacityEffect)
        effect.setOpacity(0.88 if self._dooming else 0.92)

    def _place(self, at: QPoint) -> None:
        if self._picture is not None:
            local = self._source.window().mapFromGlobal(at)
            self._picture.move(local - self._picture.rect().center())

    def _end(self) -> None:
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._source.unsetCursor()
        if self._picture is not None:
            self._picture.hide()
            self._picture.deleteLater()
            self._picture = None


def paint_swatch(painter: QPainter, family: str, where: QRectF) -> None:
    """The color bar of a layer family."""
    use_colors(painter, family_color(family))
    radius = where.width() / 3
    painter.drawRoundedRect(where, radius, radius)


def drag_picture(layer: Layer, theme: Theme, ratio: float, *, dooming: bool = False) -> QPixmap:
    """The layer as a tilted card, at `ratio` pixels per point; red if a drop would remove it."""
    large, small = font("normal"), font("small")
    summary = "let go to remove" if dooming else layer.summary
    text = max(
        QFontMetrics(large).horizontalAdvance(layer.title), QFontMetrics(small).horizontalAdvance(summary)
    )
    width = 26 + text + 12
    height = _CARD_HEIGHT_PX
    pixmap = clear_pixmap(QSizeF(width + 2 * _MARGIN_PX, height + 2 * _MARGIN_PX), ratio)
    painter = QPainter(pixmap)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(_MARGIN_PX + width / 2, _MARGIN_PX + height / 2)
    painter.rotate(_TILT_DEGREES)
    card = QRectF(-width / 2, -height / 2, width, height)
    _paint_shadow(painter, card, theme)
    colors = (theme.danger_soft, theme.danger) if dooming else (theme.surface_raised, theme.border_strong)
    draw_box(painter, card, RADIUS_PX, *colors, 1.5 if dooming else 1)
    paint_swatch(painter, layer.family, QRectF(card.left() + 10, card.top() + 10, 6, height - 20))
    line = QRectF(card.left() + 26, card.top() + 4, text + 4, 17)
    draw_text(painter, line, layer.title, theme.text, large, Qt.AlignmentFlag.AlignVCenter)
    painter.setFont(small)
    draw_text(painter, line.translated(0, 15), summary, theme.text_muted, align=Qt.AlignmentFlag.AlignVCenter)
    painter.end()
    return pixmap


def _paint_shadow(painter: QPainter, card: QRectF, theme: Theme) -> None:
    color = QColor(theme.shadow)
    color.setAlpha(14)
    for spread in range(5):
        around = card.adjusted(-spread, 2 - spread, spread, 4 + spread)
        draw_box(painter, around, RADIUS_PX + spread, color)
