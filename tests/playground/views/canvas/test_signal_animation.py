"""Dashes run along the links while the network learns."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from playground.views.canvas import weight_links as flow
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.weight_links import LinkSheet, dashes
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.views.canvas.fields import field_of

pytestmark = pytest.mark.usefixtures("themed")


def learning(field: NeuronField, experiment: Experiment) -> None:
    """Two snapshots of the same run, with strong links."""
    for epoch in (1, 2):
        field.show_snapshot(fake_snapshot(experiment, epoch=epoch, gain=6.0))


def test_dashes_run_while_the_network_learns_and_stop_with_it(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment, epoch=1, gain=6.0))
    assert not field.is_animated
    still = field.grab().toImage()
    learning(field, experiment)
    assert field.is_animated
    assert field.grab().toImage() != still
    qtbot.waitUntil(lambda: not field.is_animated)
    assert field.grab().toImage() == still


def test_the_same_moment_again_is_no_learning(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    field.show_snapshot(fake_snapshot(experiment))
    assert not field.is_animated


def test_nothing_flows_with_reduced_motion(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment, epoch=1, gain=6.0))
    still = field.grab().toImage()
    field.set_reduced_motion(True)
    learning(field, experiment)
    assert not field.is_animated
    assert field.grab().toImage() == still


def test_dashes_lie_on_their_link_and_move_along_it() -> None:
    starts, ends = np.array([[0.0, 10.0], [0.0, 0.0]]), np.array([[300.0, 10.0], [200.0, 100.0]])
    now, later = dashes(starts, ends, 3.0), dashes(starts, ends, 8.0)
    level = now[:, 1] == 10.0
    assert level.any()
    assert not level.all()
    assert (now[level, 2] > now[level, 0]).all()
    assert (later[0] > now[0])[[0, 2]].all()
    assert (now[:, [0, 2]] >= 0.0).all()
    assert (now[:, [0, 2]] <= 300.0).all()


def test_dashes_that_cost_frames_are_given_up(
    qtbot: QtBot, themes: ThemeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(1000))
    monkeypatch.setattr(flow, "perf_counter", lambda: float(next(ticks)))
    made = flow.SignalAnimation()
    sheet = LinkSheet(0, -1, np.array([[0.0, 0.0]]), np.array([[200.0, 50.0]]))
    image = QImage(300, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for _ in range(20):
        assert not made.is_disabled
        made.paint(painter, LIGHT, [sheet], 0.0)
    painter.end()
    assert made.is_disabled
