"""Import of an image folder: dialog, preview, options, errors, drop, tile and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.data.datasets import ImageFolder, NoScaling, Standardize
from core.data.datasets.image_folder_dataset import forget_images
from core.data.images.read_folder import ImageChoice
from core.experiment.problems import find_problems
from core.nn.losses import CrossEntropy
from playground.model.document import Document
from playground.plugins.imports import readers
from playground.plugins.imports.image_dialog import ImageDialog
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import LEFT, choose, click, menu_action, press, put_text
from tests.playground.dropping import drop
from tests.playground.plugins.imports.image_folders import PATIENCE_MS, Opener, pick, settled


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_images()
    yield
    forget_images()


def test_a_folder_is_previewed_and_its_colours_guessed(opened: Opener, folder: Path) -> None:
    dialog = opened(folder)
    assert dialog.path_name.text() == "signs"
    assert dialog.details.text() == "38 images · 3 classes"
    assert dialog.summary.text() == "36 images · 32 × 32 × 1 · 3 classes"
    assert dialog.colors.current == "ink"
    assert dialog.preview.isVisible()
    assert dialog.preview.rows.accessibleDescription() == "bar: 12, cross: 12, dot: 12"
    assert dialog.use_button.isEnabled()
    assert not dialog.progress.isVisible()


def test_a_class_without_images_is_told(opened: Opener, folder: Path) -> None:
    for name in ("square", "star"):
        (folder / name).mkdir()
    assert opened(folder).details.text() == "38 images · 3 classes · no images in square and star"


def test_what_cannot_be_read_is_listed_on_request(opened: Opener, folder: Path) -> None:
    dialog = opened(folder)
    assert dialog.failures.text() == "2 files cannot be read"
    assert not dialog.failure_list.isVisible()
    click(dialog.failures)
    assert dialog.failure_list.isVisible()
    lines = dialog.failure_list.toPlainText().splitlines()
    assert lines == [
        "bar/text.jpg: it is no image of a known format (PNG, JPEG, TIFF, BMP, GIF, WebP)",
        "dot/empty.png: it is empty",
    ]


def test_using_them_makes_a_document_that_can_be_trained(
    opened: Opener, document: Document, folder: Path, qtbot: QtBot
) -> None:
    dialog = opened(folder)
    click(dialog.use_button)
    experiment = document.experiment
    dataset = experiment.dataset
    assert isinstance(dataset, ImageFolder)
    assert (dataset.class_names, dataset.size, dataset.invert) == (("bar", "cross", "dot"), 32, True)
    assert find_problems(experiment) == ()
    assert isinstance(experiment.training.loss, CrossEntropy)
    assert isinstance(experiment.scaling, NoScaling)
    # 36 images: an epoch of one step shows little.
    assert experiment.training.batch_size == 8
    assert experiment.name == "signs"
    pick_again = opened(folder)
    pick(pick_again.colors, "color")
    settled(pick_again, qtbot)
    click(pick_again.use_button)
    assert document.experiment.dataset.info().shape == (32, 32, 3)
    assert document.undo_stack.undoText() == "Use signs"
    document.undo_stack.undo()
    assert document.experiment == experiment


def test_size_colour_fit_and_number_are_chosen(
    opened: Opener, document: Document, folder: Path, qtbot: QtBot
) -> None:
    dialog = opened(folder)
    put_text(dialog.image_size.lineEdit(), "16")
    settled(dialog, qtbot)
    pick(dialog.colors, "color")
    settled(dialog, qtbot)
    pick(dialog.fit, "pad")
    settled(dialog, qtbot)
    put_text(dialog.limit.lineEdit(), "5")
    settled(dialog, qtbot)
    assert dialog.choice == ImageChoice(16, True, "pad", 5)
    assert dialog.summary.text() == "15 images · 16 × 16 × 3 · 3 classes"
    dialog.use_button.setFocus()
    QTest.keyClick(dialog.use_button, Qt.Key.Key_Return)
    dataset = document.experiment.dataset
    assert isinstance(dataset, ImageFolder)
    assert dataset.choice == ImageChoice(16, True, "pad", 5)
    assert document.experiment.scaling == Standardize()
    assert document.experiment.input_shape == (16, 16, 3)


def test_a_size_out_of_range_is_refused_in_place(opened: Opener, folder: Path) -> None:
    dialog = opened(folder)
    field = dialog.image_size.lineEdit()
    click(field)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "65")
    assert dialog.image_size.toolTip() == "Size: must be at most 64, got 65."
    dialog.fit.setFocus()
    assert dialog.choice.size == 32


def test_ink_is_turned_over_without_reading_again(
    opened: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(folder)
    before = dialog.preview.grab().toImage()

    def fail(*_: object) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr(readers, "read_folder", fail)
    pick(dialog.colors, "grey")
    assert not dialog.loader.busy
    assert dialog.preview.grab().toImage() != before
    assert dialog.use_button.isEnabled()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda f: f.mkdir(),
            "F holds no images; it needs one folder with images (PNG, JPEG, TIFF, BMP, GIF, WebP) per class.",
        ),
        (lambda f: None, "is not there any more; choose it again."),
    ],
)
def test_a_folder_that_cannot_serve_is_told_and_another_one_asked_for(
    opened: Opener, tmp_path: Path, folder: Path, qtbot: QtBot, make: Callable[[Path], None], sentence: str
) -> None:
    make(tmp_path / "F")
    dialog = opened(tmp_path / "F")
    assert dialog.message.text().endswith(sentence)
    assert dialog.message.isVisible()
    assert not dialog.use_button.isEnabled()
    assert dialog.focusWidget() is dialog.other_button
    with qtbot.waitSignal(dialog.other_requested):
        QTest.keyClick(dialog.other_button, Qt.Key.Key_Space)
    dialog.load(folder)
    settled(dialog, qtbot)
    assert dialog.summary.text().startswith("36 images")


def test_too_many_can_be_mended_in_place(
    opened: Opener, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.images.read_folder.MAX_NUMBERS", 20_000)
    dialog = opened(folder)
    assert "Choose a smaller size, or fewer of each class" in dialog.message.text()
    put_text(dialog.image_size.lineEdit(), "16")
    settled(dialog, qtbot)
    assert dialog.preview.isVisible()
    assert dialog.use_button.isEnabled()


def test_every_control_has_a_name_and_says_what_it_does(opened: Opener, folder: Path) -> None:
    dialog = opened(folder)
    for control in (
        dialog.image_size,
        dialog.colors,
        dialog.fit,
        dialog.limit,
        dialog.failure_list,
        dialog.preview,
    ):
        assert control.accessibleName()
        assert control.toolTip()
    for button in (dialog.use_button, dialog.other_button, dialog.failures):
        assert button.toolTip()


def answered(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "" if path is None else str(path))


def dialog_of(window: MainWindow, qtbot: QtBot) -> ImageDialog:
    found = window.findChildren(ImageDialog)
    assert len(found) == 1
    settled(found[0], qtbot)
    return found[0]


def use(window: MainWindow, dialog: ImageDialog, qtbot: QtBot) -> None:
    """Press "Use images" and wait until the dialog is closed and the window is active."""
    click(dialog.use_button)
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=PATIENCE_MS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)


def open_by_button(window: MainWindow) -> None:
    click(window.side.data.open_table)
    menu = window.side.data.open_menu
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu_action(menu, "Folder of images")).center())


def test_the_button_the_tile_undo_and_another_choice(
    window: MainWindow, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = window.document.experiment
    answered(monkeypatch, None)
    open_by_button(window)
    assert not window.findChildren(ImageDialog)
    answered(monkeypatch, folder)
    open_by_button(window)
    use(window, dialog_of(window, qtbot), qtbot)
    tile = window.side.data.gallery.tile("image_folder")
    assert tile.isVisible()
    assert tile.isChecked()
    assert tile.text() == "signs"
    assert window.side.augment.isVisible()
    line = window.side.data.table
    assert (line.what.text(), line.change.text()) == ("32 × 32, grey", "Change…")
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    click(line.change)
    again = dialog_of(window, qtbot)
    assert again.colors.current == "ink"
    pick(again.fit, "pad")
    settled(again, qtbot)
    use(window, again, qtbot)
    assert window.document.experiment.dataset.fit == "pad"  # type: ignore[attr-defined]
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.experiment.dataset.fit != "pad"  # type: ignore[attr-defined]
    window.document.load(before)
    assert not line.isVisible()
    click(tile)
    assert isinstance(window.document.experiment.dataset, ImageFolder)


def test_the_menu_and_its_key(
    window: MainWindow, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(monkeypatch, folder)
    choose(window, "File", "Import images")
    dialog_of(window, qtbot).reject()
    qtbot.waitUntil(lambda: not window.findChildren(ImageDialog), timeout=PATIENCE_MS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_I, both)
    dialog = dialog_of(window, qtbot)
    click(dialog.other_button)
    settled(dialog, qtbot)
    assert dialog.path_name.text() == "signs"
    dialog.reject()


def test_a_folder_dropped_on_the_window(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    assert drop(window, data)
    use(window, dialog_of(window, qtbot), qtbot)
    assert isinstance(window.document.experiment.dataset, ImageFolder)
