"""An error in an override: it is reported once, the widget is marked, and the process survives."""

from __future__ import annotations

import os
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

from playground.startup.override_guard import overrides_of
from tests.playground.startup.broken_overrides import (
    ANSWERS,
    arguments,
    bare,
    break_all,
    broken_classes,
    mended,
)

pytestmark = pytest.mark.environment

ROOT = Path(__file__).resolve().parents[3]
CLASSES = broken_classes()
# Those that need a painter are called by Qt, in the program that breaks all.
GIVEN_A_PAINTER = {"paint", "paintSection", "drawForeground", "drawBackground"}

# The cards of the real window fail to paint; prints the messages and their number.
BROKEN_CARDS = """
import runpy, sys
from PySide6.QtCore import QTimer
from playground.startup.override_guard import guard_overrides
guard_overrides()
from tests.playground.startup.broken_overrides import break_all
from playground.views.canvas.cards import LayerCard
from playground.views.canvas.layer_palette import PaletteCard
from playground.window.main_window import MainWindow

told = []
show_message = MainWindow.show_message
MainWindow.show_message = lambda self, sentence: (told.append(sentence), show_message(self, sentence))[1]
for cls in (LayerCard, PaletteCard):
    break_all(cls)

def end(window):
    # On a busy machine both cards may not have been painted yet.
    if len(told) < 2:
        repaint(window)
        QTimer.singleShot(100, window, lambda: end(window))
        return
    print(len(told), window.isVisible(), told[0])
    window.close()

def repaint(window):
    for card in window.findChildren(LayerCard) + window.findChildren(PaletteCard):
        card.repaint()

def show_event(window, event, inherited=MainWindow.showEvent):
    inherited(window, event)
    for at in (100, 200, 300):
        QTimer.singleShot(at, window, lambda: repaint(window))
    QTimer.singleShot(600, window, lambda: end(window))

MainWindow.showEvent = show_event
sys.argv = ["playground"]
runpy.run_module("playground", run_name="__main__")
"""


def environment_of(folder: Path) -> dict[str, str]:
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "playground")])
    return os.environ | own | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": paths}


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """The errors that were reported; their frames stay alive, as in log records."""
    errors: list[BaseException] = []

    def report(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        errors.append(error)

    monkeypatch.setattr(sys, "excepthook", report)
    return errors


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.__name__)
def broken(request: pytest.FixtureRequest) -> Iterator[tuple[type, list[str]]]:
    """A class and the names of its methods, which raise."""
    with mended(request.param):
        yield request.param, break_all(request.param)


def test_an_error_in_any_override_is_reported_once_and_answered(
    broken: tuple[type, list[str]], qtbot: QtBot, reported: list[BaseException]
) -> None:
    cls, names = broken
    assert names == overrides_of(cls)
    made, holder = bare(cls), QWidget()
    qtbot.addWidget(holder)
    if isinstance(made, QWidget):
        qtbot.addWidget(made)
    for name in set(names) - GIVEN_A_PAINTER - {"paintEvent"}:
        reported.clear()
        for _ in range(3):
            answer = getattr(made, name)(*arguments(name, holder))
            assert isinstance(answer, ANSWERS.get(name, type(None))), name
        # Qt may call others within it, each broken too.
        assert [str(error) for error in reported].count(f"broken in {name}") <= 1
        assert len({str(error) for error in reported}) == len(reported)


def test_the_classes_were_found() -> None:
    names = {cls.__name__ for cls in CLASSES}
    assert {
        "LayerCard",
        "PaletteCard",
        "BoundaryPlot",
        "FlowLayout",
        "SampleModel",
        "ExperimentCommand",
        "RowPainter",
    } <= names


def test_all_kinds_are_shown_in_one_process_that_lives_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/playground/startup/broken_overrides.py")],
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
    )
    # Nothing on stderr: no active painter and no saved state is left.
    assert (done.returncode, done.stderr) == (0, "")
    classes, frames, paint_events, paints = literal_eval(done.stdout)
    assert (classes, frames) == (len(CLASSES), 5)
    assert paint_events == sum(_has("paintEvent", cls) for cls in CLASSES)
    assert paints == sum(_has("paint", cls) for cls in CLASSES)


def _has(name: str, cls: type) -> bool:
    """Whether the method is of this class, or of one of ours from which it inherits."""
    return any(name in vars(base) for base in cls.__mro__ if base in CLASSES)


def test_the_window_lives_on_with_cards_that_cannot_paint_and_says_so_once_for_each(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_CARDS],
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 True Something went wrong (ValueError); the details are in ")


class Half(QWidget):
    """Paints its left half red, or raises on request."""

    __module__ = "playground.made_by_a_test"
    fails = False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width() // 2, self.height(), Qt.GlobalColor.red)
        if self.fails:
            raise ValueError("no right half")

    def sizeHint(self) -> QSize:
        return QSize(60, 40)


def grays(image: QImage) -> int:
    """Number of pixels that are neither red nor background."""
    ground = image.pixelColor(image.width() - 1, image.height() - 1)
    return sum(
        image.pixelColor(x, y) not in (ground, image.pixelColor(0, 0))
        for x in range(image.width())
        for y in range(image.height())
    )


def test_a_widget_that_cannot_paint_is_marked_until_it_can(
    qtbot: QtBot, reported: list[BaseException]
) -> None:
    widget = Half()
    qtbot.addWidget(widget)
    widget.resize(60, 40)
    widget.fails = True
    marked = widget.grab().toImage()
    assert grays(marked) > 100
    widget.grab()
    assert [str(error) for error in reported] == ["no right half"]
    widget.fails = False
    assert grays(widget.grab().toImage()) == 0


def test_a_class_that_is_defined_later_is_guarded_and_one_of_others_is_not() -> None:
    assert overrides_of(Half) == ["paintEvent", "sizeHint"]
    assert hasattr(Half.paintEvent, "__wrapped__")

    class Foreign(QWidget):
        def sizeHint(self) -> QSize:
            return QSize(1, 1)

    assert overrides_of(Foreign) == []
    assert not hasattr(Foreign.sizeHint, "__wrapped__")


class Careless(QGraphicsItem):
    """Leaves two saved states, a clip and a low opacity behind."""

    __module__ = "playground.made_by_a_test"

    def boundingRect(self) -> QRectF:
        return QRectF(5, 5, 20, 20)

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        for _ in range(2):
            painter.save()
            painter.setOpacity(0.1)
            painter.setClipRect(0, 0, 1, 1)
        raise ValueError("careless")


def test_a_painter_of_qts_goes_on_as_it_was(qapp: object, reported: list[BaseException]) -> None:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setOpacity(0.75)
    background = painter.background()
    painter.translate(3, 4)
    Careless().paint(painter, QStyleOptionGraphicsItem())
    assert painter.isActive()
    assert painter.opacity() == 0.75
    assert not painter.hasClipping()
    assert painter.background() == background
    assert painter.worldTransform().dx() == 3
    # Ending it with a saved state warns, and the warning fails the test.
    painter.end()
    assert len(reported) == 1
    inside = {image.pixelColor(x, y).name() for x in range(8, 28) for y in range(9, 29)}
    outside = image.pixelColor(2, 2).name()
    assert len(inside) > 1
    assert outside == "#ffffff"


class Hinting(QWidget):
    """Raises in sizeHint."""

    __module__ = "playground.made_by_a_test"

    def sizeHint(self) -> QSize:
        raise ValueError("no size")


def test_a_painter_that_is_still_used_is_not_ended(qtbot: QtBot, reported: list[BaseException]) -> None:
    """The frames of the first error are the context of the second."""
    widget = Hinting()
    qtbot.addWidget(widget)
    painter = QPainter(image := QImage(9, 9, QImage.Format.Format_RGB32))
    try:
        raise KeyError("handled")
    except KeyError:
        assert widget.sizeHint() == QSize(-1, -1)
    assert painter.isActive()
    painter.end()
    assert not image.paintingActive()
    assert str(reported[0]) == "no size"
