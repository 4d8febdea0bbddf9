"""Open the dialog for the user's data: a file or folder that is chosen or dropped on the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from core.data.datasets import ImageFolder, SeriesFile, TableFile, TextFile
from core.data.images.class_folders import IMAGE_SUFFIXES
from core.data.tables.read_table import TABLE_SUFFIXES
from core.data.texts import is_text_file, looks_like_table
from playground.plugin import PluginWindow, WindowController

if TYPE_CHECKING:
    from playground.plugins.imports.image_dialog import ImageDialog
    from playground.plugins.imports.table_dialog import TableDialog
    from playground.plugins.imports.text_dialog import TextDialog

_FILTER = f"Tables ({' '.join(f'*{suffix}' for suffix in TABLE_SUFFIXES)});;All files (*)"
_TEXT_FILTER = "Texts (*.txt *.txt.gz);;All files (*)"


def choose_data(window: PluginWindow) -> None:
    """Choose a table and open the dialog for it."""
    window.plugins["imports"].choose_file()


class ImportController(WindowController):
    """Opens one import dialog at a time over the window: for a table, a text or a folder of images."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._files, data = window.files, window.panels.side.data
        self._files.data_requested.connect(self.open)
        for text, tip, choose in (
            ("&Table…", "CSV, TSV, Excel or NPZ: rows, or values over time", self.choose_file),
            ("Te&xt…", "Lines, such as names, or a text that runs on", self.choose_text),
            ("Folder of &images…", "A folder with a folder of images for each class", self.choose_folder),
        ):
            action = data.open_menu.addAction(text)
            action.setToolTip(tip)
            action.triggered.connect(choose)
        data.open_table.show()
        for asking in (data.columns_requested, window.panels.canvas.choice_requested):
            asking.connect(self.choose_again)

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
        from playground.plugins.imports.text_dialog import TextDialog

        dialog = TextDialog(self._document, self._themes, path, self._window)
        dialog.table_requested.connect(self.open_table)
        self._open(dialog, self._choose_text)
        return dialog

    def open_table(self, path: Path) -> TableDialog:
        """Open the dialog for a table."""
        from playground.plugins.imports.table_dialog import TableDialog

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
        from playground.plugins.imports.image_dialog import ImageDialog

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
