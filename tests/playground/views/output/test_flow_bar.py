"""Which samples are made is chosen below them: classes, guidance, steps and the time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits
from core.experiment.prepare import prepare
from core.inspect.flow_field import FlowPaths, FlowWish
from core.train.tasks.flow_matching import FlowMatching
from playground.views.output.flow_bar import FlowBar
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import mnist_experiment

PATIENCE_MS = 60_000


def text_width(combo: QComboBox, text: str) -> int:
    return combo.fontMetrics().horizontalAdvance(text)


def shown_width(combo: QComboBox) -> int:
    """Of the part of a combo that has its text."""
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    return combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, combo).width()


def test_digits_are_made_by_class_with_guidance_and_steps(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(mnist_experiment(16, dataset=Digits()))
    inputs, output, document = window.panels.side.inputs, window.output, window.document
    # What is recommended for digits makes them by class.
    click(inputs.tasks.chip("flow_matching"))
    click(inputs.by_class.chip("conditional"))
    assert document.undo_stack.undoText() == "Generate without classes"
    qtbot.waitUntil(lambda: not output.flow_bar.classes.isVisible(), timeout=PATIENCE_MS)
    assert not inputs.target_scalings.isVisible()
    click(inputs.by_class.chip("conditional"))
    assert document.undo_stack.undoText() == "Generate by class"
    assert document.experiment.task == FlowMatching(conditional=True)
    bar = output.flow_bar

    def made() -> FlowPaths | None:
        return output.flow.picture

    qtbot.waitUntil(lambda: made() is not None and made().labels is not None, timeout=PATIENCE_MS)  # type: ignore[union-attr]
    assert output.flow.isVisible()
    assert output.flow_text.text().endswith(" back")
    assert [bar.classes.itemText(place) for place in (0, 1, 10)] == ["All classes", "0", "9"]
    assert not bar.parts["arrows"].isVisible()
    bar.classes.setFocus()
    QTest.keyClick(bar.classes, Qt.Key.Key_4)
    QTest.keyClick(bar.guidance.track, Qt.Key.Key_Right)
    QTest.keyClick(bar.steps, Qt.Key.Key_Home)
    assert bar.wish == FlowWish((4,), 1.1, 1)
    qtbot.waitUntil(lambda: made() is not None and made().wish == bar.wish, timeout=PATIENCE_MS)  # type: ignore[union-attr]
    assert set(made().labels.tolist()) == {4}  # type: ignore[union-attr]
    noise = output.flow.grab().toImage()
    QTest.keyClick(bar.slider.track, Qt.Key.Key_Home)
    assert output.flow.grab().toImage() != noise

    field = window.panels.canvas.scene.field
    assert "Velocity" in window.panels.canvas.scene.cards[-1].accessibleName()
    assert field._field.name(-1, 0) == "pixel_0_0"
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: not bar.classes.isVisible(), timeout=PATIENCE_MS)
    while isinstance(document.experiment.task, FlowMatching):
        document.undo_stack.undo()
    # The single step was of another task.
    assert (bar.wish, bar.time) == (FlowWish(), 1.0)


def test_its_sliders_have_room_in_a_narrow_panel(themes: ThemeSource, qtbot: QtBot) -> None:
    bar = FlowBar(themes)
    qtbot.addWidget(bar)
    bar.show_data(
        prepare(mnist_experiment(16, dataset=Digits()).replace(task=FlowMatching(conditional=True)))
    )
    bar.resize(280, bar.sizeHint().height())
    bar.show()
    texts = [(combo, combo.currentText()) for combo in (bar.classes, bar.steps)]
    assert [text for combo, text in texts if text_width(combo, text) > shown_width(combo)] == []
    assert min(bar.slider.track.width(), bar.guidance.track.width()) >= 100
