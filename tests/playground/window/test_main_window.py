"""The main window: keys, files, panels, themes, sizes, tooltips and tab order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QImage, QPainter, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QPushButton,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Painted, PaintedPoints
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.nn import Dense
from core.train.tasks import FlowMatching
from playground.training.state import TrainingState
from playground.views.theme import icons
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click, plot_is_final, press
from tests.playground.window.trained_windows import (
    controls,
    pictures_of,
    small,
    toasts,
    wait_for,
)

CTRL = Qt.KeyboardModifier.ControlModifier


Make = Callable[..., MainWindow]


def test_the_gallery_remembers_painted_points_at_the_next_start(make: Make, qtbot: QtBot) -> None:
    painted = Painted(classes=3, points=PaintedPoints([(0.0, 0.0, 0), (1.0, 2.0, 1), (-1.5, 0.5, 2)]))
    window = make(small())
    gallery = window.panels.side.data.gallery
    assert not gallery.tile("painted").isVisible()
    window.document.change("Paint", with_dataset(window.document.experiment, painted))
    click(gallery.tile("spirals"))
    close_window(window)
    again = make(small()).panels.side.data.gallery
    tile = again.tile("painted")
    assert tile.isVisible()
    picked: list[object] = []
    again.picked.connect(picked.append)
    click(tile)
    assert picked == [painted]


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
    assert window.training_bar.epoch.text() == taken[-1].place_text


def test_the_title_names_the_data_once(window: MainWindow) -> None:
    experiment = small()
    window.document.load(experiment)
    assert window.windowTitle() == "Small[*] · Moons — NumpyNet Playground"
    window.document.load(experiment.replace(name="Moons"))
    assert window.windowTitle() == "Moons[*] — NumpyNet Playground"


def test_the_titles_name_the_file_only_for_what_is_in_it(window: MainWindow, tmp_path: Path) -> None:
    window.document.load(small(), tmp_path / "mine.nnplay")

    def titles() -> tuple[str, str]:
        return window.windowTitle(), window.menu_area.title.text()

    own = ("mine.nnplay[*] · Moons — NumpyNet Playground", "mine.nnplay — NumpyNet Playground")
    other = "Circles{} · not yet in mine.nnplay — NumpyNet Playground"
    assert titles() == own
    window.document.use_task(FlowMatching())
    assert titles() == own
    window.document.use_data("Use Circles", Circles())
    assert titles() == (other.format("[*]"), other.format(""))
    window.document.undo_stack.undo()
    assert titles() == own
    window.document.undo_stack.redo()
    window.document.mark_saved(tmp_path / "mine.nnplay")
    assert titles() == tuple(each.replace("Moons", "Circles") for each in own)


def test_the_keys_of_training(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    chart = window.results.curves.canvas
    assert chart.hint == "Press Space to train"
    QTest.keyClicks(QApplication.focusWidget(), ".")
    wait_for(qtbot, lambda: taken and taken[-1].step == 1)
    assert chart.is_empty
    assert chart.hint == "The curve begins with the next evaluation"
    QTest.keyClicks(QApplication.focusWidget(), ">")
    wait_for(qtbot, lambda: (taken[-1].epoch, taken[-1].step) == (1, 0))
    press(window, Qt.Key.Key_R)
    wait_for(qtbot, lambda: taken[-1].run == 2 and taken[-1].epoch == 0)
    assert chart.hint == "Press Space to train"
    press(window, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qtbot, lambda: taken[-1].run == 3)
    assert window.document.experiment.seed == 8


def test_a_click_on_the_network_takes_the_focus_from_fields_and_closes_the_editor(
    window: MainWindow, qtbot: QtBot
) -> None:
    batch, field = window.training_bar.fields.batch_size, window.canvas.scene.field
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    where = QPoint(field.width() - 4, field.height() - 4)
    batch.setFocus()
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=where)
    assert not batch.hasFocus()
    editor = field.editor
    editor.open_at(QPointF(60, 60), "A weight", 0.5)
    assert editor.hasFocus()
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=where)
    assert editor.isHidden()
    # A menu takes the focus for its time; what is clicked next may be another field.
    editor.open_at(QPointF(60, 60), "A weight", 0.5)
    QApplication.sendEvent(editor, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.PopupFocusReason))
    assert editor.isVisible()
    batch.setFocus(Qt.FocusReason.PopupFocusReason)
    assert editor.isHidden()
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.RUNNING)


def test_the_tip_of_a_menu_leaves_the_window_as_high(window: MainWindow, qtbot: QtBot) -> None:
    bar, high = window.statusBar(), window.centralWidget().height()
    bar.showMessage("Save the project.")
    QApplication.processEvents()
    assert not window.status.isVisible()
    assert (bar.sizeHint().height(), window.centralWidget().height()) == (bar.height(), high)
    bar.clearMessage()


def test_the_speed_reaches_the_training(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    window.training_bar.speed.setFocus()
    while window.preferences.speed != "batch_1":
        before = window.preferences.speed
        QTest.keyClick(window.training_bar.speed, Qt.Key.Key_Up)
        assert window.preferences.speed != before
    window.canvas.focus_selected()
    press(window, Qt.Key.Key_Space)
    # The initial weights may be drawn once more, for the selected layer.
    wait_for(qtbot, lambda: taken and taken[-1].step >= 2)
    assert [(s.epoch, s.step) for s in taken if s.step][:2] == [(0, 1), (0, 2)]


def test_one_key_goes_to_full_speed_and_back(window: MainWindow) -> None:
    window.preferences.speed = "epoch_10"
    press(window, Qt.Key.Key_F)
    assert window.training_bar.speed.current == "max"
    assert window.preferences.speed == "epoch_10", "what holds at the next start stays"
    press(window, Qt.Key.Key_F)
    assert window.training_bar.speed.current == "epoch_10"
    window.preferences.speed = "max"
    press(window, Qt.Key.Key_F)
    assert window.training_bar.speed.current == "epoch_10"


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


def test_a_new_theme_leaves_nothing_for_qt_to_polish(
    window: MainWindow, qapp: QApplication, qtbot: QtBot
) -> None:
    wait_for(qtbot, lambda: plot_is_final(window))
    press(window, Qt.Key.Key_T, CTRL)
    pixels, palettes = _look(window)
    # Qt's own way, which polishes everything, and most of it several times.
    qapp.setStyleSheet(qapp.styleSheet())
    pixels_again, palettes_again = _look(window)
    assert pixels == pixels_again
    assert palettes == palettes_again


def test_a_new_theme_renders_only_the_icons_that_are_visible(window: MainWindow, qtbot: QtBot) -> None:
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    icons._pixmap.cache_clear()
    press(window, Qt.Key.Key_T, CTRL)
    QApplication.processEvents()
    buttons = [button for button in window.findChildren(QAbstractButton) if not button.icon().isNull()]
    visible = [button for button in buttons if button.isVisible()]
    # A tile of the gallery paints one itself.
    assert 0 < icons._pixmap.cache_info().misses <= len(visible) + 1 < len(window.actions_by_name)


def _look(window: MainWindow) -> tuple[QImage, dict[QWidget, QPalette]]:
    """The window's pixels, and the palettes of all its widgets that are shown."""
    QApplication.processEvents()
    shown = (widget for widget in window.findChildren(QWidget) if widget.isVisible())
    palettes = {widget: QPalette(widget.palette()) for widget in shown}
    image = window.grab().toImage()
    # Qt draws the divider at either side of a gap of one pixel, which docks of a greatest height leave.
    panels = window.panels
    top, below = panels.output_dock.geometry(), panels.results_dock.geometry()
    corner = panels.host.mapTo(window, QPoint(top.left(), top.bottom() + 1))
    painter = QPainter(image)
    painter.fillRect(QRect(corner, QSize(top.width(), below.top() - top.bottom() - 1)), Qt.GlobalColor.black)
    painter.end()
    return image, palettes


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
