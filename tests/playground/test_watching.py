"""The window on a model of a program: its weights at the start, what was learned at the end."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import Conv2D, Dense, Flatten, Input, MeanSquaredError, ReLU, Sequence
from core.data.datasets import Moons
from playground import watch
from playground.training.state import TrainingState
from playground.watched_window import WatchedWindow
from tests.benchmarks.open_window import deliver_deletions
from tests.playground.driving import press

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2)).astype(np.float32)
READY = (TrainingState.IDLE, TrainingState.PAUSED)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def classifier() -> Sequence:
    return Sequence(
        [Dense(8, activation="tanh"), Dense(2, activation="softmax")],
        optimizer="adam",
        learning_rate=0.03,
        seed=3,
    )


@pytest.fixture(autouse=True)
def _frozen_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep those of other tests frozen when a program ends: to collect them takes two seconds, three times a test."""
    monkeypatch.setattr(gc, "unfreeze", lambda: None)


@pytest.fixture
def hand(qtbot: QtBot) -> Callable[[Callable[[WatchedWindow], object]], list[WatchedWindow]]:
    """`hand(act)`: as soon as a window is ready, do `act` with it and close it; returns a list with the window."""
    seen: list[WatchedWindow] = []

    def plan(act: Callable[[WatchedWindow], object]) -> list[WatchedWindow]:
        def come() -> None:
            window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, WatchedWindow))
            try:
                qtbot.waitUntil(lambda: window.session.state in READY)
                qtbot.waitUntil(window.isActiveWindow)
                seen.append(window)
                act(window)
            finally:
                window.close()

        def look() -> None:
            shown = any(isinstance(each, WatchedWindow) for each in QApplication.topLevelWidgets())
            QTimer.singleShot(0 if shown else 10, come if shown else look)

        look()
        return seen

    yield plan
    deliver_deletions()


def trained_for(window: WatchedWindow, qtbot: QtBot, epochs: int) -> None:
    with qtbot.waitSignal(window.session.snapshot_taken, check_params_cb=lambda taken: taken.epoch >= epochs):
        press(window, Qt.Key.Key_Space)


def test_a_model_is_trained_in_the_window_and_given_back(qtbot: QtBot, hand: Any) -> None:
    model = classifier()
    model.build(2)
    before = [array.copy() for array in model.get_weights()]
    found: dict[str, Any] = {}

    def act(window: WatchedWindow) -> None:
        taken = window.session.checkpoint()
        assert taken is not None
        found["start"] = list(taken[1].weights.values())
        data = window.document.experiment.dataset.load(0)
        found["names"] = data.class_names, data.feature_names, window.document.experiment.name
        trained_for(window, qtbot, 40)

    sheet = QApplication.instance().styleSheet()
    hand(act)
    names = {"class_names": ["off", "on"], "feature_names": ["east", "north"]}
    assert watch(model, X, Y, **names, block=True) is model
    for start, own in zip(found["start"], before, strict=True):
        np.testing.assert_array_equal(start, own)
    assert found["names"] == (("off", "on"), ("east", "north"), "Sequence")
    assert model.evaluate(X, Y, return_dict=True)["accuracy"] > 0.8
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dense"]
    assert QApplication.instance().styleSheet() == sheet
    model.fit(X, Y, epochs=2, verbose=0)


def test_a_window_that_only_looked_leaves_the_model_as_it_was(hand: Any) -> None:
    model = classifier()
    model.fit(X, Y, epochs=3, verbose=0)
    before = model.predict(X)
    hand(lambda window: None)
    watch(model, X, np.eye(2)[Y], block=True)
    np.testing.assert_array_equal(model.predict(X), before)


def test_layers_and_settings_that_were_changed_there_are_the_models_now(qtbot: QtBot, hand: Any) -> None:
    model = classifier()

    def act(window: WatchedWindow) -> None:
        window.document.insert_layer(1, ReLU())
        window.document.change("Rate", window.document.experiment.with_training(batch_size=32))
        trained_for(window, qtbot, 3)

    hand(act)
    watch(model, X, Y, block=True)
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "ReLU", "Dense"]
    assert model.batch_size == 32
    assert model.predict(X).shape == (120, 2)


@pytest.mark.parametrize("case", ["values", "images", "texts", "one sigmoid"])
def test_values_images_and_texts_are_shown(hand: Any, case: str) -> None:
    inputs, answers = X, Y
    if case == "values":
        model, answers = (
            Sequence([Dense(4, activation="tanh"), Dense(1)], loss=MeanSquaredError()),
            X.sum(axis=1),
        )
    elif case == "images":
        inputs = RNG.random((40, 6, 6, 1)).astype(np.float32)
        answers = np.arange(40) % 3
        model = Sequence([Input((6, 6, 1)), Conv2D(2, 3), Flatten(), Dense(3, activation="softmax")])
    elif case == "texts":
        model, answers = classifier(), np.where(Y == 1, "yes", "no")
    else:
        model = Sequence([Dense(1, activation="sigmoid")], loss="binary_crossentropy")
    shapes: list[Any] = []
    hand(lambda window: shapes.append(window.document.experiment.input_shape))
    watch(model, inputs, answers, block=True)
    assert shapes == [inputs.shape[1:]]
    assert len(model.predict(inputs)) == len(inputs)


def test_beside_an_application_that_does_not_run_it_waits(qtbot: QtBot, hand: Any) -> None:
    """As matplotlib's does not, once its figures are closed."""
    model = classifier()
    model.build(2)
    before = model.predict(X)
    seen = hand(lambda window: trained_for(window, qtbot, 10))
    assert watch(model, X, Y) is model
    assert seen
    assert not np.array_equal(model.predict(X), before)


@pytest.mark.parametrize("what", ["a loop", "IPython's loop"])
def test_beside_a_program_with_windows_it_returns_at_once(
    qtbot: QtBot, hand: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    model = classifier()
    seen = hand(lambda window: trained_for(window, qtbot, 10))
    if what == "a loop":
        returned: list[Any] = []
        QTimer.singleShot(0, lambda: returned.append((watch(model, X, Y), list(seen))))
        qtbot.waitUntil(lambda: bool(returned))
        assert returned == [(model, [])]
    else:
        shell = SimpleNamespace(active_eventloop="qt6")
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
        assert watch(model, X, Y) is model
        assert not seen
    before = model.predict(X)
    qtbot.waitUntil(lambda: bool(seen))
    qtbot.waitUntil(lambda: not np.array_equal(model.predict(X), before))


def test_a_window_left_with_other_data_changes_nothing_and_says_so(qtbot: QtBot, hand: Any) -> None:
    model = classifier()
    model.build(2)
    before = model.predict(X)

    def act(window: WatchedWindow) -> None:
        window.document.change("Data", window.document.experiment.replace(dataset=Moons()))
        qtbot.waitUntil(lambda: window.session.state in READY)

    hand(act)
    with pytest.warns(UserWarning, match="left with other data"):
        watch(model, X, Y, block=True)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"X": X[:, 0]}, r"X must be at least two samples \(samples, \*shape\), got shape \(120,\)"),
        ({"X": X[:1], "y": Y[:1]}, "at least two samples"),
        ({"X": np.where(X > 2, np.nan, X)}, "X must be finite numbers"),
        ({"y": Y[:5]}, r"y must be one answer for each of the 120 samples, got shape \(5,\)"),
        ({"y": np.zeros(120, int)}, "target is 0 in every row; there is nothing to tell apart"),
        (
            {"y": np.arange(120) % 3},
            "cannot show this model on these samples. It has 2 outputs; data has 3 classes",
        ),
        ({"class_names": ["a"]}, "y must be class numbers from 0 to 0, got 0, 1"),
        ({"feature_names": ["a"]}, "feature_names must be 2 names, got 1"),
        ({"feature_names": ["a", "a"]}, "feature_names must differ, and none be empty or 'target'"),
        ({"test_share": 1.5}, "test_share must be from 0.1 to 0.9, got 1.5"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        watch(classifier(), **{"X": X, "y": Y, **changes})


def test_other_models_and_machines_without_a_screen_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="must be a Sequence of this library, got dict"):
        watch({}, X, Y)
    monkeypatch.setattr("playground.watching.has_screen", lambda: False)
    with pytest.raises(
        RuntimeError, match=r"no screen to open a window on; model.fit\(X, y\) trains without one"
    ):
        watch(classifier(), X, Y)


_PROGRAM = """
import threading
import numpy as np
from core import Dense, Sequence, watch

X, y = np.random.default_rng(0).normal(size=(120, 2)), np.arange(120) % 2
def elsewhere():
    try:
        watch(Sequence([Dense(2, activation="softmax")]), X, y)
    except RuntimeError as error:
        print(error)
thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
watch(Sequence([Dense(2, activation="softmax")]), X, y, block=False)
watch(Sequence([Dense(2, activation="softmax")]), X, y, block=False)
print("the end")
"""


def test_a_script_that_ends_closes_its_windows_and_another_thread_opens_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, cwd=Path.cwd(), timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "watch: windows are opened on the main thread; call it there",
        "the end",
    ]
    assert done.stderr.count("UserWarning") == done.stderr.count("block=True waits until it is closed") == 2
