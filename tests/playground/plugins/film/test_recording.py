"""Live recordings: what is kept, and the footage that is made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense
from core.train.figures import Place
from core.train.history import HistoryLog
from core.train.trainer import Trainer
from playground.model.timeline.moment import Moment, Vectors, copy_moment
from playground.model.timeline.store import Line, TimelineStore
from playground.plugins.film.film import Film
from playground.plugins.film.footage import Footage, Take, scenes_of, timeline_footage
from playground.plugins.film.recording import Recording
from playground.plugins.film.settings import FilmSettings

EXPERIMENT = Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))
DATA = prepare(EXPERIMENT)


def trainer() -> Trainer:
    return make_trainer(EXPERIMENT, DATA)


def moment(source: Trainer, run: int = 1) -> tuple[Moment, Vectors]:
    return copy_moment(source, run, 0, EXPERIMENT, resumable=True)


def line(run: int) -> Line:
    return Line(run, DATA, HistoryLog())


def recorded(times: list[float], recording: Recording, clock: list[float]) -> None:
    """Record an epoch at each of these times."""
    source = trainer()
    for time in times:
        clock[0] = time
        recording.add(line(1), *moment(source))
        source.run_epoch()


def test_a_recording_keeps_the_times_and_cuts_pauses() -> None:
    clock = [0.0]
    recording = Recording(lambda: clock[0])
    recorded([0.0, 0.1, 0.3, 60.0, 60.1], recording, clock)
    footage = recording.footage()
    assert footage.is_recording
    assert [take.seconds for take in footage.scenes[0].takes] == pytest.approx([0.0, 0.1, 0.3, 0.8, 0.9])
    assert footage.end == recording.seconds == pytest.approx(0.9)
    assert [footage.shot(place).position for place in (0.0, 0.2, 0.85, 5.0)] == [0.0, 1.0, 3.0, 4.0]


def test_moments_that_come_faster_than_frames_replace_each_other_but_for_the_ends() -> None:
    clock = [0.0]
    recording = Recording(lambda: clock[0])
    recorded([index / 1000 for index in range(101)], recording, clock)
    assert 6 <= len(recording) <= 8
    positions = [take.moment.position for take in recording.footage().scenes[0].takes]
    assert (positions[0], positions[-1]) == (0.0, 100.0)


def test_a_long_recording_stays_within_its_memory() -> None:
    clock = [0.0]
    size = sum(vector.nbytes for vector in moment(trainer())[1][:2])
    recording = Recording(lambda: clock[0], max_bytes=20 * size)
    recorded([index / 10 for index in range(100)], recording, clock)
    assert len(recording) <= 20
    takes = recording.footage().scenes[0].takes
    assert takes[-1].moment.position == 99.0
    assert np.diff([take.moment.position for take in takes]).max() <= 32


def test_a_new_start_is_a_scene_with_a_history_of_its_own() -> None:
    clock = [0.0]
    recording = Recording(lambda: clock[0])
    recorded([0.0, 1.0, 2.0], recording, clock)
    again = trainer()
    for time in (3.0, 4.0):
        clock[0] = time
        recording.add(line(2), *moment(again, run=2))
        again.run_epoch()
    footage = recording.footage()
    assert [len(scene.history) for scene in footage.scenes] == [3, 2]
    assert footage.epochs == 2.0
    film = Film(FilmSettings(seconds=0.5, hold=0, side=120), footage)
    assert film.label(0) == "0.0 s"
    first, last = np.asarray(film.frame(0)), np.asarray(film.frame(len(film) - 1))
    assert (first != last).any()


def test_runs_that_continue_each_other_share_a_history() -> None:
    source, store = trainer(), TimelineStore()
    store.begin(1, DATA, source.log, None, 0.0)
    for _ in range(3):
        store.add(*moment(source))
        source.run_epoch()
    store.begin(2, DATA, source.log, 1, source.fractional_epoch)
    for _ in range(2):
        store.add(*moment(source, run=2))
        source.run_epoch()
    footage = timeline_footage(store, 2)
    assert [len(scene.takes) for scene in footage.scenes] == [3, 2]
    assert [len(scene.history) for scene in footage.scenes] == [5, 5]
    assert footage.shot(3.5).scene is footage.scenes[1]
    with pytest.raises(ValueError, match="there must be moments"):
        timeline_footage(TimelineStore(), 1)


def test_a_store_passes_every_moment_to_its_listeners() -> None:
    source, store, recording = trainer(), TimelineStore(), Recording()
    store.listeners.append(recording.add)
    store.begin(1, DATA, source.log, None, 0.0)
    store.add(*moment(source))
    assert len(recording) == 1
    kept = recording.footage().scenes[0].takes[0].moment
    assert kept.numbers is None
    vectors = recording.footage().vectors(kept)
    assert vectors is not None
    assert len(vectors) == 2


def test_footage_without_moments_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        Footage((), lambda each: None)
    take = Take(replace(moment(trainer())[0], place=Place(2, position=2.0)), DATA)
    assert scenes_of([take])[0].takes == (take,)


def test_runs_on_large_data_are_bounded_by_dropping_the_first() -> None:
    clock = [0.0]
    one, other = DATA, prepare(EXPERIMENT)
    source = trainer()
    recording = Recording(lambda: clock[0], max_bytes=DATA.nbytes)
    for run, data in ((1, one), (1, one), (2, one), (3, other), (3, other)):
        clock[0] += 1.0
        recording.add(Line(run, data, HistoryLog()), *moment(source, run))
    scenes = recording.footage().scenes
    assert [scene.takes[0].moment.run for scene in scenes] == [3]
    assert len(scenes[0].takes) == 2
    assert list(recording._data) == [other]
