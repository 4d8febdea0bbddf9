"""The main window: creates and connects controllers and panels, without behaviour of its own."""

from __future__ import annotations

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
from playground.commands.file_watch import FileWatch
from playground.commands.fog_commands import FogController
from playground.commands.help_commands import HelpController
from playground.commands.lesson_commands import LessonController
from playground.commands.lesson_files import LessonFiles
from playground.commands.project_saver import ask
from playground.commands.run_recording import RunRecorder
from playground.commands.share_commands import ShareController
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.autosave_store import AutosaveStore
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.model.run_library import RunLibrary
from playground.plugins import PLUGINS
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
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
from playground.window.pages.rows import show_stage
from playground.window.panels import Panels
from playground.window.preference_sync import PreferenceSync, restore_geometry, store_geometry
from playground.window.shortcut_filter import EscapeFilter, ShortcutFilter
from playground.window.slow_step_controller import SlowStepController
from playground.window.snapshot_router import SnapshotRouter

_CONTROLLERS: Final = (
    "autosaves", "canvas", "dialogs", "files", "fog", "help", "inspection", "lessons",
    "lesson_files", "pages", "painting", "panels", "sharing", "slow", "themes", "training",
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
        runs: RunLibrary | None = None,
    ) -> None:
        super().__init__(parent)
        self.runs = runs or RunLibrary(parent=self)
        self.document, self.session, self.themes, self.preferences = document, session, themes, preferences
        self.context = WindowContext(document, session, preferences, themes, self)
        session.setParent(self)
        self.setAcceptDrops(True)
        self.table = all_rows(page_rows(), (*EXPORTERS, *PICTURES, *REPORTS))
        self.actions_by_name = make_actions(self, self.table)
        self._make_controllers()
        self._make_panels()
        self._make_displays()
        self.autosaves = AutosaveController(self.context, self.files, AutosaveStore(), self.output.picture)
        self.recorder = RunRecorder(self.context, self.runs)
        self.lessons = LessonController(
            self.context, self.files, self.actions_by_name, self.panels.make_lesson, lambda: self.hidden,
            self.results.show_guess, self.runs,
        )  # fmt: skip
        self.lesson_files = LessonFiles(self.context, self.lessons, self.actions_by_name)
        connect_actions(self.actions_by_name, self.table, self.controllers, self.lessons.refuses)
        self._connect_views()
        self._shortcut_filter = ShortcutFilter(cast(QApplication, QApplication.instance()), self)
        added = (each.escape for each in self._added)
        EscapeFilter(self, *added, self.slow.close, self.pages.leave, self.lessons.back_to_work)
        self._restore()

    def _make_controllers(self) -> None:
        context = self.context
        self.files = FileController(context)
        self.sharing = ShareController(context)
        self.watch = FileWatch(context, self.files)
        self.dialogs = DialogController(context, self.files)

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
        makers = {plugin.kind: plugin.controller for plugin in PLUGINS}
        self.plugins = {kind: make(self) for kind, make in makers.items() if make is not None}
        self.inspection = InspectionController(self.document, self.session, panels, self)
        panels.connect_all(self)
        self.snapshot_router = SnapshotRouter(self.document, self.session, panels, self.inspection, self)
        self.fog = FogController(self.context, self.snapshot_router)
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
        self._document_display = DocumentDisplay(
            document, self.files, panels.status, self.menu_area.title, actions, self.pages, self
        )
        self._training_display = TrainingDisplay(session, panels, self.show_message, self)
        self._preference_sync = PreferenceSync(self.preferences, session, themes, panels, actions, self)

    @property
    def controllers(self) -> dict[str, object]:
        """The controllers that the table of actions refers to."""
        own = {name: getattr(self, name) for name in _CONTROLLERS}
        canvas, speed, undo = self.canvas, self._preference_sync, self.pages.undo
        own |= {"layers": canvas.selected, "selection": canvas.selection, "speed": speed, "undo": undo}
        # No plug-in takes the place of one of these, whatever it calls itself.
        return self.plugins | own | {"window": self}

    @property
    def _added(self) -> list[WindowController]:
        return [each for each in self.plugins.values() if isinstance(each, WindowController)]

    def _connect_views(self) -> None:
        panels, actions = self.panels, self.actions_by_name
        bind_undo(actions, self.pages.undo)
        self.pages.connect_ways()
        view_connections.connect_layers(panels, self.session)
        view_connections.connect_classics(panels, self.session, self.snapshot_router.drawn)
        self.snapshot_router.drawn.connect(self.dialogs.show_pruning)
        others = self.document, self.inspection, self.slow, self.runs
        speakers = (*children_of(self, WindowController), *others)
        view_connections.connect_messages(panels, speakers, self.show_message)
        view_connections.connect_pictures(panels, self.pages)
        self.fog.ended.connect(lambda: actions["fog"].setChecked(False))
        panels.change_bar.undo_requested.connect(self.files.undo_change)
        self.watch.notice_changed.connect(self.menu_area.notice.show_notice)
        self.menu_area.notice.answered.connect(self.watch.answer)
        self.menu_area.view.chosen.connect(lambda key: self.show_simple(key == "simple"))
        self.lessons.lesson_changed.connect(self._document_display.show_lesson)
        self._connect_lessons()

    def _connect_lessons(self) -> None:
        lessons, files, results = self.lessons, self.lesson_files, self.results
        lessons.stage_shown.connect(lambda stage: show_stage(self, stage))
        lessons.speed_asked.connect(lambda key: self._preference_sync.show_speed(key))
        self.session.lock_changed.connect(self.training_bar.show_lock)
        lessons.lesson_changed.connect(results.begin_anew)
        lessons.lesson_changed.connect(lambda title: setattr(self.recorder, "in_lesson", bool(title)))
        self.files.lesson_requested.connect(lessons.open_file)
        listed = self.menu_area.class_lessons
        listed.aboutToShow.connect(lambda: listed.show_files(files.listed))
        listed.file_chosen.connect(lessons.open_file)
        self.menu_area.menus["lessons"].aboutToShow.connect(files.show_ticks)
        # Ways to what has a command, too.
        results.tabs.currentChanged.connect(
            lambda page: lessons.note_act(f"{name} was used") if (name := results.page_name(page)) else None
        )
        results.confusion.mistakes_requested.connect(lambda *_: lessons.note_act("mistakes was used"))

    def _restore(self) -> None:
        self._preference_sync.restore()
        restore_geometry(self, self.panels, self.preferences)
        self.hidden = HiddenControls(self.panels, self)
        self.preferences.changed.connect(self._preference_sync.follow)
        self._preference_sync.show_theme(self.themes.theme)
        self._document_display.show_document()
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

    def greet(self) -> None:
        """At the first start: the simple view, and one line that says what to do."""
        # Whatever ends the program, the next start is not the first one.
        store_geometry(self, self.panels, self.preferences)
        self.show_simple(True)
        self.panels.show_hint(
            "Press Play, then add a neuron.",
            lambda: self.session.state is TrainingState.RUNNING or not self.preferences.simple,
            self.session.state_changed,
            self.preferences.changed,
        )

    def toggle_full_screen(self, _checked: bool = False) -> None:
        """Toggle the current state, which the window manager may have changed."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.files.accept_drag(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.accept_drop(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        # What may be unsaved is the user's own work, not the lesson.
        if self.lessons.has_work_aside:
            self.lessons.back_to_work()
        # A file that is gone since the last look is a reason to ask.
        self.watch.check()
        if not self._may_end_the_rest() or not self.files.maybe_save():
            event.ignore()
            return
        for added in self._added:
            added.close()
        for part in (self.lessons, self.autosaves, self.watch, self.pages, self.recorder):
            part.close()
        self.hidden.release()
        store_geometry(self, self.panels, self.preferences)
        self.session.close()
        super().closeEvent(event)

    def _may_end_the_rest(self) -> bool:
        """Ask about what goes on beside the document, if anything does."""
        if not self.files.asks_to_save:
            return True
        ends = [each.ends for each in self._added if each.ends]
        return not ends or bool(
            ask(self, "Close, and stop what still runs?", "\n".join(ends), {"close": "Close"})
        )
