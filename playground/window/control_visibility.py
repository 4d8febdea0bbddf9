"""Hide controls, so that a class sees only what it works with, without holes where they were."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QTabBar, QWidget

from playground.model.hideable_controls import HIDEABLE, SIMPLE, SIMPLE_MENUS, hideable_names
from playground.model.preferences import Preferences
from playground.views.pictures import part_at
from playground.views.widgets import Captioned, SectionTitle
from playground.views.widgets.descendants import descendants
from playground.window.menu_area import MenuArea
from playground.window.pages import Pages
from playground.window.pages.pages import page_rows
from playground.window.panels import Panels

_LEFT: Final = frozenset(item.name for item in HIDEABLE if item.group == "left")
_DATA: Final = frozenset({"gallery", "data_sliders", "share", "data_buttons"})


class ControlWindow(Protocol):
    """The parts of the main window that have controls."""

    preferences: Preferences
    menu_area: MenuArea
    actions_by_name: dict[str, QAction]

    @property
    def pages(self) -> Pages: ...


class Plain(Protocol):
    """A part that looks and speaks otherwise in the simple view."""

    def show_plain(self, plain: bool) -> None: ...


class HiddenControls(QObject):
    """Hides what the preferences list, and what a lesson or the simple view does not show.

    What the user closed stays closed. A lesson says itself what it shows.
    """

    def __init__(self, panels: Panels, window: ControlWindow) -> None:
        super().__init__(panels)
        self.places: Mapping[str, list[QWidget]] = hideable_widgets(panels.window)
        self._to_pages = {
            row.shortcut: window.actions_by_name[row.name] for row in page_rows() if row.shortcut
        }
        self._scene = panels.canvas.scene
        self._menus = window.menu_area.bar.actions()
        self._plain: tuple[Plain, ...] = (
            *descendants(panels.training_bar, Captioned), *descendants(panels.side, SectionTitle),
            panels.output.title, panels.output, panels.results, panels.side.data.gallery,
            panels.training_bar.fields, panels.status, self._scene,
        )  # fmt: skip
        self._frames = {panels.side_dock: _LEFT, panels.side.data: _DATA}
        self._preferences = window.preferences
        self._lesson: frozenset[str] = frozenset()
        self._away = False
        """Whether another page is in front, whose visible way back are the names of the pages."""
        self._held: dict[QWidget, bool] = {}
        """Whether a widget that is hidden is shown again later."""
        window.preferences.changed.connect(self._follow)
        window.pages.changed.connect(self._show_page)
        self._apply()

    @property
    def layer_cards(self) -> Sequence[QWidget]:
        """The cards of the layers, in order."""
        return self._scene.layer_cards

    def show_only(self, names: Collection[str]) -> None:
        """Hide all controls but these, as well as what the preferences list; with none, hide only that."""
        self._lesson = hideable_names().difference(names) if names else frozenset()
        self._apply()

    def _apply(self) -> None:
        preferences = self._preferences
        simple = preferences.simple and not self._lesson
        for menu in self._menus:
            menu.setVisible(not preferences.simple or menu.objectName() in SIMPLE_MENUS)
        for part in self._plain:
            part.show_plain(simple)
        for keys, action in self._to_pages.items():
            # A stranger's key leads to no page that this view does not have.
            action.setShortcut("" if simple and not self._away else keys)
        hidden = hideable_names() - SIMPLE if simple else self._lesson
        hidden = hidden.union(preferences.hidden_controls) - ({"pages"} if self._away else set())
        wanted = [widget for name in sorted(hidden) for widget in self.places.get(name, [])]
        wanted += [frame for frame, names in self._frames.items() if names <= hidden]
        self._hide(wanted)

    def _hide(self, wanted: Collection[QWidget]) -> None:
        for widget in [each for each in self._held if each not in wanted]:
            widget.removeEventFilter(self)
            widget.setVisible(self._held.pop(widget))
            _allow(widget, True)
        for widget in wanted:
            if widget not in self._held:
                self._held[widget] = not widget.isHidden()
                widget.hide()
                widget.installEventFilter(self)
                _allow(widget, False)

    def release(self) -> None:
        """Show what is hidden, so that the places of docks are stored as the full view has them."""
        self._hide([])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Other data, or more room, show it: later.
        if event.type() == QEvent.Type.ShowToParent and isinstance(watched, QWidget):
            self._held[watched] = True
            watched.hide()
        return False

    def _show_page(self, name: str) -> None:
        self._away = name != "build"
        self._apply()

    def _follow(self, name: str) -> None:
        if name in ("hidden_controls", "simple"):
            self._apply()


def _allow(widget: QWidget, allowed: bool) -> None:
    if isinstance(widget, QDockWidget):
        # Otherwise the menu of panels could show it again.
        widget.toggleViewAction().setEnabled(allowed)
    elif isinstance(bar := widget.parentWidget(), QTabBar):
        # A tab goes with what it carries, and stays away on other pages and data.
        widget.setProperty("away", not allowed)
        index = next(
            at for at in range(bar.count()) if bar.tabButton(at, QTabBar.ButtonPosition.RightSide) is widget
        )
        bar.setTabVisible(index, allowed)
        # Qt does not say that it needs another width.
        bar.updateGeometry()


def hideable_widgets(window: QWidget) -> dict[str, list[QWidget]]:
    """The widgets of a main window for every name in `HIDEABLE`."""
    return {row.name: [_with_caption(part_at(window, path)) for path in row.widgets] for row in HIDEABLE}


def _with_caption(widget: QWidget) -> QWidget:
    found: QWidget | None = widget
    while found is not None and not isinstance(found, Captioned):
        found = found.parentWidget()
    return widget if found is None else found
