"""Class names lie beside their points, and hide few of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from core.data.datasets import Blobs
from core.experiment.adapt import with_dataset
from core.experiment.prepare import prepare
from playground.views.output import OutputPanel
from playground.views.output.class_pills import paint_pills, place_pills
from playground.views.theme.colors import CLASS_COLORS, LIGHT
from tests.playground.fakes import points_experiment

SIZE = QSize(320, 320)


def _clusters() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    centers = np.array([[80.0, 240.0], [160.0, 160.0], [240.0, 80.0]])
    labels = np.repeat([0, 1, 2], 40)
    return centers[labels] + rng.normal(0.0, 8.0, (120, 2)), labels


def test_each_name_is_nearest_to_its_class_and_hides_hardly_a_point() -> None:
    spots, labels = _clusters()
    places = place_pills(SIZE, [70.0, 90.0, 80.0], spots, labels, [])
    assert list(places) == [0, 1, 2]
    for number, place in places.items():
        center = np.array([place.center().x(), place.center().y()])
        distances = [np.hypot(*(center - spots[labels == other].mean(axis=0))) for other in range(3)]
        assert np.argmin(distances) == number
        assert distances[number] < 90
        assert QRectF(0, 0, 320, 320).contains(place)
        assert sum(place.contains(*spot) for spot in spots.tolist()) <= 2
    for number, place in places.items():
        assert not any(place.intersects(other) for key, other in places.items() if key != number)


def test_what_is_taken_stays_free_and_a_class_without_points_has_no_name() -> None:
    spots, labels = _clusters()
    free = place_pills(SIZE, [70.0, 70.0, 70.0], spots[labels != 1], labels[labels != 1], [])
    assert list(free) == [0, 2]
    taken = free[2].adjusted(-8, -8, 8, 8)
    moved = place_pills(SIZE, [70.0, 70.0, 70.0], spots, labels, [taken])
    assert not moved[2].intersects(taken)


def test_a_small_plot_has_no_names(qapp: QApplication) -> None:
    spots, labels = _clusters()
    for size, seen in ((QSize(120, 120), False), (SIZE, True)):
        made = QPixmap(size)
        made.fill(QColor("black"))
        painter = QPainter(made)
        paint_pills(painter, size, ("a", "b", "c"), spots, labels, [], LIGHT)
        painter.end()
        image = made.toImage()
        colors = {image.pixelColor(x, y).name() for x in range(size.width()) for y in range(size.height())}
        assert (CLASS_COLORS[1].lower() in colors) is seen


def test_names_on_the_plot_take_the_place_of_the_legend(panel: OutputPanel) -> None:
    few = with_dataset(points_experiment(), Blobs(centers=3))
    panel.show_data(prepare(few))
    assert panel.legend.isHidden()
    panel.embed.setChecked(True)
    assert not panel.legend.isHidden()
    panel.embed.setChecked(False)
    assert panel.legend.isHidden()
    panel.show_data(prepare(with_dataset(few, Blobs(centers=9))))
    assert not panel.legend.isHidden()
