"""Probes beyond outputs: findings, one neuron, top patches, histograms, embedding, saliency, nearest samples.

Each is created on first request and throttled to a share of the training time.
"""

from __future__ import annotations

from core.diagnose import Doctor, Finding
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.embedding import Embedding, EmbeddingFrame
from core.inspect.feature_map import FeatureMapView
from core.inspect.histograms import LayerHistograms, layer_histograms
from core.inspect.nearest_samples import NearestSamples, NearestSearch
from core.inspect.neuron import NeuronTrace, NeuronTracer
from core.inspect.saliency import Saliency, SaliencyMap
from core.inspect.snapshot import SnapshotRequest
from core.inspect.throttled_cache import ThrottledCache
from core.inspect.top_activations import TopPatches, top_patches
from core.nn.compute_cost import forward_flops
from core.spec.arrays import Array
from core.train.trainer import Trainer

# Limits the cost of the samples of histograms.
_HISTOGRAM_FLOPS = 8_000_000
_MIN_COUNTED, _MAX_COUNTED = 4, 256


class Probes:
    """Read-only probes of one trainer."""

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        self._trainer, self._prepared = trainer, prepared
        self._doctor: Doctor | None = None
        self._tracer: NeuronTracer | None = None
        self._embedding: Embedding | None = None
        self._saliency_probe: Saliency | None = None
        self._nearest: NearestSearch | None = None
        self._previous_embedding: EmbeddingFrame | None = None
        self.last_findings: tuple[Finding, ...] = ()
        """The last result of `findings`."""
        self._findings: ThrottledCache[tuple[Finding, ...]] = ThrottledCache(1.0, 0.03)
        self._histograms: ThrottledCache[LayerHistograms] = ThrottledCache(0.1, 0.03)
        self._top_patches: ThrottledCache[TopPatches | None] = ThrottledCache(0.5, 0.04)
        self._embedding_frames: ThrottledCache[EmbeddingFrame | None] = ThrottledCache(0.15, 0.04)
        # Occlusion of an image at hundreds of positions is slow.
        self._saliency_maps: ThrottledCache[SaliencyMap] = ThrottledCache(0.1, 0.04)

    def continue_from(self, before: Probes) -> None:
        """Align the embedding with the last one of an earlier run."""
        self._previous_embedding = before._embedding_frames.last or before._previous_embedding

    def findings(self, experiment: Experiment, *, running: bool) -> tuple[Finding, ...]:
        """The doctor's findings; the same tuple until they change."""
        if self._doctor is None:
            self._doctor = Doctor(self._trainer, self._prepared)
        doctor = self._doctor
        found = self._findings.get(lambda: doctor.examine(experiment), experiment, running=running)
        if found != self.last_findings:
            self.last_findings = found
        return self.last_findings

    def neuron(
        self, request: SnapshotRequest, drawn: Array | None
    ) -> tuple[NeuronTrace | None, FeatureMapView | None]:
        """The requested neuron and map; `drawn` (*input_shape) or None replaces the sample."""
        test = self._prepared.test
        if request.neuron is None or not len(test):
            return None, None
        if self._tracer is None:
            self._tracer = NeuronTracer(self._trainer)
        row = min(max(0, request.sample), len(test) - 1)
        try:
            return self._tracer.trace_unit(test, row, *request.neuron, drawn)
        except ValueError:  # the neuron was removed by an edit
            return None, None

    def top_patches(self, place: tuple[int, int] | None, *, running: bool) -> TopPatches | None:
        """The test samples that excite unit (layer, unit) most; None if it has no maps."""
        if place is None:
            return None
        network, inputs = self._trainer.network, self._prepared.test.inputs
        return self._top_patches.get(lambda: top_patches(network, inputs, *place), place, running=running)

    def histograms(self, layer: int | None, *, running: bool) -> LayerHistograms | None:
        """Histograms of a layer; None if there is no such layer."""
        network = self._trainer.network
        if layer is None or not 0 <= layer < len(network.layers):
            return None
        samples = max(_MIN_COUNTED, min(_MAX_COUNTED, _HISTOGRAM_FLOPS // forward_flops(network)))
        inputs = self._prepared.train.inputs[:samples]
        return self._histograms.get(lambda: layer_histograms(network, layer, inputs), layer, running=running)

    def embedding(self, *, running: bool) -> EmbeddingFrame | None:
        """The embedding of test samples."""
        if self._embedding is None:
            inputs = self._prepared.test.inputs
            self._embedding = Embedding(self._trainer.network, inputs, self._previous_embedding)
        return self._embedding_frames.get(self._embedding.project, None, running=running)

    def nearest(self, request: SnapshotRequest, sample: Array | None) -> NearestSamples | None:
        """The training samples nearest to `sample` (*input_shape); None for other samples or none."""
        train = self._prepared.train
        if not request.nearest or sample is None or not len(train):
            return None
        if self._nearest is None:
            self._nearest = NearestSearch(train)
        asked = (request.sample, request.drawn if request.show_drawn else None)
        return self._nearest.find(sample, request.nearest, asked)

    def saliency(
        self, request: SnapshotRequest, sample: Array | None, *, running: bool
    ) -> SaliencyMap | None:
        """Saliency of `sample` (height, width, channels); None for other samples."""
        kind = request.saliency
        if kind is None or sample is None or sample.ndim != 3:
            return None
        if self._saliency_probe is None:
            self._saliency_probe = Saliency(self._trainer.network, self._trainer.encoding)
        saliency = self._saliency_probe
        asked = (kind, request.sample, request.drawn if request.show_drawn else None)
        return self._saliency_maps.get(lambda: saliency.explain(sample, kind), asked, running=running)
