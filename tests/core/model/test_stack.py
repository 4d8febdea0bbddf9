"""Layers with weights: `Input`, weights of single layers, tables, pictures, copies and pickles."""

from __future__ import annotations

import copy
import pickle
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from core import GRU, Conv2D, Dense, Dropout, Flatten, Input, PositionalEncoding, ReLU, Residual, Sequence
from core.model.fitting import History
from core.nn import LayerError
from core.nn.network import Network
from core.reports.plots import stack_svg
from tests.core.compiled.two_engines import compiled_engine

__all__ = ["compiled_engine"]

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
    with pytest.raises(TypeError, match="there is no argument 'batch_size'; batch_size of fit"):
        Input(shape=(4,), batch_size=2)  # type: ignore[call-arg]
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


def test_layers_are_found_by_name_and_index_and_names_differ() -> None:
    model = Sequence([Input(3), Dense(4, name="hidden"), ReLU(), Dense(4), Dense(2, "softmax")])
    assert [layer.name for layer in model.layers] == ["hidden", "relu", "dense", "dense_1"]
    assert model.get_layer("dense_1") is not None
    assert model.get_layer(index=-1).units == 2
    for wrong, sentence in (
        ({"name": "dense_7"}, "called 'dense_7'; there are hidden, relu"),
        ({"index": 9}, "index 9"),
    ):
        with pytest.raises(ValueError, match=f"there is no layer .*{sentence}"):
            model.get_layer(**wrong)
    with pytest.raises(LayerError, match="names of layers must differ, got 'hidden' twice"):
        model.add(Dense(4, name="hidden"))
    with pytest.raises(ValueError, match="Dense: name must be a text, got 3"):
        Dense(4, name=3)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="Dense has no 'gamma'"):
        _ = model.layers[0].gamma
    with pytest.raises(LayerError, match="no layer to pop"):
        Sequence().pop()


def test_weights_are_written_by_their_layer() -> None:
    model = Sequence([Input(3), Dense(2)])
    model.layers[0].bias.assign([1.0, 2.0])
    model.weights[0][...] = 0.0
    np.testing.assert_array_equal(model(X[:1]).numpy(), [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"kernel: values must have the shape \(3, 2\), got \(2,\)"):
        model.layers[0].kernel.assign([1.0, 2.0])


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_layer_that_is_not_trainable_stays_as_it_is(engine: Any, request: pytest.FixtureRequest) -> None:
    if engine == "compiled":
        request.getfixturevalue("compiled_engine")
    model = Sequence([Input(3), Dense(4, trainable=False), Dense(2, "softmax")], engine=engine, epochs=2)
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    held = [np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]
    assert held == [True, True, False, False]
    model.layers[0].trainable = True
    model.layers[1].trainable = False
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    held = [np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]
    assert held == [False, False, True, True]
    again = pickle.loads(pickle.dumps(model))
    assert [layer.trainable for layer in again.layers] == [True, False]
    with pytest.raises(ValueError, match="Dense: trainable must be true or false, got 0"):
        model.layers[0].trainable = 0


def test_names_and_trainable_are_kept_in_files(tmp_path: Any) -> None:
    model = Sequence([Input(3), Dense(4, name="hidden", trainable=False), Dense(2, "softmax")])
    model.save(tmp_path / "a.nnmodel")
    again = Sequence.load(tmp_path / "a.nnmodel")
    assert again.get_layer("hidden").trainable is False
    assert len(again.trainable_weights) == 2
    plain = Dense(2).to_json()
    assert plain.keys().isdisjoint({"name", "trainable"})


def test_layers_of_another_model_bring_what_they_learned() -> None:
    base = Sequence([Input(3), Dense(4, "tanh"), Dense(2, "softmax")], seed=5)
    again = Sequence([Input(3), *base.layers[:1], Dense(3)])
    np.testing.assert_array_equal(again.get_weights()[0], base.get_weights()[0])
    again.layers[0].kernel.assign(np.zeros((3, 4)))
    assert base.get_weights()[0].any()
    nested = Sequence([base, Dense(2)])
    np.testing.assert_array_equal(nested.get_weights()[2], base.get_weights()[2])


def test_the_rate_of_a_models_optimizer_is_the_models() -> None:
    model = Sequence([Input(3), Dense(2, "softmax")], optimizer="adam")
    kept = model.optimizer
    kept.learning_rate = 0.5
    assert model.learning_rate == kept.learning_rate == model.optimizer.learning_rate == 0.5
    other = Sequence([Dense(2)], optimizer=kept)
    other.learning_rate = 0.1
    assert model.learning_rate == 0.5
    assert pickle.loads(pickle.dumps(other)).learning_rate == 0.1
    with pytest.raises(ValueError, match="Adam: learning rate must be at least 0, got -1"):
        model.optimizer.learning_rate = -1
    with pytest.raises(AttributeError, match="cannot assign"):
        kept.beta_1 = 0.5


def test_the_outputs_of_every_layer_are_one_call_away() -> None:
    base = Sequence(
        [Input(3), Dense(4, "tanh", name="code"), Residual((Dense(4),)), Dense(2, "softmax")], seed=5
    )
    X = np.random.default_rng(0).normal(size=(6, 3))
    found = base.activations(X)
    assert list(found) == ["code", "residual", "dense"]
    np.testing.assert_array_equal(found["dense"], base.predict(X))
    for layer in ("residual", 1, -2, base.layers[1], base.get_layer("residual")):
        np.testing.assert_array_equal(base.activations(X, layer), found["residual"])
    part = Sequence(base.layers[:2])
    np.testing.assert_array_equal(part.predict(X), found["residual"])
    np.testing.assert_array_equal(Sequence(base.layers[1:]).predict(found["code"]), found["dense"])
    with pytest.raises(
        ValueError, match=r"its layers have learned for X of other shapes than \(samples, \*\(7,\)\)"
    ):
        Sequence(base.layers[:2]).predict(np.zeros((2, 7)))
    with pytest.raises(ValueError, match="there is no layer called 'x'; there are code, residual, dense"):
        base.activations(X, "x")
    with pytest.raises(RuntimeError, match="it has no weights yet"):
        Sequence([*base.layers[:2], Dense(3)]).predict(X)


def test_sequences_are_of_any_length_where_an_input_leaves_it_open(tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    short, long = rng.normal(size=(8, 5, 3)), rng.normal(size=(8, 9, 3))
    y = rng.normal(size=(8, 2))
    model = Sequence([Input((None, 3)), GRU(4), Dense(2)], loss="mse", feedback_steps=0)
    assert not model.built
    model.fit(short, y, epochs=2)
    wanted = Network(model.network.layers, (9, 3), seed=None)
    wanted.set_weights(model.get_weights())
    np.testing.assert_array_equal(model.predict(long), wanted.predict(long.astype(np.float32)))
    assert model.evaluate(long, y) > 0
    model.fit(long, y, epochs=1, validation_data=(long, y))
    assert model.network.input_shape == (9, 3)
    assert len(model.loss_history) == 3
    for suffix in ("nnmodel", "keras"):
        model.save(tmp_path / f"net.{suffix}")
        again = Sequence.load(tmp_path / f"net.{suffix}")
        np.testing.assert_array_equal(again.predict(short), model.predict(short))
    with pytest.raises(ValueError, match="samples and validation_data must have one length, 9 here, got 5"):
        model.fit(long, y, epochs=1, validation_data=(short, y))
    with pytest.raises(ValueError, match="batches of a fit must have one length, 9 here, got 5"):
        model.fit(iter([(long, y), (short, y)]), steps_per_epoch=2, epochs=1)
    for wrong in ((8, 5, 4), (8, 5), (8, 5, 3, 1)):
        with pytest.raises(ValueError, match=r"must be|must have"):
            model.predict(np.zeros(wrong))
    closed = Sequence([Input((5, 3)), GRU(4), Dense(2)])
    with pytest.raises(ValueError, match=r"inputs must be \(samples, 5, 3\)"):
        closed.predict(long)
    fixed = Sequence([Input((None, 3)), PositionalEncoding(), Flatten(), Dense(2)]).build((None, 5, 3))
    with pytest.raises(ValueError, match=r"inputs must be \(samples, 5, 3\)"):
        fixed.predict(long)
    with pytest.raises(ValueError, match="Input: shape must be one to three lengths of at least 1"):
        Input((None, None))


def test_what_goes_on_with_another_length_has_its_optimizers_memory() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 5, 3)), rng.normal(size=(8, 2))
    found = []
    for length in (5, 7):
        model = Sequence([GRU(4), Dense(2)], loss="mse", feedback_steps=0, batch_size=8)
        model.fit(X, y, epochs=3)
        other = np.concatenate([np.zeros((8, length - 5, 3)), X], axis=1)
        model.fit(other, y, epochs=0)
        model.fit(X, y, epochs=3)
        found.append(model.get_weights())
    for one, another in zip(*found, strict=True):
        np.testing.assert_array_equal(one, another)
