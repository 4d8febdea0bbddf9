"""Callbacks for `Sequence`: early stopping, checkpoints, CSV logs."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Protocol

from numpy.typing import NDArray

from ..spec.arrays import Array
from ..train.metric_kinds import is_maximized
from ..train.stop_condition import StopCheck, StopCondition
from ..train.train_step import DivergedError
from .check_inputs import as_path, count, number

HOOKS = (
    "on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end", "on_train_batch_begin", "on_train_batch_end",
)  # fmt: skip
Logs = Mapping[str, float]
"""Values at the end of an epoch, with Keras's names: "loss", "accuracy" (or "r2"), "val_loss", ..."""


class TrainableModel(Protocol):
    """The part of a model that callbacks use."""

    stop_training: bool

    @property
    def learning_rate(self) -> float: ...

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None: ...

    def report(self, line: str) -> None: ...

    def get_weights(self) -> list[Array]: ...

    def set_weights(self, weights: Iterable[Any]) -> None: ...

    def save(self, path: str | Path) -> None: ...

    def save_weights(self, path: str | Path) -> None: ...


def _in_either_form(method: Callable[..., Any]) -> Callable[..., Any]:
    """Tell type checkers that methods in its place may take Keras's arguments, or this library's."""
    return method


class Callback:
    """Base class. `epoch` counts from 1; a true return value of `on_epoch_end` ends training.

    `logs`: "loss", "learning_rate", the model's metrics ("accuracy", or "r2" for regression, where it names none), and
    all but the rate with "val_" in front for validation data.

    Methods may also have Keras's form: `on_epoch_end(self, epoch, logs=None)`, `on_train_begin(self, logs=None)`, with
    indices from 0 and the model as `self.model`; `self.model.stop_training = True` ends training. `on_epoch_begin`,
    `on_train_batch_begin` and `on_train_batch_end` have this form alone.
    """

    model: Any = None
    params: Mapping[str, Any] = MappingProxyType({})

    def set_model(self, model: TrainableModel) -> None:
        """Called before a fit with its model."""
        self.model = model

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Called before a fit with its "epochs", "steps" and "verbose"."""
        self.params = params

    @_in_either_form
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Called before every epoch, with its index."""

    @_in_either_form
    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before every batch, with its index in the epoch."""

    @_in_either_form
    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after every batch; `logs` has the "loss", the mean of this epoch's batches so far."""

    @_in_either_form
    def on_train_begin(self, model: TrainableModel) -> None:
        """Called when `train` begins."""

    @_in_either_form
    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Logs) -> object:
        """Called after every epoch."""
        return None

    @_in_either_form
    def on_divergence(self, model: TrainableModel, error: DivergedError) -> object:
        """Called when the loss is not finite; a true return value ends training without an error."""
        return None

    @_in_either_form
    def on_train_end(self, model: TrainableModel) -> None:
        """Called when `train` ends, even by an error, but for one that `on_divergence` raises."""


class Monitor:
    """Monitors one value of the logs for improvements of more than `min_delta`.

    `mode` is "min", "max", or "auto" to know by the name: accuracies, R² and the like are maximized, losses minimized.
    """

    def __init__(self, subject: str, name: str, min_delta: float = 0.0, mode: str = "auto") -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"{subject}: mode must be auto, min or max, got {mode!r}")
        if not isinstance(name, str):
            raise ValueError(f"{subject}: monitor must be the name of a value, got {name!r:.60}")
        self._subject, self.name = subject, name
        self._min_delta = abs(number("min_delta", min_delta, subject))
        self._sign = -1.0 if mode == "max" or (mode == "auto" and is_maximized(name)) else 1.0
        self.reset()

    def reset(self, baseline: float | None = None) -> None:
        self.best = math.inf * self._sign if baseline is None else baseline

    def waits(self, logs: Logs, params: Mapping[str, Any]) -> bool:
        """Whether the value is that of a validation which this epoch does not have; see `validation_freq`."""
        return self.name.startswith("val_") and self.name not in logs and "validation_freq" in params

    def improved(self, logs: Logs) -> bool:
        if self.name not in logs:
            hint = "; give validation_data to train()" if self.name.startswith("val_") else ""
            raise ValueError(
                f"{self._subject}: monitor must be one of {', '.join(logs)}, got {self.name!r}{hint}"
            )
        value = logs[self.name]
        if self._sign * value < self._sign * self.best - self._min_delta:
            self.best = value
            return True
        return False


class EarlyStopping(Callback):
    """Stop training when `monitor` has not improved by `min_delta` for `patience` epochs.

    `mode` is "min", "max" or "auto". Only values beyond `baseline` improve. The first `start_from_epoch` epochs do not
    count. `verbose` says when it stops. `restore_best_weights` restores the best epoch's weights whenever training
    ends. `best_epoch` has the best value; `stopped_epoch` is 0 unless stopped early.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 0,
        min_delta: float = 0.0,
        restore_best_weights: bool = False,
        *,
        mode: str = "auto",
        baseline: float | None = None,
        start_from_epoch: int = 0,
        verbose: int = 0,
    ) -> None:
        self._monitor = Monitor("EarlyStopping", monitor, min_delta, mode)
        self.baseline, self.verbose = baseline, verbose
        self.start_from_epoch = count("start_from_epoch", start_from_epoch, 0, "EarlyStopping")
        self.patience = count("patience", patience, 0, "EarlyStopping")
        self.restore_best_weights = restore_best_weights
        self.stopped_epoch = self.best_epoch = 0
        self._waited = self._seen = 0
        self._best_weights: list[NDArray[Any]] | None = None

    @property
    def best(self) -> float:
        """The best value so far."""
        return self._monitor.best

    def on_train_begin(self, model: TrainableModel) -> None:
        self._monitor.reset(self.baseline)
        self._waited = self.stopped_epoch = self.best_epoch = self._seen = 0
        self._best_weights = None

    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Logs) -> bool:
        self._seen += 1
        if self._seen <= self.start_from_epoch or self._monitor.waits(logs, self.params):
            return False
        if self._monitor.improved(logs):
            self._waited, self.best_epoch = 0, epoch
            if self.restore_best_weights:
                self._best_weights = model.get_weights()
            return False
        self._waited += 1
        if self._waited < self.patience:
            return False
        self.stopped_epoch = epoch
        if self.verbose:
            model.report(
                f"epoch {epoch}: {self._monitor.name} improved last in epoch {self.best_epoch}; stopping"
            )
        return True

    def on_train_end(self, model: TrainableModel) -> None:
        if self._best_weights is not None:
            model.set_weights(self._best_weights)
            self._best_weights = None


class ModelCheckpoint(Callback):
    """Save the model after every epoch, or with `save_best_only` when `monitor` improves; makes missing folders.

    The path may contain the epoch and the logs, as in "model-{epoch:03d}-{val_loss:.3f}.nnmodel". With
    `save_weights_only` it ends with .weights.h5.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str = "epoch",
    ) -> None:
        if save_freq != "epoch":
            raise ValueError(f"ModelCheckpoint: save_freq must be 'epoch', got {save_freq!r}")
        self.path = str(as_path(filepath, "ModelCheckpoint"))
        self.verbose, self.save_best_only, self.save_weights_only = verbose, save_best_only, save_weights_only
        self._monitor = Monitor("ModelCheckpoint", monitor, mode=mode)

    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Logs) -> None:
        if self.save_best_only and (
            self._monitor.waits(logs, self.params) or not self._monitor.improved(logs)
        ):
            return
        path = Path(self.path.format(epoch=epoch, **logs))
        path.parent.mkdir(parents=True, exist_ok=True)
        (model.save_weights if self.save_weights_only else model.save)(path)
        if self.verbose:
            model.report(f"epoch {epoch}: saved to {path}")


class RunUntil(Callback):
    """End training at the first of `epoch`, `loss`, `accuracy` (or R²), or `patience` epochs without a lower loss.

    Uses validation data if there are any. `reason` is the bound that was reached.
    """

    def __init__(
        self,
        *,
        epoch: int | None = None,
        loss: float | None = None,
        accuracy: float | None = None,
        patience: int | None = None,
    ) -> None:
        if epoch is None and loss is None and accuracy is None and patience is None:
            raise ValueError("RunUntil: it needs one of epoch, loss, accuracy and patience, got none")
        self.condition = StopCondition(epoch=epoch, loss=loss, accuracy=accuracy, patience=patience)
        self.reason = ""
        self._check = StopCheck(self.condition)

    def on_train_begin(self, model: TrainableModel) -> None:
        self.reason = ""
        self._check = StopCheck(self.condition)

    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Logs) -> bool:
        loss = logs.get("val_loss", logs["loss"])
        names = ("val_accuracy", "val_r2", "accuracy", "r2")
        accuracy = next((logs[name] for name in names if name in logs), math.nan)
        reasons = {
            "": "",
            "epoch": f"epoch {epoch} is reached",
            "loss": f"the loss is {loss:.5g}",
            "accuracy": f"the accuracy is {accuracy:.4g}",
            "patience": "the loss got no better for",
        }
        found = self._check.end_epoch(epoch, loss, accuracy)
        self.reason = reasons[found]
        if found == "patience":
            self.reason += f" {self._check.waited} epochs"
        return bool(found)


class CSVLogger(Callback):
    """Write a CSV table with a row per epoch: "epoch", then the logs by name. `append` continues a table.

    Rows are flushed after every epoch. Raises `OSError` if the file cannot be written.
    """

    def __init__(self, filename: str | Path, separator: str = ",", append: bool = False) -> None:
        self.path = as_path(filename, "CSVLogger")
        self.separator, self.append = separator, append
        self._file: IO[str] | None = None
        self._names: list[str] = []

    def on_train_begin(self, model: TrainableModel) -> None:
        self._names = []
        self._file = self.path.open("a" if self.append else "w", encoding="utf-8", newline="")

    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Logs) -> None:
        assert self._file is not None
        writer = csv.writer(self._file, delimiter=self.separator, lineterminator="\n")
        if not self._names:
            later = [f"val_{name}" for name in logs if name != "learning_rate" and name[:4] != "val_"]
            # Validations of some epochs have their columns from the first row on.
            self._names = sorted({*logs, *(later if "validation_freq" in self.params else ())})
            if self._file.tell() == 0:
                writer.writerow(["epoch", *self._names])
        writer.writerow([epoch, *(logs.get(name, "") for name in self._names)])
        self._file.flush()

    def on_train_end(self, model: TrainableModel) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
