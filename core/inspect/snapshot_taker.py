"""Take snapshots of a trainer without changing it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from time import perf_counter
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..nn.network import Network
from ..spec.arrays import Array
from ..train.metrics import confusion_matrix
from ..train.slow_step import SlowStep
from ..train.trainer import Trainer
from .decision_boundary import MAP_POINTS, BoundaryProbe
from .flow_field import FlowPart, FlowPaths, FlowPathsPart, FlowWish
from .fog import FogPart
from .forecast import ForecastPart, forecasts_series
from .found_samples import drawn_input
from .latent import LatentPart, draws_samples, has_image_codes
from .plane_image import PlaneImage
from .plane_scan import ExactImages, PlaneRefinement
from .pruning import Pruning, PruningPart
from .snapshot import (
    EVERY,
    PARTS,
    EvaluatedSamples,
    LayerSnapshot,
    Shown,
    Snapshot,
    SnapshotPart,
    SnapshotRequest,
)

T = TypeVar("T")


class ThrottledCache(Generic[T]):
    """Computes at most once per `seconds`, and for at most `share` of the time."""

    def __init__(self, seconds: float, share: float) -> None:
        self._seconds, self._share = seconds, share
        self._next_at = 0.0
        self._key: object = None
        self.last: T | None = None
        """The last result."""

    def get(self, compute: Callable[[], T], key: object, *, running: bool) -> T:
        """The cached result for an equal `key` while `running` and not yet due; otherwise `compute()`."""
        start = perf_counter()
        if running and start < self._next_at and self.last is not None and key == self._key:
            return self.last
        result = self.last = compute()
        self._key = key
        self._next_at = start + max(self._seconds, (perf_counter() - start) / self._share)
        return result


P = TypeVar("P")
_Kind = type[SnapshotPart[Any, Any]]


class ActivationProbe:
    """Runs single samples through the network of one run."""

    def __init__(self, network: Network, prepared: PreparedData) -> None:
        self._network, self._prepared = network, prepared

    def take(self, request: SnapshotRequest, drawn: Array | None) -> _Activations:
        """Input (*input_shape), activations per layer ((units,) or (height, width, channels)), and output (outputs,).

        The input is `drawn`, or else the requested sample. None for point datasets.
        """
        network, task = self._network, self._prepared.task
        samples, row, _ = self._prepared.find(request.sample)
        if self._prepared.features or not len(samples):
            return None, [None] * len(network.layers), None
        # A copy: views of earlier runs, such as the board's, would keep all test samples alive.
        sample = samples.inputs[row].copy() if drawn is None else drawn
        if task.has_time:
            # The sample itself at the time that is looked at, and not the place on a way that is evaluated.
            clean = samples.batch[0][row : row + 1, : math.prod(self._prepared.data.shape)]
            sample = task.at_rest(clean, network.input_shape, request.parts.get(FlowPart.kind, 1.0))[0]
        outputs = [output[0] for output in network.layer_outputs(sample[None])]
        return sample, [*outputs], self._prepared.encoding.to_values(outputs[-1])

    def drawn_input(self, request: SnapshotRequest) -> Array | None:
        """The drawing, if it is to be in the network and fits it."""
        return drawn_input(request.drawn, self._network, self._prepared) if request.show_drawn else None


class PartProbe:
    """Takes the parts that are asked for, each as often as its cost allows."""

    def __init__(self, trainer: Trainer, prepared: PreparedData, *, examines: bool) -> None:
        self._trainer, self._prepared = trainer, prepared
        self._kinds = [kind for kind in PARTS if examines or not kind.of_training]
        self._made: dict[_Kind, tuple[SnapshotPart[Any, Any], ThrottledCache[Any]]] = {}

    def take(
        self, shown: Shown, *, running: bool, which: Callable[[_Kind], bool] = lambda _: True
    ) -> dict[str, Any]:
        """The parts, by their kind; None for those with nothing to show."""
        found = {}
        for kind in filter(which, self._kinds):
            asked = kind.asked(shown.request)
            found[kind.kind] = None if asked is None else self.get(kind, asked, shown, running=running)
        return found

    def get(self, kind: type[SnapshotPart[Any, P]], asked: Any, shown: Shown, *, running: bool) -> P | None:
        """One part."""
        part, cache = self._part(kind)
        if kind.cost is EVERY:
            return part.take(asked, shown)
        return cache.get(lambda: part.take(asked, shown), part.key(asked, shown), running=running)

    def continue_from(self, before: PartProbe) -> None:
        """Follow the parts of the run before."""
        for kind, (part, _) in before._made.items():
            self._part(kind)[0].continue_from(part)

    def _part(
        self, kind: type[SnapshotPart[Any, P]]
    ) -> tuple[SnapshotPart[Any, P], ThrottledCache[P | None]]:
        if kind not in self._made:
            self._made[kind] = kind(self._trainer, self._prepared), ThrottledCache(*kind.cost)
        return self._made[kind]


_Activations = tuple[Array | None, list[Array | None], Array | None]
_PlaneParts = tuple[Array | None, list[Array | None], PlaneImage | None, PlaneImage | None]
_MAX_CONFUSED = 30
"""Tokens: more are too many cells to be looked at."""


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
        self._trainer, self._prepared, self._run = trainer, prepared, run
        self._boundary = BoundaryProbe(trainer.network, prepared)
        self._activations = ActivationProbe(trainer.network, prepared)
        # A plane of images takes longer than all other parts: a small CNN's 12 of 16 ms.
        self._of_images: ThrottledCache[_PlaneParts] = ThrottledCache(0.0, 0.1)
        self._exact = ExactImages(trainer.network, prepared)
        self._parts = PartProbe(trainer, prepared, examines=examines)
        self._start = (trainer.epoch, trainer.step_in_epoch)
        self._last: Snapshot | None = None
        self._pictured: tuple[object, Array] | None = None
        self._evaluated = EvaluatedSamples()
        self._predictions: NDArray[Any] | None = None

    def continue_from(self, before: SnapshotTaker) -> None:
        """Reuse the previous run's embedding orientation so that it does not flip after an edit."""
        self._parts.continue_from(before._parts)

    def forget(self) -> None:
        """Drop what was computed of the last weights, because others were loaded."""
        self._last, self._predictions = None, None

    def take(self, request: SnapshotRequest, *, running: bool = False) -> Snapshot:
        """Take a snapshot. While `running`, findings may be about a second old."""
        trainer = self._trainer
        if running:
            self._exact.clear()
        else:
            self._exact.drop_outdated()
            if (last := self._last) is not None and self._is_unchanged(last, request):
                # An inspected neuron's formula is that of the position, and so are some parts.
                of_position = any(kind.of_position and kind.asked(request) is not None for kind in PARTS)
                position = () if request.neuron or of_position else ("position",)
                if _differ_in(last.request, request, "pixels", "hovered", *position):
                    return self._with_images(last, request)
                fog = {kind: asked for kind, asked in request.parts.items() if kind == FogPart.kind}
                parts = {**last.request.parts, **fog}
                if _differ_in(last.request, request, "drawn", "show_drawn", "new_samples", parts=parts):
                    self._last = self._with_drawing(last, request)
                    return self._last
        drawing = self._activations.drawn_input(request)
        sample, activations, prediction = self._activations.take(request, drawing)
        shown = Shown(self.experiment, request, sample, drawing)
        parts = self._parts.take(shown, running=running)
        made = parts.get(FlowPathsPart.kind)
        boundary, maps, image, neuron_image = self._plane_parts(request, made, running=running)
        if has_image_codes(self._prepared):
            # What a board, a race and a film show of it.
            frame = parts.get(LatentPart.kind)
            if frame is None:
                frame = self._parts.get(LatentPart, (None, False), shown, running=running)
            boundary = None if frame is None else frame.picture()
        elif forecasts_series(self._prepared):
            boundary = self._parts.get(ForecastPart, request.grid, shown, running=running)
        self._last = Snapshot(
            run=self._run,
            experiment=self.experiment,
            request=request,
            epoch=trainer.epoch,
            step=trainer.step_in_epoch,
            steps_per_epoch=trainer.steps_per_epoch,
            position=trainer.fractional_epoch,
            history=trainer.log.view(),
            marks=trainer.log.marks,
            **self._scores(running=running),
            layers=self._layer_snapshots(maps, activations, parts.get(PruningPart.kind)),
            boundary=boundary,
            plane=self._boundary.plane,
            feature_maps=self._boundary.feature_maps,
            sample=sample,
            sample_output=prediction,
            shows_drawing=drawing is not None,
            learning_rate=trainer.learning_rate,
            engine=trainer.engine,
            why_not_compiled=trainer.why_not_compiled,
            has_trained=(trainer.epoch, trainer.step_in_epoch) != self._start,
            seconds=self.seconds,
            opened=trainer.opened,
            openings=trainer.openings,
            image=image,
            neuron_image=neuron_image,
            parts={kind: part for kind, part in parts.items() if part is not None},
        )
        return self._last

    def take_small(self, grid: int) -> tuple[Array | None, NDArray[np.int64] | None]:
        """For a thumbnail: the boundary over `grid` x `grid` points, or the confusion matrix of images if known."""
        made = self.take_part(FlowPathsPart, FlowWish())
        if made is not None:
            return made.picture(self._prepared.plane, grid), None
        if has_image_codes(self._prepared):
            frame = self.take_part(LatentPart, (None, False))
            return None if frame is None else frame.picture(), None
        if forecasts_series(self._prepared):
            return self.take_part(ForecastPart, grid), None
        if len(self._prepared.data.shape) > 1 or not self._prepared.has_plane:
            return None, self._evaluated_samples().confusion
        self._boundary.set_plane(grid, None)
        return self._boundary.take(0)[0], None

    def take_part(self, kind: type[SnapshotPart[Any, P]], asked: Any, *, running: bool = False) -> P | None:
        """A part of a snapshot alone, of no sample."""
        shown = Shown(self.experiment, SnapshotRequest(), None, None)
        return self._parts.get(kind, asked, shown, running=running)

    def refinement(self) -> PlaneRefinement | None:
        """Predicts the last snapshot's images pixel by pixel, at rest; None if they are already."""
        last = self._last
        if last is None or last.boundary is None or not last.request.pixels:
            return None
        if draws_samples(self._prepared):
            return None
        places = [None] if last.neuron_image is None else [last.request.hovered, None]
        return self._exact.refinement(self._boundary.plane, last.request.pixels, places)

    def image_after(self, step: SlowStep) -> PlaneImage | None:
        """The plane as it is in the last snapshot, for the weights behind a step; None without one."""
        last = self._last
        if (
            last is None
            or last.image is None
            or self._prepared.task.has_time
            or has_image_codes(self._prepared)
        ):
            return None
        network = self._trainer.network.frozen_copy()
        network.parameters[...], network.state[...] = step.done.parameters, step.done.state
        probe = BoundaryProbe(network, self._prepared)
        probe.set_plane(last.request.grid, last.request.plane)
        return probe.enlarge(probe.take(0)[0], last.request.pixels)

    def take_refined(self) -> Snapshot | None:
        """The last snapshot with the images that are predicted by now."""
        return None if self._last is None else self._with_images(self._last, self._last.request)

    def take_evaluated(self) -> Snapshot | None:
        """The last snapshot with the latest evaluation and what tells of it; other parts stay the same objects."""
        if self._last is None:
            return None
        shown = Shown(self.experiment, self._last.request, None, None)
        parts = self._parts.take(shown, running=False, which=lambda kind: kind.of_figures)
        self._last = dataclasses.replace(self._last, **self._scores(running=False)).with_parts(**parts)
        return self._last

    def take_after_failure(self) -> Snapshot | None:
        """The last snapshot with what is found of weights that are no longer finite."""
        if self._last is None:
            return None
        shown = Shown(self.experiment, self._last.request, None, None)
        found = self._parts.take(shown, running=False, which=lambda kind: kind.of_training)
        return self._last.with_parts(**found)

    def _layer_snapshots(
        self, maps: list[Array | None], activations: list[Array | None], pruning: Pruning | None
    ) -> tuple[LayerSnapshot, ...]:
        kernels = [_copy(weights.get("kernel"), 2) for weights in self._trainer.network.weights]
        for kernel in kernels:
            if pruning is not None and kernel is not None:
                kernel[np.abs(kernel) <= pruning.largest] = 0.0
        return tuple(
            LayerSnapshot(
                kernel=kernels[index],
                bias=_copy(weights.get("bias"), 1),
                maps=maps[index],
                activations=activations[index],
            )
            for index, weights in enumerate(self._trainer.network.weights)
        )

    def _plane_parts(self, request: SnapshotRequest, made: FlowPaths | None, *, running: bool) -> _PlaneParts:
        """Predictions over the plane, or `made`: boundary, maps, images; None where there is no plane."""
        # Outputs of thousands of pixels over a plane say nothing, and take longer than all other parts.
        if (
            not self._prepared.has_plane
            or has_image_codes(self._prepared)
            or forecasts_series(self._prepared)
        ):
            return None, [None] * len(self._trainer.network.layers), None, None
        time = request.parts.get(FlowPart.kind, 1.0)

        def predict() -> _PlaneParts:
            # Beside samples only the maps are predicted, of a fourth of the points: 1 instead of 8 ms for 3-64-64-2.
            grid = request.grid if made is None else min(MAP_POINTS, request.grid)
            self._boundary.set_plane(grid, request.plane, time)
            boundary, maps = self._boundary.take(request.maps)
            if made is not None:
                boundary = self._picture_of(made, request)
            return boundary, maps, *self._images(boundary, request)

        if len(self._prepared.data.shape) < 2:
            return predict()
        key = request.grid, request.plane, request.maps, request.pixels, request.hovered, time
        return self._of_images.get(predict, key, running=running)

    def _picture_of(self, made: FlowPaths, request: SnapshotRequest) -> Array:
        """Samples are made less often than snapshots, and pictured once."""
        key = made, request.plane, request.grid
        if self._pictured is None or self._pictured[0] != key:
            self._pictured = key, made.picture(self._boundary.plane, request.grid)
        return self._pictured[1]

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
        image, neuron_image = (None, None) if last.boundary is None else self._images(last.boundary, request)
        self._last = dataclasses.replace(last, request=request, image=image, neuron_image=neuron_image)
        return self._last

    def _is_unchanged(self, last: Snapshot, request: SnapshotRequest) -> bool:
        """Whether the network is that of the last snapshot, which was taken for another request."""
        trainer = self._trainer
        same_moment = (last.epoch, last.step) == (trainer.epoch, trainer.step_in_epoch)
        return same_moment and last.experiment is self.experiment and last.request != request

    def _with_drawing(self, last: Snapshot, request: SnapshotRequest) -> Snapshot:
        """The last snapshot with another drawing or new samples; fast enough to update while drawing and typing."""
        drawing = self._activations.drawn_input(request)
        sample, activations, prediction = self._activations.take(request, drawing)
        shown = Shown(self.experiment, request, sample, drawing)
        layers = tuple(
            dataclasses.replace(layer, activations=values)
            for layer, values in zip(last.layers, activations, strict=True)
        )
        return dataclasses.replace(
            last,
            request=request,
            sample=sample,
            sample_output=prediction,
            layers=layers,
            shows_drawing=drawing is not None,
        ).with_parts(**self._parts.take(shown, running=False, which=lambda kind: kind.follows_sample))

    def _scores(self, *, running: bool) -> dict[str, Any]:
        """Results of the latest evaluations in a snapshot."""
        figures, place = self._trainer.figures, self._trainer.place
        is_old = figures.place.edits != place.edits or (not running and figures.place.moment != place.moment)
        return {
            "figures": dataclasses.replace(figures, is_old=is_old),
            "evaluated": self._evaluated_samples(),
        }

    def _evaluated_samples(self) -> EvaluatedSamples:
        """Results of the latest test evaluation, computed once for each."""
        predictions = self._trainer.test_predictions
        if predictions is None or not len(predictions):
            return EvaluatedSamples()
        if predictions is not self._predictions:
            self._predictions = predictions
            self._evaluated = self._compare(predictions)
        return self._evaluated

    def _compare(self, predictions: NDArray[Any]) -> EvaluatedSamples:
        encoding, test, count = self._trainer.encoding, self._prepared.test, len(predictions)
        if encoding.tokens:
            labels = test.labels[:count]
            counted = labels >= 0
            if encoding.classes > _MAX_CONFUSED:
                return EvaluatedSamples(count)
            counts = confusion_matrix(labels[counted], predictions[counted], encoding.classes)
            return EvaluatedSamples(count, confusion=counts)
        if encoding.classes:
            counts = confusion_matrix(test.labels[:count], predictions, encoding.classes)
            return EvaluatedSamples(count, confusion=counts)
        return EvaluatedSamples(count, predicted=encoding.to_values(predictions))


def _differ_in(before: SnapshotRequest, now: SnapshotRequest, *names: str, **others: Any) -> bool:
    """Whether two requests are equal but for these fields; `others` replace what was asked before."""
    return dataclasses.replace(before, **{name: getattr(now, name) for name in names}, **others) == now


def _copy(array: Array | None, axes: int) -> Array | None:
    """A copy; None if the array is missing or a convolution kernel, which has more axes."""
    return None if array is None or array.ndim != axes else array.copy()
