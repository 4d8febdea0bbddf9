"""Sequence: the model class of the library, NumpyNet's own API on top of Network and Trainer."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.batches import Samples
from ..formats import TrainedModel
from ..io.sentence import short_sentence
from ..nn import Layer
from ..nn.blas_threads import allowed_threads, limit_blas_threads, one_thread
from ..nn.losses import Loss, LossName
from ..optim.clipping import CLIPPINGS, Clipping
from ..optim.optimizer import Optimizer, OptimizerName
from ..optim.schedules import Schedule
from ..spec.arrays import Array
from ..spec.regularizer import REGULARIZERS, Regularizer
from ..train.class_weights import ClassWeight
from ..train.metric_kinds import NamedMetric, named_metrics
from ..train.tasks import Classification
from ..train.trainer import Trainer
from ..train.training_config import EngineName, TrainingConfig
from .batch_source import Batch, BatchSource, batch_source
from .callback_calls import CallbackCalls
from .callbacks import Callback
from .check_inputs import (
    as_inputs,
    as_path,
    check_loss,
    check_X_y,
    class_numbers_of,
    class_weighted,
    count,
    encoding_for,
    listed,
    sample_weights,
    split_off,
    text_classes,
    validation_arrays,
)
from .continuation import Continuation
from .engine_choice import Compilation, check_engine, choose_engine
from .fitting import (
    Fit,
    FitOptions,
    History,
    Scores,
    SourceFit,
    choose_loss,
    choose_optimizer,
    choose_schedule,
)
from .keras_functions import default_seed
from .reporting import FitPrinter, report_for
from .saving import (
    PROJECT,
    SavedModel,
    check_own_suffix,
    export_model,
    is_other_format,
    open_model,
    write_model,
)
from .stack import Input, Stack, linked

if TYPE_CHECKING:
    from ..data.pipeline import Pipeline
    from ..experiment.experiment import Experiment

PlainCallback = Callable[["Sequence", int], object]
"""Called as callback(model, epoch) after every epoch; a true return value ends training."""


class Sequence(Stack):
    """A trainable stack of layers.

    >>> model = Sequence([Dense(8), ReLU(), Dense(2, activation="softmax")], loss="cross_entropy", epochs=50)
    >>> model.train(X, y)
    >>> model.predict(X)  # (samples, 2), rows sum to 1

    The first layer's width follows from the data, or from an `Input` in front of the layers. `loss`, `optimizer`,
    `regularizer`, `clipping` and `schedule` are names or objects; `learning_rate` is in place of the optimizer's, and a
    schedule given by name lasts `epochs`; `Adam(learning_rate=CosineDecay())` begins with Adam's usual rate. Equal
    seeds, by default 0, give equal numbers. `feedback_steps` is the number of epochs between printed lines, 0 for none.
    `callbacks` are `Callback`s, Keras's too, or functions called as `callback(model, epoch)` after every epoch; a true
    result ends training.

    `metrics` are names such as "accuracy", "auc" or "mae", kinds of `core.train.metric_kinds`, or functions of
    (y_true, y_pred). They are computed over all samples at the end of every epoch; without them there is the accuracy,
    or R² of values, where something takes it.

    The `engine` "auto" trains small networks up to fourteen times as fast with numba, where `numpynet compile` or the
    window has compiled it for this machine and where it is faster than "numpy"; last digits depend on the engine, and
    `engine_in_use` says which it was. "compiled" waits for the compilation, and raises `ValueError` where it cannot
    train the network. `dtype` "float64" computes in double precision, with numpy alone; files hold float32.

    `history` has one list per name, as in Keras: "loss", "learning_rate", metrics, and with "val_" in front those of
    validation data.
    """

    def __init__(
        self,
        layers: Iterable[Layer | str | Input | Stack] = (),
        *,
        loss: LossName | Loss | Callable[..., Any] = "cross_entropy",
        optimizer: OptimizerName | Optimizer = "adam",
        learning_rate: float | None = None,
        metrics: Iterable[Any] | None = None,
        regularizer: str | Regularizer = "none",
        clipping: str | Clipping = "none",
        schedule: str | Schedule = "constant",
        epochs: int = 100,
        batch_size: int = 16,
        feedback_steps: int = 10,
        shuffle: bool = True,
        seed: int | None = None,
        engine: EngineName = "auto",
        dtype: str = "float32",
        callbacks: Iterable[Callback | PlainCallback] = (),
        name: str = "sequential",
    ) -> None:
        super().__init__(layers, default_seed() if seed is None else seed, dtype)
        self.name = name
        self.loss = choose_loss(loss)
        self.metrics = metrics
        self.regularizer = REGULARIZERS.make(regularizer)
        self.clipping = CLIPPINGS.make(clipping)
        self.epochs = count("epochs", epochs, 0)
        self.schedule = choose_schedule(schedule, self.epochs)
        self._take(choose_optimizer(optimizer, learning_rate))
        self.batch_size = count("batch_size", batch_size, 1)
        self.feedback_steps = count("feedback_steps", feedback_steps, 0)
        self.shuffle = shuffle
        self.engine: EngineName = check_engine(engine)
        self.callbacks = tuple(listed("callbacks", callbacks, "callbacks"))
        self.stop_training = False
        """Set it to true in a callback to end the training."""
        self.loss_history: list[float] = []
        self.validation_history: list[float] = []
        self.history = History()
        self.class_names: tuple[str, ...] = ()
        """The classes by number, of a model that learned from texts, or to set before it does."""
        self.pipeline: Pipeline | None = None
        """The preprocessing that a file of `load` had, from raw samples to inputs and from outputs to predictions."""
        self._experiment: Experiment | None = None
        self._epochs_before = 0
        self._report: Callable[[str], None] = print

    @property
    def metrics(self) -> tuple[NamedMetric, ...] | None:
        """The metrics by name; None for accuracy, or R² of values, where something takes it."""
        return self._metrics

    @metrics.setter
    def metrics(self, metrics: Iterable[Any] | None) -> None:
        self._metrics = None if metrics is None else named_metrics(metrics)

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer; `model.optimizer.learning_rate = 0.01` sets the model's rate, in callbacks as well."""
        return linked(self._optimizer, rate_changed=partial(setattr, self, "learning_rate"))

    @optimizer.setter
    def optimizer(self, optimizer: OptimizerName | Optimizer) -> None:
        self._take(choose_optimizer(optimizer, None))

    def _take(self, optimizer: Optimizer) -> None:
        """Learn by an optimizer, and by the schedule that it brings."""
        self._optimizer, self.schedule = optimizer, optimizer.schedule or self.schedule

    @property
    def learning_rate(self) -> float:
        """The optimizer's learning rate, before schedules."""
        return self._optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._optimizer = choose_optimizer(self._optimizer, rate)

    @property
    def engine_in_use(self) -> str:
        """The engine that the last `fit` trained with, "numpy" or "compiled"; "" before the first."""
        return "" if self._trainer is None else self._trainer.engine

    @property
    def why_not_compiled(self) -> str:
        """A sentence that says why `engine_in_use` is not the compiled one, else ""."""
        return "" if self._trainer is None else self._trainer.why_not_compiled

    @property
    def training_config(self) -> TrainingConfig:
        """The training settings, from the current attributes."""
        return TrainingConfig(
            loss=self.loss,
            optimizer=self._optimizer,
            regularizer=self.regularizer,
            clipping=self.clipping,
            schedule=self.schedule,
            batch_size=self.batch_size,
            engine=self.engine,
        )

    def compile(
        self,
        optimizer: OptimizerName | Optimizer | None = None,
        loss: LossName | Loss | Callable[..., Any] | None = None,
        metrics: Iterable[Any] | None = None,
        *,
        learning_rate: float | None = None,
    ) -> Self:
        """Change optimizer, loss and metrics, where given, and start the optimizer anew, as in Keras; weights stay."""
        if optimizer is not None:
            self.optimizer = choose_optimizer(optimizer, learning_rate)
        elif learning_rate is not None:
            self.learning_rate = learning_rate
        if loss is not None:
            self.loss = choose_loss(loss)
        if metrics is not None:
            self.metrics = metrics
        self._trainer = self._continues = None
        return self

    def fit(
        self,
        X: Any,
        y: ArrayLike | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        verbose: int | str | None = None,
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | None = None,
        class_weight: ClassWeight | None = None,
        sample_weight: ArrayLike | None = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_freq: int | Iterable[int] = 1,
    ) -> History:
        """Train on inputs X (samples, *shape) and y: class numbers (samples,), one-hot rows, several labels or values.

        Arguments are Keras's. `validation_split` holds the last samples out, `validation_data` is (X, y) or
        (X, y, weights). `class_weight` is {class: weight} or "balanced", `sample_weight` (samples,). `verbose` is 0, 1
        for a progress bar, 2 for a line per epoch, or None for a line every `feedback_steps` epochs. `epochs` counts
        from `initial_epoch` on. `callbacks` come behind those of the model. Further calls continue training.

        X alone may be a generator of batches (X, y) or (X, y, weights), of which `steps_per_epoch` are an epoch, or
        what gives an epoch each time: an iterable, or an object with `__len__` and `__getitem__`. NumPy trains on such.
        Validation data may be one, too, and are evaluated every `validation_freq` epochs, or in those that it lists.

        Raises `ValueError` if arguments do not fit, and `DivergedError` if the loss is not finite.
        """
        if batch_size is not None:
            self.batch_size = count("batch_size", batch_size, 1)
        if shuffle is not None:
            self.shuffle = shuffle
        last = self.epochs if epochs is None else count("epochs", epochs, 0)
        first = min(count("initial_epoch", initial_epoch, 0), last)
        source = (
            None if y is not None else batch_source(X, steps_per_epoch, self.seed if self.shuffle else None)
        )
        if source is None and steps_per_epoch is not None:
            raise ValueError(
                "Sequence: steps_per_epoch is for generators; arrays have samples / batch_size steps"
            )
        if source and class_weight is not None:
            raise ValueError("Sequence: class_weight is for arrays; generators give (X, y, sample_weight)")
        samples = self._first_samples(*(source.first if source else (X, y, sample_weight)))
        self.network.freeze_untrainable()
        if not isinstance(validation_data, tuple | list) and BatchSource.is_one(validation_data):
            validation_data = BatchSource(validation_data, validation_steps, "validation_data").all()
        samples, validation = self._validation(samples, validation_split, validation_data)
        samples, of_classes = class_weighted(samples, class_weight, self.network, self.class_names)
        trainer = self._trainer_on(samples, validation)
        trainer.set_class_weights(of_classes)
        if first:
            trainer.epoch = first
        steps = source.steps if source else trainer.steps_per_epoch
        params: dict[str, Any] = {"verbose": verbose, "epochs": last, "steps": steps}
        params |= {} if validation_freq == 1 else {"validation_freq": validation_freq}
        self.history = history = History(params)
        self.stop_training = False
        several = isinstance(callbacks, Iterable) and np.ndim(callbacks) > 0  # type: ignore[arg-type]
        given = (
            listed("callbacks", callbacks, "callbacks")
            if several
            else []
            if callbacks is None
            else [callbacks]
        )
        calls = CallbackCalls(self, (*self.callbacks, *given), params)
        report = report_for(verbose, self.feedback_steps, first, last, steps or 1)
        with closing(report):
            self._report = report.say
            parts = self, trainer, calls, report, self.metrics, history, validation_freq
            fit = (
                SourceFit(*parts, batches=lambda: map(self._batch, source.epoch())) if source else Fit(*parts)
            )
            try:
                calls.train_begin()
                most = allowed_threads()
                say = None if type(report) is FitPrinter else report.say
                choose_engine(trainer, self.engine, say)
                fit.epoch_kept = Compilation(trainer, self.engine, say).follow
                with limit_blas_threads():
                    trainer.allow_threads(most)
                    fit.run(first, last)
            finally:
                self._report = print
                calls.train_end({name: values[-1] for name, values in history.items()})
                self.history = history
        return history

    def train(self, X: Any, y: ArrayLike | None = None, **options: Unpack[FitOptions]) -> Self:
        """As `fit`, whose arguments it takes by name, but returns the model; its numbers are in `history`."""
        self.fit(X, y, **options)
        return self

    def report(self, line: str) -> None:
        """Print a line of a callback, above the progress bar where there is one."""
        self._report(line)

    def step(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Make one step on X (samples, *shape) and y, as in `fit`, as one batch; returns the loss before it.

        Epochs and schedules do not advance. Raises as `fit` does.
        """
        samples = self._first_samples(X, y, sample_weight)
        self.network.freeze_untrainable()
        trainer = self._resumed(samples)
        trainer.configure(self.training_config)
        with one_thread():
            return trainer.train_on_batch(samples)

    partial_fit = train_on_batch = step

    def test_on_batch(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Any:
        """As `evaluate`, in Keras's words."""
        return self.evaluate(X, y, sample_weight=sample_weight)

    def predict_classes(self, X: ArrayLike, batch_size: int | None = None) -> NDArray[Any]:
        """The predicted class numbers (samples,), or (samples, time) of a prediction at each position.

        They are texts where the model learned from texts. Raises `ValueError` for a loss of values to predict.
        """
        outputs = self.predict(X, batch_size)
        if outputs.ndim not in (2, 3) or (outputs.shape[-1] == 1 and self.loss.tasks != ("classification",)):
            raise ValueError(
                f"Sequence: predict_classes needs classes, but {self.loss.title} on {outputs.shape[-1]} output "
                "predicts values; use predict"
            )
        if outputs.shape[-1] == 1:
            numbers = (outputs[..., 0] > (0.0 if self.loss.takes_logits else 0.5)).astype(np.int64)
        else:
            numbers = outputs.argmax(axis=-1)
        return np.asarray(self.class_names)[numbers] if self.class_names else numbers

    @overload
    def evaluate(
        self, X: Any, y: ArrayLike | None = None, batch_size: int | None = None, verbose: int | str = 0,
        sample_weight: ArrayLike | None = None, steps: int | None = None, *, return_dict: Literal[True],
    ) -> dict[str, float]: ...  # fmt: skip

    @overload
    def evaluate(
        self, X: Any, y: ArrayLike | None = None, batch_size: int | None = None, verbose: int | str = 0,
        sample_weight: ArrayLike | None = None, steps: int | None = None, *, return_dict: bool = False,
    ) -> Any: ...  # fmt: skip

    def evaluate(
        self,
        X: Any,
        y: ArrayLike | None = None,
        batch_size: int | None = None,
        verbose: int | str = 0,
        sample_weight: ArrayLike | None = None,
        steps: int | None = None,
        *,
        return_dict: bool = False,
    ) -> Any:
        """[loss, metrics...] over all of X (samples, *shape) and y; the loss alone where the model names no metrics.

        X alone may give batches, as in `fit`: `steps` of them, or all.

        With `return_dict` {"loss": ..., "accuracy": ...}, which without metrics has the accuracy, or R² of values.
        `batch_size` and `verbose` are Keras's, and change nothing.
        """
        source = None if y is not None else batch_source(X, steps, None)
        if source is None and y is None:
            raise _lacks_y(X)
        samples = self._samples(*(source.all() if source else (X, y, sample_weight)))
        metrics = self.metrics if return_dict else self.metrics or ()
        found = Scores(self._trainer_for(samples), metrics).of(samples)
        if return_dict:
            return found
        return list(found.values()) if metrics else found["loss"]

    def sample(
        self,
        n: int,
        steps: int = 40,
        method: Literal["euler", "heun"] = "euler",
        seed: int = 0,
        paths: bool = False,
        *,
        label: int | str | None = None,
        guidance: float = 1.0,
    ) -> Array:
        """`n` new samples (n, *shape), of a model that has learned how noise becomes samples (flow matching), or a VAE.

        They are in the units of the data where the model has its `pipeline`, as from a project. With `paths` all
        steps are there, (steps + 1, n, *shape). `label` is a class, by its number or name, of a model that learned by
        class; with more `guidance` than 1 samples are more typical of it, with 0 they are of any. A VAE decodes codes
        from N(0, 1), at once. Equal seeds give equal samples. Raises `ValueError`.
        """
        from ..predict.sample import sample

        if self.pipeline is None and self.loss.tasks == ("classification",) and self._trainer is not None:
            raise ValueError(
                f"sample: only a model that learned to generate makes samples; this one has learned {self.loss.title}"
            )
        with one_thread():
            return sample(
                self.network,
                self.pipeline,
                n,
                steps,
                method,
                seed,
                label=label,
                guidance=guidance,
                paths=paths,
            )

    def generate(
        self,
        prompt: str | Iterable[int] = "",
        count: int = 5,
        length: int | None = None,
        temperature: float = 0.8,
        top_k: int = 0,
        seed: int = 0,
    ) -> list[str] | NDArray[np.int64]:
        """`count` texts that continue `prompt`, of a model that has learned which token follows.

        Where the model has its `pipeline`, as from a project, these are texts; else numbers of tokens (count, tokens)
        that continue those of the prompt. `length` is how many tokens are added at most, by default as many as the
        network sees at once; a text that ends is over before. `temperature` below 1 takes likely tokens more often, 0
        always the likeliest; `top_k` draws from so many of the likeliest. Equal seeds give equal texts. Raises
        `ValueError`.
        """
        from ..predict.generate import generate

        with one_thread():
            return generate(self.network, self.pipeline, prompt, count, length, temperature, top_k, seed)

    def __repr__(self) -> str:
        from ..reports.plots import described

        return described(self._layers, self._network, self.loss.title)

    def _repr_html_(self) -> str:
        return super()._repr_html_() + (self.history._repr_html_() if self.history.epoch else "")

    def save(self, path: str | Path) -> None:
        """Write layers, settings and weights to one file for `load`, a zip of JSON and arrays; usually `.nnmodel`.

        By the suffix of another format, such as .keras, .onnx or .nnplay, the file is that of `export`, which other
        programs read and which lacks the settings of training. Raises `ValueError` for suffixes of formats that are
        not written here, such as .h5 and .pt, and `OSError`.
        """
        path = as_path(path)
        if is_other_format(path):
            self.export(path)
            return
        check_own_suffix(path)
        write_model(self._saved(), path)

    def save_weights(self, path: str | Path) -> None:
        """Write the weights alone, to a file of Keras's `.weights.h5`. Raises `ValueError` for another suffix."""
        from ..formats.keras.weights_file import save_weights

        save_weights(self.network, as_path(path))

    def load_weights(self, path: str | Path) -> None:
        """Read the weights of a `.weights.h5`, of Keras's too, for the same layers. Raises `ValueError` for others."""
        from ..formats.keras.weights_file import load_weights

        load_weights(self.network, as_path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a file of `save`, a project of the window (.nnplay), or a model, by its suffix.

        Models are .onnx, .npz, .safetensors and the others of `core.formats`, also those of other programs. Their
        preprocessing becomes `pipeline`: `model.predict(model.pipeline.transform(rows))`. Raises `ValueError` with a
        sentence for invalid files, and for layers that are not here; warns where the model predicts otherwise than the
        file, as with probabilities for their logarithms.
        """
        path = as_path(path)
        found = open_model(path)
        if found.note:
            warnings.warn(f"{path.name}: {found.note}.", stacklevel=2)
        try:
            model = cls(found.layers, **found.settings)
            model._network, model.pipeline = found.network, found.pipeline
            model._experiment, model._epochs_before = found.experiment, found.epochs
            if found.saved is not None:
                model._restore(found.saved)
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None
        return model

    def export(self, path: str | Path, part: Literal["encoder", "decoder"] | None = None) -> None:
        """Export in the format of the suffix, with `pipeline` if there is one; see `core.formats.EXPORTERS`.

        `part` is the half of an autoencoder to write: up to its code (a `Sampling` layer, or else the narrowest), or
        from there on. Raises `ValueError` for other networks, and for a half as a project.
        A project of the window (.nnplay) shows the model on data of this program: on those it came from, or on the
        first that it fits; `ValueError` where there are none.
        """
        path = as_path(path)
        epochs = self._epochs_before + len(self.loss_history)
        model = TrainedModel(
            self.network, self.pipeline, seed=self.seed, epoch=epochs, training=self.training_config
        )
        if part is not None:
            from ..formats.trained_model import model_part

            model = model_part(model, part)
            if path.suffix.lower() == PROJECT:
                raise ValueError(f"Export: a project holds a whole network, and not {path.name}, its {part}")
        export_model(model, self.training_config, self._experiment, path)

    def _saved(self) -> SavedModel:
        network = self.network
        return SavedModel(
            layers=self._layers,
            input_shape=network.input_shape,
            weights=[array.astype(np.float32) for array in network.get_weights()],
            training=self.training_config,
            epochs=self.epochs,
            seed=self.seed,
            loss_history=self.loss_history,
            class_names=self.class_names,
            continuation=self._continues if self._trainer is None else Continuation.of(self._trainer),
        )

    def _restore(self, saved: SavedModel) -> None:
        self.loss_history, self.class_names = list(saved.loss_history), saved.class_names
        self._initialize(saved.input_shape)
        self.set_weights(saved.weights)
        self._continues = saved.continuation

    def _validation(
        self, samples: Samples, share: float, given: tuple[ArrayLike, ...] | None
    ) -> tuple[Samples, Samples | None]:
        """The samples to train on, and those held out or given for validation."""
        kept = split_off(len(samples), share)
        if given is not None:
            X, y, weights = validation_arrays(given)
            return samples, self._as_long(self._samples(X, y, weights), "samples and validation_data")
        if kept == len(samples):
            return samples, None
        return samples.part(slice(0, kept)), samples.part(slice(kept, None))

    def _batch(self, batch: Batch) -> Samples:
        """The samples of a batch of a source."""
        return self._as_long(self._samples(*batch), "batches of a fit")

    def _as_long(self, samples: Samples, what: str) -> Samples:
        """The samples. Raises `ValueError` for sequences of another length than those that are learned from."""
        if samples.inputs.shape[1:] != self.network.input_shape:
            raise ValueError(
                f"Sequence: {what} must have one length, {self.network.input_shape[0]} here, "
                f"got {samples.inputs.shape[1]}; fill them up, and mask what is filled"
            )
        return samples

    def _trainer_on(self, samples: Samples, validation: Samples | None) -> Trainer:
        goes_on = self._trainer is not None or self._continues is not None
        trainer = self._resumed(samples, validation)
        if goes_on:
            # Training continues on new data; the optimizer keeps its state.
            trainer.batches.shuffle = self.shuffle
            trainer.set_data(samples, validation)
            trainer.configure(self.training_config)
        return trainer

    def _resumed(self, samples: Samples, validation: Samples | None = None) -> Trainer:
        """The trainer, with what an earlier one, of a file or of a copied model, goes on with."""
        if self._trainer is None:
            self._trainer = self._trainer_for(samples, validation)
            if self._continues is not None:
                self._continues.restore(self._trainer)
                self._continues = None
        return self._trainer

    def _trainer_for(self, samples: Samples, validation: Samples | None = None) -> Trainer:
        network = self._network_for(samples.inputs)
        return Trainer(
            network,
            samples,
            validation,
            encoding=(encoding := encoding_for(network, samples.labels)),
            config=self.training_config,
            # Whether the classes of positions are tokens that follow, nobody has said.
            task=Classification() if encoding.classes else None,
            seed=self.seed,
            shuffle=self.shuffle,
            evaluate=False,
        )

    def _samples(self, X: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Samples:
        network = self._network_for(as_inputs(X, self.dtype))
        samples = check_X_y(network, self.loss, X, class_numbers_of(y, self.class_names))
        return samples if weights is None else samples.weighted(sample_weights(weights, len(samples)))

    def _first_samples(self, X: ArrayLike, y: ArrayLike | None, weights: ArrayLike | None = None) -> Samples:
        """Checked training samples; builds the network for them if needed."""
        if y is None:
            raise _lacks_y(X)
        inputs, labels = as_inputs(X, self.dtype), np.asarray(y)
        if labels.ndim == 0 or len(inputs) != len(labels) or not len(inputs):
            raise ValueError(
                "Sequence: X and y must hold the same samples, at least one, "
                f"got {len(inputs)} and {len(labels) if labels.ndim else 'a single value'}"
            )
        if self._network is None:
            self._initialize(inputs.shape[1:])
        if (other := self._network_for(inputs)) is not self._network:
            # The training goes on with sequences of another length.
            self._continues = self._continues if self._trainer is None else Continuation.of(self._trainer)
            self._network, self._trainer = other, None
        check_loss(self.loss, self.network)
        if not self.class_names and self.loss.tasks == ("classification",):
            self.class_names = text_classes(labels, max(2, self.network.output_shape[-1]))
        return self._samples(inputs, labels, weights)


def _lacks_y(X: Any) -> ValueError:
    got = type(X).__name__
    return ValueError(f"Sequence: y is missing beside X; without it X must give batches (X, y), got {got}")
