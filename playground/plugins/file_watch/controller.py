"""Notice that the document's file is open elsewhere, and, on activation, that it was changed or removed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication

from core.io.sentence import short_sentence
from playground.model.project_lock import file_stamp
from playground.plugin import Notice, PluginWindow, WindowController, ask


class FileWatch(WindowController):
    """Locks the file, and compares it with the one that was read or written. Each finding is told once, in a notice."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._files, self._notice = window.files, window.menu_area.notice
        self._notice.answered.connect(self.answer)
        self._stamp = ""
        """The file that the notice is about."""
        self._is_gone = self._is_closed = False
        self._document.file_changed.connect(self.check)
        self._files.saver.ended.connect(self.check)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._on_focus_changed)
        application.aboutToQuit.connect(self.close)

    def yield_document(self) -> None:
        # A file that is gone since the last look is a reason to ask.
        self.check()

    def close(self) -> None:
        """Unlock the file; no window uses it any more."""
        self._is_closed = True
        self._files.lock.release()

    def check(self) -> None:
        """Compare the file, unless it is just being read or written."""
        if self._files.busy or self._is_closed:
            return
        path = self._document.path
        self._files.lock.follow(path)
        self._stamp = file_stamp(path)
        if path is None or self._stamp == self._document.stamp:
            self._forget(path)
        elif self._stamp and not path.is_dir():
            text = f"{path.name} has changed on disk since it was opened"
            reload = "reload", "Reload", "Open it again, as it is now."
            self._show(text, reload, ("keep", "Keep mine", "Go on with what is open."))
        else:
            # Closing must ask, because nothing else holds the work.
            self._is_gone = True
            self._document.set_differs(True)
            text = f"{path.name} is not there any more; saving writes it again"
            save = "save", "Save", "Write it again."
            self._show(text, save, ("dismiss", "Dismiss", "Hide this; closing will ask."))

    def answer(self, name: str) -> None:
        """Do what a button of the notice says."""
        if name == "reload":
            self._reload()
        elif name == "save":
            self._files.save()
        elif name == "save_as":
            self._files.save_as()
        elif name == "go_on":
            self._files.lock.accept()
            self.check()
        else:
            self._document.accept_stamp(self._stamp)

    def _reload(self) -> None:
        details = "Edits since the last save, and what the network has learned since, are lost."
        if not self._document.unsaved or ask(self._window, "Reload the file?", details, {"reload": "Reload"}):
            self._files.reload()

    def _show(self, text: str, *answers: tuple[str, str, str]) -> None:
        self._notice.show_notice(Notice(short_sentence(text), answers))

    def _forget(self, path: Path | None) -> None:
        """The file is as it was: only another window that has it open is worth a notice."""
        if self._is_gone and self._stamp:
            self._document.set_differs(False)
        self._is_gone = False
        owner = "" if path is None else self._files.lock.other_owner(path)
        if path is None or not owner:
            self._notice.show_notice(None)
            return
        text = (
            f"{path.name} is also open in another window ({owner}); saving asks before it replaces the file"
        )
        save_as = "save_as", "Save as…", "Work on a copy."
        self._show(text, save_as, ("go_on", "Edit anyway", "Hide this, and save without asking."))

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
