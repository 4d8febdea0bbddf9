"""Start the application: QApplication, process settings measured for two threads, window."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from playground.commands.autosave_commands import AutosaveController

# At Python's default of 5 ms, a thread of tiny numpy calls delays the window by up to 60 ms.
SWITCH_INTERVAL_SECONDS = 0.0005
_LATER_MS = 1000  # after the first picture
_PACKAGES = {
    "libEGL": "libegl1",
    "libGL": "libgl1",
    "libdbus-1": "libdbus-1-3",
    "libfontconfig": "libfontconfig1",
    "libglib-2.0": "libglib2.0-0",
    "libxkbcommon": "libxkbcommon0",
}
_NO_SCREEN = (
    "numpynet: there is no screen to open a window on. Train without one: numpynet train spirals "
    "(more with numpynet --help)"
)


def run(
    file: Path | None = None, *, lessons: Path | None = None, autosave_seconds: float | None = None
) -> int:
    """Open the window, on `file` or the first preset, and return the exit code when it closes.

    A signal gives 128 + its number; unsaved work is offered at the next start. It is autosaved every
    `autosave_seconds`, by default once a minute. `lessons` is a folder of a class's own.
    """
    if not has_screen():
        sys.stderr.write(f"{_NO_SCREEN}\n")
        return 2
    # Until `GuiThreadGC` takes over: 240 collections took 0.15 s of the start, and found a few hundred objects.
    gc.disable()
    if missing := _missing_library():
        sys.stderr.write(f"{missing}\n")
        return 2
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    from playground.startup.heap_limits import limit_heaps

    limit_heaps()
    from PySide6.QtCore import Qt, QTimer

    from playground.startup.source_reading import forbid_source_reading

    forbid_source_reading()
    from playground.startup.qt_name_sharing import share_qt_names

    share_qt_names()
    from PySide6.QtWidgets import QApplication

    from core.experiment.presets import first_preset
    from core.lessons.shipped import SUFFIX as LESSON_SUFFIX
    from playground.commands.autosave_commands import AUTOSAVE_SECONDS
    from playground.model.display_scale import apply_scale
    from playground.model.document import Document
    from playground.model.inspection import Inspection
    from playground.model.preferences import Preferences
    from playground.plugins import PLUGINS
    from playground.plugins.outside import load_kinds
    from playground.startup.engine_warmup import EngineWarmup, SklearnWarmup
    from playground.startup.exception_hook import ErrorReporter
    from playground.startup.exit_signals import ExitSignals
    from playground.startup.gui_thread_gc import GuiThreadGC
    from playground.startup.override_guard import guard_overrides
    from playground.startup.unpickling import forbid_unpickling
    from playground.training.session import TrainingSession
    from playground.translation import missing_letters, translate_qt
    from playground.views.theme.icons import app_icon
    from playground.views.theme.theme import Mode, ThemeSource
    from playground.window.main_window import MainWindow

    load_kinds()
    guard_overrides()
    # Qt reads its own files as soon as there is an application.
    forbid_unpickling()
    preferences = Preferences()
    apply_scale(preferences.scale_percent)
    app = QApplication(sys.argv[:1])
    translate_qt(app)
    errors = ErrorReporter()
    errors.install()
    app.setApplicationName("NumpyNet Playground")
    app.setDesktopFileName("numpynet-playground")
    app.setWindowIcon(app_icon())
    themes = ThemeSource(app, cast(Mode, preferences.theme_mode))
    is_first = not preferences.window_geometry
    document = Document(first_preset(simple=is_first or preferences.simple))
    session = TrainingSession(document, Inspection())
    window = MainWindow(document, session, themes, preferences)
    # Queued, because an error may occur while painting, when nothing may be shown or hidden.
    errors.error_occurred.connect(window.show_message, Qt.ConnectionType.QueuedConnection)
    if lessons is not None and (class_lessons := PLUGINS.given("class_lessons")) is not None:
        class_lessons(window, str(lessons))
    window.show()
    # Without a window manager nothing else activates the window.
    window.activateWindow()
    preferences.message_requested.connect(window.show_message)
    preferences.flush_messages()
    if told := [*PLUGINS.left_out, *missing_letters()]:
        window.show_message("\n".join(told))
    session.start()
    file = file or preferences.file_to_open
    if file is not None:
        if file.suffix.lower() == LESSON_SUFFIX:
            # Beside the example, which is still being loaded.
            open_it = partial(QTimer.singleShot, 0, window, partial(window.files.open_file, file))
            session.run_started.connect(lambda _: open_it(), Qt.ConnectionType.SingleShotConnection)
        else:
            window.files.open_file(file)
    elif is_first and (greet := PLUGINS.given("greet")) is not None:
        greet(window)
    window.files.lock.remove_stale()
    window.autosaves.offer_at_start(opens_file=file is not None)
    # What knows of sweeps takes 3 % of the start to import.
    if (mention_unfinished := PLUGINS.given("mention_unfinished")) is not None:
        QTimer.singleShot(_LATER_MS, window, partial(mention_unfinished, window))
    collector = GuiThreadGC(window)
    collector.renew_after(session.run_started, session.is_busy)
    warmup = SklearnWarmup(session, window)
    warmup.finished.connect(collector.freeze)
    engine = EngineWarmup(session, preferences, window)
    engine.finished.connect(collector.freeze)
    window.autosaves.start(autosave_seconds or AUTOSAVE_SECONDS)
    signals = ExitSignals()
    signals.received.connect(_Ending(app, window.autosaves))
    # The desktop is about to end all programs, without further questions.
    app.commitDataRequest.connect(lambda _: window.autosaves.keep_now(), Qt.ConnectionType.DirectConnection)
    code = app.exec()
    signals.stop()
    warmup.stop()
    engine.stop()
    collector.stop()
    # A signal ends the program without closing the window; hidden now, its panels still find whom they tell.
    window.hide()
    window.end_work()
    session.close()
    # Copied layers are a Python object: Qt would delete it after Python has ended, and crash.
    if app.clipboard().ownsClipboard():
        app.clipboard().clear()
    return code


class _Ending:
    """Ends the program once unsaved work is kept; at once if called again."""

    def __init__(self, app: QApplication, autosaves: AutosaveController) -> None:
        self._app, self._autosaves, self._asked = app, autosaves, False

    def __call__(self, number: int) -> None:
        end = partial(self._app.exit, 128 + number)
        if self._asked:
            end()
        else:
            self._asked = True
            self._autosaves.keep(end)


def _missing_library() -> str:
    """A sentence on the system's library without which Qt has no windows; "" if it can be loaded.

    Neither Qt's wheels nor our bundle bring those of the graphics driver.
    """
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ModuleNotFoundError:
        raise
    except ImportError as error:
        name = str(error).partition(".so")[0]
        package = _PACKAGES.get(name)
        fix = f"; on Debian and Ubuntu: sudo apt install {package}" if package else ""
        return f"numpynet: Qt cannot be loaded, because this system lacks one of its libraries: {error}{fix}"
    return ""


def has_screen() -> bool:
    """Whether a window can be opened."""
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if sys.platform != "linux" or chosen:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
