"""The controls over a dense network on images: draw on the sample, and how many links are drawn."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up

_CHOICES: Final = (0, 1, 2, 3, 5, 10)
_USUAL: Final = 2
_GAP_PX: Final = 8
_ICON_PX: Final = 14


class PixelTools(QObject):
    """Two buttons on the field, hidden where they do not apply."""

    draw_requested = Signal()
    draws = False
    """Whether there is a pad to draw on."""
    most_links_changed = Signal(int)
    """Carries the number of links into each neuron."""

    def __init__(self, themes: ThemeSource, field: QWidget) -> None:
        super().__init__(field)
        self._themes, self._field = themes, field
        self.most_links = _USUAL
        self.draw = self._button(
            "Draw on it", "Draw with the mouse what the network sees instead of the sample"
        )
        self.draw.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.draw.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.draw.clicked.connect(self.draw_requested)
        self.links = self._button(
            "",
            "How many links are drawn into each neuron: the strongest by activation times weight for this sample",
        )
        self.links.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.links.setMenu(self._menu())
        self._show_links()
        self._restyle()
        themes.theme_changed.connect(self._restyle)
        self.place(None)

    def place(self, image: QRectF | None) -> float:
        """Put the buttons below the input image and into the lower right corner; None hides them.

        Returns where the one below the image ends.
        """
        self.links.setVisible(image is not None)
        self.draw.setVisible(self.draws and image is not None)
        if image is None:
            return 0.0
        size = self.draw.sizeHint()
        left = max(2, round(image.center().x() - size.width() / 2))
        self.draw.setGeometry(left, round(image.bottom()) + _GAP_PX, size.width(), size.height())
        size = self.links.sizeHint()
        right, bottom = self._field.width() - _GAP_PX - 4, self._field.height() - 2
        self.links.setGeometry(right - size.width(), bottom - size.height(), size.width(), size.height())
        return float(self.draw.geometry().bottom() + 1)

    def _button(self, text: str, tooltip: str) -> QToolButton:
        button = set_up(QToolButton(self._field), text=text, small="true", toolTip=tooltip)
        button.setAccessibleName(text or "Links into each neuron")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _menu(self) -> QMenu:
        menu = QMenu(self.links)
        group = QActionGroup(menu)
        for count in _CHOICES:
            action = QAction(f"Top {count}" if count else "None", menu, checkable=True)
            action.setData(count)
            action.setChecked(count == _USUAL)
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(self._choose)
        return menu

    def _choose(self, action: QAction) -> None:
        self.most_links = int(action.data())
        self._show_links()
        self.most_links_changed.emit(self.most_links)

    def _show_links(self) -> None:
        self.links.setText(f"Links: top {self.most_links}" if self.most_links else "Links: none")

    def _restyle(self) -> None:
        self.draw.setIcon(icon("paint", self._themes.theme))
