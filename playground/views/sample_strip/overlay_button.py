"""Button that selects the saliency overlay of the sample."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from core.inspect.saliency import SaliencyKind
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource

_CHOICES: Final[tuple[tuple[SaliencyKind | None, str, str], ...]] = (
    (None, "&Off", "Show the picture as it is"),
    ("gradient", "&Gradient", "Where a small change would matter for the score of the class"),
    (
        "gradient_input",
        "Gradient × &input",
        "What the ink adds to the score of the class, in blue, or takes from it, in orange",
    ),
    ("occlusion", "O&cclusion", "How far the probability of the class drops when a place is covered"),
)


_TIP = "Colour the sample's picture by what of it speaks for the network's answer."


class OverlayButton(QToolButton):
    """Menu of saliency methods; the button looks pressed while one is selected."""

    chosen = Signal(object)
    """Carries a kind of saliency, or None."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._kind: SaliencyKind | None = None
        self._actions: dict[SaliencyKind | None, QAction] = {}
        self.setAccessibleName("Overlay")
        self.setToolTip(_TIP)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for kind, text, tip in _CHOICES:
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(kind is None)
            action.setData(kind)
            group.addAction(action)
            self._actions[kind] = action
        group.triggered.connect(self._choose)
        self.setMenu(menu)
        self._show_icon()
        themes.theme_changed.connect(self._show_icon)

    @property
    def kind(self) -> SaliencyKind | None:
        """The kind that is shown as selected."""
        return self._kind

    def show_kind(self, kind: SaliencyKind | None) -> None:
        """Show the selected kind."""
        if kind == self._kind:
            return
        self._kind, action = kind, self._actions[kind]
        action.setChecked(True)
        self.setToolTip(_TIP if kind is None else f"{_TIP}\n{action.toolTip()}")
        self.setAccessibleDescription(action.text().replace("&", ""))
        self._show_icon()

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    def _show_icon(self) -> None:
        self.setIcon(icon("overlay", self._themes.theme, "normal" if self._kind is None else "accent"))
