"""Callbacks in Keras's form beside those of this library, and the ones that Keras has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import (
    Callback,
    Dense,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ReduceLROnPlateau,
    Sequence,
    TerminateOnNaN,
)
from core.optim import SGD

X = np.random.default_rng(0).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)


def make(**given: Any) -> Sequence:
    settings: Any = {"epochs": 3, "batch_size": 10, "feedback_steps": 0, "optimizer": SGD(0.1)} | given
    return Sequence([Dense(4, "tanh"), Dense(2, "softmax")], **settings)


class Recorder(Callback):
    """Records the calls in Keras's form."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:  # type: ignore[override]
        self.calls.append(("begin", self.params["epochs"]))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.calls.append(("epoch", epoch))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.calls.append((batch, round(logs["loss"], 3)))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # type: ignore[override]
        self.calls.append(("ended", epoch, round(logs["loss"], 3), self.model.built))

    def on_train_end(self, logs: Any = None) -> None:  # type: ignore[override]
        self.calls.append(("end", round(logs["loss"], 3)))


def test_keras_form_is_called_with_indices_from_0() -> None:
    recorder = Recorder()
    model = make()
    loss = [round(value, 3) for value in model.fit(X, Y, epochs=2, callbacks=[recorder])["loss"]]
    batches = [call[1] for call in recorder.calls if isinstance(call[0], int)]
    assert [call[:2] for call in recorder.calls if not isinstance(call[0], int)] == [
        ("begin", 2), ("epoch", 0), ("ended", 0), ("epoch", 1), ("ended", 1), ("end", loss[1]),
    ]  # fmt: skip
    assert [call[0] for call in recorder.calls if isinstance(call[0], int)] == [0, 1, 2, 3] * 2
    assert batches[3] == loss[0]
    assert batches[7] == loss[1]


def test_batch_hooks_change_no_number() -> None:
    plain, watched = make().train(X, Y), make().train(X, Y, callbacks=[Recorder()])
    np.testing.assert_array_equal(plain.predict(X), watched.predict(X))


def test_any_object_with_such_methods_will_do() -> None:
    class Duck:
        def __init__(self) -> None:
            self.seen: list[int] = []

        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> bool:
            self.seen.append(epoch)
            return True

        def on_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            self.seen.append(10 + batch)

    duck = Duck()
    make().fit(X, Y, epochs=2, callbacks=[duck])
    # The result of Keras's form ends nothing.
    assert duck.seen == [10, 11, 12, 13, 0, 10, 11, 12, 13, 1]


def test_stop_training_ends_after_the_epoch_or_the_batch() -> None:
    model = make()

    def stop(epoch: int, logs: Any) -> None:
        model.stop_training = epoch == 1

    assert len(model.fit(X, Y, epochs=5, callbacks=[LambdaCallback(on_epoch_end=stop)])["loss"]) == 2
    again = make()

    def stop_batch(batch: int, logs: Any) -> None:
        again.stop_training = batch == 2

    history = again.fit(X, Y, epochs=5, callbacks=[LambdaCallback(on_train_batch_end=stop_batch)])
    assert len(history["loss"]) == 1
    assert np.isfinite(history["loss"][0])


def test_callbacks_of_a_fit_come_behind_the_models() -> None:
    order: list[str] = []
    model = make(callbacks=[lambda model, epoch: order.append("model")])
    model.fit(
        X, Y, epochs=1, callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: order.append("fit"))]
    )
    assert order == ["model", "fit"]


@pytest.mark.parametrize("wrong", [3, "early", EarlyStopping, object()])
def test_what_is_no_callback_is_a_sentence(wrong: Any) -> None:
    with pytest.raises(
        ValueError, match="callbacks must be objects with methods such as on_epoch_end, or functions"
    ):
        make().fit(X, Y, callbacks=[wrong])


def test_a_plateau_lowers_the_rate_down_to_its_least() -> None:
    reduce = ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=1e9, cooldown=1, min_lr=0.03)
    model = make()
    rates = model.fit(X, Y, epochs=9, callbacks=[reduce])["learning_rate"]
    # Only the first epoch improves on infinity.
    assert rates == pytest.approx([0.1] * 3 + [0.05] * 2 + [0.03] * 4)
    assert model.learning_rate == 0.03
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau: factor must be between 0 and 1, got 1\.5"):
        ReduceLROnPlateau(factor=1.5)


@pytest.mark.parametrize("schedule", [lambda epoch: 0.1 / (epoch + 1), lambda epoch, rate: 0.1 / (epoch + 1)])
def test_a_schedule_is_a_function_of_the_epoch(schedule: Any, capsys: pytest.CaptureFixture[str]) -> None:
    history = make().fit(X, Y, callbacks=[LearningRateScheduler(schedule, verbose=1)])
    assert history["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])
    assert capsys.readouterr().out.splitlines()[1] == "epoch 2: the learning rate is 0.05"
    with pytest.raises(ValueError, match="schedule must return a number of at least 0, got None"):
        make().fit(X, Y, callbacks=[LearningRateScheduler(lambda epoch: None)])  # type: ignore[arg-type,return-value]
    with pytest.raises(ValueError, match=r"schedule must be a function of the epoch, got 0\.1"):
        LearningRateScheduler(0.1)  # type: ignore[arg-type]


def test_terminate_on_nan_ends_without_an_error() -> None:
    model = Sequence([Dense(8), Dense(8), Dense(1)], loss="mse", optimizer=SGD(50.0), feedback_steps=0)
    history = model.fit(X, X[:, 0] * 100.0, callbacks=[TerminateOnNaN()])
    assert len(history.epoch) < 100


def test_terminate_on_nan_raises_an_error_where_it_is_asked_to() -> None:
    ended: list[object] = []
    model = Sequence([Dense(8), Dense(8), Dense(1)], loss="mse", optimizer=SGD(50.0), feedback_steps=0)
    callbacks = [LambdaCallback(on_train_end=ended.append), TerminateOnNaN(raise_error=True)]
    with pytest.raises(RuntimeError, match="NaN or Inf loss encountered: "):
        model.fit(X, X[:, 0] * 100.0, epochs=100, callbacks=callbacks)
    assert not ended
    model.fit(X, X[:, 0], epochs=0, callbacks=callbacks)
    assert len(ended) == 1


def test_early_stopping_has_keras_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    stopping = EarlyStopping("accuracy", patience=1, mode="min", start_from_epoch=2, baseline=0.0, verbose=1)
    assert len(make().fit(X, Y, epochs=9, callbacks=[stopping])["loss"]) == 3
    assert "accuracy improved last in epoch 0; stopping" in capsys.readouterr().out
    with pytest.raises(ValueError, match="EarlyStopping: mode must be auto, min or max, got 'up'"):
        EarlyStopping(mode="up")
    with pytest.raises(
        ValueError, match="LambdaCallback: there is no 'on_epoch'; choose from on_epoch_begin"
    ):
        LambdaCallback(on_epoch=print)
