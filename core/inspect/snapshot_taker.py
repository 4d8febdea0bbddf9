"""Take snapshots of a trainer without changing it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.drawing import Drawing
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.decision_boundary import BoundaryProbe
from core.inspect.histograms import LayerHistograms
from core.inspect.plane_image import PlaneImage
from core.inspect.plane_refinement import ExactImages, PlaneRefinement
from core.inspect.probes import Probes
from core.inspect.snapshot import EvaluatedSamples, LayerSnapshot, Snapshot, SnapshotRequest
from core.inspect.throttled_cache import ThrottledCache
from core.nn.network import Network
from core.spec.arrays import Array
from core.train.metrics import confusion_matrix
from core.train.trainer import Trainer


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


_PlaneParts = tuple[Array, list[Array | None], PlaneImage | None, PlaneImage | None]


class SnapshotTaker:
    """Takes snapshots of one run, read-only. Live settings may change in `experiment`.

    While training on images, the plane may be that of an earlier snapshot.

    Without `examines`, snapshots have no findings of the training doctor. `seconds` is the time spent on steps, which
    the caller counts.
    """

    def __init__(
        self,
        trainer: Trainer,
        prepared: PreparedData,
        run: int,
        experiment: Experiment,
        *,
        examines: bool = True,
    ) -> None:
        self.experiment = experiment
        self.seconds = 0.0
        self._examines = examines
        self._trainer, self._prepared, self._run = trainer, prepared, run
        self._boundary = BoundaryProbe(trainer.network, prepared)
        self._activations = ActivationProbe(trainer.network, prepared)
        # A plane of images takes longer than all other parts: a small CNN's 12 of 16 ms.
        self._of_images: ThrottledCache[_PlaneParts] = ThrottledCache(0.0, 0.1)
        self._exact = ExactImages(trainer.network, prepared)
        self._probes = Probes(trainer, prepared)
        self._start = (trainer.epoch, trainer.step_in_epoch)
        self._last: Snapshot | None = None
        self._evaluated = EvaluatedSamples()
        self._predictions: NDArray[Any] | None = None

    def continue_from(self, before: SnapshotTaker) -> None:
        """Reuse the previous run's embedding orientation so that it does not flip after an edit."""
        self._probes.continue_from(before._probes)

    def forget(self) -> None:
        """Drop what was computed of the last weights, because others were loaded."""
        self._last, self._predictions = None, None

    def take(self, request: SnapshotRequest, *, running: bool = False) -> Snapshot:
        """Take a snapshot. While `running`, findings may be about a second old."""
        trainer, probes = self._trainer, self._probes
        if running:
            self._exact.clear()
        else:
            self._exact.drop_outdated()
            if self._last is not None and self._only_hovered_since(self._last, request):
                return self._with_images(self._last, request)
            if self._last is not None and self._only_drawn_since(self._last, request):
                self._last = self._with_drawing(self._last, request)
                return self._last
        boundary, maps, image, neuron_image = self._plane_parts(request, running=running)
        sample, activations, answer = self._activations.take(request)
        drawn, drawn_output = self._activations.predict_drawing(request)
        shown = sample if request.show_drawn and drawn is not None else None
        trace, feature_map_view = probes.neuron(request, shown)
        self._last = Snapshot(
            run=self._run,
            experiment=self.experiment,
            request=request,
            epoch=trainer.epoch,
            step=trainer.step_in_epoch,
            steps_per_epoch=trainer.steps_per_epoch,
            history=trainer.log.view(),
            marks=trainer.log.marks,
            **self._scores(running=running),
            layers=self._layer_snapshots(maps, activations),
            boundary=boundary,
            plane=self._boundary.plane,
            feature_maps=self._boundary.feature_maps,
            sample=sample,
            sample_output=answer,
            findings=probes.findings(self.experiment, running=running) if self._examines else (),
            trace=trace,
            feature_map_view=feature_map_view,
            top_patches=probes.top_patches(request.neuron, running=running),
            histograms=probes.histograms(request.histograms, running=running),
            embedding=probes.embedding(running=running) if request.embedding else None,
            saliency=probes.saliency(request, sample, running=running),
            nearest=probes.nearest(request, sample),
            drawn=drawn,
            drawn_output=drawn_output,
            new_outputs=self._activations.predict_new(request),
            learning_rate=trainer.learning_rate,
            engine=trainer.engine,
            why_not_compiled=trainer.why_not_compiled,
            has_trained=(trainer.epoch, trainer.step_in_epoch) != self._start,
            seconds=self.seconds,
            image=image,
            neuron_image=neuron_image,
        )
        return self._last

    def take_small(self, grid: int) -> tuple[Array | None, NDArray[np.int64] | None]:
        """For a thumbnail: the boundary over `grid` x `grid` points, or the confusion matrix of images if known."""
        if len(self._prepared.data.shape) == 3:
            return None, self._evaluated_samples().confusion
        self._boundary.set_plane(grid, None)
        return self._boundary.take(0)[0], None

    def histograms(self, layer: int) -> LayerHistograms | None:
        """The histograms of a snapshot alone."""
        return self._probes.histograms(layer, running=False)

    def refinement(self) -> PlaneRefinement | None:
        """Predicts the last snapshot's images pixel by pixel, at rest; None if they are already."""
        last = self._last
        if last is None or not last.request.pixels:
            return None
        places = [None] if last.neuron_image is None else [last.request.hovered, None]
        return self._exact.refinement(self._boundary.plane, last.request.pixels, places)

    def take_refined(self) -> Snapshot | None:
        """The last snapshot with the images that are predicted by now."""
        return None if self._last is None else self._with_images(self._last, self._last.request)

    def take_evaluated(self) -> Snapshot | None:
        """The last snapshot, whose other parts stay the same objects, with the latest test evaluation."""
        if self._last is None:
            return None
        self._last = dataclasses.replace(self._last, **self._scores(running=False))
        return self._last

    def take_after_failure(self) -> Snapshot | None:
        """The last snapshot with the findings for weights that are no longer finite."""
        if self._last is None:
            return None
        return dataclasses.replace(self._last, findings=self._probes.findings(self.experiment, running=False))

    def _layer_snapshots(
        self, maps: list[Array | None], activations: list[Array | None]
    ) -> tuple[LayerSnapshot, ...]:
        return tuple(
            LayerSnapshot(
                kernel=_copy(weights.get("kernel"), 2),
                bias=_copy(weights.get("bias"), 1),
                maps=maps[index],
                activations=activations[index],
            )
            for index, weights in enumerate(self._trainer.network.weights)
        )

    def _plane_parts(self, request: SnapshotRequest, *, running: bool) -> _PlaneParts:
        """What is predicted over the plane: boundary, maps, and both images."""

        def predict() -> _PlaneParts:
            self._boundary.set_plane(request.grid, request.plane)
            boundary, maps = self._boundary.take(request.maps)
            return boundary, maps, *self._images(boundary, request)

        if len(self._prepared.data.shape) < 3:
            return predict()
        key = request.grid, request.plane, request.maps, request.pixels, request.hovered
        return self._of_images.get(predict, key, running=running)

    def _images(
        self, boundary: Array, request: SnapshotRequest
    ) -> tuple[PlaneImage | None, PlaneImage | None]:
        """The boundary's image and the hovered unit's: the predicted ones if there are any."""
        pixels, hovered = request.pixels, request.hovered
        if not pixels:
            return None, None
        plane = self._boundary.plane
        image = self._exact.find(plane, pixels, None) or self._boundary.enlarge(boundary, pixels)
        if hovered is None:
            return image, None
        found = self._exact.find(plane, pixels, hovered)
        return image, found or self._boundary.enlarge_unit(hovered, pixels)

    def _with_images(self, last: Snapshot, request: SnapshotRequest) -> Snapshot:
        """The last snapshot, whose other parts stay the same objects."""
        assert last.boundary is not None
        image, neuron_image = self._images(last.boundary, request)
        self._last = dataclasses.replace(last, request=request, image=image, neuron_image=neuron_image)
        return self._last

    def _only_hovered_since(self, last: Snapshot, request: SnapshotRequest) -> bool:
        """Whether only the images' size and the hovered unit differ from the last snapshot."""
        before = dataclasses.replace(last.request, pixels=request.pixels, hovered=request.hovered)
        return self._is_unchanged(last, request) and before == request

    def _only_drawn_since(self, last: Snapshot, request: SnapshotRequest) -> bool:
        """Whether only the drawing or the new samples differ from the last snapshot."""
        changed = {name: getattr(request, name) for name in ("drawn", "show_drawn", "new_samples")}
        before = dataclasses.replace(last.request, **changed)
        return self._is_unchanged(last, request) and before == request

    def _is_unchanged(self, last: Snapshot, request: SnapshotRequest) -> bool:
        """Whether the network is that of the last snapshot, which was taken for another request."""
        trainer = self._trainer
        same_moment = (last.epoch, last.step) == (trainer.epoch, trainer.step_in_epoch)
        return same_moment and last.experiment is self.experiment and last.request != request

    def _with_drawing(self, last: Snapshot, request: SnapshotRequest) -> Snapshot:
        """The last snapshot with another drawing or new samples; fast enough to update while drawing and typing."""
        sample, activations, answer = self._activations.take(request)
        drawn, drawn_output = self._activations.predict_drawing(request)
        shown = sample if request.show_drawn and drawn is not None else None
        trace, feature_map_view = self._probes.neuron(request, shown)
        layers = tuple(
            dataclasses.replace(layer, activations=values)
            for layer, values in zip(last.layers, activations, strict=True)
        )
        return dataclasses.replace(
            last,
            request=request,
            sample=sample,
            sample_output=answer,
            layers=layers,
            drawn=drawn,
            drawn_output=drawn_output,
            new_outputs=self._activations.predict_new(request),
            trace=trace,
            feature_map_view=feature_map_view,
            saliency=self._probes.saliency(request, sample, running=False),
            nearest=self._probes.nearest(request, sample),
        )

    def _scores(self, *, running: bool) -> dict[str, Any]:
        """What a snapshot says of the latest evaluations."""
        trainer, evaluator = self._trainer, self._trainer.evaluator
        is_late = not running and trainer.evaluated_epoch != trainer.fractional_epoch
        return {
            "train": trainer.train_evaluation,
            "test": trainer.test_evaluation,
            "evaluated": self._evaluated_samples(),
            "scores_are_old": evaluator.is_outdated or is_late,
            "averages_batches": evaluator.averages_batches,
        }

    def _evaluated_samples(self) -> EvaluatedSamples:
        """What the latest test evaluation found, computed once for each."""
        trainer, predictions = self._trainer, self._trainer.test_predictions
        if predictions is None or not len(predictions):
            return EvaluatedSamples(trainer.evaluated_epoch)
        if predictions is not self._predictions:
            self._predictions = predictions
            self._evaluated = self._compare(predictions)
        return self._evaluated

    def _compare(self, predictions: NDArray[Any]) -> EvaluatedSamples:
        encoding, test, count = self._trainer.encoding, self._prepared.test, len(predictions)
        when = self._trainer.evaluated_epoch
        if encoding.classes:
            counts = confusion_matrix(test.labels[:count], predictions, encoding.classes)
            return EvaluatedSamples(when, count, confusion=counts)
        return EvaluatedSamples(when, count, predicted=encoding.to_values(predictions))


def _copy(array: Array | None, axes: int) -> Array | None:
    """A copy; None if the array is missing or a convolution kernel, which has more axes."""
    return None if array is None or array.ndim != axes else array.copy()
