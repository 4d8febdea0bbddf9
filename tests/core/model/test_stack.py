"""Layers with weights: `Input`, weights of single layers, tables, pictures, copies and pickles."""

from __future__ import annotations

import copy
import pickle
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from core import Conv2D, Dense, Dropout, Flatten, Input, ReLU, Residual, Sequence
from core.model.history import History
from core.model.pictures import stack_svg
from core.nn import LayerError

X = np.random.default_rng(0).normal(size=(30, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("given", [3, (3,), [3], np.int64(3)])
def test_an_input_builds_the_model_at_once(given: Any) -> None:
    model = Sequence([Input(given), Dense(4), Dense(2, "softmax")])
    assert model.built
    assert model.network.input_shape == (3,)
    assert [type(layer) for layer in model.layers] == [Dense, Dense]
    assert Sequence().add(Input(shape=(3,))).add(Dense(5)).count_params() == 20


def test_an_input_of_its_own_place_and_shape() -> None:
    with pytest.raises(LayerError, match="an Input must be the first of the layers"):
        Sequence([Dense(2), Input(3)])
    for wrong in (0, (), (2, -1), "3", (2, 2.5), None, (1, 2, 3, 4)):
        with pytest.raises(ValueError, match="Input: shape must be one to three lengths of at least 1, got"):
            Input(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"X must have the shape \(samples, 4\), got \(30, 3\)"):
        Sequence([Input(4), Dense(2, "softmax")]).fit(X, Y)


def test_a_layer_of_a_built_model_has_its_weights() -> None:
    model = Sequence([Dense(4), ReLU(), Dense(2, "softmax")], feedback_steps=0).train(X, Y, epochs=1)
    kernel, bias = model.layers[0].get_weights()
    assert (kernel.shape, bias.shape) == ((3, 4), (4,))
    model.layers[0].set_weights([np.ones((3, 4)), np.zeros(4)])
    np.testing.assert_array_equal(model.get_weights()[0], 1.0)
    assert model.layers[1].get_weights() == []
    assert [layer.count_params() for layer in model.layers] == [16, 0, 10]
    with pytest.raises(
        ValueError, match=r"Dense: weights must be kernel \(3, 4\), bias \(4,\), got \(2, 2\)"
    ):
        model.layers[0].set_weights([np.ones((2, 2))])


def test_it_is_still_the_layer_that_it_was() -> None:
    layer = Dense(4)
    with pytest.raises(
        RuntimeError, match=r"a layer has weights once it is taken from a built model, as model\.layers"
    ):
        layer.get_weights()
    first, second = Sequence([layer], loss="mse").build(2), Sequence([layer], loss="mse", seed=1).build(2)
    assert first.layers[0] == layer == second.layers[0]
    assert (first.layers[0].get_weights()[0] != second.layers[0].get_weights()[0]).any()
    assert Sequence(first.layers, loss="mse").build(5).layers[0].get_weights()[0].shape == (5, 4)


def test_predictions_in_parts_are_the_same() -> None:
    model = Sequence([Dense(4), Dense(2, "softmax")], feedback_steps=0).train(X, Y, epochs=1)
    np.testing.assert_allclose(model.predict(X, batch_size=7, verbose=0), model.predict(X), rtol=1e-6)
    np.testing.assert_array_equal(model.predict_classes(X), model.predict(X).argmax(axis=1))
    single = Sequence([Dense(1, "sigmoid")], loss="binary_crossentropy", feedback_steps=0).train(
        X, Y, epochs=1
    )
    np.testing.assert_array_equal(single.predict_classes(X), single.predict(X)[:, 0] > 0.5)
    values = Sequence([Dense(1)], loss="mse", feedback_steps=0).train(X, X[:, 0], epochs=1)
    with pytest.raises(ValueError, match="predict_classes needs classes, but Mean squared error on 1 output"):
        values.predict_classes(X)
    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1, got 0"):
        model.predict(X, batch_size=0)


def test_a_table_for_a_built_model_and_for_one_that_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    model = Sequence([Conv2D(2), Flatten(), Dense(3, "softmax"), Dropout(0.5), Dense(3, "softmax")])
    model.summary()
    assert "│ dense_1 (Dense, softmax) │ ?" in capsys.readouterr().out
    model.build((5, 5, 1))
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    table = lines[0].splitlines()
    assert len({len(line) for line in table[1:-3]}) == 1
    assert "│ conv2d (Conv2D)" in table[4]
    assert "(None, 3, 3, 2)" in table[4]
    assert table[-3] == " Total params: 89 (356.00 B)"
    assert str(Sequence()).startswith("Model: not built")


def test_a_line_and_a_picture_for_notebooks() -> None:
    model = Sequence([Dense(4, "relu"), Residual(), Dense(2, "softmax")], feedback_steps=0)
    assert repr(model) == "<Sequence of 3 layers, not built, Cross-entropy>"
    ET.fromstring(stack_svg(model._layers, None))
    model.fit(X, Y, epochs=3, validation_split=0.2)
    assert repr(model).startswith("<Sequence 3 → 4 → 4 → 2: 3 layers, 46 parameters, Cross-entropy")
    page = ET.fromstring(f"<page>{model._repr_html_()}</page>")
    texts = [each.text for each in page.iter() if each.tag.endswith("text")]
    assert "Dense" in texts
    assert "16 weights" in texts
    assert {"— loss", "— val_loss", "— accuracy"} <= set(texts)
    assert repr(model.history).startswith("<History of 3 epochs: loss ")
    assert repr(History()) == "<History of no epochs>"
    assert History()._repr_html_() == "&lt;History of no epochs>"


def test_pickles_and_copies_predict_and_train_on() -> None:
    model = Sequence([Dense(4), Dense(2, "softmax")], feedback_steps=0).train(X, Y, epochs=2)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        assert again.history == model.history
        again.train(X, Y, epochs=1)
        assert (again.predict(X) != model.predict(X)).any()
    assert not pickle.loads(pickle.dumps(Sequence([Dense(2)]))).built


def test_double_precision_is_kept_throughout() -> None:
    model = Sequence([Dense(4, "tanh"), Dense(2, "softmax")], dtype="float64", feedback_steps=0).train(
        X, Y, epochs=2
    )
    assert model.predict(X).dtype == np.float64
    with pytest.raises(ValueError, match="dtype must be float32 or float64, got 'float16'"):
        Sequence(dtype="float16")
