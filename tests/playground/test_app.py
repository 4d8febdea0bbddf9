"""The application as a process: start, start without a screen, exit, and garbage collection by the GUI thread."""

from __future__ import annotations

import builtins
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from playground import app
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.startup.unpickling import unpickles
from playground.window.main_window import MainWindow
from tests.crafted_settings import write_pickle

pytestmark = pytest.mark.environment

SCREEN_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
# Prints when the window is painted and the event loop runs, and some state of Python.
TELLING = """
import gc, runpy, signal, sys
from PySide6.QtCore import QTimer
from playground.window.main_window import MainWindow

# A test run under nohup or in the background hands down that these are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

def told(window):
    state = (window.isVisible(), gc.isenabled(), gc.get_freeze_count() > 10_000, sys.getswitchinterval())
    print(*state, len(full_collections), flush=True)
    {then}

def show_event(window, event, inherited=MainWindow.showEvent):
    inherited(window, event)
    QTimer.singleShot(300, window, lambda: told(window))

MainWindow.showEvent = show_event
full_collections = []

def note(phase, info):
    if phase == "start" and info["generation"] == 2:
        full_collections.append(info)

gc.callbacks.append(note)
sys.argv = ["playground", *sys.argv[1:]]
runpy.run_module("playground", run_name="__main__")
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No screen, and settings of its own."""
    kept = {key: value for key, value in os.environ.items() if key not in SCREEN_VARIABLES}
    return kept | {
        f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")
    }


@pytest.fixture
def hostile(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder that does not exist; the preferences are those of the test's `name`, or create it when unpickled."""
    folder, config = tmp_path / "made", tmp_path / "config"
    raw = HOSTILE_FILES[request.getfixturevalue("name")]
    if raw:
        (config / "numpynet-playground").mkdir(parents=True)
        (config / "numpynet-playground" / "preferences.json").write_text(raw)
    else:
        for key in ("files/recent", "window/geometry", "view/theme_mode"):
            write_pickle(config / "NumpyNet" / "Playground.conf", key, folder)
    return folder


@pytest.fixture
def qts_own(tmp_path: Path) -> Path:
    """A folder that does not exist; the settings of Qt's file dialog create it when unpickled."""
    for key in ("lastVisited", "history", "sidebarWidth"):
        write_pickle(tmp_path / "config" / "QtProject.conf", f"FileDialog/{key}", tmp_path / "made")
    return tmp_path / "made"


@pytest.fixture
def started(environment: dict[str, str], request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """The application, offscreen, after it printed its line; `request.param` is what it does then."""
    process = subprocess.Popen(
        [sys.executable, "-c", TELLING.format(then=request.param)],
        env=environment | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    yield process
    watchdog.cancel()
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
@pytest.mark.parametrize("arguments", [[], [__file__]], ids=["alone", "with a file"])
def test_without_a_screen_it_says_what_else_can_be_done(
    environment: dict[str, str], arguments: list[str], tmp_path: Path
) -> None:
    for name in arguments:
        (tmp_path / name).touch()
    done = subprocess.run(
        [sys.executable, "-m", "playground", *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "no screen" in line
    assert "numpynet train" in line


@pytest.mark.parametrize(
    ("library", "fix"),
    [("libEGL.so.1", "on Debian and Ubuntu: sudo apt install libegl1"), ("libother.so.2", "libother.so.2")],
)
def test_a_missing_library_of_the_system_is_named(
    library: str, fix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = builtins.__import__

    def lacking(name: str, *arguments: object) -> object:
        if name == "PySide6.QtWidgets":
            raise ImportError(f"{library}: cannot open shared object file: No such file or directory")
        return given(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", lacking)
    assert app.run() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert library in line
    assert line.endswith((fix, "No such file or directory"))
    assert fix in line


@pytest.mark.slow(reason="2 s")
@pytest.mark.parametrize("started", ["QTimer.singleShot(0, window.close)"], indirect=True)
def test_it_starts_and_ends_with_its_window(started: subprocess.Popen[str]) -> None:
    out, err = started.communicate(timeout=300)
    assert out.split() == ["True", "False", "True", "0.0005", "0"], err
    assert started.returncode == 0, err
    assert "Traceback" not in err
    assert "QThread" not in err


@pytest.mark.slow(reason="4 s")
@pytest.mark.parametrize(
    "started",
    [
        "seen = lambda: 'sklearn' in sys.modules; print(seen(), flush=True); "
        "from playground.startup.engine_warmup import SklearnWarmup; (warmup,) = window.findChildren(SklearnWarmup); "
        "warmup.finished.connect(lambda: (print(seen(), len(gc.get_objects()) < 20_000, flush=True), window.close()))"
    ],
    indirect=True,
    ids=["waits"],
)
def test_it_starts_without_scikit_learn_and_imports_it_while_it_rests(started: subprocess.Popen[str]) -> None:
    out, err = started.communicate(timeout=300)
    # Its objects are excluded from garbage collection too.
    assert out.splitlines()[1:] == ["False", "True True"], err
    assert started.returncode == 0, err
    assert "Traceback" not in err


@pytest.mark.slow(reason="2 s")
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("started", ["window.session.play()"], indirect=True)
def test_it_ends_cleanly_on_a_signal_while_it_trains(started: subprocess.Popen[str], name: str) -> None:
    number = getattr(signal, name)
    assert started.stdout is not None
    assert started.stdout.readline().startswith("True")
    started.send_signal(number)
    _, err = started.communicate(timeout=300)
    assert started.returncode == 128 + number, err
    assert "Traceback" not in err
    assert "QThread" not in err


@pytest.mark.slow(reason="3 s")
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(
    "started",
    [
        "from core.experiment.presets import preset_named; "
        "window.document.change('Flow', preset_named('moons_from_noise')); "
        "look = lambda: print(flush=True) if window.output.flow.isVisible() and "
        "'flow' in window.session.request.parts else QTimer.singleShot(50, window, look); "
        "look()"
    ],
    indirect=True,
    ids=["flow"],
)
def test_it_ends_cleanly_on_a_signal_while_a_flow_is_shown(started: subprocess.Popen[str]) -> None:
    assert started.stdout is not None
    assert [started.stdout.readline() for _ in range(2)][1] == "\n"
    started.send_signal(signal.SIGTERM)
    _, err = started.communicate(timeout=300)
    assert started.returncode == 128 + signal.SIGTERM, err
    assert "Traceback" not in err


HOSTILE_FILES = {
    "a pickle of an older version": "",
    "typed values": '{"view/theme_mode": "@Variant(x)", "files/recent": "@Rect(0 0 1 1)", "window/state": "@A(x)"}',
    "a window of junk": '{"window/geometry": "anVuaw==", "window/state": "anVuaw==", "window/size": [1]}',
    "half a file": '{"view/theme_mode": "da',
}


@pytest.mark.slow(reason="2 s")
@pytest.mark.parametrize("name", HOSTILE_FILES)
@pytest.mark.parametrize(
    "started",
    [
        "from playground.views.widgets import Toast; "
        "print('|'.join(toast.text for toast in window.findChildren(Toast)), flush=True); "
        "QTimer.singleShot(0, window.close)"
    ],
    indirect=True,
    ids=["tells"],
)
def test_no_file_of_preferences_runs_or_keeps_it_from_starting(
    hostile: Path, started: subprocess.Popen[str], name: str
) -> None:
    out, err = started.communicate(timeout=300)
    state, sentence = out.splitlines()
    assert state.startswith("True")
    assert started.returncode == 0, err
    assert "Traceback" not in err
    assert not hostile.exists()
    assert sentence.startswith(
        {
            "a pickle of an older version": "",
            "half a file": "The file of preferences is damaged",
            "typed values": "Preferences with a value that cannot be used",
            "a window of junk": "",
        }[name]
    )
    # It saves the window's geometry.
    stored = json.loads((hostile.parent / "config/numpynet-playground/preferences.json").read_text())
    assert len(stored["window/geometry"]) > 40


@pytest.mark.slow(reason="2 s")
@pytest.mark.parametrize(
    "started",
    [
        "from PySide6.QtWidgets import QFileDialog; "
        "dialog = QFileDialog(window, options=QFileDialog.Option.DontUseNativeDialog); "
        "dialog.show(); print(dialog.isVisible(), flush=True); dialog.close(); "
        "QTimer.singleShot(0, window.close)"
    ],
    indirect=True,
    ids=["opens a file dialog"],
)
def test_no_file_of_qts_own_is_unpickled(qts_own: Path, started: subprocess.Popen[str]) -> None:
    out, err = started.communicate(timeout=300)
    assert out.splitlines()[1:] == ["True"], err
    assert started.returncode == 0, err
    assert "Traceback" not in err
    assert not qts_own.exists()


def test_pyside_unpickles_nothing_once_it_is_forbidden(tmp_path: Path) -> None:
    """In a process of its own, since it is permanent; Python's own pickle still works."""
    path, folder = tmp_path / "settings.ini", tmp_path / "made"
    write_pickle(path, "key", folder)
    reading = (
        "import contextlib, pickle, sys\n"
        "from PySide6.QtCore import QSettings\n"
        "from playground.startup.unpickling import forbid_unpickling, unpickles\n"
        "if sys.argv[2] == 'forbidden': assert forbid_unpickling()\n"
        "with contextlib.suppress(*([] if unpickles() else [RuntimeError])):\n"
        "    QSettings(sys.argv[1], QSettings.Format.IniFormat).value('key')\n"
        "assert pickle.loads(pickle.dumps((1, 2))) == (1, 2)\n"
    )
    for mode, made in (("forbidden", False), ("allowed", unpickles())):
        done = subprocess.run(
            [sys.executable, "-c", reading, str(path), mode], capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert folder.exists() is made


def test_pyside_reads_the_source_of_no_module(environment: dict[str, str]) -> None:
    """It would keep 60 MB of scikit-learn's and our own."""
    quitting = (
        "import linecache\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from playground import app\n"
        "inherited = QApplication.exec\n"
        "QApplication.exec = lambda *_: (QTimer.singleShot(0, QApplication.quit), inherited())[1]\n"
        "app.run()\n"
        "read = [name for name in linecache.cache if 'pyqtgraph' in name or 'window' in name]\n"
        "print(len(read), read[:3])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", quitting],
        env=environment | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "0 []\n", done.stderr


class Mark:
    """Garbage that records the thread that collects it."""

    threads: list[int] = []  # noqa: RUF012 - shared on purpose

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Mark.threads.append(threading.get_ident())


@pytest.fixture
def collector(window: MainWindow) -> Iterator[GuiThreadGC]:
    made = GuiThreadGC(window)
    yield made
    made.stop()
    # As in tests/conftest.py during a test.
    gc.disable()
    gc.freeze()


def test_garbage_is_collected_on_the_gui_thread_alone(collector: GuiThreadGC, qtbot: QtBot) -> None:
    assert not gc.isenabled()
    assert gc.get_freeze_count() > 10_000
    Mark.threads.clear()
    stop = threading.Event()

    def litter() -> None:
        kept: list[object] = []
        while not stop.is_set():
            Mark()
            kept = [[] for _ in range(200)]
        del kept

    worker = threading.Thread(target=litter)
    worker.start()
    try:
        qtbot.waitUntil(lambda: len(Mark.threads) > 100)
    finally:
        stop.set()
        worker.join()
    assert set(Mark.threads) == {threading.get_ident()}


def test_the_collector_hands_its_work_back(window: MainWindow) -> None:
    made = GuiThreadGC(window)
    made.stop()
    enabled, frozen = gc.isenabled(), gc.get_freeze_count()
    gc.disable()
    gc.freeze()
    assert enabled
    assert frozen == 0
