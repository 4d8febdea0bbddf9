"""The action table: every row works by menu and shortcut, and the space bar respects the focus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.formats import EXPORTERS
from playground.commands.action_table import MENUS, TABLE, all_rows, export_rows
from playground.commands.actions import (
    bind_undo,
    connect_actions,
    find_callee,
    make_actions,
    make_menus,
    retint,
)
from playground.model.document import Document
from playground.plugins import PLUGINS
from playground.plugins.plugin import ActionRow
from playground.views.dialogs.shortcuts import AboutDialog, ShortcutSheet
from playground.views.theme.colors import DARK, LIGHT
from playground.views.theme.icons import icon_names
from playground.views.widgets import ChoiceCombo, Stepper, ValueCombo
from playground.window.main_window import MainWindow
from playground.window.pages import page_rows
from playground.window.shortcut_filter import ShortcutFilter

pytestmark = pytest.mark.usefixtures("themed")


class Window(QMainWindow):
    """A window with one widget of each sort, counting triggers."""

    def __init__(self) -> None:
        super().__init__()
        self.actions_by_name = make_actions(self, (*TABLE, *export_rows(EXPORTERS)))
        self.done: Counter[str] = Counter()
        for action in self.actions_by_name.values():
            action.triggered.connect(self._count)
        self.guard = ShortcutFilter(QApplication.instance(), self)  # type: ignore[arg-type]
        self.text, self.number = QLineEdit(), ValueCombo([1, 2], 1)
        self.stepper = Stepper(3, 1, 9)
        self.choice = ChoiceCombo([("a", "A"), ("b", "B")])
        self.long_text, self.button, self.check = QPlainTextEdit(), QPushButton("Press"), QCheckBox("Check")
        self.plain = QLabel("plain")
        self.plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        middle = QWidget()
        column = QVBoxLayout(middle)
        for widget in (
            self.text,
            self.number,
            self.stepper,
            self.choice,
            self.long_text,
            self.button,
            self.check,
            self.plain,
        ):
            column.addWidget(widget)
        self.setCentralWidget(middle)

    def _count(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.done[action.objectName()] += 1


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.plain.setFocus()
    return made


def test_no_menu_has_a_letter_twice() -> None:
    entries: dict[str, dict[str, None]] = {"": {}}
    for row in filter(lambda row: row.menu, all_rows(page_rows(), EXPORTERS)):
        top, _, inner = row.menu.partition(".")
        entries[""][MENUS[top]] = None
        entries.setdefault(row.menu, {})[row.text] = None
        if inner:
            entries[top][MENUS[inner]] = None
    for menu, texts in entries.items():
        letters = Counter(text.lower().partition("&")[2][:1] for text in texts if "&" in text)
        assert max(letters.values(), default=1) == 1, (menu, letters)


def test_the_table_is_sound() -> None:
    names = [row.name for row in TABLE]
    assert len(set(names)) == len(names)
    keys = [key for row in TABLE for key in row.shortcut.split("; ") if key]
    assert len(set(keys)) == len(keys)
    assert all(not QKeySequence(key).isEmpty() for key in keys)
    assert {row.icon for row in TABLE if row.icon} <= set(icon_names())
    assert all(row.tip.endswith(".") and row.tip[0].isupper() for row in TABLE)


@pytest.mark.parametrize("row", [row for row in TABLE if row.shortcut], ids=lambda row: row.name)
def test_every_key_triggers_its_action(window: Window, row: ActionRow) -> None:
    for count, key in enumerate(row.shortcut.split("; "), 1):
        QTest.keySequence(window.plain, QKeySequence(key))
        assert window.done == Counter({row.name: count})


def test_space_plays_wherever_no_text_is_typed(window: Window) -> None:
    widgets = window.plain, window.choice, window.number, window.button, window.check
    for count, widget in enumerate(widgets, 1):
        widget.setFocus()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        assert window.done["play"] == count, widget
    assert window.number.currentText() == "1"
    assert not window.choice.view().isVisible()
    assert not window.check.isChecked()


def test_space_presses_nothing_where_it_cannot_play(window: Window) -> None:
    window.actions_by_name["play"].setEnabled(False)
    window.check.setFocus()
    QTest.keyClick(window.check, Qt.Key.Key_Space)
    assert not window.check.isChecked()


def test_letters_work_in_a_number_field_after_enter(window: Window) -> None:
    for field in (window.number, window.stepper):
        window.done.clear()
        field.setFocus()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_R)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        assert window.done == Counter({"reset": 1, "play": 1})
    window.number.setFocus()
    line = window.number.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "1e-3")
    assert window.number.currentText() == "1e-3"


def test_the_letter_of_a_command_that_is_not_possible_leaves_the_number(window: Window) -> None:
    window.actions_by_name["reset"].setEnabled(False)
    for field in (window.number, window.stepper):
        field.setFocus()
        line = field.lineEdit()
        assert line is not None
        line.selectAll()
        before = line.text()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_R)
        assert line.text() == before
    assert not window.done


def test_space_is_typed_into_text(window: Window) -> None:
    for widget in (window.text, window.long_text):
        widget.setFocus()
        QTest.keyClicks(widget, "a r.?")
    assert window.text.text() == window.long_text.toPlainText() == "a r.?"
    assert not window.done


def test_enter_presses_a_focused_button(window: Window, qtbot: QtBot) -> None:
    window.button.setFocus()
    with qtbot.waitSignal(window.button.clicked):
        QTest.keyClick(window.button, Qt.Key.Key_Return)
    window.check.setFocus()
    QTest.keyClick(window.check, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert window.check.isChecked()
    assert not window.done


def test_dialogs_have_the_keys_of_qt(window: Window, qtbot: QtBot) -> None:
    dialog = QDialog(window)
    check = QCheckBox("Check", dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    check.setFocus()
    QTest.keyClick(check, Qt.Key.Key_Space)
    assert check.isChecked()
    assert not window.done
    dialog.close()


def test_other_single_keys_work_on_a_focused_button(window: Window) -> None:
    window.button.setFocus()
    QTest.keyClick(window.button, Qt.Key.Key_R)
    assert window.done["reset"] == 1


def test_the_guard_survives_the_focused_widget(window: Window, qtbot: QtBot) -> None:
    window.button.setFocus()
    window.button.deleteLater()
    button = window.button
    qtbot.waitUntil(lambda: not isValid(button))
    window.plain.setFocus()
    QTest.keyClick(window.plain, Qt.Key.Key_Space)
    assert window.done["play"] == 1


def test_menus_hold_every_row(window: Window) -> None:
    own = QMenu(window)
    table = (*TABLE, *export_rows(EXPORTERS))
    menus = make_menus(window.menuBar(), window.actions_by_name, table, {"panels": own})
    titles = [action.text() for action in window.menuBar().actions()]
    tops = list(dict.fromkeys(row.menu.partition(".")[0] for row in TABLE))
    assert titles == [MENUS[name] for name in tops]
    assert titles[:5] == ["&File", "&Edit", "&Network", "&Train", "&View"]
    assert menus["panels"] is own
    names = {row.name for row in TABLE if row.submenu}
    assert set(menus) == {*names, *tops, *(row.menu for row in TABLE)}
    placed = {action for name in {*menus} - names for action in menus[name].actions()}
    without = {window.actions_by_name[row.name] for row in export_rows(EXPORTERS)}
    assert set(window.actions_by_name.values()) - placed == without, "Ctrl+K and the dialog have the formats"


def test_retint_changes_the_icons(window: Window) -> None:
    def color(action: QAction) -> str:
        image = action.icon().pixmap(16, 16).toImage()
        return image.pixelColor(8, 8).name()

    play = window.actions_by_name["play"]
    retint(window.actions_by_name, LIGHT)
    light = color(play)
    retint(window.actions_by_name, DARK)
    assert color(play) != light
    assert color(play) == DARK.text


def test_undo_and_redo_say_what_they_would_do(window: Window) -> None:
    document = Document()
    rows = [row for row in TABLE if row.name in ("undo", "redo")]
    connect_actions(window.actions_by_name, rows, {"undo": document.undo_stack})
    bind_undo(window.actions_by_name, document.undo_stack)
    undo, redo = window.actions_by_name["undo"], window.actions_by_name["redo"]
    assert not undo.isEnabled()
    document.change("Batch & size", document.experiment.with_training(batch_size=32))
    assert undo.isEnabled()
    assert undo.text() == "&Undo Batch && size"
    QTest.keySequence(window.plain, QKeySequence("Ctrl+Z"))
    assert document.experiment.training.batch_size == 10
    assert (undo.isEnabled(), redo.isEnabled()) == (False, True)
    assert redo.toolTip() == "Redo: Batch & size"
    QTest.keySequence(window.plain, QKeySequence("Ctrl+Y"))
    assert document.experiment.training.batch_size == 32


def test_a_stack_that_outlives_the_actions_is_no_harm(qtbot: QtBot) -> None:
    stack = QUndoStack()
    owner = QWidget()
    bind_undo(make_actions(owner), stack)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not isValid(owner))
    stack.undoTextChanged.emit("more")


def test_the_sheet_lists_the_keys(window: Window, qtbot: QtBot) -> None:
    sheet = ShortcutSheet({"Train": list(window.actions_by_name.values())}, window)
    sheet.show()
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert texts[texts.index("Play") - 1 : texts.index("Play") + 2].count("Space") == 1
    assert "?  or  F1" in texts
    assert "About NumpyNet Playground" not in texts
    # The menu shows the current command; the sheet its purpose.
    assert "Undo" in texts
    assert "More or fewer units" in texts
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(sheet))


def test_about_names_the_versions_and_copies_them(window: Window, qtbot: QtBot) -> None:
    about = AboutDialog(window)
    about.show()
    copy = next(button for button in about.findChildren(QPushButton) if button.text() == "Copy versions")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == about.versions
    assert "numpy" in about.versions
    QTest.keyClick(about, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(about))


def test_every_row_names_what_it_runs(make: Callable[..., MainWindow]) -> None:
    controllers = make().controllers
    rows = [row for row in all_rows(page_rows(), EXPORTERS) if not row.submenu]
    assert all(callable(find_callee(row, controllers)) for row in rows)
    used = {row.run.split(".")[0] for row in rows}
    # Those of plug-ins have other ways to be useful.
    assert set(controllers) - used <= {plugin.kind for plugin in PLUGINS}
    assert not any(row.run for row in TABLE if row.submenu)


@pytest.mark.parametrize("run", ["", "files", "files.", "files.sing", "nobody.open", "canvas.selected"])
def test_a_command_connected_to_nothing_fails(make: Callable[..., MainWindow], run: str) -> None:
    window = make()
    row = ActionRow("sing", "&Sing", "", "", "file", "Sing.", run=run)
    with pytest.raises(LookupError, match=f"command 'sing' must run a method of .* got run='{run}'"):
        connect_actions(make_actions(window, [row]), [row], window.controllers)


def test_a_row_gives_its_arguments_and_a_checkable_one_whether_it_is_checked(window: Window) -> None:
    class Singer:
        def __init__(self) -> None:
            self.sung: list[tuple[object, ...]] = []

        def sing(self, *words: object) -> None:
            self.sung.append(words)

    singer = Singer()
    rows = [
        ActionRow("plain", "a", "", "", "file", "A.", run="singer.sing"),
        ActionRow("given", "b", "", "", "file", "B.", run="singer.sing", arguments=(10, None)),
        ActionRow("checked", "c", "", "", "file", "C.", run="singer.sing", checkable=True),
    ]
    actions = make_actions(window, rows)
    connect_actions(actions, rows, {"singer": singer})
    for name in ("plain", "given", "checked", "checked"):
        actions[name].trigger()
    assert singer.sung == [(), (10, None), (True,), (False,)]
