"""The shared widgets, by real clicks and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.views.theme.theme import LIGHT, apply
from playground.views.widgets import (
    Captioned,
    Chip,
    ChipGroup,
    ChoiceCombo,
    FlowLayout,
    LabeledSlider,
    SectionTitle,
    StatTile,
    Stepper,
    ThrottledLabel,
    Toast,
    ValueCombo,
)
from playground.views.widgets.restyle import restyle

LEFT = Qt.MouseButton.LeftButton

# Printed by the offscreen platform for windows with a minimum size and for tooltips.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


def shown(qtbot: QtBot, widget: QWidget, width: int = 240, height: int = 0) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height or max(30, widget.sizeHint().height()))
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    widget.setFocus()


def wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    where = QPointF(widget.mapToGlobal(middle.toPoint()))
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        middle,
        where,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


# --- the slider ---------------------------------------------------------------------------------------------------


def noise(**more: object) -> LabeledSlider:
    return LabeledSlider("Noise", 0, 0.5, 0.1, step=0.05, tooltip="Spreads the points.", **more)  # type: ignore[arg-type]


def test_slider_says_its_name_and_value(qtbot: QtBot) -> None:
    slider = noise(formatter=lambda value: f"{value:.2f}")
    shown(qtbot, slider)
    assert [label.text() for label in slider.findChildren(QLabel)] == ["Noise", "0.10"]
    assert slider.track.accessibleName() == "Noise"
    assert slider.track.accessibleDescription() == "0.10. Spreads the points."
    assert "Double-click to return to 0.10" in slider.toolTip()


def test_slider_keys(qtbot: QtBot) -> None:
    slider = noise()
    shown(qtbot, slider)
    changed: list[float] = []
    committed: list[float] = []
    slider.value_changed.connect(changed.append)
    slider.value_committed.connect(committed.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_PageUp):
        qtbot.keyClick(slider.track, key)
    assert changed == [0.15, 0.5, 0.45, 0.0, 0.05]
    assert committed == changed


def test_slider_drag_changes_often_and_commits_once(qtbot: QtBot) -> None:
    slider = noise()
    shown(qtbot, slider)
    changed: list[float] = []
    committed: list[float] = []
    slider.value_changed.connect(changed.append)
    slider.value_committed.connect(committed.append)
    track = slider.track
    middle = track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(track.width() // 2, middle))
    assert slider.value == pytest.approx(0.25)
    assert committed == []
    QTest.mouseMove(track, QPoint(track.width() * 3 // 4, middle))
    QTest.mouseMove(track, QPoint(track.width() - 1, middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(track.width() - 1, middle))
    assert changed[0] == 0.25
    assert slider.value == 0.5
    assert committed == [0.5]


def test_slider_double_click_returns_to_the_default(qtbot: QtBot) -> None:
    slider = noise(default=0.2)
    shown(qtbot, slider)
    committed: list[float] = []
    slider.value_committed.connect(committed.append)
    QTest.mouseDClick(slider.track, LEFT, pos=QPoint(3, 9))
    assert slider.value == 0.2
    assert committed[-1] == 0.2
    slider.set_value(0.4)
    QTest.mouseDClick(slider, LEFT, pos=QPoint(3, 3))
    assert slider.value == 0.2


def test_slider_set_value_is_silent_exact_and_held_in_range(qtbot: QtBot) -> None:
    slider = noise()
    qtbot.addWidget(slider)
    with qtbot.assertNotEmitted(slider.value_changed):
        slider.set_value(0.123)
        assert slider.value == 0.123
        slider.set_value(9)
    assert slider.value == 0.5
    slider.set_range(0, 0.2, step=0.1)
    assert slider.value == 0.2
    with pytest.raises(ValueError, match="low must be below high"):
        slider.set_range(1, 1)


def test_slider_logarithmic(qtbot: QtBot) -> None:
    slider = LabeledSlider("Rate", 1e-4, 1.0, 0.01, log=True)
    shown(qtbot, slider)
    assert slider.track.value() == 100
    qtbot.keyClick(slider.track, Qt.Key.Key_End)
    assert slider.value == 1.0
    qtbot.keyClick(slider.track, Qt.Key.Key_Home)
    assert slider.value == 1e-4


# --- the combos ---------------------------------------------------------------------------------------------------


def rate(**more: object) -> ValueCombo:
    return ValueCombo(
        [0.001, 0.01, 0.1], 0.01, low=0, high=10, above=True, name="Learning rate", tooltip="Speed.", **more
    )  # type: ignore[arg-type]


def type_text(qtbot: QtBot, combo: ValueCombo, text: str) -> None:
    field = combo.lineEdit()
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_value_combo_takes_any_allowed_number(qtbot: QtBot) -> None:
    combo = rate()
    shown(qtbot, combo)
    chosen: list[float] = []
    combo.value_chosen.connect(chosen.append)
    type_text(qtbot, combo, "0,025")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    type_text(qtbot, combo, "1e-3")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert chosen == [0.025, 0.001]
    assert combo.currentText() == "0.001"
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert len(chosen) == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abc", "Learning rate: must be a number, got 'abc'."),
        ("nan", "Learning rate: must be a number, got 'nan'."),
        ("0", "Learning rate: must be above 0, got 0."),
        ("11", "Learning rate: must be at most 10, got 11."),
    ],
)
def test_value_combo_marks_a_bad_text_and_reverts(qtbot: QtBot, text: str, fault: str) -> None:
    combo = rate()
    other = QPushButton("other")
    both = QWidget()
    column = QVBoxLayout(both)
    column.addWidget(combo)
    column.addWidget(other)
    shown(qtbot, both, height=100)
    with qtbot.assertNotEmitted(combo.value_chosen):
        type_text(qtbot, combo, text)
        assert combo.property("invalid") == "true"
        assert combo.toolTip() == fault
        qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
        assert combo.currentText() == text
        other.setFocus()
    qtbot.waitUntil(lambda: combo.currentText() == "0.01")
    assert combo.property("invalid") == "false"
    assert combo.toolTip() == "Speed."


def test_value_combo_takes_the_text_when_left(qtbot: QtBot) -> None:
    combo = rate()
    shown(qtbot, combo)
    type_text(qtbot, combo, "0.5")
    with qtbot.waitSignal(combo.value_chosen) as caught:
        combo.lineEdit().clearFocus()
    assert caught.args == [0.5]


def test_value_combo_of_whole_numbers(qtbot: QtBot) -> None:
    combo = ValueCombo([8, 16], 16, low=1, integer=True, name="Batch size")
    shown(qtbot, combo)
    assert combo.currentText() == "16"
    assert combo.fault("2.5") == "Batch size: must be a whole number, got 2.5."
    assert combo.fault("0") == "Batch size: must be at least 1, got 0."
    with qtbot.waitSignal(combo.value_chosen) as caught:
        qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Up)
    assert caught.args == [8.0]
    with qtbot.assertNotEmitted(combo.value_chosen):
        combo.set_value(24)
    assert combo.currentText() == "24"


def test_formatted_suggestions_are_left_alone(qtbot: QtBot) -> None:
    combo = ValueCombo([0.0, 0.5], 0.5, formatter=lambda value: f"{value * 100:.0f} %", name="Rate")
    shown(qtbot, combo)
    with qtbot.assertNotEmitted(combo.value_chosen):
        qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
        combo.lineEdit().clearFocus()
    assert combo.currentText() == "50 %"


def test_choice_combo_emits_keys_for_the_user_only(qtbot: QtBot) -> None:
    combo = ChoiceCombo([("adam", "Adam"), ("sgd", "SGD")], "sgd", name="Optimizer")
    shown(qtbot, combo)
    assert (combo.current, combo.currentText()) == ("sgd", "SGD")
    with qtbot.assertNotEmitted(combo.chosen):
        combo.set_current("adam")
    with qtbot.waitSignal(combo.chosen) as caught:
        qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert caught.args == ["sgd"]
    with pytest.raises(ValueError, match="Optimizer: must be one of adam, sgd, got 'x'"):
        combo.set_current("x")


@pytest.mark.parametrize(
    "make", [rate, lambda: ChoiceCombo([("a", "A"), ("b", "B")], "b"), lambda: Stepper(5, 1, 9)]
)
def test_the_wheel_needs_the_focus(qtbot: QtBot, make: object) -> None:
    control = make()  # type: ignore[operator]
    both = QWidget()
    column = QVBoxLayout(both)
    first = QPushButton("first")
    column.addWidget(first)
    column.addWidget(control)
    shown(qtbot, both, height=100)
    first.setFocus()
    read = (lambda: control.currentIndex()) if isinstance(control, QComboBox) else (lambda: control.value())
    before = read()
    wheel(control)
    assert read() == before
    control.setFocus()
    wheel(control)
    assert read() != before


# --- the stepper --------------------------------------------------------------------------------------------------


def test_stepper_buttons_typing_and_default(qtbot: QtBot) -> None:
    stepper = Stepper(6, 1, 8, default=4, name="Units")
    shown(qtbot, stepper, width=180)
    seen: list[int] = []
    stepper.value_changed.connect(seen.append)
    y = stepper.height() // 2
    QTest.mouseClick(stepper, LEFT, pos=QPoint(stepper.width() - 12, y))
    QTest.mouseClick(stepper, LEFT, pos=QPoint(stepper.width() - 31, y))
    assert seen == [7, 6]
    field = stepper.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, "3")
    assert seen == [7, 6]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    QTest.mouseDClick(field, LEFT)
    assert seen == [7, 6, 3, 4]
    with qtbot.assertNotEmitted(stepper.value_changed):
        stepper.set_value(99)
    assert stepper.value() == 8


# --- chips and the flow -------------------------------------------------------------------------------------------

FEATURES = [("x1", "x₁", "The first coordinate."), ("x2", "x₂", ""), ("sin_x1", "sin x₁", "")]


def test_chips_toggle_by_mouse_and_key(qtbot: QtBot) -> None:
    group = ChipGroup(FEATURES, on=["x1"], name="Input features")
    shown(qtbot, group, height=60)
    seen: list[tuple[str, bool]] = []
    group.toggled.connect(lambda name, on: seen.append((name, on)))
    QTest.mouseClick(group.chip("x2"), LEFT)
    QTest.mouseClick(group.chip("x1"), LEFT)
    qtbot.keyClick(group.chip("sin_x1"), Qt.Key.Key_Space)
    assert seen == [("x2", True), ("x1", False), ("sin_x1", True)]
    assert group.on() == ["x2", "sin_x1"]
    assert group.chip("x1").toolTip() == "The first coordinate."
    group.set_on(["x1"])
    assert len(seen) == 3


def test_last_chip_stays_on_when_one_is_needed(qtbot: QtBot) -> None:
    group = ChipGroup(FEATURES, on=["x1"], keep_one=True)
    shown(qtbot, group, height=60)
    with qtbot.assertNotEmitted(group.toggled):
        QTest.mouseClick(group.chip("x1"), LEFT)
    assert group.on() == ["x1"]


def test_chips_wrap_and_can_be_replaced(qtbot: QtBot) -> None:
    group = ChipGroup(FEATURES)
    shown(qtbot, group, height=90)
    wide, narrow = group.heightForWidth(400), group.heightForWidth(60)
    assert narrow > 2 * wide
    group.resize(60, narrow)
    QApplication.sendPostedEvents()
    chips = group.findChildren(Chip)
    assert len({chip.y() for chip in chips}) == 3
    group.set_choices([("scale", "Scale 0–1", "")], on=["scale"])
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [chip.name for chip in group.findChildren(Chip)] == ["scale"]


def test_flow_layout_skips_the_hidden(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(box, spacing_px=4)
    labels = [QLabel("word", box) for _ in range(3)]
    for label in labels:
        label.setFixedSize(50, 20)
        flow.addWidget(label)
    assert flow.heightForWidth(110) == 44
    labels[2].hide()
    assert flow.heightForWidth(110) == 20
    flow.setGeometry(QRect(0, 0, 60, 100))
    assert [label.y() for label in labels[:2]] == [0, 24]
    assert flow.itemAt(9) is None
    assert flow.takeAt(0) is not None
    assert flow.count() == 2


# --- labels and the toast -----------------------------------------------------------------------------------------


def test_labels_name_themselves(qtbot: QtBot) -> None:
    title = SectionTitle("Input features")
    combo = ChoiceCombo([("a", "A")])
    field = Captioned("Activation", combo)
    tile = StatTile("Training loss")
    for widget in (title, field, tile):
        qtbot.addWidget(widget)
    assert (title.text(), title.accessibleName()) == ("INPUT FEATURES", "Input features")
    assert combo.accessibleName() == "Activation"
    assert field.focusProxy() is combo
    tile.set_value("0.0312")
    assert (tile.value, tile.accessibleName()) == ("0.0312", "Training loss: 0.0312")
    tile.set_caption("Test loss")
    assert tile.accessibleName() == "Test loss: 0.0312"


def test_toast_sits_at_the_bottom_and_answers(qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 600, 300)
    toast = Toast("Dropout was removed.", window, action="Undo", reduced_motion=True)
    assert toast.isVisible()
    assert toast.geometry().bottom() == 300 - 24 - 1
    window.resize(600, 400)
    assert toast.geometry().bottom() == 400 - 24 - 1
    assert toast.button is not None
    with qtbot.waitSignals([toast.action_requested, toast.dismissed]):
        QTest.mouseClick(toast.button, LEFT)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(Toast) == []


def test_toast_goes_by_itself(qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 600, 300)
    for reduced in (True, False):
        toast = Toast("Saved.", window, duration_ms=1, reduced_motion=reduced)
        with qtbot.waitSignal(toast.dismissed, timeout=3000):
            pass
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(Toast) == []


def test_toast_may_die_with_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(600, 300)
    window.show()
    Toast("A long message " * 12, window, duration_ms=1)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.wait(5)


def test_numbers_that_change_with_every_picture_are_painted_at_leisure(qtbot: QtBot) -> None:
    label = ThrottledLabel()
    qtbot.addWidget(label)
    label.setText("0")
    painted = QLabel.text
    assert painted(label) == "0"
    for number in range(1, 50):
        label.setText(str(number))
    assert label.text() == "49"
    assert painted(label) == "0"
    qtbot.waitUntil(lambda: painted(label) == "49", timeout=2000)


def test_a_property_that_changes_changes_the_colours(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = QLabel("0.5")
    qtbot.addWidget(label)
    label.setStyleSheet("QLabel[role='danger'] { color: #ff0000; }")
    restyle(label, role="muted")
    assert label.palette().windowText().color().name() != "#ff0000"
    restyle(label, role="danger")
    assert label.palette().windowText().color().name() == "#ff0000"
    # No repolish without a change.
    monkeypatch.setattr(QLabel, "style", None)
    restyle(label, role="danger")
