"""The window on a model of somebody's program: it begins with that model's weights, and gives them back when closed."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication

from core.formats.model_import import ModelImport
from playground.model.document import Document
from playground.model.inspection import Inspection
from playground.model.preferences import Preferences
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.session import TrainingSession
from playground.views.theme.icons import app_icon
from playground.views.theme.theme import Look, Mode, ThemeSource
from playground.window.main_window import MainWindow


class WatchedWindow(MainWindow):
    """Asks nothing when it is closed. The application's own style, font and palette come back then."""

    closed = Signal(object)
    """Carries (experiment, state) as they were left, or None where they are of other data or do not run."""

    def __init__(
        self, app: QApplication, placed: ModelImport, preferences: Preferences | None = None
    ) -> None:
        assert placed.experiment is not None
        self._app, self._placed = app, placed
        self._look = Look.of(app)
        preferences = preferences or Preferences()
        themes = ThemeSource(app, cast(Mode, preferences.theme_mode))
        document, inspection = Document(placed.experiment), Inspection()
        session = TrainingSession(document, inspection)
        super().__init__(document, session, themes, preferences)
        parts: tuple[QObject, ...] = (preferences, themes, document, inspection)
        for part in parts:
            part.setParent(self)
        self.setWindowIcon(app_icon())
        # A collection on the training thread could delete widgets there.
        self._collector = GuiThreadGC(self)
        self._collector.renew_after(session.run_started, session.is_busy)

    def start(self) -> None:
        """Show the window with the model's weights, ready to train."""
        self.show()
        self.activateWindow()
        self.preferences.message_requested.connect(self.show_message)
        self.preferences.flush_messages()
        self.session.start(self._placed.state)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.session.pause()
        trained = self.session.checkpoint()
        if trained is not None and not trained[0].dataset.same_samples(self._placed.dataset):
            trained = None
        if trained is not None and not trained[1].is_finite:
            trained = None
        # Their program gets what was learned.
        self.files.asks_to_save = False
        super().closeEvent(event)
        if not event.isAccepted():
            return
        self._collector.stop()
        clipboard = self._app.clipboard()
        # Copied layers are a Python object: Qt would delete it after Python has ended, and crash.
        if clipboard.ownsClipboard():
            clipboard.clear()
        self._look.restore(self._app)
        self.closed.emit(trained)
        self.deleteLater()
