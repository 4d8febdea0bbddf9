"""The current theme and its application to Qt. Views import colors and sizes from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

from PySide6.QtCore import QCoreApplication, QDir, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from core.io.resources import resource
from playground.views.theme.colors import (
    DARK,
    DARK_CONTRAST,
    FONT_LARGE_PX,
    FONT_NORMAL_PX,
    FONT_SMALL_PX,
    LIGHT,
    LIGHT_CONTRAST,
    Theme,
)
from playground.views.theme.popups import PopupStyle
from playground.views.theme.stylesheet import stylesheet

Mode = Literal["system", "light", "dark", "light_contrast", "dark_contrast"]

_FALLBACK_FAMILIES: Final = ("Inter", "Segoe UI", "SF Pro Text", "SF Pro", "Noto Sans", "DejaVu Sans")
_SIZES_PX: Final = {"small": FONT_SMALL_PX, "normal": FONT_NORMAL_PX, "large": FONT_LARGE_PX}


@lru_cache(maxsize=1)
def font_families() -> tuple[str, ...]:
    """The system font and fallbacks that are installed; perhaps empty.

    Asked for 300 fonts at the start, which took 20 ms.
    """
    installed = set(QFontDatabase.families())
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    wanted = [system, *_FALLBACK_FAMILIES]
    # A private family (macOS's ".AppleSystemUIFont") is not listed, but valid.
    return tuple(name for name in dict.fromkeys(wanted) if name in installed or name.startswith("."))


def font(size: Literal["small", "normal", "large"] = "normal", *, bold: bool = False) -> QFont:
    """The application font in one of three sizes, with tabular digits, so that counters do not jitter."""
    made = QFont()
    families = font_families()
    if families:
        made.setFamilies(list(families))
    made.setPixelSize(_SIZES_PX[size])
    made.setFeature(QFont.Tag("tnum"), 1)
    if bold:
        made.setWeight(QFont.Weight.Bold)
    return made


def palette(theme: Theme) -> QPalette:
    """The theme as QPalette, for what the stylesheet does not cover."""
    made = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.surface,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.text_faint,
        role.Button: theme.field,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.ToolTipBase: theme.tooltip,
        role.ToolTipText: theme.tooltip_text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.surface_raised,
        role.Midlight: theme.field,
        role.Mid: theme.border,
        role.Dark: theme.border_strong,
        role.Shadow: theme.shadow,
    }
    for key, color in colors.items():
        made.setColor(key, QColor(color))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.text_faint))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border_strong))
    return made


_THEMES: Final = {theme.name: theme for theme in (LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST)}
_HAS_STYLE: Final = "has_fusion"


def apply(app: QApplication, theme: Theme) -> None:
    """Apply style, font, palette and stylesheet to the application."""
    # A property, since under a stylesheet the style has no name. Setting it again takes 70 ms.
    if app.property(_HAS_STYLE) is None:
        app.setStyle(PopupStyle())
        app.setProperty(_HAS_STYLE, True)
    app.setFont(font())
    app.setPalette(palette(theme))
    # A path within the sheet could not be read where it has a space.
    QDir.setSearchPaths("style", [str(resource("icons", "style"))])
    _replace_stylesheet(app, stylesheet(theme))


@dataclass(frozen=True)
class Look:
    """Style, font, palette and stylesheet of an application, to give back what `apply` took."""

    style: str
    font: QFont
    palette: QPalette
    sheet: str

    @classmethod
    def of(cls, app: QApplication) -> Look:
        """The look that the application has now."""
        # Under a stylesheet the style has no name; ours has been set then.
        name = app.style().objectName() or "Fusion"
        return cls(name, QFont(app.font()), QPalette(app.palette()), app.styleSheet())

    def restore(self, app: QApplication) -> None:
        """Set it again."""
        app.setStyleSheet(self.sheet)
        app.setStyle(self.style)
        app.setProperty(_HAS_STYLE, None)
        app.setPalette(self.palette)
        app.setFont(self.font)


def _replace_stylesheet(app: QApplication, sheet: str) -> None:
    """Set the stylesheet and polish every styled widget once: what is hidden when it is shown.

    `setStyleSheet` alone polishes each widget with all its descendants, so one at depth 8 eight times: 0.17 s. With
    all pages made, two of three widgets are hidden.
    """
    # Forgets the rules of all widgets, so that `setStyleSheet` finds none to polish.
    app.style().unpolish(app)
    app.setStyleSheet(sheet)
    late = app.findChild(_LatePolish) or _LatePolish(app)
    for widget in app.allWidgets():
        if widget.testAttribute(Qt.WidgetAttribute.WA_StyleSheet):
            if widget.isVisible():
                late.polish(widget)
            else:
                widget.installEventFilter(late)


class _LatePolish(QObject):
    """Polishes what was hidden at a change of the stylesheet, when it is shown."""

    def polish(self, widget: QWidget) -> None:
        widget.removeEventFilter(self)
        QApplication.style().polish(widget)
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            self.polish(watched)
        return False


def polish_now(widget: QWidget) -> None:
    """Give a widget that may be hidden, and is painted all the same, the colours of the theme."""
    app = QApplication.instance()
    if app is not None and (late := app.findChild(_LatePolish)) is not None:
        for each in QApplication.allWidgets():
            if each is widget or widget.isAncestorOf(each):
                late.polish(each)


class ThemeSource(QObject):
    """The current theme, with a change signal.

    With `app`, the theme is applied before `theme_changed` is emitted. Mode "system" follows the desktop's color
    scheme; if the desktop has none, the theme stays (light at first).
    """

    theme_changed = Signal(object)

    def __init__(
        self, app: QApplication | None = None, mode: Mode = "system", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._mode: Mode = "system"
        self.theme = LIGHT
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.mode = mode
        if app is not None:
            apply(app, self.theme)

    @property
    def mode(self) -> Mode:
        """ "system", "light", "dark", or one of these in high contrast."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if mode not in get_args(Mode):
            raise ValueError(f"The theme mode must be one of {', '.join(get_args(Mode))}, got {mode!r}")
        self._mode = mode
        hints = QGuiApplication.styleHints()
        if mode == "system":
            hints.unsetColorScheme()
            self._follow_system(hints.colorScheme())
            return
        theme = _THEMES[mode]
        # For native window frames and dialogs; without a platform theme it does nothing.
        hints.setColorScheme(Qt.ColorScheme.Dark if theme.is_dark else Qt.ColorScheme.Light)
        self._use(theme)

    def toggle(self) -> None:
        """Switch from light to dark or back, in the same contrast, and leave mode "system"."""
        light, dark = (LIGHT_CONTRAST, DARK_CONTRAST) if self.theme.is_contrast else (LIGHT, DARK)
        self.mode = light.name if self.theme.is_dark else dark.name

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        if self._mode == "system" and scheme != Qt.ColorScheme.Unknown:
            self._use(DARK if scheme == Qt.ColorScheme.Dark else LIGHT)

    def _use(self, theme: Theme) -> None:
        if theme is self.theme:
            return
        self.theme = theme
        if self._app is not None:
            apply(self._app, theme)
        self.theme_changed.emit(theme)
