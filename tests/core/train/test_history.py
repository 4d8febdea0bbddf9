"""The history: a row per epoch, thinned evenly when long, and restored."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.optim.schedules import ExponentialDecay
from core.train.figures import Figure, Figures
from core.train.history import HISTORY_COLUMNS, HISTORY_WIDTHS, HistoryLog
from tests.core.train.samples import make, weights_after


def test_history_has_a_row_per_epoch() -> None:
    trainer = make()
    assert len(trainer.log) == 1
    weights_after(4, trainer)
    history = trainer.log.view()
    np.testing.assert_array_equal(history.epoch, [0, 1, 2, 3, 4])
    assert history.test_loss[-1] == trainer.figures.test.loss
    assert history.test_accuracy[-1] == trainer.figures.test.score
    assert history.train_accuracy[-1] == trainer.figures.train.score
    with pytest.raises(ValueError, match="read-only"):
        history.epoch[0] = 7


def test_a_view_of_the_history_never_changes() -> None:
    log = HistoryLog(limit=600)
    views = []
    for epoch in range(3000):
        if epoch % log.stride == 0:
            log.append(epoch, *(epoch + k / 10 for k in range(1, HISTORY_COLUMNS)))
        if epoch % 100 == 0:
            views.append((log.view(), log.view().epoch.copy()))
    for view, copy in views:
        np.testing.assert_array_equal(view.epoch, copy)


def test_a_long_history_is_thinned_evenly() -> None:
    log = HistoryLog(limit=100)
    for epoch in range(1000):
        if epoch % log.stride == 0:
            log.append(epoch, *[0] * (HISTORY_COLUMNS - 1))
        assert len(log) <= 100
    assert log.stride == 16
    np.testing.assert_array_equal(log.view().epoch, np.arange(0, 1000, 16))


def test_a_history_comes_back() -> None:
    log = HistoryLog(limit=500)
    for epoch in range(300):
        log.append(epoch, 1, 2, 3, math.nan, 0.1, 4, 0.5, 6, 7, 8)
    other = HistoryLog(limit=500)
    other.restore(log.to_array(), 4)
    np.testing.assert_array_equal(other.to_array(), log.to_array())
    assert other.stride == 4
    other.append(300, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    assert len(other) == 301
    for width in HISTORY_WIDTHS[1:]:
        other.restore(log.to_array()[:, :width])
        found = other.view()
        assert np.isnan(found.test_added).all() == (width < 8)
        assert np.isnan(found.train_loss).all()
        assert not found.train_samples.any()
        assert not found.test_samples.any()
        np.testing.assert_array_equal(found.mean_loss, log.view().train_loss)
        np.testing.assert_array_equal(found.drawn_loss, log.view().train_loss)
        np.testing.assert_array_equal(other.view().train_accuracy, log.view().train_accuracy)
    for bad in (np.zeros((3, 4)), np.zeros(5), np.zeros((501, HISTORY_COLUMNS))):
        with pytest.raises(ValueError, match="History: rows must be"):
            other.restore(bad)


def test_a_history_of_before_rates_were_recorded_comes_back_without_them() -> None:
    log = HistoryLog()
    log.restore(np.arange(15.0).reshape(3, 5))
    history = log.view()
    np.testing.assert_array_equal(history.test_accuracy, [4, 9, 14])
    assert np.isnan(history.learning_rate).all()
    assert np.isnan(history.gradient_norm).all()
    log.append(3, 1, 1, 1, 1, 0.1, 0.5, *[0.0] * 4)
    assert log.view().gradient_norm[-1] == 0.5


def test_learning_rate_and_gradient_norm_of_each_epochs_last_step_are_recorded() -> None:
    trainer = make(schedule=ExponentialDecay(factor=0.5))
    assert np.isnan(trainer.log.view().learning_rate[0])
    norms, rates = [], []
    for _ in range(3):
        trainer.run_epoch()
        norms.append(math.sqrt(float((trainer.network.gradients.astype(np.float64) ** 2).sum())))
        rates.append(trainer.learning_rate)
    history = trainer.log.view()
    np.testing.assert_allclose(history.gradient_norm[1:], norms, rtol=1e-5)
    np.testing.assert_array_equal(history.learning_rate[1:], rates)
    assert rates[0] > rates[2]


def test_a_moment_has_one_row_whose_figures_are_those_at_rest() -> None:
    trainer = make()
    weights_after(2, trainer)
    history, figures = trainer.log.view(), trainer.figures
    other = Figure(loss=7.0, score=0.5, samples=figures.train.samples + 1)
    ended = history.with_rest(replace(figures, train=other))
    assert len(ended) == len(history)
    assert (ended.train_loss[-1], ended.train_samples[-1]) == (7.0, other.samples)
    # What only a step knows stays, and so do the rows before.
    assert ended.learning_rate[-1] == history.learning_rate[-1]
    np.testing.assert_array_equal(ended.train_loss[:-1], history.train_loss[:-1])
    later = replace(figures, place=replace(figures.place, position=figures.place.position + 0.5))
    assert len(history.with_rest(later)) == len(history) + 1
    assert history.with_rest(Figures(place=figures.place)) is history
