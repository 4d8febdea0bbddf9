"""Projects with moved or changed data: an error in place, no loss of weights, and continued training once found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import ImageFolder, TableFile
from core.data.datasets.image_folder_dataset import forget_images
from core.data.datasets.table_file_dataset import forget_tables
from core.data.images.read_folder import ImageChoice, read_folder
from core.data.load_errors import forget_load_errors
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.io.archive import write_archive
from core.nn import Dense
from core.train.trainer import Trainer
from playground.model.document import Document
from playground.model.label_edits import with_corrections
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click, press, save

pytestmark = pytest.mark.shared_window

PATIENCE_MS = 60_000


def forget() -> None:
    forget_images()
    forget_tables()
    forget_load_errors()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


def images(place: Path) -> Experiment:
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 120)):
        (place / name).mkdir(parents=True)
        for i in range(20):
            Image.fromarray(rng.integers(low, low + 120, (10, 10), dtype=np.uint8)).save(
                place / name / f"{i}.png"
            )
    return with_dataset(
        Experiment(layers=(Dense(5),)), ImageFolder.of(read_folder(place, ImageChoice(8, color=True)))
    )


def table(place: Path) -> Experiment:
    rng = np.random.default_rng(0)
    rows = [f"{x:.3f},{y:.3f},{'ab'[int(x > y)]}" for x, y in rng.normal(size=(60, 2))]
    place.write_text("\n".join(["x,y,side", *rows]))
    read = read_table(place)
    return with_dataset(Experiment(layers=(Dense(5),)), TableFile.of(read, guess_schema(read)))


@pytest.fixture(params=[images, table], ids=["folder", "table"])
def trained(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path, Trainer]:
    """A project saved after three and a half epochs, the path of its data, and its trainer."""
    place = tmp_path / ("signs" if request.param is images else "points.csv")
    experiment = request.param(place).with_training(batch_size=7)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(3):
        trainer.run_epoch()
    trainer.step()
    project = tmp_path / "mine.nnplay"
    save_project(project, experiment, TrainerState.of(trainer, prepared.pipeline))
    forget()
    return project, place, trainer


def opened(window: MainWindow, project: Path, qtbot: QtBot) -> None:
    window.files.open_file(project)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)


def weights(project: Path) -> np.ndarray:
    _, progress = load_project(project)
    assert progress is not None
    return np.asarray(progress.arrays["weights/layer_1/kernel"])


def test_a_moved_place_is_told_in_place_and_saving_keeps_the_weights(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer]
) -> None:
    project, place, trainer = trained
    place.rename(place.with_name("moved.csv"))
    opened(window, project, qtbot)
    sentence = f"{place} is not there any more; choose it again"
    assert window.session.message.endswith(sentence)
    assert window.canvas.cards[0].problem.endswith(sentence)
    assert not window.actions_by_name["play"].isEnabled()
    assert window.actions_by_name["play"].toolTip().endswith(f"{sentence}.")
    window.document.change("Rename", window.document.experiment.replace(name="Renamed"))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)
    assert save(window, qtbot)
    assert load_project(project)[0].name == "Renamed"
    np.testing.assert_array_equal(weights(project), trainer.network.weights[1]["kernel"])


def test_a_reset_tries_again_when_it_is_back_and_keeps_the_weights(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer]
) -> None:
    project, place, trainer = trained
    moved = place.with_name("elsewhere")
    place.rename(moved)
    opened(window, project, qtbot)
    moved.rename(place)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    taken = window.session.checkpoint()
    assert taken is not None
    np.testing.assert_array_equal(
        taken[1].arrays["weights/layer_1/kernel"], trainer.network.weights[1]["kernel"]
    )


def test_other_data_instead_are_one_click_away_and_undone(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer]
) -> None:
    project, place, _ = trained
    place.rename(place.with_name("gone"))
    opened(window, project, qtbot)
    click(window.canvas.scene.problem_popups[0].buttons[1])
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    assert window.document.experiment.dataset.kind == "moons"
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)
    place.with_name("gone").rename(place)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(
        lambda: window.session.state in (TrainingState.PAUSED, TrainingState.IDLE), timeout=PATIENCE_MS
    )
    window.document.undo_stack.setClean()


def test_what_was_learned_survives_an_edit_that_cannot_run(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(table(tmp_path / "t.csv"))
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    window.document.change_layers("Impossible", (Dense(16_000), Dense(16_000)))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[1].numbers["epoch"] == 1
    window.document.undo_stack.setClean()


def test_a_project_is_not_written_before_its_weights_are_there(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer]
) -> None:
    project, _, trainer = trained
    window.files.open_file(project)
    # Requested before the worker has begun with the file: answered after it.
    assert save(window, qtbot)
    np.testing.assert_array_equal(weights(project), trainer.network.weights[1]["kernel"])
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert save(window, qtbot)
    np.testing.assert_array_equal(weights(project), trainer.network.weights[1]["kernel"])


@pytest.mark.parametrize("build", [images, table], ids=["folder", "table"])
def test_corrections_of_samples_go_with_the_data(
    build: Callable[[Path], Experiment], qapp: QApplication, tmp_path: Path
) -> None:
    place = tmp_path / "here"
    experiment = with_corrections(build(place), [1, 3], 0)
    document = Document(experiment)
    moved = experiment.dataset.replace(path=str(tmp_path / "there"))  # type: ignore[call-arg]
    document.change("Move", with_dataset(document.experiment, moved))
    assert document.experiment.corrections == experiment.corrections
    other = moved.replace(sha256="0" * 64)  # type: ignore[call-arg]
    document.change("Replace", with_dataset(document.experiment, other))
    assert document.experiment.corrections == ()


def test_a_project_moved_with_its_data_opens_and_goes_on(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer], tmp_path: Path
) -> None:
    project, place, trainer = trained
    there = tmp_path / "other computer" / "work"
    there.mkdir(parents=True)
    moved = place.rename(there / place.name)
    window.files.open_file(project.rename(there / project.name))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.document.experiment.dataset.path == str(moved)  # type: ignore[attr-defined]
    assert not window.document.unsaved
    taken = window.session.checkpoint()
    assert taken is not None
    np.testing.assert_array_equal(
        taken[1].arrays["weights/layer_1/kernel"], trainer.network.weights[1]["kernel"]
    )


def test_data_in_a_folder_above_travel_too(trained: tuple[Path, Path, Trainer], tmp_path: Path) -> None:
    _, place, trainer = trained
    (tmp_path / "projects").mkdir()
    experiment = load_project(trained[0])[0]
    save_project(tmp_path / "projects" / "mine.nnplay", experiment, TrainerState.of(trainer))
    there = tmp_path / "there"
    there.mkdir()
    (tmp_path / "projects").rename(there / "projects")
    place.rename(there / place.name)
    found = load_project(there / "projects" / "mine.nnplay")[0]
    assert found == experiment.replace(
        dataset=experiment.dataset.replace(path=str(there / place.name))  # type: ignore[call-arg]
    )


def test_a_project_moved_alone_uses_the_data_at_their_old_place(
    trained: tuple[Path, Path, Trainer], tmp_path: Path
) -> None:
    project, place, _ = trained
    (tmp_path / "there").mkdir()
    moved = project.rename(tmp_path / "there" / "mine.nnplay")
    assert load_project(moved)[0].dataset.path == str(place)  # type: ignore[attr-defined]


def test_a_project_of_before_opens_with_its_absolute_path(trained: tuple[Path, Path, Trainer]) -> None:
    project, place, _ = trained
    experiment, state = load_project(project)
    assert state is not None
    texts = {"experiment.json": experiment.to_json(), "training.json": state.numbers}
    write_archive(project, texts, state.arrays)
    assert load_project(project)[0].dataset.path == str(place)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "entry", [{"path": "/etc/passwd"}, {"path": 3}, {"path": "a\0b"}, {"path": ""}, [], {}]
)
def test_a_relative_path_that_is_none_is_refused_with_a_sentence(
    trained: tuple[Path, Path, Trainer], entry: object
) -> None:
    project, _, _ = trained
    write_archive(project, {"experiment.json": load_project(project)[0].to_json(), "data.json": entry}, {})
    with pytest.raises(
        ValueError, match=r"mine.nnplay cannot be opened: data.json must have a relative path"
    ):
        load_project(project)
