"""Feature maps under the microscope."""

from __future__ import annotations

import dataclasses
import re

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect.feature_map import FeatureMapView
from core.inspect.found_samples import top_patches
from core.inspect.neuron import InspectedNeuron, NeuronTracer
from core.inspect.snapshot import Snapshot
from core.nn import (
    Conv2D,
    Flatten,
    Layer,
    MaxPooling2D,
    ReLU,
)
from playground.model.document import Document
from playground.plugins.microscope.dialog import MicroscopeDialog
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, mnist_experiment

CONVOLUTIONS = (
    Conv2D(5, (3, 3), activation=ReLU(), padding="same"),
    MaxPooling2D(),
    Conv2D(4, (3, 3)),
    Flatten(),
)


class Bench:
    """A network on MNIST with an open microscope."""

    def __init__(self, *layers: Layer) -> None:
        self.experiment = mnist_experiment(samples=100, layers=layers)
        self.prepared: PreparedData = prepare(self.experiment)
        self.trainer = make_trainer(self.experiment, self.prepared)
        self._plain = fake_snapshot(mnist_experiment(samples=100, layers=(Flatten(),)), grid=16)

    def trace(self, layer: int, unit: int) -> FeatureMapView:
        return NeuronTracer(self.trainer).trace_unit(self.prepared.test, 0, layer, unit)[1]

    def snapshot(self, layer: int, unit: int) -> Snapshot:
        seen = InspectedNeuron(*NeuronTracer(self.trainer).trace_unit(self.prepared.test, 0, layer, unit))
        best = top_patches(self.trainer.network, self.prepared.test.inputs, layer, unit)
        return dataclasses.replace(
            self._plain,
            experiment=self.experiment,
            request=dataclasses.replace(self._plain.request, neuron=(layer, unit)),
        ).with_parts(neuron=seen, top_patches=best)

    def opened(self, host: QWidget, qtbot: QtBot, layer: int, unit: int) -> MicroscopeDialog:
        document = Document(self.experiment, host)
        dialog = MicroscopeDialog(document, ThemeSource(mode="light", parent=host), host)
        dialog.show_data(self.prepared)
        dialog.show()
        qtbot.waitExposed(dialog)
        assert dialog.inspect(layer, unit)
        dialog.show_snapshot(self.snapshot(layer, unit))
        return dialog


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text.replace("&nbsp;", " ").replace("<br>", "\n"))
