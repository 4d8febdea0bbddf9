"""Weights alone: written, read into the same layers, and refused for others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import BatchNormalization, Dense, Input, Residual, Sequence

X = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)


def model(units: int = 4, seed: int = 0) -> Sequence:
    layers = [Dense(units, name="first"), BatchNormalization(), Residual((Dense(units),)), Dense(2)]
    return Sequence([Input(3), *layers], seed=seed)


def test_weights_come_back_in_a_model_of_the_same_layers(tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    first, other = model(), model(seed=1)
    first.save_weights(path)
    other.load_weights(path)
    np.testing.assert_array_equal(other.predict(X), first.predict(X))


def test_other_names_files_and_layers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end with .weights.h5, got 'a.h5'; save\(path\) writes"):
        model().save_weights(tmp_path / "a.h5")
    path = tmp_path / "a.weights.h5"
    model().save_weights(path)
    before = (wrong := model(5)).get_weights()
    with pytest.raises(
        ValueError, match=r"layers/dense/vars/0 must have the shape \(3, 5\), and is of shape \(3, 4\)"
    ):
        wrong.load_weights(path)
    np.testing.assert_array_equal(wrong.get_weights()[0], before[0])
    with pytest.raises(
        ValueError, match=r"layers/dense_2/vars/0 must have the shape \(2, 1\), and is missing"
    ):
        Sequence([Input(3), Dense(4), Dense(2), Dense(1)]).load_weights(path)
    path.write_bytes(b"\x89HDF" + bytes(50))
    with pytest.raises(ValueError, match=r"^a.weights.h5 cannot be opened"):
        model().load_weights(path)
    path.write_bytes(bytes(3_000_000))
    with pytest.raises(ValueError, match="more than the weights of this model"):
        model().load_weights(path)
    with pytest.raises(FileNotFoundError):
        model().load_weights(tmp_path / "none.weights.h5")
