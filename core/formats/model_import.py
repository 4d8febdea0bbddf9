"""Put a trained model of a file into an experiment: on which data it can be shown, and what that takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..data.augmentation import Augmentation
from ..data.batches import Samples
from ..data.datasets import DATASETS, DataError, Dataset, GivenScaling, NoScaling, Scaling
from ..data.pipeline import (
    ClassOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    ReconstructionOutputs,
    TableInputs,
    ValueOutputs,
    VelocityOutputs,
)
from ..data.raw_form import RawImages
from ..data.scalers import FittedScaler
from ..experiment.adapt import with_usual_training
from ..experiment.change import changed
from ..experiment.experiment import MAX_LAYERS, Experiment, Output
from ..experiment.project_file import TrainerState, save_project
from ..experiment.stack_problems import find_stack_problems, with_task
from ..io.budget import BudgetError, spend
from ..nn import ACTIVATIONS, ActivationFunction, Dense, Flatten, Layer, Linear, Reshape
from ..nn.interventions import Intervention, InterventionKind
from ..nn.losses import BinaryCrossentropy, CrossEntropy, Loss, MeanSquaredError
from ..nn.network import Network
from ..nn.stage import moved
from ..spec import SettingError
from ..train.class_weights import EqualWeights
from ..train.tasks import FlowMatching, Reconstruction, Task, usual_task
from ..train.trainer import Trainer
from ..train.training_config import TrainingConfig
from .trained_model import TrainedModel

Arrays = dict[str, NDArray[Any]]

_ONLY_WEIGHTS: Final = "Network, data and preprocessing stay as they are; the weights are those of the file"
_SCORES: Final = "Its outputs are scores: {} is added, as the loss in training has it"


@dataclass(frozen=True, eq=False)
class ModelImport:
    """A model on a dataset: an experiment with the state to train on from, or `fault`, why it cannot be shown there.

    `notes` are sentences about what was changed for these data, without a full stop.
    """

    dataset: Dataset
    experiment: Experiment | None = None
    state: TrainerState | None = None
    notes: tuple[str, ...] = ()
    fault: str = ""


class _NoPlaceError(Exception):
    """The model cannot be shown on a dataset; the message says why."""


def find_imports(
    model: TrainedModel, current: Experiment, *, keeps_training: bool = False
) -> tuple[ModelImport, ...]:
    """The import onto the current data first, then those on other data of this program that the model fits.

    Data that the model is named after come before others. `keeps_training`: see `import_onto`.
    """
    found = [import_onto(model, current, current.dataset, keeps_training=keeps_training)]
    others = [kind() for kind in DATASETS]
    fitting: list[ModelImport] = []
    # What is left of a budget may not suffice for all.
    with suppress(BudgetError):
        tried = (
            import_onto(model, current, each, keeps_training=keeps_training)
            for each in _others(others, current.dataset)
        )
        fitting.extend(each for each in tried if not each.fault)
    fitting.sort(key=lambda each: each.dataset.label != model.name)
    return (*found, *fitting)


def import_onto(
    model: TrainedModel, current: Experiment, dataset: Dataset, *, keeps_training: bool = False
) -> ModelImport:
    """The model on `dataset`, with the settings of `current` where it says nothing.

    Its training is the usual one of the data, unless it `keeps_training`: that of `current` was chosen for another
    network, and often for other data.
    """
    try:
        return _Importing(model, current, dataset, keeps_training=keeps_training).placed()
    except _NoPlaceError as error:
        return ModelImport(dataset, fault=str(error))


def import_weights(model: TrainedModel, current: Experiment) -> ModelImport:
    """The weights of a model that is the network of `current`, with all else as it is."""
    state = _started(current, [dict(each) for each in model.network.weights], None)
    return ModelImport(current.dataset, current, state, (_ONLY_WEIGHTS,))


def write_project(
    model: TrainedModel, training: TrainingConfig, experiment: Experiment | None, path: Path
) -> None:
    """Write a project of the model on the data of `experiment`, or on the first of this program that it fits.

    Raises `ValueError` where it fits none, and `OSError`.
    """
    found = find_imports(model, experiment or Experiment(), keeps_training=True)
    chosen = next((each for each in found if each.experiment is not None), None)
    if chosen is None or chosen.experiment is None:
        raise ValueError(
            f"A project (.nnplay) shows its network on data, and this one fits none of this program's: {found[0].fault}"
        )
    kept = chosen.experiment.with_training(optimizer=training.optimizer, batch_size=training.batch_size)
    save_project(path, kept, import_onto(model, kept, chosen.dataset, keeps_training=True).state)


def _others(datasets: list[Dataset], current: Dataset) -> Iterator[Dataset]:
    for dataset in datasets:
        if (
            dataset.kind != current.kind
            and not dataset.unavailable_reason()
            and not dataset.missing_download()
        ):
            yield dataset


class _Importing:
    """Layers and weights of the model, changed step by step until they are those of an experiment."""

    def __init__(
        self, model: TrainedModel, current: Experiment, dataset: Dataset, *, keeps_training: bool
    ) -> None:
        self._model, self._dataset = model, dataset
        self._pipeline: Pipeline | None = model.pipeline
        base = changed(current, dataset=dataset).own
        self._base = base if keeps_training else with_usual_training(base, _samples(current, dataset))
        self._choose_task()
        self._layers: list[Layer] = list(model.network.layers)
        # Arrays are replaced here, and not written into.
        self._weights: list[Arrays] = [dict(each) for each in model.network.weights]
        self._shape = model.network.input_shape
        self._moved = 0
        self._notes: list[str] = []

    def _choose_task(self) -> None:
        """Learn what the model has learned: a field, the samples, or else the labels, unless it fits the task."""
        base, info, network = self._base, self._dataset.info(), self._model.network
        outputs = None if self._pipeline is None else self._pipeline.outputs
        if isinstance(outputs, VelocityOutputs):
            task: Task = FlowMatching(outputs.start, bool(outputs.classes))
            if sentence := task.why_not(info):
                raise _NoPlaceError(sentence)
            # The inputs of a field are samples and more; those of the data are the samples alone.
            plain = tuple(NumberColumn(name) for name in outputs.names)
            self._pipeline = Pipeline(outputs.samples, ValueOutputs(plain))
        elif isinstance(outputs, ReconstructionOutputs):
            task = base.task if isinstance(base.task, Reconstruction) else Reconstruction()
            if sentence := task.why_not(info):
                raise _NoPlaceError(sentence)
        else:
            wanted = base.input_shape, (base.output_layer().units,)
            fits = (network.input_shape, network.output_shape) == wanted
            if base.task.labels is not None or (fits and not isinstance(outputs, ClassOutputs)):
                return
            task = usual_task(info.labels)
        if task != base.task:
            self._base = with_task(base, task)

    def placed(self) -> ModelImport:
        if not self._layers:
            raise _NoPlaceError("It has no layers")
        changes: dict[str, Any] = {"features": self._features(), "scaling": NoScaling()}
        self._fit_shape(changes["features"])
        output = self._split_output()
        loss, output = self._loss_and_output(output)
        changes |= self._scalings() | {"threshold": self._threshold}
        self._check_classes()
        if len(self._layers) > MAX_LAYERS:
            raise _NoPlaceError(f"It has {len(self._layers)} layers; there may be {MAX_LAYERS}")
        experiment = self._base.replace(
            **changes,
            name=self._model.name or self._base.name,
            layers=tuple(self._layers),
            output=Output(
                output.activation.kind,
                kernel_initializer=output.kernel_initializer,
                bias_initializer=output.bias_initializer,
            ),
            interventions=self._interventions(),
            training=self._base.training.replace(loss=loss),
            seed=self._base.seed if self._model.seed is None else self._model.seed,
        )
        try:
            for layer in self._layers:
                layer.check_limits()
            experiment.training.check_limits()
        except SettingError as error:
            raise _NoPlaceError(f"The window has other limits. {error}") from None
        problems = find_stack_problems(experiment)
        if problems:
            raise _NoPlaceError(problems[0].sentence)
        if self._model.epoch is None:
            self._notes.append("Epochs are counted from 1, since the file does not say how many there were")
        state = _started(experiment, self._weights, self._model.epoch)
        return ModelImport(self._dataset, experiment, state, tuple(self._notes))

    # -- the inputs ---------------------------------------------------------------------------------------------------

    def _features(self) -> tuple[str, ...]:
        """The features of points that the network takes."""
        inputs = None if self._pipeline is None else self._pipeline.inputs
        if self._dataset.family != "points":
            if isinstance(inputs, PointInputs):
                raise _NoPlaceError(f"It takes points; {self._dataset.label} has none")
            return self._base.features
        if isinstance(inputs, PointInputs):
            return inputs.features
        wanted = self._base.replace(features=("x1", "x2")).input_shape
        if self._shape != wanted:
            raise _NoPlaceError(f"It takes {_size(self._shape)}; points have {_size(wanted)}")
        if isinstance(inputs, TableInputs) and _is_scaling(inputs.scaler):
            raise _NoPlaceError("It scales its columns, which points are not")
        return ("x1", "x2")

    def _fit_shape(self, features: tuple[str, ...]) -> None:
        """Bring images to a network of rows, if that is all that differs."""
        wanted = self._base.replace(features=features).input_shape
        if self._shape == wanted:
            return
        flat = len(wanted) == 3 and self._shape == (wanted[0] * wanted[1] * wanted[2],)
        if not flat or wanted[2] != 1:
            raise _NoPlaceError(f"It takes {_size(self._shape)}; {self._dataset.label} has {_size(wanted)}")
        first = self._layers[0]
        if isinstance(first, Reshape) and first.output_shape(self._shape) == wanted:
            del self._layers[0], self._weights[0]
            self._moved = -1
            self._notes.append("Its Reshape to images is left out, since the data are images")
        else:
            self._layers.insert(0, Flatten())
            self._weights.insert(0, {})
            self._moved = 1
            self._notes.append("A Flatten in front makes rows of the images")
        self._shape = wanted
        self._pipeline = None

    def _scalings(self) -> dict[str, Scaling]:
        """The scaling of inputs and of values to predict, as the file has them."""
        found: dict[str, Scaling] = {"scaling": NoScaling(), "target_scaling": NoScaling()}
        if self._pipeline is None:
            if self._dataset.family == "table":
                self._notes.append(
                    "The file has no preprocessing: numbers go in as they are. Choose Preprocess if it was "
                    "trained on scaled ones"
                )
            return found
        outputs = self._pipeline.outputs
        if isinstance(outputs, ValueOutputs) and self._base.dataset.info().labels == "values":
            shifts, scales = zip(*((each.shift, each.scale) for each in outputs.columns), strict=True)
            if any(shifts) or any(scale != 1.0 for scale in scales):
                found["target_scaling"] = GivenScaling(shifts, scales)
        inputs = self._pipeline.inputs
        if isinstance(inputs, TableInputs):
            self._check_columns(inputs)
            found["scaling"] = _scaling(inputs.scaler)
        elif isinstance(inputs, ImageInputs):
            found["scaling"] = self._image_scaling(inputs)
        return found

    def _check_columns(self, inputs: TableInputs) -> None:
        """The columns of the data must be those of the model; names may differ."""
        raw = self._data().raw
        if isinstance(raw, RawImages):
            raise _NoPlaceError(f"It takes columns; {self._dataset.label} has images")
        ours = [(column.name, column.categories) for column in raw]
        theirs = [(column.name, getattr(column, "categories", ())) for column in inputs.columns]
        if ours == theirs:
            return
        names, wanted = [name for name, _ in ours], [name for name, _ in theirs]
        if sorted(names) == sorted(wanted) and names != wanted:
            raise _NoPlaceError(f"Its columns are in another order: {_listed(wanted)}")
        for (name, categories), (other, known) in zip(ours, theirs, strict=False):
            if categories != known:
                raise _NoPlaceError(
                    f"Its column {other} has the categories {_listed(known) or 'none'}; {name} of the data has "
                    f"{_listed(categories) or 'none'}"
                )
        if len(ours) != len(theirs):
            raise _NoPlaceError(f"It takes {len(theirs)} columns; {self._dataset.label} has {len(ours)}")
        self._notes.append(
            f"Its columns are called {_listed(wanted)}; those of the data are taken in their order"
        )

    def _image_scaling(self, inputs: ImageInputs) -> Scaling:
        raw = self._data().raw
        if not isinstance(raw, RawImages):
            raise _NoPlaceError(f"It takes images; {self._dataset.label} has none")
        if raw.inverted != inputs.inverted:
            raise _NoPlaceError("It takes light on dark where the data are dark on light")
        ratio = raw.high / inputs.high
        shift, scale = float(inputs.scaler.shift) / ratio, float(inputs.scaler.scale) / ratio
        return NoScaling() if (shift, scale) == (0.0, 1.0) else GivenScaling((shift,), (scale,))

    # -- the outputs --------------------------------------------------------------------------------------------------

    def _split_output(self) -> Dense:
        """Take the output layer off the stack; where the last layer is none, one is added that changes nothing."""
        function = _function_alone(self._layers[-1])
        before = self._layers[-2] if len(self._layers) > 1 else None
        held = str(len(self._model.network.layers) - 2) in self._model.network.output_overrides
        if isinstance(before, Dense) and before.activation == Linear() and not held and _by_name(function):
            # As in Keras and PyTorch: scores, then Softmax.
            self._layers[-2:] = [before.replace(activation=function)]
            del self._weights[-1]
        last = self._layers[-1]
        if isinstance(last, Dense) and _by_name(last.activation):
            del self._layers[-1]
            if not last.use_bias:
                self._weights[-1]["bias"] = np.zeros(last.units, np.float32)
                self._notes.append("The output layer gets a bias of 0")
            return last
        shape = self._model.network.shapes[-1]
        if len(shape) != 1:
            self._layers.append(Flatten())
            self._weights.append({})
        units = int(np.prod(shape))
        self._weights.append({"kernel": np.eye(units, dtype=np.float32), "bias": np.zeros(units, np.float32)})
        self._notes.append(f"An output layer is added that passes on what {last.title} gives")
        return Dense(units)

    def _loss_and_output(self, output: Dense) -> tuple[Loss, Dense]:
        """The loss that fits outputs and data, and the output layer."""
        info, task, loss = self._dataset.info(), self._base.task, self._base.training.loss
        if not task.classifies:
            if output.activation.kind == "softmax" or self._names:
                raise _NoPlaceError(f"It tells classes apart; {self._dataset.label} has values to predict")
            found = loss if task.takes(loss) else task.usual_loss(info)
        else:
            if isinstance(self._pipeline and self._pipeline.outputs, ValueOutputs) and self._has_units:
                raise _NoPlaceError(f"It predicts values; {self._dataset.label} has classes")
            found, output = self._of_classes(output, info.outputs)
        if output.units != task.outputs(info, found):
            what = "classes" if task.classifies else "values"
            has = "It has 1 output" if output.units == 1 else f"It has {output.units} outputs"
            raise _NoPlaceError(f"{has}; {self._dataset.label} has {info.outputs} {what}")
        return found, output

    def _of_classes(self, output: Dense, classes: int) -> tuple[Loss, Dense]:
        kind = output.activation.kind
        if output.units == 1 and classes == 2:
            if kind == "linear":
                self._notes.append(_SCORES.format("Sigmoid"))
                return BinaryCrossentropy(), output.replace(activation="sigmoid")
            return BinaryCrossentropy() if kind == "sigmoid" else MeanSquaredError(), output
        if kind == "linear" and output.units > 1:
            self._notes.append(_SCORES.format("Softmax"))
            output = output.replace(activation="softmax")
        if output.activation.kind == "softmax":
            return CrossEntropy(), output
        if classes == 2:
            raise _NoPlaceError("Two outputs for two classes must be Softmax")
        return MeanSquaredError(), output

    def _check_classes(self) -> None:
        """Bring the output units into the order of the data's classes."""
        names, info = self._names, self._dataset.info()
        if not names or not info.classes:
            return
        data = self._data()
        ours = list(data.class_names) or [str(number) for number in range(info.outputs)]
        if list(names) == ours:
            return
        if sorted(names) != sorted(ours):
            self._notes.append(f"Its classes are called {_listed(names)}; here they are {_listed(ours)}")
            return
        weights = self._weights[-1]
        if weights["kernel"].shape[1] != len(ours):
            raise _NoPlaceError(f"Its classes are in the other order: {_listed(names)}")
        order = [list(names).index(name) for name in ours]
        self._weights[-1] = {name: array[..., order] for name, array in weights.items()}

    @property
    def _names(self) -> tuple[str, ...]:
        """Names of classes in the file, unless they are numbers that a reader gave."""
        outputs = None if self._pipeline is None else self._pipeline.outputs
        return outputs.names if isinstance(outputs, ClassOutputs) else ()

    @property
    def _threshold(self) -> float:
        """That of the file, and never that of the document before."""
        outputs = None if self._model.pipeline is None else self._model.pipeline.outputs
        return outputs.threshold if isinstance(outputs, ClassOutputs) else 0.5

    @property
    def _has_units(self) -> bool:
        outputs = None if self._pipeline is None else self._pipeline.outputs
        return isinstance(outputs, ValueOutputs) and any(each.scale != 1.0 for each in outputs.columns)

    def _data(self) -> Any:
        return self._dataset.load(self._base.data_seed)

    # -- the state ----------------------------------------------------------------------------------------------------

    def _interventions(self) -> tuple[Intervention, ...]:
        found = []
        for path, (units, values) in self._model.network.output_overrides.items():
            for unit, value in zip(units.tolist(), values, strict=True):
                kind: InterventionKind = "clamp" if value else "mute"
                found.append(Intervention(kind, moved(path, self._moved), unit, value=float(value)))
        return tuple(found)


def _started(experiment: Experiment, weights: Sequence[Arrays], epoch: int | None) -> TrainerState:
    """The state of a trainer that has these weights, as if it had trained for so many epochs."""
    network = Network(experiment.stack(), experiment.input_shape, seed=experiment.seed)
    # Copies, and the slots of an optimizer twice.
    spend(24 * network.parameter_count)
    for into, arrays in zip(network.weights, weights, strict=True):
        for name, array in into.items():
            array[...] = arrays[name]
    encoding = experiment.encoding
    nothing = np.zeros((1, *experiment.input_shape), np.float32)
    labels = np.zeros(1, np.int64) if encoding.classes else np.zeros((1, encoding.outputs), np.float32)
    samples = Samples(nothing, encoding.encode(labels), labels)
    trainer = Trainer(
        network,
        samples,
        task=experiment.task,
        encoding=encoding,
        config=experiment.training.replace(class_weights=EqualWeights(), augmentation=Augmentation()),
        seed=experiment.seed,
        record_initial=False,
    )
    state = TrainerState.of(trainer)
    # Weights of epoch 0 are taken for initial ones, which edits may replace.
    return replace(state, numbers={**state.numbers, "epoch": max(1, epoch or 1)})


def _samples(current: Experiment, dataset: Dataset) -> int:
    """The number of samples, as far as it is known without reading a file; 0 if not."""
    if dataset == current.dataset:
        # In memory, where a window shows them.
        with suppress(DataError):
            return dataset.load(current.data_seed).samples
    return dataset.info().train_samples or int(getattr(dataset, "samples", 0))


def _function_alone(layer: Layer) -> ActivationFunction | None:
    """The function of a layer that is nothing but an activation."""
    if isinstance(layer, ActivationFunction):
        return layer
    return layer.activation if layer.kind == "activation" else None  # type: ignore[attr-defined]


def _by_name(function: ActivationFunction | None) -> bool:
    """Whether the output can have it, which has no settings for it."""
    return function is not None and ACTIVATIONS.get(function.kind)() == function


def _scaling(scaler: FittedScaler) -> Scaling:
    if not _is_scaling(scaler):
        return NoScaling()
    return GivenScaling(tuple(scaler.shift.tolist()), tuple(scaler.scale.tolist()))


def _is_scaling(scaler: FittedScaler) -> bool:
    return bool(scaler.shift.any() or (scaler.scale != 1.0).any())


def _size(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]:,} numbers" if shape[0] != 1 else "1 number"
    return f"images of {' × '.join(map(str, shape))}"


def _listed(names: Any) -> str:
    listed = [str(name) for name in names]
    return ", ".join(listed[:5]) + (", …" if len(listed) > 5 else "")
