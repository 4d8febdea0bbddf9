"""The drawing pad: strokes, pasted and dropped images, and the resulting model input."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import Dense, RelU, Sequence
from core.data.datasets import Digits, Moons
from core.data.drawing import DrawingNormalizer
from core.inspect.found_samples import DrawingPart
from core.inspect.snapshot import SnapshotRequest
from core.nn import Softmax
from core.spec.arrays import Array
from playground.plugins.draw.drawing_pad import DrawPad
from playground.plugins.draw.drawing_sheet import image_of
from playground.plugins.draw.panel import DrawPanel
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click, press
from tests.playground.dropping import drop
from tests.playground.fakes import fake_prepared, mnist_experiment
from tests.playground.plugins.draw.strokes import LEFT, PATIENCE_MS, RIGHT, black_square, ink_at, stroke

pytestmark = pytest.mark.usefixtures("themed")


Make = Callable[..., MainWindow]


CTRL = Qt.KeyboardModifier.ControlModifier


# --- strokes ------------------------------------------------------------------------------------------------------


def test_the_mouse_draws_a_round_stroke(pad: DrawPad) -> None:
    spy = QSignalSpy(pad.changed)
    stroke(pad, (0.2, 0.5), (0.5, 0.5), (0.8, 0.5))
    assert spy.count() >= 3
    assert ink_at(pad, 0.5, 0.5) == 1.0
    inside, outside = pad.pen_width / 2 - 0.01, pad.pen_width / 2 + 0.01
    assert ink_at(pad, 0.5, 0.5 + inside) == 1.0
    assert ink_at(pad, 0.5, 0.5 + outside) == 0.0
    # Round caps: ink beyond the last position, but none in the corner beside it.
    assert ink_at(pad, 0.8 + inside, 0.5) == 1.0
    assert ink_at(pad, 0.8 + inside, 0.5 + inside) == 0.0


def test_a_click_is_a_dot(pad: DrawPad) -> None:
    stroke(pad, (0.3, 0.3))
    assert ink_at(pad, 0.3, 0.3) == 1.0
    assert pad.sheet.pixels().sum() == pytest.approx(np.pi * (0.045 * 420) ** 2, rel=0.03)


def test_moving_without_a_button_draws_nothing(pad: DrawPad) -> None:
    QTest.mouseMove(pad, QPoint(100, 100))
    QTest.mouseMove(pad, QPoint(200, 200))
    assert pad.sheet.is_empty


def test_a_stroke_ends_when_the_pad_goes_away(pad: DrawPad) -> None:
    QTest.mousePress(pad, LEFT, pos=QPoint(100, 100))
    pad.hide()
    drawn = pad.sheet.image.copy()
    pad.show()
    QTest.mouseMove(pad, QPoint(300, 300))
    assert pad.sheet.image == drawn


def test_a_stroke_ends_when_the_button_was_let_go_elsewhere(pad: DrawPad) -> None:
    QTest.mousePress(pad, LEFT, pos=QPoint(100, 100))
    drawn = pad.sheet.image.copy()
    at, none = QPointF(300, 300), Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    moved = QMouseEvent(QEvent.Type.MouseMove, at, pad.mapToGlobal(at), none, none, plain)
    QApplication.sendEvent(pad, moved)
    assert pad.sheet.image == drawn
    QTest.mouseRelease(pad, LEFT, pos=QPoint(300, 300))


def test_the_right_button_erases(pad: DrawPad) -> None:
    stroke(pad, (0.2, 0.5), (0.8, 0.5))
    stroke(pad, (0.5, 0.4), (0.5, 0.6), button=RIGHT)
    assert ink_at(pad, 0.5, 0.5) == 0.0
    assert ink_at(pad, 0.25, 0.5) == 1.0


def test_the_key_e_turns_the_pen_round(pad: DrawPad) -> None:
    stroke(pad, (0.2, 0.5), (0.8, 0.5))
    QTest.keyClick(pad, Qt.Key.Key_E)
    assert pad.erasing
    stroke(pad, (0.2, 0.5), (0.8, 0.5))
    assert pad.sheet.pixels().max() == 0.0
    QTest.keyClick(pad, Qt.Key.Key_E)
    stroke(pad, (0.5, 0.5))
    assert ink_at(pad, 0.5, 0.5) == 1.0


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_Backspace])
def test_a_key_clears_and_undo_brings_back(pad: DrawPad, key: Qt.Key) -> None:
    stroke(pad, (0.2, 0.2), (0.8, 0.2))
    QTest.keyClick(pad, key)
    assert pad.sheet.is_empty
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert ink_at(pad, 0.5, 0.2) == 1.0


def test_keys_alone_can_draw(pad: DrawPad) -> None:
    QTest.keyClick(pad, Qt.Key.Key_Return)
    for _ in range(7):
        QTest.keyClick(pad, Qt.Key.Key_Right)
    QTest.keyClick(pad, Qt.Key.Key_Return)
    QTest.keyClick(pad, Qt.Key.Key_Down)
    assert ink_at(pad, 0.5, 0.5) == ink_at(pad, 0.75, 0.5) == 1.0
    assert ink_at(pad, 0.75, 0.58) == 0.0
    for _ in range(60):
        QTest.keyClick(pad, Qt.Key.Key_Left)
    QTest.keyClick(pad, Qt.Key.Key_Enter)
    assert ink_at(pad, 0.01, 0.54) == 1.0  # the pen stays on the sheet


def tablet(pad: DrawPad, kind: QEvent.Type, at: QPointF, pressure: float, *, eraser: bool = False) -> None:
    pointer = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
    capability = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
    device = QPointingDevice("pen", 1, QInputDevice.DeviceType.Stylus, pointer, capability, 1, 1)
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
    event = QTabletEvent(
        kind,
        device,
        pad.place_of(at),
        QPointF(pad.mapToGlobal(pad.place_of(at))),
        pressure,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        button,
        LEFT,
    )
    QApplication.sendEvent(pad, event)
    assert event.isAccepted()


def pen_stroke(pad: DrawPad, height: float, pressure: float, *, eraser: bool = False) -> float:
    """A stroke of the tablet's pen; returns the ink across it."""
    tablet(pad, QEvent.Type.TabletPress, QPointF(0.2, height), pressure, eraser=eraser)
    tablet(pad, QEvent.Type.TabletMove, QPointF(0.8, height), pressure, eraser=eraser)
    tablet(pad, QEvent.Type.TabletRelease, QPointF(0.8, height), 0.0, eraser=eraser)
    return float(pad.sheet.pixels()[:, 210].sum())


def test_pressure_widens_the_stroke(pad: DrawPad) -> None:
    light = pen_stroke(pad, 0.2, 0.1)
    heavy = pen_stroke(pad, 0.6, 1.0) - light
    assert heavy > 2 * light > 0


def test_the_other_end_of_the_pen_erases(pad: DrawPad) -> None:
    assert pen_stroke(pad, 0.5, 0.5) > 0
    assert pen_stroke(pad, 0.5, 0.5, eraser=True) == 0


def test_the_wheel_makes_the_pen_wider(pad: DrawPad) -> None:
    before, spy = pad.pen_width, QSignalSpy(pad.width_changed)
    event = QWheelEvent(
        QPointF(50, 50),
        pad.mapToGlobal(QPointF(50, 50)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pad, event)
    assert pad.pen_width > before
    assert spy.count() == 1


@pytest.mark.parametrize("text", ["nothing", ""])
def test_a_clipboard_without_a_picture_is_told(pad: DrawPad, text: str) -> None:
    stroke(pad, (0.5, 0.5))
    QApplication.clipboard().setText(text)
    spy = QSignalSpy(pad.message_requested)
    QTest.keyClick(pad, Qt.Key.Key_V, CTRL)
    assert spy.at(0) == ["The clipboard holds no picture"]
    assert not pad.sheet.is_empty


def urls(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_an_image_file_is_dropped(pad: DrawPad, tmp_path: Path) -> None:
    path = tmp_path / "square.png"
    black_square().save(str(path))
    assert drop(pad, urls(path))
    assert ink_at(pad, 0.5, 0.5) == pytest.approx(1.0)


def test_other_files_are_left_to_the_window(pad: DrawPad, tmp_path: Path) -> None:
    assert not drop(pad, urls(tmp_path / "table.csv"))
    assert not drop(pad, urls(tmp_path / "a.png", tmp_path / "b.png"))


def test_a_broken_image_file_is_told(pad: DrawPad, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    stroke(pad, (0.5, 0.5))
    spy = QSignalSpy(pad.message_requested)
    assert drop(pad, urls(path))
    assert spy.at(0)[0].startswith("broken.png cannot be read as a picture: ")
    assert not pad.sheet.is_empty


# --- in the window ------------------------------------------------------------------------------------------------


def open_pad(window: MainWindow, qtbot: QtBot) -> DrawPanel:
    click(window.strip.draw_button)
    qtbot.waitUntil(window.plugins["draw"].panel.isVisible, timeout=PATIENCE_MS)
    return window.plugins["draw"].panel


def test_the_prediction_comes_at_once_while_nothing_runs(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    panel = open_pad(window, qtbot)
    stroke(panel.pad, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85))
    qtbot.waitUntil(lambda: len(panel.probabilities.texts) == 3, timeout=PATIENCE_MS)
    assert window.session.state is TrainingState.IDLE


def test_the_prediction_follows_the_training(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    panel = open_pad(window, qtbot)
    stroke(panel.pad, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85))
    qtbot.waitUntil(lambda: len(panel.probabilities.texts) == 3, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    before = panel.probabilities.texts
    qtbot.waitUntil(lambda: panel.probabilities.texts != before, timeout=PATIENCE_MS)
    stroke(panel.pad, (0.2, 0.5), (0.8, 0.5))
    drawing = window.session.request.drawn
    qtbot.waitUntil(
        lambda: (
            window.snapshot_router.snapshot is not None
            and (predicted := window.snapshot_router.snapshot.part(DrawingPart)) is not None
            and predicted.drawing != drawing
        ),
        timeout=PATIENCE_MS,
    )
    assert window.session.state is TrainingState.RUNNING
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_the_network_shows_the_drawing_until_a_sample_is_chosen(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    panel = open_pad(window, qtbot)
    stroke(panel.pad, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85))
    click(panel.in_network, QPoint(8, panel.in_network.height() // 2))

    def shows_drawing() -> bool:
        snapshot, pixels = window.snapshot_router.snapshot, panel.model_input.pixels
        sample = None if snapshot is None else snapshot.sample
        return sample is not None and pixels is not None and np.array_equal(sample, pixels)

    qtbot.waitUntil(shows_drawing, timeout=PATIENCE_MS)
    click(window.strip.thumbnails, window.strip.thumbnails.row_rect(2).center().toPoint())
    assert not panel.in_network.isChecked()
    qtbot.waitUntil(lambda: not shows_drawing(), timeout=PATIENCE_MS)


def test_keys_of_the_pad_come_before_those_of_the_window(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    experiment = window.document.experiment
    window.document.change("Batch size", experiment.with_training(batch_size=7))
    window.document.select(1)
    press(window, Qt.Key.Key_W)
    panel = window.plugins["draw"].panel
    qtbot.waitUntil(panel.pad.hasFocus, timeout=PATIENCE_MS)
    stroke(panel.pad, (0.5, 0.15), (0.5, 0.85))
    press(window, Qt.Key.Key_Z, CTRL)
    assert panel.pad.sheet.is_empty
    stroke(panel.pad, (0.5, 0.15), (0.5, 0.85))
    press(window, Qt.Key.Key_Delete)
    assert panel.pad.sheet.is_empty
    assert window.document.experiment == experiment.with_training(batch_size=7)


def test_the_chosen_sample_is_put_on_the_pad(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    panel = open_pad(window, qtbot)
    click(window.strip.thumbnails, window.strip.thumbnails.row_rect(2).center().toPoint())
    click(panel.sample_button)
    prepared = fake_prepared(mnist_experiment(16))
    original = prepared.data.inputs[prepared.test_index[2]]
    qtbot.waitUntil(lambda: panel.model_input.pixels is not None, timeout=PATIENCE_MS)
    assert panel.model_input.pixels is not None
    assert np.abs(panel.model_input.pixels - original).mean() < 0.005


def test_a_drawing_outlives_other_data(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    panel = open_pad(window, qtbot)
    stroke(panel.pad, (0.5, 0.15), (0.5, 0.85))
    qtbot.waitUntil(lambda: len(panel.probabilities.texts) == 3, timeout=PATIENCE_MS)
    first = window.document.experiment
    window.document.change("Use Digits", with_dataset(first, Digits()))
    qtbot.waitUntil(
        lambda: (
            panel.model_input.pixels is not None
            and panel.model_input.pixels.shape == (8, 8, 1)
            and len(panel.probabilities.texts) == 3
        ),
        timeout=PATIENCE_MS,
    )
    window.document.change("Use Moons", with_dataset(first, Moons()))
    qtbot.waitUntil(lambda: not window.plugins["draw"].panel.isVisible(), timeout=PATIENCE_MS)
    assert not window.actions_by_name["draw"].isEnabled()
    assert not window.strip.draw_button.isVisible()
    # The images beside the sample are no longer asked for once a picture of the points is there.
    qtbot.waitUntil(lambda: "nearest" not in window.session.request.parts, timeout=PATIENCE_MS)
    asked = window.session.request
    assert asked == SnapshotRequest(maps=asked.maps, pixels=asked.pixels, parts=asked.parts)
    window.document.change("Use MNIST", first)
    qtbot.waitUntil(window.actions_by_name["draw"].isEnabled, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: len(panel.probabilities.texts) == 3, timeout=PATIENCE_MS)
    assert not panel.pad.sheet.is_empty


def test_the_pad_comes_back_with_data_that_can_be_drawn(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    first = window.document.experiment
    for opened in (True, False):
        if opened:
            open_pad(window, qtbot)
        else:
            click(window.plugins["draw"].panel.close_button)
        window.document.change("Use Moons", with_dataset(first, Moons()))
        qtbot.waitUntil(lambda: not window.plugins["draw"].panel.possible, timeout=PATIENCE_MS)
        assert window.plugins["draw"].dock.isHidden()
        window.document.change("Use MNIST", first)
        qtbot.waitUntil(lambda: window.plugins["draw"].panel.possible, timeout=PATIENCE_MS)
        assert window.plugins["draw"].dock.isHidden() is not opened


def test_a_pad_that_was_open_is_there_the_next_time(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    open_pad(window, qtbot)
    window.close()
    again = make(mnist_experiment(16))
    qtbot.waitUntil(lambda: again.plugins["draw"].panel.possible, timeout=PATIENCE_MS)
    assert not again.plugins["draw"].dock.isHidden()


def test_a_window_kept_before_there_was_a_pad_has_it_behind_the_output(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment(16))
    preferences, panels = window.preferences, window.panels
    window.panels.host.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, panels.results_dock)
    window.panels.host.removeDockWidget(window.plugins["draw"].dock)
    kept = bytes(window.panels.host.saveState(1).data())
    window.close()
    preferences.window_state = kept
    again = make(mnist_experiment(16))
    open_pad(again, qtbot)
    assert again.panels.host.tabifiedDockWidgets(again.plugins["draw"].dock) == [again.panels.output_dock]
    assert again.panels.host.dockWidgetArea(again.panels.results_dock) == Qt.DockWidgetArea.LeftDockWidgetArea


# --- true to MNIST ------------------------------------------------------------------------------------------------

DIGITS = 200


SHIFTS = ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))


@pytest.fixture(scope="module")
def network() -> Sequence:
    """Trained on the first 8,000 built-in digits, each also shifted by a pixel, for robustness."""
    data = Digits(size="28x28").load(0)
    digits = np.concatenate([np.roll(data.inputs[:8000], shift, (1, 2)) for shift in SHIFTS])
    model = Sequence(
        [Dense(784, input_layer=True), RelU(), Dense(128), RelU(), Dense(10, activation=Softmax())],
        loss="cross_entropy",
        optimizer="adam",
        batch_size=64,
        epochs=2,
        feedback_steps=10**9,
        seed=2,
        # With the other engine's last digits it takes one drawing more or less of 200 for another digit.
        engine="numpy",
    )
    model.train(digits.reshape(len(digits), 784), np.tile(data.targets[:8000], len(SHIFTS)))
    return model


def digits_of(source: str, request: pytest.FixtureRequest) -> Array:
    """Digits outside the training set, (200, 28, 28)."""
    if source == "built in":
        return Digits(size="28x28").load(0).inputs[8000 : 8000 + DIGITS, ..., 0]
    folder: Path = request.getfixturevalue("mnist_folder")
    with gzip.open(folder / "t10k-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + DIGITS * 784)[16:], np.uint8)
    return pixels.reshape(DIGITS, 28, 28) / np.float32(255)


def paste_enlarged(pad: DrawPad, digit: Array, mode: Qt.TransformationMode) -> None:
    pad.put(image_of(digit).scaled(280, 280, Qt.AspectRatioMode.KeepAspectRatio, mode))


def paste_sharp(pad: DrawPad, digit: Array) -> None:
    paste_enlarged(pad, digit, Qt.TransformationMode.FastTransformation)


def paste_smooth(pad: DrawPad, digit: Array) -> None:
    paste_enlarged(pad, digit, Qt.TransformationMode.SmoothTransformation)


def runs_of(digit: Array, faintest: float) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """(row, columns) of each run of pixels with more ink than `faintest`."""
    for row in range(28):
        inked = np.flatnonzero(digit[row] > faintest)
        for run in np.split(inked, np.flatnonzero(np.diff(inked) > 1) + 1):
            if len(run):
                yield row, run


def draw_by_mouse(pad: DrawPad, digit: Array) -> None:
    """Row by row with a pen of one pixel, where there is ink."""
    pad.clear()
    pad.set_pen_width(1 / 28)
    for row, run in runs_of(digit, 0.3):
        ends = ((float(column) + 0.5) / 28 for column in (run[0], run[-1]))
        stroke(pad, *((end, (row + 0.5) / 28) for end in ends))


def draw_with_pressure(pad: DrawPad, digit: Array) -> None:
    """Row by row with the pen width proportional to the ink."""
    pad.clear()
    for row, run in runs_of(digit, 0.2):
        places = [QPointF((float(column) + 0.5) / 28, (row + 0.5) / 28) for column in run]
        widths = [float(width) for width in 1.1 * np.sqrt(digit[row, run]) / 28]
        pad.sheet.begin(places[0], widths[0])
        for place, width in zip(places[1:], widths[1:], strict=True):
            pad.sheet.go_to(place, width)
        pad.sheet.end()


@pytest.mark.parametrize(
    ("source", "way"),
    [
        ("built in", paste_sharp),
        ("built in", paste_smooth),
        ("built in", draw_with_pressure),
        ("built in", draw_by_mouse),
        ("test set", paste_sharp),
        ("test set", paste_smooth),
        ("test set", draw_with_pressure),
    ],
)
def test_digits_on_the_pad_are_taken_for_what_they_are_taken_for(
    source: str,
    way: Callable[[DrawPad, Array], None],
    network: Sequence,
    pad: DrawPad,
    request: pytest.FixtureRequest,
) -> None:
    digits = digits_of(source, request)
    normalizer = DrawingNormalizer.of(Digits(size="28x28").load(0).inputs)
    pad.hide()
    seen = []
    for digit in digits:
        way(pad, digit)
        sample = normalizer.sample(pad.sheet.pixels())
        assert sample is not None
        seen.append(sample)
    predictions, expected = (
        network.predict(np.asarray(images, np.float32).reshape(DIGITS, 784)).argmax(axis=1)
        for images in (seen, digits)
    )
    agreement = float(np.mean(predictions == expected))
    assert agreement >= 0.97, f"{100 * agreement:.1f} % agree"
