"""A `Sequence` with arrays of a program's own as an experiment, for the window and for notebooks, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence as SequenceOf
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.datasets import TableFile
from ..data.tables.npz_reader import table_of_arrays
from ..data.tables.table import Table, TableColumn
from ..data.tables.table_schema import TableSchema, TableTask
from ..experiment.experiment import Experiment
from ..experiment.project_file import TrainerState
from ..formats import TrainedModel
from ..formats.model_import import ModelImport, import_onto
from ..model.check_inputs import as_inputs, is_one_hot
from ..model.saving import settings_of
from ..model.sequence import Sequence
from ..nn.network import Network

_NAME: Final = "data"
_TARGET: Final = "target"


def model_on_arrays(model: Sequence, X: ArrayLike, y: ArrayLike, **given: Any) -> ModelImport:
    """The model on samples X (samples, *shape) and y (samples,) or one-hot, as an experiment with its weights.

    `given` as in `experiment_on_arrays`; raises as that does.
    """
    current = experiment_on_arrays(model, X, y, **given)
    shown = TrainedModel(model.network, None, current.name, model.seed, 0)
    return import_onto(shown, current, current.dataset, keeps_training=True)


def experiment_on_arrays(
    model: Sequence,
    X: ArrayLike,
    y: ArrayLike,
    *,
    class_names: SequenceOf[str] | None = None,
    feature_names: SequenceOf[str] | None = None,
    test_share: float = 0.3,
) -> Experiment:
    """The samples and the settings of a model's training as an experiment without layers.

    A model without weights gets them for this shape. `test_share` (0.1 to 0.9) of the samples test. Raises `ValueError`
    for samples that do not fit, with a sentence that names the argument.
    """
    inputs = as_inputs(X, model.dtype)
    if inputs.ndim < 2 or len(inputs) < 2:
        raise ValueError(f"X must be at least two samples (samples, *shape), got shape {inputs.shape}")
    if not np.isfinite(inputs).all():
        raise ValueError("X must be finite numbers")
    if not 0.1 <= test_share <= 0.9:
        raise ValueError(f"test_share must be from 0.1 to 0.9, got {test_share!r}")
    if not model.built:
        model.build(inputs.shape[1:])
    if model.network.input_shape != inputs.shape[1:]:
        raise ValueError(f"X must be samples of shape {model.network.input_shape}, got {inputs.shape[1:]}")
    task: TableTask = "regression"
    if "classification" in model.loss.tasks and _are_classes(model, y):
        task = "classification"
    answers = _answers(y, len(inputs), task == "classification", class_names)
    table = _named(table_of_arrays(Path(_NAME), "", inputs, answers, "x", _TARGET), feature_names)
    if class_names is not None:
        table = _with_classes(table, answers, class_names)
    features = tuple(column.name for column in table.columns if column.name != _TARGET)
    schema = TableSchema(features, _TARGET, task)
    dataset = dataclasses.replace(TableFile.of(table, schema), embedded=table)
    return Experiment(
        name=type(model).__name__,
        dataset=dataset,
        layers=(),
        train_share=1 - test_share,
        seed=model.seed,
        training=model.training_config,
    )


def take_over(model: Sequence, experiment: Experiment, state: TrainerState) -> None:
    """Give a model the layers, settings and weights of a training in the window."""
    network = Network(experiment.stack(), experiment.input_shape, seed=model.seed, dtype=model.dtype)
    network.load_state_dict(state.weights)
    model.set_network(network)
    for name, value in settings_of(experiment.training).items():
        setattr(model, name, value)


def _are_classes(model: Sequence, y: ArrayLike) -> bool:
    """Whether y is texts, whole numbers or one-hot rows, as far as the loss can have both classes and values."""
    answers = np.asarray(y)
    if "regression" not in model.loss.tasks or answers.dtype.kind in "OUSb":
        return True
    return bool(answers.dtype.kind in "iu")


def _answers(y: ArrayLike, samples: int, classes: bool, class_names: SequenceOf[str] | None) -> NDArray[Any]:
    answers = np.asarray(y)
    if answers.ndim == 2 and answers.shape[1] == 1:
        answers = answers[:, 0]
    if classes and answers.ndim == 2:
        if not is_one_hot(answers):
            raise ValueError("y must be class numbers, texts or one-hot rows, got other rows")
        answers = answers.argmax(axis=1)
    if answers.shape != (samples,):
        raise ValueError(f"y must be one answer for each of the {samples} samples, got shape {np.shape(y)}")
    if class_names is not None:
        if not classes:
            raise ValueError("class_names are for classes, and this model predicts values")
        numbers = np.unique(answers) if answers.dtype.kind in "iub" else np.array([-1])
        if numbers.min() < 0 or numbers.max() >= len(class_names):
            raise ValueError(
                f"with class_names y must be class numbers from 0 to {len(class_names) - 1}, got "
                f"{', '.join(map(str, np.unique(answers)[:5]))}"
            )
    return answers


def _named(table: Table, names: SequenceOf[str] | None) -> Table:
    if names is None:
        return table
    features = [column for column in table.columns if column.name != _TARGET]
    texts = [str(name) for name in names]
    if len(texts) != len(features):
        raise ValueError(f"feature_names must be {len(features)} names, got {len(texts)}")
    if len({*texts, _TARGET}) <= len(texts) or not all(text.strip() for text in texts):
        raise ValueError(f"feature_names must differ, and none be empty or {_TARGET!r}")
    renamed = [dataclasses.replace(column, name=name) for column, name in zip(features, texts, strict=True)]
    return dataclasses.replace(table, columns=(*renamed, table.column(_TARGET)))


def _with_classes(table: Table, answers: NDArray[Any], names: SequenceOf[str]) -> Table:
    target = TableColumn(
        _TARGET, "category", codes=answers.astype(np.int32), categories=tuple(map(str, names))
    )
    rest = tuple(column for column in table.columns if column.name != _TARGET)
    return dataclasses.replace(table, columns=(*rest, target))
