"""Layers as text, as they are typed, pasted and given to the command line."""

from __future__ import annotations

import json
from pathlib import Path

from core.nn import LAYERS
from tests.fuzz.mutations import mutate_text
from tests.fuzz.target import Target


def _seeds() -> list[bytes]:
    return [
        b"conv2d 8 3x3 relu, max_pooling2d 2x2, flatten, dense 4",
        b"residual, dropout 0.3, dense units=7 activation=tanh use_bias=false, batch_normalization",
        json.dumps([LAYERS.make("residual").to_json()]).encode(),
    ]


def _read(path: Path) -> None:
    LAYERS.parse(path.read_bytes().decode("utf-8", "replace"))


TARGET = Target("notation", ".txt", _seeds, mutate_text, _read, (ValueError,))
