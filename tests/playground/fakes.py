"""Snapshots without training, to test a view on any experiment in milliseconds.

The weights are random and the activations follow from them: `fake_snapshot` of a Dense network shows what that network
computes. Layers without weights here (convolutions, pooling) get plausible activations of the right shape.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.datasets import Digits, Iris, Moons, Standardize
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, prepare
from core.experiment.stack_problems import shapes_of
from core.inspect.snapshot import EvaluatedSamples, LayerSnapshot, Snapshot, SnapshotRequest
from core.nn import Activation, ActivationFunction, Dense, Flatten, Layer, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy
from core.nn.scalars import scalars
from core.spec.arrays import Array
from core.train.figures import Figure, Figures, Place
from core.train.history import History
from core.train.training_config import TrainingConfig
from tests.core.trainers import experiment_of

IRIS = Experiment(
    dataset=Iris(),
    layers=(Dense(6, "tanh"),),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy()),
)
MOONS = Experiment(
    dataset=Moons(samples=120), layers=(Dense(4, "tanh"),), training=TrainingConfig(loss=BinaryCrossentropy())
)


def points_experiment(*units: int, **changes: Any) -> Experiment:
    """Two moons with a Dense tanh layer per width (default 8, 8, 8)."""
    layers = tuple(Dense(units=count, activation=Tanh()) for count in units or (8, 8, 8))
    return experiment_of(layers=layers, **changes)


def mnist_experiment(*units: int, samples: int = 200, **changes: Any) -> Experiment:
    """MNIST with Flatten and a Dense tanh layer per width (default 32)."""
    dense = tuple(Dense(units=count, activation=Tanh()) for count in units or (32,))
    given: dict[str, Any] = {
        "dataset": Digits(size="28x28", samples=samples),
        "loss": CrossEntropy(),
        "layers": (Flatten(), *dense),
    }
    return experiment_of(**{**given, **changes})


def fake_prepared(experiment: Experiment) -> PreparedData:
    """The experiment's real data."""
    return prepare(experiment)


def fake_history(rng: np.random.Generator, moments: int = 100) -> History:
    """Noisy decreasing losses, increasing accuracies, a constant learning rate and decreasing gradients."""
    epoch = np.arange(moments, dtype=np.float64)
    falling = 0.65 * np.exp(-epoch / (0.2 * moments)) + 0.05
    train = falling * rng.uniform(0.97, 1.03, moments)
    test = (falling + 0.02) * rng.uniform(0.95, 1.05, moments)
    rate = np.full(moments, 0.03)
    rate[0] = np.nan
    gradients = 3.0 * train * rate / 0.03
    counts = np.full(moments, 210.0), np.full(moments, 90.0)
    scores = 1 - 0.7 * train, 1 - 0.7 * test
    columns = (epoch, train, test, *scores, rate, gradients, np.zeros(moments), 1.1 * train, *counts)
    for column in columns:
        column.flags.writeable = False
    return History(*columns)


def fake_snapshot(
    experiment: Experiment,
    seed: int = 0,
    *,
    grid: int = 50,
    sample: int = 0,
    run: int = 1,
    epoch: int = 99,
    gain: float = 2.0,
) -> Snapshot:
    """A snapshot of `experiment` with random weights: maps for points and tables, and activations of test sample
    `sample` for tables and images.

    `gain` scales the weights: larger values give maps with more contrast.
    """
    rng = np.random.default_rng(seed)
    prepared = prepare(experiment)
    shapes, problem = shapes_of(experiment)
    if problem is not None:
        raise ValueError(f"A snapshot needs an experiment that can run: {problem.sentence}")
    points = experiment.dataset.family == "points"
    on_grid = prepared.grid_inputs(grid)
    if points:
        inputs = np.concatenate([on_grid, prepared.test_inputs])
    else:
        inputs = np.concatenate([prepared.test_inputs[sample][None], on_grid, prepared.test_inputs])
    pictures, outputs, shown = [], inputs, grid * grid if points else 1
    for layer, shape in zip(experiment.stack(), shapes, strict=True):
        kernel, bias, outputs = _through(layer, outputs, shape, rng, gain)
        maps = activations = None
        if points:
            maps = np.clip(outputs[:shown].T.reshape(-1, grid, grid), -1, 1).astype(np.float32)
        else:
            activations = outputs[0].copy()
            if len(experiment.input_shape) == 1:
                on_plane = outputs[1 : 1 + grid * grid]
                maps = np.clip(on_plane.T.reshape(-1, grid, grid), -1, 1).astype(np.float32)
        pictures.append(LayerSnapshot(kernel, bias, maps, activations))
    tested = len(prepared.test_inputs)
    history = fake_history(rng)
    boundary = outputs[: grid * grid] if points else outputs[1 : 1 + grid * grid]
    encoding = prepared.encoding
    if encoding.outputs == 1:
        boundary = encoding.to_signed(boundary)
    if points:
        pictures[-1] = LayerSnapshot(
            pictures[-1].kernel,
            pictures[-1].bias,
            np.clip(boundary.T.reshape(-1, grid, grid), -1, 1).astype(np.float32),
        )
    return Snapshot(
        run=run,
        experiment=experiment,
        request=SnapshotRequest(grid=grid, sample=sample),
        epoch=epoch,
        step=epoch * 35,
        steps_per_epoch=35,
        history=history,
        figures=Figures(
            Place(epoch, steps=35, updates=35 * epoch, position=float(epoch)),
            Figure(float(history.train_loss[-1]), float(history.train_accuracy[-1]), 0.0, 210, 210),
            Figure(float(history.test_loss[-1]), float(history.test_accuracy[-1]), 0.0, tested, tested),
            float(history.mean_loss[-1]),
            epoch - 1.0,
        ),
        layers=tuple(pictures),
        boundary=boundary.reshape(grid, grid, -1).astype(np.float32),
        feature_maps=_feature_maps(inputs[:shown], grid) if points else None,
        evaluated=_evaluated(encoding, outputs[-tested:], prepared.test.labels),
        sample=None if points else prepared.test_inputs[sample],
        sample_output=None if points else outputs[0].copy(),
    )


def with_figures(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The snapshot with other fields of its figures."""
    return dataclasses.replace(snapshot, figures=dataclasses.replace(snapshot.figures, **changes))


def _feature_maps(features: Array, grid: int) -> Array:
    maps = features.T.reshape(-1, grid, grid)
    return np.asarray(maps / np.abs(maps).max(axis=(1, 2), keepdims=True), np.float32)


def _evaluated(encoding: TargetEncoding, outputs: Array, targets: NDArray[Any]) -> EvaluatedSamples:
    if encoding.classes == 0:
        return EvaluatedSamples(len(outputs), predicted=encoding.to_values(outputs))
    counts = np.zeros((encoding.classes, encoding.classes), np.int64)
    np.add.at(counts, (targets, encoding.decode(outputs)), 1)
    return EvaluatedSamples(len(outputs), confusion=counts)


def _through(
    layer: Layer, x: Array, shape: tuple[int, ...], rng: np.random.Generator, gain: float
) -> tuple[Array | None, Array | None, Array]:
    """(kernel, bias, outputs) of one layer for inputs (samples, *)."""
    if isinstance(layer, Dense):
        inputs = x.shape[1]
        kernel = (gain * rng.normal(0.0, np.sqrt(1.0 / inputs), (inputs, layer.units))).astype(np.float32)
        bias = rng.normal(0.0, 0.3, layer.units).astype(np.float32) if layer.use_bias else None
        y = x @ kernel if bias is None else x @ kernel + bias
        return kernel, bias, _apply(layer.activation, y)
    if isinstance(layer, ActivationFunction):
        return None, None, _apply(layer, x)
    if isinstance(layer, Activation):
        return None, None, _apply(layer.activation, x)
    if x.shape[1:] == shape:
        return None, None, x
    if x[0].size == int(np.prod(shape)):
        return None, None, x.reshape(len(x), *shape)
    rows = np.linspace(0, x.shape[1] - 1, shape[0]).astype(int)
    columns = np.linspace(0, x.shape[2] - 1, shape[1]).astype(int)
    smaller = x[:, rows][:, :, columns]
    mixing = rng.normal(0.0, 1.0 / np.sqrt(x.shape[3]), (x.shape[3], shape[2])).astype(np.float32)
    return None, None, np.tanh(smaller @ mixing)


def _apply(function: ActivationFunction, x: Array) -> Array:
    y = np.empty_like(x)
    function.apply(x, y, scalars(x.dtype))
    return y
