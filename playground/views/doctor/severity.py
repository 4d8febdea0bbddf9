"""Icon, color and name of each severity."""

from __future__ import annotations

from PySide6.QtGui import QPixmap

from core.diagnose import Severity
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon_image

SEVERITY_WORDS: dict[Severity, str] = {"alarm": "Alarm", "warning": "Warning", "note": "Note"}

_ICONS: dict[Severity, str] = {"alarm": "warning", "warning": "warning", "note": "info"}


def severity_color(severity: Severity, theme: Theme) -> str:
    return {"alarm": theme.danger, "warning": theme.warning, "note": theme.accent}[severity]


def severity_pixmap(severity: Severity, theme: Theme, size_px: int, ratio: float) -> QPixmap:
    """The colored icon of a severity."""
    image = icon_image(_ICONS[severity], severity_color(severity, theme), size_px, ratio)
    return QPixmap.fromImage(image)


def healthy_pixmap(theme: Theme, size_px: int, ratio: float) -> QPixmap:
    return QPixmap.fromImage(icon_image("check", theme.success, size_px, ratio))
