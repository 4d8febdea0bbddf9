"""Sequence: the model class of the library, NumpyNet's own API on top of Network and Trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from core.compiled.readiness import EngineError, load_for
from core.data.batches import Samples
from core.io.sentence import short_sentence
from core.model.callbacks import Callback
from core.model.check_inputs import as_inputs, check_loss, check_X_y, encoding_for
from core.model.model_file import SavedModel, is_saved_model, read_model, write_model
from core.nn import LAYERS, Layer, LayerError, Shape
from core.nn.blas_threads import allowed_threads, limit_blas_threads, one_thread
from core.nn.losses import LOSSES, Loss
from core.nn.network import Network
from core.optim import OPTIMIZERS, Adam, Optimizer
from core.optim.clipping import CLIPPINGS, Clipping
from core.optim.regularizers import REGULARIZERS, Regularizer
from core.optim.schedules import SCHEDULES, Schedule
from core.spec.arrays import Array
from core.train.class_weights import ClassWeight, class_weights
from core.train.trainer import DivergedError, Trainer
from core.train.training_config import ENGINES, EngineName, TrainingConfig

if TYPE_CHECKING:
    from core.data.pipeline import Pipeline
    from core.experiment.experiment import Experiment

__all__ = ["Sequence"]

_PROJECT = ".nnplay"

PlainCallback = Callable[["Sequence", int], object]
"""Called as callback(model, epoch) after every epoch; a true return value ends training."""


class Sequence:
    """A trainable stack of layers.

    >>> model = Sequence([Dense(8), ReLU(), Dense(2, activation="softmax")], loss="cross_entropy", epochs=50)
    >>> model.train(X, y)
    >>> model.predict(X)  # (samples, 2), rows sum to 1

    The first layer's width follows from the data. `loss`, `optimizer`, `regularizer`, `clipping` and `schedule` are
    names or objects; `learning_rate` overrides the optimizer's, and a schedule given by name lasts `epochs`. Equal
    seeds give equal numbers. `feedback_steps` is the number of epochs between printed lines, 0 for none. `callbacks`
    are `Callback`s or functions called as `callback(model, epoch)` after every epoch; a true result ends training.

    The `engine` "compiled" trains small networks ten times as fast with numba, which compiles it once per machine; it
    raises `ValueError` where it cannot train the network. "auto" uses it where it is compiled and can, else "numpy".

    `history` has one list per name, as in Keras: "loss", "learning_rate", with validation data "val_loss" and
    "val_accuracy", and with validation data or a `Callback` "accuracy". Regression has "r2" instead of "accuracy".
    """

    def __init__(
        self,
        layers: Iterable[Layer | str] = (),
        *,
        loss: str | Loss = "cross_entropy",
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        regularizer: str | Regularizer = "none",
        clipping: str | Clipping = "none",
        schedule: str | Schedule = "constant",
        epochs: int = 100,
        batch_size: int = 16,
        feedback_steps: int = 10,
        shuffle: bool = True,
        seed: int = 0,
        engine: EngineName = "numpy",
        callbacks: Iterable[Callback | PlainCallback] = (),
    ) -> None:
        self._layers = tuple(LAYERS.make(layer) for layer in layers)
        self.loss = LOSSES.make(loss)
        self.optimizer = _optimizer(optimizer, learning_rate)
        self.regularizer = REGULARIZERS.make(regularizer)
        self.clipping = CLIPPINGS.make(clipping)
        self.epochs = _count("epochs", epochs, 0)
        self.schedule = _schedule(schedule, self.epochs)
        self.batch_size = _count("batch_size", batch_size, 1)
        self.feedback_steps = _count("feedback_steps", feedback_steps, 0)
        self.shuffle = shuffle
        self.seed = _count("seed", seed, 0)
        if engine not in ENGINES:
            raise ValueError(f"Sequence: engine must be one of {', '.join(ENGINES)}, got {engine!r}")
        self.engine: EngineName = engine
        self.callbacks = tuple(callbacks)
        self.loss_history: list[float] = []
        self.validation_history: list[float] = []
        self.history: dict[str, list[float]] = {}
        self.pipeline: Pipeline | None = None
        """The preprocessing that a file of `load` had, from raw samples to inputs and from outputs to answers."""
        self._experiment: Experiment | None = None
        self._epochs_before = 0
        self._network: Network | None = None
        self._trainer: Trainer | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self._layers

    @property
    def training_config(self) -> TrainingConfig:
        """The training settings, from the current attributes."""
        return TrainingConfig(
            loss=self.loss,
            optimizer=self.optimizer,
            regularizer=self.regularizer,
            clipping=self.clipping,
            schedule=self.schedule,
            batch_size=self.batch_size,
            engine=self.engine,
        )

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self._network is not None

    @property
    def network(self) -> Network:
        """The network. Raises `RuntimeError` before `build` or `train`."""
        if self._network is None:
            raise RuntimeError(
                "Sequence: it has no weights yet; call build(input_shape) or train(X, y) first"
            )
        return self._network

    def add(self, layer: Layer | str) -> Self:
        """Append a layer; the next build initializes all weights."""
        self._layers = (*self._layers, LAYERS.make(layer))
        self._network = self._trainer = None
        return self

    def build(self, input_shape: int | Shape) -> Self:
        """Initialize the weights for samples of `input_shape`, such as 2 or (28, 28, 1).

        Raises `LayerError` where layers do not fit, and `ValueError` where the loss cannot learn from the outputs.
        """
        self._initialize(input_shape)
        check_loss(self.loss, self.network)
        return self

    def _initialize(self, input_shape: int | Shape) -> None:
        shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
        if not self._layers:
            raise LayerError("Sequence: it needs at least one layer, got none")
        self._network = Network(self._layers, shape, seed=self.seed)
        self._trainer = None

    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
        class_weight: ClassWeight | None = None,
    ) -> Self:
        """Train on inputs X (samples, *shape) and y: class numbers (samples,), one-hot rows or values.

        `class_weight` is {class: weight} or "balanced". Further calls continue training. Raises `ValueError` if X, y
        and the network do not fit, and `DivergedError` if the loss is not finite.
        """
        if batch_size is not None:
            self.batch_size = _count("batch_size", batch_size, 1)
        count = self.epochs if epochs is None else _count("epochs", epochs, 0)
        samples = self._first_samples(X, y)
        validation = None if validation_data is None else self._samples(*validation_data)
        trainer = self._trainer_on(samples, validation)
        weights = None
        if class_weight is not None and trainer.encoding.classes:
            weights = class_weights(class_weight, samples.labels, trainer.encoding.classes)
        elif class_weight is not None:
            raise ValueError("Sequence: class_weight needs classes, but y holds values to predict")
        trainer.set_class_weights(weights)
        watchers = [callback for callback in self.callbacks if isinstance(callback, Callback)]
        self.history = {}
        try:
            for watcher in watchers:
                watcher.on_train_begin(self)
            most = allowed_threads()
            self._choose_engine(trainer)
            with limit_blas_threads():
                trainer.allow_threads(most)
                self._run(trainer, count, watchers)
        finally:
            for watcher in watchers:
                watcher.on_train_end(self)
        return self

    fit = train

    def step(self, X: ArrayLike, y: ArrayLike) -> float:
        """Make one step on X (samples, *shape) and y, as in `train`, as one batch; returns the loss before it.

        Epochs and schedules do not advance. Raises as `train` does.
        """
        samples = self._first_samples(X, y)
        if self._trainer is None:
            self._trainer = self._trainer_for(samples)
        else:
            self._trainer.configure(self.training_config)
        with one_thread():
            return self._trainer.train_on_batch(samples)

    partial_fit = step

    def predict(self, X: ArrayLike) -> Array:
        """Outputs (samples, outputs); with softmax each row sums to 1."""
        return self.network.predict(as_inputs(X))

    def evaluate(self, X: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """{"loss": ..., "accuracy": ...} ("r2" for regression) on X (samples, *shape) and y as in `train`."""
        samples = self._samples(X, y)
        found = self._trainer_for(samples).evaluate(samples)
        return {
            "loss": found.loss,
            "accuracy" if encoding_for(self.network, samples.labels).classes else "r2": found.accuracy,
        }

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in Keras's order and with its shapes."""
        return self.network.get_weights()

    def set_weights(self, weights: Iterable[Any]) -> None:
        """The inverse of `get_weights`."""
        self.network.set_weights(list(weights))

    def summary(self) -> str:
        """A table of the layers, their output shapes and parameter counts."""
        from core.nn.summary import summary_text

        return summary_text(self._layers, self._network)

    def show(self) -> None:
        """Print `summary()`."""
        print(self.summary())

    def save(self, path: str | Path) -> None:
        """Write layers, settings and weights to one file for `load`; as `export` does for a suffix of its formats."""
        if _is_other_format(Path(path)):
            self.export(path)
            return
        network = self.network
        saved = SavedModel(
            layers=self.layers,
            input_shape=network.input_shape,
            weights=network.get_weights(),
            training=self.training_config,
            epochs=self.epochs,
            seed=self.seed,
            loss_history=self.loss_history,
        )
        write_model(saved, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a file of `save`, a project of the window (.nnplay), or a model, by its suffix.

        Models are .onnx, .npz, .safetensors and the others of `core.model.readers`, also those of other programs. Their
        preprocessing becomes `pipeline`: `model.predict(model.pipeline.transform(rows))`. Raises `ValueError` with a
        sentence for invalid files, and for layers that are not here.
        """
        path = Path(path)
        if _is_other_format(path) and not is_saved_model(path):
            return cls._opened(path)
        saved = read_model(path)
        try:
            return cls._restored(saved)
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None

    def export(self, path: str | Path) -> None:
        """Export in the format of the suffix, with `pipeline` if there is one; see `core.export.EXPORTERS`.

        A project of the window (.nnplay) shows the model on data of this program: on those it came from, or on the
        first that it fits; `ValueError` where there are none.
        """
        from core.export import TrainedModel, exporter_for

        path = Path(path)
        epochs = self._epochs_before + len(self.loss_history)
        model = TrainedModel(self.network, self.pipeline, seed=self.seed, epoch=epochs)
        if path.suffix.lower() == _PROJECT:
            from core.model.placement import write_project

            write_project(model, self.training_config, self._experiment, path)
        else:
            exporter_for(path).write(model, path)

    @classmethod
    def _opened(cls, path: Path) -> Self:
        """The model in a file of another format; a project has the settings of its training, too."""
        from core.experiment.project_file import load_project
        from core.model.placement import usual_loss
        from core.model.readers import load_model

        found = load_model(path)
        experiment = load_project(path)[0] if path.suffix.lower() == _PROJECT else None
        training = TrainingConfig() if experiment is None else experiment.training
        loss = usual_loss(found.network) if experiment is None else training.loss
        model = cls(
            found.network.layers,
            loss=loss,
            optimizer=training.optimizer,
            regularizer=training.regularizer,
            clipping=training.clipping,
            schedule=training.schedule,
            batch_size=training.batch_size,
            seed=found.seed or 0,
            engine="numpy" if experiment is None else training.engine,  # type: ignore[arg-type]
        )
        model._network, model.pipeline = found.network, found.pipeline
        model._experiment, model._epochs_before = experiment, found.epoch or 0
        return model

    @classmethod
    def _restored(cls, saved: SavedModel) -> Self:
        training = saved.training
        model = cls(
            saved.layers,
            loss=training.loss,
            optimizer=training.optimizer,
            regularizer=training.regularizer,
            clipping=training.clipping,
            schedule=training.schedule,
            batch_size=training.batch_size,
            epochs=saved.epochs,
            seed=saved.seed,
            engine=training.engine,  # type: ignore[arg-type]
        )
        model.loss_history = list(saved.loss_history)
        model._initialize(saved.input_shape)
        model.set_weights(saved.weights)
        return model

    def _choose_engine(self, trainer: Trainer) -> None:
        try:
            load_for(self.engine)
        except EngineError as error:
            raise ValueError(f"Sequence: {error}") from None
        # It may have been loaded after the trainer was made.
        trainer.prefer_engine("auto")
        if self.engine == "compiled" and trainer.why_not_compiled:
            raise ValueError(f"Sequence: {trainer.why_not_compiled}")

    def _run(self, trainer: Trainer, epochs: int, watchers: list[Callback]) -> None:
        if not self.callbacks and not self.feedback_steps and trainer.test is None:
            # Nobody looks at single epochs, so that the compiled engine can do many at once.
            for loss, rate in trainer.run_epochs(epochs):
                self.loss_history.append(loss)
                self.history.setdefault("loss", []).append(loss)
                self.history.setdefault("learning_rate", []).append(rate)
            return
        for _ in range(epochs):
            try:
                self.loss_history.append(trainer.run_epoch())
            except DivergedError as error:
                # All callbacks are called, even after one has stopped training.
                stops = [watcher.on_divergence(self, error) for watcher in watchers]
                if not any(stops):
                    raise
                trainer.reset_optimizer()
                return
            logs = self._logs(trainer, bool(watchers))
            for name, value in logs.items():
                self.history.setdefault(name, []).append(value)
            if self.feedback_steps and trainer.epoch % self.feedback_steps == 0:
                self._print_feedback(trainer)
            labels = [
                callback.on_epoch_end(self, trainer.epoch, logs)
                if isinstance(callback, Callback)
                else callback(self, trainer.epoch)
                for callback in self.callbacks
            ]
            if any(labels):
                return

    def _logs(self, trainer: Trainer, watched: bool) -> dict[str, float]:
        """Logs of the last epoch; the training accuracy is that of the first 1000 samples."""
        logs = {"loss": trainer.epoch_loss, "learning_rate": trainer.learning_rate}
        score = "accuracy" if trainer.encoding.classes else "r2"
        if watched or trainer.test is not None:
            logs[score] = trainer.evaluate(trainer.train.head(1000)).accuracy
        if trainer.test is not None:
            found = trainer.evaluate(trainer.test)
            logs["val_loss"], logs[f"val_{score}"] = found.loss, found.accuracy
            self.validation_history.append(found.loss)
        return logs

    def _trainer_on(self, samples: Samples, validation: Samples | None) -> Trainer:
        if self._trainer is None:
            self._trainer = self._trainer_for(samples, validation)
        else:
            # Training continues on new data; the optimizer keeps its state.
            self._trainer.batches.shuffle = self.shuffle
            self._trainer.set_data(samples, validation)
            self._trainer.configure(self.training_config)
        return self._trainer

    def _trainer_for(self, samples: Samples, validation: Samples | None = None) -> Trainer:
        return Trainer(
            self.network,
            samples,
            validation,
            encoding=encoding_for(self.network, samples.labels),
            config=self.training_config,
            seed=self.seed,
            shuffle=self.shuffle,
            evaluate=False,
        )

    def _samples(self, X: ArrayLike, y: ArrayLike) -> Samples:
        return check_X_y(self.network, self.loss, X, y)

    def _first_samples(self, X: ArrayLike, y: ArrayLike) -> Samples:
        """Checked training samples; builds the network for them if needed."""
        inputs, labels = as_inputs(X), np.asarray(y)
        if labels.ndim == 0 or len(inputs) != len(labels) or not len(inputs):
            raise ValueError(
                f"Sequence: X and y must hold the same samples, got {len(inputs)} and {labels.size}"
            )
        if self._network is None:
            self._initialize(inputs.shape[1:])
        check_loss(self.loss, self.network)
        return self._samples(inputs, labels)

    def _print_feedback(self, trainer: Trainer) -> None:
        name = "R²" if trainer.encoding.classes == 0 else "accuracy"
        line = f"epoch {trainer.epoch}: loss {trainer.epoch_loss:.5f}, {name} "
        line += f"{trainer.evaluate(trainer.train.head(1000)).accuracy:.4f}"
        if trainer.test is not None:
            found = trainer.evaluate(trainer.test)
            line += f"; validation loss {found.loss:.5f}, {name} {found.accuracy:.4f}"
        print(line)


def _is_other_format(path: Path) -> bool:
    """Whether the suffix is one of projects, models or exports."""
    from core.export import EXPORTERS

    name = path.name.lower()
    return name.endswith((_PROJECT, *(kind.suffix for kind in EXPORTERS)))


def _optimizer(optimizer: str | Optimizer, learning_rate: float | None) -> Optimizer:
    made = OPTIMIZERS.make(optimizer)
    if learning_rate is not None:
        return made.replace(learning_rate=learning_rate)
    # The small networks of this library train well at three times Keras's cautious rate.
    return Adam(learning_rate=0.003) if optimizer == "adam" else made


def _schedule(schedule: str | Schedule, epochs: int) -> Schedule:
    made = SCHEDULES.make(schedule)
    if isinstance(schedule, str) and made.kind in ("cosine", "one_cycle"):
        return SCHEDULES.from_json({"kind": made.kind, "epochs": max(1, epochs)})
    return made


def _count(name: str, value: int, low: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise ValueError(f"Sequence: {name} must be a whole number of at least {low}, got {value!r}")
    return int(value)
