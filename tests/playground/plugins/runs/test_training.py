"""A race and many seeds beside the window: whatever one of them raises ends it alone, and nothing waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import core.seeds.training as seed_training
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.inspect.texts import SampleTextsPart
from core.nn import Dense, Embedding
from core.runs.packing import THUMBNAIL_PX
from core.runs.trial import TrialResult
from core.seeds.agreement import SeedLanes
from core.seeds.lanes import Lanes, Learned, Moment, make_lanes
from core.sweep.plan import Pace, Plan
from core.train.trainer import Trainer
from playground.plugins.runs import training as module
from playground.plugins.runs.training import LaneWorker, Training
from playground.views.output.run_thumbnail import RacePicture, run_thumbnail
from playground.views.theme.colors import LIGHT
from tests.playground.training.test_worker_thread import ERRORS
from tests.playground.training.watching import PATIENCE_MS, moons

EPOCHS = 5
SMALL = moons().with_training(engine="numpy").replace(layers=(Dense(3, "tanh"),), seed=0)
RACE = Plan("race", (SMALL, SMALL.replace(layers=(Dense(4, "tanh"),))), pace=Pace(stop_at=EPOCHS))
SEEDS = Plan("seeds", (SMALL,), (0, 1), EPOCHS, "numpy")
KINDS: dict[str, tuple[Plan, type[Lanes | SeedLanes]]] = {"race": (RACE, Lanes), "seeds": (SEEDS, SeedLanes)}


class Watched(Training):
    """Notes what it tells, in order."""

    def __init__(self) -> None:
        super().__init__("test")
        self.told: list[tuple[str, Any]] = []
        for name in ("started", "moment_taken", "running_changed", "run_ended", "failed", "learned"):
            getattr(self, name).connect(lambda value, name=name: self.told.append((name, value)))

    def of(self, name: str) -> list[Any]:
        return [value for told, value in self.told if told == name]

    def begin(self, plan: Plan) -> None:
        self.start(plan)
        self.play()


@pytest.fixture
def training(qtbot: QtBot) -> Iterator[Watched]:
    made = Watched()
    yield made
    made.close()


def until_rest(training: Watched, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: True in training.of("running_changed") and not training.running, timeout=PATIENCE_MS
    )


@pytest.mark.parametrize(("reason", "error"), ERRORS.items(), ids=ERRORS.keys())
@pytest.mark.parametrize("step", ["_made", "run_for", "moment"])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_set_raises_ends_as_a_sentence(
    training: Watched,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    step: str,
    reason: str,
    error: Exception,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    plan, lanes = KINDS[kind]
    monkeypatch.setattr(LaneWorker if step == "_made" else lanes, step, fail)
    training.begin(plan)
    qtbot.waitUntil(lambda: bool(training.of("failed")), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not training.running, timeout=PATIENCE_MS)
    assert reason in training.of("failed")[0]


@pytest.mark.parametrize(("reason", "error"), ERRORS.items(), ids=ERRORS.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_lane_raises_ends_it_alone_with_its_sentence(
    training: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: str, reason: str, error: Exception
) -> None:
    run_for, made = Trainer.run_for, list[Trainer]()

    def fail(trainer: Trainer, *arguments: Any) -> None:
        made.append(trainer)
        if trainer is not made[0]:
            raise error
        run_for(trainer, *arguments)

    monkeypatch.setattr(Trainer, "run_for", fail)
    # One after the other, so that the first is the same in each run.
    monkeypatch.setattr(seed_training, "available_cores", lambda: 1)
    training.begin(KINDS[kind][0])
    until_rest(training, qtbot)
    qtbot.waitUntil(lambda: len(training.of("run_ended")) == 2, timeout=PATIENCE_MS)
    ended: dict[int, TrialResult] = {run.trial.number: run for run in training.of("run_ended")}
    assert (ended[0].status, ended[0].epochs, ended[0].sentence) == ("done", EPOCHS, "")
    assert (ended[1].status, ended[1].epochs) == ("failed", 0)
    assert ended[1].sentence.endswith(reason)
    assert training.of("failed") == []
    last: Moment = training.of("moment_taken")[-1]
    assert [run.status for run in last.runs] == ["done", "failed"]
    with qtbot.waitSignal(training.kept, timeout=PATIENCE_MS):
        training.keep()
    kept = {result.trial.number: result.status for _, found in training.of("learned") for result, _ in found}
    assert kept == {0: "done", 1: "failed"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_sees_has_no_pictures_until_somebody_looks(
    training: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def pictures(moment: Moment) -> list[object]:
        return (
            [lane.snapshot for lane in moment.lanes] if moment.lanes else list(filter(None, [moment.picture]))
        )

    training.watch("rows")
    training.begin(KINDS[kind][0])
    until_rest(training, qtbot)
    qtbot.waitUntil(lambda: training.of("moment_taken")[-1].is_done, timeout=PATIENCE_MS)
    assert [pictures(moment) for moment in training.of("moment_taken")] == [[]] * len(
        training.of("moment_taken")
    )
    assert [run.epochs for run in training.of("moment_taken")[-1].runs] == [EPOCHS, EPOCHS]
    training.watch("cards")
    qtbot.waitUntil(lambda: bool(pictures(training.of("moment_taken")[-1])), timeout=PATIENCE_MS)


def test_facts_come_in_order_and_the_data_before_all_else(training: Watched, qtbot: QtBot) -> None:
    training.begin(RACE)
    until_rest(training, qtbot)
    names = [name for name, _ in training.told]
    assert names[0] == "started"
    assert [value for name, value in training.told if name == "running_changed"] == [False, True, False]
    assert sorted(run.trial.number for run in training.of("run_ended")) == [0, 1]
    # What follows a plan that was left is dropped.
    training.told.clear()
    for plan in (RACE, RACE, SEEDS):
        training.start(plan)
    until_rest(training, qtbot)
    qtbot.waitUntil(lambda: training.of("moment_taken")[-1].is_done, timeout=PATIENCE_MS)
    assert len(training.of("started")) == 1
    assert {len(moment.lanes) for moment in training.of("moment_taken")} == {0}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_learned_is_handed_over_at_each_end_now_and_then_and_before_it_is_let_go(
    training: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    found: list[tuple[int, list[tuple[int, float]]]] = []

    def note(told: tuple[int, list[Learned]]) -> None:
        number, learned = told
        assert all(result.state is not None for result, _ in learned)
        found.append((number, [(result.trial.number, result.epochs) for result, _ in learned]))

    training.learned.connect(note)
    plan = KINDS[kind][0]
    training.begin(plan)
    until_rest(training, qtbot)
    qtbot.waitUntil(lambda: sum(len(each) for _, each in found) == 2, timeout=PATIENCE_MS)
    assert sorted(member for _, each in found for member in each) == [(0, EPOCHS), (1, EPOCHS)]
    # At rest nothing more is to be told.
    training.pause()
    found.clear()
    endless = replace(plan, epochs=1_000_000, pace=Pace())
    training.begin(endless)
    monkeypatch.setattr(module, "_KEEP_SECONDS", 0.05)
    training.pause()
    training.play()
    qtbot.waitUntil(lambda: len(found) > 2, timeout=PATIENCE_MS)
    assert {number for number, _ in found} == {2}
    monkeypatch.undo()
    # Another plan, and the end of the thread, lose nothing of what was trained meanwhile.
    last = training.of("moment_taken")[-1].runs[0].epochs
    training.start(plan)
    training.close()
    assert found[-1][0] == 2
    assert found[-1][1][0][1] >= last


def test_an_experiment_that_cannot_train_is_refused_in_a_sentence(training: Watched, qtbot: QtBot) -> None:
    training.begin(Plan("seeds", (SMALL,), (1, 1), EPOCHS))
    qtbot.waitUntil(lambda: bool(training.of("failed")), timeout=PATIENCE_MS)
    assert training.of("failed") == ["Seeds: each must occur once, got 1 more than once"]
    assert not training.running


def test_lanes_of_texts_show_what_they_write(themed: None) -> None:
    texts = Experiment(dataset=Repeat(samples=300, half=4), layers=(Embedding(12, 8), Dense(8, "tanh")))
    texts = texts.with_training(loss="cross_entropy")
    lanes = make_lanes((texts, texts.replace(seed=1)))
    shown = []
    for lane in lanes:
        snapshot = lane.moment(running=True).snapshot
        written = snapshot.part(SampleTextsPart)
        assert written is not None
        assert len(written.marked_lines) == 8
        picture = RacePicture()
        picture.set_data(lane.data)
        shown.append(picture.image(snapshot, 160, 1.0, LIGHT, fine=False))
        assert shown[-1].pixelColor(80, 2).name() == LIGHT.field
        lane.run(60.0, 1)
        # As the board of runs shows it.
        thumbnail = np.frombuffer(run_thumbnail(snapshot), np.uint8).reshape(THUMBNAIL_PX, THUMBNAIL_PX, 3)
        assert (thumbnail < 100).all(axis=2).any(axis=1).sum() > THUMBNAIL_PX // 3, "lines of letters"
    assert shown[0] != shown[1]
    # Not what it wrote an epoch ago.
    after = lanes[0].moment(running=False).snapshot.part(SampleTextsPart)
    assert after is not None
    assert (
        after.marked_lines
        != make_lanes((texts,))[0].moment(running=False).snapshot.part(SampleTextsPart).marked_lines
    )  # type: ignore[union-attr]
