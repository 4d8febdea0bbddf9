"""Notice, when the window becomes active, that another program has changed or removed the document's file."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication

from core.io.sentence import short_sentence
from playground.commands.file_commands import FileController
from playground.commands.project_saver import ask
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.file_stamp import file_stamp
from playground.views.widgets.notice_bar import Notice

__all__ = ["FileWatch"]

_RELOAD, _KEEP = "Reload", "Keep mine"
_SAVE, _DISMISS = "Save", "Dismiss"


class FileWatch(WindowController):
    """Compares the file with the one that was read or written. A change is told once, in a notice."""

    notice_changed = Signal(object)
    """The Notice to show; None for none."""

    def __init__(self, context: WindowContext, files: FileController) -> None:
        super().__init__(context)
        self._files = files
        self._stamp = ""
        """The file that the notice is about."""
        self._is_gone = False
        self._document.file_changed.connect(self.check)
        files.saver.ended.connect(self.check)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._on_focus_changed)

    def check(self) -> None:
        """Compare the file, unless it is just being read or written."""
        if self._files.busy:
            return
        path = self._document.path
        self._stamp = file_stamp(path)
        if path is None or self._stamp == self._document.stamp:
            self._forget()
        elif self._stamp:
            text = f"{path.name} has changed on disk since it was opened"
            self._show(text, (_RELOAD, "Open it again, as it is now."), (_KEEP, "Go on with what is open."))
        else:
            # Closing must ask, because nothing else holds the work.
            self._is_gone = True
            self._document.set_differs(True)
            text = f"{path.name} is not there any more; saving writes it again"
            self._show(text, (_SAVE, "Write it again."), (_DISMISS, "Hide this; closing will ask."))

    def answer(self, text: str) -> None:
        """Do what a button of the notice says."""
        if text == _RELOAD:
            self._reload()
        elif text == _SAVE:
            self._files.save()
        else:
            self._document.accept_stamp(self._stamp)

    def _reload(self) -> None:
        details = "Edits since the last save, and what the network has learned since, are lost."
        if not self._document.unsaved or ask(self._window, f"{_RELOAD} the file?", details, _RELOAD):
            self._files.reload()

    def _show(self, text: str, *answers: tuple[str, str]) -> None:
        self.notice_changed.emit(Notice(short_sentence(text), answers))

    def _forget(self) -> None:
        if self._is_gone and self._stamp:
            # It is back as it was.
            self._document.set_differs(False)
        self._is_gone = False
        self.notice_changed.emit(None)

    def _on_focus_changed(self, focused: QWindow | None) -> None:
        if focused is not None and self._is_active:
            self.check()

    @property
    def _is_active(self) -> bool:
        """Whether the active window is this one or a dialog of it."""
        widget = QApplication.activeWindow()
        while widget is not None and widget is not self._window:
            widget = widget.parentWidget()
        return widget is not None
