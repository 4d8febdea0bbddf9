"""The export dialog, by keys and clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.export import EXPORTERS, Exporter, Npz, Safetensors
from core.nn import Conv2D, Flatten
from playground.views.dialogs.export import ExportDialog, path_fault
from playground.views.theme.theme import LIGHT, ThemeSource, apply
from playground.views.widgets import ChoiceCombo

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def opened(parent: QWidget, folder: Path, kind: str = "", name: str = "Spirals") -> ExportDialog:
    dialog = ExportDialog(EXPORTERS, ThemeSource(parent=parent), parent, kind=kind, name=name, folder=folder)
    dialog.show()
    return dialog


def write(dialog: ExportDialog, text: str) -> None:
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, text)


def test_return_exports_with_the_first_format(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, tmp_path)
    assert dialog.path.text() == str(tmp_path / f"Spirals{next(iter(EXPORTERS)).suffix}")
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.keyClick(dialog.path, Qt.Key.Key_Return)
    assert asked.args == [next(iter(EXPORTERS))(), Path(dialog.path.text())]
    assert dialog.isVisible()
    dialog.accept()
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_another_format_changes_suffix_settings_and_text(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(parent, tmp_path, Npz.kind)
    before = dialog.explanation.text()
    QTest.keyClicks(dialog.format, "Safe")
    assert dialog.path.text() == str(tmp_path / "Spirals.safetensors")
    assert dialog.explanation.text() != before
    assert Safetensors.summary in dialog.explanation.text()
    assert "0.weight (units, inputs)" in dialog.explanation.text()
    layout = dialog.form.row("layout").control
    with qtbot.waitSignal(dialog.form.spec_changed):
        QTest.keyClick(layout, Qt.Key.Key_Up)
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.mouseClick(dialog.export_button, LEFT)
    assert asked.args == [Safetensors(layout="keras"), tmp_path / "Spirals.safetensors"]


def test_a_suffix_is_added_but_none_replaced(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, tmp_path, Npz.kind)
    for typed, wanted in (("mine", "mine.npz"), ("mine.bin", "mine.bin")):
        write(dialog, str(tmp_path / typed))
        with qtbot.waitSignal(dialog.export_requested) as asked:
            QTest.mouseClick(dialog.export_button, LEFT)
        assert asked.args is not None
        assert asked.args[1] == tmp_path / wanted


def test_a_bad_path_is_a_sentence_until_it_is_edited(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, tmp_path)
    write(dialog, str(tmp_path / "missing" / "x.npz"))
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.mouseClick(dialog.export_button, LEFT)
    assert dialog.error.isVisible()
    assert dialog.error.text() == f"There is no folder {tmp_path / 'missing'}."
    assert dialog.path.property("invalid") == "true"
    QTest.keyClick(dialog.path, Qt.Key.Key_Backspace)
    assert not dialog.error.isVisible()
    dialog.show_error("The disk is full.")
    assert dialog.error.isVisible()


def test_path_faults(tmp_path: Path) -> None:
    assert path_fault("  ") == "The file needs a name."
    assert path_fault(str(tmp_path)) == f"{tmp_path} is a folder; the file needs a name in it."
    assert path_fault("a\0b") == "The name of a file has no zero byte."
    assert path_fault("x" * 300) == f"{'x' * 300} cannot be the name of a file."
    assert path_fault(str(tmp_path / "new.npz")) == ""


def test_browse_takes_what_is_chosen(
    parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [("", ""), (str(tmp_path / "chosen.npz"), "")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: answers.pop(0))
    dialog = opened(parent, tmp_path)
    before = dialog.path.text()
    QTest.mouseClick(dialog.browse, LEFT)
    assert dialog.path.text() == before
    QTest.mouseClick(dialog.browse, LEFT)
    assert dialog.path.text() == str(tmp_path / "chosen.npz")


def test_escape_closes_and_deletes(parent: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(parent, tmp_path)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog))


@pytest.mark.parametrize(("name", "file"), [("a/b: c", "a_b_ c"), ("..", "network"), ("Moons 2", "Moons 2")])
def test_the_name_makes_a_file_name(parent: QWidget, tmp_path: Path, name: str, file: str) -> None:
    dialog = opened(parent, tmp_path, Npz.kind, name)
    assert Path(dialog.path.text()) == tmp_path / f"{file}.npz"


def test_the_layouts_are_written_as_their_makers_do(parent: QWidget, tmp_path: Path) -> None:
    combo = opened(parent, tmp_path).form.row("layout").control
    assert isinstance(combo, ChoiceCombo)
    assert [combo.itemText(index) for index in range(combo.count())] == ["Keras", "PyTorch"]


def test_what_the_format_has_no_place_for_is_said_and_not_exported(
    parent: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    def check(exporter: Exporter) -> None:
        exporter.check([Conv2D(2, 2), Flatten()], (4, 4, 1))

    dialog = ExportDialog(
        EXPORTERS, ThemeSource(parent=parent), parent, kind=Safetensors.kind, folder=tmp_path, check=check
    )
    dialog.show()
    assert dialog.refusal.isVisible()
    assert dialog.refusal.text() == (
        "Export: the pytorch layout has no Flatten of several channels at the end; use keras."
    )
    assert not dialog.export_button.isEnabled()
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog.path, Qt.Key.Key_Return)
    QTest.keyClick(dialog.form.row("layout").control, Qt.Key.Key_Up)
    assert dialog.exporter == Safetensors(layout="keras")
    assert not dialog.refusal.isVisible()
    with qtbot.waitSignal(dialog.export_requested):
        QTest.keyClick(dialog.path, Qt.Key.Key_Return)
