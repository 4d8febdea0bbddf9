"""The main window: keys, files, panels, themes, sizes, tooltips and tab order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files, preset_named
from core.experiment.project_file import load_project
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from playground.training.state import TrainingState
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, click, menu_action, press, save

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 60_000
Make = Callable[..., MainWindow]


def small() -> Experiment:
    return Experiment(name="Small", dataset=Moons(samples=60), layers=(Dense(4, "tanh"), Dense(3, "tanh")))


def wait_for(qtbot: QtBot, found: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(found()), timeout=PATIENCE_MS)


def pictures_of(window: MainWindow) -> list[Snapshot]:
    taken: list[Snapshot] = []
    window.session.snapshot_taken.connect(taken.append)
    return taken


def train(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    """Train whole epochs by shortcut."""
    taken = pictures_of(window)
    for _ in range(epochs):
        before = len(taken)
        window.actions_by_name["step_epoch"].trigger()
        wait_for(qtbot, lambda before=before: len(taken) > before)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)


def weights_of(window: MainWindow) -> np.ndarray:
    taken = window.session.checkpoint()
    assert taken is not None
    arrays = taken[1].arrays
    return np.concatenate([arrays[name].ravel() for name in sorted(arrays) if name.startswith("weights/")])


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.findChildren(Toast) if toast.isVisible()]


# --- from the first moment ----------------------------------------------------------------------------------------


def test_space_trains_from_the_first_moment(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    assert not window.isWindowModified()
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: taken and taken[-1].epoch >= 2)
    assert "Pause" in window.actions_by_name["play"].text()
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert "Play" in window.actions_by_name["play"].text()
    assert window.isWindowModified()
    assert window.training_bar.epoch.text() == f"{taken[-1].epoch:07,}"


def test_every_view_shows_the_moment_of_the_pause(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: taken and taken[-1].epoch >= 3)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    last = taken[-1]
    assert len(window.results.loss.canvas.curves[0]) == len(last.history)
    assert window.output._shown is last.boundary
    assert window.canvas.scene.field._snapshot is last


def test_the_keys_of_training(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    QTest.keyClicks(QApplication.focusWidget(), ".")
    wait_for(qtbot, lambda: taken and taken[-1].step == 1)
    QTest.keyClicks(QApplication.focusWidget(), ">")
    wait_for(qtbot, lambda: (taken[-1].epoch, taken[-1].step) == (1, 0))
    press(window, Qt.Key.Key_R)
    wait_for(qtbot, lambda: taken[-1].run == 2 and taken[-1].epoch == 0)
    press(window, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qtbot, lambda: taken[-1].run == 3)
    assert window.document.experiment.seed == 8


def test_the_speed_reaches_the_training(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    window.training_bar.speed.setFocus()
    QTest.keyClick(window.training_bar.speed, Qt.Key.Key_Home)
    assert window.preferences.speed == "batch_1"
    window.canvas.focus_selected()
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: len(taken) >= 2)
    assert [(s.epoch, s.step) for s in taken[:2]] == [(0, 1), (0, 2)]


# --- files --------------------------------------------------------------------------------------------------------


def test_save_and_open_go_on_bit_by_bit(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, path = make(small()), tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    train(window, qtbot, 2)
    window.actions_by_name["step_batch"].trigger()
    wait_for(
        qtbot,
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.step == 1,
    )
    assert save(window, qtbot)
    file = tmp_path / "mine.nnplay"
    assert file.exists()
    assert not window.isWindowModified()
    assert window.document.path == file
    saved = weights_of(window)
    train(window, qtbot, 2)
    assert window.isWindowModified()
    further = weights_of(window)

    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Discard)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    choose(window, "File", "Open")
    wait_for(
        qtbot,
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch == 2,
    )
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert not window.isWindowModified()
    assert not window.document.undo_stack.canUndo()
    np.testing.assert_array_equal(weights_of(window), saved)
    train(window, qtbot, 2)
    np.testing.assert_array_equal(weights_of(window), further)


def test_saving_again_asks_for_no_name(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, file = make(small()), tmp_path / "a.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    assert save(window, qtbot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("asked again"))
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    assert window.isWindowModified()
    assert save(window, qtbot)
    assert load_project(file)[0].training.batch_size == 3
    assert not window.isWindowModified()
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.isWindowModified()


def test_a_file_that_cannot_be_written_is_told(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    gone = tmp_path / "nowhere" / "a.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(gone), ""))
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    assert not save(window, qtbot)
    assert any("a.nnplay cannot be written" in text for text in toasts(window))
    assert window.isWindowModified()


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 broken", None])
def test_a_broken_file_is_told_and_nothing_is_lost(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    window, file = make(small()), tmp_path / "broken.nnplay"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    press(window, Qt.Key.Key_O, CTRL)
    assert [text for text in toasts(window) if text.startswith("broken.nnplay")]
    assert window.document.experiment == small()
    assert window.document.path is None
    assert weights_of(window).size > 0


def test_recent_files_are_listed_and_opened(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    for name in ("one", "two"):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        assert save(window, qtbot, window.files.save_as)
    window.files.new()
    assert window.document.path is None
    choose(window, "File", "Open recent")
    menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "Open &recent")
    assert [action.text() for action in menu.actions()] == ["two.nnplay", "one.nnplay"]
    click(menu, menu.actionGeometry(menu_action(menu, "one.nnplay")).center())
    wait_for(qtbot, lambda: window.document.path == tmp_path / "one.nnplay")
    assert window.document.experiment == small()


def test_the_presets_of_the_menu(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, "File", "Presets", "Moons")
    assert window.document.experiment == load_project(preset_files()[2])[0]
    assert window.document.path is None
    assert not window.isWindowModified()
    wait_for(
        qtbot,
        lambda: (
            window.snapshot_router.snapshot is not None and len(window.snapshot_router.snapshot.layers) == 3
        ),
    )
    menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "&Presets")
    family = next(action for action in menu.actions() if action.menu() is not None)
    assert family.text() == "TF Playground"
    assert len(menu.actions()) - 1 + len(family.menu().actions()) == len(preset_files())


def test_the_presets_of_tf_playground_are_a_menu_of_their_own(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, "File", "Presets", "TF Playground", "Multi gaussian")
    assert window.document.experiment == preset_named("tf_multi_gauss")


@pytest.mark.parametrize(
    ("button", "closes"),
    [("Cancel", False), ("Discard", True), ("Save", True)],
)
def test_closing_asks_for_unsaved_work(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, button: str, closes: bool
) -> None:
    window, file = make(small()), tmp_path / "kept.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    train(window, qtbot, 1)
    asked: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        click(box.button(getattr(QMessageBox.StandardButton, button)))

    QTimer.singleShot(0, window, answer)
    assert window.close() == closes
    assert asked == ["Save the changes to “Small”?"]
    assert window.isVisible() != closes
    assert file.exists() == (button == "Save")
    assert window.session._thread.isRunning() != closes


def test_closing_without_changes_asks_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda box: pytest.fail("asked"))
    assert window.close()


# --- editing ------------------------------------------------------------------------------------------------------


def test_layers_are_edited_and_undone_by_keys(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    document = window.document
    click(window.canvas.cards[1])
    assert document.selected == 0
    press(window, Qt.Key.Key_D, CTRL)
    assert [layer.units for layer in document.experiment.layers] == [4, 4, 3]
    press(window, Qt.Key.Key_Delete)
    assert [layer.units for layer in document.experiment.layers] == [4, 3]
    press(window, Qt.Key.Key_Z, CTRL)
    press(window, Qt.Key.Key_Z, CTRL)
    assert document.experiment == small()
    press(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert len(document.experiment.layers) == 3
    wait_for(
        qtbot,
        lambda: (
            window.snapshot_router.snapshot is not None and len(window.snapshot_router.snapshot.layers) == 4
        ),
    )


def test_the_pointer_on_a_neuron_fills_the_large_plot(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    field = window.canvas.scene.field
    tile = field.tile(0, 2)
    assert tile is not None
    QTest.mouseMove(field, tile.center().toPoint())
    assert window.output.title.accessibleName() == "Layer 1, neuron 3"
    QTest.mouseMove(field, QPoint(field.width() // 2, field.height() - 3))
    assert window.output.title.accessibleName() == "Output"


def test_a_weight_is_edited_by_hand(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    field = window.canvas.scene.field
    bias = field.bias_rect(0, 1)
    assert bias is not None
    click(field, bias.center().toPoint())
    assert field.editor.isVisible()
    QTest.keyClicks(field.editor, "0.625")
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: window.snapshot_router.snapshot.layers[0].bias[1] == 0.625)
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[1].arrays["weights/layer_0/bias"][1] == 0.625


def test_a_failed_training_is_told_and_the_window_lives(make: Make, qtbot: QtBot) -> None:
    experiment = Experiment.from_json(
        {
            **small().to_json(),
            "loss": {"kind": "mse"},
            "layers": [Dense(4, "relu").to_json()],
            "output": {"activation": "linear"},
            "optimizer": {"kind": "sgd", "learning_rate": 100.0},
        }
    )
    window = make(experiment)
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.FAILED)
    assert any("no longer a number" in text for text in toasts(window))
    assert window.snapshot_router.snapshot is not None
    assert all(np.isfinite(layer.kernel).all() for layer in window.snapshot_router.snapshot.layers)
    press(window, Qt.Key.Key_R)
    wait_for(qtbot, lambda: window.session.state is TrainingState.IDLE)


def test_a_stack_that_cannot_run_says_so_and_is_mended(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"))
    click(window.canvas.cards[1])
    press(window, Qt.Key.Key_Delete)
    wait_for(qtbot, lambda: window.session.state is TrainingState.BLOCKED)
    assert window.status.state.text() == window.session.message != ""
    assert not window.actions_by_name["play"].isEnabled()
    box = window.canvas.scene.problem_popups[0]
    assert box.isVisible()
    click(box.findChildren(QPushButton)[0])
    wait_for(qtbot, lambda: window.session.state is TrainingState.IDLE)
    assert window.actions_by_name["play"].isEnabled()
    assert window.status.state.text() == "Ready"


def test_rates_are_shown_while_it_trains_and_not_longer(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: "fps" in window.status.frames.text())
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert not window.status.frames.isVisible()


# --- appearance ---------------------------------------------------------------------------------------------------


def brightness(widget: QWidget) -> float:
    image = widget.grab().toImage()
    size = image.width() * image.height()
    places = [(x, y) for x in range(2, image.width(), 7) for y in range(2, image.height(), 7)]
    assert size > 0
    return float(np.mean([image.pixelColor(x, y).lightnessF() for x, y in places]))


def test_the_theme_changes_everywhere(window: MainWindow, qtbot: QtBot) -> None:
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    parts = {
        "bar": window.training_bar,
        "canvas": window.canvas,
        "palette": window.palette_bar,
        "side": window.side,
        "output": window.output,
        "results": window.results,
        "status": window.statusBar(),
    }
    light = {name: brightness(part) for name, part in parts.items()}
    press(window, Qt.Key.Key_T, CTRL)
    assert window.themes.theme.is_dark
    assert window.preferences.theme_mode == "dark"
    for name, part in parts.items():
        dark = brightness(part)
        assert dark < light[name] - 0.2, f"{name} stays light: {light[name]:.2f}, {dark:.2f}"
    press(window, Qt.Key.Key_T, CTRL)
    assert not window.themes.theme.is_dark
    for name, part in parts.items():
        assert brightness(part) == pytest.approx(light[name], abs=0.03), name


def test_panels_hide_and_come_back(window: MainWindow) -> None:
    *shown, doctor, drawing = window.docks
    for dock in shown:
        menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "&Panels")
        choose(window, "View", "Panels")
        click(menu, menu.actionGeometry(menu_action(menu, dock.windowTitle())).center())
        assert not dock.isVisible()
    choose(window, "View", "Restore panels")
    assert all(dock.isVisible() and not dock.isFloating() for dock in shown)
    # The doctor is hidden behind its badge, and the pad without images.
    assert not doctor.isVisible()
    assert not drawing.isVisible()
    choose(window, "View", "Move panels")
    assert all(dock.titleBarWidget() is None for dock in window.docks)
    choose(window, "View", "Move panels")
    assert all(dock.titleBarWidget() is not None for dock in window.docks)


def test_a_window_opens_as_the_last_one_was_closed(make: Make) -> None:
    first = make(small(), (1300, 800))
    first.docks[2].hide()
    first.training_bar.speed_chosen.emit("epoch_10")
    first.close()
    second = make(small(), (1300, 800))
    assert not second.docks[2].isVisible()
    assert second.training_bar.speed.current == "epoch_10"


def _room_of(control: QWidget) -> int:
    """Pixels left beside a control's text; negative if it is cut."""
    if not isinstance(control, QComboBox):
        return control.width() - min(control.minimumSizeHint().width(), control.maximumWidth())
    option = QStyleOptionComboBox()
    control.initStyleOption(option)
    complex_, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    field = control.style().subControlRect(complex_, option, part, control)
    return field.width() - control.fontMetrics().horizontalAdvance(control.currentText())


SIZES = pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)], ids=str)


@SIZES
@pytest.mark.parametrize("preset", ["spirals", "mnist"])
def test_nothing_is_cut_at_any_size(make: Make, qtbot: QtBot, size: tuple[int, int], preset: str) -> None:
    window = make(preset_named(preset), size)
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    assert (window.width(), window.height()) == size
    inside = window.training_bar.rect()
    for control in controls(window.training_bar):
        place = control.rect().translated(control.mapTo(window.training_bar, QPoint(0, 0)))
        assert inside.contains(place), f"{control.accessibleName()} at {place}, in {inside}"
        assert _room_of(control) >= 0, f"{control.accessibleName()} lacks {-_room_of(control)} pixels"
    for bar in window.side.findChildren(QScrollBar):
        assert bar.orientation() == Qt.Orientation.Vertical or not bar.isVisible()
    assert window.side.widget().width() <= window.side.viewport().width()
    screen = window.rect()
    for dock in window.docks:
        assert dock.isHidden() or screen.contains(dock.geometry()), dock.windowTitle()


# --- accessibility ------------------------------------------------------------------------------------------------

CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QTabBar)


def controls(root: QWidget) -> list[QWidget]:
    """Visible controls, without Qt's internal ones."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget, QScrollBar)
        and not (isinstance(widget, QLineEdit) and isinstance(widget.parent(), QComboBox))
        and not (isinstance(widget, QAbstractButton) and isinstance(widget.parent(), QTabBar))
    ]


@pytest.mark.parametrize("preset", ["spirals", "mnist"])
def test_every_control_has_a_name_and_a_tooltip(make: Make, qtbot: QtBot, preset: str) -> None:
    window = make(preset_named(preset))
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    window.document.select(0)
    found = controls(window)
    assert len(found) > 30
    unnamed = [widget for widget in found if not (widget.accessibleName() or getattr(widget, "text", str)())]
    assert not unnamed
    untold = [
        widget
        for widget in found
        if not (_tip(widget) or _tip(widget.parentWidget()))  # Qt falls back to the parent
    ]
    assert not [(type(widget).__name__, widget.accessibleName()) for widget in untold]


def _tip(widget: QWidget) -> str:
    return widget.tabToolTip(0) if isinstance(widget, QTabBar) else widget.toolTip()


def test_tab_goes_through_the_whole_window(window: MainWindow, qtbot: QtBot) -> None:
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    window.document.select(0)
    seen: list[QWidget] = []
    for _ in range(200):
        press(window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if now in seen:
            break
        seen.append(now)
    parts = (
        window.training_bar,
        window.canvas,
        window.palette_bar,
        window.side,
        window.output,
        window.results,
    )
    for part in parts:
        assert any(part.isAncestorOf(widget) for widget in seen), f"Tab never comes to {part!r}"
    reachable = [
        widget
        for widget in controls(window)
        if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    missed = [
        widget.accessibleName() or widget
        for widget in reachable
        if widget not in seen and widget.focusProxy() not in seen and not _has_seen_child(widget, seen)
    ]
    assert not missed


def _has_seen_child(widget: QWidget, seen: list[QWidget]) -> bool:
    return any(widget.isAncestorOf(other) for other in seen)


def test_the_help_lists_every_key(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F1)
    sheet = next(item for item in QApplication.topLevelWidgets() if type(item).__name__ == "ShortcutSheet")
    assert sheet.isVisible()
    texts = " ".join(label.text() for label in sheet.findChildren(QWidget) if hasattr(label, "text"))
    for action in window.actions_by_name.values():
        if action.shortcut().toString():
            assert action.text().replace("&", "").rstrip("…").split()[0] in texts
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_a_dragged_slider_is_one_step_of_undo(make: Make) -> None:
    window = make(small())
    slider = window.side.data.slider("noise")
    slider.setFocus()
    for _ in range(3):
        press(window, Qt.Key.Key_Right)
    assert window.document.experiment.dataset.noise > small().dataset.noise
    while window.document.undo_stack.canUndo():
        press(window, Qt.Key.Key_Z, CTRL)
    assert window.document.experiment == small()
    assert dataclasses.is_dataclass(window.document.experiment)
