"""Opening a file that takes long: a dialog with cancel, and no change of the window until it is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.formats import ModelReport
from core.io import budget
from core.io.budget import OnProgress, spend
from core.nn import Dense
from playground.commands import model_content, project_opener
from playground.model.background_job import JobCancelledError
from playground.views.dialogs.saving import OpeningDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import click

Make = Callable[..., MainWindow]
SMALL = Experiment(name="Small", dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))
OTHER = SMALL.replace(name="Other")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "other.nnplay"
    save_project(path, OTHER, TrainerState.of(make_trainer(OTHER, prepare(OTHER))))
    return path


@pytest.fixture
def window(make: Make) -> MainWindow:
    return make(SMALL)


def while_opening(act: Callable[[OpeningDialog], None]) -> QTimer:
    """Call `act` with the dialog once it is open."""
    timer = QTimer()
    timer.setInterval(10)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, OpeningDialog):
            timer.stop()
            act(dialog)

    timer.timeout.connect(look)
    timer.start()
    return timer


def test_the_reading_is_on_another_thread(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def remember(path: Path, report: OnProgress) -> object:
        threads.append(threading.current_thread())
        return load_project(path, report)

    monkeypatch.setattr(project_opener, "load_project", remember)
    window.files.open_file(file)
    assert window.document.experiment == OTHER
    assert threads
    assert threads[0] is not threading.main_thread()


def test_a_slow_project_shows_its_share_and_opens(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    go = threading.Event()

    def slow(path: Path, report: OnProgress) -> object:
        report(0.25)
        assert go.wait(60)
        return load_project(path)

    def look(dialog: OpeningDialog) -> None:
        assert dialog.label.text() == "Opening other.nnplay…"
        qtbot.waitUntil(lambda: dialog.progress.value() == 250)
        assert window.document.experiment == SMALL
        # One at a time.
        assert window.files.busy
        assert window.files._opener.read(file) is None
        go.set()

    monkeypatch.setattr(project_opener, "load_project", slow)
    timer = while_opening(look)
    window.files.open_file(file)
    assert not timer.isActive()
    assert window.document.experiment == OTHER


def test_cancel_stops_the_reader_and_keeps_what_is_open(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, cancelled = threading.Event(), threading.Event()

    def slow(path: Path, report: OnProgress) -> object:
        try:
            while not cancelled.wait(0.01):
                report(0.5)
            report(0.5)
        except JobCancelledError:
            stopped.set()
            raise
        return load_project(path)

    def cancel(dialog: OpeningDialog) -> None:
        click(dialog.cancel_button)
        cancelled.set()

    monkeypatch.setattr(project_opener, "load_project", slow)
    timer = while_opening(cancel)
    window.files.open_file(file)
    assert not timer.isActive()
    assert stopped.is_set()
    assert window.document.experiment == SMALL
    assert window.document.path is None


def test_cancel_stops_a_model_that_unpacks_for_long(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.onnx"
    path.write_bytes(b"\0" * 200)
    stopped = threading.Event()

    def endless(path: Path, onto: object) -> ModelReport:
        try:
            while True:
                spend(0)
        except JobCancelledError:
            stopped.set()
            raise

    monkeypatch.setattr(budget, "thread_time", lambda: 0.0)
    monkeypatch.setattr(model_content, "report_model", endless)
    timer = while_opening(lambda dialog: click(dialog.cancel_button))
    window.files.open_file(path)
    assert not timer.isActive()
    assert stopped.is_set()
    assert window.document.experiment == SMALL


def test_what_no_memory_suffices_for_is_said(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def large(path: Path, report: OnProgress) -> object:
        raise MemoryError

    monkeypatch.setattr(project_opener, "load_project", large)
    said: list[str] = []
    window.files.message_requested.connect(said.append)
    window.files.open_file(file)
    assert said == ["other.nnplay cannot be opened: it takes more memory than there is"]
    assert window.document.experiment == SMALL


def test_what_is_wrong_with_a_large_file_is_said(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "bad.nnplay"
    path.write_bytes(b"no zip" * 50_000)
    said: list[str] = []
    window.files.message_requested.connect(said.append)
    window.files.open_file(path)
    assert said == ["bad.nnplay is no NumpyNet Playground file, or it is damaged"]
    assert window.document.experiment == SMALL


def test_reports_rise_to_the_end_and_end_the_reading(file: Path) -> None:
    shares: list[float] = []
    _, state = load_project(file, shares.append)
    assert state is not None
    assert np.isfinite(state.arrays["weights/layer_0/kernel"]).all()
    assert shares == sorted(shares)
    assert len(shares) > 3

    def stop(share: float) -> None:
        raise JobCancelledError

    with pytest.raises(JobCancelledError):
        load_project(file, stop)
