"""The section of augmentation on the screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from core.data.datasets import Digits
from core.experiment.experiment import Experiment
from core.nn import Dense, Flatten
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.views.sidebar import SidePanel
from tests.playground.driving import LEFT, click

DIGITS = Experiment(
    dataset=Digits(), layers=(Flatten(), Dense(8)), training=TrainingConfig(loss=CrossEntropy())
)


def opened(panel: SidePanel) -> Any:
    section = panel.augment
    click(section.more)
    assert section.preview.isVisible()
    return section


def drag_to(section: Any, name: str, share: float) -> None:
    """Drag the slider's handle in steps to a fraction of its range."""
    track = section.slider(name).track
    middle, end = track.height() // 2, round(8 + (track.width() - 16) * share)
    start = round(8 + (track.width() - 16) * track.value() / track.maximum())
    QTest.mousePress(track, LEFT, pos=QPoint(start, middle))
    for step in range(1, 6):
        QTest.mouseMove(track, QPoint(start + (end - start) * step // 5, middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(end, middle))


def tiles(section: Any) -> list[QImage]:
    section.preview.grab()
    return list(section.preview._pictures)
