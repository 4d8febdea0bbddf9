"""What all controllers of a window are made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.io.atomic_write import atomic_write
from playground.commands.project_saver import error_reason
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.training.session import TrainingSession
from playground.views.theme.theme import ThemeSource


@dataclass(frozen=True, eq=False)
class WindowContext:
    """A window, and what its commands read and change."""

    document: Document
    session: TrainingSession
    preferences: Preferences
    themes: ThemeSource
    window: QWidget


class WindowController(QObject):
    """Runs commands of a window, which owns it."""

    message_requested = Signal(str)
    """A sentence for the user: what was done, or why not."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._document, self._session = context.document, context.session
        self._preferences, self._themes = context.preferences, context.themes
        self._window = context.window

    def _file_to_open(self, title: str, kinds: str) -> Path | None:
        """The file that the user chooses; None if the user gives up."""
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._preferences.dialog_folder, kinds)
        return Path(name) if name else None


class WritingController(WindowController):
    """Writes files that the user chooses, and tells what came of it."""

    def _ask_path(self, title: str, proposed: str, kinds: str) -> Path | None:
        """Where to write a file; None if the user gives up. A name without a suffix gets that of its kind."""
        path = Path(self._preferences.dialog_folder) / proposed
        name, kind = QFileDialog.getSaveFileName(self._window, title, str(path), kinds)
        if not name:
            return None
        self._preferences.last_folder = str(Path(name).parent)
        suffix = ".html" if "html" in kind else path.suffix
        return Path(name) if Path(name).suffix else Path(name + suffix)

    def _write(self, path: Path, data: bytes, told: str) -> None:
        """Write a file, and say so: its name and `told`; or why not."""
        try:
            with atomic_write(path) as file:
                file.write(data)
        except OSError as error:
            self.message_requested.emit(f"{path.name} cannot be written: {error_reason(error)}")
        else:
            self.message_requested.emit(f"{path.name} {told}")
