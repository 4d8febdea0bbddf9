"""Idioms of Keras and scikit-learn, each as one function that runs on their modules and on this library's.

A row is called with a namespace: `keras` itself, or `core` under the same names; its answers must agree. Layers and
weights are given, so that also the numbers of predictions and losses are compared where both compute the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

RNG = np.random.default_rng(0)
X: Final = RNG.normal(size=(64, 3)).astype(np.float32)
Y: Final = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
ONE_HOT: Final = np.eye(2, dtype=np.float32)[Y]
VALUES: Final = (X @ np.array([1.0, -2.0, 0.5])).astype(np.float32)
START: Final = (RNG.normal(size=(3, 4)) * 0.5, np.zeros(4), RNG.normal(size=(4, 2)) * 0.5, np.zeros(2))


class Names(NamedTuple):
    """The classes of one side, by Keras's names."""

    Sequential: Any
    Input: Any
    layers: Any
    losses: Any
    optimizers: Any
    callbacks: Any
    regularizers: Any
    metrics: Any
    utils: Any
    models: Any
    ops: Any


class Idiom(NamedTuple):
    """`run(names)` gives what both sides must agree on: shapes, keys, counts, or numbers to a tolerance."""

    call: str
    run: Callable[[Names], Any]
    tolerance: float = 0.0


def _classifier(k: Names, *, metrics: Any = None, end: str = "softmax", loss: Any = None, **fit: Any) -> Any:
    model = k.Sequential(
        [k.Input(shape=(3,)), k.layers.Dense(4, activation="tanh"), k.layers.Dense(2, activation=end)]
    )
    model.compile(
        optimizer=k.optimizers.SGD(0.1),
        loss=loss or "sparse_categorical_crossentropy",
        metrics=["accuracy"] if metrics is None else metrics,
    )
    model.set_weights([np.asarray(array, np.float32) for array in START])
    return model


def _without_metrics(k: Names) -> Any:
    model = _classifier(k, metrics=[])
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    return model


def _fit(k: Names, **given: Any) -> Any:
    model = _classifier(k, metrics=given.pop("metrics", None))
    options = {"epochs": 2, "batch_size": 16, "verbose": 0, "shuffle": False} | given
    y = options.pop("y", Y)
    return model.fit(X, y, **options), model


def _history(k: Names, *names: str, **given: Any) -> Any:
    history, _ = _fit(k, **given)
    return [np.asarray(history.history[name]) for name in names or ("loss",)]


def _seen(k: Names, hook: str, **given: Any) -> Any:
    seen: list[Any] = []
    _fit(
        k,
        callbacks=[k.callbacks.LambdaCallback(**{hook: lambda index, logs=None: seen.append(index)})],
        **given,
    )
    return seen


def _subclass(k: Names) -> Any:
    seen: list[Any] = []

    class Mine(k.callbacks.Callback):  # type: ignore[misc,name-defined]
        def on_train_begin(self, logs: Any = None) -> None:
            seen.append(self.params["epochs"])

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append((epoch, "val_loss" in logs, len(self.model.get_weights())))

    _fit(k, callbacks=[Mine()], validation_split=0.25)
    return seen


def _stops(k: Names) -> Any:
    class Stop(k.callbacks.Callback):  # type: ignore[misc,name-defined]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.stop_training = epoch == 1

    return _fit(k, callbacks=[Stop()], epochs=9)[0].epoch


def _stopping(k: Names, **given: Any) -> Any:
    stopping = k.callbacks.EarlyStopping(monitor="val_loss", **given)
    return len(_fit(k, callbacks=[stopping], epochs=9, validation_split=0.25)[0].history["loss"])


def _restored(k: Names) -> Any:
    stopping = k.callbacks.EarlyStopping(
        monitor="val_loss", patience=2, min_delta=9.0, restore_best_weights=True
    )
    return _fit(k, callbacks=[stopping], epochs=9, validation_split=0.25)[1].get_weights()[0]


def _rates(k: Names, callback: Any) -> Any:
    return np.asarray(_fit(k, callbacks=[callback], epochs=6)[0].history["learning_rate"])


def _values(k: Names, **given: Any) -> Any:
    model = k.Sequential([k.Input(shape=(3,)), k.layers.Dense(1)])
    model.compile(optimizer=k.optimizers.SGD(0.05), loss="mse", metrics=["mae"])
    model.set_weights([np.full((3, 1), 0.5, np.float32), np.zeros(1, np.float32)])
    history = model.fit(X, VALUES, epochs=3, batch_size=16, verbose=0, shuffle=False, **given)
    return history, model


def _logits(k: Names) -> Any:
    model = _classifier(k, end="linear", loss=k.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(X, Y, epochs=2, batch_size=16, verbose=0, shuffle=False)
    return [np.asarray(history.history["loss"]), model.predict(X, verbose=0)]


def _binary(k: Names, *, logits: bool) -> Any:
    model = k.Sequential(
        [k.Input(shape=(3,)), k.layers.Dense(1, activation="linear" if logits else "sigmoid")]
    )
    loss = k.losses.BinaryCrossentropy(from_logits=True) if logits else "binary_crossentropy"
    model.compile(optimizer=k.optimizers.SGD(0.1), loss=loss)
    model.set_weights([np.full((3, 1), 0.3, np.float32), np.zeros(1, np.float32)])
    return np.asarray(
        model.fit(X, Y[:, None], epochs=2, batch_size=16, verbose=0, shuffle=False).history["loss"]
    )


def _regularized(k: Names) -> Any:
    layer = k.layers.Dense(2, activation="softmax", kernel_regularizer=k.regularizers.L2(0.1))
    model = k.Sequential([k.Input(shape=(3,)), layer])
    model.compile(optimizer=k.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    model.set_weights([np.asarray(START[0][:, :2], np.float32), np.zeros(2, np.float32)])
    model.fit(X, Y, epochs=3, batch_size=16, verbose=0, shuffle=False)
    return model.get_weights()[0]


def _added(k: Names) -> Any:
    model = k.Sequential()
    model.add(k.Input(shape=(6, 6, 1)))
    model.add(k.layers.Conv2D(2, 3, activation="relu"))
    model.add(k.layers.MaxPooling2D())
    model.add(k.layers.Flatten())
    model.add(k.layers.Dropout(0.5))
    model.add(k.layers.Dense(3, activation="softmax"))
    return model.count_params(), [array.shape for array in model.get_weights()], len(model.layers)


def _layer_weights(k: Names) -> Any:
    model = _classifier(k)
    model.layers[0].set_weights([np.ones((3, 4), np.float32), np.ones(4, np.float32)])
    return [array.shape for array in model.layers[1].get_weights()], model.predict(X, verbose=0)


def _summary(k: Names) -> Any:
    lines: list[str] = []
    _classifier(k).summary(print_fn=lambda text, **_: lines.append(text))
    words = "\n".join(lines)
    return [
        word in words for word in ("Layer (type)", "Output Shape", "Param #", "(None, 4)", "Total params: 26")
    ]


def _again(k: Names) -> Any:
    model = _fit(k)[1]
    return np.asarray(model.fit(X, Y, epochs=1, batch_size=16, verbose=0, shuffle=False).history["loss"])


_FIRST: Final = (
    Idiom(
        "Sequential([Input(shape=(3,)), Dense(4), Dense(2)])",
        lambda k: [a.shape for a in _classifier(k).get_weights()],
    ),
    Idiom("model.add(Conv2D(...)), MaxPooling2D, Flatten, Dropout", _added),
    Idiom("model.count_params()", lambda k: _classifier(k).count_params()),
    Idiom("model.summary(print_fn=...)", _summary),
    Idiom("model.layers[0].set_weights(...), layers[1].get_weights()", _layer_weights, 1e-5),
    Idiom("model.layers[0].units", lambda k: [layer.units for layer in _classifier(k).layers]),
    Idiom(
        "model.layers[0].count_params()", lambda k: [layer.count_params() for layer in _classifier(k).layers]
    ),
    Idiom(
        "model.set_weights(model.get_weights())",
        lambda k: _classifier(k).set_weights(_classifier(k).get_weights()),
    ),
    Idiom("model.predict(X, verbose=0)", lambda k: _classifier(k).predict(X, verbose=0), 1e-5),
    Idiom(
        "model.predict(X, batch_size=7)", lambda k: _classifier(k).predict(X, batch_size=7, verbose=0), 1e-5
    ),
    Idiom("model.evaluate(X, y)", lambda k: np.asarray(_classifier(k).evaluate(X, Y, verbose=0)), 1e-4),
    Idiom("loss = model.evaluate(X, y)", lambda k: _without_metrics(k).evaluate(X, Y, verbose=0) + 0.0, 1e-4),
    Idiom(
        "model.evaluate(X, y, sample_weight=...)",
        lambda k: _classifier(k).evaluate(X, Y, verbose=0, sample_weight=np.linspace(0, 2, 64))[0],
        1e-4,
    ),
    Idiom(
        "model.evaluate(X, y, return_dict=True)",
        lambda k: sorted(_classifier(k).evaluate(X, Y, verbose=0, return_dict=True)),
    ),
    Idiom(
        "loss, accuracy = model.evaluate(X, y, return_dict=False)",
        lambda k: len(_classifier(k).evaluate(X, Y, verbose=0, return_dict=False)),
    ),
    Idiom("model.fit(X, y, epochs=2).history['loss']", _history, 1e-4),
    Idiom("fit(...).history['accuracy'] has a value per epoch", lambda k: len(_history(k, "accuracy")[0])),
    Idiom("fit(...).epoch", lambda k: _fit(k)[0].epoch),
    Idiom(
        "fit(...).params['epochs'], ['steps']", lambda k: [_fit(k)[0].params[n] for n in ("epochs", "steps")]
    ),
    Idiom("fit(X, one_hot) with categorical_crossentropy", lambda k: _one_hot(k), 1e-4),
    Idiom("fit(X, y, 16, 2) by position", lambda k: len(_classifier(k).fit(X, Y, 16, 2, 0).history["loss"])),
    Idiom(
        "fit(validation_split=0.25)",
        lambda k: _history(k, "loss", "val_loss", "val_accuracy", validation_split=0.25),
        1e-4,
    ),
    Idiom(
        "fit(validation_data=(X, y))", lambda k: _history(k, "val_loss", validation_data=(X[:9], Y[:9])), 1e-4
    ),
    Idiom("fit(sample_weight=...)", lambda k: _history(k, sample_weight=np.linspace(0.0, 2.0, 64)), 1e-4),
    Idiom(
        "weights after fit(sample_weight=...)",
        lambda k: _fit(k, sample_weight=np.linspace(0, 2, 64))[1].get_weights()[0],
        1e-4,
    ),
    Idiom("fit(class_weight={0: 1.0, 1: 3.0})", lambda k: _history(k, class_weight={0: 1.0, 1: 3.0}), 1e-4),
    Idiom("fit(initial_epoch=3, epochs=5)", lambda k: _fit(k, initial_epoch=3, epochs=5)[0].epoch),
    Idiom("fit twice goes on", _again, 1e-4),
    Idiom("fit(callbacks=[LambdaCallback(on_epoch_begin=...)])", lambda k: _seen(k, "on_epoch_begin")),
    Idiom(
        "fit(callbacks=[LambdaCallback(on_epoch_end=...)])",
        lambda k: _seen(k, "on_epoch_end", initial_epoch=1, epochs=3),
    ),
    Idiom(
        "fit(callbacks=[LambdaCallback(on_train_batch_end=...)])", lambda k: _seen(k, "on_train_batch_end")
    ),
    Idiom("class Mine(Callback) with self.model and self.params", _subclass),
    Idiom("self.model.stop_training = True", _stops),
    Idiom("EarlyStopping(monitor, patience)", lambda k: _stopping(k, patience=3, min_delta=9.0)),
    Idiom("EarlyStopping(restore_best_weights=True)", _restored, 1e-4),
    Idiom(
        "EarlyStopping(mode='max', start_from_epoch=2)",
        lambda k: _stopping(k, mode="max", start_from_epoch=2, patience=1),
    ),
    Idiom(
        "ReduceLROnPlateau(factor, patience, min_delta)",
        lambda k: _rates(
            k, k.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=9.0, cooldown=1)
        )[-1],
        1e-6,
    ),
    Idiom("LearningRateScheduler(f) learns at f(epoch)", lambda k: _scheduled(k), 1e-4),
    Idiom("compile(loss=SparseCategoricalCrossentropy(from_logits=True))", _logits, 1e-4),
    Idiom("compile(loss=BinaryCrossentropy(from_logits=True))", lambda k: _binary(k, logits=True), 1e-4),
    Idiom("compile(loss='binary_crossentropy') on a column", lambda k: _binary(k, logits=False), 1e-4),
    Idiom(
        "compile(loss='mse', metrics=['mae'])",
        lambda k: [
            np.asarray(_values(k)[0].history["loss"]),
            sorted(_values(k)[1].evaluate(X, VALUES, verbose=0, return_dict=True)),
        ],
        1e-4,
    ),
    Idiom("Dense(kernel_regularizer=L2(0.1))", _regularized, 1e-4),
    Idiom("TerminateOnNaN()", lambda k: len(_fit(k, callbacks=[k.callbacks.TerminateOnNaN()])[0].epoch)),
    Idiom("metrics=[Precision(), Recall(), AUC()] have Keras's keys", lambda k: _keys(k)),
)


def _one_hot(k: Names) -> Any:
    model = _classifier(k, loss="categorical_crossentropy")
    return np.asarray(
        model.fit(X, ONE_HOT, epochs=2, batch_size=16, verbose=0, shuffle=False).history["loss"]
    )


def _scheduled(k: Names) -> Any:
    return _fit(k, callbacks=[k.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))])[
        1
    ].get_weights()[0]


def _keys(k: Names) -> Any:
    model = k.Sequential([k.Input(shape=(3,)), k.layers.Dense(1, activation="sigmoid")])
    model.compile(
        optimizer=k.optimizers.SGD(0.1),
        loss="binary_crossentropy",
        metrics=[k.metrics.Precision(), k.metrics.Recall(), k.metrics.AUC()],
    )
    history = model.fit(X, Y[:, None], epochs=1, verbose=0)
    return sorted(name.rstrip("_0123456789") for name in history.history if name != "learning_rate")


# -- the first week ---------------------------------------------------------------------------------------------------

MANY: Final = (X > 0).astype(np.float32)
IMAGES: Final = RNG.normal(size=(8, 6, 6, 1)).astype(np.float32)
QUIET: Final = {"verbose": 0, "shuffle": False, "batch_size": 16}


def _array(value: Any) -> Any:
    """An array of either side's, which may know its gradients."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value)


def _built(k: Names, *layers: Any, **compiled: Any) -> Any:
    model = k.Sequential([k.Input(shape=(3,)), *layers])
    model.compile(**({"optimizer": k.optimizers.SGD(0.1), "loss": "mse"} | compiled))
    for array in model.weights:
        array.assign(
            np.linspace(-0.5, 0.5, int(np.prod(array.shape))).reshape(array.shape).astype(np.float32)
        )
    return model


def _popped(k: Names) -> Any:
    model = _classifier(k)
    kept = model.get_weights()[0]
    model.pop()
    model.add(k.layers.Dense(5))
    return len(model.layers), model.output_shape, np.array_equal(model.get_weights()[0], kept)


def _named(k: Names) -> Any:
    model = _built(k, k.layers.Dense(4, name="hidden"), k.layers.Dense(1, name="out"))
    return (
        model.get_layer("hidden").units,
        model.get_layer(index=1).name,
        [layer.name for layer in model.layers],
    )


def _frozen(k: Names) -> Any:
    model = _built(k, k.layers.Dense(4, activation="tanh"), k.layers.Dense(1))
    model.layers[0].trainable = False
    model.compile(optimizer=k.optimizers.SGD(0.1), loss="mse")
    model.fit(X, VALUES, epochs=2, **QUIET)
    return [len(model.trainable_weights), len(model.non_trainable_weights), *model.get_weights()]


def _frozen_normalization(k: Names) -> Any:
    model = _built(k, k.layers.BatchNormalization(trainable=False), k.layers.Dense(1))
    model.layers[0].moving_variance.assign(np.full(3, 2.0, np.float32))
    model.fit(X, VALUES, epochs=2, **QUIET)
    return model.get_weights()


def _assigned(k: Names) -> Any:
    model = _built(k, k.layers.Dense(2))
    model.layers[0].kernel.assign(np.ones((3, 2), np.float32))
    model.layers[0].bias.assign([1.0, 2.0])
    return model.predict(X, verbose=0)


def _shared(k: Names) -> Any:
    base = _built(k, k.layers.Dense(4, activation="tanh"), k.layers.Dense(1))
    again = k.Sequential([k.Input(shape=(3,)), *base.layers[:-1]])
    return again.predict(X, verbose=0)


def _nested(k: Names) -> Any:
    base = _built(k, k.layers.Dense(4, activation="tanh"))
    return k.Sequential([base, k.layers.Dense(2)]).predict(X, verbose=0).shape


def _batches(count: int | None = None) -> Any:
    place = 0
    while count is None or place < count:
        rows = np.arange(place * 16, place * 16 + 16) % 64
        yield X[rows], VALUES[rows, None]
        place += 1


class _Pages:
    """Batches as Keras's PyDataset has them."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, place: int) -> Any:
        return X[place * 16 : place * 16 + 16], VALUES[place * 16 : place * 16 + 16, None]


def _pages(k: Names) -> Any:
    base = getattr(k.utils, "PyDataset", object)
    return type("Pages", (_Pages, base), {})() if base is not object else _Pages()


def _generated(k: Names, source: Any, **given: Any) -> Any:
    model = _built(k, k.layers.Dense(1), metrics=["mae"])
    history = model.fit(source, epochs=2, verbose=0, **given)
    return [history.history["loss"], *model.get_weights()]


def _several(k: Names, metrics: Any) -> Any:
    model = _built(k, k.layers.Dense(3, activation="sigmoid"), loss="binary_crossentropy", metrics=metrics)
    history = model.fit(X, MANY, epochs=2, **QUIET)
    return [history.history["loss"], *model.evaluate(X, MANY, verbose=0), *model.get_weights()]


def _own_loss(k: Names, function: Callable[[Any, Any], Any]) -> Any:
    model = _built(k, k.layers.Dense(4, activation="tanh"), k.layers.Dense(1), loss=function)
    history = model.fit(X, VALUES[:, None], epochs=2, **QUIET)
    return [history.history["loss"], *model.get_weights()]


def _own_metric(k: Names) -> Any:
    def largest(y_true: Any, y_pred: Any) -> Any:
        return k.ops.max(k.ops.abs(y_true - y_pred))

    model = _built(k, k.layers.Dense(1), metrics=[largest])
    return model.evaluate(X, VALUES[:, None], batch_size=64, verbose=0)


def _written(k: Names, act: Callable[[Any, str], Any]) -> Any:
    with TemporaryDirectory() as folder:
        return act(_built(k, k.layers.Dense(4, activation="tanh"), k.layers.Dense(1)), folder)


def _weights_again(k: Names) -> Any:
    def act(model: Any, folder: str) -> Any:
        model.save_weights(f"{folder}/m.weights.h5")
        kept = model.predict(X, verbose=0)
        model.set_weights([np.zeros_like(array) for array in model.get_weights()])
        model.load_weights(f"{folder}/m.weights.h5")
        return np.array_equal(model.predict(X, verbose=0), kept)

    return _written(k, act)


def _model_again(k: Names) -> Any:
    def act(model: Any, folder: str) -> Any:
        model.save(f"{folder}/m.keras")
        return k.models.load_model(f"{folder}/m.keras").predict(X, verbose=0)

    return _written(k, act)


def _checkpoints(k: Names, **given: Any) -> Any:
    def act(model: Any, folder: str) -> Any:
        name = "e{epoch:02d}.weights.h5" if given.get("save_weights_only") else "e{epoch:02d}.keras"
        saving = k.callbacks.ModelCheckpoint(f"{folder}/kept/{name}", **given)
        model.fit(X, VALUES, epochs=3, validation_split=0.25, callbacks=[saving], **QUIET)
        return sorted(path.name for path in Path(folder, "kept").iterdir())

    return _written(k, act)


def _logged(k: Names) -> Any:
    def act(model: Any, folder: str) -> Any:
        model.fit(X, VALUES, epochs=3, callbacks=[k.callbacks.CSVLogger(f"{folder}/log.csv")], **QUIET)
        return len(Path(folder, "log.csv").read_text().splitlines())

    return _written(k, act)


def _seeded(k: Names) -> Any:
    def made() -> Any:
        return [k.Sequential([k.Input(shape=(3,)), k.layers.Dense(4)]).get_weights()[0] for _ in range(2)]

    k.utils.set_random_seed(7)
    first, second = made()
    k.utils.set_random_seed(7)
    return np.array_equal(first, made()[0]), np.array_equal(first, second)


def _rate_set(k: Names) -> Any:
    model = _built(k, k.layers.Dense(1))
    model.optimizer.learning_rate = 0.02
    model.fit(X, VALUES, epochs=1, **QUIET)
    return [float(np.asarray(model.optimizer.learning_rate)), *model.get_weights()]


def _rate_falls(k: Names, hook: str) -> Any:
    def fall(index: int, logs: Any = None) -> None:
        model.optimizer.learning_rate = 0.1 / (index + 1)

    model = _built(k, k.layers.Dense(1))
    model.fit(X, VALUES, epochs=3, callbacks=[k.callbacks.LambdaCallback(**{hook: fall})], **QUIET)
    return model.get_weights()


def _validated(k: Names, often: Any) -> Any:
    history = _fit(k, epochs=4, validation_split=0.25, validation_freq=often)[0].history
    return history["val_loss"]


def _waits(k: Names) -> Any:
    stopping = k.callbacks.EarlyStopping(monitor="val_loss", patience=1, min_delta=9.0)
    return len(_fit(k, epochs=9, validation_split=0.25, validation_freq=2, callbacks=[stopping])[0].epoch)


def _built_later(k: Names) -> Any:
    model = k.Sequential([k.layers.Dense(4, activation="relu"), k.layers.Dense(2)])
    model.build((None, 3))
    return [array.shape for array in model.get_weights()], model.input_shape, model.output_shape


def _images(k: Names) -> Any:
    model = k.Sequential([k.Input(shape=(6, 6, 1)), k.layers.Conv2D(2, 3, padding="same", strides=2)])
    return model.output_shape, model.predict(IMAGES, verbose=0).shape


def _best_by(k: Names, name: str) -> Any:
    stopping = k.callbacks.EarlyStopping(monitor=name, patience=2, min_delta=9.0, mode="max")
    return len(_fit(k, epochs=9, validation_split=0.25, callbacks=[stopping])[0].epoch)


def _soft(k: Names) -> Any:
    shares = np.linspace(0.1, 0.9, 64, dtype=np.float32)
    model = _classifier(k, loss="categorical_crossentropy")
    return model.fit(X, np.c_[shares, 1 - shares], epochs=2, **QUIET).history["loss"]


def _keys_of(k: Names, *metrics: Any) -> Any:
    model = _built(
        k, k.layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy", metrics=list(metrics)
    )
    return sorted(model.evaluate(X, Y[:, None], verbose=0, return_dict=True))


def _step_by_step(k: Names) -> Any:
    model = _built(k, k.layers.Dense(1))
    for start in range(0, 64, 16):
        model.train_on_batch(X[start : start + 16], VALUES[start : start + 16, None])
    return [float(model.test_on_batch(X, VALUES[:, None])), model.predict_on_batch(X), *model.get_weights()]


_WEEK: Final = (
    Idiom("model.pop(), add(...) keeps the others' weights", _popped),
    Idiom("Dense(4, name='hidden'), model.get_layer('hidden')", _named),
    Idiom("model.layers[0].trainable = False", _frozen, 1e-4),
    Idiom("BatchNormalization(trainable=False)", _frozen_normalization, 1e-4),
    Idiom("model.weights", lambda k: [tuple(w.shape) for w in _classifier(k).weights]),
    Idiom("model.weights[0].name", lambda k: [w.name for w in _classifier(k).weights]),
    Idiom("model.trainable_variables", lambda k: len(_classifier(k).trainable_variables)),
    Idiom(
        "layer.kernel.shape, layer.bias.shape",
        lambda k: [tuple(w.shape) for w in (_classifier(k).layers[0].kernel, _classifier(k).layers[0].bias)],
    ),
    Idiom("layer.kernel.numpy()", lambda k: _classifier(k).layers[0].kernel.numpy(), 1e-6),
    Idiom("layer.kernel.assign(...)", _assigned, 1e-5),
    Idiom("layer.weights", lambda k: [tuple(w.shape) for w in _classifier(k).layers[1].weights]),
    Idiom("Sequential([..., *model.layers[:-1]])", _shared, 1e-5),
    Idiom("Sequential([model, Dense(2)])", _nested),
    Idiom("model(X)", lambda k: _array(_classifier(k)(X)), 1e-5),
    Idiom("model(X, training=False)[0]", lambda k: _array(_classifier(k)(X, training=False)[0]), 1e-5),
    Idiom(
        "model.input_shape, model.output_shape",
        lambda k: [_classifier(k).input_shape, _classifier(k).output_shape],
    ),
    Idiom("model.build((None, 3))", _built_later),
    Idiom("fit(generator, steps_per_epoch=4)", lambda k: _generated(k, _batches(), steps_per_epoch=4), 1e-4),
    Idiom(
        "fit(generator, validation_data=generator)",
        lambda k: _generated(
            k, _batches(), steps_per_epoch=4, validation_data=_batches(), validation_steps=2
        ),
        1e-4,
    ),
    Idiom("fit(PyDataset)", lambda k: _generated(k, _pages(k), shuffle=False), 1e-4),
    Idiom("fit(validation_freq=2)", lambda k: _validated(k, 2), 1e-4),
    Idiom("fit(validation_freq=[1, 4])", lambda k: _validated(k, [1, 4]), 1e-4),
    Idiom("EarlyStopping beside validation_freq", _waits),
    Idiom("EarlyStopping(monitor='val_accuracy', mode='max')", lambda k: _best_by(k, "val_accuracy")),
    Idiom(
        "Dense(3, activation='sigmoid') with several labels", lambda k: _several(k, ["binary_accuracy"]), 1e-4
    ),
    Idiom("metrics=['accuracy'] of several labels", lambda k: _several(k, ["accuracy"]), 1e-4),
    Idiom(
        "metrics=[Precision(), Recall()] of several labels",
        lambda k: _several(k, [k.metrics.Precision(), k.metrics.Recall()]),
        1e-4,
    ),
    Idiom(
        "compile(loss=function of rows)",
        lambda k: _own_loss(k, lambda y, p: k.ops.mean(k.ops.abs(y - p) ** 3, axis=-1)),
        1e-4,
    ),
    Idiom(
        "compile(loss=function of the batch)",
        lambda k: _own_loss(k, lambda y, p: k.ops.sqrt(k.ops.mean(k.ops.square(y - p)))),
        1e-4,
    ),
    Idiom("metrics=[function]", _own_metric, 1e-4),
    Idiom(
        "Precision(name='p')",
        lambda k: _keys_of(k, k.metrics.Precision(name="p"), k.metrics.Recall(name="r")),
    ),
    Idiom(
        "metrics=[BinaryAccuracy(), MeanSquaredError()]",
        lambda k: _keys_of(k, k.metrics.BinaryAccuracy(), k.metrics.AUC(name="area")),
    ),
    Idiom("save_weights, load_weights", _weights_again),
    Idiom("save('m.keras'), models.load_model", _model_again, 1e-5),
    Idiom("ModelCheckpoint(save_weights_only=True)", lambda k: _checkpoints(k, save_weights_only=True)),
    Idiom("ModelCheckpoint(filepath)", lambda k: _checkpoints(k)),
    Idiom("CSVLogger(filename)", _logged),
    Idiom("utils.to_categorical(y)", lambda k: k.utils.to_categorical(Y), 1e-9),
    Idiom(
        "utils.to_categorical(y, num_classes=4)",
        lambda k: k.utils.to_categorical(Y[:, None], num_classes=4),
        1e-9,
    ),
    Idiom("utils.set_random_seed(7)", _seeded),
    Idiom("model.optimizer.learning_rate = 0.02", _rate_set, 1e-4),
    Idiom(
        "self.model.optimizer.learning_rate in on_epoch_begin",
        lambda k: _rate_falls(k, "on_epoch_begin"),
        1e-4,
    ),
    Idiom("... in on_train_batch_begin", lambda k: _rate_falls(k, "on_train_batch_begin"), 1e-4),
    Idiom(
        "Dense(4, activation=None)",
        lambda k: _built(k, k.layers.Dense(2, activation=None)).predict(X, verbose=0),
        1e-5,
    ),
    Idiom("Dense(20_000)", lambda k: _built(k, k.layers.Dense(20_000)).count_params()),
    Idiom("SGD(200.0)", lambda k: float(np.asarray(k.optimizers.SGD(200.0).learning_rate))),
    Idiom("compile('adam', 'mse')", lambda k: _rate_of(k)),
    Idiom("Conv2D(2, 3, padding='same', strides=2)", _images),
    Idiom("categorical_crossentropy on rows of probabilities", _soft, 1e-4),
    Idiom("train_on_batch, test_on_batch, predict_on_batch", _step_by_step, 1e-4),
    Idiom("fit(callbacks=None)", lambda k: len(_fit(k, callbacks=None)[0].epoch)),
    Idiom(
        "model.fit(...).history.keys()",
        lambda k: sorted(set(_fit(k, validation_split=0.25)[0].history) - {"learning_rate"}),
    ),
    Idiom(
        "np.argmax(model.predict(X), axis=-1)",
        lambda k: np.argmax(_classifier(k).predict(X, verbose=0), axis=-1),
        1e-9,
    ),
)


def _rate_of(k: Names) -> Any:
    model = _built(k, k.layers.Dense(1))
    model.compile("adam", "mse", ["mae"])
    return round(float(np.asarray(model.optimizer.learning_rate)), 6)


IDIOMS: Final = (*_FIRST, *_WEEK)


INSTEAD: Final = (
    ("Dense(4, input_shape=(3,))", lambda k: k.Dense(4, input_shape=(3,)), r"Input\(4\)"),
    ("Dense(4, kernel_constraint=...)", lambda k: k.Dense(4, kernel_constraint=None), "no constraints"),
    ("Adam(clipnorm=1.0)", lambda k: k.Adam(clipnorm=1.0), "ClipByNorm"),
    ("Dense(4)(x)", lambda k: k.Dense(4)(k.Input(3)), "Residual"),
    ("Model(inputs, outputs)", lambda k: k.Model, "Residual"),
    ("Concatenate()", lambda k: k.Concatenate, "stack of layers"),
    ("TensorBoard()", lambda k: k.TensorBoard, "CSVLogger"),
    ("model.to_json()", lambda k: k.Sequential([k.Dense(2)]).to_json(), "save"),
    ("model.inputs", lambda k: k.Sequential([k.Dense(2)]).inputs, "activations"),
    (
        "model(X, training=True)",
        lambda k: k.Sequential([k.Input(3), k.Dense(2)])(X, training=True),
        "fit and step",
    ),
    ("save('m.h5')", lambda k: k.Sequential([k.Input(3), k.Dense(2)]).save("m.h5"), ".keras"),
    (
        "fit(X, y, steps_per_epoch=2)",
        lambda k: k.Sequential([k.Dense(2, "softmax")]).fit(X, Y, steps_per_epoch=2),
        "batch_size",
    ),
    ("MLPClassifier(max_iter=9)", lambda k: k.NetworkClassifier(max_iter=9), "epochs"),
    ("MLPClassifier(alpha=0.1)", lambda k: k.NetworkClassifier(alpha=0.1), "regularizer"),
    ("MLPClassifier(solver='sgd')", lambda k: k.NetworkClassifier(solver="sgd"), "optimizer"),
    (
        "MLPRegressor(learning_rate_init=0.1)",
        lambda k: k.NetworkRegressor(learning_rate_init=0.1),
        "learning_rate",
    ),
)
"""Idioms that this library has not: the call, and a word of what its error says to write instead."""
