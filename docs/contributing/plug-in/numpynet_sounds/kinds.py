"""Data of a WAV file, a layer that folds, and what a drawing of it asks of the training."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpynet.data.dataset import DATASETS, Data, DataError, Dataset, DatasetInfo
from numpynet.inspect.snapshot import OFTEN, PARTS, Shown, SnapshotPart
from numpynet.nn.initializers import RandomUniform
from numpynet.nn.layer import LAYERS, Layer, Op, OpContext, Parameter
from numpynet.spec import setting

MAX_FRAMES = 200_000
WIDTH = 16
"""Values that a sample has; the one that follows is its target."""


@DATASETS.register()
class Sound(Dataset):
    """Every fourth window of a file, and the value that follows it, from −1 to 1."""

    kind = "sound"
    title = "Sound"
    summary = "A WAV file: what follows"
    family = "table"
    selectable = False  # a command chooses the file

    path: str = setting("", "File", "Where the file is.")

    @property
    def sources(self) -> tuple[Path, ...]:
        """Files that nothing of the program may replace."""
        return (Path(self.path),)

    def info(self) -> DatasetInfo:
        """What is known without reading the file."""
        return DatasetInfo((WIDTH,), "values", 1)

    def load(self, seed: int) -> Data:
        """Raises `DataError`, whose sentence the user reads."""
        try:
            with wave.open(self.path, "rb") as file:
                step, wide = file.getnchannels(), file.getsampwidth()
                frames = np.frombuffer(file.readframes(MAX_FRAMES), f"<i{wide}") if wide == 2 else None
        except (OSError, EOFError, wave.Error) as error:
            raise DataError(f"{self.path} cannot be read: {error}") from None
        if frames is None or len(frames) < 8 * WIDTH * step:
            raise DataError(f"{self.path} must have 16 bits and at least {8 * WIDTH} values")
        values = frames[::step].astype(np.float32) / 32_768
        windows = np.lib.stride_tricks.sliding_window_view(values, WIDTH + 1)[::4]
        return Data(windows[:, :-1], windows[:, -1:], "values", target_name="next")


@LAYERS.register()
class Fold(Layer):
    """|x − fold|, with a fold that is learned for each unit."""

    kind = "fold"
    title = "Fold"
    summary = "Bend each unit at a learned place"
    family = "dense"
    keeps_order = True
    formula_text = "|{x} − fold|"
    numpy_text = "np.abs(x - {{fold}})"

    def parameters(self, input_shape: tuple[int, ...]) -> tuple[Parameter, ...]:
        """One array; `False`: no penalty on it."""
        count = input_shape[-1]
        return (Parameter("fold", (count,), RandomUniform(-1.0, 1.0), count, count, False),)

    def bind(self, context: OpContext) -> Op:
        """The layer on the arrays of one place in a network."""
        return _FoldOp(context)


class _FoldOp(Op):
    def __init__(self, context: OpContext) -> None:
        self._fold, self._gradients = context.parameters["fold"], context.gradients
        self._apart = context.empty()

    def forward(self, x: Any) -> Any:
        """(batch, *shape)."""
        np.subtract(x, self._fold, out=self._apart)
        return np.abs(self._apart)

    def backward(self, gradient: Any) -> Any:
        """Fill the gradient of the folds; the inputs' is returned."""
        gradient = gradient * np.sign(self._apart)
        self._gradients["fold"][...] = -gradient.reshape(-1, gradient.shape[-1]).sum(axis=0)
        return gradient


@PARTS.register
class FoldsPart(SnapshotPart[bool, Any]):
    """The folds of each layer that has some, (units,), copied while the training waits."""

    kind = "folds"
    cost = OFTEN

    def take(self, asked: bool, shown: Shown) -> list[Any]:
        """One array for each layer."""
        return [arrays["fold"].copy() for arrays in self.trainer.network.weights if "fold" in arrays]
