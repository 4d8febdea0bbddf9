"""The main window: creates and connects controllers and panels, without behaviour of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from core.formats import EXPORTERS
from core.reports import RECORDS
from playground.commands.action_table import all_rows
from playground.commands.actions import bind_undo, connect_actions, make_actions
from playground.commands.autosave_commands import AutosaveController
from playground.commands.dialog_commands import DialogController
from playground.commands.download_commands import DownloadController
from playground.commands.export_commands import ExportController
from playground.commands.file_commands import FileController
from playground.commands.file_watch import FileWatch
from playground.commands.film_commands import FilmController
from playground.commands.help_commands import HelpController
from playground.commands.import_commands import ImportController
from playground.commands.predict_commands import PredictController
from playground.commands.run_recording import RunRecorder
from playground.commands.share_commands import ShareController
from playground.commands.window_controller import WindowContext
from playground.model.autosave_store import AutosaveStore
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.model.run_library import RunLibrary
from playground.training.session import TrainingSession
from playground.views.pictures import PICTURES
from playground.views.theme.theme import ThemeSource
from playground.views.timeline import PastMarks
from playground.views.widgets import Toast
from playground.window import view_connections
from playground.window.control_visibility import HiddenControls, hideable_widgets
from playground.window.document_display import DocumentDisplay
from playground.window.inspection_controller import InspectionController
from playground.window.menu_area import MenuArea
from playground.window.optional_tools import OptionalTools
from playground.window.pages import page_rows
from playground.window.panels import Panels
from playground.window.preference_sync import PreferenceSync
from playground.window.shortcut_filter import ShortcutFilter
from playground.window.snapshot_router import SnapshotRouter
from playground.window.timeline_controller import TimelineController
from playground.window.training_display import TrainingDisplay
from playground.window.training_target import make_pages
from playground.window.window_geometry import restore_geometry, store_geometry

if TYPE_CHECKING:
    from playground.views.microscope import MicroscopeDialog


class MainWindow(QMainWindow):
    """One document, one training, all panels."""

    def __init__(
        self,
        document: Document,
        session: TrainingSession,
        themes: ThemeSource,
        preferences: Preferences,
        parent: QWidget | None = None,
        *,
        runs: RunLibrary | None = None,
    ) -> None:
        super().__init__(parent)
        self.runs = runs or RunLibrary(parent=self)
        self.document, self.session, self.themes, self.preferences = document, session, themes, preferences
        self.context = WindowContext(document, session, preferences, themes, self)
        session.setParent(self)
        self.setAcceptDrops(True)
        self.table = all_rows(page_rows(), (*EXPORTERS, *PICTURES, *RECORDS))
        self.actions_by_name = make_actions(self, self.table)
        self._make_controllers()
        self._make_panels()
        self._make_displays()
        self.autosaves = AutosaveController(self.context, self.files, AutosaveStore(), self.output.picture)
        self.recorder = RunRecorder(self.context, self.runs)
        connect_actions(self.actions_by_name, self.table, self.controllers)
        self._connect_views()
        self._shortcut_filter = ShortcutFilter(cast(QApplication, QApplication.instance()), self)
        self._restore()

    def _make_controllers(self) -> None:
        context = self.context
        self.files = FileController(context)
        self.films = FilmController(context)
        self.exports = ExportController(context, self.films)
        self.predictions, self.sharing = PredictController(context), ShareController(context)
        self.watch = FileWatch(context, self.files)
        self.imports, self.downloads = ImportController(context), DownloadController(context)
        self.dialogs = DialogController(context, self.files, self.imports, self.runs)

    def _make_panels(self) -> None:
        panels = self.panels = Panels(self, self.document, self.themes, self.actions_by_name)
        self.training_bar, self.canvas, self.strip = panels.training_bar, panels.canvas, panels.strip
        self.palette_bar, self.side, self.output = panels.palette, panels.side, panels.output
        self.results, self.painting, self.status = panels.results, panels.painting, panels.status
        self.doctor, self.badge = panels.doctor, panels.badge
        self.drawing, self.docks = panels.drawing, panels.docks
        self.inspection = InspectionController(self.document, self.session, panels, self)
        self.snapshot_router = SnapshotRouter(self.document, self.session, panels, self.inspection, self)
        self.help = HelpController(
            self.context, self.table, self.actions_by_name,
            open_preset=self.files.open_preset,
            append_layer=self.canvas.editor.append,
            fields=[self.training_bar.speed, *self.training_bar.fields.combos],
        )  # fmt: skip

    def _make_displays(self) -> None:
        document, session, themes = self.document, self.session, self.themes
        actions, panels = self.actions_by_name, self.panels
        self._menu_area = MenuArea(self.table, actions, document, self.preferences, self.files, panels, self)
        self.setMenuWidget(self._menu_area)
        self.pages, self.training = make_pages(self, self._menu_area)
        self._document_display = DocumentDisplay(
            document, self.files, panels.status, self._menu_area.title, actions, self.pages, self
        )
        self._training_display = TrainingDisplay(session, panels, self.show_message, self)
        self._past_marks = PastMarks(themes, self, self._menu_area, panels.output.plot, panels.canvas)
        self._past_marks.room_needed.connect(panels.canvas.set_room_below)
        self._past_marks.covered.connect(panels.output.plot.leave_room)
        self.timeline = TimelineController(document, session, panels, self._past_marks, actions, self)
        self._tools = OptionalTools(panels, actions["paint"], actions["draw"], self)
        self._preference_sync = PreferenceSync(self.preferences, session, themes, panels, actions, self)

    @property
    def microscope(self) -> MicroscopeDialog:
        """Made if necessary."""
        return self.panels.microscope

    @property
    def controllers(self) -> dict[str, object]:
        """The controllers that the table of actions refers to."""
        return {
            "autosaves": self.autosaves,
            "canvas": self.canvas,
            "dialogs": self.dialogs,
            "exports": self.exports,
            "files": self.files,
            "films": self.films,
            "help": self.help,
            "imports": self.imports,
            "inspection": self.inspection,
            "layers": self.canvas.selected,
            "pages": self.pages,
            "painting": self.painting,
            "predictions": self.predictions,
            "panels": self.panels,
            "selection": self.canvas.selection,
            "sharing": self.sharing,
            "speed": self._preference_sync,
            "themes": self.themes,
            "timeline": self.timeline,
            "training": self.training,
            "undo": self.pages.undo,
            "window": self,
        }

    def _connect_views(self) -> None:
        panels, actions = self.panels, self.actions_by_name
        bind_undo(actions, self.pages.undo)
        view_connections.connect_data(panels, self.files, self.imports, self.downloads, actions)
        view_connections.connect_layers(panels, self.session, self.dialogs.probes)
        view_connections.connect_docks(panels, actions)
        view_connections.connect_films(panels, self.films)
        speakers = (self.files, self.exports, self.predictions, self.sharing, self.autosaves, self.inspection)
        view_connections.connect_messages(panels, (*speakers, self.films, self.runs), self.show_message)
        view_connections.connect_pictures(panels, self.pages, self.exports)
        panels.results.save_requested.connect(partial(self.exports.open, "curves_table"))
        self.watch.notice_changed.connect(self._menu_area.notice.show_notice)
        self._menu_area.notice.answered.connect(self.watch.answer)

    def _restore(self) -> None:
        self._preference_sync.restore()
        restore_geometry(self, self.panels, self.preferences)
        places = hideable_widgets(self.panels, self._menu_area.bar, self.statusBar())
        self._hidden = HiddenControls(places, self.panels.side_dock, self.preferences, self)
        self.preferences.changed.connect(self._preference_sync.follow)
        self._preference_sync.show_theme(self.themes.theme)
        self._document_display.show_document()
        self._tools.refresh()
        self.canvas.focus_selected()

    def show_message(self, sentence: str) -> None:
        """Show a sentence for some seconds."""
        Toast(sentence, self, reduced_motion=self.preferences.reduced_motion)

    def toggle_full_screen(self, _checked: bool = False) -> None:
        """Toggle the current state, which the window manager may have changed."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.imports.accept_drag(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.imports.accept_drop(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        # A file that is gone since the last look is a reason to ask.
        self.watch.check()
        if not self.files.maybe_save():
            event.ignore()
            return
        for part in (self.autosaves, self.films, self.watch, self.pages, self.recorder):
            part.close()
        store_geometry(self, self.panels, self.preferences)
        self.session.close()
        super().closeEvent(event)
