"""A model that was copied, pickled or saved learns on as if it never had been."""

from __future__ import annotations

import copy
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import LBFGS, SGD, Adam, BatchNormalization, Dense, Dropout, ExponentialDecay, Sequence

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def saved(model: Sequence, folder: Path) -> Sequence:
    model.save(folder / "a.nnmodel")
    return Sequence.load(folder / "a.nnmodel")


def saved_twice(model: Sequence, folder: Path) -> Sequence:
    return saved(saved(model, folder), folder)


@pytest.mark.parametrize(
    "again",
    [
        saved,
        saved_twice,
        lambda model, _: pickle.loads(pickle.dumps(model)),
        lambda model, _: copy.deepcopy(copy.deepcopy(model)),
    ],
    ids=["saved", "saved twice", "pickled", "copied"],
)
@pytest.mark.parametrize(
    "optimizer", [Adam(learning_rate=0.05), SGD(momentum=0.9), LBFGS()], ids=lambda o: o.kind
)
def test_training_goes_on_the_same(
    optimizer: Adam, again: Callable[[Sequence, Path], Sequence], tmp_path: Path
) -> None:
    layers = [Dense(6, activation="relu"), Dropout(0.3), BatchNormalization(), Dense(2, activation="softmax")]
    model = Sequence(layers, optimizer=optimizer, schedule=ExponentialDecay(), batch_size=7, feedback_steps=0)
    model.fit(X, Y, epochs=3)
    other = again(model, tmp_path)
    other.feedback_steps = 0
    for each in (model, other):
        each.fit(X, Y, epochs=2)
        each.step(X, Y)
    assert all(map(np.array_equal, model.get_weights(), other.get_weights()))
    assert other.history == model.history
    # Compiled anew, it begins.
    fresh = again(model, tmp_path).compile(Adam())
    assert fresh._continues is fresh._trainer is None


def test_a_file_whose_state_does_not_fit_is_told(tmp_path: Path) -> None:
    model = Sequence([Dense(2, activation="softmax")], feedback_steps=0).train(X, Y, epochs=1)
    model.save(tmp_path / "a.nnmodel")
    for name, content, sentence in (
        ("continuation.json", "[]", "continuation.json must be an object"),
        ("continuation.json", "{}", "is incomplete: 'optimizer'"),
        ("optimizer/mean.npy", "", "optimizer/mean"),
    ):
        with (
            zipfile.ZipFile(tmp_path / "a.nnmodel") as source,
            zipfile.ZipFile(tmp_path / "b.nnmodel", "w") as into,
        ):
            assert name in source.namelist()
            for entry in source.namelist():
                into.writestr(entry, content if entry == name else source.read(entry))
        with pytest.raises(ValueError, match=sentence):
            Sequence.load(tmp_path / "b.nnmodel").train(X, Y, epochs=1)
    assert json.loads(zipfile.ZipFile(tmp_path / "a.nnmodel").read("continuation.json"))["epoch"] == 1
