"""The loading code in the export dialog: unfolded and copied by keys, true to format and layout."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.nn import Conv2D
from playground.views.dialogs.export import ExportDialog
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press, put_text


def opened(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    window.activateWindow()
    press(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = window.findChildren(ExportDialog)
    qtbot.waitUntil(dialog.path.hasFocus)
    return dialog


def test_the_code_follows_format_layout_and_name_and_the_toast_offers_it_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog, keys = opened(window, qtbot), Qt.Key
    assert not dialog.code.text.isVisible()
    for key in (keys.Key_Tab, keys.Key_Tab, keys.Key_Space):
        press(window, key)
    assert dialog.code.text.isVisible()
    assert "def predict(points):" in dialog.code.text.toPlainText()
    dialog.form.row("layout").control.setFocus()
    press(window, keys.Key_Down)
    assert "torch.nn.Linear(4, 6),\n    torch.nn.Tanh(),\n" in dialog.code.text.toPlainText()
    press(window, keys.Key_Up)
    dialog.code.disclosure.setFocus()
    for key in (keys.Key_Tab, keys.Key_Tab):
        press(window, key)
    assert QApplication.focusWidget() is dialog.code.copy
    press(window, keys.Key_Space)
    assert dialog.code.copy.text() == "Copied"
    assert QGuiApplication.clipboard().text() == dialog.code.text.toPlainText()
    put_text(dialog.path, str(tmp_path / "mine"))
    toast = window.findChildren(Toast)[-1]
    assert toast.text.startswith("Exported to ")
    assert toast.text.endswith("mine.npz")
    assert toast.toolTip() == str(tmp_path / "mine.npz")
    QGuiApplication.clipboard().clear()
    assert toast.button is not None
    click(toast.button)
    program = tmp_path / "program.py"
    program.write_text(QGuiApplication.clipboard().text(), "utf-8")
    labels, probabilities = runpy.run_path(str(program))["predict"](np.zeros((3, 2), np.float32))
    assert set(labels) <= {"0", "1"}
    assert probabilities.shape == (3, 2)


def test_without_a_network_that_runs_a_sentence_stands_there(window: MainWindow, qtbot: QtBot) -> None:
    experiment = window.document.experiment
    window.document.change("Insert", replace(experiment, layers=(Conv2D(), *experiment.layers)))
    dialog = opened(window, qtbot)
    click(dialog.code.disclosure)
    assert dialog.code.text.toPlainText() == ""
    assert "Conv2D needs an image" in dialog.code.text.placeholderText()
    assert not dialog.code.copy.isEnabled()
    click(dialog.code.disclosure)
    assert not dialog.code.text.isVisible()
