"""Rows of histograms keep every value."""

from __future__ import annotations

import numpy as np
import pytest

from playground.views.results.histogram_rows import COLUMNS, HistogramRows, round_limits
from tests.playground.views.results.histogram_views import spread


def test_rows_keep_every_value_and_the_axis_is_round() -> None:
    rows = HistogramRows()
    rows.add(0.0, spread(-0.4, 0.1))
    assert rows.limits == (-0.5, 0.5)
    rows.add(1.0, spread(-0.9, 1.3))
    assert rows.limits == (-1.5, 1.5)
    shares = rows.shares()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    centers = (np.arange(COLUMNS) + 0.5) * 3.0 / COLUMNS - 1.5
    assert shares[0] @ centers == pytest.approx(-0.15, abs=0.02)
    assert shares[0][(centers < -0.45) | (centers > 0.15)].max() == 0.0
    assert round_limits(0.0, 0.98) == (0.0, 1.0)
    assert round_limits(-7.4, -2.0) == (-10.0, 0.0)
    assert round_limits(0.0, 0.0) == (0.0, pytest.approx(1e-9))


def test_the_whole_run_stays_in_view() -> None:
    rows = HistogramRows(max_rows=8)
    for epoch in range(100):
        rows.add(float(epoch), spread(-1.0, 1.0))
        assert len(rows) <= 8
        assert len(rows.shares()) == len(rows.epochs) == len(rows)
        assert rows.epochs[-1] == epoch
    assert rows.epochs == [0.0, 16.0, 32.0, 48.0, 64.0, 80.0, 96.0, 99.0]


def test_earlier_rows_come_before_those_that_were_seen() -> None:
    rows = HistogramRows(max_rows=8)
    for epoch in (40.0, 41.0, 42.0):
        rows.add(epoch, spread(-1.0, 1.0))
    rows.fill([(epoch, spread(-2.0, 1.0)) for epoch in (0.0, 10.0, 20.0, 30.0, 40.0)])
    assert rows.epochs == [0.0, 10.0, 20.0, 30.0, 40.0, 42.0]
    assert rows.limits == (-2.0, 2.0)
    assert len(rows.shares()) == 6
    # What follows is as far apart.
    for epoch in range(43, 61):
        rows.add(float(epoch), spread(-1.0, 1.0))
    assert rows.epochs == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    assert rows.row_of(19.0) == 2
    rows.fill([])
    assert len(rows) == 7
