"""Keras files: of this program, with preprocessing, and without its notes, as Keras writes them."""

from __future__ import annotations

import io
from functools import cache

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import first_preset
from core.experiment.project_file import TrainerState
from core.formats import Keras
from core.formats.keras.writer import keras_model, write_keras
from core.formats.trained_experiment import trained_model
from core.nn import LAYERS
from core.nn.network import Network
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target, made
from tests.fuzz.weights import read_weights


@cache
def _seeds() -> list[bytes]:
    prepared = prepare(first_preset())
    state = TrainerState.of(make_trainer(first_preset(), prepared), prepared.pipeline)
    model = trained_model(first_preset(), state)
    layers = LAYERS.parse(
        "conv2d 2 3x3 relu, batch_norm, max_pooling2d, flatten, dense 4 gelu, dense 3 softmax"
    )
    bare = io.BytesIO()
    write_keras(*keras_model(Network(layers, (7, 7, 2), seed=0), None), {"keras_version": "3.15.1"}, bare)
    return [made(lambda path: Keras().write(model, path), ".keras"), bare.getvalue()]


TARGET = Target("keras", ".keras", _seeds, mutate_zip, read_weights, (ValueError,))
