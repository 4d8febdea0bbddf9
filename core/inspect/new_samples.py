"""Predictions for samples that are in no dataset: a drawing, and rows that were typed or opened."""

from __future__ import annotations

from typing import NamedTuple

from ..data.drawing import Drawing
from ..experiment.prepare import PreparedData
from ..nn.network import Network
from ..spec.arrays import Array
from .snapshot import PARTS, NewSamples, Shown, SnapshotPart, SnapshotRequest


class PredictedDrawing(NamedTuple):
    """A drawing that fits the network, and its `output` (outputs,)."""

    drawing: Drawing
    output: Array


def drawn_input(drawing: Drawing | None, network: Network, prepared: PreparedData) -> Array | None:
    """A drawing as network input; None if it does not fit the data."""
    if drawing is None or prepared.features or drawing.pixels.shape != network.input_shape:
        return None
    return prepared.pipeline.inputs.scaled(drawing.pixels)


@PARTS.register
class DrawingPart(SnapshotPart[Drawing, PredictedDrawing]):
    """The drawing beside the chosen sample, or in its place."""

    kind = "drawing"
    follows_sample = True

    @classmethod
    def asked(cls, request: SnapshotRequest) -> Drawing | None:
        return request.drawn

    def take(self, asked: Drawing, shown: Shown) -> PredictedDrawing | None:
        inputs = drawn_input(asked, self.trainer.network, self.prepared)
        if inputs is None:
            return None
        return PredictedDrawing(asked, self.trainer.network.predict(inputs[None])[0].copy())


@PARTS.register
class NewOutputsPart(SnapshotPart[NewSamples, Array]):
    """Outputs (n, outputs) for new samples that fit the network."""

    kind = "new_outputs"
    follows_sample = True

    @classmethod
    def asked(cls, request: SnapshotRequest) -> NewSamples | None:
        return request.new_samples

    def take(self, asked: NewSamples, shown: Shown) -> Array | None:
        network = self.trainer.network
        if asked.inputs.shape[1:] != network.input_shape:
            return None
        return network.predict(asked.inputs).copy()
