"""The main window: creates and connects controllers and panels, without behaviour of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from core.formats import EXPORTERS
from core.reports import REPORTS
from playground.commands.action_table import all_rows
from playground.commands.actions import bind_undo, connect_actions, make_actions
from playground.commands.autosave_commands import AutosaveController
from playground.commands.dialog_commands import DialogController
from playground.commands.file_commands import FileController
from playground.commands.help_commands import HelpController
from playground.commands.project_saver import ask
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.autosave_store import AutosaveStore
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.plugins import PLUGINS
from playground.plugins.plugin import ActionRow
from playground.training.session import TrainingSession
from playground.views.pictures import PICTURES
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Toast
from playground.views.widgets.descendants import children_of
from playground.window import view_connections
from playground.window.control_visibility import HiddenControls
from playground.window.displays import DocumentDisplay, TrainingDisplay
from playground.window.inspection_controller import InspectionController
from playground.window.menu_area import MenuArea
from playground.window.pages import Pages, TrainingTarget, page_rows
from playground.window.panels import Panels
from playground.window.plugin_window import PluginWindow
from playground.window.preference_sync import PreferenceSync, restore_geometry, store_geometry
from playground.window.shortcut_filter import EscapeFilter, ShortcutFilter
from playground.window.slow_step_controller import SlowStepController
from playground.window.snapshot_router import SnapshotRouter

_CONTROLLERS: Final = (
    "autosaves", "canvas", "dialogs", "files", "help", "inspection", "pages", "painting",
    "panels", "slow", "themes", "training",
)  # fmt: skip
"""Attributes of the window that rows of actions name."""


class MainWindow(QMainWindow):
    """One document, one training, all panels."""

    hidden: HiddenControls
    plugins: dict[str, Any]
    """The controllers of plug-ins, by their kind."""
    pages: Pages

    def __init__(
        self,
        document: Document,
        session: TrainingSession,
        themes: ThemeSource,
        preferences: Preferences,
        parent: QWidget | None = None,
        *,
        data_folder: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.session, self.themes, self.preferences = document, session, themes, preferences
        self.context = WindowContext(document, session, preferences, themes, self, data_folder)
        session.setParent(self)
        self.setAcceptDrops(True)
        self.table = all_rows(page_rows(), (*EXPORTERS, *PICTURES, *REPORTS))
        self.actions_by_name = make_actions(self, self.table)
        self.files = FileController(self.context)
        self.dialogs = DialogController(self.context, self.files)
        self._make_panels()
        self._make_displays()
        self.autosaves = AutosaveController(self.context, self.files, AutosaveStore(), self.output.picture)
        connect_actions(self.actions_by_name, self.table, self.controllers, self._refuses)
        self._connect_views()
        self._shortcut_filter = ShortcutFilter(cast(QApplication, QApplication.instance()), self)
        EscapeFilter(self, *(each.escape for each in self._added), self.slow.close, self.pages.leave)
        self._restore()

    def _make_panels(self) -> None:
        panels = self.panels = Panels(self, self.document, self.themes, self.actions_by_name)
        self.training_bar, self.canvas, self.strip = panels.training_bar, panels.canvas, panels.strip
        self.palette_bar, self.side, self.output = panels.palette, panels.side, panels.output
        self.results, self.painting, self.status = panels.results, panels.painting, panels.status
        self.docks = panels.docks
        self.menu_area = MenuArea(
            self.table, self.actions_by_name, self.document, self.preferences, panels, self
        )
        self.setMenuWidget(self.menu_area)
        self.slow = SlowStepController(self.context, panels)
        self.session.timeline.records = any(each.looks_back for each in PLUGINS)
        # What plug-ins may use of it is what they get.
        window: PluginWindow = self
        self.plugins = {each.kind: each.controller(window) for each in PLUGINS if each.controller is not None}
        self.inspection = InspectionController(self.document, self.session, panels, self)
        panels.connect_all(self)
        self.snapshot_router = SnapshotRouter(self.document, self.session, panels, self.inspection, self)
        self.help = HelpController(
            self.context, self.table, self.actions_by_name,
            open_preset=self.files.open_preset,
            append_layer=self.canvas.editor.append,
            fields=[self.training_bar.speed, *self.training_bar.fields.combos],
            results=self.results,
        )  # fmt: skip

    def _make_displays(self) -> None:
        document, session, themes = self.document, self.session, self.themes
        actions, panels = self.actions_by_name, self.panels
        self.pages = Pages(self)
        self.pages.changed.connect(self.slow.pause)
        self.pages.changed.connect(self.dialogs.leave_prune)
        for part in (self.slow, self.dialogs):
            part.build_requested.connect(lambda: self.pages.show("build"))
        panels.training_bar.slow_requested.connect(actions["slow_step"].trigger)
        self.training = TrainingTarget(self)
        self.document_display = DocumentDisplay(
            document, self.files, panels.status, self.menu_area.title, actions, self.pages, self
        )
        self._training_display = TrainingDisplay(session, panels, self.show_message, self)
        self.preference_sync = PreferenceSync(self.preferences, session, themes, panels, actions, self)

    @property
    def controllers(self) -> dict[str, object]:
        """The controllers that the table of actions refers to."""
        own = {name: getattr(self, name) for name in _CONTROLLERS}
        own |= {"layers": self.canvas.selected, "selection": self.canvas.selection}
        own |= {"speed": self.preference_sync, "undo": self.pages.undo}
        # No plug-in takes the place of one of these, whatever it calls itself.
        return self.plugins | own | {"window": self}

    @property
    def _added(self) -> list[WindowController]:
        return [each for each in self.plugins.values() if isinstance(each, WindowController)]

    def _refuses(self, row: ActionRow) -> bool:
        return any(each.refuses(row) for each in self._added)

    def _connect_views(self) -> None:
        panels, actions = self.panels, self.actions_by_name
        bind_undo(actions, self.pages.undo)
        view_connections.connect_layers(panels, self.session)
        view_connections.connect_classics(panels, self.session, self.snapshot_router.drawn)
        self.snapshot_router.drawn.connect(self.dialogs.show_pruning)
        speakers = (*children_of(self, WindowController), self.document, self.inspection, self.slow)
        view_connections.connect_messages(panels, speakers, self.show_message)
        view_connections.connect_pictures(panels, self.pages)
        panels.change_bar.undo_requested.connect(self.files.undo_change)
        self.menu_area.view.chosen.connect(lambda key: self.show_simple(key == "simple"))
        self.session.lock_changed.connect(self.training_bar.show_lock)

    def _restore(self) -> None:
        self.preference_sync.restore()
        restore_geometry(self, self.panels, self.preferences)
        self.hidden = HiddenControls(self.panels, self)
        self.preferences.changed.connect(self.preference_sync.follow)
        self.preference_sync.show_theme(self.themes.theme)
        self.document_display.show_document()
        self.canvas.focus_selected()
        self.help.look_at_start()

    def show_message(self, sentence: str) -> None:
        """Show a sentence for some seconds."""
        Toast(sentence, self, reduced_motion=self.preferences.reduced_motion)

    def show_simple(self, simple: bool) -> None:
        """Show only what one needs to begin, on the first page, or everything."""
        if simple:
            self.pages.show("build")
        self.preferences.simple = simple

    def toggle_simple(self) -> None:
        self.show_simple(not self.preferences.simple)

    def toggle_full_screen(self, _checked: bool = False) -> None:
        """Toggle the current state, which the window manager may have changed."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.files.accept_drag(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.accept_drop(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        for added in self._added:
            added.yield_document()
        if not self._may_end_the_rest() or not self.files.maybe_save():
            event.ignore()
            return
        self.autosaves.close()
        self.end_work()
        self.hidden.release()
        store_geometry(self, self.panels, self.preferences)
        self.session.close()
        super().closeEvent(event)

    def end_work(self) -> None:
        """End what goes on beside the document, and keep what was learned."""
        self.pages.close()
        for added in self._added:
            added.close()

    def _may_end_the_rest(self) -> bool:
        """Ask about what goes on beside the document, if anything does."""
        if not self.files.asks_to_save:
            return True
        ends = [each.ends for each in self._added if each.ends]
        return not ends or bool(
            ask(self, "Close, and stop what still runs?", "\n".join(ends), {"close": "Close"})
        )
