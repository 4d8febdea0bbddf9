"""A frozen, read-only copy of one moment of a training, for all views, and the parts that it carries by name."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..data.drawing import Drawing
from ..data.plane import Plane, PlaneChoice
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..nn.stage import Address
from ..spec import Members
from ..spec.arrays import Array
from ..train.figures import Figures, Place
from ..train.history import History, Mark
from ..train.opening import Opening
from ..train.trainer import Trainer
from .plane_image import PlaneImage

A = TypeVar("A")
P = TypeVar("P")


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
    """The contents of a snapshot.

    - `grid`: points along each side of the plane over the axes of `plane` (None: the data's own).
    - `pixels`: side of the plot in device pixels, for `image` and `neuron_image`; 0 for none.
    - `hovered` (layer, unit): drawn over the plane; layer -1 is the features.
    - `maps`: number of units per layer with maps, 0 for none.
    - `sample`: test row, or ~row of a training sample; `drawn` is predicted beside it, and replaces it
      with `show_drawn`.
    - `position`: of the sample's tokens or values over time, the one that is looked at; None for the last.
    - `neuron` (layer, unit): traced; `new_samples`: predicted too.
    - `parts`: what is asked of further parts, by their kind.
    """

    grid: int = 100
    maps: int = 64
    sample: int = 0
    neuron: tuple[Address, int] | None = None
    plane: PlaneChoice | None = None
    drawn: Drawing | None = None
    show_drawn: bool = False
    new_samples: NewSamples | None = None
    pixels: int = 0
    hovered: tuple[int, int] | None = None
    position: int | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EvaluatedSamples:
    """What the network said of the first `count` test samples, of which `Snapshot.figures` has loss and score.

    - `confusion` (classes, classes): rows true, columns predicted; None for regression and without test samples.
    - `predicted` (count, outputs): values in the target's units; None for classes and without test samples.
    """

    count: int = 0
    confusion: NDArray[np.int64] | None = None
    predicted: Array | None = None


@dataclass(frozen=True)
class Snapshot:
    """One moment of a run; arrays are copies, or views that never change.

    - `run`: each reset starts another one.
    - `experiment`, `request`: the given objects.
    - `boundary` (rows, columns, outputs): outputs over the plane, row 0 the lowest x2. A single output is signed (-1
      class 0, +1 class 1, or the predicted value for regression); others are class probabilities. Of a task that makes
      samples it is their picture, (rows, columns, 1), from 0 to -1.
    - `plane`: where the boundary lies; None: the data's own.
    - `image`: the boundary at the plot's pixels; while training interpolated, at rest soon predicted.
    - `neuron_image`: the same of the hovered unit; None if it has no map.
    - `feature_maps` (features, rows, columns): inputs over the plane, -1 … 1, only for points.
    - `figures`, `evaluated`: of the same moment; while training of a part of the samples. At rest they soon are of all,
      at the moment of the snapshot; until then, and while weights changed by hand are not evaluated, they are old.
    - `position`: finished epochs plus the share of the samples of the current one, as in the history; None: of batches.
    - `sample_output` (outputs,): prediction for the chosen sample.
    - `marks`: edits of this run, in order.
    - `has_trained`: whether this run has trained since its start, which may be a checkpoint.
    - `seconds`: spent on steps since the run began or was restored; NaN if unknown.
    - `learning_rate`: of the last step, including the schedule; NaN if unknown.
    - `engine`: what makes the steps, "numpy" or "compiled"; `why_not_compiled`: a sentence, if numpy does.
    - `parts`: those that were asked for and exist, by their kind; see `part`. `shows_drawing`: whether `sample` is one.
    - `opened`: what the sealed test told, if this run has opened it; `openings`: all of the document.
    - `live`: the place that the run has reached, if this is an earlier moment of it; None for the current one.

    `plane`, `evaluated` and parts stay the same objects until they change.
    """

    run: int
    experiment: Experiment
    request: SnapshotRequest
    epoch: int
    step: int
    steps_per_epoch: int
    history: History
    figures: Figures
    layers: tuple[LayerSnapshot, ...]
    boundary: Array | None = None
    feature_maps: Array | None = None
    evaluated: EvaluatedSamples = EvaluatedSamples()
    sample: Array | None = None
    sample_output: Array | None = None
    marks: tuple[Mark, ...] = ()
    parts: Mapping[str, Any] = field(default_factory=dict)
    shows_drawing: bool = False
    engine: str = "numpy"
    why_not_compiled: str = ""
    learning_rate: float = math.nan
    plane: Plane | None = None
    has_trained: bool = False
    seconds: float = math.nan
    live: Place | None = None
    opened: Opening | None = None
    openings: tuple[Opening, ...] = ()
    image: PlaneImage | None = None
    neuron_image: PlaneImage | None = None
    position: float | None = None

    @property
    def fractional_epoch(self) -> float:
        """Finished epochs plus the fraction of the current one."""
        if self.position is not None:
            return self.position
        return self.epoch + self.step / max(1, self.steps_per_epoch)

    @property
    def place(self) -> Place:
        """The moment in its run."""
        return Place(self.epoch, self.step, self.steps_per_epoch, position=self.fractional_epoch)

    @property
    def place_text(self) -> str:
        """The moment as people read it: "368", or "368 + 3/35" within an epoch."""
        return self.place.text

    @property
    def is_past(self) -> bool:
        """Whether this is an earlier moment of the run."""
        return self.live is not None

    @property
    def confusion(self) -> NDArray[np.int64] | None:
        """The counts of `evaluated`."""
        return self.evaluated.confusion

    def part(self, kind: type[SnapshotPart[Any, P]]) -> P | None:
        """A part; None if it was not asked for, or there is nothing to show."""
        found: P | None = self.parts.get(kind.kind)
        return found

    def with_parts(self, **parts: Any) -> Snapshot:
        """The same moment with some other parts, by their kind; None takes one away."""
        changed = {kind: part for kind, part in {**self.parts, **parts}.items() if part is not None}
        return dataclasses.replace(self, parts=changed)

    def only_images_differ(self, other: Snapshot) -> bool:
        """Whether both are the same objects but for the images and the request."""
        return self.layers is other.layers and all(
            getattr(self, field.name) is getattr(other, field.name)
            for field in dataclasses.fields(self)
            if field.name not in ("image", "neuron_image", "request")
        )


class Cost(NamedTuple):
    """While training, a part is taken at most once per `seconds`, and for at most `share` of the time."""

    seconds: float
    share: float


EVERY: Final = Cost(0.0, 1.0)
"""In every snapshot."""
OFTEN: Final = Cost(0.1, 0.04)
SELDOM: Final = Cost(0.5, 0.04)
RARELY: Final = Cost(1.0, 0.03)


@dataclass(frozen=True, eq=False)
class Shown:
    """Subject of the parts: `sample` (*input_shape) is in the network, None for points.

    `drawing` is the same, if it is a drawing.
    """

    experiment: Experiment
    request: SnapshotRequest
    sample: Array | None
    drawing: Array | None

    @property
    def sample_key(self) -> object:
        """Equal for the same sample."""
        return self.request.sample, self.request.drawn if self.request.show_drawn else None


class SnapshotPart(Generic[A, P]):
    """Takes one part of the snapshots of a run, read-only; made when somebody first asks for it.

    A is what is asked, such as a layer or a number, P what is shown. To add a part, write its class in a module of this
    package, with `@PARTS.register`; who shows it asks for it by its `kind` in `SnapshotRequest.parts`.
    """

    kind: ClassVar[str]
    position: ClassVar[int] = 0
    cost: ClassVar[Cost] = EVERY
    follows_sample: ClassVar[bool] = False
    """Whether it depends on what is drawn or typed, and is taken again with each stroke."""
    of_sample: ClassVar[bool] = False
    """Whether another chosen sample is another subject."""
    of_position: ClassVar[bool] = False
    """Whether another chosen position of the sample is another subject."""
    of_training: ClassVar[bool] = False
    """Whether it examines the training, which those leave out who only look at a network."""
    of_figures: ClassVar[bool] = False
    """Whether it tells of loss or score, and is taken again when all samples are measured at rest."""

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        self.trainer, self.prepared = trainer, prepared

    @classmethod
    def asked(cls, request: SnapshotRequest) -> A | None:
        """The request; None for nothing."""
        found: A | None = request.parts.get(cls.kind)
        return found

    def key(self, asked: A, shown: Shown) -> object:
        """Its subject: with another key, it is taken at once."""
        position = shown.request.position if self.of_position else None
        return (asked, shown.sample_key, position) if self.of_sample else asked

    def take(self, asked: A, shown: Shown) -> P | None:
        """The part; None if there is nothing to show."""
        raise NotImplementedError

    def continue_from(self, before: Any) -> None:
        """Follow the same part of the run before."""


PARTS: Final = Members[type[SnapshotPart[Any, Any]]]()
