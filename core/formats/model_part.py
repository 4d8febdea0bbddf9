"""The encoder or the decoder of a trained model, as a model of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.data.pipeline import NumberColumn, Pipeline, ReconstructionOutputs, TableInputs, ValueOutputs
from core.formats.trained_model import ModelDescription, TrainedModel
from core.nn.autoencoder import Half, code_layer, half_of


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
