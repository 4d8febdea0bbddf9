"""Icons in the theme's colors, rendered from SVG files in resources/icons."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.io.resources import resource
from playground.views.theme.colors import Theme

__all__ = ["Role", "app_icon", "icon", "icon_image", "icon_names"]

Role = Literal["normal", "accent", "on_accent", "muted", "danger"]

_SIZES_PX: Final = (16, 20, 24, 32)
_APP_SIZES_PX: Final = (16, 24, 32, 48, 64, 128, 256)
_DISABLED_OPACITY: Final = 0.4


def icon_names() -> list[str]:
    """The available names, sorted."""
    return sorted(path.stem for path in resource("icons").glob("*.svg"))


@lru_cache(maxsize=512)
def icon(name: str, theme: Theme, role: Role = "normal") -> QIcon:
    """The icon `name` in the theme's color for `role`, dimmed when disabled."""
    made = QIcon()
    color = _color(theme, role)
    for size_px in _SIZES_PX:
        for ratio in (1, 2):
            image = icon_image(name, color, size_px, ratio)
            made.addPixmap(QPixmap.fromImage(image), QIcon.Mode.Normal)
            dimmed = icon_image(name, color, size_px, ratio, opacity=_DISABLED_OPACITY)
            made.addPixmap(QPixmap.fromImage(dimmed), QIcon.Mode.Disabled)
    return made


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
