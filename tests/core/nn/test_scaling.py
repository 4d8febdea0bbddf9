"""Rescaling and Normalization: Keras's numbers, in every format, and gradients through them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import Dense, Flatten, Input, Normalization, Rescaling, Sequence
from core.nn import Layer, LayerError
from core.spec import SettingError
from tests.core.gradient_check import gradient_error
from tests.core.keras_runner import keras_module, quiet_keras

LAYERS = (
    Rescaling(1 / 255, -0.5),
    Rescaling([1.0, -2.0, 0.5], offset=(3.0, 0.0, 1.0)),
    Normalization([50.0, 0.0, 1.0], [400.0, 0.0, 2.0]),
    Normalization(2.0, 3.0),
)


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
@pytest.mark.parametrize("shape", [(3,), (5, 3), (4, 5, 3)], ids=str)
def test_every_format_gives_what_keras_gives(layer: Layer, shape: tuple[int, ...], tmp_path: Path) -> None:
    keras = keras_module()
    x = np.random.default_rng(0).uniform(0.0, 255.0, (6, *shape)).astype(np.float32)
    if layer == LAYERS[2]:
        x[..., 1] = 1e-6  # its deviation counts as 1e-7
    ends = () if len(shape) == 1 else (Flatten(),)
    model = Sequence([Input(shape), layer, *ends, Dense(2)])
    settings = {item.name: np.squeeze(getattr(layer, item.name)).tolist() for item in layer.settings()}
    if settings.get("mean") == 2.0:
        settings |= {"axis": None}
    with quiet_keras():
        theirs = np.array(getattr(keras.layers, type(layer).__name__)(**settings)(x))
        np.testing.assert_allclose(Sequence([Input(shape), layer]).predict(x), theirs, rtol=1e-5, atol=1e-5)
        model.save(tmp_path / "net.keras")
        opened = keras.models.load_model(tmp_path / "net.keras")
        wanted = model.predict(x)
        np.testing.assert_allclose(opened.predict(x, verbose=0), wanted, rtol=1e-5, atol=1e-5)
    for suffix in ("keras", "onnx", "npz", "safetensors", "nnmodel"):
        model.save(tmp_path / f"net.{suffix}")
        found = Sequence.load(tmp_path / f"net.{suffix}")
        assert found.layers[0] == layer
        np.testing.assert_array_equal(found.predict(x), wanted)


def test_gradients_pass() -> None:
    for layer in (LAYERS[1], Normalization((1.0, 0.0, 2.0), (4.0, 1.0, 2.0))):
        assert gradient_error([Dense(3), layer, Dense(2)], (3,)) < 1e-6


def test_adapt_takes_mean_and_variance_of_each_feature_as_keras_does() -> None:
    keras = keras_module()
    x = np.random.default_rng(1).normal(30.0, 7.0, (40, 5, 3)).astype(np.float32)
    layer, theirs = Normalization(), keras.layers.Normalization()
    model = Sequence([Input((5, 3)), layer])
    np.testing.assert_array_equal(model.predict(x), x)
    layer.adapt(x)
    with quiet_keras():
        theirs.adapt(x)
        np.testing.assert_allclose(model.predict(x), np.array(theirs(x)), atol=1e-5)
    assert Normalization.setting("mean").check("", layer.mean) == layer.mean


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(LayerError, match="Rescaling has 2 numbers; it gets 3 features"):
        Sequence([Input(3), Rescaling([1.0, 2.0])])
    with pytest.raises(SettingError, match="Normalization: variance must be at least 0, got -1"):
        Normalization(0.0, -1.0)
    for wrong in (["a"], [1.0, 2.0], [[np.nan]], np.empty((0, 2))):
        with pytest.raises(ValueError, match="Normalization: data must be finite numbers"):
            Normalization().adapt(wrong)
    built = Sequence([Input(3), Normalization()]).layers[0]
    with pytest.raises(RuntimeError, match="adapt the layer itself, before"):
        built.adapt([[1.0, 2.0, 3.0]])
