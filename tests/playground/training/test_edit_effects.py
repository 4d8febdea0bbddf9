"""Which edits apply while training: those of settings declared live, without a second list."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons, Painted
from core.data.datasets.painted_points import PaintedPoints
from core.experiment.experiment import Experiment
from core.experiment.presets import presets
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from core.optim import Adam
from core.spec import Setting, Spec
from core.train.tasks import FlowMatching
from core.train.training_config import TrainingConfig
from playground.training.edit_effects import changes_live, moved_inputs
from playground.window.main_window import MainWindow
from tests.core.trainers import with_changes
from tests.playground.driving import put_text

MOONS = Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))
PATIENCE_MS = 60_000


def declare(monkeypatch: pytest.MonkeyPatch, kind: type[Spec], name: str, *, live: bool) -> None:
    """Declare a setting of `kind` differently."""

    def other(item: Setting) -> Setting:
        return dataclasses.replace(item, live=live) if item.name == name else item

    settings = tuple(map(other, kind.settings()))
    monkeypatch.setattr(kind, "settings", classmethod(lambda _: settings))


@pytest.mark.parametrize(
    ("changes", "live"),
    [
        ({"batch_size": 3}, True),
        ({"optimizer": "sgd"}, True),
        ({"optimizer": Adam(0.5)}, True),
        ({"name": "Other"}, True),
        ({"loss": "mse"}, False),  # the outputs change with it
        ({"seed": 1}, False),
        ({"dataset": Moons(samples=60, noise=0.4)}, False),
        ({"layers": (Dense(5, "tanh"),)}, False),
        ({"features": ("x1", "x1_squared")}, False),
        ({"batch_size": 3, "seed": 1}, False),
    ],
)
def test_a_change_is_live_when_all_that_differs_is(changes: dict[str, Any], live: bool) -> None:
    assert changes_live(MOONS, with_changes(MOONS, **changes)) is live


def test_painted_points_are_no_setting_and_yet_a_change() -> None:
    painted = MOONS.replace(dataset=Painted())
    fewer = Painted(points=PaintedPoints.of_array(painted.dataset.points.array[:9]))  # type: ignore[attr-defined]
    assert not changes_live(painted, painted.replace(dataset=fewer))
    assert changes_live(painted, with_changes(painted, batch_size=3))


def test_every_setting_of_the_training_is_declared_live() -> None:
    parts = {rule.registry for rule in TrainingConfig.settings() if rule.registry is not None}
    kinds = [TrainingConfig, *(kind for registry in parts for kind in registry)]
    others = [(kind.kind, item.name) for kind in kinds for item in kind.settings() if not item.live]
    # It is read once, when the optimizer's state is created.
    assert others == [("adagrad", "initial_accumulator")]


@pytest.mark.parametrize("live", [True, False])
def test_the_window_resets_only_for_what_is_not_declared_live(
    make: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, live: bool
) -> None:
    presets()  # read before, and kept: AdamW inherits what is declared of Adam
    declare(monkeypatch, Adam, "learning_rate", live=live)
    window = make(MOONS)
    seen: list[Snapshot] = []
    window.session.snapshot_taken.connect(seen.append)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: bool(seen) and seen[-1].epoch == 1, timeout=PATIENCE_MS)
    run = seen[-1].run
    field = window.training_bar.fields.learning_rate.lineEdit()
    assert field is not None
    put_text(field, "0.5")
    window.session.step_epoch()
    qtbot.waitUntil(lambda: seen[-1].learning_rate == 0.5, timeout=PATIENCE_MS)
    assert (seen[-1].run == run) is live


@pytest.mark.parametrize("features", [("x1", "x2"), ("x1", "x2", "x1_x2", "sin_x1", "sin_x2")])
def test_inputs_that_a_task_adds_are_moved_too(features: tuple[str, ...]) -> None:
    """A field of velocities takes coordinates and a time, whatever features are chosen."""
    field = MOONS.replace(features=features, task=FlowMatching())
    assert moved_inputs(field, field) == list(range(field.input_shape[0])) == [0, 1, 2]
    chosen = MOONS.replace(features=features)
    assert moved_inputs(chosen, MOONS.replace(features=("x2",))) == [1]
    assert moved_inputs(MOONS.replace(features=("x2",)), chosen)[:2] == [None, 0]  # type: ignore[index]
