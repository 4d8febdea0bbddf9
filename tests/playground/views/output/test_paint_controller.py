"""Painting points by mouse and keys: tools, one undo step per stroke, and training meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import GaussianQuantiles, Iris, Moons, Painted, PaintedPoints, Plane
from core.data.datasets.sklearn_tables import sklearn_datasets
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.training.state import TrainingState
from playground.views.output import PaintController, paint_controller
from playground.views.output.boundary_points import MAX_POINTS
from playground.views.theme.colors import LIGHT
from playground.window.main_window import MainWindow
from tests.playground.views.output.painting import FOUR, painted, spot
from tests.playground.wheel import NOTCH, turn_wheel

LEFT = Qt.MouseButton.LeftButton


def stroke(painting: PaintController, *places: tuple[float, float]) -> None:
    """Press at the first position, move straight to the next ones, release at the last."""
    pad, spots = painting.pad, [spot(painting, *place) for place in places]
    QTest.mousePress(pad, LEFT, pos=spots[0])
    for start, end in pairwise(spots):
        for step in range(1, 9):
            QTest.mouseMove(pad, start + (end - start) * step / 8)
    QTest.mouseRelease(pad, LEFT, pos=spots[-1])


def distance_to_way(rows: np.ndarray, start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    way = np.subtract(end, start)
    along = np.clip((rows[:, :2] - start) @ way / (way @ way), 0, 1)
    return np.hypot(*(rows[:, :2] - start - along[:, None] * way).T)


# --- tools ----------------------------------------------------------------------------------------------------


def test_the_brush_adds_points_of_the_chosen_class_inside_the_disc(
    painting: PaintController, document: Document
) -> None:
    QTest.mouseClick(painting.bar.class_buttons[1], LEFT)
    stroke(painting, (-4, -4), (2, -4))
    new = painted(document).points.array[4:]
    # Four at the start, then four per 0.8 along a path of 6.
    assert 30 <= len(new) <= 35
    assert set(new[:, 2]) == {1}
    assert distance_to_way(new, (-4, -4), (2, -4)).max() <= 0.8 + 0.05
    assert painted(document).points[:4] == FOUR.points


def test_one_stroke_is_one_step_and_undo_takes_it_back_at_once(
    painting: PaintController, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    document.experiment_changed.connect(lambda experiment: seen.append(len(experiment.dataset.points)))
    stroke(painting, (-4, -4), (4, -4))
    stroke(painting, (-4, 4), (4, 4))
    assert len(seen) >= 4
    assert seen == sorted(seen)
    assert document.undo_stack.count() == 2
    assert document.undo_stack.undoText() == "Paint points"
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert painted(document) == FOUR
    assert painting.active
    assert painting._panel.plot.drawn_points == 4


def test_a_hand_may_rest_in_the_middle_of_a_stroke(
    painting: PaintController, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playground.model import undo as change

    now = 0.0
    monkeypatch.setattr(change.time, "monotonic", lambda: now)
    QTest.mousePress(painting.pad, LEFT, pos=spot(painting, -4, -4))
    now = 30.0
    QTest.mouseMove(painting.pad, spot(painting, 4, -4))
    QTest.mouseRelease(painting.pad, LEFT, pos=spot(painting, 4, -4))
    assert len(painted(document).points) > 20
    assert document.undo_stack.count() == 1


def test_points_arrive_while_the_button_is_down(
    painting: PaintController, document: Document, qtbot: QtBot
) -> None:
    QTest.mousePress(painting.pad, LEFT, pos=spot(painting, -4, -4))
    assert len(painted(document).points) == 8
    QTest.mouseMove(painting.pad, spot(painting, 0, -4))
    qtbot.waitUntil(lambda: len(painted(document).points) > 20)
    assert painting._panel.plot.drawn_points == len(painted(document).points)
    QTest.mouseRelease(painting.pad, LEFT, pos=spot(painting, 0, -4))


def test_of_very_many_points_the_new_ones_are_seen(painting: PaintController, document: Document) -> None:
    many = np.column_stack([np.full((15_000, 2), -5.0), np.arange(15_000) % 2])
    document.change("Many", Experiment(dataset=Painted(points=PaintedPoints.of_array(many))))
    QTest.mouseClick(painting.bar.tool_button("point"), LEFT)
    QTest.mouseClick(painting.pad, LEFT, pos=spot(painting, 3, 3))
    points = painting._panel.plot._points.points
    assert points is not None
    assert len(points) <= MAX_POINTS
    places = np.vstack([points.train, points.test])
    assert np.abs(places - 0.75).max(axis=1).min() < 0.01


def test_a_single_point_lies_under_the_pointer(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("point"), LEFT)
    QTest.mouseClick(painting.pad, LEFT, pos=spot(painting, 1.5, 2.5))
    (x, y, number) = painted(document).points[-1]
    assert (x, y) == pytest.approx((1.5, 2.5), abs=0.05)
    assert number == 0
    assert document.undo_stack.undoText() == "Paint point"


def test_the_eraser_removes_what_it_passes(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("erase"), LEFT)
    stroke(painting, (-5, 0.5), (-1, 0.5))
    assert sorted(painted(document).points) == [(3, 0, 1), (3, 1, 1)]
    assert document.undo_stack.undoText() == "Erase points"
    document.undo_stack.undo()
    assert painted(document) == FOUR


def test_move_takes_the_points_under_the_disc_along(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("move"), LEFT)
    stroke(painting, (3, 0), (4, 2), (1, -3))
    points = painted(document).points
    assert points[2][:2] == pytest.approx((1, -3), abs=0.05)
    assert [points[i] for i in (0, 1, 3)] == [FOUR.points[i] for i in (0, 1, 3)]
    assert document.undo_stack.count() == 1


def test_jitter_shakes_only_what_is_under_the_disc(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("jitter"), LEFT)
    stroke(painting, (-3.2, 0.4), (-2.8, 0.6))
    points = painted(document).points
    for index in (0, 1):
        assert points[index] != FOUR.points[index]
        assert points[index][:2] == pytest.approx(FOUR.points[index][:2], abs=1.0)
    assert points[2:] == FOUR.points[2:]


def test_points_stay_where_they_are_seen(painting: PaintController, document: Document) -> None:
    stroke(painting, (-5.9, -5.9), (5.9, -5.9))
    QTest.mouseClick(painting.bar.tool_button("move"), LEFT)
    stroke(painting, (3, 0), (6.5, 0))
    assert np.abs(painted(document).points.array[:, :2]).max() <= 6.0


# --- on and off -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", [Moons(samples=60), Plane(samples=60)], ids=["classes", "values"])
def test_generated_points_become_painted_ones(
    painting: PaintController, document: Document, dataset: Moons
) -> None:
    sklearn_datasets()
    painting.stop()
    document.load(Experiment(dataset=dataset))
    painting.start()
    np.testing.assert_allclose(
        painted(document).points.array[:, :2], dataset.load(0).inputs, atol=0.00051, rtol=0
    )
    assert find_problems(document.experiment) == ()
    assert document.undo_stack.undoText() == "Paint"
    assert painting._panel.plot.drawn_points == 60
    document.undo_stack.undo()
    assert document.experiment.dataset == dataset
    assert not painting.active
    assert not painting.bar.isVisible()


def test_corrected_points_are_painted_as_they_were_corrected(
    painting: PaintController, document: Document
) -> None:
    painting.stop()
    data = Moons(samples=60).load(0)
    other = int(1 - data.targets[0])
    document.load(Experiment(dataset=Moons(samples=60), corrections=((0, other), (5, None))))
    painting.start()
    points = painted(document).points.array
    assert len(points) == 59
    assert points[0, 2] == other
    assert document.experiment.corrections == ()


@pytest.mark.parametrize("end", ["escape", "done", "other data"])
def test_painting_ends(painting: PaintController, document: Document, end: str) -> None:
    told: list[bool] = []
    painting.active_changed.connect(told.append)
    if end == "escape":
        QTest.keyClick(painting.pad, Qt.Key.Key_Escape)
    elif end == "done":
        QTest.mouseClick(painting.bar.done_button, LEFT)
    else:
        document.change("Use Iris", Experiment(dataset=Iris()))
    assert told == [False]
    assert not painting.pad.isVisible()
    assert not painting.bar.isVisible()


def test_what_has_no_plane_cannot_be_painted(painting: PaintController, document: Document) -> None:
    told: list[bool] = []
    painting.possible_changed.connect(told.append)
    document.change("Use Iris", Experiment(dataset=Iris()))
    painting.start()
    assert told == [False]
    assert not painting.active
    assert isinstance(document.experiment.dataset, Iris)


def test_escape_in_the_middle_of_a_stroke_keeps_it(painting: PaintController, document: Document) -> None:
    QTest.mousePress(painting.pad, LEFT, pos=spot(painting, -4, -4))
    QTest.mouseMove(painting.pad, spot(painting, 4, -4))
    QTest.keyClick(painting.pad, Qt.Key.Key_Escape)
    count = len(painted(document).points)
    assert count > 20
    QTest.mouseMove(painting.pad, spot(painting, 4, 4))
    assert len(painted(document).points) == count


# --- in the window --------------------------------------------------------------------------------------------


def test_training_goes_on_with_what_it_learned(
    make: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(Experiment(dataset=Moons(samples=200), layers=(Dense(8, "tanh"),)))
    window.session.play()
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch > 20
    )
    QTest.mouseClick(window.side.data.paint, LEFT)
    assert window.painting.active
    assert window.side.data.paint.isChecked()
    assert window.actions_by_name["paint"].isChecked()
    assert window.side.data.gallery.tile("painted").isVisible()
    stroke(window.painting, (-4, -4), (0, -4))
    count = len(window.document.experiment.dataset.points)  # type: ignore[attr-defined]
    assert count > 210

    def follows() -> bool:
        data = window.output.plot._prepared
        return data is not None and data.data.samples == count and window.snapshot_router.snapshot is not None

    qtbot.waitUntil(follows)
    assert window.session.state is TrainingState.RUNNING
    assert window.snapshot_router.snapshot is not None
    assert window.snapshot_router.snapshot.epoch > 20
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)


def test_the_plot_keeps_its_size(window: MainWindow, qtbot: QtBot) -> None:
    before = window.output.plot.width()
    window.actions_by_name["paint"].trigger()
    qtbot.waitUntil(lambda: window.painting.bar.height() > 50 and window.output.plot.width() >= before)
    window.actions_by_name["paint"].trigger()
    qtbot.waitUntil(lambda: not window.painting.bar.isVisible() and window.output.plot.width() == before)


def test_the_key_p_begins_and_ends(window: MainWindow) -> None:
    for on in (True, False, True):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_P)
        assert window.painting.active is on
        assert window.side.data.paint.isChecked() is on
    QTest.keyClick(window.painting.pad, Qt.Key.Key_Escape)
    assert not window.actions_by_name["paint"].isChecked()


def test_one_class_is_told_and_no_crash(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_P)
    QTest.mouseClick(window.painting.bar.clear_button, LEFT)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED)
    # Of the points before nothing stays.
    assert window.output.plot.image is None
    assert window.output.legend.names == ("", "")
    assert window.results.first_tile.value == window.results.second_tile.value == "–"
    assert window.session.message == "Paint points of at least two classes"
    assert not window.actions_by_name["play"].isEnabled()
    QTest.keyClick(window.painting.pad, Qt.Key.Key_1)
    stroke(window.painting, (-3, -3), (-1, -3))
    assert window.output.plot.drawn_points > 4
    QTest.keyClick(window.painting.pad, Qt.Key.Key_0)
    stroke(window.painting, (3, 3), (1, 3))
    qtbot.waitUntil(lambda: window.session.state in (TrainingState.IDLE, TrainingState.PAUSED))
    assert window.actions_by_name["play"].isEnabled()


def test_painting_renames_no_class(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.output.legend.names != ("", ""))
    shown = window.output.legend.names
    assert shown == ("class 0", "class 1")
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_P)
    QTest.keyClick(window.painting.pad, Qt.Key.Key_1)
    stroke(window.painting, (-3, -3), (-1, -3))
    qtbot.waitUntil(lambda: window.session.state in (TrainingState.IDLE, TrainingState.PAUSED))
    qtbot.waitUntil(lambda: window.output.plot.drawn_points > 4)
    assert window.output.legend.names == shown
    assert window.painting.bar.class_buttons[1].accessibleName() == "Class 1"


def test_tables_say_why_they_cannot_be_painted(make: Callable[..., MainWindow]) -> None:
    window = make(
        Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))
    )
    assert not window.side.data.paint.isEnabled()
    assert window.side.data.paint.toolTip() == "Painting needs two features"
    assert not window.actions_by_name["paint"].isEnabled()
    window.document.change("Use Moons", Experiment(dataset=Moons()))
    assert window.side.data.paint.isEnabled()
    assert window.actions_by_name["paint"].isEnabled()
    assert window.side.data.paint.toolTip().endswith("(P)")


class SlowImport:
    """Stands in for the import of scikit-learn, which ends when it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_end = threading.Event()
        self.error: Exception | None = None
        monkeypatch.setattr(paint_controller, "sklearn_datasets", self)
        monkeypatch.setattr(paint_controller, "is_sklearn_imported", self.may_end.is_set)

    def __call__(self) -> None:
        assert self.may_end.wait(30)
        if self.error is not None:
            raise self.error


@pytest.fixture
def importing(painting: PaintController, document: Document, monkeypatch: pytest.MonkeyPatch) -> SlowImport:
    """The document's points wait for scikit-learn, and so does painting them."""
    painting.stop()
    document.change("Dataset", document.experiment.replace(dataset=GaussianQuantiles(samples=20)))
    slow = SlowImport(monkeypatch)
    painting.start()
    return slow


def test_painting_waits_for_points_that_need_scikit_learn(
    painting: PaintController, document: Document, importing: SlowImport, qtbot: QtBot
) -> None:
    sentences: list[str] = []
    painting.message_requested.connect(sentences.append)
    assert not painting.active
    # Again, while it waits.
    painting.start()
    assert sentences == ["Painting starts once the points of Quantiles are loaded"]
    with qtbot.waitSignal(painting.active_changed) as changed:
        importing.may_end.set()
    assert changed.args == [True]
    assert painting.active
    assert len(painted(document).points) == 20


@pytest.mark.parametrize("end", ["stop", "other data"])
def test_painting_that_waits_can_be_called_off(
    painting: PaintController, document: Document, importing: SlowImport, qtbot: QtBot, end: str
) -> None:
    with qtbot.waitSignal(painting.active_changed) as changed:
        if end == "stop":
            painting.set_active(False)
        else:
            document.change("Dataset", document.experiment.replace(dataset=GaussianQuantiles(samples=30)))
    assert changed.args == [False]
    with qtbot.waitSignal(painting._importing.finished):
        importing.may_end.set()
    assert not painting.active
    assert isinstance(document.experiment.dataset, GaussianQuantiles)


def test_painting_says_that_scikit_learn_is_missing(
    painting: PaintController, importing: SlowImport, qtbot: QtBot
) -> None:
    importing.error = ImportError("no module")
    with (
        qtbot.waitSignal(painting.message_requested) as told,
        qtbot.waitSignal(painting.active_changed) as changed,
    ):
        importing.may_end.set()
    assert told.args == ["Quantiles needs scikit-learn: no module"]
    assert changed.args == [False]


def test_arrows_and_enter_paint_without_a_mouse(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("point"), LEFT)
    painting.pad.setFocus()
    # The brush starts from the pointer.
    QTest.mouseMove(painting.pad, spot(painting, 1, 1))
    QTest.keyClick(painting.pad, Qt.Key.Key_Right)
    QTest.keyClick(painting.pad, Qt.Key.Key_Up)
    QTest.keyClick(painting.pad, Qt.Key.Key_Return)
    x, y, _ = painted(document).points[-1]
    assert (x, y) == pytest.approx((1.3, 1.3), abs=0.05)


def test_the_wheel_makes_the_disc_wider(painting: PaintController) -> None:
    before = painting.bar.brush().radius
    turn_wheel(painting.pad, spot(painting, 0, 0), 2 * NOTCH)
    assert painting.bar.brush().radius > before
    turn_wheel(painting.pad, spot(painting, 0, 0), -4 * NOTCH)
    assert painting.bar.brush().radius < before


def test_the_disc_is_drawn_in_the_class_color(painting: PaintController) -> None:
    QTest.mouseMove(painting.pad, spot(painting, 0, 0))
    image = painting.pad.grab().toImage()
    middle, side = spot(painting, 0, 0), painting.pad.width()
    reach = round(painting.bar.brush().radius / 12 * side)
    seen = [image.pixelColor(middle.x() + dx, middle.y()) for dx in range(reach - 3, reach + 4)]
    wanted = QColor(LIGHT.negative)
    assert any(color.saturation() > 150 and abs(color.hue() - wanted.hue()) < 4 for color in seen)


def test_the_disc_goes_with_the_pointer_and_keys_bring_it_back(painting: PaintController) -> None:
    pad, middle = painting.pad, spot(painting, 0, 0)

    def is_drawn() -> bool:
        image, reach = pad.grab().toImage(), round(painting.bar.brush().radius / 12 * pad.width())
        row = range(middle.x() + reach - 3, middle.x() + reach + 4)
        return any(image.pixelColor(x, middle.y()).saturation() > 150 for x in row)

    QTest.mouseClick(pad, LEFT, pos=middle)
    assert pad.hasFocus()
    assert is_drawn()
    QApplication.sendEvent(pad, QEvent(QEvent.Type.Leave))
    assert not is_drawn()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(pad, key)
    assert is_drawn()
