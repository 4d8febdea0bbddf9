"""The area above the panels: document name, menus, training bar and a notice about the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from playground.commands.actions import make_menus
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.plugins.plugin import ActionRow
from playground.views.menus import TemplateMenu
from playground.views.widgets import Segments
from playground.views.widgets.boxes import Gap, hbox, set_up, vbox
from playground.views.widgets.labels import SteadyLabel, hairline
from playground.views.widgets.toast import NoticeBar
from playground.window.pages import PAGES
from playground.window.panels import Panels

_GAPS_PX = 24
_MIN_TITLE_PX = 80
_TITLE_HEIGHT_PX = 28
"""The menus beside the title can be hidden."""


class MenuArea(QWidget):
    """`menus` are the submenus by the names of their rows."""

    def __init__(
        self,
        table: Sequence[ActionRow],
        actions: Mapping[str, QAction],
        document: Document,
        preferences: Preferences,
        panels: Panels,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._preferences = preferences
        self.title = set_up(SteadyLabel(self), role="title", minimumHeight=_TITLE_HEIGHT_PX)
        self.title.setContentsMargins(12, 0, 8, 0)
        self.bar = window.menuBar()
        self.notice = NoticeBar(self)
        choices = [(row.kind, row.title, f"{row.tip} (Ctrl+{row.digit})") for row in PAGES]
        self.pages = Segments(choices, name="Page", parent=self)
        views = [
            ("simple", "Simple", "Show only what one needs to begin; Ctrl+K finds everything."),
            ("full", "Full", "Show every setting: optimizer, batch size, loss, layers to add, timeline."),
        ]
        self.view = Segments(views, name="View", parent=self)
        preferences.changed.connect(lambda _: self._show_view())
        self._show_view()
        panels.palette.templates.setMenu(TemplateMenu(document, window))
        self._lay_out(panels.training_bar)
        self.menus = make_menus(self.bar, actions, table, {"panels": _dock_menu(panels, window)})

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # A long name is cut before menus and pages are.
        others = sum(each.sizeHint().width() for each in (self.bar, self.pages, self.view)) + _GAPS_PX
        self.title.setMaximumWidth(max(_MIN_TITLE_PX, self.width() - others))

    def _show_view(self) -> None:
        self.view.set_current("simple" if self._preferences.simple else "full")

    def _lay_out(self, training_bar: QWidget) -> None:
        row = hbox(self.title, (self.bar, 1), self.pages, Gap(12), self.view, Gap(12), spacing=0)
        vbox(row, hairline(self), training_bar, self.notice, parent=self, margins=0, spacing=0)


def _dock_menu(panels: Panels, window: QWidget) -> QMenu:
    menu = QMenu(window)
    for dock in panels.docks:
        menu.addAction(dock.toggleViewAction())
    return menu
