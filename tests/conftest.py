"""Test isolation: no screen, no user settings, no leaked Qt objects.

A test that leaks a thread, a timer or a window fails: leaked objects would fail or crash a later test. The garbage
collector runs between tests that use Qt and never during one, because a collection in a worker thread deletes widgets
there.
"""

from __future__ import annotations

import gc
import itertools
import math
import os
import signal
import subprocess
import sys
import traceback
import weakref
from collections.abc import Generator, Iterator
from functools import partialmethod
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Scripts start `make test &` with Ctrl+C ignored, which tests send, and which the programs that they start inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Programs that tests start would compile a thousand modules each time: 2.4 s instead of 1.0 s for the window's.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

from core.nn.blas_threads import limit_blas_threads
from tests.forked_programs import ForkedPrograms
from tests.left_out_plugins import ROOM, WITHOUT
from tests.optional_packages import needs, skipped_for
from tests.scheduling import SharedRun

# The machine is shared: the time of a single example means nothing.
hypothesis.settings.register_profile("project", deadline=None, print_blob=True)
hypothesis.settings.load_profile("project")

PATIENCE_MS = 60_000
"""For every wait of the window's tests. On a busy machine a wait of five seconds, pytest-qt's, can be too short."""

_numbers = itertools.count()

_MNIST_NEAR_THE_PROJECT = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--mnist-dir", type=Path, help="a folder with MNIST's four .gz files, to test on them too"
    )
    parser.addoption(
        "--kills", type=int, default=1, help="how often a training window is ended by each signal"
    )
    parser.addoption(
        "--engine",
        choices=("numpy", "compiled"),
        default="numpy",
        help='what experiments with the engine "auto" are trained by; compiled needs numba',
    )
    parser.addoption(
        "--release", action="store_true", help="ask for what only a release needs: all translations"
    )
    parser.addoption("--passed-to", type=Path, help="a file that gets the names of the tests that pass")
    parser.addoption(
        "--passed-in", type=Path, help="such a file of another environment; those tests are left out"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SharedRun(config))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Pass over the tests of plug-ins that are left out, and those that need several."""
    several = collection_path.is_file() or collection_path.name in WITHOUT
    return True if WITHOUT and collection_path.parent == ROOM and several else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs foreign libraries that are missing."""
    torch = needs("torch")  # the largest of them
    for item in items:
        if item.get_closest_marker("foreign") is not None:
            item.add_marker(torch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let go of what an exception holds, once it is reported.

    A widget whose constructor raised lives on in the frames of the traceback. When Qt deletes a plot of pyqtgraph while
    Python holds its parts, the process ends, and with it the report.
    """
    report = yield
    if call.excinfo is not None and not item.config.option.usepdb:
        exceptions: list[BaseException] = [call.excinfo.value]
        for each in exceptions:
            traceback.clear_frames(each.__traceback__)
            for frame, _ in traceback.walk_tb(each.__traceback__):
                frame.f_locals  # noqa: B018 - before Python 3.13 a copy that pytest has made, and that empties itself now
            chained = (each.__cause__, each.__context__)
            exceptions += [other for other in chained if other is not None and other not in exceptions]
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say below everything else which packages would let more tests run."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    if line := skipped_for(report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)):
        terminalreporter.write_line(line)


def pytest_collection_finish() -> None:
    """Freeze the imported objects, so that collections between tests visit the tests' objects alone."""
    gc.collect()
    gc.freeze()


class PatientQtBot(QtBot):
    """pytest-qt's bot with longer waits."""

    waitActive = partialmethod(QtBot.waitActive, timeout=PATIENCE_MS)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE_MS)
    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=PATIENCE_MS)
    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE_MS)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    from PySide6.QtGui import QCursor

    # A menu that opens with an entry below the pointer takes no click there; other tests leave it anywhere.
    QCursor.setPos(-1000, -1000)
    return PatientQtBot(request)


@pytest.fixture(scope="session")
def users_environment() -> dict[str, str]:
    """The environment variables before the tests moved the user's folders."""
    return dict(os.environ)


@pytest.fixture(scope="session", autouse=True)
def _users_folders(
    tmp_path_factory: pytest.TempPathFactory, users_environment: dict[str, str]
) -> Iterator[Path]:
    """A new folder for all that is written to the home folder: settings, caches, autosaves."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
        yield folder


@pytest.fixture(scope="session")
def _auto_engine(request: pytest.FixtureRequest) -> str:
    """The engine of the run; the compiled one is loaded, with the machine code of the user's own cache folder."""
    engine: str = request.config.getoption("--engine")
    if engine == "compiled":
        from core import Sequence
        from core.compiled import readiness

        readiness.load()
        Sequence.__init__.__kwdefaults__["engine"] = "auto"
    return engine


@pytest.fixture(autouse=True)
def _one_blas_thread() -> Iterator[None]:
    """As the program trains: on a busy machine two threads wait for each other (17_repeat: 134 s CPU instead of 6)."""
    with limit_blas_threads():
        yield


@pytest.fixture(autouse=True)
def _loaded_engine(
    _auto_engine: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a program that has just started: tests of the compiled engine may have loaded it before."""
    if _auto_engine == "numpy" or request.node.get_closest_marker("numpy_engine"):
        monkeypatch.setattr("core.train.engine.loaded", lambda: None)
    # A fit of two seconds would compile it beside all other tests.
    monkeypatch.setattr("core.compiled.readiness.PATIENCE_SECONDS", math.inf)


@pytest.fixture(scope="session")
def _forked() -> Iterator[ForkedPrograms]:
    programs = ForkedPrograms()
    yield programs
    programs.close()


@pytest.fixture
def forked_programs(_forked: ForkedPrograms, monkeypatch: pytest.MonkeyPatch) -> ForkedPrograms:
    """Exported programs run in forks, as proofs run them; `tests/core/formats/test_proof.py` starts processes."""
    forked = SimpleNamespace(run=_forked.run, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr("core.formats.external_reader.subprocess", forked)
    return _forked


@pytest.fixture(scope="session")
def mnist_folder(request: pytest.FixtureRequest) -> Path:
    """The folder of the real MNIST; tests that use it are skipped without it."""
    folder: Path = request.config.getoption("--mnist-dir") or _MNIST_NEAR_THE_PROJECT
    if not (folder / "train-images-idx3-ubyte.gz").is_file():
        pytest.skip("needs MNIST's files; give their folder by --mnist-dir")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _small_image_archives(_users_folders: Path) -> Iterator[None]:
    """Small archives replace the image downloads."""
    from tests.made_images import standing_in

    with standing_in(_users_folders / "cache"):
        yield


def _use_empty_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtCore import QSettings, QStandardPaths

    from playground import translation

    monkeypatch.setattr(translation, "user_config_path", lambda *_, **__: folder)
    # Qt's own dialogs store their state in QSettings.
    if sys.platform in ("win32", "darwin"):  # elsewhere the XDG folders suffice
        QStandardPaths.setTestModeEnabled(True)
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for form in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
            QSettings.setPath(form, scope, str(folder))


class _Started:
    """The QThreads and QTimers started since, if they still exist."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from PySide6.QtCore import QThread, QTimer

        self._objects: weakref.WeakSet[Any] = weakref.WeakSet()
        for kind in (QThread, QTimer):
            monkeypatch.setattr(kind, "start", self._recording(kind.start))

    def _recording(self, start: Any) -> Any:
        def record(item: Any, *args: Any, **named: Any) -> Any:
            self._objects.add(item)
            return start(item, *args, **named)

        return record

    def __bool__(self) -> bool:
        return bool(self._objects)

    def still_running(self) -> tuple[list[Any], list[Any]]:
        """(threads, timers)"""
        import shiboken6
        from PySide6.QtCore import QThread

        alive = [item for item in self._objects if shiboken6.isValid(item) and not _is_shared(item)]
        threads = [item for item in alive if isinstance(item, QThread) and item.isRunning()]
        timers = [item for item in alive if not isinstance(item, QThread) and item.isActive()]
        return threads, timers


def _windows() -> set[Any]:
    from PySide6.QtWidgets import QApplication

    return set(QApplication.topLevelWidgets()) if isinstance(QApplication.instance(), QApplication) else set()


def _is_shared(item: Any) -> bool:
    """Whether it or its thread belongs to a window of several tests, see `tests/playground/shared_window.py`."""
    from PySide6.QtCore import QThread

    while item.parent() is not None:
        item = item.parent()
    thread = item.thread()
    return bool(item.property("shared")) or (thread != QThread.currentThread() and _is_shared(thread))


def _deliver_deletions() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    # processEvents() alone does not deliver deleteLater().
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _remove_windows(before: set[Any]) -> list[str]:
    """Delete the top-level widgets created since `before`; returns descriptions of the visible ones."""
    import shiboken6

    left = [widget for widget in _windows() - before if shiboken6.isValid(widget) and not _is_shared(widget)]
    # Hidden ones are harmless, such as a menu without a parent. A visible one was forgotten.
    visible = [
        f"{type(widget).__name__} {widget.windowTitle()!r}"
        for widget in left
        if widget.isVisible() and widget.parent() is None
    ]
    for widget in left:
        if shiboken6.isValid(widget) and widget.parent() is None:
            widget.hide()
            widget.deleteLater()
    _deliver_deletions()
    return visible


def _empty_clipboard() -> None:
    """Data set from Python would be deleted by Qt after Python's exit, with a crash."""
    from PySide6.QtGui import QGuiApplication

    QGuiApplication.clipboard().clear()


def _release_blas() -> None:
    """Let this thread set the number of BLAS threads again.

    threadpoolctl lets one thread set it as long as that lives, and takes a QThread that has ended for alive.
    """
    import threadpoolctl

    state = getattr(threadpoolctl.OpenBLASController, "_SHARED_STATE", None)
    if state is not None:
        state.controlling_thread = None


def _freeze_what_stays() -> None:
    """Keep what was imported and cached out of the collections that follow.

    Only now: at the end of a test pytest still holds its fixtures, which would never be collected.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_of_qt_is_left(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _users_folders: Path
) -> Iterator[None]:
    monkeypatch.delenv("NUMPYNET_LANGUAGE", raising=False)
    if "qapp" not in request.fixturenames:
        yield
        return
    _use_empty_settings(_users_folders / "settings" / str(next(_numbers)), monkeypatch)
    request.getfixturevalue("qapp")
    before = _windows()
    started = _Started(monkeypatch)
    _freeze_what_stays()
    gc.disable()
    yield
    _empty_clipboard()
    _deliver_deletions()
    gc.collect()
    windows = _remove_windows(before)
    gc.collect()
    gc.enable()
    threads, timers = started.still_running()
    for timer in timers:
        timer.stop()
    for thread in threads:
        thread.quit()
        thread.wait(2000)
    _release_blas()
    problems = [f"a window open: {text}" for text in windows]
    problems += [f"a thread running: {thread.objectName() or thread!r}" for thread in threads]
    problems += [f"a timer active: {timer.interval()} ms, of {timer.parent()!r}" for timer in timers]
    if problems:
        pytest.fail("The test left " + "; ".join(problems), pytrace=False)
