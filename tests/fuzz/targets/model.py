"""Files of `Sequence.save`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from core import Dense, Sequence
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target, made


@cache
def _seeds() -> list[bytes]:
    model = Sequence(["conv2d", "flatten", "layer_normalization", Dense(3)], loss="mse").build((5, 5, 1))
    return [made(model.save, ".nnmodel")]


def _read(path: Path) -> None:
    model = Sequence.load(path)
    if model.network.parameter_count < 10_000:
        model.predict(np.zeros((1, *model.network.input_shape)))


TARGET = Target("model", ".nnmodel", _seeds, mutate_zip, _read, (ValueError,))
