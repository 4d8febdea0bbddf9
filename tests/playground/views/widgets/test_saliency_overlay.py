"""The saliency overlay: colors, legend and requests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.inspect.saliency import SaliencyMap, SaliencyPart
from playground.views.canvas.column_layout import INPUT, LayerColumn
from playground.views.canvas.pixel_field import PixelField
from playground.views.canvas.sample_field import InputPreview
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import font
from playground.views.widgets.saliency_overlay import fitting_ends, legend_of
from playground.window.main_window import MainWindow
from tests.playground.fakes import mnist_experiment

PATIENCE_MS = 60_000
SAMPLE = np.zeros((4, 4, 1), np.float32)


def picture_of(kind: str, **values: float) -> SaliencyMap:
    """Values by position: a_b is row a, column b."""
    array = np.zeros((4, 4), np.float32)
    for place, value in values.items():
        row, column = map(int, place.strip("p").split("_"))
        array[row, column] = value
    return SaliencyMap(kind, 7, array)  # type: ignore[arg-type]


def painted(picture: SaliencyMap | None, theme: Theme = LIGHT) -> Callable[[int, int], QColor]:
    view = InputPreview((4, 4, 1), LayerColumn(INPUT, 0, 124, "Input"))
    view.show(SAMPLE, picture)
    image = QImage(140, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.canvas))
    painter = QPainter(image)
    view.paint(painter, theme, 1.0, tuple("0123456789"))
    painter.end()
    side = view.rect.width() / 4

    def color(row: int, column: int) -> QColor:
        spot = QRectF(view.rect.left() + column * side, view.rect.top() + row * side, side, side).center()
        return image.pixelColor(round(spot.x()), round(spot.y()))

    return color


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_blue_speaks_for_the_class_and_orange_against_it(theme: Theme) -> None:
    color = painted(picture_of("occlusion", p1_1=0.4, p2_2=-0.4, p1_2=0.04), theme)
    assert color(1, 1).blue() > color(1, 1).red() + 80
    assert color(2, 2).red() > color(2, 2).blue() + 80
    assert color(0, 3).name() == theme.field
    strong, weak = color(1, 1).hsvSaturation(), color(1, 2).hsvSaturation()
    assert color(0, 3).hsvSaturation() < weak < strong


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("gradient", ("matters little", "much")),
        ("gradient_input", ("against", "for seven")),
        ("occlusion", ("−40\N{NO-BREAK SPACE}%", "+40\N{NO-BREAK SPACE}%")),
    ],
)
def test_the_scale_says_what_its_ends_mean(kind: str, ends: tuple[str, str]) -> None:
    assert legend_of(picture_of(kind, p0_0=-0.4), "seven") == ends
    small = picture_of("occlusion", p0_0=0.0123)
    assert legend_of(small, "seven")[1] == "+1.2\N{NO-BREAK SPACE}%"


def test_the_switch_asks_for_it_and_it_comes_for_the_next_sample_too(
    qtbot: QtBot, make: Callable[..., MainWindow]
) -> None:
    window = make(mnist_experiment(8))
    button = window.strip.overlay
    assert button.isVisible()
    button.menu().popup(button.mapToGlobal(button.rect().center()))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_C)
    assert button.kind == "occlusion"
    assert window.session.request.parts["saliency"] == "occlusion"

    def shown() -> SaliencyMap | None:
        return (
            None
            if window.snapshot_router.snapshot is None
            else window.snapshot_router.snapshot.part(SaliencyPart)
        )

    qtbot.waitUntil(lambda: shown() is not None, timeout=PATIENCE_MS)
    field = window.canvas.scene.field
    draw = field.pixel_tools.draw
    assert isinstance(field._field, PixelField)
    assert field._field.input is not None
    qtbot.waitUntil(lambda: field._snapshot is not None and "saliency" in field._snapshot.parts)
    legend = field._field.input.with_legend.bottom()
    assert field._field.input.rect.bottom() < legend <= draw.y()
    first = shown()
    window.strip.sample_selected.emit(2)
    qtbot.waitUntil(lambda: shown() is not first, timeout=PATIENCE_MS)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert (snapshot.request.sample, snapshot.request.parts["saliency"]) == (2, "occlusion")
    button.menu().actions()[0].trigger()
    assert "saliency" not in window.session.request.parts
    qtbot.waitUntil(lambda: shown() is None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: draw.y() < legend, timeout=PATIENCE_MS)


def test_rows_of_a_table_have_no_picture_to_colour(make: Callable[..., MainWindow]) -> None:
    window = make(mnist_experiment(4).replace(dataset=Iris(), layers=()))
    assert not window.strip.overlay.isVisible()


@pytest.mark.usefixtures("qapp")
def test_below_a_small_picture_the_ends_are_single_words() -> None:
    metrics = QFontMetricsF(font("small"))
    assert fitting_ends("matters little", "much", metrics, 200) == ("matters little", "much")
    assert fitting_ends("matters little", "much", metrics, 66) == ("little", "much")
    occluded = legend_of(picture_of("occlusion", p0_0=-0.4), "seven")
    assert fitting_ends(*occluded, metrics, 20) == occluded
