"""The inspection: the sample, neuron, plane and layer on which all panels and the snapshots agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.data.drawing import Drawing
from core.data.plane import PlaneChoice
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import NewSamples, SnapshotRequest
from core.nn.stage import Address

Place = tuple[int, int]
"""A column of the network and one of its units; the input column is -1, the output the last."""


class Inspection(QObject):
    """Holds what is inspected as the request of snapshots that show it; it is neither saved nor undone.

    What only a hidden view would show is None or False.
    """

    changed = Signal(object)
    """The new SnapshotRequest, if it is another one."""
    sample_chosen = Signal()
    """A sample is to be seen, in place of what was drawn or typed; before `changed`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = SnapshotRequest()
        self._prepared: PreparedData | None = None
        self._shown_by: dict[str, Mapping[str, Any]] = {}

    def set_data(self, prepared: PreparedData) -> None:
        """Keep the sample in the data of a new run, or select the first sample of other data."""
        before, self._prepared = self._prepared, prepared
        self.select_sample(0 if before is None else _sample_in(prepared, before, self.state.sample))

    def clear_data(self) -> None:
        """Drop the data; the next run starts with its first sample."""
        self._prepared = None
        self.select_sample(0)

    def select_sample(self, row: int) -> None:
        self._change(sample=row)

    def choose_sample(self, row: int) -> None:
        """Look at a sample, also where something else was looked at."""
        self.sample_chosen.emit()
        self.select_sample(row)

    def choose_position(self, position: int | None) -> None:
        """Look at one of the sample's tokens or times; None for the last."""
        self._change(position=position)

    def trace_neuron(self, place: tuple[Address, int] | None) -> None:
        self._change(neuron=place)

    def hover_neuron(self, place: Place | None) -> None:
        self._change(hovered=place)

    def choose_plane(self, choice: PlaneChoice | None) -> None:
        self._change(plane=choice)

    def show_parts(self, viewer: str, parts: Mapping[str, Any]) -> None:
        """The parts that a viewer shows now, with what it asks of them; None and False ask nothing."""
        asked = {kind: of for kind, of in parts.items() if of is not None and of is not False}
        if asked != self._shown_by.get(viewer, {}):
            self._shown_by[viewer] = asked
            self._change(parts={kind: of for each in self._shown_by.values() for kind, of in each.items()})

    def show_drawing(self, drawing: Drawing | None, in_network: bool) -> None:
        self._change(drawn=drawing, show_drawn=in_network)

    def predict_new(self, samples: NewSamples | None) -> None:
        self._change(new_samples=samples)

    def map_units(self, count: int) -> None:
        self._change(maps=count)

    def draw_pixels(self, side: int) -> None:
        self._change(pixels=side)

    def _change(self, **changes: Any) -> None:
        # Snapshots request the maps of their tiles again and again, and `replace` takes 10 us.
        if any(getattr(self.state, name) != value for name, value in changes.items()):
            self.state = replace(self.state, **changes)
            self.changed.emit(self.state)


def _sample_in(now: PreparedData, before: PreparedData, sample: int) -> int:
    """The new row of a sample of `before` in its split, see `PreparedData.find`; 0 if the samples are others."""
    _, row, at = before.find(sample)
    if at < 0 or not np.array_equal(before.data.inputs[at : at + 1], now.data.inputs[at : at + 1]):
        return 0
    index = now.train_index if sample < 0 else now.test_index
    found = np.flatnonzero(index == at)
    # The next sample takes the row of a removed one.
    row = int(found[0]) if len(found) else max(0, min(row, len(index) - 1))
    return ~row if sample < 0 else row
