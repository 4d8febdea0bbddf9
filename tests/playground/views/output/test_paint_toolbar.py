"""The tools of the brush are named, chosen and explained."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.nn.losses import CrossEntropy
from playground.model.document import Document
from playground.views.output import PaintController
from playground.views.theme.colors import CLASS_COLORS
from tests.playground.views.output.painting import FOUR, painted, spot

LEFT = Qt.MouseButton.LeftButton


def test_density_says_how_many(painting: PaintController, document: Document) -> None:
    painting.bar.density.track.setValue(painting.bar.density.track.maximum())
    QTest.mouseClick(painting.pad, LEFT, pos=spot(painting, 0, -4))
    assert len(painted(document).points) == 4 + 20


def test_clear_is_undone(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.clear_button, LEFT)
    assert painted(document).points == ()
    assert painting._panel.plot.drawn_points == 0
    document.undo_stack.undo()
    assert painted(document) == FOUR


def test_a_class_more_can_be_painted(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.add_button, LEFT)
    assert painted(document).classes == 3
    assert isinstance(document.experiment.training.loss, CrossEntropy)
    assert painting.bar.brush().label == 2
    assert painting.bar.color_of(2) == CLASS_COLORS[2]
    QTest.mouseClick(painting.pad, LEFT, pos=spot(painting, 0, -4))
    assert painted(document).points[-1][2] == 2
    for _ in range(10):
        QTest.mouseClick(painting.bar.add_button, LEFT)
    assert painted(document).classes == 10
    assert len(painting.bar.class_buttons) == 10
    assert not painting.bar.add_button.isVisible()
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert painted(document) == FOUR
    assert painting.bar.brush().label == 1


def test_number_keys_choose_the_class(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("erase"), LEFT)
    QTest.keyClick(painting.pad, Qt.Key.Key_1)
    assert (painting.bar.brush().tool, painting.bar.brush().label) == ("brush", 1)
    assert painting.bar.class_buttons[1].accessibleName() == "Class 1"
    QTest.keyClick(painting.pad, Qt.Key.Key_0)
    assert painting.bar.brush().label == 0
    QTest.keyClick(painting.pad, Qt.Key.Key_9)
    assert painting.bar.brush().label == 0


def test_every_tool_is_named_and_explained(painting: PaintController) -> None:
    bar = painting.bar
    buttons = [bar.tool_button(name) for name in ("brush", "point", "erase", "jitter", "move")]
    for button in (*buttons, *bar.class_buttons, bar.add_button, bar.clear_button, bar.done_button):
        assert button.accessibleName()
        assert button.toolTip().startswith(button.accessibleName())
        assert not button.icon().isNull()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
