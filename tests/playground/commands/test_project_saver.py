"""Saving by keys in the real window: contents of the file in every state of the training."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Moons
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState, load_project, save_project
from core.io.budget import OnProgress
from core.nn import Conv2D, Dense
from core.optim import SGD
from playground.commands import project_saver
from playground.model.project_lock import ProjectLock
from playground.training import checkpoint, session, snapshot_rate
from playground.training.snapshot_rate import SnapshotRate
from playground.training.state import TrainingState
from playground.training.worker import TrainingWorker
from playground.views.dialogs.saving import SavingDialog
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click, press, save
from tests.playground.window.trained_windows import train, wait_for

CTRL = Qt.KeyboardModifier.ControlModifier
Make = Callable[..., MainWindow]


def small() -> Experiment:
    # A regression loss is unbounded, so that a huge learning rate diverges.
    return Experiment(name="Small", dataset=Moons(samples=60), layers=(Dense(4, "tanh"), Dense(3, "tanh")))


def unbounded() -> Experiment:
    return Experiment.from_json(
        {
            **small().to_json(),
            "loss": {"kind": "mse"},
            "layers": [Dense(4, "relu").to_json()],
            "output": {"activation": "linear"},
            "optimizer": {"kind": "sgd", "learning_rate": 0.001},
        }
    )


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file chosen in the file dialog."""
    path = tmp_path / "mine.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    return path


@pytest.fixture(autouse=True)
def answers(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Answers:
    return Answers(monkeypatch)


class Answers:
    """Clicks the buttons that a test lists, one per message box; an unexpected message box fails the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.selectable: list[list[str]] = []
        self._clicks: list[str] = []
        plain = QMessageBox.exec

        def execute(box: QMessageBox) -> int:
            self.asked.append(f"{box.text()} {box.informativeText()}")
            self.selectable.append([button.text().replace("&", "") for button in box.buttons()])
            assert self._clicks, f"asked without need: {self.asked[-1]}"
            wanted = self._clicks.pop(0)
            button = next(b for b in box.buttons() if b.text().replace("&", "") == wanted)
            QTimer.singleShot(0, box, lambda: click(button))
            return plain(box)

        monkeypatch.setattr(QMessageBox, "exec", execute)

    def click(self, *texts: str) -> None:
        self._clicks = list(texts)


def state(window: MainWindow, qtbot: QtBot, wanted: TrainingState) -> None:
    qtbot.waitUntil(lambda: window.session.state is wanted)


def learned(path: Path) -> tuple[int, np.ndarray]:
    """Epoch and first kernel in a file."""
    _, progress = load_project(path)
    assert progress is not None
    return progress.epoch, progress.arrays["weights/layer_0/kernel"]


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.findChildren(Toast) if toast.isVisible()]


def diverge(window: MainWindow, qtbot: QtBot) -> None:
    experiment = window.document.experiment
    window.document.change("Rate", experiment.with_training(optimizer=SGD(learning_rate=100.0)))
    window.session.play()
    state(window, qtbot, TrainingState.FAILED)


# --- no weights are lost ------------------------------------------------------------------------------------------


def test_after_a_divergence_the_last_good_weights_are_offered_and_saved(
    make: Make, qtbot: QtBot, file: Path, answers: Answers
) -> None:
    window = make(unbounded())
    train(window, qtbot, 3)
    assert save(window, qtbot)
    _, before = learned(file)
    diverge(window, qtbot)
    answers.click("Save with the weights of epoch 3")
    assert save(window, qtbot)
    assert answers.selectable == [["Save with the weights of epoch 3", "Save without weights", "Cancel"]]
    epoch, kernel = learned(file)
    assert epoch == 3
    np.testing.assert_array_equal(kernel, before)
    assert load_project(file)[0].training.optimizer == SGD(learning_rate=100.0)
    assert window.status.file.text().startswith("Saved with the weights of epoch 3")
    assert not window.isWindowModified()
    window.document.load(unbounded())
    assert window.status.file.text() == "Not saved yet"


def test_a_divergence_saves_nothing_when_that_is_cancelled(
    make: Make, qtbot: QtBot, file: Path, answers: Answers
) -> None:
    window = make(unbounded())
    train(window, qtbot, 1)
    assert save(window, qtbot)
    diverge(window, qtbot)
    before = file.read_bytes()
    answers.click("Cancel")
    assert not save(window, qtbot)
    assert file.read_bytes() == before
    assert window.isWindowModified()


def test_saving_without_weights_says_so(make: Make, qtbot: QtBot, file: Path, answers: Answers) -> None:
    window = make(unbounded())
    train(window, qtbot, 1)
    diverge(window, qtbot)
    answers.click("Save without weights")
    assert save(window, qtbot)
    assert load_project(file)[1] is None
    assert window.status.file.text().startswith("Saved without weights")
    assert "mine.nnplay was saved without weights" in toasts(window)


def test_after_a_divergence_from_the_first_step_the_files_weights_are_offered(
    make: Make, qtbot: QtBot, file: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It diverges within one slice, so that no copy of finite weights is made before.
    monkeypatch.setattr(SnapshotRate, "slice_seconds", lambda _: 60.0)
    window = make(unbounded())
    train(window, qtbot, 2)
    assert save(window, qtbot)
    _, before = learned(file)
    press(window, Qt.Key.Key_R)
    state(window, qtbot, TrainingState.IDLE)
    diverge(window, qtbot)
    answers.click("Keep the file's weights")
    assert save(window, qtbot)
    epoch, kernel = learned(file)
    assert epoch == 2
    np.testing.assert_array_equal(kernel, before)
    assert window.status.file.text().startswith("Saved with the weights of epoch 2")


def test_weights_that_are_no_numbers_are_never_the_last_good_ones(
    make: Make, qtbot: QtBot, file: Path, answers: Answers
) -> None:
    window = make(unbounded())
    train(window, qtbot, 2)
    for batch_size, value in ((5, float("inf")), (6, float("nan"))):
        # Every edit stores a checkpoint before it.
        window.document.change("Batch", window.document.experiment.with_training(batch_size=batch_size))
        window.session.edit_weight(0, "kernel", (0, 0), value)
    answers.click("Save with the weights of epoch 2")
    assert save(window, qtbot)
    epoch, kernel = learned(file)
    assert epoch == 2
    assert np.isfinite(kernel).all()


def test_undo_back_to_a_network_that_diverged_brings_back_what_it_had_learned(
    make: Make, qtbot: QtBot
) -> None:
    window = make(unbounded())
    train(window, qtbot, 3)
    diverge(window, qtbot)
    window.document.change_layers("Units", (Dense(5, "relu"),))
    state(window, qtbot, TrainingState.IDLE)
    window.document.undo_stack.undo()
    state(window, qtbot, TrainingState.PAUSED)
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[1].epoch == 3


def test_a_stack_that_cannot_run_keeps_the_weights_of_the_one_that_could(
    make: Make, qtbot: QtBot, file: Path, answers: Answers
) -> None:
    window = make(small())
    train(window, qtbot, 2)
    assert save(window, qtbot)
    _, before = learned(file)
    window.document.insert_layer(1, Conv2D())
    state(window, qtbot, TrainingState.BLOCKED)
    assert save(window, qtbot)
    experiment, progress = load_project(file)
    assert experiment == window.document.experiment
    assert progress is not None
    assert progress.trained is not None
    assert progress.trained.stack() == small().stack()
    np.testing.assert_array_equal(progress.arrays["weights/layer_0/kernel"], before)

    # Opened again and fixed, it continues from there.
    window.files.open_file(file)
    state(window, qtbot, TrainingState.BLOCKED)
    assert save(window, qtbot)
    np.testing.assert_array_equal(learned(file)[1], before)
    window.document.remove_layer(1)
    state(window, qtbot, TrainingState.PAUSED)
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[1].epoch == 2
    assert save(window, qtbot)
    np.testing.assert_array_equal(learned(file)[1], before)
    assert load_project(file)[1].trained is None  # type: ignore[union-attr]


def test_weights_are_never_saved_as_those_of_another_stack(make: Make, qtbot: QtBot, file: Path) -> None:
    """A valid stack that is too large to run: its file must open, with the state of the other one."""
    window = make(small())
    train(window, qtbot, 1)
    window.document.change_layers("Impossible", (Dense(16_000), Dense(16_000)))
    state(window, qtbot, TrainingState.BLOCKED)
    assert save(window, qtbot)
    experiment, progress = load_project(file)
    assert experiment.layers == (Dense(16_000), Dense(16_000))
    assert progress is not None
    assert progress.trained is not None
    assert progress.trained.layers == small().layers
    assert not progress.fits(experiment)


def test_data_that_fail_to_load_leave_the_files_weights(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    train(window, qtbot, 2)
    assert save(window, qtbot)
    _, before = learned(file)

    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Moons, "load", fail)
        window.files.open_file(file)
        window.document.change("Seed", window.document.experiment.replace(data_seed=5))
        state(window, qtbot, TrainingState.FAILED)
        assert save(window, qtbot)
    epoch, kernel = learned(file)
    assert epoch == 2
    np.testing.assert_array_equal(kernel, before)
    window.session.play()
    state(window, qtbot, TrainingState.RUNNING)
    window.session.pause()
    state(window, qtbot, TrainingState.PAUSED)
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[1].epoch >= 2


def test_a_worker_that_answers_late_is_waited_for_and_not_done_without(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    train(window, qtbot, 2)
    held, give = Event(), TrainingWorker._checkpoint

    def late(worker: TrainingWorker) -> checkpoint.SessionCheckpoint:
        assert held.wait(60)
        return give(worker)

    # A timeout must not decide what is written.
    monkeypatch.setattr(session, "_TIMEOUT_SECONDS", 0.0)
    monkeypatch.setattr(TrainingWorker, "_checkpoint", late)
    with qtbot.waitSignal(window.files.saver.ended):
        press(window, Qt.Key.Key_S, CTRL)
        assert window.files.saver.busy
        assert not file.exists()
        # The window handles events meanwhile and shows the progress.
        qtbot.waitUntil(window.status.cancel.isVisible)
        held.set()
    assert learned(file)[0] == 2
    assert not window.status.cancel.isVisible()


def test_untrained_weights_replace_trained_ones_only_after_a_question(
    make: Make, qtbot: QtBot, file: Path, answers: Answers
) -> None:
    window = make(small())
    train(window, qtbot, 2)
    assert save(window, qtbot)
    press(window, Qt.Key.Key_R)
    state(window, qtbot, TrainingState.IDLE)
    answers.click("Cancel")
    assert not save(window, qtbot)
    assert learned(file)[0] == 2
    answers.click("Replace")
    assert save(window, qtbot)
    assert learned(file)[0] == 0
    # The question is asked only once.
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    assert save(window, qtbot)
    assert len(answers.asked) == 2


def test_a_command_from_within_the_question_does_not_wait_for_its_own_save(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    train(window, qtbot, 2)
    assert save(window, qtbot)
    press(window, Qt.Key.Key_R)
    state(window, qtbot, TrainingState.IDLE)
    said: list[object] = []
    window.files.saver.message_requested.connect(said.append)

    def ask(*_: object) -> str:
        # What was typed behind the answer.
        said.append(window.files.maybe_save())
        return "replace"

    monkeypatch.setattr(project_saver, "ask", ask)
    assert save(window, qtbot)
    assert said == ["mine.nnplay is still being saved. Try again in a moment.", False]
    assert learned(file)[0] == 0


@pytest.mark.parametrize("reopened", [False, True])
def test_other_data_replace_trained_weights_only_after_a_question(
    make: Make, qtbot: QtBot, file: Path, answers: Answers, reopened: bool
) -> None:
    window = make(small())
    train(window, qtbot, 2)
    assert save(window, qtbot)
    if reopened:
        window.files.open_file(file)
        state(window, qtbot, TrainingState.PAUSED)
    window.document.change("Circles", with_dataset(window.document.experiment, Circles()))
    state(window, qtbot, TrainingState.IDLE)
    train(window, qtbot, 1)
    answers.click("Cancel")
    assert not save(window, qtbot)
    assert load_project(file)[0].dataset == Moons(samples=60)
    assert "mine.nnplay holds weights that learned Moons for 2 epochs. Replace them?" in answers.asked[0]
    assert answers.selectable[0] == ["Replace", "Save as…", "Cancel"]
    answers.click("Replace")
    assert save(window, qtbot)
    assert load_project(file)[0].dataset == Circles()
    train(window, qtbot, 1)
    assert save(window, qtbot)
    assert learned(file)[0] == 2
    assert len(answers.asked) == 2


def test_other_data_can_be_saved_to_another_file(
    make: Make, qtbot: QtBot, file: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    train(window, qtbot, 1)
    assert save(window, qtbot)
    before = file.read_bytes()
    window.document.change("Circles", with_dataset(window.document.experiment, Circles()))
    state(window, qtbot, TrainingState.IDLE)
    other = file.with_name("other.nnplay")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
    answers.click("Save as…")
    assert not save(window, qtbot)
    qtbot.waitUntil(lambda: window.document.path == other)
    assert load_project(other)[0].dataset == Circles()
    assert file.read_bytes() == before


def test_closing_goes_on_after_another_file_was_chosen(
    make: Make, qtbot: QtBot, file: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    train(window, qtbot, 1)
    assert save(window, qtbot)
    window.document.change("Circles", with_dataset(window.document.experiment, Circles()))
    state(window, qtbot, TrainingState.IDLE)
    other = file.with_name("other.nnplay")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
    answers.click("Save as…")
    assert window.files._save_and_wait()
    assert window.document.path == other
    assert not window.document.unsaved


# --- writer thread ------------------------------------------------------------------------------------------------


class Held:
    """Blocks the writer thread halfway until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.go = Event(), Event()
        write = project_saver.save_project

        def hold(
            path: Path, experiment: Experiment, progress: TrainerState | None, report: OnProgress, **_: object
        ) -> None:
            self.entered.set()
            assert self.go.wait(60)
            write(path, experiment, progress, report)

        monkeypatch.setattr(project_saver, "save_project", hold)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


def test_an_edit_while_it_is_written_stays_unsaved(make: Make, qtbot: QtBot, file: Path, held: Held) -> None:
    window = make(small())
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    with qtbot.waitSignal(window.files.saver.ended):
        press(window, Qt.Key.Key_S, CTRL)
        qtbot.waitUntil(held.entered.is_set)
        window.document.change("Batch", window.document.experiment.with_training(batch_size=4))
        assert window.isWindowModified()
        held.go.set()
    assert load_project(file)[0].training.batch_size == 3
    assert window.isWindowModified()
    assert window.status.file.text() == "Unsaved changes"
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.document.experiment.training.batch_size == 3
    assert not window.isWindowModified()
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.isWindowModified()


@pytest.mark.parametrize("learns", [0, 2])
def test_undo_back_to_what_was_saved_leaves_nothing_unsaved(
    make: Make, qtbot: QtBot, file: Path, learns: int
) -> None:
    """Whatever the step has done to the training: it is where the file is."""
    window = make(small())
    train(window, qtbot, 3)
    assert save(window, qtbot, window.files.save)
    document = window.document
    document.change("Another seed", document.experiment.replace(seed=7), fresh=True)

    def is_at(epoch: int) -> bool:
        shown = window.snapshot_router.snapshot
        return shown is not None and shown.epoch == epoch

    wait_for(qtbot, lambda: is_at(0))
    if learns:
        train(window, qtbot, learns)
    assert document.unsaved
    press(window, Qt.Key.Key_Z, CTRL)
    wait_for(qtbot, lambda: is_at(3))
    assert not document.unsaved
    assert window.status.file.text().startswith("Saved")


def test_training_while_it_is_written_stays_unsaved(make: Make, qtbot: QtBot, file: Path, held: Held) -> None:
    window = make(small())
    with qtbot.waitSignal(window.files.saver.ended):
        press(window, Qt.Key.Key_S, CTRL)
        qtbot.waitUntil(held.entered.is_set)
        train(window, qtbot, 1)
        held.go.set()
    assert learned(file)[0] == 0
    assert window.isWindowModified()


def test_the_choice_to_save_the_data_counts_as_it_was_when_the_save_began(
    make: Make, qtbot: QtBot, file: Path, held: Held
) -> None:
    window = make(small())
    assert not window.isWindowModified()
    window.document.set_embeds_data(True)
    assert window.isWindowModified()
    with qtbot.waitSignal(window.files.saver.ended):
        press(window, Qt.Key.Key_S, CTRL)
        qtbot.waitUntil(held.entered.is_set)
        window.document.set_embeds_data(False)
        held.go.set()
    assert window.isWindowModified()
    window.document.undo_stack.undo()
    assert window.document.embeds_data
    assert not window.isWindowModified()


def test_a_second_save_waits_for_the_first(make: Make, qtbot: QtBot, file: Path, held: Held) -> None:
    window, ends = make(small()), []
    window.files.saver.ended.connect(ends.append)
    press(window, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(held.entered.is_set)
    window.document.change("Batch", window.document.experiment.with_training(batch_size=4))
    press(window, Qt.Key.Key_S, CTRL)
    press(window, Qt.Key.Key_S, CTRL)
    held.go.set()
    qtbot.waitUntil(lambda: not window.files.saver.busy and len(ends) >= 2)
    assert ends == [True, True]
    assert load_project(file)[0].training.batch_size == 4
    assert not window.isWindowModified()


def test_a_second_save_asks_before_it_replaces_what_another_window_has_open(
    make: Make, qtbot: QtBot, file: Path, held: Held, answers: Answers
) -> None:
    window, other, ends = make(small()), file.with_name("other.nnplay"), []
    save_project(other, small(), None)
    before = other.read_bytes()
    lock = ProjectLock(window.files.lock.folder)
    lock.follow(other)
    window.files.saver.ended.connect(ends.append)
    press(window, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(held.entered.is_set)
    answers.click("Cancel")
    window.files.saver.save(other)
    held.go.set()
    qtbot.waitUntil(lambda: bool(answers.asked) and not window.files.saver.busy)
    assert "is open in another window" in answers.asked[0]
    assert other.read_bytes() == before
    lock.release()


def test_reloading_waits_for_a_save_to_another_file(make: Make, qtbot: QtBot, file: Path, held: Held) -> None:
    other = file.with_name("other.nnplay")
    save_project(file, small(), None)
    window = make(small())
    window.files.open_file(file)
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    window.files.saver.save(other)
    qtbot.waitUntil(held.entered.is_set)
    QTimer.singleShot(0, held.go.set)
    window.files.reload()
    qtbot.waitUntil(lambda: not window.files.busy)
    # The content of one file never has the name of the other.
    assert window.document.path == other
    assert window.document.experiment.training.batch_size == 3


def test_what_a_killed_save_left_is_removed_by_the_next_one(make: Make, qtbot: QtBot, file: Path) -> None:
    window = make(small())
    old, new = file.with_name(".mine.nnplay.old.part"), file.with_name(".mine.nnplay.new.part")
    for part in (old, new):
        part.touch()
    os.utime(old, (1.0, 1.0))
    assert save(window, qtbot)
    assert not old.exists()
    assert new.exists()  # another program may be writing it


def test_saving_can_be_cancelled_in_the_status_line(
    make: Make, qtbot: QtBot, file: Path, held: Held, answers: Answers
) -> None:
    window = make(small())
    file.write_bytes(b"what was there")
    answers.click("Replace")
    height = window.status.height()
    with qtbot.waitSignal(window.files.saver.ended) as ended:
        press(window, Qt.Key.Key_S, CTRL)
        qtbot.waitUntil(lambda: held.entered.is_set() and window.status.cancel.isVisible())
        assert window.status.saving.isVisible()
        # Otherwise the layout of the whole window is redone.
        assert window.status.height() == height
        click(window.status.cancel)
        held.go.set()
    assert ended.args == [False]
    assert [path.name for path in file.parent.glob("*.nnplay*")] == [file.name]
    assert file.read_bytes() == b"what was there"
    assert "mine.nnplay was not saved" in toasts(window)
    assert window.document.path is None


@pytest.mark.parametrize("cancelled", [False, True])
def test_closing_waits_for_what_is_being_saved(
    make: Make, qtbot: QtBot, file: Path, held: Held, answers: Answers, cancelled: bool
) -> None:
    window = make(small())
    press(window, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(held.entered.is_set)

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, SavingDialog) or not dialog.isVisible():
            QTimer.singleShot(20, window, act)
            return
        if cancelled:
            click(dialog.cancel_button)
        held.go.set()

    QTimer.singleShot(0, window, act)
    assert window.close() != cancelled
    assert file.exists() != cancelled
    assert window.session.is_open == cancelled


def test_closing_saves_and_waits(make: Make, qtbot: QtBot, file: Path, held: Held, answers: Answers) -> None:
    window = make(small())
    train(window, qtbot, 2)
    answers.click("Save")
    held.go.set()
    assert window.close()
    assert learned(file)[0] == 2
    assert held.entered.is_set()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_replaced_by_a_file(make: Make, file: Path) -> None:
    window = make(small())
    os.mkfifo(file)
    press(window, Qt.Key.Key_S, CTRL)
    assert file.is_fifo()
    assert "mine.nnplay cannot be written: It is a pipe, not a file" in toasts(window)


def test_a_read_only_file_is_not_replaced(make: Make, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window = make(small())
    file.write_bytes(b"kept")
    # Tests may run as root, which may write everywhere.
    monkeypatch.setattr("core.io.atomic_write.os.access", lambda path, mode: Path(path) != file)
    press(window, Qt.Key.Key_S, CTRL)
    assert file.read_bytes() == b"kept"
    assert "mine.nnplay cannot be written: The file is read-only" in toasts(window)


def test_a_full_disk_leaves_the_old_file(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    train(window, qtbot, 1)
    assert save(window, qtbot)
    before = file.read_bytes()
    train(window, qtbot, 1)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert not save(window, qtbot)
    assert file.read_bytes() == before
    assert window.isWindowModified()
    assert "mine.nnplay cannot be written: there is no space left on the disk" in toasts(window)


def test_what_is_too_long_to_be_opened_is_told_and_not_written(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    assert save(window, qtbot)
    before = file.read_bytes()
    window.document.change("Name", small().replace(name="Another"))
    monkeypatch.setattr("core.io.archive.MAX_TEXT_BYTES", 100)
    assert not save(window, qtbot)
    assert file.read_bytes() == before
    told = "mine.nnplay cannot be written: experiment.json must be at most 100 bytes, got "
    assert any(text.startswith(told) for text in toasts(window))


def test_an_error_in_the_worker_is_told_and_nothing_is_written(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    window = make(small())

    def fail(_: TrainingWorker) -> None:
        raise MemoryError("Unable to allocate 3 GiB")

    monkeypatch.setattr(TrainingWorker, "_checkpoint", fail)
    assert not save(window, qtbot)
    assert not file.exists()
    assert "mine.nnplay cannot be written: it takes more memory than there is" in toasts(window)


def test_the_window_is_not_held_while_4_5_million_parameters_are_saved(
    make: Make, qtbot: QtBot, file: Path
) -> None:
    window = make(small().replace(layers=(Dense(2000), Dense(2240))))
    train(window, qtbot, 1)
    beat = Beat(window)
    assert save(window, qtbot)
    assert file.stat().st_size > 20_000_000
    # 4 s when written on this thread; a shared machine may pause the process for a while.
    assert beat.longest_ms < 1000


class Beat(QObject):
    """Measures the longest block of this thread's event loop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.longest_ms = 0
        self._clock = QElapsedTimer()
        self._clock.start()
        timer = QTimer(self)
        timer.timeout.connect(self._tick)
        timer.start(1)

    def _tick(self) -> None:
        self.longest_ms = max(self.longest_ms, self._clock.restart())


# --- requests to the worker ---------------------------------------------------------------------------------------


def test_progress_frees_a_worker_that_waits_for_the_window(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker waits for its snapshot to be drawn, which this thread cannot do while it waits for the worker."""
    window = make(small())
    monkeypatch.setattr(snapshot_rate, "MAX_WAIT_SECONDS", 600.0)
    monkeypatch.setattr(session, "_TIMEOUT_SECONDS", 5.0)
    window.session.play()
    state(window, qtbot, TrainingState.RUNNING)
    # More than sixty snapshots a second are due: wait for one that is taken and not drawn.
    snapshots, drawn = window.session._snapshots, window.session._drawn
    deadline = perf_counter() + 60.0
    while snapshots.empty or drawn.is_set():
        assert perf_counter() < deadline
        # One that was put at rest, which the worker does not wait for.
        if not snapshots.empty and drawn.is_set():
            snapshots.take()
    assert window.session.checkpoint() is not None
    window.session.pause()
    state(window, qtbot, TrainingState.PAUSED)


def test_an_opened_file_with_nothing_learned_is_saved_without_a_question(
    make: Make, qtbot: QtBot, file: Path, answers: Answers
) -> None:
    save_project(file, small(), None)
    window = make(small())
    window.files.open_file(file)
    window.document.change("Circles", with_dataset(window.document.experiment, Circles()))
    assert save(window, qtbot)
    assert load_project(file)[0].dataset == Circles()
    assert not answers.asked


# --- what ends a save before it is written ------------------------------------------------------------------------


def test_a_save_that_is_cancelled_while_the_worker_is_busy_writes_nothing(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, held, give = make(small()), Event(), TrainingWorker._checkpoint
    saver = window.files.saver

    def late(worker: TrainingWorker) -> checkpoint.SessionCheckpoint:
        assert held.wait(60)
        return give(worker)

    monkeypatch.setattr(TrainingWorker, "_checkpoint", late)
    saver.save(file)
    saver.save(file.with_name("queued.nnplay"))
    with qtbot.waitSignal(saver.ended) as ended:
        saver.cancel()
    assert ended.args == [False]
    assert not saver.busy
    assert "mine.nnplay was not saved" in toasts(window)
    with qtbot.waitSignal(window.session.checkpoint_ready):
        held.set()
    assert not list(file.parent.glob("*.nnplay"))


def test_a_save_ends_when_its_worker_has_ended(
    make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    monkeypatch.setattr(window.session, "request_checkpoint", Future)  # which nobody answers
    window.files.saver.save(file)
    assert window.files.saver.busy
    window.session.close()
    assert not window.files.saver.wait()
    assert not window.files.saver.busy
    assert not window.files.saver.wait()


def test_a_divergence_that_has_left_nothing_can_only_be_saved_without_weights(
    make: Make, qtbot: QtBot, file: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Between two slices, the weights of the first steps would be kept.
    monkeypatch.setattr(SnapshotRate, "slice_seconds", lambda self: 60.0)
    window = make(unbounded())
    diverge(window, qtbot)
    answers.click("Save without weights")
    assert save(window, qtbot)
    assert answers.selectable == [["Save without weights", "Cancel"]]
    assert load_project(file)[1] is None


@pytest.mark.parametrize("other", [False, True], ids=["its own", "another network's"])
def test_weights_that_stay_in_the_file_stay_those_of_their_network(
    make: Make, qtbot: QtBot, file: Path, other: bool
) -> None:
    """`other`: the file has the weights of a network before an edit that cannot run."""
    window = make(small())
    train(window, qtbot, 1)
    if other:
        window.document.insert_layer(1, Conv2D())
        state(window, qtbot, TrainingState.BLOCKED)
    assert save(window, qtbot)
    before = learned(file)
    edited = small().replace(layers=(Dense(9),))
    project_saver._write(file, project_saver._SaveContent(edited, None, keeps_file=True), lambda share: None)
    experiment, found = load_project(file)
    assert experiment == edited
    assert found is not None
    assert found.trained is not None
    assert found.trained.stack() == small().stack()
    assert learned(file)[0] == before[0] == 1
    np.testing.assert_array_equal(learned(file)[1], before[1])
