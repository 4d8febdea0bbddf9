"""Load, split, scale and encode the data of an experiment, and make its trainer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..data.dataset import NOT_COUNTED, consecutive
from ..data.datasets import Data, DataError, NoScaling, remember_load_error
from ..data.features import build_features
from ..data.label_corrections import apply_corrections, corrected_data
from ..data.pipeline import Pipeline, TableInputs, VelocityOutputs, fit_inputs
from ..data.plane import Plane, PlaneChoice
from ..data.target_encoding import TargetEncoding
from ..data.train_test_split import train_test_split
from ..io.number_text import HeldName, held_text
from ..nn.network import Network
from ..spec.arrays import Array
from ..train.opening import Opening
from ..train.tasks import Task
from ..train.trainer import Trainer
from .experiment import Experiment


@dataclass(frozen=True, eq=False)
class SealedTest:
    """Samples that nothing of the run has seen. There is no other way to them than `open`.

    It gives them as the network takes them, and the number of labels that are unknown, as none was seen.
    """

    count: int
    open: Callable[[], tuple[Samples, int]] = field(repr=False)


@dataclass(frozen=True, eq=False)
class PreparedData:
    """The data of one run; views and threads share its arrays, which become read-only.

    - `train`, `test`: network inputs, targets and labels.
    - `train_index`, `test_index` (n,): their rows in `data`.
    - `train_points`, `test_points` (n, 2): their positions on `plane`.
    - `held`: samples set apart from those for training; None if there are none.
    - `pipeline`: from raw samples to these network inputs, and from network outputs to predictions.
    - `sealed`: the sealed test, whose rows are not in `data`; None without one.
    """

    data: Data
    train_index: NDArray[np.int64]
    test_index: NDArray[np.int64]
    train: Samples
    test: Samples
    train_points: Array
    test_points: Array
    plane: Plane
    task: Task
    encoding: TargetEncoding
    features: tuple[str, ...]
    pipeline: Pipeline
    held: Samples | None = None
    sealed: SealedTest | None = None
    _grids: dict[int, tuple[Plane, Array]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        own = [self.train_index, self.test_index, self.train_points, self.test_points]
        for samples in (self.train, self.test, *([] if self.held is None else [self.held])):
            own += [samples.inputs, samples.targets, samples.labels, samples.batch[0]]
        for array in own:
            array.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes of the samples, as they came and as the network takes them."""
        return sum(array.nbytes for array in (self.data.inputs, self.train.inputs, self.test.inputs))

    @property
    def held_name(self) -> HeldName:
        """See `Experiment.held_name`."""
        return "test" if self.sealed is None else "validation"

    @property
    def split_text(self) -> str:
        """ "105 for training, 45 for testing"."""
        train, test = len(self.train_index), len(self.test_index)
        return held_text(f"{train:,} for training, {test:,} for testing", self.held_name)

    def split_name(self, sample: int) -> str:
        """ "Training", "Test" or "Validation": of a test row, or ~row of a training sample."""
        return "Training" if sample < 0 else held_text("Test", self.held_name)

    @property
    def has_plane(self) -> bool:
        """Whether outputs can be drawn over `plane`: tokens are no numbers, and positions too many predictions."""
        return not self.data.vocabulary and not self.encoding.tokens

    @property
    def test_inputs(self) -> Array:
        """Network inputs (n, *input_shape)."""
        return self.test.inputs

    def find(self, sample: int) -> tuple[Samples, int, int]:
        """Where a sample is, by its test row, or ~row of a training sample: its split, row there, and row in `data`.

        Beyond the end of the split it is the last; of an empty split, row -1.
        """
        samples, index = (self.train, self.train_index) if sample < 0 else (self.test, self.test_index)
        row = min(~sample if sample < 0 else sample, len(samples) - 1)
        return samples, row, int(index[row]) if row >= 0 else -1

    def loaded_rows(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows (n,) of the loaded data that are at `rows` of `data`: what corrections count by."""
        found: NDArray[np.int64] = rows if self.data.rest is None else self.data.rest[rows]
        return found

    def raw_test_samples(self, most: int) -> Any:
        """The first `most` test samples as `pipeline.transform` takes them."""
        return self.raw_samples(self.test.head(most), self.test_index[:most])

    def raw_samples(self, samples: Samples, rows: NDArray[np.int64]) -> Any:
        """Samples of a split, which are at `rows` (n,) of the data, as `pipeline.transform` takes them."""
        inputs = self.pipeline.inputs
        # Inputs between categories are none.
        mixed = isinstance(inputs, TableInputs) and len(inputs.names_in) < len(inputs.names_out)
        if self.task.makes_batches and not mixed:
            return self.pipeline.inverse_transform(samples.inputs)
        return self.pipeline.inputs.raw(self.data.inputs[rows])

    def truth_of(self, samples: Samples) -> NDArray[Any]:
        """Expected predictions: class numbers (n,), or values (n, outputs) in their own units."""
        if self.task.labels is not None:
            return samples.labels
        # What is learned is made, and not a label.
        values = self.pipeline.decode(samples.targets).values
        assert values is not None
        return values

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of a table's columns; empty for other data, whose plane has fixed axes."""
        if self.features or self.data.form != "row":
            return ()
        return self.data.feature_names or tuple(f"x{number + 1}" for number in range(self.data.shape[0]))

    def plane_of(self, choice: PlaneChoice | None) -> Plane:
        """The chosen plane; `plane` for None and for a choice that does not fit the data."""
        names, outputs = self.columns, self.pipeline.outputs
        # A task that makes samples adds inputs to those of a sample.
        inputs = outputs.samples if isinstance(outputs, VelocityOutputs) else self.pipeline.inputs
        if choice is None or len(names) < 3 or not choice.fits(len(names)):
            return self.plane
        assert isinstance(inputs, TableInputs)
        return Plane.of_columns(choice, self.data.inputs, inputs.scaler, (names[choice.x], names[choice.y]))

    def places_on(self, plane: Plane) -> tuple[Array, Array]:
        """Positions of the training and test samples on a plane of these data, (n, 2) each.

        All planes of points have the axes x₁ and x₂, whatever features the network takes: also that of an earlier
        moment, which may have had others.
        """
        if plane is self.plane or self.features:
            return self.train_points, self.test_points
        clean = (samples.batch[0][:, : len(plane.centre)] for samples in (self.train, self.test))
        train, test = (plane.place(inputs) for inputs in clean)
        return train, test

    @cached_property
    def deviations(self) -> Array:
        """Standard deviation of every network input of a table, (features,), estimated from 5000 rows."""
        # float64, because squares of float32 numbers may overflow.
        found: Array = self.train.inputs[:5000].std(axis=0, dtype=np.float64).astype(np.float32)
        return found

    def grid_inputs(self, count: int, plane: Plane | None = None, time: float = 1.0) -> Array:
        """A plane's `count` x `count` points as network inputs (points, *input_shape), in the order of `Plane.grid`.

        `time` is that of a task that has one.

        The last two are kept, read-only: the networks of 64 seeds share what takes 10 MB each for images.
        """
        plane = plane or self.plane
        if time != 1.0:
            return self.plane_inputs(plane.grid(count), time)
        kept = self._grids.get(count)
        if kept is None or kept[0] is not plane:
            inputs = self.plane_inputs(plane.grid(count))
            inputs.flags.writeable = False
            for other in [other for other in self._grids if other != count][:-1]:
                self._grids.pop(other, None)
            kept = self._grids[count] = plane, inputs
        return kept[1]

    def plane_inputs(self, points: Array, time: float = 1.0) -> Array:
        """Points of a plane (points, features) as network inputs (points, *input_shape)."""
        if self.features:
            points = build_features(points, self.features)
        return np.ascontiguousarray(self.task.at_rest(points, self.train.inputs.shape[1:], time))


def prepare(experiment: Experiment, data: Data | None = None) -> PreparedData:
    """Load and split the data of an experiment. Slow for the first scikit-learn import and for large files.

    `data` are its data if they are loaded already, as on a computer that does not have the file.
    """
    # Before all else: what is not in `data` can be read by nobody.
    data = without_sealed(experiment, data)
    corrections = experiment.corrections.within(data.rest)
    train_index, test_index = train_test_split(data, experiment.train_share, experiment.data_seed)
    # After the stratified split, so that a label correction moves no other sample between splits.
    data, train_index, test_index = apply_corrections(corrections, data, train_index, test_index)
    held_index = train_index[:0]
    if experiment.held_out:
        order = np.random.default_rng([experiment.data_seed, 6]).permutation(len(train_index))
        count = min(max(1, round(experiment.held_out * len(order))), len(order) - 1)
        held_index, train_index = (np.sort(train_index[rows]) for rows in (order[:count], order[count:]))
    prepared = prepare_split(experiment, data, train_index, test_index, held_index)
    if data.rest is None:
        return prepared
    return replace(prepared, sealed=SealedTest(data.sealed, partial(_opened, experiment, prepared)))


def without_sealed(experiment: Experiment, data: Data | None = None) -> Data:
    """The data of an experiment, loaded unless they are given, without the sealed samples.

    Raises `DataError`, as for too few samples.
    """
    try:
        data = experiment.dataset.load(experiment.data_seed) if data is None else data
    except DataError as error:
        # From now on one of the experiment's problems.
        remember_load_error(experiment.dataset, str(error))
        raise
    if not experiment.seal or data.rest is not None:
        return data
    try:
        seen = data.seen(experiment.seal)
    except DataError as error:
        remember_load_error(experiment.dataset, str(error), sealing=True)
        raise
    experiment.corrections.check_rows(data.samples)
    return seen


def _opened(experiment: Experiment, prepared: PreparedData) -> tuple[Samples, int]:
    """See `SealedTest`; without the samples that corrections leave out."""
    loaded = experiment.dataset.load_sealed(experiment.seal, prepared.data)
    test = corrected_data(experiment.corrections.within(loaded.rest), loaded)
    rows = consecutive(prepared.train_index)
    inputs = fit_inputs(prepared.data, rows, experiment.scaling, prepared.features)
    noise = np.random.default_rng([experiment.data_seed, 5, 3])
    scaled = inputs.scaled(test.inputs)
    return prepared.task.samples(scaled, test.targets, test, prepared.encoding, noise), loaded.unknown


def sealed_key(experiment: Experiment) -> str:
    """Equal for experiments with the same sealed samples, whatever is learned of them; before the hyphen for those with
    the same data, of which other samples may be sealed."""
    dataset, data, rows = experiment.dataset, dict[str, object](), list[float]()
    # The makers' test samples are always the same.
    if not dataset.info().has_split:
        data = {
            name: value
            for name, value in dataset.to_json().items()
            if name not in ("path", "choice", "features", *dataset.told)
        }
        data |= {"seed": experiment.data_seed if dataset.uses_seed else None}
        rows = [experiment.data_seed, experiment.sealed_share]
    told = (json.dumps(each, sort_keys=True) for each in ([dataset.kind, data], rows))
    return "-".join(hashlib.sha1(each.encode(), usedforsecurity=False).hexdigest()[:20] for each in told)


def open_test(experiment: Experiment, prepared: PreparedData, trainer: Trainer) -> Opening:
    """Measure the sealed test with the weights of this moment; a run does that once, and keeps what it was told.

    Raises `ValueError` where nothing is sealed.
    """
    if prepared.sealed is None:
        raise ValueError("Sealed test: nothing is sealed in these data")
    key = sealed_key(experiment)
    if trainer.opened is None or trainer.opened.key != key:
        trainer.finish_evaluation()
        samples, unknown = prepared.sealed.open()
        found = trainer.evaluate(samples)
        # What nobody could know is wrong.
        known = int(np.count_nonzero(samples.labels != NOT_COUNTED))
        share = known / (known + unknown) if unknown and prepared.task.score.is_share else 1.0
        count = found.samples + (unknown if prepared.task.classifies else 0)
        look = 1 + sum(each.key == key for each in trainer.openings)
        place = trainer.place.text
        trainer.opened = Opening(key, place, found.loss, share * found.score, count, look)
        trainer.openings = (*trainer.openings, trainer.opened)
    return trainer.opened


def prepare_split(
    experiment: Experiment,
    data: Data,
    train_index: NDArray[np.int64],
    test_index: NDArray[np.int64],
    held_index: NDArray[np.int64] | None = None,
) -> PreparedData:
    """As `prepare`, on loaded data with the rows (n,) of each split given, and of those set apart."""
    data = data.filled_from(consecutive(train_index))
    encoding = _with_target_scaling(experiment.encoding, experiment, data.targets[consecutive(train_index)])
    task = experiment.task
    features = experiment.learned_features if experiment.dataset.family == "points" else ()
    # Fitted on training samples only: test samples must stay unseen.
    inputs = fit_inputs(data, consecutive(train_index), experiment.scaling, features)
    pipeline = task.pipeline(inputs, data, encoding)

    def part(index: NDArray[np.int64], stream: int) -> tuple[Samples, Array]:
        rows = consecutive(index)
        raw = data.inputs[rows]
        scaled = inputs.scaled(raw)
        noise = np.random.default_rng([experiment.data_seed, 5, stream])
        made = task.samples(scaled, data.targets[rows], data, encoding, noise)
        return made, raw if features else scaled

    train, train_raw = part(train_index, 0)
    test, test_raw = part(test_index, 1)
    held = None if held_index is None or not len(held_index) else part(held_index, 2)[0]
    if features:
        plane = Plane.of_points(data.inputs)
    elif isinstance(inputs, TableInputs) and data.shape == (2,):
        names = data.feature_names or ("x₁", "x₂")
        choice = PlaneChoice(0, 1, (0.0, 0.0))
        plane = Plane.of_columns(choice, data.inputs, inputs.scaler, (names[0], names[1]))
    else:
        train_raw, test_raw = (raw.reshape(len(raw), -1) for raw in (train_raw, test_raw))
        plane = Plane.of_main_directions(train_raw)
    return PreparedData(
        data,
        train_index,
        test_index,
        train,
        test,
        plane.place(train_raw),
        plane.place(test_raw),
        plane,
        task,
        encoding,
        features,
        pipeline,
        held,
    )


def _with_target_scaling(
    encoding: TargetEncoding, experiment: Experiment, targets: NDArray[Any]
) -> TargetEncoding:
    """The encoding of values with their scaling, fitted to those of training samples."""
    if experiment.task.labels != "values" or experiment.target_scaling == NoScaling():
        return encoding
    fitted = experiment.target_scaling.fit(targets)
    return replace(encoding, shift=tuple(fitted.shift.tolist()), scale=tuple(fitted.scale.tolist()))


def make_network(experiment: Experiment) -> Network:
    """The experiment's network, initialized from its seed. Raises `LayerError` if the stack cannot run."""
    network = Network(experiment.stack(), experiment.input_shape, seed=experiment.seed)
    if experiment.interventions:
        network.intervene(experiment.interventions)
    return network


def make_trainer(
    experiment: Experiment, prepared: PreparedData, *, evaluate: bool = True, record_initial: bool = True
) -> Trainer:
    """A trainer at epoch 0 on prepared data; see `Trainer` for `evaluate` and `record_initial`."""
    return Trainer(
        make_network(experiment),
        prepared.train,
        prepared.test,
        task=prepared.task,
        encoding=prepared.encoding,
        config=experiment.training,
        seed=experiment.seed,
        evaluate=evaluate,
        record_initial=record_initial,
    )


def data_key(experiment: Experiment) -> tuple[object, ...]:
    """Inputs of the prepared data, the corrections last."""
    return (
        experiment.dataset,
        experiment.split,
        experiment.data_seed,
        experiment.features if experiment.dataset.family == "points" else (),
        experiment.scaling,
        encoding_of(experiment),
        experiment.corrections,
    )


def encoding_of(experiment: Experiment) -> object:
    """The task, the encoding of its targets, and the scaling of values."""
    return (
        experiment.task,
        experiment.encoding,
        None if experiment.task.classifies else experiment.target_scaling,
    )
