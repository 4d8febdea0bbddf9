"""The scale of the window."""

from __future__ import annotations

import os

import pytest

from playground.model.display_scale import applied_scale, apply_scale, fitting_scales


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # Set and deleted, so that it is as it was afterwards.
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    monkeypatch.delenv("QT_SCALE_FACTOR")


@pytest.mark.usefixtures("_environment")
def test_a_scale_is_what_qt_reads() -> None:
    assert applied_scale() == 100
    apply_scale(100)
    assert "QT_SCALE_FACTOR" not in os.environ
    apply_scale(125)
    assert os.environ["QT_SCALE_FACTOR"] == "1.25"
    assert applied_scale() == 125


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize(
    ("set_before", "percent"), [("1.5", 150), ("large", 100), ("nan", 100), ("inf", 100)]
)
def test_the_users_environment_has_the_last_word(
    set_before: str, percent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", set_before)
    apply_scale(200)
    assert os.environ["QT_SCALE_FACTOR"] == set_before
    assert applied_scale() == percent


@pytest.mark.usefixtures("_environment")
def test_what_does_not_fit_the_screen_is_not_offered() -> None:
    least = (840, 560)
    assert fitting_scales((800, 500), least) == (100,)
    assert fitting_scales((1280, 720), least) == (100, 125)
    assert fitting_scales((1920, 1080), least) == (100, 125, 150, 175)
    assert fitting_scales((3840, 2160), least) == (100, 125, 150, 175, 200)
    # Qt counts the pixels of a scaled screen by the scale.
    os.environ["QT_SCALE_FACTOR"] = "2"
    assert fitting_scales((1920, 1080), least) == (100, 125, 150, 175, 200)
