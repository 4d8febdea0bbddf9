"""Keeping and restoring in the real window: when it is kept, what is offered, and what becomes of it."""

from __future__ import annotations

import dataclasses
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.project_file import load_project, save_project
from core.nn import Dense
from playground.commands import autosave_commands, project_saver
from playground.model import autosave_store
from playground.model.autosave_store import (
    MAX_AUTOSAVES,
    Autosave,
    AutosaveNote,
    AutosaveStore,
    write_autosave,
)
from playground.model.project_lock import acquire_lock
from playground.training.checkpoint import SessionCheckpoint
from playground.training.state import TrainingState
from playground.training.worker import TrainingWorker
from playground.views.dialogs.restore import RestoreDialog
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions
from tests.playground.driving import save

Make = Callable[..., MainWindow]


def small(name: str = "Small") -> Experiment:
    return Experiment(name=name, dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AutosaveStore:
    """What windows of this test use as well; the folder does not exist yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return AutosaveStore()


@pytest.fixture
def window(make: Make, store: AutosaveStore) -> MainWindow:
    return make(small())


def train(window: MainWindow, qtbot: QtBot, epochs: int = 1) -> None:
    # Only what follows a picture counts as trained.
    router, session = window.snapshot_router, window.session
    qtbot.waitUntil(lambda: router.snapshot is not None)
    assert router.snapshot is not None
    end = router.snapshot.epoch + epochs
    session.step_epochs(epochs)
    qtbot.waitUntil(
        lambda: (
            session.state is TrainingState.PAUSED
            and router.snapshot is not None
            and router.snapshot.epoch == end
        )
    )


def keep(window: MainWindow, qtbot: QtBot) -> Path:
    with qtbot.waitSignal(window.autosaves.written):
        window.autosaves.autosave()
    return window.autosaves.store.own


def leave(store: AutosaveStore, name: str, saved_at: float, path: Path | None = None) -> Path:
    """An autosave of a program that is gone."""
    store.folder.mkdir(parents=True, exist_ok=True)
    file = store.folder / f"{name}.nnplay"
    write_autosave(file, small(name), None, AutosaveNote(name, "Moons", "3", saved_at, path))
    return file


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.findChildren(Toast) if toast.isVisible()]


def offered(window: MainWindow) -> RestoreDialog | None:
    return next((each for each in window.findChildren(RestoreDialog) if each.isVisible()), None)


def offer_two(window: MainWindow, store: AutosaveStore) -> tuple[RestoreDialog, Path, Path]:
    """The dialog that offers two autosaves, the older and the newer one."""
    now = time.time()
    older, newer = leave(store, "older", now - 90.0), leave(store, "newer", now)
    window.autosaves.offer()
    dialog = offered(window)
    assert dialog is not None
    return dialog, older, newer


def test_nothing_is_kept_of_what_is_saved_and_nothing_twice(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.autosaves.start(60.0)
    window.autosaves.autosave()
    assert not store.folder.exists()
    train(window, qtbot, 3)
    file = keep(window, qtbot)
    _, state = load_project(file)
    assert state is not None
    assert state.epoch == 3
    requests: list[object] = []
    monkeypatch.setattr(window.session, "request_checkpoint", lambda: requests.append(1))
    window.autosaves.autosave()
    assert requests == []


def test_an_edit_that_begins_another_run_is_kept_soon(window: MainWindow, qtbot: QtBot) -> None:
    window.autosaves.start(0.05)
    with qtbot.waitSignal(window.autosaves.written):
        window.document.change_layers("Units", (Dense(7, "relu"),))
    experiment, _ = load_project(window.autosaves.store.own)
    assert experiment.layers == (Dense(7, "relu"),)


@pytest.mark.parametrize("how", ["saved", "discarded", "closed"])
def test_what_is_saved_discarded_or_closed_is_kept_no_more(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    window.autosaves.start(60.0)
    train(window, qtbot)
    file = keep(window, qtbot)
    assert file.is_file()
    monkeypatch.setattr(QMessageBox, "exec", lambda _: QMessageBox.StandardButton.Discard)
    if how == "saved":
        window.document.mark_saved(tmp_path / "mine.nnplay")
        window.files.saver.save(tmp_path / "mine.nnplay")
        assert window.files.saver.wait()
    elif how == "discarded":
        window.files.new()
    else:
        window.close()
    assert not file.exists()
    assert file.with_suffix(".lock").exists() is (how != "closed")


def test_training_while_it_is_saved_is_kept(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go, plain = Event(), Event(), project_saver.save_project

    def slow(*args: object, **others: object) -> None:
        entered.set()
        assert go.wait(20)
        plain(*args, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(project_saver, "save_project", slow)
    window.autosaves.start(60.0)
    window.files.saver.save(tmp_path / "mine.nnplay")
    qtbot.waitUntil(entered.is_set)
    train(window, qtbot, 2)
    file = keep(window, qtbot)
    with qtbot.waitSignal(window.autosaves.written):
        go.set()
    assert window.document.unsaved
    kept = load_project(file)[1]
    assert kept is not None
    assert kept.epoch == 2


def test_what_a_signal_ends_is_kept_and_offered_to_the_next(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore
) -> None:
    ended: list[int] = []
    train(window, qtbot, 2)
    window.autosaves.keep(lambda: ended.append(1))
    qtbot.waitUntil(lambda: bool(ended))
    (left,) = store.claim_left()
    kept = load_project(left.file)[1]
    assert kept is not None
    assert kept.epoch == 2
    store.discard(left)


def test_what_a_signal_ends_while_it_is_written_stays_locked(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go, ended, plain = Event(), Event(), [], write_autosave

    def slow(*content: object) -> None:
        entered.set()
        assert go.wait(20)
        plain(*content)  # type: ignore[arg-type]

    monkeypatch.setattr(autosave_commands, "write_autosave", slow)
    monkeypatch.setattr(autosave_commands, "_PATIENCE_SECONDS", 0.1)
    train(window, qtbot)
    window.autosaves.keep(lambda: ended.append(1))
    qtbot.waitUntil(lambda: bool(ended))
    qtbot.waitUntil(entered.is_set)
    assert store.claim_left() == []
    go.set()
    qtbot.waitUntil(lambda: not window.autosaves.busy)
    assert store.claim_left() == []


def test_what_cannot_be_kept_is_told_once(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(autosave_commands, "write_autosave", write)
    for epochs in (1, 2):
        train(window, qtbot, epochs)
        window.autosaves.autosave()
        qtbot.waitUntil(lambda: not window.autosaves.busy)
    assert toasts(window) == ["The work cannot be kept for a restart: there is no space left on the disk"]


def test_a_worker_that_cannot_answer_and_a_folder_that_takes_nothing_are_told(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: TrainingWorker) -> None:
        raise MemoryError("Unable to allocate 3 GiB")

    def told() -> str:
        window.autosaves._has_failed = False
        with qtbot.waitSignal(window.autosaves.message_requested) as message:
            window.autosaves.autosave()
        return str(message.args[0])

    train(window, qtbot)
    with monkeypatch.context() as patch:
        patch.setattr(TrainingWorker, "_checkpoint", fail)
        assert told() == "The work cannot be kept for a restart: it takes more memory than there is"
    store.folder.parent.mkdir(parents=True)
    store.folder.write_text("a file in the place of the folder")
    assert told().startswith("The work cannot be kept for a restart: ")
    store.folder.unlink()
    assert load_project(keep(window, qtbot))[1] is not None


def test_what_is_discarded_while_it_is_written_does_not_stay(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go, written = Event(), Event(), []

    def slow(file: Path, *content: object) -> None:
        entered.set()
        assert go.wait(20)
        write_autosave(file, *content[:3])  # type: ignore[arg-type]  # reports nothing, so it cannot be cancelled

    monkeypatch.setattr(autosave_commands, "write_autosave", slow)
    monkeypatch.setattr(QMessageBox, "exec", lambda _: QMessageBox.StandardButton.Discard)
    window.autosaves.written.connect(written.append)
    window.autosaves.start(60.0)
    train(window, qtbot)
    window.autosaves.autosave()
    qtbot.waitUntil(entered.is_set)
    window.files.new()
    go.set()
    qtbot.waitUntil(lambda: not window.autosaves._job.busy)
    assert written == []
    assert not list(store.folder.glob("*.nnplay"))


@pytest.mark.parametrize("again", [False, True])
def test_a_desktop_that_ends_all_programs_finds_the_last_step_kept(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore, again: bool
) -> None:
    window.autosaves.start(60.0)
    train(window, qtbot)
    if again:  # while it is kept as usual
        window.autosaves.autosave()
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING)
    window.autosaves.keep_now()
    assert window.session.state is TrainingState.PAUSED
    taken = window.session.checkpoint()
    assert taken is not None
    file = window.autosaves.store.own
    _, kept = load_project(file)
    assert kept is not None
    assert kept.numbers == taken[1].numbers
    # Another program may have stopped the desktop: the file stays this program's, and is kept on.
    assert store.claim_left() == []
    assert window.autosaves._timer.isActive()
    train(window, qtbot, 2)
    assert keep(window, qtbot) == file
    assert load_project(file)[1] != kept


def test_a_state_is_kept_with_the_experiment_that_it_belongs_to(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot)
    taken = window.session.checkpoint()
    assert taken is not None
    experiment, state = taken
    other, mine = (
        dataclasses.replace(state, trained=small("Before")),
        dataclasses.replace(state, trained=None),
    )
    cases = ((mine, experiment), (other, small("Before")), (mine, None))
    for given, wanted in cases:
        found = autosave_commands._state_of(
            SessionCheckpoint(None, None if wanted is None else experiment, given)
        )
        assert found is not None
        assert found.trained == wanted
    assert autosave_commands._state_of(SessionCheckpoint(None)) is None


def test_keeping_holds_the_window_for_less_than_25_ms(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    plain = autosave_commands.AutosaveController._on_checkpoint

    def timed(controller: autosave_commands.AutosaveController, answer: object) -> None:
        start = time.thread_time()
        plain(controller, answer)  # type: ignore[arg-type]
        held.append(time.thread_time() - start)

    window.session.checkpoint_ready.disconnect(window.autosaves._on_checkpoint)
    window.session.checkpoint_ready.connect(lambda answer: timed(window.autosaves, answer))
    for _ in range(5):
        train(window, qtbot)
        window.document.mark_opened()
        keep(window, qtbot)
    assert min(held) < 0.025


def test_delete_discards_and_escape_leaves_the_rest_for_later(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore
) -> None:
    dialog, older, newer = offer_two(window, store)
    assert dialog.list.item(0).text().startswith("newer")
    qtbot.waitUntil(dialog.list.hasFocus)
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert not newer.exists()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: offered(window) is None)
    left = store.claim_left()
    assert [each.file for each in left] == [older]
    for each in left:
        store.release(each)


@pytest.mark.parametrize("is_restored", [True, False])
def test_a_dialog_that_is_closed_while_it_restores_releases_the_others_only(
    window: MainWindow,
    qtbot: QtBot,
    store: AutosaveStore,
    monkeypatch: pytest.MonkeyPatch,
    is_restored: bool,
) -> None:
    """Restoring may ask whether to save what is open, in an event loop of its own."""
    dialog, older, newer = offer_two(window, store)

    def restore(file: Path, *_: object) -> bool:
        assert file == newer
        dialog.close()
        deliver_deletions()
        assert [each.file for each in claimed()] == [older]
        return is_restored

    def claimed() -> list[Autosave]:
        found = store.claim_left()
        for each in found:
            store.release(each)
        return found

    monkeypatch.setattr(window.files, "restore", restore)
    dialog.restore.click()
    assert [each.file for each in claimed()] == ([older] if is_restored else [newer, older])
    assert (window.autosaves.store.own == newer) is is_restored


def test_what_cannot_be_claimed_is_not_called_nothing(
    window: MainWindow, store: AutosaveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(store, "left", time.time())
    full = store.folder / "not there" / "lock"
    monkeypatch.setattr(autosave_store, "_lock_of", lambda _: acquire_lock(full))
    window.autosaves.offer()
    (told,) = toasts(window)
    assert told.startswith("What was kept cannot be restored. The folder cannot be written to: ")


def test_where_nothing_is_left_the_menu_says_so(window: MainWindow, store: AutosaveStore) -> None:
    window.autosaves.offer()
    assert offered(window) is None
    assert toasts(window) == ["There is nothing to restore: what was open was saved or discarded"]


def test_a_damaged_autosave_is_refused_in_a_sentence_and_can_be_discarded(
    window: MainWindow, qtbot: QtBot, store: AutosaveStore
) -> None:
    file = leave(store, "bad", 0.0)
    file.write_bytes(file.read_bytes()[:200])
    window.autosaves.offer()
    dialog = offered(window)
    assert dialog is not None
    dialog.restore.click()
    assert "bad.nnplay" in toasts(window)[0]
    dialog.discard.click()
    qtbot.waitUntil(lambda: offered(window) is None)
    assert list(store.folder.iterdir()) == []


def test_no_dialog_without_anything_left_nor_over_a_file_that_was_asked_for(
    window: MainWindow, store: AutosaveStore
) -> None:
    window.autosaves.offer_at_start(opens_file=False)
    assert offered(window) is None
    assert toasts(window) == []
    window.autosaves.offer_at_start(opens_file=True)
    assert toasts(window) == []
    leave(store, "one", 0.0)
    window.autosaves.offer_at_start(opens_file=True)
    assert offered(window) is None
    assert "Restore unsaved" in toasts(window)[0]
    assert [path.suffix for path in store.folder.iterdir()] == [".nnplay"]


def test_the_last_ten_are_left_and_half_written_files_are_not(store: AutosaveStore) -> None:
    files = [leave(store, f"n{index}", float(index)) for index in range(MAX_AUTOSAVES + 3)]
    (store.folder / ".n5.nnplay.abc.part").write_bytes(b"half")
    for name in ("gone.lock", "n4.lock"):
        (store.folder / name).write_bytes(b"")
        os.utime(store.folder / name, (0, 0))
    left = store.claim_left()
    assert [each.file for each in left] == files[:2:-1]
    for each in left:
        store.release(each)
    assert sorted(store.folder.iterdir()) == sorted(files[3:])


def test_a_note_comes_back_as_it_was_and_a_foreign_one_is_an_error() -> None:
    note = AutosaveNote("né", "Moons", "242 + 1/5", 1.5, Path("/a/b\udcff ü.nnplay"), "12 3", b"\x89PNG")
    assert AutosaveNote.from_json(note.to_json()) == note
    assert AutosaveNote.from_json(dataclasses.replace(note, path=None).to_json()).path is None
    for value in (None, [], {}, {**note.to_json(), "epoch": "x"}, {**note.to_json(), "picture": "!"}):
        with pytest.raises(ValueError, match="autosave"):
            AutosaveNote.from_json(value)


@pytest.mark.parametrize("answer", ["overwrite", "save_as", "reload", ""])
def test_a_file_that_another_program_has_written_is_not_replaced_without_a_question(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    path = tmp_path / "mine.nnplay"
    save_project(path, small(), None)
    window.files.open_file(path)
    window.document.change_layers("Units", (Dense(7, "relu"),))
    save_project(path, small("Theirs").replace(seed=5), None)
    asked: list[str] = []

    def ask(_: object, text: str, *__: object) -> str:
        asked.append(text)
        return answer

    monkeypatch.setattr("playground.commands.project_saver.ask", ask)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "other.nnplay"), ""))
    assert save(window, qtbot) if answer == "overwrite" else not window.files.saver.busy
    if answer != "overwrite":
        window.files.save()
    assert asked == ["mine.nnplay has changed since it was opened. Overwrite it?"]
    name = "Small" if answer == "overwrite" else "Theirs"
    assert load_project(path)[0].name == name
    if answer == "save_as":
        other = tmp_path / "other.nnplay"
        qtbot.waitUntil(lambda: window.document.path == other)
        assert load_project(other)[0].layers == (Dense(7, "relu"),)
    if answer == "reload":
        qtbot.waitUntil(lambda: window.document.experiment.name == "Theirs")
        assert not window.document.unsaved
