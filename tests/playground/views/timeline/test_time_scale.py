"""Epochs along the timeline."""

from __future__ import annotations

import pytest

from playground.views.timeline.time_scale import TimeScale


@pytest.mark.parametrize("end", [0.0, 0.4, 1.0, 7.5, 412.0, 99_999.0, 3e7])
def test_places_and_positions_agree_and_labels_are_few_and_round(end: float) -> None:
    scale = TimeScale(8.0, 1_000.0, end)
    assert scale.place(0.0) == 8.0
    if end:
        assert scale.place(end) == pytest.approx(1_008.0)
        assert scale.position(scale.place(end / 3)) == pytest.approx(end / 3)
    assert scale.position(-50.0) == 0.0
    assert scale.position(5_000.0) == end
    labels = scale.labels()
    assert labels[0] == 0
    assert len(labels) <= 17
    assert all(label <= end for label in labels)
    assert len(scale.ticks()) <= 90
