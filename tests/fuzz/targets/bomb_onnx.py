"""Graphs that fold to gigabytes, within a tenth of the budget of the window."""

from __future__ import annotations

import random
from pathlib import Path

from core.io.budget import reading
from tests.fuzz.bombs import onnx_bomb
from tests.fuzz.target import Target
from tests.fuzz.weights import read_weights


def _seeds() -> list[bytes]:
    return [onnx_bomb(random.Random(1))]


def _read(path: Path) -> object:
    with reading(path, most_bytes=50_000_000):
        return read_weights(path)


TARGET = Target("bomb_onnx", ".onnx", _seeds, onnx_bomb, _read, (ValueError,), share=0.05, needs="onnx")
