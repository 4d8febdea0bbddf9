"""Projects saved with their data, in the window: another computer, data that are gone, and the file chosen again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.data.datasets import Dataset, Moons, TableFile
from core.data.datasets.table_file_dataset import forget_tables
from core.data.load_errors import forget_load_errors
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment import embedded_data
from core.experiment.embedded_data import EmbeddedData, embed_data
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.experiment.project_file import load_project, save_project
from core.nn import Dense
from playground.commands import project_saver
from playground.model.autosave_store import AutosaveNote, write_autosave
from playground.model.project_lock import file_stamp
from playground.training.state import TrainingState
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import choose, save

PATIENCE_MS = 60_000
Make = Callable[..., MainWindow]


def forget() -> None:
    forget_tables()
    forget_load_errors()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def made(tmp_path: Path) -> Experiment:
    """An experiment on a table of the user's."""
    rng = np.random.default_rng(0)
    rows = [f"{x:.3f},{y:.3f},{'ab'[int(x > y)]}" for x, y in rng.normal(size=(60, 2))]
    (tmp_path / "points.csv").write_text("\n".join(["x,y,side", *rows]))
    read = read_table(tmp_path / "points.csv")
    return with_dataset(Experiment(layers=(Dense(5),)), TableFile.of(read, guess_schema(read)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file chosen in the file dialog."""
    path = tmp_path / "mine.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    return path


def reach(window: MainWindow, qtbot: QtBot, state: TrainingState) -> None:
    qtbot.waitUntil(lambda: window.session.state is state, timeout=PATIENCE_MS)


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.findChildren(Toast) if toast.isVisible()]


def embedded(experiment: Experiment) -> object:
    return getattr(experiment.dataset, "embedded", None)


def test_a_project_saved_with_its_data_opens_and_goes_on_without_the_file(
    make: Make, qtbot: QtBot, project: Path, made: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, threads = make(made), []

    def recorded(dataset: Dataset) -> EmbeddedData:
        threads.append(threading.current_thread())
        return embed_data(dataset)

    monkeypatch.setattr(project_saver, "embed_data", recorded)
    window.session.step_epoch()
    reach(window, qtbot, TrainingState.PAUSED)
    assert save(window, qtbot)
    assert embedded(load_project(project)[0]) is None
    choose(window, "File", "Save with its data")
    # The file lacks them until it is saved.
    assert window.document.unsaved
    assert "The next save puts the data of points into the project file" in toasts(window)
    assert save(window, qtbot)
    assert not window.document.unsaved
    # Large data take a while.
    assert threads
    assert threading.main_thread() not in threads
    # Another computer.
    Path(made.dataset.path).unlink()  # type: ignore[attr-defined]
    forget()
    (project.parent / "there").mkdir()
    moved = project.rename(project.parent / "there" / "moved.nnplay")
    other = make()
    other.files.open_file(moved)
    reach(other, qtbot, TrainingState.PAUSED)
    assert not other.canvas.scene.problem_popups
    action = other.actions_by_name["embed_data"]
    assert action.isEnabled()
    assert action.isChecked()
    assert not other.document.unsaved
    assert other.side.data.table.what.toolTip().startswith("In the project, from ")
    other.session.step_epoch()
    qtbot.waitUntil(lambda: other.document.unsaved, timeout=PATIENCE_MS)
    reach(other, qtbot, TrainingState.PAUSED)
    # The choice stays with the document.
    assert save(other, qtbot)
    assert embedded(load_project(moved)[0]) is not None


def test_data_that_cannot_be_saved_with_it_keep_nothing_from_being_saved(
    make: Make, qtbot: QtBot, project: Path, made: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(made)
    window.document.set_embeds_data(True)
    Path(made.dataset.path).unlink()  # type: ignore[attr-defined]
    forget_tables()
    assert save(window, qtbot)
    assert load_project(project)[0] == made
    (sentence,) = [text for text in toasts(window) if "without its data" in text]
    assert sentence.startswith("mine.nnplay was saved without its data: The file ")
    assert window.status.file.text().startswith("Saved without its data")


def test_data_that_are_too_large_are_refused_when_they_are_chosen(
    make: Make, qtbot: QtBot, made: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(made)
    monkeypatch.setattr(embedded_data, "MAX_EMBEDDED_BYTES", 100)
    choose(window, "File", "Save with its data")
    assert not window.document.embeds_data
    assert not window.actions_by_name["embed_data"].isChecked()
    assert "points must take at most 0 MB to be saved in a project, got 1 MB" in toasts(window)
    # Built-in data need it not.
    window.document.change("Moons", with_dataset(made, Moons()))
    assert not window.actions_by_name["embed_data"].isEnabled()


def test_a_restored_document_has_the_data_of_its_project(
    make: Make, qtbot: QtBot, project: Path, made: Experiment
) -> None:
    """An autosave does not hold them, because it is written every minute."""
    save_project(project, made, None, data=embed_data(made.dataset))
    kept = project.with_name("autosave.nnplay")
    write_autosave(kept, made.replace(seed=7), None, AutosaveNote("Mine"))
    Path(made.dataset.path).unlink()  # type: ignore[attr-defined]
    forget()
    window = make()
    assert window.files.restore(kept, project, "")
    reach(window, qtbot, TrainingState.IDLE)
    assert window.document.experiment.seed == 7
    assert embedded(window.document.experiment) is not None
    assert window.document.embeds_data


def three_columns(tmp_path: Path) -> tuple[Experiment, Experiment]:
    """An experiment on a table of three features, and the same on two of them."""
    rng = np.random.default_rng(0)
    rows = [f"{x:.3f},{y:.3f},{x * y:.3f},{'ab'[int(x > y)]}" for x, y in rng.normal(size=(60, 2))]
    (tmp_path / "points.csv").write_text("\n".join(["x,y,z,side", *rows]))
    read = read_table(tmp_path / "points.csv")
    all_three = with_dataset(Experiment(layers=(Dense(5),)), TableFile.of(read, guess_schema(read)))
    return all_three, with_dataset(all_three, all_three.dataset.with_columns(("x", "z")))


def restored(make: Make, project: Path, on_file: Experiment, changed: Experiment) -> MainWindow:
    """A window with `changed`, of which a crash left an autosave, beside a project that holds the data of `on_file`."""
    save_project(project, on_file, None, data=embed_data(on_file.dataset))
    kept = project.with_name("autosave.nnplay")
    write_autosave(kept, changed, None, AutosaveNote("Mine"))
    Path(on_file.dataset.path).unlink()  # type: ignore[attr-defined]
    forget()
    window = make()
    assert window.files.restore(kept, project, file_stamp(project))
    return window


def test_a_document_restored_with_other_columns_has_the_data_of_its_project(
    make: Make, qtbot: QtBot, project: Path, tmp_path: Path
) -> None:
    on_file, changed = three_columns(tmp_path)
    window = restored(make, project, on_file, changed)
    reach(window, qtbot, TrainingState.IDLE)
    assert window.document.embeds_data
    assert window.document.experiment.dataset.info().shape == (2,)
    # What is saved again has them still.
    assert save(window, qtbot)
    assert embedded(load_project(project)[0]) is not None


def test_columns_that_the_project_lacks_are_not_taken_from_it(
    make: Make, qtbot: QtBot, project: Path, tmp_path: Path
) -> None:
    changed, on_file = three_columns(tmp_path)
    window = restored(make, project, on_file, changed)
    reach(window, qtbot, TrainingState.BLOCKED)
    assert embedded(window.document.experiment) is None


def test_an_autosave_has_the_data_of_a_project_that_is_gone(
    make: Make, qtbot: QtBot, project: Path, made: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(project.parent / "state"))
    save_project(project, made, None, data=embed_data(made.dataset))
    Path(made.dataset.path).unlink()  # type: ignore[attr-defined]
    forget()
    window = make()
    window.files.open_file(project)
    for gone in (False, True):
        window.session.step_epoch()
        reach(window, qtbot, TrainingState.PAUSED)
        window.document.change("Seed", window.document.experiment.replace(seed=7 + gone))
        if gone:
            project.unlink()
        with qtbot.waitSignal(window.autosaves.written, timeout=PATIENCE_MS):
            window.autosaves.autosave()
        kept, _ = load_project(window.autosaves.store.own)
        assert (embedded(kept) is not None) is gone
    # What cannot be kept with them is kept without.
    monkeypatch.setattr(embedded_data, "MAX_EMBEDDED_BYTES", 100)
    window.document.change("Seed", window.document.experiment.replace(seed=9))
    with qtbot.waitSignal(window.autosaves.written, timeout=PATIENCE_MS):
        window.autosaves.autosave()
    kept, _ = load_project(window.autosaves.store.own)
    assert kept.seed == 9
    assert embedded(kept) is None


@pytest.mark.parametrize("how", ["saved", "kept"])
def test_a_network_that_was_put_aside_waits_in_the_file(
    how: str, make: Make, qtbot: QtBot, project: Path
) -> None:
    before = preset_named("moons").with_training(batch_size=77)
    window = make(before)
    window.document.use_data("Hills", preset_named("hills").dataset)
    assert window.document.experiment.layers != before.layers
    revision = window.document.revision
    if how == "saved":
        assert save(window, qtbot)
        window.document.load(Experiment())
        window.files.open_file(project)
    else:
        note = AutosaveNote("", "", "0", 0.0, None, "", b"")
        write_autosave(project, revision.experiment, None, note, asides=revision.asides)
        window.document.load(Experiment())
        assert window.files.restore(project, None, "")
    assert window.document.experiment == revision.experiment
    window.document.use_data("Moons", before.dataset)
    assert window.document.experiment == before
