"""Nothing pauses anything: the document, a race, many seeds and a sweep train at once, in the real window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import Spirals
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.optim import Adam
from core.seeds.lanes import Moment
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from playground.commands.race_commands import RaceController
from playground.commands.seeds_commands import SeedsController
from playground.commands.sweep_commands import SweepController
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.sweep.small_sweeps import small_sweep
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
CTRL = Qt.KeyboardModifier.ControlModifier
SMALL = Experiment(
    dataset=Spirals(samples=80),
    layers=(Dense(3, "tanh"),),
    training=TrainingConfig(optimizer=Adam(0.01), engine="numpy"),
)


@pytest.fixture
def window(make: Callable[..., MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return make(SMALL)


def race_of(window: MainWindow, qtbot: QtBot) -> RaceController:
    """The race, endless, at full speed and begun by a key."""
    press(window, Qt.Key.Key_3, CTRL)
    race = window.pages.runs.part("race")
    assert isinstance(race, RaceController)
    for choice in (race.page.pace, race.page.stop):
        choice.set_current("0")
    race.page.configured.emit()
    qtbot.waitUntil(lambda: len(race.moments) == 2, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: race.group.running, timeout=PATIENCE_MS)
    return race


def test_document_race_seeds_and_sweep_train_at_once(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    race = race_of(window, qtbot)
    # The bar is the race's, although the document trains on.
    window.session.rates_changed.emit(100.0, 60.0)
    last = window.snapshot_router.snapshot
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not last, timeout=PATIENCE_MS)
    bar, status = window.training_bar, window.status
    assert not bar.follows_document
    assert (status.speed.text(), status.frames.text()) == ("", "")
    press(window, Qt.Key.Key_4, CTRL)
    seeds = window.pages.runs.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.count.setValue(3)
    seeds.page.epochs.setValue(1_000_000)
    click(seeds.page.train)
    press(window, Qt.Key.Key_5, CTRL)
    sweep = window.pages.runs.part("sweep")
    assert isinstance(sweep, SweepController)
    sweep.draft.change("Many", small_sweep(rates=40, epochs=3, experiment=SMALL))
    moments: dict[str, Moment] = {}
    for name, page in (("race", race), ("seeds", seeds)):
        page.group.moment_taken.connect(lambda moment, name=name: moments.update({name: moment}))
    click(sweep.page.run)
    qtbot.waitUntil(lambda: len(moments) == 2 and len(sweep.results) > 0, timeout=PATIENCE_MS)
    first, trials, epoch = dict(moments), len(sweep.results), window.snapshot_router.snapshot.epoch  # type: ignore[union-attr]

    def all_went_on() -> bool:
        further = all(moments[name].done > first[name].done for name in first)
        now = window.snapshot_router.snapshot
        return further and len(sweep.results) > trials and now is not None and now.epoch > epoch

    qtbot.waitUntil(all_went_on, timeout=PATIENCE_MS)
    assert window.session.state is TrainingState.RUNNING
    assert race.group.running
    assert seeds.group.running
    assert sweep.session.running
    # Behind the page in front nothing is drawn.
    assert moments["race"].lanes == ()
    assert moments["seeds"].picture is None
    # And what comes to the front is drawn as it is now.
    before = race.moments[0].snapshot.epoch
    press(window, Qt.Key.Key_3, CTRL)
    qtbot.waitUntil(lambda: race.moments[0].snapshot.epoch > before, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not race.group.running, timeout=PATIENCE_MS)
    assert seeds.group.running, "Space is the race's where that is in front"


def test_a_lane_that_fails_says_why_and_the_others_go_on(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = race_of(window, qtbot)
    lanes = race.group._worker.lanes
    assert lanes is not None
    second = lanes.lanes[1].trainer  # type: ignore[attr-defined]
    run_for = Trainer.run_for

    def fail(trainer: Trainer, *arguments: float) -> None:
        if trainer is second:
            raise KeyError("loss")
        run_for(trainer, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "run_for", fail)
    qtbot.waitUntil(lambda: race.page.message.isVisible(), timeout=PATIENCE_MS)
    assert race.page.message.text() == "rate 0.03: It stopped: KeyError: 'loss'"
    qtbot.waitUntil(lambda: race.page.cards[1].target.text() == "failed", timeout=PATIENCE_MS)
    assert race.page.cards[1].target.toolTip() == "It stopped: KeyError: 'loss'"
    epoch = race.moments[0].snapshot.epoch
    qtbot.waitUntil(lambda: race.moments[0].snapshot.epoch > epoch, timeout=PATIENCE_MS)
    assert race.group.running
    assert [card.place.text() for card in race.page.cards[:2]] == ["1st", "2nd"]


def _seeds_of(window: MainWindow, qtbot: QtBot) -> SeedsController:
    press(window, Qt.Key.Key_4, CTRL)
    seeds = window.pages.runs.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.epochs.setValue(2)
    click(seeds.page.train)
    qtbot.waitUntil(lambda: seeds.moment is not None and seeds.moment.is_done, timeout=PATIENCE_MS)
    return seeds


def test_what_a_page_trains_ends_with_another_document_but_not_with_one_of_its_own(
    window: MainWindow, qtbot: QtBot
) -> None:
    race, seeds = race_of(window, qtbot), _seeds_of(window, qtbot)
    race.group.pause()
    lanes = list(race.experiments)
    window.document.load(SMALL)
    assert race.experiments == lanes
    # As "Open best" does: the lanes of one seed are no longer those of the document.
    window.document.load(SMALL.replace(seed=1))
    assert not race.experiments
    assert seeds.moment is not None
    wider = SMALL.replace(layers=(Dense(4, "tanh"),))
    window.document.load(wider)
    assert not seeds.page.best.isEnabled()
    press(window, Qt.Key.Key_3, CTRL)
    assert race.experiments[0] == wider
    window.pages.show("build")
    # Not trained and not changed, it follows edits as well.
    window.document.change("Widen", SMALL)
    press(window, Qt.Key.Key_3, CTRL)
    assert race.experiments[0] == SMALL
