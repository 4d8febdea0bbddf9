"""Hide controls, so that a class sees only what it works with, without holes where they were."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QStatusBar, QTabBar, QToolButton, QWidget

from playground.model.hideable_controls import HIDEABLE, SIMPLE, SIMPLE_MENUS, hideable_names
from playground.model.preferences import Preferences
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

    def statusBar(self) -> QStatusBar: ...


class Plain(Protocol):
    """A part that looks and speaks otherwise in the simple view."""

    def show_plain(self, plain: bool) -> None: ...


class HiddenControls(QObject):
    """Hides what the preferences list, and what a lesson or the simple view does not show.

    What the user closed stays closed. A lesson says itself what it shows.
    """

    def __init__(self, panels: Panels, window: ControlWindow) -> None:
        super().__init__(panels)
        self.places: Mapping[str, list[QWidget]] = hideable_widgets(
            panels, window.menu_area, window.statusBar()
        )
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
        wanted = [widget for name in sorted(hidden) for widget in self.places[name]]
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


def hideable_widgets(panels: Panels, menus: MenuArea, status_bar: QWidget) -> dict[str, list[QWidget]]:
    """The widgets for every name in `HIDEABLE`."""
    bar, side, output = panels.training_bar, panels.side, panels.output

    def button(name: str) -> QWidget:
        found = bar.findChild(QToolButton, f"{name}_button")
        assert isinstance(found, QToolButton)
        return found

    fields, rooms = bar.fields, panels.results.rooms
    return {
        "menus": [menus.bar],
        "pages": [menus.pages],
        "reset": [button("reset")],
        "play": [bar.play_button],
        "step_batch": [button("step_batch")],
        "step_epoch": [button("step_epoch")],
        "speed": [_with_caption(bar.speed)],
        "learning_rate": [_with_caption(fields.learning_rate)],
        "optimizer": [_with_caption(fields.optimizer)],
        "batch_size": [_with_caption(fields.batch_size)],
        "loss": [_with_caption(fields.loss)],
        "regularizer": [_with_caption(fields.regularizer)],
        "undo": [button("undo"), button("redo")],
        "theme": [button("theme")],
        "export": [bar.export_button],
        "gallery": [side.data.gallery],
        "data_sliders": [side.data.numbers],
        "share": [side.data.division],
        "data_buttons": [side.data.paint, side.data.new_seed, side.data.open_table],
        "features": [side.inputs],
        "layer": [side.layer],
        "palette": [panels.palette, panels.canvas.scene.hint],
        "output": [panels.output_dock],
        "output_options": [
            output.test_points,
            output.discretize,
            output.decision_line,
            output.follow_live,
        ],
        "timeline": [dock for dock in panels.docks if dock.objectName() == "timeline"],
        "results": [panels.results_dock],
        "doctor": [rooms["doctor"]] if "doctor" in rooms else [],
        "status": [status_bar],
    }


def _with_caption(widget: QWidget) -> QWidget:
    found: QWidget | None = widget
    while found is not None and not isinstance(found, Captioned):
        found = found.parentWidget()
    return widget if found is None else found
