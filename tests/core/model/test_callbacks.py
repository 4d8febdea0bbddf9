"""Callbacks: order and arguments of calls, and the effect of each."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Dense, DivergedError, Sequence
from core.model.callbacks import Callback, CSVLogger, EarlyStopping, ModelCheckpoint, RunUntil
from core.model.rate_callbacks import TerminateOnNaN
from core.optim import SGD

X = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
TRAIN, TEST = slice(0, 40), slice(40, 60)


def make(callbacks: Any = (), **given: Any) -> Sequence:
    settings = {"epochs": 6, "batch_size": 8, "feedback_steps": 0, "optimizer": SGD(0.3)} | given
    return Sequence([Dense(6, "tanh"), Dense(2, "softmax")], callbacks=callbacks, **settings)


def train(model: Sequence, **given: Any) -> Sequence:
    return model.train(X[TRAIN], Y[TRAIN], validation_data=(X[TEST], Y[TEST]), **given)


class Recorder(Callback):
    """Records all calls; stops the training in epoch `stop`."""

    def __init__(self, stop: int = 0) -> None:
        self.stop, self.calls, self.logs = stop, [], []  # type: ignore[var-annotated]

    def on_train_begin(self, model: Sequence) -> None:
        self.calls.append("begin")

    def on_epoch_end(self, model: Sequence, epoch: int, logs: Any) -> bool:
        self.calls.append(epoch)
        self.logs.append(dict(logs))
        return epoch == self.stop

    def on_train_end(self, model: Sequence) -> None:
        self.calls.append("end")


class Scripted(Callback):
    """Passes losses from a list to another callback; the weights are the epoch's number."""

    def __init__(self, callback: Callback, values: list[float], name: str = "val_loss") -> None:
        self._callback, self._values, self._name = callback, values, name

    def on_train_begin(self, model: Sequence) -> None:
        self._callback.on_train_begin(model)

    def on_epoch_end(self, model: Sequence, epoch: int, logs: Any) -> object:
        model.network.parameters.fill(epoch)
        value = self._values[epoch - 1]
        return self._callback.on_epoch_end(model, epoch, dict(logs) | {self._name: value})

    def on_train_end(self, model: Sequence) -> None:
        self._callback.on_train_end(model)


def epochs_of(callback: Callback, values: list[float], name: str = "val_loss") -> tuple[int, Sequence]:
    model = train(make([Scripted(callback, values, name)]), epochs=len(values))
    return len(model.history["loss"]), model


def test_callbacks_and_functions_are_called_side_by_side() -> None:
    recorder, seen = Recorder(stop=4), []
    model = train(make([lambda model, epoch: seen.append(epoch), recorder]))
    assert recorder.calls == ["begin", 1, 2, 3, 4, "end"]
    assert seen == [1, 2, 3, 4]
    train(model, epochs=1)
    assert recorder.calls[6:] == ["begin", 5, "end"]


def test_all_are_asked_although_one_ends_it() -> None:
    recorder = Recorder()
    train(make([lambda model, epoch: True, Recorder(1), recorder]))
    assert recorder.calls == ["begin", 1, "end"]


def test_the_end_is_told_after_an_error_too() -> None:
    def fail(model: Sequence, epoch: int) -> None:
        raise RuntimeError("no")

    recorder = Recorder()
    with pytest.raises(RuntimeError, match="no"):
        train(make([recorder, fail]))
    assert recorder.calls == ["begin", 1, "end"]


def test_logs_and_history_have_keras_names() -> None:
    recorder = Recorder()
    model = train(make([recorder], schedule="step"))
    names = ["loss", "learning_rate", "accuracy", "val_loss", "val_accuracy"]
    assert list(recorder.logs[0]) == names
    assert list(model.history) == names
    assert {len(values) for values in model.history.values()} == {6}
    assert model.history["loss"] == model.loss_history
    assert model.history["val_loss"] == model.validation_history
    assert model.history["learning_rate"] == [0.3] * 6
    found = model.evaluate(X[TEST], Y[TEST], return_dict=True)
    assert (found["loss"], found["accuracy"]) == (
        recorder.logs[-1]["val_loss"],
        recorder.logs[-1]["val_accuracy"],
    )
    train(model, epochs=2)
    assert len(model.history["loss"]) == 2
    assert len(model.loss_history) == 8


def test_a_regression_has_r2_and_what_nobody_asks_for_is_not_computed() -> None:
    recorder = Recorder()
    Sequence([Dense(1)], loss="mse", epochs=2, feedback_steps=0, callbacks=[recorder]).train(X, X[:, 0])
    assert list(recorder.logs[0]) == ["loss", "learning_rate", "r2"]
    assert list(make().train(X, Y).history) == ["loss", "learning_rate"]


def test_early_stopping_waits_for_its_patience() -> None:
    stopping = EarlyStopping(patience=2)
    epochs, _ = epochs_of(stopping, [3.0, 2.0, 2.5, 1.0, 1.0, 1.1, 0.5])
    assert (epochs, stopping.stopped_epoch, stopping.best_epoch, stopping.best) == (6, 6, 4, 1.0)


def test_early_stopping_counts_only_gains_above_min_delta() -> None:
    epochs, _ = epochs_of(EarlyStopping(patience=2, min_delta=0.5), [3.0, 2.9, 2.6, 2.0, 1.9, 1.8])
    assert epochs == 3
    epochs, _ = epochs_of(EarlyStopping(patience=2, min_delta=0.5), [3.0, 2.9, 2.4, 2.3, 1.95, 1.0])
    assert epochs == 5


def test_more_accuracy_is_better() -> None:
    epochs, _ = epochs_of(EarlyStopping("val_accuracy", patience=1), [0.5, 0.7, 0.9, 0.8], "val_accuracy")
    assert epochs == 4


@pytest.mark.parametrize("values", [[3.0, 1.0, 2.0, 2.0], [3.0, 1.0, 2.0]])
def test_the_best_weights_come_back_exactly(values: list[float]) -> None:
    # In the second case the training ends before the patience does.
    _, model = epochs_of(EarlyStopping(patience=2, restore_best_weights=True), values)
    np.testing.assert_array_equal(model.network.parameters, 2.0)
    _, model = epochs_of(EarlyStopping(patience=2), values)
    np.testing.assert_array_equal(model.network.parameters, float(len(values)))


def test_early_stopping_of_a_true_training_restores_what_predicted_best() -> None:
    saved: dict[int, list[np.ndarray]] = {}
    stopping = EarlyStopping(patience=3, restore_best_weights=True)
    keep: Callable[[Sequence, int], None] = lambda model, epoch: saved.update({epoch: model.get_weights()})  # noqa: E731
    model = train(make([keep, stopping], epochs=400, optimizer=SGD(3.0)))
    losses = model.history["val_loss"]
    assert stopping.best_epoch == int(np.argmin(losses)) + 1 == len(losses) - 3
    for ours, theirs in zip(model.get_weights(), saved[stopping.best_epoch], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert model.evaluate(X[TEST], Y[TEST], return_dict=True)["loss"] == min(losses)


def test_a_monitor_that_is_not_there_is_told() -> None:
    model = make([EarlyStopping()])
    with pytest.raises(
        ValueError,
        match=r"EarlyStopping: monitor must be one of loss, learning_rate, accuracy, got 'val_loss'; give",
    ):
        model.train(X, Y)
    with pytest.raises(
        ValueError, match="EarlyStopping: patience must be a whole number of at least 0, got -1"
    ):
        EarlyStopping(patience=-1)


def test_a_checkpoint_is_written_after_every_epoch(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    model = train(make([ModelCheckpoint(folder / "{epoch:02d}-{val_loss:.3f}.nnmodel")], epochs=3))
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"{n:02d}-{model.history['val_loss'][n - 1]:.3f}.nnmodel" for n in (1, 2, 3)]
    again = Sequence.load(folder / names[-1])
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_a_checkpoint_keeps_the_best_only(tmp_path: Path) -> None:
    path = tmp_path / "best.nnmodel"
    epochs_of(ModelCheckpoint(path, save_best_only=True), [3.0, 1.0, 2.0, 1.5])
    np.testing.assert_array_equal(Sequence.load(path).network.parameters, 2.0)


def test_terminate_on_nan_ends_with_the_last_good_weights() -> None:
    good: list[np.ndarray] = []

    def spoil(model: Sequence, epoch: int) -> None:
        if epoch == 3:
            good.append(model.network.parameters.copy())
            # Steps that explode within the next epoch.
            model._trainer.configure(model._trainer.config.replace(optimizer=SGD(100.0)))  # type: ignore[union-attr]
            model._trainer.set_class_weights(np.array([1e30, 1e30]))  # type: ignore[union-attr]

    stop = TerminateOnNaN()
    # After `spoil`, so that the weights of epoch 3 are those it kept.
    model = train(make([spoil, stop]))
    assert len(model.history["loss"]) == 3
    assert "no longer a number" in stop.reason
    np.testing.assert_array_equal(model.network.parameters, good[0])
    train(model, epochs=2)
    assert np.isfinite(model.loss_history).all()
    assert stop.reason == ""


def test_without_it_a_divergence_is_an_error_and_files_are_closed(tmp_path: Path) -> None:
    logger = CSVLogger(tmp_path / "log.csv")
    model = Sequence(
        [Dense(8), Dense(8), Dense(1)], loss="mse", optimizer=SGD(50.0), feedback_steps=0, callbacks=[logger]
    )
    with pytest.raises(DivergedError):
        model.train(X, X[:, 0] * 100.0)
    assert logger._file is None


@pytest.mark.parametrize(
    ("until", "losses", "epochs", "reason"),
    [
        (RunUntil(epoch=3), [1.0] * 6, 3, "epoch 3 is reached"),
        (RunUntil(loss=0.5), [1.0, 0.7, 0.5, 0.1], 3, "the loss is 0.5"),
        (RunUntil(patience=2), [1.0, 0.5, 0.6, 0.5, 0.1], 4, "the loss got no better for 2 epochs"),
        (RunUntil(epoch=9, loss=0.2, patience=5), [1.0, 0.5, 0.1, 0.0], 3, "the loss is 0.1"),
    ],
)
def test_run_until(until: RunUntil, losses: list[float], epochs: int, reason: str) -> None:
    assert epochs_of(until, losses)[0] == epochs
    assert until.reason == reason


def test_run_until_an_accuracy() -> None:
    until = RunUntil(accuracy=0.9)
    assert epochs_of(until, [0.5, 0.8, 0.9, 1.0], "val_accuracy")[0] == 3
    alone = make([RunUntil(accuracy=0.0)]).train(X, Y)
    assert len(alone.history["loss"]) == 1
    with pytest.raises(ValueError, match="RunUntil: it needs one of"):
        RunUntil()


def test_the_csv_holds_what_the_history_holds(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    model = train(make([CSVLogger(path)], epochs=3))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert path.read_text().splitlines()[0] == "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss"
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    for name, values in model.history.items():
        assert [float(row[name]) for row in rows] == values
    train(model, epochs=1)
    assert len(path.read_text().splitlines()) == 2


def test_a_csv_may_go_on_and_has_its_rows_at_once(tmp_path: Path) -> None:
    path, lines = tmp_path / "log.csv", []
    count: Callable[[Sequence, int], None] = lambda model, epoch: lines.append(path.read_text().count("\n"))  # noqa: E731
    model = train(make([CSVLogger(path, separator=";", append=True), count], epochs=2))
    train(model, epochs=1)
    assert lines == [2, 3, 4]
    assert [line.split(";")[0] for line in path.read_text().splitlines()] == ["epoch", "1", "2", "3"]


def test_a_csv_logger_has_columns_for_validations_of_some_epochs(tmp_path: Path) -> None:
    model = Sequence([Dense(1)], loss="mse")
    X, y = np.eye(4), np.arange(4.0)
    logger = CSVLogger(tmp_path / "log.csv")
    model.fit(X, y, epochs=3, verbose=0, validation_data=(X, y), validation_freq=2, callbacks=[logger])
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text("utf-8").splitlines()))
    assert [bool(row["val_loss"]) for row in rows] == [False, True, False]


def test_a_csv_that_cannot_be_written_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        train(make([CSVLogger(tmp_path / "missing" / "log.csv")]))


@pytest.mark.numpy_engine  # single steps are always NumPy's
def test_step_learns_from_one_batch() -> None:
    stepped, trained = make(), make(batch_size=60, shuffle=False)
    losses = [stepped.step(X, Y) for _ in range(5)]
    trained.train(X, Y, epochs=5)
    assert losses == trained.loss_history
    for ours, theirs in zip(stepped.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    stepped.optimizer = SGD(0.0)
    before = stepped.network.parameters.copy()
    assert stepped.partial_fit(X[:7], Y[:7]) == pytest.approx(
        stepped.evaluate(X[:7], Y[:7], return_dict=True)["loss"]
    )
    np.testing.assert_array_equal(stepped.network.parameters, before)
    with pytest.raises(ValueError, match="same samples, at least one, got 60 and 3"):
        stepped.step(X, Y[:3])


def test_a_schedule_by_name_is_as_long_as_the_training() -> None:
    model = make(schedule="cosine", epochs=5, batch_size=40)
    rates = train(model).history["learning_rate"]
    assert rates == pytest.approx([0.3 * 0.5 * (1 + np.cos(np.pi * k / 5)) for k in range(5)])
    assert (
        Sequence(schedule="one_cycle", epochs=7).schedule.replace(epochs=100)
        == Sequence(schedule="one_cycle").schedule
    )


def test_a_saved_model_keeps_its_settings(tmp_path: Path) -> None:
    model = make(schedule="exponential", clipping="by_norm", loss="cross_entropy")
    model.build(2)
    model.save(tmp_path / "m.nnmodel")
    again = Sequence.load(tmp_path / "m.nnmodel")
    assert (again.schedule, again.clipping) == (model.schedule, model.clipping)
