"""Starts the application: one Qt application, the measured settings for two threads, and the window."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import cast

from platformdirs import user_log_path

__all__ = ["run"]

# At Python's default of 5 ms a thread of tiny numpy calls makes the window late by up to 60 ms.
_SWITCH_INTERVAL_SECONDS = 0.0005
_NO_SCREEN = (
    "numpynet: there is no screen to open a window on. Train without one: numpynet train spirals "
    "(more with numpynet --help)"
)

log = logging.getLogger(__name__)


def run(file: Path | None = None) -> int:
    """Open the window, on `file` or the first preset, and return the exit code when it closes."""
    if not _has_screen():
        sys.stderr.write(f"{_NO_SCREEN}\n")
        return 2
    _log_to_file()
    sys.setswitchinterval(_SWITCH_INTERVAL_SECONDS)
    from PySide6.QtWidgets import QApplication

    from core.presets import first_preset
    from playground.garbage import GuiCollector
    from playground.model.document import Document
    from playground.model.preferences import Preferences
    from playground.training.session import TrainingSession
    from playground.views.icons import app_icon
    from playground.views.theme import Mode, ThemeSource
    from playground.window import MainWindow

    app = QApplication(sys.argv[:1])
    app.setApplicationName("NumpyNet Playground")
    app.setDesktopFileName("numpynet-playground")
    app.setWindowIcon(app_icon())
    preferences = Preferences()
    themes = ThemeSource(app, cast(Mode, preferences.theme_mode))
    document = Document(first_preset())
    session = TrainingSession(document)
    window = MainWindow(document, session, themes, preferences)
    window.show()
    # Without a window manager nobody else would give the keyboard to the window.
    window.activateWindow()
    session.start()
    if file is not None:
        window.files.open_file(file)
    collector = GuiCollector(window)
    code = app.exec()
    collector.stop()
    return code


def _has_screen() -> bool:
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if sys.platform != "linux" or chosen:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _log_to_file() -> None:
    """Write what goes wrong to the user's log folder; without one, to the terminal."""
    try:
        folder = user_log_path("numpynet-playground", appauthor=False, ensure_exists=True)
        stream = (folder / "playground.log").open("a", encoding="utf-8")
    except OSError:
        stream = sys.stderr  # type: ignore[assignment]
    logging.basicConfig(stream=stream, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if stream is not sys.stderr:
        faulthandler.enable(stream)
    # An exception in a slot must not pass unseen, and the window lives on.
    sys.excepthook = _log_exception
    threading.excepthook = lambda args: log.error(
        "In thread %s",
        args.thread,
        exc_info=(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback),
    )


def _log_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.error("An error was not caught", exc_info=(kind, error, trace))
