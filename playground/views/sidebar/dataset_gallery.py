"""Gallery of datasets with live thumbnails: favorites first, others on request."""

from __future__ import annotations

from textwrap import shorten

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from core.data.datasets import DATASETS, Dataset, DownloadedImages, ImageFolder, TableFile
from playground.views.sidebar.dataset_tile import DatasetTile
from playground.views.theme.theme import Theme, ThemeSource
from playground.views.widgets.dataset_thumbnails import Thumbnail, ThumbnailLoader
from playground.views.widgets.settings_form import Disclosure

__all__ = ["DatasetGallery"]

_COLUMNS = 3
_FIRST = ("moons", "circles", "spirals", "xor", "blobs", "gaussian_quantiles", "iris", "digits", "mnist")
# Shown only while in use.
_WHEN_USED = ("painted", TableFile.kind, ImageFolder.kind)
_START_DELAY_MS = 50


class DatasetGallery(QWidget):
    """Tiles of all datasets. `picked(dataset)` carries the chosen one with the settings it last had in the gallery."""

    picked = Signal(object)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._used: dict[str, Dataset] = {}
        self._current = ""
        self._seed = 0
        self._started = False
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._show_thumbnail)
        self._tiles: dict[str, DatasetTile] = {}
        for kind in (*DATASETS, TableFile, ImageFolder):
            tile = DatasetTile(kind, themes.theme, self)
            tile.clicked.connect(self._clicked)
            tile.arrow_pressed.connect(self._move_focus)
            self._tiles[kind.kind] = tile
        self._rows: list[list[DatasetTile]] = []
        self._place(themes)
        themes.theme_changed.connect(self._show_theme)

    def tile(self, kind: str) -> DatasetTile:
        """The tile of the dataset kind `kind`."""
        return self._tiles[kind]

    @property
    def more(self) -> Disclosure:
        """The button that shows the other datasets; the gallery's parent places it."""
        return self._more

    @property
    def loading(self) -> bool:
        """Whether thumbnails are still being made."""
        return self._loader.busy or not self._started

    def show_dataset(self, dataset: Dataset, seed: int) -> None:
        """Mark `dataset` as current, and draw it with its settings and seed."""
        before = self._used.get(dataset.kind)
        other_seed = seed != self._seed and dataset.family == "points"
        self._used[dataset.kind] = dataset
        self._seed = seed
        if self._started and (dataset != before or other_seed):
            self._loader.load(dataset, seed)
        if dataset.kind in _WHEN_USED:
            self._show_used(self._tiles[dataset.kind])
        if isinstance(dataset, TableFile):
            self._tiles[dataset.kind].show_own(dataset.label, f"{dataset.path}\nPredicts {dataset.target}")
        elif isinstance(dataset, ImageFolder):
            classes = ", ".join(dataset.class_names)
            self._tiles[dataset.kind].show_own(dataset.label, f"{dataset.path}\n{shorten(classes, 200)}")
        if dataset.kind != self._current:
            self._mark(dataset.kind)
        self._show_downloadable()

    def _show_downloadable(self) -> None:
        for name, tile in self._tiles.items():
            if issubclass(tile.kind, DownloadedImages):
                tile.show_downloadable(self._dataset_of(name).missing_download() is not None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._started:
            QTimer.singleShot(_START_DELAY_MS, self, self._start)

    def _start(self) -> None:
        if self._started:
            return
        self._started = True
        for name in self._order():
            if name not in (TableFile.kind, ImageFolder.kind) or name in self._used:
                self._loader.load(self._dataset_of(name), self._seed)

    def _order(self) -> list[str]:
        first = [name for name in _FIRST if name in self._tiles]
        return [*first, *(name for name in self._tiles if name not in first)]

    def _dataset_of(self, name: str) -> Dataset:
        return self._used.get(name) or DATASETS.get(name)()

    def _place(self, themes: ThemeSource) -> None:
        order = self._order()
        first = [name for name in order if name in _FIRST]
        used = [name for name in order if name in _WHEN_USED]
        rest = [name for name in order if name not in (*_FIRST, *used)]
        classes = [name for name in rest if DATASETS.get(name).task == "classification"]
        values = [name for name in rest if name not in classes]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._grid(first))
        self._used_row = QWidget(self)
        self._used_grid = self._grid([])
        self._used_row.setLayout(self._used_grid)
        self._used_tiles: list[DatasetTile] = []
        self._rows.append(self._used_tiles)
        self._used_row.hide()
        for name in used:
            self._tiles[name].hide()
        column.addWidget(self._used_row)
        self._rest = QWidget(self)
        below = QVBoxLayout(self._rest)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addLayout(self._grid(classes))
        caption = QLabel("Regression", self._rest)
        caption.setProperty("role", "caption")
        caption.setToolTip("A value to predict for every point, instead of a class")
        caption.setVisible(bool(values))
        below.addWidget(caption)
        below.addLayout(self._grid(values))
        self._rest.hide()
        column.addWidget(self._rest)
        titles = ", ".join(DATASETS.get(name).title for name in rest)
        self._more = Disclosure(themes, f"{len(rest)} more", "Fewer", tooltip=f"Also: {titles}", parent=self)
        self._more.setVisible(bool(rest))
        self._more.toggled_open.connect(self._open_rest)

    def _grid(self, names: list[str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(7)
        grid.setVerticalSpacing(4)
        for place, name in enumerate(names):
            row, column = divmod(place, _COLUMNS)
            grid.addWidget(self._tiles[name], row, column)
            if column == 0:
                self._rows.append([])
            self._rows[-1].append(self._tiles[name])
        for column in range(_COLUMNS):
            # Empty columns are as wide as others, so that all grids align.
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 40)
        return grid

    def _mark(self, kind: str) -> None:
        self._current = kind
        for name, tile in self._tiles.items():
            tile.setChecked(name == kind)
        if kind in self._tiles and kind not in (*_FIRST, *_WHEN_USED):
            self._more.set_open(True)
            self._rest.show()
        self._place_tab_stop()

    def _show_used(self, tile: DatasetTile) -> None:
        """Show a hidden tile beside those used before it."""
        if tile not in self._used_tiles:
            self._used_grid.addWidget(tile, 0, len(self._used_tiles))
            self._used_tiles.append(tile)
            tile.show()
        self._used_row.show()

    def _open_rest(self, is_open: bool) -> None:
        self._rest.setVisible(is_open)
        self._place_tab_stop()

    def _place_tab_stop(self) -> None:
        """Keep a single tab stop, on a visible tile; arrow keys move from there."""
        reachable = [name for name in self._order() if self._tiles[name].isVisibleTo(self)]
        stop = self._current if self._current in reachable else next(iter(reachable or self._order()))
        for name, tile in self._tiles.items():
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == stop else Qt.FocusPolicy.ClickFocus)

    def _clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, DatasetTile):
            self.picked.emit(self._dataset_of(tile.kind.kind))

    def _move_focus(self, columns: int, rows: int) -> None:
        seen = ([tile for tile in row if tile.isVisibleTo(self)] for row in self._rows)
        shown = [row for row in seen if row]
        tiles = [tile for row in shown for tile in row]
        here = self.sender()
        if here not in tiles:
            return
        if columns:
            to = tiles[(tiles.index(here) + columns) % len(tiles)]
        else:
            at = next(index for index, row in enumerate(shown) if here in row)
            row = shown[min(max(at + rows, 0), len(shown) - 1)]
            to = row[min(shown[at].index(here), len(row) - 1)]
        to.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_thumbnail(self, dataset: Dataset, made: Thumbnail) -> None:
        self._tiles[dataset.kind].show_thumbnail(made)

    def _show_theme(self, theme: Theme) -> None:
        for tile in self._tiles.values():
            tile.show_theme(theme)
