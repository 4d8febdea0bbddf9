"""Names from outside are text wherever they stand: no label, tooltip, question or menu reads the file in one."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QGraphicsItem,
    QGraphicsView,
    QInputDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QProgressDialog,
    QTabBar,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.plugins.export.format_page import DocumentView
from playground.plugins.imports.table_dialog import TableDialog
from playground.plugins.runs.controller import run_library
from playground.training.state import TrainingState
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.labels import show_markup
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions
from tests.playground.driving import press, show
from tests.playground.opened_dialogs import over

PATIENCE_MS = 60_000
FILE = "hostile.png"
HOSTILE = f"<img src={FILE}>"
"""As a relative address, it is the name of a file, too."""
OPENING = (
    *("new", "preferences", "run_until", "probes", "microscope", "mistakes", "predict"),
    *("commands", "shortcuts", "export"),
)
"""Commands that open a dialog or a popup."""
SMALL = Experiment(name=HOSTILE, dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")


@pytest.fixture
def openings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """How often the file in `HOSTILE` was opened since the last call."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).write_bytes(b"no picture")
    system = ctypes.CDLL(None)
    watch = system.inotify_init1(os.O_NONBLOCK)
    system.inotify_add_watch(watch, os.fsencode(FILE), 0x20)  # IN_OPEN

    def count() -> int:
        try:
            return len(os.read(watch, 1 << 16)) // struct.calcsize("iIII")
        except BlockingIOError:
            return 0

    yield count
    os.close(watch)


def tooltips(top: QWidget) -> Iterator[str]:
    """All that `top` and what is in it can show, also of rows, tabs, menus and painted places."""
    for widget in (top, *top.findChildren(QWidget)):
        yield widget.toolTip()
        if isinstance(widget, QTabBar):
            yield from map(widget.tabToolTip, range(widget.count()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from _of_rows(widget.model())
        if isinstance(widget, QGraphicsView) and widget.scene() is not None:
            yield from (each.toolTip() for each in widget.scene().items() if isinstance(each, QGraphicsItem))
    yield from (action.toolTip() for action in top.findChildren(QAction))


def _of_rows(model: QAbstractItemModel) -> Iterator[str]:
    top = QModelIndex()
    columns = range(1 if isinstance(model, QAbstractListModel) else min(model.columnCount(top), 20))
    for row in range(min(model.rowCount(top), 40)):
        for column in columns:
            yield str(model.index(row, column, top).data(Qt.ItemDataRole.ToolTipRole) or "")
    for column in columns:
        header = model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        yield str(header or "")


def visit(top: QWidget, met: set[str]) -> None:
    """Show `top`, and each of its tooltips and menus that has the name in it; what has shown it is added to `met`."""
    QApplication.processEvents()
    place = top.mapToGlobal(QPoint(4, 4))
    for text in {text for text in tooltips(top) if HOSTILE in text}:
        QToolTip.showText(place, text, top)
        met.add(f"tooltip {text}")
    for widget in top.findChildren(QWidget):
        if widget.isVisible() and (widget.hasMouseTracking() or type(widget).event is not QWidget.event):
            at = widget.rect().center()
            asked = QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at))
            QApplication.sendEvent(widget, asked)
        if isinstance(widget, QLabel) and HOSTILE in widget.text():
            widget.grab()
            met.add(f"{type(top).__name__} {type(widget).__name__} {widget.text()}")
    for menu in top.findChildren(QMenu):
        menu.aboutToShow.emit()
        for action in menu.actions():
            if HOSTILE in action.text() or HOSTILE in action.toolTip():
                menu.popup(place)
                QToolTip.showText(place, action.toolTip(), menu)
                met.add(f"menu {action.text()}")
                menu.close()


def test_a_name_that_is_markup_opens_no_file_in_any_part_of_the_window(
    make: Callable[..., MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    openings: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is the name of the project, of a file, of columns, of a class, of runs and of lanes."""
    file = tmp_path / f"{HOSTILE}.csv"
    rows = "".join(f"{n},{n * n % 7},{(HOSTILE, 'other')[n % 2]}\n" for n in range(40))
    file.write_text(f"{HOSTILE},{HOSTILE} two,{HOSTILE} kind\n{rows}")
    window, met, opened = make(SMALL), set[str](), dict[str, int]()

    def visited(name: str, top: QWidget) -> None:
        visit(top, met)
        opened[name] = openings()

    visited("points", window)
    window.plugins["imports"].open(file)
    (dialog,) = window.findChildren(TableDialog)
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=PATIENCE_MS)
    visited("import", dialog)
    dialog.use_button.click()
    deliver_deletions()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    window.document.change("Rename", window.document.experiment.replace(name=HOSTILE))
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: len(run_library(window).rows) > 0, timeout=PATIENCE_MS)
    for page in ("build", "runs", "race", "seeds", "sweep", "why", "compare"):
        show(window, page)
        if page == "race":
            found: Any = window.plugins["runs"].page.part("race")
            qtbot.waitUntil(lambda race=found: len(race.moments) == 2, timeout=PATIENCE_MS)
            found.rename(1, HOSTILE)
        visited(page, window)
    press(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)

    def asked(box: QDialog) -> int:
        box.show()
        visited(type(box).__name__, box)
        box.hide()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", asked)
    for name in OPENING:
        window.actions_by_name[name].trigger()
        for each in over(window):
            visited(name, each)
            each.close()
        window.activateWindow()
    window.files.maybe_save()
    assert not any(opened.values()), {name: count for name, count in opened.items() if count}
    assert {"Question", *OPENING} <= opened.keys()
    shown = "\n".join(sorted(met))
    for text in (
        "{} — ",
        "tooltip {}\n",
        "Reading {}.csv",
        "Return to {}",
        "Give the network {}",
        "Classes: {}",
        "to “{}",
    ):
        assert text.format(HOSTILE) in shown, f"{text}: {shown}"


def test_labels_of_qt_and_our_own_markup_open_no_file(
    themed: None, qapp: QApplication, openings: Callable[[], int]
) -> None:
    themes = ThemeSource(qapp, "light")
    box, question, progress = QMessageBox(), QInputDialog(), QProgressDialog()
    for text in (box.setText, box.setInformativeText, question.setLabelText, progress.setLabelText):
        text(HOSTILE)
    marked = QLabel()
    show_markup(
        marked, f'<b style="color:#ff0000">{HOSTILE}</b><span style="background-image:url({FILE})">x</span>'
    )
    document = DocumentView(themes, marked)
    document.show_html(f"<p background={FILE}>{HOSTILE}<link rel=stylesheet href={FILE}></p>")
    for widget in (box, question, progress, marked, document):
        widget.show()
        widget.grab()
    QToolTip.showText(QPoint(4, 4), HOSTILE, marked)
    assert openings() == 0
    trap = QLabel(HOSTILE)
    trap.show()
    trap.setTextFormat(Qt.TextFormat.RichText)
    trap.grab()
    assert openings() > 0, "the test sees that a file is opened"
