"""Prepared data, snapshots of them, and the colours that are painted."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np

from playground.views.output import OutputPanel
from playground.views.theme.colors import LIGHT, mix
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment


def prepared_with(train: Any = (), test: Any = (), answer: int = 0) -> Any:
    """The two moons' plane with the given points (n, 2) instead, all of class `answer`."""
    prepared = fake_prepared(points_experiment())
    return SimpleNamespace(
        held_name="test",
        data=prepared.data,
        plane=prepared.plane,
        has_plane=True,
        pipeline=prepared.pipeline,
        columns=(),
        task=prepared.task,
        encoding=prepared.encoding,
        train_points=np.reshape(train, (-1, 2)),
        test_points=np.reshape(test, (-1, 2)),
        train=SimpleNamespace(labels=np.full(len(train), answer)),
        test=SimpleNamespace(labels=np.full(len(test), answer)),
    )


def snapshot_of(boundary: np.ndarray) -> Any:
    return dataclasses.replace(fake_snapshot(points_experiment()), boundary=boundary.astype(np.float32))


def paler(color: str) -> str:
    """The color of a certain region in the light theme."""
    return mix(LIGHT.zero, color, 2 / 3)


def color_at(panel: OutputPanel, across: float, up: float) -> str:
    image = panel.plot.grab().toImage()
    x, y = round(across * (image.width() - 1)), round((1 - up) * (image.height() - 1))
    return image.pixelColor(x, y).name()
