"""What a picture shows beside the network itself: what the doctor, the microscope and others see in it.

Each is made when it is first asked for, and does not cost a training more than its share of the time.
"""

from __future__ import annotations

from core.diagnose import Doctor, Finding
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.embedding import Embedding, EmbeddingPicture
from core.inspect.feature_map import MapLens
from core.inspect.histograms import LayerHistograms, layer_histograms
from core.inspect.neuron import Lens, Microscope
from core.inspect.saliency import Saliency, SaliencyPicture
from core.inspect.snapshot import PictureRequest
from core.inspect.throttle import Paced
from core.inspect.top_activations import BestPatches, best_patches
from core.nn.compute_cost import forward_flops
from core.spec.arrays import Array
from core.train.trainer import Trainer

__all__ = ["Looks"]


# How much work the samples of histograms may make.
_COUNT_WORK = 8_000_000
_MIN_COUNTED, _MAX_COUNTED = 4, 256


class Looks:
    """Looks at one trainer, which does not notice. `embedded_before` is what an earlier run's embedding showed last."""

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        self._trainer, self._prepared = trainer, prepared
        self._doctor: Doctor | None = None
        self._microscope: Microscope | None = None
        self._embedding: Embedding | None = None
        self._saliency: Saliency | None = None
        self.embedded_before: EmbeddingPicture | None = None
        self.last_findings: tuple[Finding, ...] = ()
        """What `examine` found last."""
        self._examinations: Paced[tuple[Finding, ...]] = Paced(1.0, 0.03)
        self._counts: Paced[LayerHistograms] = Paced(0.1, 0.03)
        self._searches: Paced[BestPatches | None] = Paced(0.5, 0.04)
        self._embeddings: Paced[EmbeddingPicture | None] = Paced(0.15, 0.04)
        # To cover an image in hundreds of places takes its time.
        self._explanations: Paced[SaliencyPicture] = Paced(0.1, 0.04)

    @property
    def embedded(self) -> EmbeddingPicture | None:
        """What the embedding showed last, in this run or before."""
        return self._embeddings.last or self.embedded_before

    def examine(self, experiment: Experiment | None, *, running: bool) -> tuple[Finding, ...]:
        """What the doctor says of a training of `experiment`: the same tuple until something changes."""
        if experiment is None:
            return ()
        if self._doctor is None:
            self._doctor = Doctor(self._trainer, self._prepared)
        doctor = self._doctor
        found = self._examinations.see(lambda: doctor.examine(experiment), experiment, running=running)
        if found != self.last_findings:
            self.last_findings = found
        return self.last_findings

    def look_through(
        self, request: PictureRequest, drawn: Array | None
    ) -> tuple[Lens | None, MapLens | None]:
        """The neuron and the map that were asked for; `drawn` is what stands in the sample's place, if anything."""
        test = self._prepared.test
        if request.lens is None or not len(test):
            return None, None
        if self._microscope is None:
            self._microscope = Microscope(self._trainer)
        row = min(max(0, request.sample), len(test) - 1)
        try:
            return self._microscope.look_closely(test, row, *request.lens, drawn)
        except ValueError:  # the neuron went with an edit
            return None, None

    def search(self, place: tuple[int, int] | None, *, running: bool) -> BestPatches | None:
        """The test samples that excite a unit (layer, unit) most, where it makes maps."""
        if place is None:
            return None
        network, inputs = self._trainer.network, self._prepared.test.inputs
        return self._searches.see(lambda: best_patches(network, inputs, *place), place, running=running)

    def count(self, layer: int | None, *, running: bool) -> LayerHistograms | None:
        """The histograms of a layer; None where there is no such layer."""
        network = self._trainer.network
        if layer is None or not 0 <= layer < len(network.layers):
            return None
        samples = max(_MIN_COUNTED, min(_MAX_COUNTED, _COUNT_WORK // forward_flops(network)))
        inputs = self._prepared.train.inputs[:samples]
        return self._counts.see(lambda: layer_histograms(network, layer, inputs), layer, running=running)

    def embed(self, *, running: bool) -> EmbeddingPicture | None:
        """Where the last hidden layer puts test samples."""
        if self._embedding is None:
            inputs = self._prepared.test.inputs
            self._embedding = Embedding(self._trainer.network, inputs, self.embedded_before)
        return self._embeddings.see(self._embedding.look, None, running=running)

    def explain(
        self, request: PictureRequest, sample: Array | None, *, running: bool
    ) -> SaliencyPicture | None:
        """What of `sample`, an image, speaks for the answer."""
        kind = request.saliency
        if kind is None or sample is None or sample.ndim != 3:
            return None
        if self._saliency is None:
            self._saliency = Saliency(self._trainer.network, self._trainer.encoding)
        saliency = self._saliency
        asked = (kind, request.sample, request.drawn if request.show_drawn else None)
        return self._explanations.see(lambda: saliency.explain(sample, kind), asked, running=running)
