"""Idioms of Keras and scikit-learn, each as one function that runs on their modules and on this library's.

A row is called with a namespace: `keras` itself, or `core` under the same names; its answers must agree. Layers and
weights are given, so that also the numbers of predictions and losses are compared where both compute the same.
"""

from __future__ import annotations

from collections.abc import Callable
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


IDIOMS: Final = (
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
