"""Pictures are of their own run, and do not pile up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from core.nn import Dense
from playground.training.mailbox import Mailbox
from playground.training.snapshot_publisher import SnapshotPublisher
from playground.training.snapshot_rate import SnapshotRate
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
    seen.until(lambda: seen.last.trace is not None)
    assert seen.last.request == seen.session.request == inspection.state.request


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


class Ahead:
    """A publisher beside a training that goes on; its taker ends the begun snapshot when `may_end` is set."""

    def __init__(self) -> None:
        self.mailbox: Mailbox[Any] = Mailbox()
        self.drawn, self.may_end, self.ready = Event(), Event(), Event()
        self.drawn.set()
        rate = SnapshotRate(clock=lambda: 0.0)
        rate.needs_no_interpreter, rate._free = True, 1.0
        self.publisher = SnapshotPublisher(self.mailbox, self.drawn, self.ready.set, rate)
        self.kept: list[str] = []
        self.taker: Any = SimpleNamespace(
            begin=lambda request: self.finish, keep=self.kept.append, take=lambda request, running: "taken"
        )
        self.rate = rate

    def finish(self) -> str:
        assert self.may_end.wait(60.0)
        return "begun"

    def next(self) -> None:
        """Publish once the next snapshot is due."""
        self.rate._next_at = 0.0
        self.publisher.publish_when_due(self.taker)


@pytest.fixture
def ahead() -> Iterator[Ahead]:
    made = Ahead()
    yield made
    made.may_end.set()
    made.publisher.close()


def test_a_training_that_goes_on_does_not_wait_for_the_plane(ahead: Ahead) -> None:
    ahead.next()
    assert ahead.mailbox.empty
    ahead.may_end.set()
    assert ahead.ready.wait(60.0)
    assert (ahead.mailbox.take(), ahead.kept) == ("begun", ["begun"])


def test_a_snapshot_of_a_pause_is_not_replaced_by_an_earlier_one(ahead: Ahead) -> None:
    ahead.next()
    ahead.publisher.publish(ahead.taker, running=False)
    ahead.may_end.set()
    ahead.publisher.close()
    assert (ahead.mailbox.take(), ahead.kept) == ("taken", [])


def test_one_plane_at_a_time_even_if_nothing_is_drawn(ahead: Ahead) -> None:
    ahead.next()
    first = ahead.publisher._plane
    ahead.drawn.set()
    ahead.next()
    assert ahead.publisher._plane is first


def test_an_error_in_the_plane_is_raised_in_the_training(ahead: Ahead) -> None:
    def fail() -> str:
        raise ZeroDivisionError("the plane")

    ahead.taker.begin = lambda request: fail
    ahead.next()
    ahead.publisher._planes.submit(int).result()
    ahead.drawn.set()
    with pytest.raises(ZeroDivisionError, match="the plane"):
        ahead.next()


def test_images_are_taken_at_once(ahead: Ahead) -> None:
    ahead.taker.begin = lambda request: None
    ahead.next()
    assert ahead.mailbox.take() == "taken"
