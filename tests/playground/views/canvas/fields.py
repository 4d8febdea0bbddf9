"""Fields of neurons on the screen, and the places of their parts."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from playground.views.canvas.column_layout import arrange
from playground.views.canvas.neuron_field import NeuronField
from playground.views.theme.theme import ThemeSource

SIZE = (900, 620)


def field_of(
    qtbot: QtBot,
    themes: ThemeSource,
    experiment: Experiment,
    snapshot: Snapshot | None = None,
    size: tuple[int, int] = SIZE,
) -> NeuronField:
    field = NeuronField(themes)
    field.pixel_tools.draws = True
    qtbot.addWidget(field)
    field.resize(*size)
    field.set_experiment(experiment)
    field.set_columns(arrange(experiment, size[0]))
    if snapshot is not None:
        field.show_snapshot(snapshot)
    field.show()
    field.activateWindow()
    qtbot.waitUntil(field.isActiveWindow)
    return field


def with_layer(snapshot: Snapshot, index: int, **changes: Any) -> Snapshot:
    layers = list(snapshot.layers)
    layers[index] = dataclasses.replace(layers[index], **changes)
    return dataclasses.replace(snapshot, layers=tuple(layers))


def center(field: NeuronField, column: int, unit: int) -> QPoint:
    tile = field.tile(column, unit)
    assert tile is not None
    return tile.center().toPoint()


def color_at(field: NeuronField, point: QPoint) -> QColor:
    return field.grab().toImage().pixelColor(point)


def link_point(field: NeuronField, layer: int, input_: int, unit: int) -> QPoint:
    """The midpoint of a straight link, whose ends must have the same y."""
    start, end = center(field, layer - 1, input_), center(field, layer, unit)
    return QPoint((start.x() + end.x()) // 2, (start.y() + end.y()) // 2)
