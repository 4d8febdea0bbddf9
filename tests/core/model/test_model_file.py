"""Models round-trip through files; an invalid file raises an error with its name."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Sequence
from core.model.saving import is_saved_model
from tests.core.model.small_model import small

RNG = np.random.default_rng(0)


X = RNG.normal(size=(120, 2))


LABELS = (X[:, 0] * X[:, 1] > 0).astype(int)


def test_a_saved_model_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "model.nnmodel"
    model = small(optimizer="rmsprop", regularizer="l2").train(X, LABELS)
    model.save(path)
    back = Sequence.load(str(path))
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    assert back.layers == model.layers
    assert (back.loss, back.optimizer, back.regularizer) == (model.loss, model.optimizer, model.regularizer)
    assert (back.epochs, back.batch_size, back.seed) == (model.epochs, model.batch_size, model.seed)
    assert back.loss_history == model.loss_history
    back.train(X, LABELS, epochs=1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "experiment"}, "it is not a saved model"),
        ({"version": 2}, "version must be 1, got 2"),
        ({"layers": [{"kind": "dens"}]}, "There is no layer called 'dens'"),
        ({"layers": [7]}, "A layer must be described by an object, got 7"),
        ({"layers": None}, "model.json is incomplete"),
        ({"layers": [{"kind": "dense", "units": 9}]}, "layer_0/kernel must be float32 of shape (2, 9)"),
        (
            {"layers": [{"kind": "dense", "units": 16_384}] * 50},
            "Network: weights must be at most 50,000,000",
        ),
        ({"input_shape": [10**9]}, "Network: weights must be at most 50,000,000"),
        ({"input_shape": [-2]}, "the input shape must be whole numbers of at least 1"),
        ({"input_shape": ["a"]}, "the input shape must be whole numbers of at least 1"),
        ({"epochs": -1}, "epochs must be a whole number of at least 0"),
        ({"loss_history": ["a"]}, "could not convert string to float"),
        ({"loss": 5}, "Training: loss: Expected the name of a loss, got 5"),
    ],
)
def test_a_bad_model_file_is_told_with_its_name(
    change: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.nnmodel", tmp_path / "bad.nnmodel"
    small().train(X, LABELS, epochs=1).save(good)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as into:
        for name in source.namelist():
            content = source.read(name)
            if name == "model.json":
                content = json.dumps(json.loads(content) | change).encode()
            into.writestr(name, content)
    with pytest.raises(ValueError, match=r"^bad\.nnmodel ") as caught:
        Sequence.load(bad)
    assert sentence in str(caught.value)


def test_a_saved_model_is_known_whatever_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    small().train(X, LABELS, epochs=1).save(tmp_path / "model")
    (tmp_path / "model").rename(path)
    assert is_saved_model(path)
    with zipfile.ZipFile(tmp_path / "other.nnmodel", "w") as archive:
        archive.writestr("a.json", "{}")
    assert not is_saved_model(tmp_path / "other.nnmodel")
    path.write_text("no archive")
    assert not is_saved_model(path)
    assert not is_saved_model(tmp_path / "none")
