"""Read a model from a `.keras` file; of this program, from its notes, if the layers are what follows from them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.pipeline import Pipeline
from ...io.sentence import opening
from ...nn import LAYERS
from ...nn.interventions import Intervention
from ...nn.network import Network, state_shapes
from ..exporter import keras_prefixes
from ..model_reader import MODEL_READERS, ModelReader, ModelReport, report_of
from ..trained_model import TrainedModel
from ..weights.bare_weights import described_model_of, origin
from .foreign_files import recognize
from .parts import KerasParts, read_parts
from .writer import array_paths, keras_config, keras_model


@MODEL_READERS.register()
class KerasReader(ModelReader):
    """A Sequential or functional model of layers that are here; needs no other package."""

    kind = "keras"
    title = "Keras 3 (.keras)"
    suffix = ".keras"

    def report(self, path: Path) -> ModelReport:
        with opening(path):
            parts = read_parts(path)
            described = described_model(parts)
            if described is not None:
                return report_of(described, origin("Keras", parts.notes))
            return recognize(parts, path.stem)


def described_model(parts: KerasParts) -> TrainedModel | None:
    """The model, bit by bit; None if the file has no description or its layers are others, such as after training.

    The configuration is written again from what was read, and compared.
    """
    notes = parts.notes
    try:
        layers = tuple(LAYERS.from_json(layer) for layer in notes["layers"])
        shape = tuple(notes["input_shape"])
        pipeline = Pipeline.from_json(notes["pipeline"]) if "pipeline" in notes else None
        needed = sum(math.prod(each) for each in state_shapes(layers, shape).values())
        if 4 * needed > len(parts.content):
            return None
        network = Network(layers, shape, seed=None)
        network.intervene(_interventions(parts, network))
        graph, output = keras_model(network, pipeline)
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return None
    if keras_config(graph, output) != parts.config:
        return None
    arrays = {name: parts.array(path, shape) for name, (path, shape) in array_paths(graph, output).items()}
    _fill(network, arrays)
    return described_model_of(network, pipeline, notes)


def _fill(network: Network, arrays: dict[str, NDArray[np.float32]]) -> None:
    for prefix, weights in zip(keras_prefixes(network.layers), network.weights, strict=True):
        for name, into in weights.items():
            into[...] = arrays[f"{prefix}/{name}"]


def _interventions(parts: KerasParts, network: Network) -> list[Intervention]:
    """Muted and clamped units: where a layer is followed by one that takes them times 0."""
    held = {entry["name"]: entry["config"] for entry in parts.config["config"]["layers"]}
    found = []
    for place, prefix in enumerate(keras_prefixes(network.layers)):
        config = held.get(f"{prefix}_held")
        if config is None:
            continue
        for unit, (scale, value) in enumerate(zip(config["scale"], config["offset"], strict=True)):
            if scale == 0.0:
                kind: Any = "clamp" if value else "mute"
                found.append(Intervention(kind, place, unit, value=value))
    return found
