"""Gallery of datasets as tiles with live thumbnails: favorites first, others on request."""

from __future__ import annotations

import textwrap
from textwrap import shorten

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

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
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import set_up
from playground.views.widgets.dataset_thumbnails import Thumbnail, ThumbnailLoader, paint_thumbnail
from playground.views.widgets.painted import draw_box, use_colors
from playground.views.widgets.settings_form import Disclosure

_PICTURE_PX = 44
_TITLE_PX = 15
_GAP_PX = 2
_MARK_PX = 16
_MIN_PX = 9
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class DatasetTile(QAbstractButton):
    """A click or Enter picks it; arrow keys request a focus move by (columns, rows)."""

    arrow_pressed = Signal(int, int)

    def __init__(self, kind: type[Dataset], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._theme = theme
        self._thumbnail: Thumbnail | None = None
        self._picture: QImage | None = None
        self._picture_key: tuple[object, ...] = ()
        self._hovered = False
        self._clicked = False
        self._downloadable = False
        self.setCheckable(True)
        self.setText(kind.short or kind.title)
        set_up(self, accessibleName=kind.title, accessibleDescription=kind.summary)
        self._describe()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    @property
    def has_thumbnail(self) -> bool:
        """Whether the thumbnail has arrived."""
        return self._thumbnail is not None

    def show_thumbnail(self, made: Thumbnail) -> None:
        self._thumbnail = made
        self.update()

    def show_own(self, title: str, description: str) -> None:
        """Set title and description of the user's data."""
        self.setText(title)
        set_up(self, accessibleName=title, accessibleDescription=description, toolTip=description)
        self.update()

    def show_downloadable(self, downloadable: bool) -> None:
        """Mark the data as not downloaded yet."""
        if downloadable != self._downloadable:
            self._downloadable = downloadable
            self._describe()
            self.update()

    def _describe(self) -> None:
        kind = self.kind
        lines = [f"{kind.title}: {kind.summary}", *textwrap.wrap(kind.citation, 60)]
        if self._downloadable:
            lines.append("It must be downloaded first; a dialog asks.")
        self.setToolTip("\n".join(lines))
        self.setAccessibleDescription(f"{kind.summary}{', to be downloaded' if self._downloadable else ''}")

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def nextCheckState(self) -> None:
        # Checked by the gallery alone, when the document changes.
        pass

    def sizeHint(self) -> QSize:
        return QSize(58, _PICTURE_PX + _GAP_PX + _TITLE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self.arrow_pressed.emit(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @property
    def _has_ring(self) -> bool:
        """Whether the focus is shown: not after a click, where the pointer shows the place."""
        return self.hasFocus() and not self._clicked

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._clicked = event.reason() == Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._clicked = True
        super().mousePressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, frame = self._theme, QRectF(0, 0, self.width(), _PICTURE_PX)
        draw_box(painter, frame, RADIUS_PX, theme.field_hover if self._hovered else theme.field)
        if self._thumbnail is None:
            self._paint_placeholder(painter, frame)
        else:
            painter.drawImage(QPointF(0, 0), self._drawn(self._thumbnail))
        if self._downloadable:
            self._paint_mark(painter, frame)
        if self.isChecked() or self._has_ring:
            self._paint_outline(painter, frame)
        self._paint_title(painter)

    def _drawn(self, made: Thumbnail) -> QImage:
        ratio = self.devicePixelRatioF()
        key = (id(made), self._theme.name, self.width(), ratio)
        if self._picture is None or key != self._picture_key:
            self._picture = paint_thumbnail(made, self._theme, self.width(), _PICTURE_PX, ratio)
            self._picture_key = key
        return self._picture

    def _paint_placeholder(self, painter: QPainter, frame: QRectF) -> None:
        painter.setBrush(QColor(self._theme.field_pressed))
        for shift in (-8, 0, 8):
            painter.drawEllipse(frame.center() + QPointF(shift, 0), 2, 2)

    def _paint_mark(self, painter: QPainter, frame: QRectF) -> None:
        """An arrow down in the corner: not downloaded yet."""
        place = QRectF(frame.right() - _MARK_PX - 3, frame.bottom() - _MARK_PX - 3, _MARK_PX, _MARK_PX)
        use_colors(painter, self._theme.surface)
        painter.drawEllipse(place)
        icon("download", self._theme).paint(painter, place.adjusted(2, 2, -2, -2).toRect())

    def _paint_outline(self, painter: QPainter, frame: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        color = self._theme.accent if self.isChecked() else self._theme.text_muted
        painter.setPen(QPen(QColor(color), 2))
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS_PX - 1, RADIUS_PX - 1)
        if self.isChecked() and self._has_ring:
            painter.setPen(QPen(QColor(self._theme.text), 1.5))
            painter.drawRoundedRect(frame.adjusted(3.5, 3.5, -3.5, -3.5), RADIUS_PX - 3, RADIUS_PX - 3)

    def _paint_title(self, painter: QPainter) -> None:
        face = font("small")
        # Shrink a long name a little before eliding it.
        while face.pixelSize() > _MIN_PX and QFontMetrics(face).horizontalAdvance(self.text()) > self.width():
            face.setPixelSize(face.pixelSize() - 1)
        painter.setFont(face)
        painter.setPen(QColor(self._theme.text if self.isChecked() else self._theme.text_muted))
        place = QRectF(0, _PICTURE_PX + _GAP_PX, self.width(), _TITLE_PX)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


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
        self._favourites: tuple[str, ...] = _FIRST
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

    def fit(self, height_px: int) -> None:
        """Show all tiles in a sidebar of such a height, until the user has chosen."""
        if not self._is_chosen and self._current in self._shown[: self._first]:
            self.more.set_open(height_px >= _ROOMY_PX)
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

    def _favour(self) -> None:
        """Choose the first tiles by the current one. Not while that is shown: no tile moves under the pointer."""
        used, own = self._used.get(self._current), self._current
        if used is None or used.family != "sequences":
            self._favourites = _FIRST
            return
        points = tuple(name for name in _FIRST if name not in _FLAT)
        sequences = _SEQUENCES if own in (*_SEQUENCES, *_WHEN_USED) else (*_SEQUENCES[:-1], own)
        self._favourites = (*points, *sequences)

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
        self.more = Disclosure(themes, parent=self)
        """The button that shows the other datasets; the gallery's parent places it."""
        self.more.toggled_open.connect(self._choose_open)
        self._arrange()

    def _arrange(self) -> None:
        """Put favourites, user's data and, if wanted, the others on the grid; closed, it has whole rows."""
        names = [name for name in self._order() if name not in _WHEN_USED or name in self._used]
        first = sum(name in (*self._favourites, *_WHEN_USED) for name in names)
        self._first = -(-first // _COLUMNS) * _COLUMNS
        shown, rest = names if self.more.is_open else names[: self._first], names[self._first :]
        titles = ", ".join(DATASETS.get(name).title for name in rest)
        self.more.set_texts(f"{len(rest)} more", "Fewer")
        self.more.setToolTip(f"Also: {titles}")
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
        if kind not in self._shown:
            self._favour()
        self._arrange()
        if kind in self._tiles and kind not in self._shown:
            self.more.set_open(True)
            self._arrange()

    def _choose_open(self) -> None:
        self._is_chosen = True
        if not self.more.is_open and self._current not in self._shown[: self._first]:
            self._favour()
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
