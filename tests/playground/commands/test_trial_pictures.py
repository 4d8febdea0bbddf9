"""Pictures of trials: coarse at once, at the pixels of their cells soon after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.runs.trial import Key, Trial, TrialResult
from core.sweep.run_trial import Task, run_trial
from playground.commands import trial_pictures as module
from playground.commands.trial_pictures import TrialPictures
from playground.views.theme.theme import ThemeSource
from tests.core.sweep.small_sweeps import TINY

PIXELS = 90


@pytest.fixture(scope="module")
def results() -> list[TrialResult]:
    return [run_trial(Task(Trial(number, number, number, 2), TINY)) for number in range(3)]


@pytest.fixture
def pictures(qtbot: QtBot, qapp: QApplication, results: list[TrialResult]) -> Iterator[TrialPictures]:
    projects: dict[Key, bytes] = {result.key: result.project for result in results}
    made = TrialPictures(ThemeSource(qapp, "light"), projects.__getitem__, qapp)
    made.begin(lambda _: True)
    yield made
    made.close()
    made.deleteLater()
    qapp.setStyleSheet("")


def side(pictures: TrialPictures, result: TrialResult, pixels: int = PIXELS) -> int:
    pixmap = pictures.picture(result, pixels)
    assert pixmap is not None
    return pixmap.width()


def all_fine(pictures: TrialPictures, results: list[TrialResult]) -> Callable[[], bool]:
    return lambda: all(side(pictures, result) == PIXELS for result in results)


def test_cells_and_the_large_picture_become_as_fine_as_the_screen(
    pictures: TrialPictures, results: list[TrialResult], qtbot: QtBot
) -> None:
    assert side(pictures, results[0]) == 200
    with qtbot.waitSignal(pictures.refined, timeout=20_000):
        pictures.refine(results, PIXELS, [(results[1], 130)])
    qtbot.waitUntil(all_fine(pictures, results), timeout=20_000)
    assert side(pictures, results[1], 130) == 130
    before = pictures.picture(results[0], PIXELS)
    assert before is pictures.picture(results[0], PIXELS), "drawn once"
    pictures.redraw()
    assert side(pictures, results[0]) == PIXELS, "in another theme from what was predicted"


def test_what_cannot_be_refined_stays_coarse_and_is_not_tried_again(
    pictures: TrialPictures, results: list[TrialResult], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Key] = []

    def project(key: Key) -> bytes:
        asked.append(key)
        if key == results[0].key:
            raise OSError("gone")
        return b""

    pictures._project = project
    for _ in range(2):
        pictures.refine(results[:2], PIXELS, ())
        qtbot.waitUntil(lambda: not pictures._job.busy and not pictures._queue, timeout=20_000)
    assert asked == [results[0].key, results[1].key]
    assert side(pictures, results[0]) == 200


def test_small_cells_and_failed_trials_are_left_alone(
    pictures: TrialPictures, results: list[TrialResult]
) -> None:
    failed = replace(results[0], status="failed", boundary=None)
    pictures.refine([failed], PIXELS, [(failed, PIXELS)])
    pictures.refine(results, 30, ())
    assert not pictures._job.busy
    assert pictures.picture(failed, PIXELS) is None
    confusion = replace(results[1], confusion=np.eye(3, dtype=np.int64))
    assert side(pictures, confusion) >= 200


def test_what_a_trial_writes_is_its_picture(pictures: TrialPictures, results: list[TrialResult]) -> None:
    shown = [
        pictures.picture(replace(result, boundary=None, lines=lines), PIXELS)
        for result, lines in zip(results, (("anna", "emma"), ("anna", "olga"), ("anna", "emma")), strict=True)
    ]
    images = [pixmap.toImage() for pixmap in shown if pixmap is not None]
    assert [images[0] == each for each in images] == [True, False, True]


def test_another_sweep_forgets_what_is_under_way(
    pictures: TrialPictures, results: list[TrialResult], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_JOB_SECONDS", 0.0)
    pictures.refine(results, PIXELS, ())
    pictures.begin(lambda _: True)
    with qtbot.assertNotEmitted(pictures.refined, wait=100):
        assert side(pictures, results[0]) == 200


def test_of_large_pictures_only_the_newest_stay(
    pictures: TrialPictures, results: list[TrialResult], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEPT_PIXELS", 2 * 130**2)
    for result in results:
        pictures.refine((), PIXELS, [(result, 130)])
        qtbot.waitUntil(lambda result=result: side(pictures, result, 130) == 130, timeout=20_000)
    pictures.refine((), PIXELS, ())
    assert [side(pictures, result, 130) for result in results] == [200, 130, 130]
