"""Neurons under the microscope."""

from __future__ import annotations

import dataclasses
import re

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.neuron import InspectedNeuron, NeuronTrace, NeuronTracer, trace_neuron
from core.inspect.snapshot import Snapshot
from core.nn.stage import Address
from playground.model.document import Document
from playground.plugins.microscope.dialog import MicroscopeDialog
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot


def trace_of(
    experiment: Experiment, layer: Address, unit: int, sample: int = 0, epochs: int = 0
) -> NeuronTrace:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    return trace_neuron(trainer, prepared.test, sample, layer, unit)


def snapshot_of(experiment: Experiment, layer: int, unit: int) -> Snapshot:
    """A snapshot with the trace of a unit."""
    prepared = prepare(experiment)
    microscope = NeuronTracer(make_trainer(experiment, prepared))
    seen = InspectedNeuron(*microscope.trace_unit(prepared.test, 0, layer, unit))
    snapshot = fake_snapshot(experiment, grid=16)
    request = dataclasses.replace(snapshot.request, neuron=(layer, unit))
    return dataclasses.replace(snapshot, request=request).with_parts(neuron=seen)


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text.replace("&nbsp;", " "))


def opened(host: QWidget, experiment: Experiment, qtbot: QtBot) -> MicroscopeDialog:
    document = Document(experiment, host)
    dialog = MicroscopeDialog(document, ThemeSource(mode="light", parent=host), host)
    dialog.show_data(fake_prepared(experiment))
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog
