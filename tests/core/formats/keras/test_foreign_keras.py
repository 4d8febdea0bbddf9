"""Models trained and saved by Keras predict here what they predict there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import GRU, SGD, CrossEntropy, Dense, Embedding, Huber, Input, Sequence
from core.data.pipeline import CategoryColumn, FittedColumn, ImageInputs, Pipeline, TableInputs, ValueOutputs
from core.formats import Keras, TrainedModel, load_model
from core.formats.keras.own_files import KerasReader
from core.nn import Normalization, Residual
from core.nn.losses import LOSSES
from tests.core.formats.onnx.onnx_cases import CASES, network_for, raw_samples
from tests.core.keras_runner import keras_module, quiet_keras

pytestmark = pytest.mark.foreign
CLOSE = 1e-5


def mlp(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((6,)), layers.Dense(16, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.3),
            layers.Dense(12), layers.LeakyReLU(negative_slope=0.1), layers.LayerNormalization(),
            layers.Dense(8, activation=layers.ELU(alpha=0.7), use_bias=False), layers.GaussianNoise(0.1),
            layers.Dense(3, activation="softmax"),
        ]
    )  # fmt: skip


def cnn(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12, 10, 3)), layers.Rescaling(1 / 255), layers.Conv2D(6, 3, padding="same", strides=2),
            layers.BatchNormalization(), layers.Activation("gelu"), layers.RandomFlip(), layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.2), layers.Conv2D(8, (2, 1), dilation_rate=1, activation="swish"),
            layers.AveragePooling2D((1, 2)), layers.Flatten(), layers.Dense(4, activation="softmax"),
        ]
    )  # fmt: skip


def residual(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((8, 8, 1), name="picture")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    for filters, strides in ((4, 1), (6, 2)):
        skip = x if strides == 1 else layers.Conv2D(filters, 1, strides=strides, padding="same")(x)
        y = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
        y = layers.BatchNormalization()(y)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        x = layers.ReLU()(layers.add([y, skip]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def recurrent(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12, 3)), layers.Conv1D(5, 3, padding="causal", activation="relu"), layers.LayerNormalization(),
            layers.MaxPooling1D(), layers.LSTM(4, return_sequences=True, dropout=0.2), layers.AveragePooling1D(2),
            layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum"),
            layers.Bidirectional(layers.LSTM(4)), layers.Dense(2, activation="softmax"),
        ]
    )  # fmt: skip


def elman(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential([keras.Input((6, 2)), layers.SimpleRNN(5), layers.Dense(1)])


def attention(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((7,))
    x = layers.Embedding(2, 6)(inputs)
    x = layers.add([x, layers.MultiHeadAttention(2, 3)(x, x)])
    x = layers.Dense(6)(layers.MultiHeadAttention(3, 5, use_bias=False)(x, x, use_causal_mask=True))
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


def pooled(keras: Any) -> Any:
    layers = keras.layers
    x = [keras.Input((9, 4)), layers.Conv1D(6, 4, strides=2, padding="same"), layers.GlobalMaxPooling1D()]
    return keras.Sequential([*x, layers.Dense(2)])


def trained(keras: Any, model: Any, high: float = 1.0) -> tuple[Any, np.ndarray]:
    """The model behind a few steps, and samples."""
    rng = np.random.default_rng(0)
    x = (rng.random((64, *model.input_shape[1:])) * high).astype(np.float32)
    y = rng.random((64, *model.output_shape[1:])).astype(np.float32)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(x, y, epochs=2, verbose=0)
    return model, x


@pytest.mark.parametrize(
    ("make", "high"),
    [
        (mlp, 1.0),
        (cnn, 255.0),
        (residual, 1.0),
        (recurrent, 1.0),
        (elman, 1.0),
        (attention, 1.0),
        (pooled, 1.0),
    ],
)
def test_a_model_trained_in_keras_predicts_the_same(make: Any, high: float, tmp_path: Path) -> None:
    keras = keras_module()
    with quiet_keras():
        keras.utils.set_random_seed(0)
        model, x = trained(keras, make(keras), high)
        model.save(tmp_path / "net.keras")
        wanted = model.predict(x, verbose=0)
    report = KerasReader().report(tmp_path / "net.keras")
    found = report.model
    assert found is not None, report.fault
    assert report.origin == f"Keras {keras.__version__}"
    inputs = x if found.pipeline is None else found.pipeline.transform(x)
    np.testing.assert_allclose(found.network.predict(inputs), wanted, atol=CLOSE)
    if make is cnn:
        assert isinstance(found.pipeline, Pipeline)
        assert isinstance(found.pipeline.inputs, ImageInputs)
        assert (found.pipeline.inputs.high, found.pipeline.inputs.scale) == (255.0, 1.0)
    if make is residual:
        blocks = [layer for layer in found.network.layers if isinstance(layer, Residual)]
        assert [len(block.layers) for block in blocks] == [3, 3]


def test_columns_with_a_normalization_become_a_table(tmp_path: Path) -> None:
    keras = keras_module()
    layers = keras.layers
    rng = np.random.default_rng(1)
    with quiet_keras():
        norm = layers.Normalization()
        norm.adapt(rng.normal(40.0, 5.0, (200, 1)).astype(np.float32))
        size, age, kind = (
            keras.Input((1,), name="size"),
            keras.Input((1,), name="age"),
            keras.Input((1,), name="kind"),
        )
        coded = layers.CategoryEncoding(3, output_mode="one_hot")(kind)
        scaled = layers.Normalization(mean=[5.0], variance=[4.0])(age)
        x = layers.concatenate([norm(size), scaled, coded])
        x = layers.Dense(1)(layers.Dense(4, activation="tanh")(x))
        model = keras.Model([size, age, kind], layers.Rescaling(100.0, 2000.0)(x))
        model.save(tmp_path / "table.keras")
        columns = [rng.normal(40, 5, (9, 1)), rng.normal(5, 2, (9, 1)), rng.integers(0, 3, (9, 1))]
        wanted = model.predict(dict(zip(("size", "age", "kind"), columns, strict=True)), verbose=0)
    found = load_model(tmp_path / "table.keras")
    assert found.pipeline is not None
    assert isinstance(found.pipeline.inputs, TableInputs)
    assert isinstance(found.pipeline.outputs, ValueOutputs)
    assert found.pipeline.inputs.names_in == ("size", "age", "kind")
    raw = {name: each[:, 0] for name, each in zip(("size", "age", "kind"), columns, strict=True)}
    predictions = found.predictions(raw)
    assert predictions.values is not None
    np.testing.assert_allclose(predictions.values, wanted, rtol=CLOSE)


def test_a_model_predicts_with_the_scaling_within_its_file(tmp_path: Path) -> None:
    keras = keras_module()
    layers, rng = keras.layers, np.random.default_rng(2)
    rows = rng.normal(50.0, 20.0, (30, 4)).astype(np.float32)
    images = rng.uniform(0.0, 255.0, (5, 6, 6, 3)).astype(np.float32)
    with quiet_keras():
        norm = layers.Normalization()
        norm.adapt(rows)
        for number, (first, samples) in enumerate(
            [
                (norm, rows),
                (layers.Rescaling(0.01, -0.5), rows),
                (layers.Rescaling(1 / 127.5, -1.0), images),
                (layers.Rescaling(-1 / 255, 1.0), images),
            ]
        ):
            rest = [layers.Conv2D(2, 3, padding="same"), layers.Flatten()] if samples is images else []
            model = keras.Sequential([keras.Input(samples.shape[1:]), first, *rest, layers.Dense(3)])
            path = tmp_path / f"{number}.keras"
            model.save(path)
            wanted = model.predict(samples, verbose=0)
            found = Sequence.load(path)
            np.testing.assert_allclose(found.predict(samples), wanted, atol=CLOSE)
            assert found.pipeline is not None
            again = found.predict(found.pipeline.transform(samples))
            np.testing.assert_allclose(again, wanted, atol=CLOSE)
            found.feedback_steps, kept = 0, found.layers[0].get_weights()
            found.fit(samples, wanted, epochs=1)
            assert all(map(np.array_equal, found.layers[0].get_weights(), kept))
        for middle in ([], [layers.Dense(1)]):
            stack = [layers.Dense(2), layers.Rescaling([10.0, 20.0], 3.0), *middle]
            model = keras.Sequential([keras.Input((4,)), norm, *stack])
            model.save(tmp_path / "end.keras")
            found = Sequence.load(tmp_path / "end.keras")
            wanted = model.predict(rows, verbose=0)
            np.testing.assert_allclose(found.predict(rows), wanted, atol=10 * CLOSE)


def test_limits_of_tokens_are_read_and_others_are_refused(tmp_path: Path) -> None:
    keras = keras_module()
    model = Sequence([Input(5), Embedding(7, 4), GRU(3), Dense(2)], feedback_steps=0)
    path, tokens = tmp_path / "net.keras", np.random.default_rng(0).integers(0, 7, (6, 5))
    model.save(path)
    with quiet_keras():
        keras.models.load_model(path).save(path)
        found = Sequence.load(path)
        assert found.layers[0] == model.layers[0]
        np.testing.assert_array_equal(found.predict(tokens), model.predict(tokens))
        x = keras.Input((5,))
        for limit in (
            lambda: keras.layers.Dense(2)(keras.ops.maximum(x, 0.0)),
            lambda: keras.layers.Dense(2)(keras.ops.minimum(keras.ops.maximum(x, 0.0), 6.0)),
            lambda: keras.layers.Embedding(7, 4)(keras.ops.minimum(x, 6.0)),
            lambda: keras.layers.Embedding(7, 4)(keras.ops.minimum(keras.ops.maximum(x, 0.0), 5.0)),
            lambda: keras.ops.maximum(keras.layers.Dense(2)(x), 0.0),
            lambda: keras.layers.LSTM(2)(keras.layers.Embedding(7, 4)(x), mask=keras.ops.not_equal(x, 3.0)),
            lambda: keras.layers.Dense(2)(keras.ops.not_equal(x, 3.0)),
        ):
            y = limit()
            y = keras.layers.Flatten()(y) if len(y.shape) > 2 else y
            keras.Model(x, y).save(path)
            with pytest.raises(ValueError, match="cannot be opened: "):
                Sequence.load(path)


def test_what_a_model_was_compiled_with_comes_back(tmp_path: Path) -> None:
    keras = keras_module()
    path, optimizers = tmp_path / "net.keras", keras.optimizers
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    with quiet_keras():
        model.compile(optimizers.SGD(0.5, momentum=0.3, nesterov=True), keras.losses.Huber())
        model.save(path)
        found = Sequence.load(path)
        assert found.optimizer == SGD(learning_rate=0.5, momentum=0.3, nesterov=True)
        assert found.loss == Huber()
        for given, wanted in (
            (keras.losses.SparseCategoricalCrossentropy(from_logits=True), CrossEntropy(from_logits=True)),
            ("MeanAbsoluteError", LOSSES.make("mae")),
            (keras.losses.KLDivergence(), LOSSES.make("kld")),
            (keras.losses.CosineSimilarity(), LOSSES.make("cosine")),
            (
                keras.losses.BinaryFocalCrossentropy(gamma=3.0),
                LOSSES.get("binary_focal_crossentropy")(gamma=3.0),
            ),
        ):
            model.compile("adam", given)
            model.save(path)
            assert Sequence.load(path).loss == wanted
    decay = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    for other, sentence in (
        (optimizers.Ftrl(), "its optimizer 'Ftrl' is not"),
        (optimizers.SGD(decay), "'SGD' is not"),
    ):
        with quiet_keras():
            model.compile(other, "mse")
            model.save(path)
        with pytest.warns(UserWarning, match=f"{sentence} here, which is Adam instead"):
            Sequence.load(path)


def test_means_of_each_channel_stay_a_layer(tmp_path: Path) -> None:
    keras = keras_module()
    layers = keras.layers
    x = np.random.default_rng(0).random((5, 4, 4, 3)).astype(np.float32)
    with quiet_keras():
        norm = layers.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.04, 0.05, 0.06])
        model = keras.Sequential([keras.Input((4, 4, 3)), norm, layers.Flatten(), layers.Dense(2)])
        model.save(tmp_path / "net.keras")
        wanted = model.predict(x, verbose=0)
    report = KerasReader().report(tmp_path / "net.keras")
    assert report.model is not None
    assert report.model.network.layers[0] == Normalization((0.4, 0.5, 0.6), (0.04, 0.05, 0.06))
    np.testing.assert_allclose(report.model.network.predict(x), wanted, atol=CLOSE)


@pytest.mark.parametrize("name", ["table", "values", "grey", "colour"])
def test_our_own_file_may_be_saved_again_by_keras(name: str, tmp_path: Path) -> None:
    keras = keras_module()
    pipeline = CASES[name]
    network = network_for(pipeline)
    Keras().write(TrainedModel(network, pipeline), tmp_path / "ours.keras")
    with quiet_keras():
        keras.models.load_model(tmp_path / "ours.keras").save(tmp_path / "theirs.keras")
    found = load_model(tmp_path / "theirs.keras")
    raw = raw_samples(pipeline.inputs)
    if isinstance(pipeline.inputs, TableInputs):
        raw |= {column.name: numbered(column, raw[column.name]) for column in pipeline.inputs.columns}
    ours = pipeline.outputs.decode(network.predict(pipeline.transform(raw_samples(pipeline.inputs))))
    predictions = found.predictions(raw)
    if ours.values is not None:
        assert predictions.values is not None
        np.testing.assert_allclose(predictions.values, ours.values, rtol=CLOSE)
    else:
        np.testing.assert_allclose(predictions.probabilities, ours.probabilities, atol=CLOSE)  # type: ignore[arg-type]


def numbered(column: FittedColumn, values: Any) -> Any:
    """Categories by their places, as names of categories are not in Keras's file."""
    if not isinstance(column, CategoryColumn):
        return values
    coded = column.encode(values)
    return [str(row.argmax()) if row.any() else "another" for row in coded]


def test_what_does_not_fit_is_named(tmp_path: Path) -> None:
    keras = keras_module()
    layers = keras.layers

    def fault(*given: Any, shape: tuple[int, ...] = (8, 8, 2)) -> str:
        with quiet_keras():
            keras.Sequential([keras.Input(shape), *given, layers.Flatten(), layers.Dense(2)]).save(
                tmp_path / "x.keras"
            )
        report = KerasReader().report(tmp_path / "x.keras")
        assert report.model is None
        return report.fault

    assert fault(layers.DepthwiseConv2D(3, name="deep")) == "deep: there is no layer here for DepthwiseConv2D"
    assert fault(layers.Conv2D(4, 3, groups=2, name="g")) == "g: groups must be 1, got 2"
    assert (
        fault(layers.Dense(3, name="d")) == "d: Dense needs a row of numbers; it gets an image of 8 × 8 × 2"
    )
    assert fault(layers.Dense(3, "selu", name="s"), shape=(4,)) == "s: there is no activation here for selu"
    assert fault(layers.ReLU(max_value=6.0, name="r")) == "r: there is no ReLU here with max_value 6.0"
    assert fault(layers.BatchNormalization(axis=1, name="b")).startswith("b: axis must be -1")
    assert fault(layers.UpSampling2D(name="u"), layers.Cropping2D(name="p")).endswith("(and 1 more)")
    assert fault(layers.Lambda(lambda x: x, output_shape=(8, 8, 2), name="l")) == (
        "l: it holds Python code, which is not run"
    )


def test_a_prelu_of_one_slope_and_dropout_as_in_training_are_adapted(tmp_path: Path) -> None:
    keras = keras_module()
    layers = keras.layers
    x = np.random.default_rng(0).normal(size=(5, 4, 4, 3)).astype(np.float32)
    with quiet_keras():
        inputs = keras.Input((4, 4, 3))
        slopes = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])
        y = layers.Flatten()(slopes(layers.Conv2D(3, 3)(inputs)))
        model = keras.Model(inputs, layers.Dense(2)(layers.Dropout(0.5)(y, training=True)))
        model.save(tmp_path / "net.keras")
        slopes.set_weights([np.array([[[0.1, 0.2, 0.3]]])])
        model.save(tmp_path / "other.keras")
        bare = keras.Model(inputs, model.layers[-1](y))
        slopes.set_weights([np.full((1, 1, 3), 0.25)])
        wanted = bare.predict(x, verbose=0)
        trains = layers.Dense(2)(layers.BatchNormalization()(layers.Dense(3)(y), training=True))
        keras.Model(inputs, trains).save(tmp_path / "trains.keras")
    report = KerasReader().report(tmp_path / "net.keras")
    assert report.model is not None, report.fault
    remarks = [row.remark for row in report.layers if row.fit == "adapted"]
    assert remarks == [
        "its slope is not learned here",
        "it drops in predictions too, in the file; here in training alone",
    ]
    np.testing.assert_allclose(report.model.network.predict(x), wanted, atol=CLOSE)
    fault = KerasReader().report(tmp_path / "other.keras").fault
    assert fault.startswith("p_re_lu")
    assert "a slope of its own for each channel" in fault
    assert "it normalizes each batch" in KerasReader().report(tmp_path / "trains.keras").fault
