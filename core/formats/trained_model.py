"""What an exporter writes: a network or a half of one, the pipeline around it, and where they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ..data.pipeline import (
    NumberColumn,
    Pipeline,
    Predictions,
    ReconstructionOutputs,
    TableInputs,
    ValueOutputs,
)
from ..experiment.experiment import Experiment
from ..io.number_text import place_text
from ..io.version import __version__
from ..nn import Layer, Shape
from ..nn.autoencoder import Half, code_layer, half_of
from ..nn.network import Network
from ..spec import SettingError
from ..spec.arrays import Array
from ..train.figures import Figures, Place
from ..train.history import History
from ..train.training_config import TrainingConfig, training_json

Override = tuple[int, int, float]

PROGRAM: Final = "NumpyNet Playground"


@dataclass(frozen=True)
class ModelDescription:
    """A model without its weights: enough to say whether a format can hold it, and to write its code.

    `pipeline` is None for networks of bare arrays. `overrides` are (layer, unit, value) of muted and clamped units.
    """

    layers: tuple[Layer, ...]
    input_shape: Shape
    pipeline: Pipeline | None = None
    name: str = ""
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        object.__setattr__(self, "input_shape", tuple(self.input_shape))
        if self.pipeline is not None and self.pipeline.input_shape != self.input_shape:
            raise SettingError(
                f"Export: the pipeline must make inputs of shape {self.input_shape}, got {self.pipeline.input_shape}"
            )


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A trained network with its pipeline, and a record of its training.

    - `name`: the experiment's.
    - `seed`, `epoch`: what it was trained with, and how long; None if unknown.
    - `data_sha256`: the hash of the user's file or images; "" for built-in data.
    """

    network: Network
    pipeline: Pipeline | None = None
    name: str = ""
    seed: int | None = None
    epoch: int | None = None
    data_sha256: str = ""
    program: str = f"{PROGRAM} {__version__}"
    proof: Mapping[str, Any] | None = None
    """Result of reading a written file back; see `Proof.to_json`."""
    experiment: Experiment | None = None
    """The trained network; None for files without it."""
    history: History | None = None
    figures: Figures | None = None
    """The latest ones of its training."""
    film: tuple[tuple[float, tuple[Array, ...]], ...] = ()
    """Earlier moments of the network, ascending: epochs, and its flat vectors of parameters and of state."""
    training: TrainingConfig | None = None
    """The settings of its training; None where its file has none."""
    note: str = ""
    """Difference of its predictions from those of its file, a sentence without its full stop."""

    def __post_init__(self) -> None:
        # Raises if pipeline and network do not fit.
        _ = self.description

    @property
    def place_text(self) -> str:
        """How long it was trained, as people read it: "368", or "368 + 3/35" within an epoch; "0" if unknown."""
        place = (self.figures or Figures()).place
        return place.text if place.epoch == self.epoch else f"{self.epoch or 0:,}"

    def place_text_at(self, position: float) -> str:
        """An earlier moment, or a row of the history, as people read it; its axis where files are old."""
        samples = (self.figures or Figures()).train.of
        if not samples or self.training is None:
            return place_text(position)
        return Place.at(position, samples, self.training.batch_size).text

    @property
    def description(self) -> ModelDescription:
        """The model without its weights."""
        network = self.network
        return ModelDescription(
            tuple(network.layers), network.input_shape, self.pipeline, self.name, self._overrides
        )

    @property
    def _overrides(self) -> tuple[Override, ...]:
        return tuple(
            (int(path), int(unit), float(value))
            for path, (units, values) in self.network.output_overrides.items()
            for unit, value in zip(units, values, strict=True)
            if path.isdigit()
        )

    @property
    def weights_sha256(self) -> str:
        """The hash of the names and float32 numbers of all weights; the same in every format of one moment."""
        digest = hashlib.sha256()
        for name, array in sorted(self.network.state_dict().items()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def predictions(self, raw: Any) -> Predictions:
        """The network's predictions for raw samples. Raises `ValueError` for samples that do not fit."""
        if self.pipeline is None:
            raise ValueError("Export: a model without a pipeline has no predictions, only outputs")
        return self.pipeline.decode(self.network.predict(self.pipeline.transform(raw)))

    def to_json(self) -> dict[str, Any]:
        """All but the weights, for JSON; what is unknown is left out."""
        found: dict[str, Any] = {
            "experiment": self.name,
            "seed": self.seed,
            "epoch": self.epoch,
            "data_sha256": self.data_sha256,
            "weights_sha256": self.weights_sha256,
            "program": self.program,
            "proof": None if self.proof is None else dict(self.proof),
            "overrides": [list(override) for override in self._overrides] or None,
            "layers": [layer.to_json() for layer in self.network.layers],
            "input_shape": list(self.network.input_shape),
            "pipeline": None if self.pipeline is None else self.pipeline.to_json(),
            "training": None if self.training is None else training_json(self.training),
        }
        return {name: value for name, value in found.items() if value not in (None, "")}


def has_halves(model: ModelDescription) -> bool:
    """Whether a model gives back its inputs, so that it has an encoder and a decoder."""
    if code_layer(model.layers, model.input_shape) is None:
        return False
    if model.pipeline is not None:
        return isinstance(model.pipeline.outputs, ReconstructionOutputs)
    # Bare weights do not say what they learned.
    return True


def model_part(model: TrainedModel, half: Half) -> TrainedModel:
    """A half of a model, with the preprocessing or the units of its side. `ValueError` if it has none."""
    if half not in tuple(_A):
        raise ValueError(f"Export: the part must be encoder or decoder, got {half!r:.60}")
    if not has_halves(model.description):
        raise ValueError(
            f"Export: only a network that gives back its inputs has {_A[half]}, and this one does not"
        )
    network = half_of(model.network, half)
    code = tuple(
        NumberColumn(f"code {number + 1}")
        for number in range((network.output_shape if half == "encoder" else network.input_shape)[0])
    )
    pipeline = model.pipeline
    if pipeline is not None:
        outputs = pipeline.outputs
        assert isinstance(outputs, ReconstructionOutputs)
        if half == "encoder":
            pipeline = Pipeline(pipeline.inputs, ValueOutputs(code))
        else:
            pipeline = Pipeline(TableInputs(code), ValueOutputs(outputs.columns))
    return replace(
        model, network=network, pipeline=pipeline, name=f"{model.name} {half}".strip(), proof=None, film=()
    )


def part_samples(model: TrainedModel, half: Half, raw: Any) -> Any:
    """Samples of the whole model as that half of it takes them: for the decoder, their codes."""
    if half == "encoder" or model.pipeline is None:
        return raw
    codes = model_part(model, "encoder").network.predict(model.pipeline.transform(raw))
    return {f"code {number + 1}": column for number, column in enumerate(codes.astype(np.float64).T)}


_A = {"encoder": "an encoder", "decoder": "a decoder"}
