"""A frozen, read-only copy of one moment of a training, for all views."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.drawing import Drawing
from core.data.plane import Plane, PlaneChoice
from core.diagnose import Finding
from core.experiment.experiment import Experiment
from core.inspect.embedding import EmbeddingFrame
from core.inspect.feature_map import FeatureMapView
from core.inspect.histograms import LayerHistograms
from core.inspect.nearest_samples import NearestSamples
from core.inspect.neuron import NeuronTrace
from core.inspect.plane_image import PlaneImage
from core.inspect.saliency import SaliencyKind, SaliencyMap
from core.inspect.top_activations import TopPatches
from core.spec.arrays import Array
from core.train.history import Evaluation, History, Mark


@dataclass(frozen=True, eq=False)
class NewSamples:
    """Network inputs (n, *input_shape) of samples that are in no dataset; compared by identity."""

    inputs: Array


@dataclass(frozen=True)
class LayerSnapshot:
    """One layer of the stack (the last is the output).

    - `kernel` (inputs, units), `bias` (units,): copies of a Dense layer's weights, else None.
    - `maps` (units, rows, columns): outputs over the plane, clipped to -1 … 1; for points and tables. Row 0 is the
      *lowest* x2.
    - `activations` (units,) or (height, width, channels): outputs for the chosen sample; only for images and tables.
    """

    kernel: Array | None = None
    bias: Array | None = None
    maps: Array | None = None
    activations: Array | None = None


@dataclass(frozen=True)
class SnapshotRequest:
    """What to include in a snapshot.

    - `grid`: points along each side of the plane over the axes of `plane` (None: the data's own).
    - `pixels`: side of the plot in device pixels, for `image` and `neuron_image`; 0 for none.
    - `hovered` (layer, unit): drawn over the plane; layer -1 is the features.
    - `maps`: number of units per layer with maps, 0 for none.
    - `sample`: test row; `drawn` is predicted beside it, and replaces it with `show_drawn`.
    - `neuron` (layer, unit): traced; `histograms`: a layer; `embedding`: of test samples; `saliency`: its kind.
    - `new_samples`: predicted too. `nearest`: the number of training samples that are nearest to the chosen one.
    """

    grid: int = 100
    maps: int = 64
    sample: int = 0
    neuron: tuple[int, int] | None = None
    histograms: int | None = None
    plane: PlaneChoice | None = None
    drawn: Drawing | None = None
    show_drawn: bool = False
    embedding: bool = False
    saliency: SaliencyKind | None = None
    new_samples: NewSamples | None = None
    nearest: int = 0
    pixels: int = 0
    hovered: tuple[int, int] | None = None


@dataclass(frozen=True)
class EvaluatedSamples:
    """What the latest evaluation found on the first `count` test samples, at `epoch`; both accuracies are of it.

    - `confusion` (classes, classes): rows true, columns predicted; None for regression and without test samples.
    - `predicted` (count, outputs): values in the target's units; None for classes and without test samples.
    """

    epoch: float = 0.0
    count: int = 0
    confusion: NDArray[np.int64] | None = None
    predicted: Array | None = None


@dataclass(frozen=True)
class Snapshot:
    """One moment of a run; arrays are copies, or views that never change.

    - `run`: each reset starts another one.
    - `experiment`, `request`: the given objects.
    - `boundary` (rows, columns, outputs): outputs over the plane, row 0 the lowest x2. A single output is signed (-1
      class 0, +1 class 1, or the predicted value for regression); others are class probabilities.
    - `plane`: where the boundary lies; None: the data's own.
    - `image`: the boundary at the plot's pixels; while training interpolated, at rest soon predicted.
    - `neuron_image`: the same of the hovered unit; None if it has no map.
    - `feature_maps` (features, rows, columns): inputs over the plane, -1 … 1, only for points.
    - `train`, `test`, `evaluated`: of the same moment; within a long epoch on a part of the samples. At rest they soon
      are of all test samples, at the moment of the snapshot; until then, and while weights changed by hand are not
      evaluated, `scores_are_old`. `averages_batches`: whether `train` has the mean loss over batches.
    - `sample_output` (outputs,): prediction for the chosen sample.
    - `marks`: edits of this run, in order; `findings`: of the training doctor, worst first.
    - `has_trained`: whether this run has trained since its start, which may be a checkpoint.
    - `seconds`: spent on steps since the run began or was restored; NaN if unknown.
    - `learning_rate`: of the last step, including the schedule; NaN if unknown.
    - `engine`: what makes the steps, "numpy" or "compiled"; `why_not_compiled`: a sentence, if numpy does.
    - `trace`: the requested neuron for the chosen sample; None if it has no weights.
    - `feature_map_view`: the same unit of any layer, with its map.
    - `top_patches`: the test samples that excite it most, if it has maps.
    - `histograms`, `embedding`, `saliency`, `nearest`: if requested.
    - `live_epoch`: the epoch that the run has reached, if this is an earlier moment of it; None for the current one.
    - `drawn`, `drawn_output` (outputs,): the drawing and its prediction; None if it does not fit.
    - `new_outputs` (n, outputs): for the requested new samples; None if they do not fit.

    `plane`, `evaluated`, `findings`, `top_patches`, `histograms`, `embedding`, `saliency`, `nearest` stay the same
    objects until they change.
    """

    run: int
    experiment: Experiment
    request: SnapshotRequest
    epoch: int
    step: int
    steps_per_epoch: int
    history: History
    train: Evaluation
    test: Evaluation
    layers: tuple[LayerSnapshot, ...]
    boundary: Array | None = None
    feature_maps: Array | None = None
    evaluated: EvaluatedSamples = EvaluatedSamples()
    sample: Array | None = None
    sample_output: Array | None = None
    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()
    trace: NeuronTrace | None = None
    feature_map_view: FeatureMapView | None = None
    top_patches: TopPatches | None = None
    histograms: LayerHistograms | None = None
    embedding: EmbeddingFrame | None = None
    saliency: SaliencyMap | None = None
    nearest: NearestSamples | None = None
    drawn: Drawing | None = None
    drawn_output: Array | None = None
    new_outputs: Array | None = None
    engine: str = "numpy"
    why_not_compiled: str = ""
    learning_rate: float = math.nan
    plane: Plane | None = None
    has_trained: bool = False
    seconds: float = math.nan
    live_epoch: int | None = None
    image: PlaneImage | None = None
    neuron_image: PlaneImage | None = None
    scores_are_old: bool = False
    averages_batches: bool = False

    @property
    def fractional_epoch(self) -> float:
        """Finished epochs plus the fraction of the current one."""
        return self.epoch + self.step / max(1, self.steps_per_epoch)

    @property
    def is_past(self) -> bool:
        """Whether this is an earlier moment of the run."""
        return self.live_epoch is not None

    @property
    def confusion(self) -> NDArray[np.int64] | None:
        """The counts of `evaluated`."""
        return self.evaluated.confusion

    def only_images_differ(self, other: Snapshot) -> bool:
        """Whether both are the same objects but for the images and the request."""
        return all(
            getattr(self, field.name) is getattr(other, field.name)
            for field in dataclasses.fields(self)
            if field.name not in ("image", "neuron_image", "request")
        )

    @property
    def shows_drawing(self) -> bool:
        """Whether `sample` is the drawing."""
        return self.request.show_drawn and self.drawn is not None
