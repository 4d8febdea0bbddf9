"""An experiment: data, network and training in one frozen tree that is saved, undone and run as a whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from ..data.datasets import DATASETS, SCALINGS, Dataset, Moons, NoScaling, Scaling
from ..data.features import FEATURES
from ..data.label_corrections import LabelCorrections
from ..data.seal import NO_SEAL, Seal
from ..data.target_encoding import TargetEncoding
from ..io.number_text import HeldName
from ..nn import ACTIVATIONS, LAYERS, ActivationFunction, Dense, Layer
from ..nn.initializers import GlorotUniform, Initializer, Zeros, initializer_setting
from ..nn.interventions import Intervention, checked_interventions
from ..spec import SettingError, Spec, setting
from ..train.tasks import TASKS, Classification, Task, usual_task
from ..train.training_config import TRAINING_CONFIGS, TrainingConfig

FORMAT_VERSION = 1
"""Incremented when older programs would misread the JSON of an experiment."""

MAX_LAYERS = 100

_TRAINING_NAMES = {item.name for item in TrainingConfig.settings()}


class Output(Spec):
    """The output layer. Data and loss set its width; "auto" selects the activation for both."""

    kind = "output"
    title = "Output"
    summary = "the prediction"

    activation: str = setting(
        "auto",
        "Activation",
        choices=("auto", *ACTIVATIONS.names()),
        help="The function on the outputs. Auto: softmax or sigmoid for classes, linear for values.",
    )
    kernel_initializer: Initializer = initializer_setting(GlorotUniform())
    bias_initializer: Initializer = initializer_setting(Zeros(), "Bias initializer", "biases")


class Experiment(Spec):
    """All settings of a run, validated on construction; use `replace` for changed copies.

    A `task` that is the usual one for other labels than those of the data becomes that for these.
    """

    kind = "experiment"
    title = "Experiment"

    name: str = setting("Untitled", "Name", live=True, help="The experiment's name, shown in the title bar.")
    dataset: Dataset = setting(Moons(), "Dataset", registry=DATASETS, help="What the network learns from.")
    task: Task = setting(Classification(), "Learn", registry=TASKS, help="What is learned from the samples.")
    train_share: float = setting(
        0.7,
        "Train / test",
        low=0.1,
        high=0.9,
        help="The share of samples to learn from. The others test whether the network also gets new ones right.",
    )
    held_out: float = setting(
        0.0,
        "Set apart",
        low=0.0,
        high=0.5,
        help="The share of the training samples that is not learned from, to calibrate the probabilities by.",
    )
    sealed: float = setting(
        0.0,
        "Sealed test",
        low=0.0,
        high=0.3,
        help="The share of all samples that nothing looks at until the test is opened; what is left is split in two.",
    )
    data_seed: int = setting(
        0, "Data seed", low=0, high=2**31 - 1, help="Makes the same data, and the same split, again."
    )
    features: tuple[str, ...] = ("x1", "x2")
    scaling: Scaling = setting(
        NoScaling(),
        "Preprocess",
        registry=SCALINGS,
        help="How inputs are scaled before the network sees them.",
    )
    target_scaling: Scaling = setting(
        NoScaling(),
        "Target",
        registry=SCALINGS,
        help="How values to predict are scaled for the network. What is shown stays in their own units.",
    )
    layers: tuple[Layer, ...] = ()
    output: Output = Output()
    threshold: float = setting(
        0.5,
        "Threshold",
        low=0.01,
        high=0.99,
        help="From which probability on it is the second of two classes that share an output.",
    )
    interventions: tuple[Intervention, ...] = ()
    corrections: LabelCorrections = LabelCorrections()
    training: TrainingConfig = setting(
        TrainingConfig(), "Training", registry=TRAINING_CONFIGS, help="How the network is trained."
    )
    seed: int = setting(
        0,
        "Seed",
        low=0,
        high=2**31 - 1,
        help="Starts the weights, the shuffling and the dropout the same way again.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "features", _checked_features(self.features))
        object.__setattr__(self, "dataset", self.dataset.under(self.seal))
        labels = self.dataset.info().labels
        if self.task.labels not in (None, labels):
            object.__setattr__(self, "task", usual_task(labels))
        if len(self.layers) > MAX_LAYERS:
            raise SettingError(f"Experiment: layers must be at most {MAX_LAYERS}, got {len(self.layers)}")
        object.__setattr__(self, "layers", tuple(LAYERS.make(layer) for layer in self.layers))
        object.__setattr__(self, "interventions", checked_interventions(self.interventions))
        object.__setattr__(self, "corrections", LabelCorrections.of(self.corrections))
        if not isinstance(self.output, Output):
            raise SettingError(f"Experiment: output must be an Output, got {self.output!r}")

    @property
    def sealed_share(self) -> float:
        """The share of samples that is sealed; none of those that are known, as who has painted them knows them."""
        return self.sealed if self.dataset.can_seal else 0.0

    @property
    def seal(self) -> Seal:
        """Which rows are sealed."""
        return Seal(self.sealed_share, self.data_seed) if self.sealed_share else NO_SEAL

    @property
    def split(self) -> tuple[float, float, float]:
        """The shares that are for training, set apart and sealed."""
        return self.train_share, self.held_out, self.sealed_share

    @property
    def held_name(self) -> HeldName:
        """What the samples are called that training does not see but everything else does."""
        return "validation" if self.sealed_share else "test"

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one network input: of the selected features for points, else of the data's, as the task takes it."""
        info = self.dataset.info()
        shape = (len(self.features),) if self.dataset.family == "points" else info.shape
        return self.task.input_shape(shape, info)

    @property
    def learned_features(self) -> tuple[str, ...]:
        """The features of points that the task takes."""
        return self.features if self.task.takes_features else ("x1", "x2")

    @property
    def feature_labels(self) -> tuple[str, ...]:
        """Labels of the network inputs of points, those that the task adds included."""
        labels = (FEATURES[name].label for name in self.learned_features)
        return (*labels, *self.task.added_inputs(self.dataset.info()))

    def output_activation(self) -> ActivationFunction:
        """The activation of the output layer, with "auto" resolved."""
        if self.output.activation != "auto":
            return ACTIVATIONS.get(self.output.activation)()
        return ACTIVATIONS.get(self.task.activation(self.dataset.info(), self.training.loss))()

    @property
    def class_units(self) -> int:
        """Number of classes with a unit of their own; 0 for values, and where two classes share one."""
        units = self.output_layer().units
        return units if self.task.classifies and units == self.dataset.info().outputs > 1 else 0

    def output_layer(self) -> Dense:
        """The output as a Dense layer."""
        return Dense(
            units=self.task.outputs(self.dataset.info(), self.training.loss),
            activation=self.output_activation(),
            kernel_initializer=self.output.kernel_initializer,
            bias_initializer=self.output.bias_initializer,
        )

    @property
    def encoding(self) -> TargetEncoding:
        """Encoding of labels as targets; values are not scaled yet."""
        encoding = self.task.encoding(self.dataset.info(), self.training.loss, self.output_activation())
        shares = encoding.classes == 2 and encoding.outputs == 1
        return dataclasses.replace(encoding, cut=self.threshold) if shares else encoding

    def stack(self) -> tuple[Layer, ...]:
        """All layers of the network, including the output."""
        return (*self.layers, self.output_layer())

    def with_training(self, **changes: Any) -> Self:
        """A copy with changed settings of `training`."""
        return self.replace(training=self.training.replace(**changes))

    def to_json(self) -> dict[str, Any]:
        """A description for JSON, with the settings of `training` at the top level."""
        data = super().to_json() | self.training.to_json()
        del data["training"]
        data["kind"] = self.kind
        data["version"] = FORMAT_VERSION
        data["features"] = list(self.features)
        data["layers"] = [layer.to_json() for layer in self.layers]
        # Omitted by default, so that older programs can read the file.
        for name in ("augmentation", "class_weights", "engine"):
            if getattr(self.training, name) == TrainingConfig.setting(name).default:
                del data[name]
        if self.threshold == 0.5:
            del data["threshold"]
        for name in ("held_out", "sealed"):
            if not getattr(self, name):
                del data[name]
        if self.target_scaling == NoScaling():
            del data["target_scaling"]
        if self.task.labels is not None:
            del data["task"]
        data["output"] = self.output.to_json()
        if self.interventions:
            data["holds"] = [intervention.to_json() for intervention in self.interventions]
        if self.corrections:
            data["corrections"] = self.corrections.to_json()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Experiment:
        """The inverse of `to_json`. Raises `SettingError` for invalid data."""
        if not isinstance(data, Mapping) or data.get("kind") != cls.kind:
            raise SettingError('This is not an experiment: it lacks "kind": "experiment"')
        version = data.get("version")
        if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
            raise SettingError(
                f"Experiment: version must be at most {FORMAT_VERSION}, got {version!r}; a newer program made it"
            )
        given = {key: value for key, value in data.items() if key not in ("kind", "version")}
        known = {item.name for item in cls.settings()} - {"training"}
        known |= _TRAINING_NAMES | {"features", "layers", "output", "holds", "corrections"}
        unknown = sorted(given.keys() - known)
        if unknown:
            raise SettingError(f"Experiment has no setting called {unknown[0]!r}")
        for name in ("features", "layers"):
            if not isinstance(given.get(name, []), list):
                raise SettingError(f"Experiment: {name} must be a list, got {given[name]!r}")
        if "holds" in given:  # files call interventions "holds"
            given["interventions"] = given.pop("holds")
        training = {name: given.pop(name) for name in _TRAINING_NAMES & given.keys()}
        given["training"] = TrainingConfig(**training)
        if "output" in given:
            given["output"] = _output_from_json(given["output"])
        given["layers"] = tuple(LAYERS.make(layer) for layer in given.get("layers", []))
        if "features" in given:
            given["features"] = tuple(given["features"])
        return cls(**given)


def _checked_features(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if not isinstance(name, str) or name not in FEATURES]
    if unknown:
        raise SettingError(f"There is no feature called {unknown[0]!r}; choose from {', '.join(FEATURES)}")
    if not names:
        raise SettingError("Experiment: features must name at least one input, got none")
    # In a fixed order, so that equal selections give equal experiments.
    return tuple(name for name in FEATURES if name in names)


def _output_from_json(data: Any) -> Output:
    if not isinstance(data, Mapping):
        raise SettingError(f"Experiment: output must be an object, got {data!r}")
    given = {key: value for key, value in data.items() if key != "kind"}
    unknown = sorted(given.keys() - {item.name for item in Output.settings()})
    if unknown:
        raise SettingError(f"Output has no setting called {unknown[0]!r}")
    return Output(**given)
