"""Files that tf2onnx wrote of networks that TensorFlow trained; see `tests/fixtures/tensorflow`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import Sequence

FILES = Path(__file__).parents[3] / "fixtures/tensorflow"


@pytest.mark.parametrize("name", sorted(path.stem for path in FILES.glob("*.onnx")))
def test_a_file_of_tf2onnx_opens_and_predicts_what_tensorflow_did(name: str) -> None:
    with np.load(FILES / "answers.npz") as answers:
        samples, expected = answers[f"{name}_x"], answers[f"{name}_y"]
    model = Sequence.load(FILES / f"{name}.onnx")
    np.testing.assert_allclose(model.predict(samples), expected, rtol=1e-5, atol=1e-6)


def test_images_keep_their_layers() -> None:
    layers = Sequence.load(FILES / "deep_cnn.onnx").layers
    assert [type(layer).__name__ for layer in layers] == [
        "Conv2D", "Conv2D", "AveragePooling2D", "GlobalAveragePooling2D", "Dense", "Dense",
    ]  # fmt: skip


def test_there_are_files() -> None:
    assert len(list(FILES.glob("*.onnx"))) == 4
