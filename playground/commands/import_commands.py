"""Open the dialog for the user's data: a file or folder that is chosen or dropped on the window, or a download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from core.data.datasets import DownloadedImages, ImageFolder, SeriesFile, TableFile, TextFile
from core.data.images.class_folders import IMAGE_SUFFIXES
from core.data.tables.packed_file import table_suffix
from core.data.tables.read_table import TABLE_SUFFIXES
from core.data.texts import is_text_file, looks_like_table
from core.experiment.project_file import SUFFIX
from core.lessons.shipped import SUFFIX as LESSON_SUFFIX
from playground.commands.file_commands import FileController, holds_data
from playground.commands.window_controller import WindowContext, WindowController

if TYPE_CHECKING:
    from playground.views.dialogs.import_data import ImageDialog, TableDialog, TextDialog

_IMAGE_FILES = "Image files (*.gz *ubyte *.npz);;All files (*)"
_FILTER = f"Tables ({' '.join(f'*{suffix}' for suffix in TABLE_SUFFIXES)});;All files (*)"
_TEXT_FILTER = "Texts (*.txt *.txt.gz);;All files (*)"
_PROJECTS = (SUFFIX, ".json", LESSON_SUFFIX)


class ImportController(WindowController):
    """Opens one import dialog at a time over the window: for a table, a text or a folder of images."""

    project_dropped = Signal(object)
    """Path of a project, experiment or model dropped on the window."""

    def __init__(self, context: WindowContext, files: FileController) -> None:
        super().__init__(context)
        self._files = files
        files.data_requested.connect(self.open)

    def choose_file(self) -> None:
        """Choose a file and open the dialog for it; or download them."""
        path = self._choose_file(self._window)
        if path is not None:
            self.open(path)

    def choose_text(self) -> None:
        """Choose a text and open the dialog for it; or download them."""
        path = self._choose_text(self._window)
        if path is not None:
            self.open_text(path)

    def open(self, path: Path) -> None:
        """Open the dialog for a folder, or that of an image, for a text or for a table: a .txt may be either."""
        self._preferences.last_folder = str(path.parent)
        if path.is_dir() or path.suffix.lower() in IMAGE_SUFFIXES:
            self.open_folder(path if path.is_dir() else path.parent)
        elif is_text_file(path) and not looks_like_table(path):
            self.open_text(path)
        else:
            self.open_table(path)

    def open_text(self, path: Path) -> TextDialog:
        """Open the dialog for a text."""
        from playground.views.dialogs.import_data import TextDialog

        dialog = TextDialog(self._document, self._themes, path, self._window)
        dialog.table_requested.connect(self.open_table)
        self._open(dialog, self._choose_text)
        return dialog

    def open_table(self, path: Path) -> TableDialog:
        """Open the dialog for a table."""
        from playground.views.dialogs.import_data import TableDialog

        dialog = TableDialog(self._document, self._themes, path, self._window)
        self._open(dialog, self._choose_file)
        return dialog

    def choose_folder(self) -> None:
        """Choose a folder of images and open the dialog for it; or download them."""
        path = self._choose_folder(self._window)
        if path is not None:
            self.open_folder(path)

    def open_folder(self, path: Path) -> ImageDialog:
        """Open the dialog for a folder of images."""
        from playground.views.dialogs.import_data import ImageDialog

        dialog = ImageDialog(self._document, self._themes, path, self._window)
        self._open(dialog, self._choose_folder)
        return dialog

    def choose_again(self) -> None:
        """Open the dialog for the current file or folder, to change it."""
        dataset = self._document.experiment.dataset
        if isinstance(dataset, TableFile | SeriesFile):
            self.open_table(Path(dataset.path)).chooses_again = True
        elif isinstance(dataset, TextFile):
            self.open_text(Path(dataset.path)).chooses_again = True
        elif isinstance(dataset, ImageFolder):
            self.open_folder(Path(dataset.path)).chooses_again = True

    def accept_drag(self, event: QDragEnterEvent) -> None:
        """Accept the drag if its contents could be opened."""
        if _dropped_file(event) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def accept_drop(self, event: QDropEvent) -> None:
        """Open what was dropped on the window."""
        path = _dropped_file(event)
        if path is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if holds_data(path):
            self.open(path)
        else:
            self.project_dropped.emit(path)

    def _open(
        self, dialog: TableDialog | TextDialog | ImageDialog, choose: Callable[[QWidget], Path | None]
    ) -> None:
        dialog.other_requested.connect(partial(self._choose_other, dialog, choose))
        dialog.used.connect(self._files.show_import)
        dialog.open()

    def _choose_other(
        self, dialog: TableDialog | TextDialog | ImageDialog, choose: Callable[[QWidget], Path | None]
    ) -> None:
        path = choose(dialog)
        if path is not None:
            dialog.load(path)

    def _choose_folder(self, parent: QWidget) -> Path | None:
        return self._remember(
            QFileDialog.getExistingDirectory(parent, "Folder of images", self._preferences.dialog_folder)
        )

    def _choose_file(self, parent: QWidget, filters: str = _FILTER) -> Path | None:
        return self._remember(
            QFileDialog.getOpenFileName(parent, "Import data", self._preferences.dialog_folder, filters)[0]
        )

    def _choose_text(self, parent: QWidget) -> Path | None:
        return self._choose_file(parent, _TEXT_FILTER)

    def _remember(self, name: str) -> Path | None:
        """The chosen path; its folder becomes the default of the next choice."""
        if not name:
            return None
        self._preferences.last_folder = str(Path(name).parent)
        return Path(name)


def _dropped_file(event: QDropEvent) -> Path | None:
    """The single dragged folder or file that could be opened, a file by its suffix."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    from core.formats import MODEL_READERS

    path = Path(urls[0].toLocalFile())
    models = (kind.suffix for kind in MODEL_READERS)
    known = table_suffix(path) in (*TABLE_SUFFIXES, *_PROJECTS, *models)
    return path if known or path.is_dir() else None


class DownloadController(WindowController):
    """Opens one download dialog at a time over the window."""

    mirrors: Sequence[str] | None = None
    """Mirrors to use instead of the archives' own."""

    def fetch(self, dataset: DownloadedImages) -> None:
        """Download the files of a dataset."""
        from playground.views.dialogs.download import DownloadDialog

        dialog = DownloadDialog(dataset, self._themes, self._window, mirrors=self.mirrors)
        dialog.files_requested.connect(self._choose_files)
        dialog.fetched.connect(self._use)
        self._dialog = dialog
        dialog.open()

    def fetch_for_experiment(self) -> None:
        """Download the files of the experiment's dataset."""
        dataset = self._document.experiment.dataset
        if isinstance(dataset, DownloadedImages):
            self.fetch(dataset)

    def _use(self, dataset: DownloadedImages) -> None:
        if self._document.experiment.dataset == dataset:
            self._document.refresh()
        else:
            self._document.use_data(f"Use {dataset.label}", dataset)

    def _choose_files(self) -> None:
        folder = self._preferences.dialog_folder
        names, _ = QFileDialog.getOpenFileNames(self._dialog, "Use files", folder, _IMAGE_FILES)
        if names:
            self._preferences.last_folder = str(Path(names[0]).parent)
            self._dialog.take([Path(name) for name in names])
