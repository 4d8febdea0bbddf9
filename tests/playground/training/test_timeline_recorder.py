"""When moments are recorded."""

from __future__ import annotations

import pytest

from playground.model.timeline.moment import Moment
from playground.model.undo import Revision
from playground.training.requests import RunRequest
from playground.training.run import RunFactory
from playground.training.timeline_recorder import TimelineRecorder
from tests.playground.training.watching import moons


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Recording:
    def __init__(self, records: bool = True) -> None:
        self.clock = Clock()
        self.factory = RunFactory()
        self.factory.timeline.records = records
        self.recorder = TimelineRecorder(self.factory.timeline, self.clock)
        self.run = self.factory.make(RunRequest(Revision(moons())), None, on_load=None)
        self.recorder.begin(self.run, None)

    @property
    def moments(self) -> tuple[Moment, ...]:
        return self.factory.timeline.moments(self.run.number)

    @property
    def edits(self) -> list[str]:
        return [edit.text for edit in self.factory.timeline.edits(self.run.number)]


@pytest.fixture
def seen() -> Recording:
    return Recording()


def test_every_one_of_the_first_epochs_is_recorded_then_one_in_ten_milliseconds(seen: Recording) -> None:
    while seen.run.trainer.epoch < 300:
        seen.run.trainer.run_epoch()
    assert [moment.epoch for moment in seen.moments] == list(range(257))
    seen.clock.seconds += 1.0
    seen.run.trainer.run_epoch()
    assert seen.moments[-1].epoch == 301


def test_without_somebody_who_looks_back_nothing_is_recorded_but_edits() -> None:
    seen = Recording(records=False)
    seen.run.trainer.run_epoch()
    seen.recorder.note_edit("Learning rate 0.1")
    seen.recorder.record_when_due()
    seen.recorder.record_now()
    assert seen.moments == ()
    assert seen.edits == ["Learning rate 0.1"]
    assert [mark.text for mark in seen.run.trainer.log.marks] == ["Learning rate 0.1"]


def test_moments_within_a_long_epoch_are_recorded_four_times_a_second(seen: Recording) -> None:
    seen.run.trainer.step()
    seen.recorder.record_when_due()
    assert len(seen.moments) == 1
    seen.clock.seconds += 0.3
    seen.recorder.record_when_due()
    assert seen.moments[-1].place.text.startswith("0 + 1/")


def test_an_edit_is_recorded_before_training_goes_on(seen: Recording) -> None:
    seen.run.trainer.step()
    seen.recorder.note_edit("Learning rate 0.1")
    seen.recorder.record_when_due()
    assert [moment.segment for moment in seen.moments] == [0, 1]
    assert seen.edits == ["Learning rate 0.1"]


def test_a_step_of_another_engine_begins_a_segment(seen: Recording) -> None:
    seen.run.trainer.step()
    seen.recorder.record_now()
    seen.run.trainer.step_with_numpy()
    seen.recorder.record_now(begins=True)
    assert [moment.segment for moment in seen.moments] == [0, 0, 1]


def test_a_drag_is_one_edit_and_another_setting_is_another(seen: Recording) -> None:
    for value in (0.1, 0.2, 0.3):
        seen.run.trainer.step()
        seen.recorder.note_edit(f"Learning rate {value}")
    seen.recorder.note_edit("Batch size 5")
    seen.run.trainer.step()
    seen.recorder.note_edit("Batch size 7")
    assert seen.edits == ["Batch size 7"] or seen.edits == ["Learning rate 0.3", "Batch size 7"]
    seen.clock.seconds += 10.0
    seen.run.trainer.step()
    seen.recorder.note_edit("Batch size 9")
    assert seen.edits[-2:] == ["Batch size 7", "Batch size 9"]


def test_what_the_timeline_marks_is_marked_in_the_curves(seen: Recording) -> None:
    """Live edits and drags, but nothing before the first step, which is no edit of what was trained."""
    seen.recorder.note_edit("Learning rate 0.5")
    seen.run.trainer.run_epoch()
    seen.recorder.note_edit("Learning rate 0.1")
    seen.run.trainer.run_epoch()
    seen.recorder.note_edit("Learning rate 0.2")
    assert [(mark.epoch, mark.text) for mark in seen.run.trainer.log.marks] == [(2.0, "Learning rate 0.2")]
    seen.clock.seconds += 10.0
    seen.run.trainer.run_epoch()
    seen.recorder.note_edit("Batch size 5")
    assert [mark.text for mark in seen.run.trainer.log.marks] == seen.edits[-2:]


def test_the_end_of_a_run_is_recorded_and_no_epoch_after_it(seen: Recording) -> None:
    seen.run.trainer.step()
    seen.recorder.end()
    assert seen.moments[-1].place.step == 1
    seen.run.trainer.run_epoch()
    assert seen.moments[-1].place.step == 1


def test_a_failed_run_adds_nothing(seen: Recording) -> None:
    seen.run.trainer.step()
    seen.run.failed = True
    seen.recorder.record_now()
    seen.recorder.end()
    assert len(seen.moments) == 1
