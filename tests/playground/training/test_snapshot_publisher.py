"""Pictures are of their own run, and do not pile up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.nn import Dense
from playground.training.state import TrainingState
from tests.playground.training.watching import Watch, document_of


def test_the_first_picture_comes_before_any_training(watch: Callable[..., Watch]) -> None:
    seen = watch()
    assert (seen.last.epoch, seen.last.step) == (0, 0)
    assert seen.runs.count() == 1
    assert seen.session.checkpoint() is not None


def test_pictures_follow_the_data_of_their_run(watch: Callable[..., Watch]) -> None:
    seen = watch()
    order: list[object] = []
    seen.session.run_started.connect(lambda prepared: order.append("data"))
    seen.session.snapshot_taken.connect(lambda snapshot: order.append(snapshot.run))
    seen.session.play()
    for units in range(5, 25):
        document_of(seen).change_layers("Units", (Dense(units, "tanh"),))
        seen.until(lambda units=units: seen.last.layers[0].kernel.shape[1] == units)
    runs = [item for item in order if item != "data"]
    assert runs == sorted(runs), "no picture of an older run comes after one of a newer"
    for place, item in enumerate(order):
        if item != "data":
            assert order[:place].count("data") == item - 1


def test_nothing_piles_up_when_nobody_looks(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch()
    pulls: list[None] = []
    monkeypatch.setattr(seen.session, "_deliver", lambda snapshot: None)
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    # The GUI thread blocks until the result, without handling events.
    worker = seen.session._worker
    worker.snapshot_ready.connect(lambda: pulls.append(None))
    reached = seen.epoch
    while seen.epoch < reached + 300:
        assert len(seen.session._snapshots._slot) <= 1
    assert len(pulls) <= 2
    seen.session.pause()
    seen.state(TrainingState.PAUSED)


def test_other_pictures_on_request(watch: Callable[..., Watch]) -> None:
    seen = watch()
    inspection = seen.session.inspection
    inspection.map_units(0)
    seen.until(lambda: seen.last.request.maps == 0)
    assert all(layer.maps is None for layer in seen.last.layers)
    inspection.trace_neuron((0, 2))
    seen.until(lambda: "neuron" in seen.last.parts)
    assert seen.last.request == seen.session.request == inspection.state


def test_pictures_of_a_resting_network_are_no_speed(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    seen.session.pause()
    seen.state(TrainingState.PAUSED)
    told: list[tuple[float, float]] = []
    seen.session.rates_changed.connect(lambda *rates: told.append(rates))
    for count in (2, 1):
        seen.session._rates_emitted_at = 0.0
        seen.session.inspection.map_units(count)
        seen.until(lambda count=count: seen.last.request.maps == count)
    assert not told
