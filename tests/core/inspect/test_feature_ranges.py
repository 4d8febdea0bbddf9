"""Histograms of a table's columns count every training sample once, by class."""

from __future__ import annotations

import numpy as np

from core.experiment.prepare import prepare
from core.inspect.feature_ranges import feature_histograms
from tests.core.inspect.started import DIGITS, IRIS, MOONS


def test_each_column_counts_the_training_samples_by_class() -> None:
    prepared = prepare(IRIS)
    found = feature_histograms(prepared, 4, bins=8)
    assert len(found) == 4
    raw = prepared.data.inputs[prepared.train_index]
    for column, histogram in enumerate(found):
        assert histogram.counts.shape == (3, 8)
        assert histogram.counts.sum(axis=1).tolist() == np.bincount(prepared.train.labels).tolist()
        assert (histogram.low, histogram.high) == (
            prepared.data.inputs[:, column].min(),
            prepared.data.inputs[:, column].max(),
        )
        edges = np.linspace(histogram.low, histogram.high, 9)
        expected, _ = np.histogram(raw[prepared.train.labels == 1, column].astype(float), edges)
        assert np.abs(histogram.counts[1] - expected).sum() <= 2  # values on an edge may round


def test_only_as_many_columns_as_are_drawn_and_none_without_a_table() -> None:
    assert len(feature_histograms(prepare(IRIS), 2)) == 2
    assert feature_histograms(prepare(MOONS), 2) == ()
    assert feature_histograms(prepare(DIGITS), 2) == ()


def test_a_constant_column_fills_one_bin() -> None:
    prepared = prepare(IRIS)
    inputs = prepared.data.inputs.copy()
    inputs[:, 0] = 3.0
    object.__setattr__(prepared.data, "inputs", inputs)
    counts = feature_histograms(prepared, 1)[0].counts
    assert counts[:, 0].sum() == len(prepared.train_index)
    assert counts[:, 1:].sum() == 0
