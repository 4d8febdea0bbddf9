"""Gallery of datasets with live thumbnails: favorites first, others on request."""

from __future__ import annotations

from textwrap import shorten

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from core.data.datasets import (
    DATASETS,
    Dataset,
    DownloadedImages,
    FileDataset,
    ImageFolder,
    Painted,
    SeriesFile,
    TableFile,
    TextFile,
)
from playground.views.sidebar.dataset_tile import DatasetTile
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.dataset_thumbnails import Thumbnail, ThumbnailLoader
from playground.views.widgets.settings_form import Disclosure

_COLUMNS = 3
_FIRST = ("moons", "circles", "spirals", "xor", "blobs", "gaussian_quantiles", "iris", "digits", "mnist")
_SEQUENCES = ("names", "add", "sunspots")
"""Favourites where sequences are learned, in place of the third row."""
_OWN = (TableFile, ImageFolder, TextFile, SeriesFile)
# Shown only once they are in use.
_WHEN_USED = ("painted", *(kind.kind for kind in _OWN))
_FLAT = ("xor", "blobs", "gaussian_quantiles")
_VALUES = ("plane", "multi_gauss")
_ROOMY_PX = 1_200
"""A sidebar of this height has room for all tiles above the other sections."""
_START_DELAY_MS = 50


class DatasetGallery(QWidget):
    """Tiles of all datasets. `picked(dataset)` carries the chosen one with the settings it last had in the gallery."""

    picked = Signal(object)
    painted_left = Signal(object)
    """Carries the user's own points when other data take their place."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._used: dict[str, Dataset] = {}
        self._current = ""
        self._seed = 0
        self._started = False
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._show_thumbnail)
        self._tiles: dict[str, DatasetTile] = {}
        self._shown: list[str] = []
        self._first = 0
        self._is_chosen = False
        for kind in (*DATASETS, *_OWN):
            tile = DatasetTile(kind, themes.theme, self)
            tile.clicked.connect(self._clicked)
            tile.arrow_pressed.connect(self._move_focus)
            self._tiles[kind.kind] = tile
        self._place(themes)
        themes.theme_changed.connect(self._show_theme)

    def tile(self, kind: str) -> DatasetTile:
        """The tile of the dataset kind `kind`."""
        return self._tiles[kind]

    @property
    def more(self) -> Disclosure:
        """The button that shows the other datasets; the gallery's parent places it."""
        return self._more

    def fit(self, height_px: int) -> None:
        """Show all tiles in a sidebar of such a height, until the user has chosen."""
        if not self._is_chosen and self._current in self._shown[: self._first]:
            self._more.set_open(height_px >= _ROOMY_PX)
            self._arrange()

    @property
    def loading(self) -> bool:
        """Whether thumbnails are still being made."""
        return self._loader.busy or not self._started

    def show_dataset(self, dataset: Dataset, seed: int) -> None:
        """Mark `dataset` as current, and draw it with its settings and seed."""
        left = self._used.get(self._current)
        if isinstance(left, Painted) and left.points and left.kind != dataset.kind:
            self.painted_left.emit(left)
        before = self._used.get(dataset.kind)
        other_seed = seed != self._seed and dataset.family == "points"
        self._used[dataset.kind] = dataset
        self._seed = seed
        if self._started and (dataset != before or other_seed):
            self._loader.load(dataset, seed)
        if isinstance(dataset, FileDataset):
            target = getattr(dataset, "target", "")
            learned = f"\nPredicts {target}" if target else ""
            self._tiles[dataset.kind].show_own(dataset.label, f"{dataset.path}{learned}")
        elif isinstance(dataset, ImageFolder):
            classes = ", ".join(dataset.class_names)
            self._tiles[dataset.kind].show_own(dataset.label, f"{dataset.path}\n{shorten(classes, 200)}")
        if dataset.kind != self._current:
            self._mark(dataset.kind)
        self._show_downloadable()

    def offer(self, dataset: Dataset) -> None:
        """Offer data of an earlier start, unless others of their kind have been used since."""
        if dataset.kind in self._used:
            return
        self._used[dataset.kind] = dataset
        if self._started:
            self._loader.load(dataset, self._seed)
        self._arrange()

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
            if name not in _WHEN_USED[1:] or name in self._used:
                self._loader.load(self._dataset_of(name), self._seed)

    @property
    def _favourites(self) -> tuple[str, ...]:
        used = self._used.get(self._current)
        if used is None or used.family != "sequences":
            return _FIRST
        points = tuple(name for name in _FIRST if name not in _FLAT)
        own = self._current
        return (*points, *(_SEQUENCES if own in (*_SEQUENCES, *_WHEN_USED) else (*_SEQUENCES[:-1], own)))

    def _order(self) -> list[str]:
        first = [name for name in (*self._favourites, *_WHEN_USED, *_FIRST, *_VALUES) if name in self._tiles]
        first = list(dict.fromkeys(first))
        return [*first, *(name for name in self._tiles if name not in first)]

    def _dataset_of(self, name: str) -> Dataset:
        return self._used.get(name) or DATASETS.get(name)()

    def _place(self, themes: ThemeSource) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(7)
        self._grid.setVerticalSpacing(4)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
            self._grid.setColumnMinimumWidth(column, 40)
        self._more = Disclosure(themes, parent=self)
        self._more.toggled_open.connect(self._choose_open)
        self._arrange()

    def _arrange(self) -> None:
        """Put favourites, user's data and, if wanted, the others on the grid; closed, it has whole rows."""
        names = [name for name in self._order() if name not in _WHEN_USED or name in self._used]
        first = sum(name in (*self._favourites, *_WHEN_USED) for name in names)
        self._first = -(-first // _COLUMNS) * _COLUMNS
        shown, rest = names if self._more.is_open else names[: self._first], names[self._first :]
        titles = ", ".join(DATASETS.get(name).title for name in rest)
        self._more.set_texts(f"{len(rest)} more", "Fewer")
        self._more.setToolTip(f"Also: {titles}")
        if shown != self._shown:
            self._shown = shown
            for name, tile in self._tiles.items():
                tile.setVisible(name in shown)
            for place, name in enumerate(shown):
                self._grid.addWidget(self._tiles[name], *divmod(place, _COLUMNS))
        self._place_tab_stop()

    def _mark(self, kind: str) -> None:
        self._current = kind
        for name, tile in self._tiles.items():
            tile.setChecked(name == kind)
        self._arrange()
        if kind in self._tiles and kind not in self._shown:
            self._more.set_open(True)
            self._arrange()

    def _choose_open(self) -> None:
        self._is_chosen = True
        self._arrange()

    def _place_tab_stop(self) -> None:
        """Keep a single tab stop, on a visible tile; arrow keys move from there."""
        stop = self._current if self._current in self._shown else self._shown[0]
        for name, tile in self._tiles.items():
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == stop else Qt.FocusPolicy.ClickFocus)

    def _clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, DatasetTile):
            self.picked.emit(self._dataset_of(tile.kind.kind))

    def _move_focus(self, columns: int, rows: int) -> None:
        here = self.sender()
        if not isinstance(here, DatasetTile) or here.kind.kind not in self._shown:
            return
        at, last = self._shown.index(here.kind.kind), len(self._shown) - 1
        to = (at + columns) % (last + 1)
        if rows and 0 <= at // _COLUMNS + rows <= last // _COLUMNS:
            to = min(at + rows * _COLUMNS, last)
        self._tiles[self._shown[to]].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_thumbnail(self, dataset: Dataset, made: Thumbnail) -> None:
        # Not all kinds have a tile.
        if (tile := self._tiles.get(dataset.kind)) is not None:
            tile.show_thumbnail(made)

    def _show_theme(self, theme: Theme) -> None:
        for tile in self._tiles.values():
            tile.show_theme(theme)
