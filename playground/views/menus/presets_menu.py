"""Menus of files: presets and recent projects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from playground.views.menus.clearing import clear_menu


class FilesMenu(QMenu):
    """Lists files by title; `file_chosen(path)` is emitted for a choice. Without files it shows `hint`.

    Titles "Family: one" and "Family: other" share a submenu "Family".
    """

    file_chosen = Signal(object)
    """Carries the Path."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self.setToolTipsVisible(True)
        self.triggered.connect(self._triggered)
        self.show_files(())

    def show_files(self, files: Iterable[tuple[Path, str]]) -> None:
        """Replace the entries by (path, title) pairs."""
        clear_menu(self)
        given = list(files)
        families = Counter(title.partition(": ")[0] for _, title in given if ": " in title)
        menus: dict[str, QMenu] = {}
        for path, title in given:
            family, _, rest = title.partition(": ")
            if families[family] < 2:
                self._add(self, path, title)
                continue
            if family not in menus:
                menus[family] = self.addMenu(_plain(family))
                menus[family].setToolTipsVisible(True)
            self._add(menus[family], path, rest[:1].upper() + rest[1:])
        if self.isEmpty():
            self.addAction(self._hint).setEnabled(False)

    @staticmethod
    def _add(menu: QMenu, path: Path, title: str) -> None:
        action = menu.addAction(_plain(title))
        action.setData(str(path))
        action.setToolTip(str(path))

    def _triggered(self, action: QAction) -> None:
        if action.data():
            self.file_chosen.emit(Path(action.data()))


def _plain(title: str) -> str:
    # "&" would mark a mnemonic.
    return title.replace("&", "&&")


def preset_title(path: Path) -> str:
    """The experiment's name in a preset, or the file name if it cannot be read."""
    try:
        name = json.loads(path.read_text(encoding="utf-8"))["name"]
    except (OSError, ValueError, KeyError, TypeError):
        name = None
    return name if isinstance(name, str) and name else path.stem.replace("_", " ").capitalize()
