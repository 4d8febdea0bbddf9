"""After any change of the document, no panel shows another document's data: each panel has a cleared state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Dataset, Digits, ImageFolder, Iris, Moons, TableFile, Wine
from core.data.datasets.image_folder_dataset import forget_images
from core.data.datasets.table_file_dataset import forget_tables
from core.data.datasets.text_datasets import Names
from core.data.images.read_folder import ImageChoice, read_folder
from core.data.load_errors import forget_load_errors
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.embedding import EmbeddingFrame
from core.inspect.predictions import SplitPredictions
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from playground.training.state import TrainingState
from playground.views.results.map_tab import MapTab
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.core.kinds import kind_id
from tests.playground.driving import show

PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    forget_images()
    forget_tables()
    forget_load_errors()


def images(place: Path) -> Experiment:
    rng = np.random.default_rng(0)
    for name, low in (("dusk", 0), ("noon", 120)):
        (place / name).mkdir(parents=True)
        for i in range(20):
            pixels = rng.integers(low, low + 120, (10, 10), dtype=np.uint8)
            Image.fromarray(pixels).save(place / name / f"{i}.png")
    folder = ImageFolder.of(read_folder(place, ImageChoice(8)))
    return with_dataset(Experiment(name="Pictures", layers=(Dense(5),)), folder)


def missing_table(place: Path) -> Experiment:
    """An experiment whose table is not there."""
    rng = np.random.default_rng(0)
    rows = [f"{x:.3f},{y:.3f},{z:.3f},{'ab'[int(x > y)]}" for x, y, z in rng.normal(size=(60, 3))]
    place.write_text("\n".join(["x,y,z,side", *rows]))
    read = read_table(place)
    table = TableFile.of(read, guess_schema(read))
    forget_tables()
    place.unlink()
    return with_dataset(Experiment(name="Rows", layers=(Dense(5),)), table)


def train(window: MainWindow, qtbot: QtBot) -> None:
    """Train an epoch with every panel open: microscope, gallery, pad and doctor too."""
    window.plugins["microscope"].show()
    window.plugins["mistakes"].view.open_cell(None, None)
    window.plugins["doctor"].show()
    window.plugins["draw"].dock.show()
    window.plugins["draw"].panel.put_sample(0)
    window.panels.results.show_page(window.panels.results.tab(MapTab).page)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(window.plugins["microscope"].view.steps["sum"].text()), timeout=PATIENCE_MS)


def blocked(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)


_OURS = ("playground.views", "playground.plugins")


def panels_of(window: MainWindow) -> dict[str, QWidget]:
    there = {
        name: panel
        for name, panel in vars(window.panels).items()
        if isinstance(panel, QWidget) and panel is not window
    }
    added = {kind: each.panel for kind, each in window.plugins.items() if hasattr(each, "panel")}
    return (
        there
        | added
        | {"microscope": window.plugins["microscope"].view, "mistakes": window.plugins["mistakes"].view}
    )


def anything(_: object) -> bool:
    return True


def held(panel: QWidget, counts: Callable[[object], bool] = anything) -> list[str]:
    """Where a panel keeps what belongs to a run and counts: "plot._prepared"."""
    kinds = (PreparedData, Snapshot, SplitPredictions, EmbeddingFrame)
    found, seen, left = [], set(), [(type(panel).__name__, panel)]
    while left:
        name, thing = left.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, kinds) and counts(thing):
            found.append(name)
        elif isinstance(thing, QObject) and type(thing).__module__.startswith(_OURS):
            left += [(f"{name}.{key}", value) for key, value in vars(thing).items()]
            left += [(f"{name}/{type(child).__name__}", child) for child in thing.children()]
        elif isinstance(thing, QWidget):
            left += [(f"{name}/{type(child).__name__}", child) for child in thing.children()]
        elif isinstance(thing, list | tuple):
            left += [(name, value) for value in thing]
        elif type(thing).__module__.startswith(_OURS) and hasattr(thing, "__dict__"):
            left += [(f"{name}.{key}", value) for key, value in vars(thing).items()]
    return found


def kept(window: MainWindow) -> dict[str, list[str]]:
    return {name: places for name, panel in panels_of(window).items() if (places := held(panel))}


def words(window: MainWindow) -> set[str]:
    """All texts to be seen or read aloud, except in the gallery of data, which offers those used before."""
    offered = window.side.data.gallery.findChildren(QWidget)
    widgets = [each for each in (window, *window.findChildren(QWidget)) if each not in offered]
    shown = [each for each in widgets if each.isVisible() and not isinstance(each, Toast)]
    texts = {each.accessibleName() for each in shown} | {each.accessibleDescription() for each in shown}
    texts |= {each.text() for each in shown if isinstance(each, QLabel)}
    for box in (each for each in shown if isinstance(each, QComboBox)):
        texts |= {box.itemText(index) for index in range(box.count())}
    return texts


def test_no_panel_keeps_the_data_of_a_document_that_was_replaced(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(images(tmp_path / "signs"))
    train(window, qtbot)
    assert kept(window).keys() >= {
        "canvas",
        "strip",
        "side",
        "output",
        "results",
        "draw",
        "microscope",
        "mistakes",
    }
    window.files._load(missing_table(tmp_path / "points.csv"), None, None)
    blocked(window, qtbot)
    assert kept(window) == {}


def test_a_replaced_document_leaves_no_word_behind(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(images(tmp_path / "signs"))
    train(window, qtbot)
    before = words(window)
    assert any("dusk" in text for text in before)
    window.files._load(missing_table(tmp_path / "points.csv"), None, None)
    blocked(window, qtbot)
    QCoreApplication.processEvents()
    after = words(window)
    assert not [text for text in after if any(name in text for name in ("dusk", "noon", "signs", "Pictures"))]
    assert not window.strip.isVisible()
    assert not window.plugins["draw"].dock.isVisible()
    assert not window.plugins["microscope"].view.cards.isVisible()
    assert window.output.plot.plane is None
    assert window.training_bar.epoch.text() == "–"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Iris(), Wine()),
        (Wine(), Digits()),
        (Digits(), Names(samples=200)),
        (Iris(), Moons()),
        (Moons(), Iris()),
    ],
    ids=kind_id,
)
def test_other_data_leave_no_name_and_no_sample_behind(
    make: Callable[..., MainWindow], qtbot: QtBot, before: Dataset, after: Dataset
) -> None:
    window = make(changed(Experiment(), dataset=before).experiment)
    window.plugins["draw"].dock.show()
    window.plugins["mistakes"].view.open_cell(None, None)
    window.plugins["microscope"].show()
    for page in ("seeds", "race", "sweep", "why", "build"):
        show(window, page)
    window.plugins["doctor"].show()
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    old = window.snapshot_router.data
    assert old is not None
    names = {name for name in (*old.data.class_names, *old.data.feature_names) if len(name) > 3}
    window.document.use_data("Use other data", after)
    qtbot.waitUntil(lambda: window.snapshot_router.data not in (old, None), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    for page in ("seeds", "race", "sweep", "why", "build"):
        show(window, page)
        QCoreApplication.processEvents()
        assert not [text for text in words(window) if any(name in text for name in names)], page

    def is_old(thing: object) -> bool:
        return thing is old or (isinstance(thing, Snapshot) and thing.experiment.dataset == before)

    assert not [place for panel in panels_of(window).values() for place in held(panel, is_old)]
    window.document.undo_stack.setClean()


def test_other_data_of_an_edit_go_when_the_chosen_ones_are_missing(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(images(tmp_path / "signs"))
    train(window, qtbot)
    window.document.change("Choose", missing_table(tmp_path / "points.csv"))
    blocked(window, qtbot)
    assert kept(window) == {}
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.strip.isVisible()
    assert window.training_bar.epoch.text() == "1"
    qtbot.waitUntil(lambda: window.plugins["microscope"].view.cards.isVisible(), timeout=PATIENCE_MS)
    window.document.undo_stack.setClean()


def test_the_same_data_show_no_result_of_a_document_that_was_replaced(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(Experiment(dataset=Moons(), layers=(Dense(5),)))
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.results.first_tile.value != "–"
    window.files._load(Experiment(dataset=Moons(), layers=(Dense(16_000), Dense(16_000))), None, None)
    blocked(window, qtbot)
    assert kept(window) == {}
    assert window.results.first_tile.value == "–"


def test_a_network_that_cannot_run_keeps_the_last_pictures_of_its_own_document(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(Experiment(dataset=Moons(), layers=(Dense(5),)))
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    shown = window.snapshot_router.snapshot
    window.document.change_layers("Impossible", (Dense(16_000), Dense(16_000)))
    blocked(window, qtbot)
    kept_one = window.snapshot_router.snapshot
    assert shown is not None
    assert kept_one is not None
    assert kept_one.layers is shown.layers  # with finer images, perhaps
    assert window.output.plot.plane is not None
    window.document.undo_stack.setClean()
