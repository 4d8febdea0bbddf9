"""Takes snapshots: looks at a trainer from outside and copies what a window wants to draw."""

from __future__ import annotations

import dataclasses
import math
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.doctor import Doctor, Finding
from core.drawing import Drawing
from core.embedding import Embedding, EmbeddingPicture
from core.experiment import Experiment
from core.histograms import LayerHistograms, layer_histograms
from core.map_lens import MapLens
from core.metrics import confusion_matrix
from core.microscope import Lens, Microscope
from core.plane import PlaneChoice
from core.preparation import Prepared
from core.saliency import Saliency, SaliencyPicture
from core.snapshot import LayerPicture, PictureRequest, Snapshot
from core.training import Trainer
from core.work import prediction_work

__all__ = ["Camera"]

Array = NDArray[np.floating[Any]]

# A map is drawn small; half of a 100-point grid is already finer than its tile.
_MAP_POINTS = 50
# Wide inputs and filters make every point of the plane dear: at 100 x 100 points, MNIST would take a tenth of a second.
_PLANE_WORK = 320_000_000

# While training, the doctor comes once in this time, and takes no more than this share of it.
_EXAMINATION_SECONDS = 1.0
_EXAMINATION_SHARE = 0.03

# The same for histograms, and how much work their samples may make.
_COUNT_SECONDS = 0.1
_COUNT_SHARE = 0.03
_COUNT_WORK = 8_000_000
_FEWEST_COUNTED, _MOST_COUNTED = 4, 256

# The same for the embedding.
_EMBEDDING_SECONDS = 0.15
_EMBEDDING_SHARE = 0.04

# The same for what speaks for the answer; to cover an image in hundreds of places takes its time.
_SALIENCY_SECONDS = 0.1
_SALIENCY_SHARE = 0.04


class Camera:
    """Pictures of one run. It reads the network and never touches what the training uses.

    `experiment` is what the trainer trains; with it, pictures say what the training doctor found. It may change.
    """

    def __init__(
        self, trainer: Trainer, prepared: Prepared, run: int, experiment: Experiment | None = None
    ) -> None:
        self.experiment = experiment
        self._doctor: Doctor | None = None
        self._findings: tuple[Finding, ...] = ()
        self._examined: Experiment | None = None
        self._next_examination_at = 0.0
        self._microscope: Microscope | None = None
        self._histograms: LayerHistograms | None = None
        self._next_count_at = 0.0
        self._embedding: Embedding | None = None
        self._embedded: EmbeddingPicture | None = None
        self._embedded_before: EmbeddingPicture | None = None
        self._next_embedding_at = 0.0
        self._saliency: Saliency | None = None
        self._explained: SaliencyPicture | None = None
        self._explained_for: tuple[object, ...] = ()
        self._next_saliency_at = 0.0
        self._last: Snapshot | None = None
        self._asked = PictureRequest()
        self._trainer, self._prepared, self._run = trainer, prepared, run
        self._grid = 0
        self._plane = prepared.plane
        self._choice: PlaneChoice | None = None
        self._grid_inputs: Array = np.empty((0, *trainer.network.input_shape), np.float32)
        self._feature_maps: Array | None = None
        self._confusion_epoch = -1
        self._confusion: NDArray[np.int64] | None = None
        self._decided: NDArray[np.int64] | None = None

    def follow(self, before: Camera) -> None:
        """Go on where the camera of an earlier run stood: the embedding shall not turn with an edit."""
        self._embedded_before = before._embedded or before._embedded_before

    def take(self, request: PictureRequest, *, running: bool = False) -> Snapshot:
        """A picture of this moment. While `running`, findings are up to about a second old."""
        trainer, prepared = self._trainer, self._prepared
        before, self._asked = self._asked, request
        if self._last is not None and not running and self._only_drawn_since(self._last, before):
            self._last = self._with_drawing(self._last)
            return self._last
        self._look_at(self._affordable(request.grid), request.plane)
        boundary, maps = self._plane_pictures(request.maps if prepared.features else 0)
        sample, activations, answer = self._sample_pictures(request)
        drawn, drawn_output = self._judge_drawing(request)
        lens, map_lens = self._look_through(request)
        layers = tuple(
            LayerPicture(
                kernel=_copy(weights.get("kernel"), 2),
                bias=_copy(weights.get("bias"), 1),
                maps=maps[index],
                activations=activations[index],
            )
            for index, weights in enumerate(trainer.network.weights)
        )
        self._last = Snapshot(
            run=self._run,
            epoch=trainer.epoch,
            step=trainer.step_in_epoch,
            steps_per_epoch=trainer.steps_per_epoch,
            history=trainer.log.view(),
            marks=trainer.log.marks,
            train=trainer.train_evaluation,
            test=trainer.test_evaluation,
            layers=layers,
            boundary=boundary,
            plane=self._plane,
            feature_maps=self._feature_maps,
            confusion=self._confusion_matrix(),
            sample=sample,
            sample_output=answer,
            findings=self._examine(running),
            lens=lens,
            map_lens=map_lens,
            histograms=self._count(request.histograms, running),
            embedding=self._embed(running) if request.embedding else None,
            saliency=self._explain(request, sample, running),
            drawn=drawn,
            drawn_output=drawn_output,
            learning_rate=trainer.learning_rate,
        )
        return self._last

    def take_after_failure(self) -> Snapshot | None:
        """The last picture again, with what the doctor says of the weights that are no longer numbers."""
        if self._last is None:
            return None
        return dataclasses.replace(self._last, findings=self._examine(running=False))

    def _examine(self, running: bool) -> tuple[Finding, ...]:
        if self.experiment is None:
            return ()
        start = perf_counter()
        if running and start < self._next_examination_at and self.experiment is self._examined:
            return self._findings
        if self._doctor is None:
            self._doctor = Doctor(self._trainer, self._prepared)
        self._examined = self.experiment
        found = self._doctor.examine(self.experiment)
        if found != self._findings:
            self._findings = found
        spent = perf_counter() - start
        self._next_examination_at = start + max(_EXAMINATION_SECONDS, spent / _EXAMINATION_SHARE)
        return self._findings

    def _look_through(self, request: PictureRequest) -> tuple[Lens | None, MapLens | None]:
        test = self._prepared.test
        if request.lens is None or not len(test):
            return None, None
        if self._microscope is None:
            self._microscope = Microscope(self._trainer)
        row = min(max(0, request.sample), len(test) - 1)
        try:
            return self._microscope.look_closely(test, row, *request.lens)
        except ValueError:  # the neuron went with an edit
            return None, None

    def _count(self, layer: int | None, running: bool) -> LayerHistograms | None:
        network, start, last = self._trainer.network, perf_counter(), self._histograms
        if layer is None or not 0 <= layer < len(network.layers):
            return None
        if running and last is not None and last.layer == layer and start < self._next_count_at:
            return last
        samples = max(_FEWEST_COUNTED, min(_MOST_COUNTED, _COUNT_WORK // prediction_work(network)))
        self._histograms = layer_histograms(network, layer, self._prepared.train.inputs[:samples])
        self._next_count_at = start + max(_COUNT_SECONDS, (perf_counter() - start) / _COUNT_SHARE)
        return self._histograms

    def _embed(self, running: bool) -> EmbeddingPicture | None:
        start = perf_counter()
        if running and self._embedded is not None and start < self._next_embedding_at:
            return self._embedded
        if self._embedding is None:
            inputs = self._prepared.test.inputs
            self._embedding = Embedding(self._trainer.network, inputs, self._embedded_before)
        self._embedded = self._embedding.look()
        spent = perf_counter() - start
        self._next_embedding_at = start + max(_EMBEDDING_SECONDS, spent / _EMBEDDING_SHARE)
        return self._embedded

    def _explain(
        self, request: PictureRequest, sample: Array | None, running: bool
    ) -> SaliencyPicture | None:
        if request.saliency is None or sample is None or sample.ndim != 3:
            return None
        start = perf_counter()
        asked = (request.saliency, request.sample, request.drawn if request.show_drawn else None)
        if running and asked == self._explained_for and start < self._next_saliency_at:
            return self._explained
        if self._saliency is None:
            self._saliency = Saliency(self._trainer.network, self._trainer.coding)
        self._explained, self._explained_for = self._saliency.explain(sample, request.saliency), asked
        spent = perf_counter() - start
        self._next_saliency_at = start + max(_SALIENCY_SECONDS, spent / _SALIENCY_SHARE)
        return self._explained

    def _affordable(self, grid: int) -> int:
        return max(16, min(grid, math.isqrt(_PLANE_WORK // prediction_work(self._trainer.network))))

    def _look_at(self, grid: int, choice: PlaneChoice | None) -> None:
        if grid == self._grid and choice == self._choice:
            return
        if choice != self._choice:
            self._plane, self._choice = self._prepared.plane_of(choice), choice
        self._grid = grid
        self._grid_inputs = self._prepared.grid_inputs(grid, self._plane)
        if self._prepared.features:
            self._feature_maps = self._as_map(self._grid_inputs, self._grid_inputs.shape[1], scale=True)

    def _plane_pictures(self, most_maps: int) -> tuple[Array, list[Array | None]]:
        """The boundary, and for every layer its units' maps."""
        network = self._trainer.network
        maps: list[Array | None] = [None] * len(network.layers)
        if most_maps > 0:
            outputs = network.layer_outputs(self._grid_inputs)
            for index, output in enumerate(outputs[:-1]):
                if output.ndim == 2:
                    maps[index] = self._as_map(output, most_maps)
            final = outputs[-1]
            maps[-1] = self._as_map(self._signed(final), most_maps)
        else:
            final = network.predict(self._grid_inputs)
        boundary = self._signed(final).reshape(self._grid, self._grid, -1)
        return boundary, maps

    def _signed(self, outputs: Array) -> Array:
        return self._prepared.coding.signed(outputs) if outputs.shape[1] == 1 else outputs

    def _as_map(self, outputs: Array, most: int, scale: bool = False) -> Array:
        """(points, units) as (at most `most` units, rows, columns), thinned and clipped to -1 … 1."""
        stride = max(1, self._grid // _MAP_POINTS)
        square = outputs.reshape(self._grid, self._grid, -1)[::stride, ::stride, :most]
        # A copy in any case: it is scaled and clipped in place.
        maps = np.array(square.transpose(2, 0, 1), order="C", copy=True)
        if scale:
            maps /= np.maximum(1e-12, np.abs(maps).max(axis=(1, 2), keepdims=True))
        return np.clip(maps, -1.0, 1.0, out=maps)

    def _sample_pictures(
        self, request: PictureRequest
    ) -> tuple[Array | None, list[Array | None], Array | None]:
        """The chosen test sample or the drawing in its place, every layer's answer to it, and the network's."""
        network, test = self._trainer.network, self._prepared.test
        nothing: list[Array | None] = [None] * len(network.layers)
        if self._prepared.features or not len(test):
            return None, nothing, None
        row = min(max(0, request.sample), len(test) - 1)
        drawn = self._drawn_input(request) if request.show_drawn else None
        sample = test.inputs[row] if drawn is None else drawn
        outputs = [output[0] for output in network.layer_outputs(sample[None])]
        return sample, [*outputs], outputs[-1]

    def _drawn_input(self, request: PictureRequest) -> Array | None:
        """The drawing as the network gets it; None where it was made for other data."""
        drawn = request.drawn
        if (
            drawn is None
            or self._prepared.features
            or drawn.pixels.shape != self._trainer.network.input_shape
        ):
            return None
        return self._prepared.fitted.apply(drawn.pixels)

    def _judge_drawing(self, request: PictureRequest) -> tuple[Drawing | None, Array | None]:
        """The drawing and the network's answer to it."""
        inputs = self._drawn_input(request)
        if inputs is None:
            return None, None
        return request.drawn, self._trainer.network.predict(inputs[None])[0].copy()

    def _only_drawn_since(self, last: Snapshot, before: PictureRequest) -> bool:
        """Whether nothing is different from the last picture but the drawing."""
        trainer, now = self._trainer, self._asked
        return (
            (last.epoch, last.step) == (trainer.epoch, trainer.step_in_epoch)
            and self.experiment is self._examined
            and before != now
            and dataclasses.replace(before, drawn=now.drawn, show_drawn=now.show_drawn) == now
        )

    def _with_drawing(self, last: Snapshot) -> Snapshot:
        """The last picture with another drawing: quick, so that it can be followed while it is made."""
        sample, activations, answer = self._sample_pictures(self._asked)
        drawn, drawn_output = self._judge_drawing(self._asked)
        layers = tuple(
            dataclasses.replace(layer, activations=values)
            for layer, values in zip(last.layers, activations, strict=True)
        )
        return dataclasses.replace(
            last,
            sample=sample,
            sample_output=answer,
            layers=layers,
            drawn=drawn,
            drawn_output=drawn_output,
            saliency=self._explain(self._asked, sample, running=False),
        )

    def _confusion_matrix(self) -> NDArray[np.int64] | None:
        """Counted once an epoch, of what the whole test part was taken for when it was judged."""
        trainer = self._trainer
        test = self._prepared.test
        if not trainer.coding.classes or not len(test):
            return None
        decided = trainer.test_decided
        if decided is None and trainer.epoch != self._confusion_epoch:
            decided = trainer.coding.decode(trainer.network.predict(test.inputs))
            self._confusion_epoch = trainer.epoch
        if decided is not None and decided is not self._decided:
            self._confusion = confusion_matrix(decided, test.answers, trainer.coding.classes)
            self._decided = decided
        return self._confusion


def _copy(array: Array | None, axes: int) -> Array | None:
    """A copy, or None where there is no such array: a convolution's kernel is none between single neurons."""
    return None if array is None or array.ndim != axes else array.copy()
