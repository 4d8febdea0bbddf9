"""Thumbnails are painted as they are seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from playground.views.theme.colors import DARK, LIGHT
from playground.views.widgets.sample_views import SampleModel
from tests.playground.fakes import mnist_experiment
from tests.playground.plugins.mistakes.shown_gallery import Shown


def test_thousands_of_samples_paint_only_what_is_seen(
    qtbot: QtBot, show: Callable[[Experiment], Shown]
) -> None:
    shown = show(mnist_experiment(samples=10_000, train_share=0.1))
    count = len(shown.prepared.test.labels)
    shown.prediction(wrong=count)
    shown.gallery.grab()
    assert shown.gallery.model.rowCount() == count == 9000
    assert 0 < len(shown.gallery.model._pictures) < 100


def test_thumbnails_follow_the_theme(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.prediction(wrong=1)
    model: SampleModel = shown.gallery.model

    def corner() -> str:
        image: QImage = model.picture(0, 64, 1.0).toImage()
        return image.pixelColor(1, 1).name()

    assert corner() == LIGHT.field
    model.show_theme(DARK)
    assert corner() == DARK.field
