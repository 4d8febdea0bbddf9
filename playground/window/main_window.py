"""The main window: creates and connects controllers and panels, without behaviour of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QStyle, QWidget

from core.experiment.embedded_data import can_embed
from core.formats import EXPORTERS
from core.reports import REPORTS
from playground.commands.action_table import all_rows
from playground.commands.actions import bind_undo, connect_actions, make_actions
from playground.commands.autosave_commands import AutosaveController
from playground.commands.dialog_commands import DialogController
from playground.commands.doctor_commands import DoctorController
from playground.commands.export_commands import ExportController
from playground.commands.file_commands import FileController
from playground.commands.file_watch import FileWatch
from playground.commands.film_commands import FilmController
from playground.commands.fog_commands import FogController
from playground.commands.help_commands import HelpController
from playground.commands.import_commands import DownloadController, ImportController
from playground.commands.lesson_commands import LessonController
from playground.commands.lesson_files import LessonFiles
from playground.commands.predict_commands import PredictController
from playground.commands.project_saver import ask
from playground.commands.run_recording import RunRecorder
from playground.commands.share_commands import ShareController
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.autosave_store import AutosaveStore
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.model.run_library import RunLibrary
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.pictures import PICTURES
from playground.views.status_bar import StatusLine
from playground.views.theme.theme import ThemeSource
from playground.views.timeline import PastMarks
from playground.views.widgets import Toast
from playground.views.widgets.descendants import children_of
from playground.window import view_connections
from playground.window.control_visibility import HiddenControls
from playground.window.inspection_controller import InspectionController
from playground.window.menu_area import MenuArea
from playground.window.pages import Pages, TrainingTarget, page_rows
from playground.window.panels import Panels
from playground.window.preference_sync import PreferenceSync
from playground.window.shortcut_filter import EscapeFilter, ShortcutFilter
from playground.window.slow_step_controller import SlowStepController
from playground.window.snapshot_router import SnapshotRouter
from playground.window.timeline_controller import TimelineController

if TYPE_CHECKING:
    from playground.views.microscope import MicroscopeDialog

_STATE_VERSION = 2
# Before the drawing pad existed.
_STATE_WITHOUT_PAD = 1
_WIDTH_PX, _HEIGHT_PX = 1440, 900


def restore_geometry(window: QMainWindow, panels: Panels, preferences: Preferences) -> None:
    """Restore the window's position, or centre it; restore the docks, or use their initial layout."""
    panels.restore()
    if not window.restoreGeometry(QByteArray(preferences.window_geometry)):
        available = window.screen().availableGeometry()
        window.resize(min(_WIDTH_PX, available.width()), min(_HEIGHT_PX, available.height()))
        direction, middle = Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter
        window.setGeometry(QStyle.alignedRect(direction, middle, window.size(), available))
    state = QByteArray(preferences.window_state)
    host = panels.host
    if any(host.restoreState(state, version) for version in (_STATE_VERSION, _STATE_WITHOUT_PAD)):
        panels.put_missing(preferences.window_state)
    panels.sizes.moved.update(preferences.moved_dividers)


def store_geometry(window: QMainWindow, panels: Panels, preferences: Preferences) -> None:
    """Store what `restore_geometry` needs."""
    preferences.store(
        {
            "window_geometry": bytes(window.saveGeometry().data()),
            "moved_dividers": tuple(sorted(panels.sizes.moved)),
            "window_state": bytes(panels.host.saveState(_STATE_VERSION).data()),
        }
    )


class TrainingDisplay(QObject):
    """Updates results, rates and messages from the session's state; `TrainingTarget` shows the state itself."""

    def __init__(
        self, session: TrainingSession, panels: Panels, show_message: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._panels, self._show_message = session, panels, show_message
        session.state_changed.connect(self._show_state)
        session.stopped.connect(self._show_stop)
        session.lock_changed.connect(self._show_blocked)

    def _show_state(self, state: TrainingState) -> None:
        panels, message = self._panels, self._session.message
        self._show_blocked()
        if state is not TrainingState.RUNNING:
            panels.status.show_rates(0.0, 0.0)
        if state is TrainingState.FAILED:
            self._show_message(message)
        elif state is TrainingState.BLOCKED:
            panels.canvas.scene.refresh_problems()

    def _show_blocked(self) -> None:
        is_blocked = self._session.state is TrainingState.BLOCKED
        why = "The network cannot run yet" if is_blocked else self._session.lock
        self._panels.results.show_blocked(why)

    def _show_stop(self, sentence: str) -> None:
        """Show the sentence, and keep it in the status line."""
        self._show_message(sentence)
        if self._session.state in (TrainingState.IDLE, TrainingState.PAUSED):
            self._panels.status.show_state(self._session.state.value, sentence)


class OptionalTools(QObject):
    """Enables the actions `paint` and `draw`, and their panels, if the data allow them; `tell` says what ends."""

    def __init__(
        self, panels: Panels, paint: QAction, draw: QAction, tell: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._panels, self._paint, self._draw, self._tell = panels, paint, draw, tell
        panels.painting.active_changed.connect(self._show_painting)
        panels.painting.possible_changed.connect(self._allow_painting)
        panels.drawing.possible_changed.connect(self._allow_drawing)

    def refresh(self) -> None:
        """Update both from the current data."""
        self._allow_painting(self._panels.painting.possible)
        self._allow_drawing(self._panels.drawing.possible)

    def _show_painting(self, on: bool) -> None:
        self._paint.setChecked(on)
        self._panels.show_painting(on)

    def _allow_painting(self, possible: bool) -> None:
        _allow(self._paint, possible, "Painting needs two features")

    def _allow_drawing(self, possible: bool) -> None:
        _allow(self._draw, possible, "Drawing needs a dataset of images")
        if self._panels.allow("draw", possible):
            self._tell("The panel Draw is closed: it comes back with images")


def _allow(action: QAction, possible: bool, reason: str) -> None:
    action.setEnabled(possible)
    action.setToolTip(str(action.property("tip")) if possible else reason)


class DocumentDisplay(QObject):
    """Updates title, status line and actions from the document."""

    def __init__(
        self,
        document: Document,
        files: FileController,
        status: StatusLine,
        title: QLabel,
        actions: Mapping[str, QAction],
        pages: Pages,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._document, self._status, self._title = document, status, title
        self._actions, self._pages, self._window = actions, pages, window
        self._saved_at: float | None = None
        self._saved_note = self._lesson = ""
        document.experiment_changed.connect(self.show_document)
        document.selection_changed.connect(self._show_selection)
        pages.changed.connect(self._show_selection)
        document.file_changed.connect(self._show_file)
        document.replaced.connect(self._forget_saved)
        saver = files.saver
        saver.saved.connect(self._show_saved)
        saver.started.connect(status.begin_saving)
        saver.progressed.connect(status.saving.show_share)
        saver.ended.connect(status.end_saving)
        status.cancel_requested.connect(saver.cancel)

    def show_lesson(self, title: str) -> None:
        """Show the title of a lesson, whatever its data are called; "" for none."""
        self._lesson = title
        self._show_file()

    def show_document(self) -> None:
        """Update everything."""
        self._status.show_experiment(self._document.experiment)
        self._show_file()
        self._show_selection()

    def _show_selection(self, *_: object) -> None:
        count, address = len(self._document.experiment.layers), self._document.address
        # The menu's commands are on layers of the stack; inside a block its cards' keys and menus do the same.
        index = address if isinstance(address, int) else -1
        # Layers that nobody sees must not be deleted by a key that was meant for another page.
        shown = self._pages.current == "build"
        layer = shown and 0 <= index < count
        for name, possible in (
            *((name, shown) for name in ("cut", "copy", "paste", "select_all")),
            ("delete_layer", layer),
            ("duplicate_layer", layer),
            ("move_layer_left", layer and index > 0),
            ("move_layer_right", layer and index < count - 1),
        ):
            self._actions[name].setEnabled(possible)

    def _show_file(self) -> None:
        document = self._document
        label = document.experiment.dataset.label
        path = document.path
        name = (self._lesson or document.experiment.name) if path is None else path.name
        # The file still holds the data before: its name alone would say that these are in it.
        first, then = (label, f"not yet in {name}") if document.has_other_data else (name, label)
        of = "" if label == name else f" · {then}"
        self._title.setText(f"{first}{of if document.has_other_data else ''} — NumpyNet Playground")
        self._window.setWindowTitle(f"{first}[*]{of} — NumpyNet Playground")
        self._window.setWindowModified(document.unsaved)
        self._status.show_file(document.path, document.unsaved, self._saved_at, self._saved_note)
        embed_data = self._actions["embed_data"]
        embed_data.setEnabled(can_embed(document.experiment.dataset))
        embed_data.setChecked(document.embeds_data)

    def _forget_saved(self) -> None:
        # Another document was saved then.
        self._saved_at, self._saved_note = None, ""

    def _show_saved(self, moment: float, note: str) -> None:
        self._saved_at, self._saved_note = moment, note
        self._show_file()


class MainWindow(QMainWindow):
    """One document, one training, all panels."""

    hidden: HiddenControls
    pages: Pages
    timeline: TimelineController

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
            self.results.show_guess,
        )  # fmt: skip
        self.session.lock_changed.connect(self.training_bar.show_lock)
        self.lessons.lesson_changed.connect(self.results.begin_anew)
        self.lessons.lesson_changed.connect(lambda title: setattr(self.recorder, "in_lesson", bool(title)))
        self.lesson_files = LessonFiles(self.context, self.lessons, self.actions_by_name)
        self.files.lesson_requested.connect(self.lessons.open_file)
        listed = self.menu_area.class_lessons
        listed.aboutToShow.connect(lambda: listed.show_files(self.lesson_files.listed))
        listed.file_chosen.connect(self.lessons.open_file)
        self.menu_area.menus["&Lessons"].aboutToShow.connect(self.lesson_files.show_ticks)
        # Ways to what has a command, too.
        note = self.lessons.note_act
        self.results.tabs.currentChanged.connect(
            lambda page: note("doctor was used") if self.results.pages.widget(page) is self.doctor else None
        )
        self.results.confusion.mistakes_requested.connect(lambda *_: note("mistakes was used"))
        connect_actions(self.actions_by_name, self.table, self.controllers, self.lessons.refuses)
        self._connect_views()
        self._shortcut_filter = ShortcutFilter(cast(QApplication, QApplication.instance()), self)
        EscapeFilter(
            self, self.timeline.back_to_live, self.slow.close, self.pages.leave, self.lessons.back_to_work
        )
        self._restore()

    def _make_controllers(self) -> None:
        context = self.context
        self.files = FileController(context)
        self.films = FilmController(context)
        self.exports = ExportController(context, self.films)
        self.predictions, self.sharing = PredictController(context), ShareController(context)
        self.watch = FileWatch(context, self.files)
        self.imports, self.downloads = ImportController(context, self.files), DownloadController(context)
        self.dialogs = DialogController(context, self.files, self.imports, self.runs)

    def _make_panels(self) -> None:
        panels = self.panels = Panels(self, self.document, self.themes, self.actions_by_name)
        self.training_bar, self.canvas, self.strip = panels.training_bar, panels.canvas, panels.strip
        self.palette_bar, self.side, self.output = panels.palette, panels.side, panels.output
        self.results, self.painting, self.status = panels.results, panels.painting, panels.status
        self.doctor, self.badge = panels.doctor, panels.badge
        self.drawing, self.docks = panels.drawing, panels.docks
        self.inspection = InspectionController(self.document, self.session, panels, self)
        panels.connect_all(self)
        self.snapshot_router = SnapshotRouter(self.document, self.session, panels, self.inspection, self)
        self.fog = FogController(self.context, self.snapshot_router)
        self.prescriptions = DoctorController(self.context, self.doctor)
        self.help = HelpController(
            self.context, self.table, self.actions_by_name,
            open_preset=self.files.open_preset,
            append_layer=self.canvas.editor.append,
            fields=[self.training_bar.speed, *self.training_bar.fields.combos],
            tabs=self.results.tabs,
        )  # fmt: skip

    def _make_displays(self) -> None:
        document, session, themes = self.document, self.session, self.themes
        actions, panels = self.actions_by_name, self.panels
        self.menu_area = MenuArea(self.table, actions, document, self.preferences, self.files, panels, self)
        self.setMenuWidget(self.menu_area)
        self.slow = SlowStepController(self.context, panels, self.inspection, self)
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
        self._past_marks = PastMarks(themes, self, self.menu_area, panels.output.plot, panels.canvas)
        self._past_marks.room_needed.connect(panels.canvas.set_room_below)
        self._past_marks.covered.connect(panels.output.plot.leave_room)
        self.timeline = TimelineController(document, session, panels, self._past_marks, actions, self)
        self._tools = OptionalTools(panels, actions["paint"], actions["draw"], self.show_message, self)
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
            "fog": self.fog,
            "help": self.help,
            "imports": self.imports,
            "inspection": self.inspection,
            "layers": self.canvas.selected,
            "lessons": self.lessons,
            "lesson_files": self.lesson_files,
            "pages": self.pages,
            "painting": self.painting,
            "predictions": self.predictions,
            "panels": self.panels,
            "selection": self.canvas.selection,
            "sharing": self.sharing,
            "slow": self.slow,
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
        self.pages.connect_ways()
        view_connections.connect_layers(panels, self.session, self.dialogs.probes)
        view_connections.connect_classics(panels, self.session, self.snapshot_router.drawn)
        view_connections.connect_films(panels, self.films)
        self.snapshot_router.drawn.connect(self.dialogs.show_pruning)
        others = self.document, self.inspection, self.slow, self.runs
        speakers = (*children_of(self, WindowController), *others)
        view_connections.connect_messages(panels, speakers, self.show_message)
        view_connections.connect_pictures(self.pages, self.exports)
        self.fog.ended.connect(lambda: actions["fog"].setChecked(False))
        panels.change_bar.undo_requested.connect(self.files.undo_change)
        self.watch.notice_changed.connect(self.menu_area.notice.show_notice)
        self.menu_area.notice.answered.connect(self.watch.answer)
        self.menu_area.view.chosen.connect(lambda key: self.show_simple(key == "simple"))
        self.lessons.lesson_changed.connect(self._document_display.show_lesson)

    def _restore(self) -> None:
        self._preference_sync.restore()
        restore_geometry(self, self.panels, self.preferences)
        self.hidden = HiddenControls(self.panels, self)
        self.preferences.changed.connect(self._preference_sync.follow)
        self._preference_sync.show_theme(self.themes.theme)
        self._document_display.show_document()
        self._tools.refresh()
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
        """At the first start: the simple view, and a card that asks where to begin."""
        from playground.views.dialogs.welcome.start_card import StartCard

        # Whatever ends the program, the next start is not the first one.
        store_geometry(self, self.panels, self.preferences)
        self.show_simple(True)
        card = StartCard(self.actions_by_name, self.canvas)
        self.lessons.lesson_changed.connect(card.leave)
        self.panels.put_above(card)

    def toggle_full_screen(self, _checked: bool = False) -> None:
        """Toggle the current state, which the window manager may have changed."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.imports.accept_drag(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.imports.accept_drop(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        # What may be unsaved is the user's own work, not the lesson.
        if self.lessons.has_work_aside:
            self.lessons.back_to_work()
        # A file that is gone since the last look is a reason to ask.
        self.watch.check()
        if not self._may_end_the_rest() or not self.files.maybe_save():
            event.ignore()
            return
        for part in (self.lessons, self.autosaves, self.films, self.watch, self.pages, self.recorder):
            part.close()
        self.hidden.release()
        store_geometry(self, self.panels, self.preferences)
        self.session.close()
        super().closeEvent(event)

    def _may_end_the_rest(self) -> bool:
        """Ask about what goes on beside the document, if anything does."""
        ends = [*self.pages.ends, *self.films.ends] if self.files.asks_to_save else []
        return not ends or bool(ask(self, "Close, and stop what still runs?", "\n".join(ends), "Close"))
