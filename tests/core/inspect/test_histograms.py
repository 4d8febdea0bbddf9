"""Histograms of a layer: every value is counted once, and snapshots contain them on request only."""

from __future__ import annotations

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.histograms import HistogramsPart, histogram_of, layer_histograms
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import BatchNormalization, Dense, Dropout, ReLU
from core.train.training_config import TrainingConfig

EXPERIMENT = Experiment(
    layers=(Dense(units=7, activation=ReLU()), BatchNormalization(), Dropout(rate=0.5)),
    training=TrainingConfig(batch_size=20),
)


def test_every_finite_value_is_counted_once() -> None:
    values = np.random.default_rng(0).normal(2.0, 3.0, (40, 25)).astype(np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    found = histogram_of(values)
    assert found is not None
    good = values[np.isfinite(values)].astype(np.float64)
    assert found.counts.sum() == good.size == 997
    assert (found.edges[0], found.edges[-1]) == (good.min(), good.max())
    np.testing.assert_array_equal(found.counts, np.histogram(good, found.edges)[0])
    assert found.mean == pytest.approx(good.mean())
    assert found.deviation == pytest.approx(good.std())


@pytest.mark.parametrize("value", [0.0, -3.0, 1e30, 1e-30])
def test_equal_values_have_a_bin(value: float) -> None:
    found = histogram_of(np.full(9, value))
    assert found is not None
    assert found.counts.max() == 9
    assert found.edges[0] < value < found.edges[-1]


def test_nothing_finite_has_no_histogram() -> None:
    assert histogram_of(np.array([np.nan, np.inf])) is None
    assert histogram_of(np.empty(0)) is None


def test_many_values_are_sampled() -> None:
    found = histogram_of(np.linspace(-1.0, 1.0, 1_000_000, dtype=np.float32))
    assert found is not None
    assert found.counts.sum() <= 20_000
    assert found.counts.max() < 1.1 * found.counts.min()


def test_a_layers_own_numbers_are_counted() -> None:
    prepared = prepare(EXPERIMENT)
    network = make_trainer(EXPERIMENT, prepared).network
    inputs = prepared.train.inputs[:50]
    dense = layer_histograms(network, 0, inputs)
    assert dense.weights is not None
    assert dense.weights.counts.sum() == 2 * 7
    assert dense.weights.mean == pytest.approx(network.weights[0]["kernel"].mean())
    assert dense.activations is not None
    assert dense.activations.counts.sum() == 50 * 7
    assert dense.activations.edges[0] == 0.0
    norm = layer_histograms(network, 1, inputs).weights
    assert norm is not None
    assert norm.counts.sum() == 2 * 7  # gamma and beta; running averages are not trained
    assert layer_histograms(network, 2, inputs).weights is None


def test_pictures_carry_histograms_on_request() -> None:
    prepared = prepare(EXPERIMENT)
    trainer = make_trainer(EXPERIMENT, prepared)
    taker = SnapshotTaker(trainer, prepared, 1, EXPERIMENT)
    assert taker.take(SnapshotRequest(grid=16)).part(HistogramsPart) is None
    for beyond in (-1, 4):
        assert taker.take(SnapshotRequest(grid=16, parts={"histograms": beyond})).part(HistogramsPart) is None
    first = taker.take(SnapshotRequest(grid=16, parts={"histograms": 3})).part(HistogramsPart)
    assert first is not None
    assert first.layer == 3
    # While running, cached between snapshots; another layer is computed at once.
    assert (
        taker.take(SnapshotRequest(grid=16, parts={"histograms": 3}), running=True).part(HistogramsPart)
        is first
    )
    other = taker.take(SnapshotRequest(grid=16, parts={"histograms": 0}), running=True).part(HistogramsPart)
    assert other is not None
    assert other.layer == 0
    trainer.run_epoch()
    later = taker.take(SnapshotRequest(grid=16, parts={"histograms": 0})).part(HistogramsPart)
    assert later is not None
    assert later.weights is not None
    assert other.weights is not None
    assert later.weights.mean != other.weights.mean
