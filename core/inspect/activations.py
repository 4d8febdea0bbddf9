"""Activations of every layer for one sample or drawing, and outputs for new samples."""

from __future__ import annotations

from core.data.drawing import Drawing
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import SnapshotRequest
from core.nn.network import Network
from core.spec.arrays import Array


class ActivationProbe:
    """Runs single samples through the network of one run."""

    def __init__(self, network: Network, prepared: PreparedData) -> None:
        self._network, self._prepared = network, prepared

    def take(self, request: SnapshotRequest) -> tuple[Array | None, list[Array | None], Array | None]:
        """Input (*input_shape), activations per layer ((units,) or (height, width, channels)), and output (outputs,).

        The input is the requested test sample, or the drawing with `show_drawn`. None for point datasets.
        """
        network, test = self._network, self._prepared.test
        if self._prepared.features or not len(test):
            return None, [None] * len(network.layers), None
        row = min(max(0, request.sample), len(test) - 1)
        drawn = self._drawn_input(request) if request.show_drawn else None
        # A copy: views of earlier runs, such as the board's, would keep all test samples alive.
        sample = test.inputs[row].copy() if drawn is None else drawn
        outputs = [output[0] for output in network.layer_outputs(sample[None])]
        return sample, [*outputs], self._prepared.encoding.to_values(outputs[-1])

    def predict_drawing(self, request: SnapshotRequest) -> tuple[Drawing | None, Array | None]:
        """The drawing and its output (outputs,); both None if the drawing does not fit the data."""
        inputs = self._drawn_input(request)
        if inputs is None:
            return None, None
        return request.drawn, self._network.predict(inputs[None])[0].copy()

    def predict_new(self, request: SnapshotRequest) -> Array | None:
        """Outputs (n, outputs) for the requested new samples; None if they do not fit the network."""
        samples, network = request.new_samples, self._network
        if samples is None or samples.inputs.shape[1:] != network.input_shape:
            return None
        return network.predict(samples.inputs).copy()

    def _drawn_input(self, request: SnapshotRequest) -> Array | None:
        """The drawing as network input."""
        drawn = request.drawn
        if drawn is None or self._prepared.features or drawn.pixels.shape != self._network.input_shape:
            return None
        return self._prepared.pipeline.inputs.scaled(drawn.pixels)
