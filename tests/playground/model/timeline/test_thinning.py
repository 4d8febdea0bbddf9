"""A full timeline stays dense near its start, now and edits."""

from __future__ import annotations

import numpy as np

from playground.model.timeline.thinning import drop_order, thinned


def _survivors(count: int, keep: int, edits: tuple[float, ...] = ()) -> np.ndarray:
    positions = np.arange(count, dtype=float)
    while len(positions) > keep:
        scores = drop_order(positions, np.array(edits), np.ones(len(positions)))
        # As the store: few at once.
        excess = min(len(positions) - keep, len(positions) / 8)
        drop = thinned(scores, np.ones(len(positions)), excess)
        assert drop.any()
        positions = positions[~drop]
    return positions


def test_both_ends_stay_and_moments_near_now_are_denser() -> None:
    kept = _survivors(4_000, 400)
    assert (kept[0], kept[-1]) == (0.0, 3_999.0)
    gaps = np.diff(kept)
    assert gaps.max() > 1.9 * gaps[-50:].mean()
    assert gaps.max() < 4 * gaps.mean()


def test_the_first_epochs_all_stay() -> None:
    assert (np.diff(_survivors(4_000, 400))[:21] == 1.0).all()


def test_moments_near_an_edit_are_denser() -> None:
    kept = _survivors(4_000, 400, edits=(1_000.0,))
    near = ((kept > 900) & (kept < 1_100)).sum()
    assert near > 1.7 * ((kept > 1_900) & (kept < 2_100)).sum()


def test_no_two_neighbours_go_at_once() -> None:
    scores = drop_order(np.arange(100.0), np.empty(0), np.ones(100))
    drop = thinned(scores, np.ones(100), 1_000.0)
    assert not (drop[1:] & drop[:-1]).any()


def test_two_moments_are_both_ends() -> None:
    assert np.isinf(drop_order(np.array([0.0, 1.0]), np.empty(0), np.ones(2))).all()
