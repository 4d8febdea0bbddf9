"""Class names lie beside their points, and hide few of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from core.data.datasets import Blobs
from core.experiment.prepare import prepare
from core.inspect.plane_image import PlaneImage
from playground.views.output import OutputPanel
from playground.views.output.class_pills import paint_pills, place_pills
from playground.views.theme.colors import CLASS_COLORS, LIGHT
from tests.core.experiment.on_data import with_dataset
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


def test_a_name_lies_on_the_ground_of_its_class_at_points_of_it() -> None:
    """One class has two groups, with another class between them, which is where its middle is."""
    rng = np.random.default_rng(1)
    centers = np.array([[60.0, 70.0], [260.0, 70.0], [160.0, 75.0], [160.0, 250.0]])
    groups = np.repeat([0, 1, 2, 3], 30)
    spots, labels = centers[groups] + rng.normal(0.0, 9.0, (120, 2)), np.array([0, 0, 1, 2])[groups]
    ground = np.zeros((160, 160), np.int16)
    ground[:, 55:105], ground[:70] = 1, 2
    places = place_pills(SIZE, [60.0, 60.0, 60.0], spots, labels, [], ground)
    for number, place in places.items():
        corners = (place.topLeft(), place.topRight(), place.bottomLeft(), place.bottomRight())
        under = {int(ground[int(159 - y.y() / 2), int(y.x() / 2)]) for y in corners}
        assert under == {number}
        own = spots[labels == number]
        assert np.hypot(*(own - (place.center().x(), place.center().y())).T).min() < 45
    # A class without any ground is named at a point of it.
    lost = place_pills(SIZE, [60.0, 60.0, 60.0], spots, labels, [], np.zeros((160, 160), np.int16))
    assert abs(lost[1].center().x() - 160) < 60
    assert lost[1].center().y() < 160


def test_the_names_move_to_their_ground_at_rest_alone(panel: OutputPanel) -> None:
    panel.show_data(prepare(with_dataset(points_experiment(), Blobs(centers=3))))
    labels = np.zeros((panel.plot.pixels, panel.plot.pixels), np.int16)
    for is_final in (False, True):
        panel.plot.show_image(PlaneImage(np.ones(labels.shape, np.float32), labels, None, is_final))
        points = panel.plot._points.points
        assert points is not None
        assert (points.ground is labels) is is_final


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
    panel.show_data(prepare(with_dataset(few, Blobs(centers=9))))
    assert not panel.legend.isHidden()
