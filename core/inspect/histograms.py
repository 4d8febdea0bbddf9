"""Histograms of a layer's weights and outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart

_BINS = 64
# A sample of this size gives the same shape.
_MAX_VALUES = 20_000
# Limits the cost of the samples.
_FLOPS = 8_000_000
_MIN_COUNTED, _MAX_COUNTED = 4, 256


@dataclass(frozen=True)
class Histogram:
    """`counts` (bins,) of values between `edges` (bins + 1,), their mean and standard deviation."""

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    mean: float
    deviation: float


@dataclass(frozen=True)
class LayerHistograms:
    """Histograms of a layer's kernel (or other trainable weights) and outputs; None if it has no finite values."""

    layer: int
    weights: Histogram | None
    activations: Histogram | None


def layer_histograms(network: Network, layer: int, inputs: Array) -> LayerHistograms:
    """Histograms of a layer's weights, and of its outputs for inputs (samples, *input_shape)."""
    trainable = network.weight_gradients[layer]
    kernels = [name for name in trainable if name.endswith("kernel")] or list(trainable)
    weights = [network.weights[layer][name].ravel() for name in kernels]
    outputs = network.layer_outputs(inputs)[layer] if len(inputs) else np.empty(0)
    return LayerHistograms(
        layer, histogram_of(np.concatenate(weights)) if weights else None, histogram_of(outputs)
    )


def histogram_of(values: Array) -> Histogram | None:
    """Histogram of the finite values of an array of any shape, in equal bins from minimum to maximum."""
    flat = values.reshape(-1)
    flat = flat[:: math.ceil(flat.size / _MAX_VALUES) or 1].astype(np.float64)
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return None
    low, high = float(flat.min()), float(flat.max())
    if high - low < 1e-9 * max(abs(low), abs(high)) or low == high:
        room = 1e-3 * max(1.0, abs(low))
        low, high = low - room, high + room
    counts, edges = np.histogram(flat, _BINS, (low, high))
    return Histogram(counts.astype(np.int64), edges.astype(np.float64), float(flat.mean()), float(flat.std()))


@PARTS.register
class HistogramsPart(SnapshotPart[int, LayerHistograms]):
    """Those of the layer that is asked for."""

    kind = "histograms"
    cost = OFTEN

    def take(self, asked: int, shown: Shown) -> LayerHistograms | None:
        network = self.trainer.network
        if not 0 <= asked < len(network.layers):
            return None
        samples = max(_MIN_COUNTED, min(_MAX_COUNTED, _FLOPS // forward_flops(network)))
        return layer_histograms(network, asked, self.prepared.train.inputs[:samples])
