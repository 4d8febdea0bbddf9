"""Icons are there, and are drawn in the colour of the text."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from playground.views.theme import icons
from playground.views.theme.colors import DARK, LIGHT

WANTED_ICONS = {
    "play",
    "pause",
    "reset",
    "step",
    "step_epoch",
    "undo",
    "redo",
    "theme",
    "open",
    "save",
    "new",
    "add",
    "remove",
    "more",
    "delete",
    "duplicate",
    "paint",
    "seed",
    "settings",
    "help",
    "close",
    "warning",
    "check",
    "chevron_down",
    "zoom_fit",
    "move",
    "search",
    "download",
    "image",
    "info",
    "app",
}


def test_every_wanted_icon_is_there() -> None:
    assert set(icons.icon_names()) >= WANTED_ICONS


@pytest.mark.parametrize("name", icons.icon_names())
def test_icon_draws_at_both_ratios_and_follows_the_colour(name: str, qapp: QApplication) -> None:
    for ratio in (1, 2):
        red = icons.icon_image(name, "#ff0000", 24, ratio)
        assert red.width() == 24 * ratio
        assert _alpha(red).max() > 200
        assert 8 < np.count_nonzero(_alpha(red)) < (24 * ratio) ** 2
        assert (red == icons.icon_image(name, "#0000ff", 24, ratio)) is (name == "app")


def test_icon_is_kept_and_dimmed_when_disabled(qapp: QApplication) -> None:
    play = icons.icon("play", LIGHT)
    assert icons.icon("play", LIGHT) is play
    assert icons.icon("play", DARK) is not play
    normal = play.pixmap(24).toImage()
    disabled = play.pixmap(24, QIcon.Mode.Disabled).toImage()
    assert _alpha(normal).max() == 255
    assert _alpha(disabled).max() == pytest.approx(0.4 * 255, abs=2)
    assert icons.app_icon().availableSizes()


def test_an_icon_beside_a_text_has_a_gap_at_its_right(qapp: QApplication) -> None:
    plain, beside = (
        icons.icon("add", LIGHT).pixmap(size, 1.0) for size in (QSize(16, 16), icons.BESIDE_TEXT)
    )
    assert beside.size() == icons.BESIDE_TEXT
    image = beside.toImage()
    assert image.copy(0, 0, 16, 16) == plain.toImage()
    assert all(image.pixelColor(x, y).alpha() == 0 for x in range(16, 21) for y in range(16))


def test_icon_is_rendered_when_it_is_painted_at_the_size_of_the_screen(qapp: QApplication) -> None:
    icons._pixmap.cache_clear()
    found = icons.icon("play", LIGHT, "danger")
    assert icons._pixmap.cache_info().misses == 0
    sharp = found.pixmap(QSize(20, 16), 2.0)
    assert (sharp.size(), sharp.devicePixelRatio()) == (QSize(32, 32), 2.0)
    canvas = QImage(40, 20, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(0)
    painter = QPainter(canvas)
    found.paint(painter, canvas.rect())
    painter.end()
    inked = np.flatnonzero(_alpha(canvas).max(axis=0))
    assert 10 <= inked.min() <= inked.max() < 30
    assert icons._pixmap.cache_info().misses == 2
    assert found.pixmap(0).isNull()


def test_icon_can_be_changed_without_its_copies(qapp: QApplication) -> None:
    found = icons.icon("play", LIGHT)
    other = QIcon(found)
    other.addPixmap(QPixmap(3, 3))
    gc.collect()
    assert other.pixmap(16).toImage() == found.pixmap(16).toImage()


def test_unknown_icon_is_named(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match=r"The icon must be one of .*, got 'nothing'"):
        icons.icon("nothing", LIGHT)


def _alpha(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.array(plain.constBits()).reshape(plain.height(), plain.bytesPerLine())[
        :, 3 : plain.width() * 4 : 4
    ]
