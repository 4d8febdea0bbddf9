"""The gallery of mistakes on the screen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.predictions import SplitPredictions
from core.train.figures import Place
from playground.model.document import Document
from playground.plugins.mistakes.gallery import MistakesGallery
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared

PATIENCE_MS = 60_000


class Shown:
    """A gallery of an experiment in its own window, with fake predictions."""

    def __init__(self, qtbot: QtBot, experiment: Experiment) -> None:
        parent = self._parent = QWidget()
        qtbot.addWidget(parent)
        self.document = Document(experiment, parent)
        self.prepared: PreparedData = fake_prepared(experiment)
        self.gallery = MistakesGallery(self.document, ThemeSource(None, "light", parent=parent), parent)
        self.asked = QSignalSpy(self.gallery.predictions_requested)
        self.gallery.show_data(self.prepared)
        self.gallery.open_cell(None, None)
        qtbot.waitUntil(self.gallery.isActiveWindow, timeout=PATIENCE_MS)

    def prediction(self, wrong: int, epoch: int = 12) -> None:
        """Predict the next class for the first `wrong` test samples, with increasing confidence."""
        true = self.prepared.test.labels
        predicted = true.copy()
        classes = self.prepared.encoding.classes
        predicted[:wrong] = (true[:wrong] + 1) % classes
        sure = np.linspace(0.5, 0.9, len(true))
        self.gallery.show_predictions(SplitPredictions("test", true, predicted, sure, 1, Place(epoch)))

    def listed(self) -> list[int]:
        model = self.gallery.model
        return [model.dataset_row(row) for row in range(model.rowCount())]

    def press_item(self, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        view = self.gallery.pages.currentWidget()
        rect = view.visualRect(self.gallery.model.index(row, 0))  # type: ignore[attr-defined]
        QTest.mouseClick(
            view.viewport(),  # type: ignore[attr-defined]
            Qt.MouseButton.LeftButton,
            modifier,
            rect.center(),
        )
