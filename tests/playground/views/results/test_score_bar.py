"""The bar that says how often the network is right."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from playground.views.results.score_bar import ScoreBar
from playground.views.theme.theme import ThemeSource


@pytest.mark.parametrize(
    ("name", "guessing", "basis"),
    [("moons", "50 %", "150 points"), ("iris", "33 %", "45 samples"), ("hills", None, "")],
)
def test_it_says_how_many_of_which_samples_are_right(
    name: str, guessing: str | None, basis: str, qtbot: QtBot, themes: ThemeSource
) -> None:
    experiment = preset_named(name)
    prepared = prepare(experiment)
    bar = ScoreBar(themes)
    qtbot.addWidget(bar)
    bar.resize(420, bar.height())
    bar.show_data(prepared)
    assert bar.fits is (guessing is not None)
    assert bar.text == "–"
    trainer = make_trainer(experiment, prepared)
    bar.show_snapshot(SnapshotTaker(trainer, prepared, 1, experiment).take(SnapshotRequest()))
    assert bar.text == prepared.task.score.text(trainer.figures.test.score)
    bar.grab()
    if guessing is not None:
        assert bar.guessing == guessing
        assert f"{bar.text} on {basis} it has not seen, guessing {guessing}" in bar.accessibleName()
