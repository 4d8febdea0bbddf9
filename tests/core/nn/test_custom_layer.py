"""CustomLayer: layers of a program in training and in files, and what is wrong with them in a sentence."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import CustomLayer, Dense, Input, Residual, Sequence
from core.nn import LAYERS, LayerError
from core.spec import SettingError, setting
from tests.core.gradient_check import gradient_error

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


class Quadratic(CustomLayer):
    """y = (x W)^p + b."""

    units: int = setting(4, "Units", low=1)
    power: int = setting(2, "Power", low=1)

    def build(self, input_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        return {"kernel": (input_shape[-1], self.units), "bias": (self.units,)}

    def call(self, x: Any, *, kernel: Any, bias: Any) -> Any:  # type: ignore[override]
        return (x @ kernel) ** self.power + bias

    def backward(self, gradient: Any, x: Any, *, kernel: Any, bias: Any) -> Any:  # type: ignore[override]
        inner = self.power * (x @ kernel) ** (self.power - 1) * gradient
        rows = inner.reshape(-1, self.units)
        return (
            inner @ kernel.T,
            x.reshape(-1, x.shape[-1]).T @ rows,
            gradient.reshape(-1, self.units).sum(axis=0),
        )


def test_it_trains_and_comes_back_from_files(tmp_path: Path) -> None:
    stack: list[Any] = [Input(3), Quadratic(5), Residual((Quadratic(5, power=1),)), Dense(2, "softmax")]
    model = Sequence(stack, feedback_steps=0, learning_rate=0.05)
    model.train(X, Y, epochs=30)
    assert model.evaluate(X, Y, return_dict=True)["accuracy"] > 0.9
    assert model.engine_in_use == "numpy"
    for suffix in ("nnmodel", "npz"):
        path = tmp_path / f"net.{suffix}"
        model.save(path)
        again = Sequence.load(path)
        assert again.layers[0] == Quadratic(5)
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(X), model.predict(X))
    for suffix in ("keras", "onnx"):
        with pytest.raises(SettingError, match="Quadratic cannot be written as"):
            model.save(tmp_path / f"net.{suffix}")


def test_gradients_are_its_own() -> None:
    for shape in ((3,), (4, 3), (2, 4, 3)):
        assert gradient_error([Quadratic(4), Quadratic(2)], shape) < 1e-6
    assert gradient_error([Dense(3, "relu"), Quadratic(4), Dense(2)], (3,)) < 1e-6


def test_a_class_is_known_by_its_name_where_it_is_defined(tmp_path: Path) -> None:
    class Passing(CustomLayer):
        def call(self, x: Any) -> Any:  # type: ignore[override]
            return x

        def backward(self, gradient: Any, x: Any) -> Any:  # type: ignore[override]
            return gradient

    first = Passing
    model = Sequence([Input(3), first(), Dense(2)])
    model.save(tmp_path / "net.nnmodel")

    class Passing(first):  # type: ignore[no-redef, misc, valid-type]
        """The cell of a notebook, run again."""

    assert type(Sequence.load(tmp_path / "net.nnmodel").layers[1 - 1]).__bases__[0] is first
    assert "passing" not in LAYERS.names()
    del LAYERS._defined["passing"]
    with pytest.raises(ValueError, match="There is no layer called 'passing'"):
        Sequence.load(tmp_path / "net.nnmodel")
    with pytest.raises(ValueError, match="layer 'dense' is there already; call the class otherwise"):
        type("Dense", (CustomLayer,), {})


def fit(call: Any, backward: Any = None, shapes: Any = None) -> None:
    parts = {"call": call, "build": lambda self, shape: shapes or {}}
    kind: Any = type("Trial", (CustomLayer,), parts | ({} if backward is None else {"backward": backward}))
    Sequence([Dense(3), kind(), Dense(2, "softmax")], feedback_steps=0).train(X, Y, epochs=1)


def test_what_is_wrong_with_it_is_said() -> None:
    def scaled(self: Any, x: Any, kernel: Any) -> Any:
        return np.tanh(x) * kernel

    shapes = {"kernel": (3,)}
    with pytest.raises(LayerError, match=r"Trial: training needs backward\(gradient, x, ...\)"):
        fit(scaled, None, shapes)
    with pytest.raises(LayerError, match="Trial: backward is wrong for x: along a random direction it gives"):
        fit(scaled, lambda self, g, x, kernel: (g * kernel, (g * np.tanh(x)).sum(axis=0)), shapes)
    with pytest.raises(LayerError, match="Trial: backward is wrong for kernel"):
        fit(scaled, lambda self, g, x, kernel: (g * kernel / np.cosh(x) ** 2, g.sum(axis=0)), shapes)
    with pytest.raises(
        LayerError, match=r"backward must give the gradients of x \(4, 3\), kernel \(3,\), got"
    ):
        fit(scaled, lambda self, g, x, kernel: g, shapes)
    with pytest.raises(LayerError, match=r"Trial: call fails for samples of 3: .*matmul"):
        fit(lambda self, x: x @ np.ones((5, 5)))
    with pytest.raises(
        LayerError, match=r"Trial: call must give \(samples, ...\), got shape \(3,\) of 2 samples"
    ):
        fit(lambda self, x: x.sum(axis=0))
    with pytest.raises(LayerError, match="call fails for samples of 3: it is missing"):
        fit(CustomLayer.call)
    with pytest.raises(SettingError, match=r"Trial: factor must be a setting\(...\), which files hold"):
        type("Trial", (CustomLayer,), {"__annotations__": {"factor": "float"}, "factor": 2.0})
    fit(lambda self, x: np.maximum(x, 0), lambda self, g, x: g * (x > 0))
