"""Everything in the window can be found, reached and operated without a mouse and without seeing it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from playground.views.widgets.spoken import Role, speak_as
from playground.window.main_window import MainWindow
from tests.left_out_plugins import WITHOUT
from tests.playground.accessibility import controls, faults
from tests.playground.driving import PLACES, show
from tests.playground.opened_dialogs import choose_no_file, other_ways, over, ways_by_command, write_data


@pytest.mark.parametrize("preset", ["spirals", "iris", "digits"])
def test_every_control_of_every_page_is_named_reached_and_operated(
    make: Callable[..., MainWindow], preset: str
) -> None:
    window = make(preset_named(preset))
    for dock in window.docks:
        if dock.toggleViewAction().isVisible():
            dock.show()
    if window.actions_by_name["paint"].isEnabled():
        window.actions_by_name["paint"].trigger()
    found = {}
    for place in PLACES:
        show(window, place)
        assert len(list(controls(window))) > 20, place
        found[place] = faults(window)
        show(window, PLACES[0])
    assert not any(found.values()), found


def test_every_control_of_every_dialog_is_named_reached_and_operated(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_no_file(monkeypatch)
    monkeypatch.setattr(window.autosaves.store, "folder", tmp_path / "autosave")
    ways = ways_by_command(window) | dict(other_ways(window, write_data(tmp_path)))
    found, met = {}, set()
    for name, run in ways.items():
        window.actions_by_name["page_build"].trigger()
        run()
        for dialog in over(window):
            met.add(type(dialog).__name__)
            found[f"{name}: {type(dialog).__name__}"] = faults(dialog)
            dialog.close()
        window.activateWindow()
    assert len(met) >= (8 if WITHOUT else 17), met
    assert not any(found.values()), {name: each for name, each in found.items() if each}


class _Clicked(QWidget):
    """Painted, and pressed by the mouse alone."""

    def mousePressEvent(self, event: QMouseEvent) -> None: ...


def _unnamed() -> QWidget:
    return QPushButton()


def _unreachable() -> QWidget:
    button = QPushButton("Go")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button


def _without_role() -> QWidget:
    painted = _Clicked()
    painted.setAccessibleName("Map")
    painted.setMinimumSize(40, 40)
    painted.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return painted


def _without_action() -> QWidget:
    painted = _without_role()
    speak_as(painted, Role.Button)
    return painted


def _shadowed() -> QWidget:
    """A box that passes the focus on to one before it leads Tab back there: what follows is never reached."""
    box = QWidget()
    row = QHBoxLayout(box)
    for name in ("First", "Second"):
        field = QLineEdit()
        field.setAccessibleName(name)
        row.addWidget(field)
    behind = QWidget()
    behind.setFocusProxy(box.findChild(QLineEdit))
    row.addWidget(behind)
    row.addWidget(QPushButton("After"))
    return box


@pytest.mark.parametrize(
    ("make_widget", "sentence"),
    [
        (_unnamed, "QPushButton '' in QWidget has no name"),
        (_unreachable, "QPushButton 'Go' in QWidget is not reached by Tab or arrow keys, and names no keys"),
        (_without_role, "_Clicked 'Map' in QWidget has no role (Client)"),
        (_without_action, "_Clicked 'Map' in QWidget has neither an action nor a value"),
        (_shadowed, "QPushButton 'After' in QWidget < QWidget is not reached by Tab"),
    ],
)
def test_a_control_that_is_shut_to_somebody_is_found(
    qtbot: QtBot, make_widget: Callable[[], QWidget], sentence: str
) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    row = QHBoxLayout(top)
    row.addWidget(QLabel("Beside"))
    row.addWidget(QPushButton("Good"))
    row.addWidget(make_widget())
    with qtbot.waitActive(top):
        top.show()
        top.activateWindow()
    found = faults(top)
    assert any(each.startswith(sentence) for each in found), found


def _needs(*programs: str) -> str:
    """The first of these that is not installed."""
    return next((name for name in programs if shutil.which(name) is None), "")


@pytest.mark.slow(reason="a screen and a bus of its own")
def test_a_screen_reader_finds_presses_and_reads_over_at_spi(tmp_path: Path) -> None:
    """The program and the reader are processes of their own, on a screen and a bus of their own."""
    missing = _needs("Xvfb", "dbus-run-session", "/usr/bin/python3")
    if missing:
        pytest.skip(f"needs {missing}")
    if subprocess.run(["/usr/bin/python3", "-c", "import pyatspi"], capture_output=True).returncode:
        pytest.skip("needs Debian's python3-pyatspi and at-spi2-core")
    script = Path(__file__).with_name("atspi_session.sh")
    folders = {f"XDG_{name}": str(tmp_path / name) for name in ("RUNTIME_DIR", "CONFIG_HOME", "DATA_HOME")}
    folders |= {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ended = subprocess.run(
        [
            "dbus-run-session",
            "--",
            "sh",
            str(script),
            sys.executable,
            str(script.with_name("atspi_reader.py")),
        ],
        env={**os.environ, **folders, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    found = json.loads(ended.stdout.splitlines()[-1])
    assert len(found["controls"]) > 60
    assert not [control for control in found["controls"] if not control[1].strip()]
    assert found["trained"] >= 3, "Play was pressed"
    assert found["moment"] <= 1.5, "the timeline was set"
