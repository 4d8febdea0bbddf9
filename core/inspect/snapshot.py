"""A frozen, read-only picture of one moment of a training, complete in itself: all that the window draws."""

from __future__ import annotations

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
from core.inspect.neuron import NeuronTrace
from core.inspect.saliency import SaliencyKind, SaliencyMap
from core.inspect.top_activations import TopPatches
from core.spec.arrays import Array
from core.train.history import Evaluation, History, Mark

__all__ = ["LayerSnapshot", "Snapshot", "SnapshotRequest"]


@dataclass(frozen=True)
class LayerSnapshot:
    """One layer of the stack (the last is the output).

    - `kernel` (inputs, units) and `bias` (units,): copies of a Dense layer's weights, else None.
    - `maps` (units, rows, columns): each neuron's output over the plane, -1 … 1 after clipping; only for points.
      Row 0 is the *lowest* x2.
    - `activations` (units,) or (height, width, channels): the outputs for the chosen sample; only for images
      and tables.
    """

    kernel: Array | None = None
    bias: Array | None = None
    maps: Array | None = None
    activations: Array | None = None


@dataclass(frozen=True)
class SnapshotRequest:
    """What the window wants to see. `grid` points along each side of the plane; `maps` for the first so many units of
    each layer, 0 for none; `sample` is a row of the test part.

    `neuron` asks for the trace of one unit: a layer of the stack and one of its units; `histograms` for those of a
    layer of the stack; `embedding` for where the last hidden layer puts test samples; `plane` for other axes than the
    data's own. `drawn` is predicted beside the sample, and with `show_drawn` it takes the sample's place in the
    network. `saliency` is the way to ask what in the chosen image speaks for the answer.
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


@dataclass(frozen=True)
class Snapshot:
    """See the fields; arrays are copies, or views of what never changes again.

    - `run` tells trainings apart: each reset starts a new one.
    - `experiment` is what is trained, and `request` what was asked for: of both, the objects that were given.
    - `boundary` (rows, columns, outputs): the network over the plane, row 0 the lowest x2. For a single output the
      value is signed (-1 class 0, +1 class 1, or the predicted value of a regression); else class probabilities.
    - `plane`: where the boundary lies; the same object until another is asked for. None: the data's own.
    - `feature_maps` (features, rows, columns): the inputs over the plane, -1 … 1, only for points.
    - `confusion` (classes, classes): rows are true, columns predicted, on the test part; None in a regression.
    - `sample_output` (outputs,): the answer for the chosen sample.
    - `marks`: the edits of this run, in their order.
    - `findings`: what the training doctor says, the worst first; the same tuple until something changes.
    - `learning_rate`: that of the last step, as the schedule leaves it; NaN where nobody said.
    - `trace`: the computation of the requested neuron for the chosen sample; None where it has no weights.
    - `feature_map_view`: the same unit, of whatever layer, with its map and where its numbers come from.
    - `top_patches`: which test samples excite it most, if it makes maps; the same object until the next search.
    - `histograms`: of the layer that was asked for; the same object until it was looked at again.
    - `embedding`: where the last hidden layer puts test samples, if that was asked for; the same object likewise.
    - `saliency`: what of the chosen image speaks for the answer, if that was asked for; the same object likewise.
    - `drawn`: the drawing that was predicted, and `drawn_output` (outputs,) the answer; None where it does not fit.
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
    confusion: NDArray[np.int64] | None = None
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
    drawn: Drawing | None = None
    drawn_output: Array | None = None
    learning_rate: float = math.nan
    plane: Plane | None = None

    @property
    def shows_drawing(self) -> bool:
        """Whether `sample` is the drawing and not the chosen test sample."""
        return self.request.show_drawn and self.drawn is not None
