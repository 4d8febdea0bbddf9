"""Tasks of a new user's first hours, by real events; listed for people in `tests/first_tasks.md`."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.train.stop_condition import StopCondition
from playground.training.state import TrainingState
from playground.views.canvas.column_layout import gap_center
from playground.views.dialogs.run_until import RunUntilDialog
from playground.views.dialogs.shortcuts import ShortcutSheet
from playground.window.main_window import MainWindow
from tests.playground.driving import drag, press

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 60_000


def type_command(window: MainWindow, text: str) -> None:
    """Ctrl+K, some letters, Enter."""
    press(window, Qt.Key.Key_K, CTRL)
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_xor_is_built_and_learned_by_keys_alone(window: MainWindow, qtbot: QtBot) -> None:
    document = window.document
    type_command(window, "use xor")
    press(window, Qt.Key.Key_A, CTRL)
    press(window, Qt.Key.Key_Delete)
    assert document.experiment.layers == ()
    type_command(window, "add dense")
    for _ in range(4):
        press(window, Qt.Key.Key_Plus)
    type_command(window, "learning rate")
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "0.1\r")
    assert document.experiment.training.optimizer.learning_rate == 0.1
    window.canvas.focus_selected()
    type_command(window, "run until")
    dialog = window.findChild(RunUntilDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.snapshot_router.snapshot is not None
    assert window.snapshot_router.snapshot.figures.test.score > 0.9


def test_a_layer_added_while_it_trains_keeps_what_was_learned(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(Experiment(dataset=Moons(samples=200), layers=(Dense(6, "tanh"), Dense(5, "tanh"))))
    window.session.run_until(StopCondition(epoch=100_000, accuracy=0.97))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    before = window.snapshot_router.snapshot
    assert before is not None
    stage = window.canvas.scene
    drag(window.palette_bar.cards[0], stage.mapToGlobal(QPoint(round(gap_center(stage.columns, 1)), 200)))
    assert [layer.units for layer in window.document.experiment.layers] == [6, 6, 5]  # type: ignore[attr-defined]
    qtbot.waitUntil(
        lambda: (
            window.snapshot_router.snapshot is not None and len(window.snapshot_router.snapshot.layers) == 4
        ),
        timeout=PATIENCE_MS,
    )
    after = window.snapshot_router.snapshot
    assert after is not None
    assert after.epoch == before.epoch
    assert abs(after.figures.test.score - before.figures.test.score) < 0.04
    assert after.figures.test.loss < before.figures.test.loss + 0.1
    # A copy is exact; only narrow new layers are widened.
    press(window, Qt.Key.Key_D, CTRL)
    type_command(window, "add dense")
    units = [layer.units for layer in window.document.experiment.layers]  # type: ignore[attr-defined]
    assert units == [6, 6, 6, 5, 5]


def test_enter_goes_from_a_card_to_its_form_and_escape_back(window: MainWindow, qtbot: QtBot) -> None:
    document, card = window.document, window.canvas.scene.layer_cards[0]
    card.setFocus()
    press(window, Qt.Key.Key_Return)
    units = window.side.layer.form.row("units").control
    entered = QApplication.focusWidget()
    assert entered is not None
    assert entered is units or units.isAncestorOf(entered)
    before = document.experiment.layers[0]
    press(window, Qt.Key.Key_Up)
    assert document.experiment.layers[0].units == before.units + 1  # type: ignore[attr-defined]
    press(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(card.hasFocus, timeout=PATIENCE_MS)


def test_the_keys_fit_a_small_screen(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F1)
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    assert sheet.width() <= 1260
    assert sheet.height() <= 680
    QTest.keyClick(sheet, Qt.Key.Key_Escape)


def test_a_4k_screen_is_filled(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(size=(3840, 2160))
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    canvas, field = window.canvas, window.canvas.scene.field
    assert canvas.width() > 2000
    qtbot.waitUntil(lambda: window.output.plot.width() > 1200, timeout=PATIENCE_MS)
    assert field.width() > 0.9 * canvas.width()
    for part in (window.side, window.output, window.results):
        inside = window.rect()
        assert inside.contains(part.rect().translated(part.mapTo(window, part.rect().topLeft())))


def test_on_a_low_screen_the_plot_keeps_its_room_for_longest(make: Callable[..., MainWindow]) -> None:
    window = make(size=(1280, 720))
    assert window.output.plot.height() >= 220
    assert window.results.curves.canvas.height() >= 90


def test_on_a_low_screen_the_form_of_a_selected_layer_comes_into_view(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(size=(1280, 720))
    side = window.side
    assert side.verticalScrollBar().value() == 0
    card = window.canvas.scene.layer_cards[0]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(card.width() // 2, 10))
    initializer = side.layer.form.row("kernel_initializer")
    bottom = QPoint(0, initializer.height())

    def is_seen() -> bool:
        return side.viewport().rect().contains(initializer.mapTo(side.viewport(), bottom))

    qtbot.waitUntil(is_seen, timeout=PATIENCE_MS)
    window.document.select(None)
    assert window.document.selected is None
