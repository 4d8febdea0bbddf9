"""Icons in the theme's colors, rendered from SVG files in resources/icons."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.io.resources import resource
from playground.views.theme.colors import Theme

Role = Literal["normal", "accent", "on_accent", "muted", "danger"]

_APP_SIZES_PX: Final = (16, 24, 32, 48, 64, 128, 256)
_DISABLED_OPACITY: Final = 0.4
BESIDE_TEXT: Final = QSize(21, 16)
"""For `setIconSize` of a button with a text: the icon and a gap."""


def icon_names() -> list[str]:
    """The available names, sorted."""
    return sorted(path.stem for path in resource("icons").glob("*.svg"))


@lru_cache(maxsize=512)
def icon(name: str, theme: Theme, role: Role = "normal") -> QIcon:
    """The icon `name` in the theme's color for `role`, dimmed when disabled. Raises ValueError for an unknown name."""
    _source(name)
    # Buttons in the accent color turn grey when disabled, on which their light icon is not seen.
    disabled = theme.text_faint if role == "on_accent" else ""
    return QIcon(_SvgIcon(name, _color(theme, role), disabled))


class _SvgIcon(QIconEngine):
    """Renders a pixmap when it is first painted: most icons are in menus and panels that stay closed.

    All sizes of all icons took 0.09 s at the start, and again at the first change of the theme.
    """

    def __init__(self, name: str, color: str, disabled: str = "") -> None:
        super().__init__()
        self._name, self._color, self._disabled = name, color, disabled
        self._clones: list[_SvgIcon] = []

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        pixmap = self.scaledPixmap(rect.size(), mode, state, painter.device().devicePixelRatio())
        place = QRectF(QPointF(), pixmap.deviceIndependentSize())
        place.moveCenter(QRectF(rect).center())
        painter.drawPixmap(place.topLeft(), pixmap)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = min(size.width(), size.height())
        if side < 1:
            return QPixmap()
        is_disabled = mode == QIcon.Mode.Disabled
        if is_disabled and self._disabled:
            found = _pixmap(self._name, self._disabled, side, scale, is_dimmed=False)
        else:
            found = _pixmap(self._name, self._color, side, scale, is_dimmed=is_disabled)
        return _with_gap(found, size.width() - side) if size == BESIDE_TEXT else found

    def clone(self) -> QIconEngine:
        # Qt owns the clone, but Python deletes it unless somebody refers to it.
        self._clones.append(_SvgIcon(self._name, self._color, self._disabled))
        return self._clones[-1]


def _with_gap(pixmap: QPixmap, gap_px: int) -> QPixmap:
    """With room at the right: Qt leaves 4 pixels between an icon and a text, whatever a stylesheet says."""
    size, ratio = pixmap.deviceIndependentSize(), pixmap.devicePixelRatio()
    wide = QPixmap(round((size.width() + gap_px) * ratio), round(size.height() * ratio))
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return wide


@lru_cache(maxsize=512)
def _pixmap(name: str, color: str, size_px: int, ratio: float, *, is_dimmed: bool) -> QPixmap:
    opacity = _DISABLED_OPACITY if is_dimmed else 1.0
    return QPixmap.fromImage(icon_image(name, color, size_px, ratio, opacity=opacity))


def icon_pixmap(name: str, color: str, size_px: int, ratio: float = 1) -> QPixmap:
    """As `icon_image`, but drawn once."""
    return _pixmap(name, color, size_px, ratio, is_dimmed=False)


@lru_cache(maxsize=1)
def app_icon() -> QIcon:
    made = QIcon()
    for size_px in _APP_SIZES_PX:
        made.addPixmap(QPixmap.fromImage(icon_image("app", "#000000", size_px)))
    return made


def icon_image(name: str, color: str, size_px: int, ratio: float = 1, *, opacity: float = 1) -> QImage:
    """The icon as an image of `size_px` * `ratio` pixels a side; `color` replaces `currentColor`."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    pixels = round(size_px * ratio)
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    if opacity < 1:  # applied to the whole, or overlapping strokes would be visible
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.fillRect(image.rect(), QColor.fromRgbF(0, 0, 0, opacity))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    path = resource("icons", f"{name}.svg")
    if not path.is_file():
        raise ValueError(f"The icon must be one of {', '.join(icon_names())}, got {name!r}")
    return path.read_text(encoding="utf-8")


def _color(theme: Theme, role: Role) -> str:
    colors: dict[str, str] = {
        "normal": theme.text,
        "accent": theme.accent,
        "on_accent": theme.accent_text,
        "muted": theme.text_muted,
        "danger": theme.danger,
    }
    return colors[role]
