"""The arguments, the loop and the history of a fit: epochs with their metrics, callbacks and reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from ..data.batches import Samples
from ..nn.function_loss import FunctionLoss
from ..nn.losses import LOSSES, Loss
from ..optim import OPTIMIZERS, Optimizer
from ..optim.schedules import SCHEDULES, Schedule
from ..reports.curve_drawing import curve_svg
from ..train.class_weights import ClassWeight
from ..train.metric_kinds import NamedMetric, Outcome, has_labels, named_metrics
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from ..train.training_config import TrainingConfig
from .callback_calls import CallbackCalls
from .check_inputs import count, listed
from .reporting import FitPrinter


class History(dict[str, list[float]]):
    """Values at the end of every epoch by name: "loss", "learning_rate", metrics, and "val_..." of validation data.

    As in Keras, `history.history` is such a dict (it is this object), `epoch` are the epochs' indices from 0, and
    `params` the fit's "epochs", "steps" and "verbose". Notebooks show the curves.
    """

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.params = dict(params or {})

    @property
    def history(self) -> History:
        return self

    def append(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Add the values of an epoch, an index from 0."""
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        if not self.epoch:
            return "<History of no epochs>"
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.items())
        return f"<History of {len(self.epoch)} epochs: {last}>"

    def _repr_html_(self) -> str:
        drawn = [
            self._curves(name) for name in self if name != "learning_rate" and not name.startswith("val_")
        ]
        return "".join(drawn) or repr(self).replace("<", "&lt;")

    def _curves(self, name: str) -> str:
        """A metric, and that of the validation data where there is one."""
        curves = {each: np.asarray(self[each]) for each in (name, f"val_{name}") if each in self}
        last = min(map(len, curves.values()))
        epochs = np.asarray(self.epoch[-last:], float) + 1.0
        return curve_svg(
            epochs, {each: values[-last:] for each, values in curves.items()}, f"{name} by epoch"
        )


class FitOptions(TypedDict, total=False):
    """The arguments of `Sequence.fit` behind X and y."""

    batch_size: int | None
    epochs: int | None
    verbose: int | str | None
    callbacks: Iterable[Any]
    validation_split: float
    validation_data: Any
    shuffle: bool | None
    class_weight: ClassWeight | None
    sample_weight: ArrayLike | None
    initial_epoch: int
    steps_per_epoch: int | None
    validation_steps: int | None
    validation_freq: int | Iterable[int]


def choose_optimizer(optimizer: str | Optimizer, learning_rate: float | None) -> Optimizer:
    """The optimizer of a name or an object, with another learning rate if there is one, and its schedule."""
    made = OPTIMIZERS.make(optimizer)
    rate = made.learning_rate if learning_rate is None else learning_rate
    # A copy that knows no model; not by `replace`, which keeps to the limits of the window's forms.
    found = dataclasses.replace(made, learning_rate=rate)
    object.__setattr__(found, "schedule", made.schedule)
    return found


def choose_loss(loss: str | Loss | Callable[..., Any]) -> Loss:
    """The loss of a name, an object, or a function of (y_true, y_pred)."""
    if callable(loss) and not isinstance(loss, type):
        return FunctionLoss(function=loss)
    return LOSSES.make(loss)


def choose_schedule(schedule: str | Schedule, epochs: int) -> Schedule:
    """The schedule of a name or an object; one by name that ends lasts `epochs`."""
    made = SCHEDULES.make(schedule)
    if isinstance(schedule, str) and made.kind in ("cosine", "one_cycle"):
        return SCHEDULES.from_json({"kind": made.kind, "epochs": max(1, epochs)})
    return made


class FittedModel(Protocol):
    """The part of a model that the loop uses."""

    stop_training: bool
    loss_history: list[float]
    validation_history: list[float]

    @property
    def training_config(self) -> TrainingConfig: ...


class Scores:
    """The values of samples by name: "loss", then the metrics; None is for accuracy, or R² of values."""

    def __init__(self, trainer: Trainer, metrics: tuple[NamedMetric, ...] | None) -> None:
        self._trainer, self._metrics = trainer, metrics
        self._loss = trainer.config.loss
        labels = has_labels(self._loss, trainer.encoding)
        if labels and metrics is None:
            self._metrics = named_metrics(["binary_accuracy"])
        for metric in self._metrics or ():
            metric.check(bool(trainer.encoding.classes) or labels)

    def of(self, samples: Samples) -> dict[str, float]:
        """Over all samples, without dropout."""
        trainer = self._trainer
        found = trainer.evaluate(samples)
        if self._metrics is None:
            return {"loss": found.loss, trainer.task.score.key: found.score}
        values = {"loss": found.loss}
        if self._metrics:
            outputs = trainer.network.predict(samples.inputs)
            finite = bool(np.isfinite(outputs).all())
            outcome = Outcome.of(samples.labels, outputs, trainer.encoding, self._loss)
            for metric in self._metrics:
                values[metric.name] = metric.function(outcome) if finite else float("nan")
        return values


class Fit:
    """Trains from epoch `first` to below `last`, indices from 0, and appends to `history`."""

    def __init__(
        self,
        model: FittedModel,
        trainer: Trainer,
        calls: CallbackCalls,
        report: FitPrinter,
        metrics: tuple[NamedMetric, ...] | None,
        history: History,
        validation_freq: int | Iterable[int] = 1,
    ) -> None:
        self._model, self._trainer, self._calls, self._report = model, trainer, calls, report
        self._scores, self._asked = Scores(trainer, metrics), bool(metrics)
        self._history, self._config = history, model.training_config
        self._validation_freq = _frequency(validation_freq)
        self.epoch_kept: Callable[[], None] = lambda: None
        """Called at the end of every epoch, after what is kept of it."""

    def run(self, first: int, last: int) -> None:
        """Raises `DivergedError` unless a callback ends the training for it."""
        if not len(self._calls) and type(self._report) is FitPrinter and not self._measures:
            self._run_unwatched(first, last)
            return
        for index in range(first, last):
            self._calls.indexed("on_epoch_begin", index)
            self._report.epoch_begin(index)
            self._follow()
            try:
                loss = self._epoch()
            except DivergedError as error:
                if not self._calls.divergence(error):
                    raise
                self._trainer.reset_optimizer()
                return
            if self._end_epoch(index, loss):
                return

    @property
    def _trained_on(self) -> Samples:
        """Prefix of the metrics of an epoch."""
        return self._trainer.train

    def _is_validated(self, index: int) -> bool:
        every = self._validation_freq
        return (index + 1) % every == 0 if isinstance(every, int) else index + 1 in every

    @property
    def _measures(self) -> bool:
        """Whether the history needs more than the loss of the batches."""
        return self._asked or self._trainer.test is not None

    def _run_unwatched(self, first: int, last: int) -> None:
        # Nobody looks at single epochs, so that the compiled engine can do many at once.
        for index, (loss, rate) in enumerate(self._trainer.run_epochs(last - first), first):
            self._keep(index, {"loss": loss, "learning_rate": rate})

    def _epoch(self) -> float:
        """Train an epoch, or to the batch whose callback ends the training; returns the mean loss."""
        if not self._calls.sees_batches and not self._report.moves_within_epochs:
            return self._trainer.run_epoch()
        trainer, calls, epoch = self._trainer, self._calls, self._trainer.epoch
        total, batch = 0.0, 0
        while trainer.epoch == epoch and not self._model.stop_training:
            calls.indexed("on_train_batch_begin", batch)
            self._follow()
            total += trainer.step()
            batch += 1
            calls.indexed("on_train_batch_end", batch - 1, {"loss": total / batch})
            self._report.batch_end()
        return trainer.epoch_loss if trainer.epoch > epoch else total / max(1, batch)

    def _end_epoch(self, index: int, loss: float) -> bool:
        """Keep, print and call back the values of an epoch; whether the training ends."""
        trainer = self._trainer
        logs = {"loss": loss, "learning_rate": trainer.learning_rate}
        printed = self._report.needs_logs(trainer.epoch)
        if printed or self._measures or self._calls.reads_logs:
            logs |= {
                name: value for name, value in self._scores.of(self._trained_on).items() if name != "loss"
            }
        if trainer.test is not None and self._is_validated(index):
            logs |= {f"val_{name}": value for name, value in self._scores.of(trainer.test).items()}
            self._model.validation_history.append(logs["val_loss"])
        kept = logs
        if not (self._measures or self._calls.reads_logs):
            # Every epoch of a history has the same names, also where only every tenth is printed.
            kept = {name: logs[name] for name in ("loss", "learning_rate")}
        self._keep(index, kept)
        self._report.epoch_end(trainer.epoch, index, logs)
        ended = self._calls.epoch_end(trainer.epoch, index, logs)
        self._follow()
        return ended or self._model.stop_training

    def _keep(self, index: int, logs: dict[str, float]) -> None:
        self._model.loss_history.append(logs["loss"])
        self._history.append(index, logs)
        self.epoch_kept()

    def _follow(self) -> None:
        """Train with the settings that callbacks have changed."""
        if len(self._calls) and (config := self._model.training_config) != self._config:
            self._config = config
            self._trainer.configure(config)


class SourceFit(Fit):
    """Trains on what `batches()` gives for each epoch, batch by batch."""

    def __init__(self, *parts: Any, batches: Callable[[], Iterator[Samples]]) -> None:
        super().__init__(*parts)
        self._batches, self._seen = batches, tuple[Samples, ...]()

    @property
    def _trained_on(self) -> Samples:
        return Samples.joined(self._seen)

    def _run_unwatched(self, first: int, last: int) -> None:
        for index in range(first, last):
            loss = self._epoch()
            self._keep(index, {"loss": loss, "learning_rate": self._trainer.learning_rate})

    def _epoch(self) -> float:
        trainer, calls = self._trainer, self._calls
        keeps = self._measures or calls.reads_logs or self._report.needs_logs(trainer.epoch + 1)
        total, rows, seen = 0.0, 0, list[Samples]()
        for batch, samples in enumerate(self._batches()):
            calls.indexed("on_train_batch_begin", batch)
            self._follow()
            total += trainer.train_on_batch(samples) * len(samples)
            rows += len(samples)
            seen += [samples] if keeps else []
            calls.indexed("on_train_batch_end", batch, {"loss": total / rows})
            self._report.batch_end()
            if self._model.stop_training:
                break
        self._seen = tuple(seen)
        trainer.epoch += 1
        return total / max(1, rows)


def _frequency(given: int | Iterable[int]) -> int | frozenset[int]:
    """The number of epochs between validations, or the epochs that have one, counted from 1."""
    if isinstance(given, Iterable):
        return frozenset(
            count("validation_freq", each, 1) for each in listed("validation_freq", given, "epochs")
        )
    return count("validation_freq", given, 1)
