"""Gallery of a few datasets as tiles with live thumbnails, and the way to all."""

from __future__ import annotations

import textwrap
from textwrap import shorten

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
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
)
from playground.model.hideable_controls import SIMPLE_DATA
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import set_up, vbox
from playground.views.widgets.controls import push_button
from playground.views.widgets.dataset_thumbnails import (
    DatasetThumbnail,
    ThumbnailLoader,
    paint_thumbnail,
    paint_waiting,
)
from playground.views.widgets.painted import draw_box, use_colors

_PICTURE_PX, _PLAIN_PICTURE_PX = 38, 64
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
        self._thumbnail: DatasetThumbnail | None = None
        self._picture: QImage | None = None
        self._picture_key: tuple[object, ...] = ()
        self._clicked = False
        self._downloadable = False
        self._picture_px = _PICTURE_PX
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
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

    def show_thumbnail(self, made: DatasetThumbnail) -> None:
        self._thumbnail = made
        self.update()

    def show_own(self, title: str, description: str) -> None:
        """Set title and description of the user's data."""
        self.setText(title)
        set_up(self, accessibleName=title, accessibleDescription=description, toolTip=description)
        self.update()

    def set_picture_px(self, height_px: int) -> None:
        self._picture_px = height_px
        self.updateGeometry()

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
        return QSize(58, self._picture_px + _GAP_PX + _TITLE_PX)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, frame = self._theme, QRectF(0, 0, self.width(), self._picture_px)
        draw_box(painter, frame, RADIUS_PX, theme.field_hover if self.underMouse() else theme.field)
        if self._thumbnail is None:
            paint_waiting(painter, frame, theme)
        else:
            painter.drawImage(QPointF(0, 0), self._drawn(self._thumbnail))
        if self._downloadable:
            self._paint_mark(painter, frame)
        if self.isChecked() or self._has_ring:
            self._paint_outline(painter, frame)
        self._paint_title(painter)

    def _drawn(self, made: DatasetThumbnail) -> QImage:
        ratio = self.devicePixelRatioF()
        key = (id(made), self._theme.name, self.width(), self._picture_px, ratio)
        if self._picture is None or key != self._picture_key:
            self._picture = paint_thumbnail(made, self._theme, self.width(), self._picture_px, ratio)
            self._picture_key = key
        return self._picture

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
        place = QRectF(0, self._picture_px + _GAP_PX, self.width(), _TITLE_PX)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


_COLUMNS, _PLAIN_COLUMNS = 3, 2
FULL_DATA = ("moons", "spirals", "xor", "iris", "digits", "names")
"""Tiles of the full view, in three columns."""
_START_DELAY_MS = 50


class DatasetGallery(QWidget):
    """Tiles of a few data, each always in its place, a row of others used lately, and the way to all.

    `picked(dataset)` carries the chosen one with the settings it last had in the gallery.
    """

    picked = Signal(object)
    all_requested = Signal()
    """Requests the catalogue."""
    painted_left = Signal(object)
    """Carries the user's own points when other data take their place."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._used: dict[str, Dataset] = {}
        self._current = ""
        self._seed = 0
        self._started = self._is_plain = False
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._show_thumbnail)
        self._tiles: dict[str, DatasetTile] = {}
        self._shown: list[str] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(7)
        self._grid.setVerticalSpacing(4)
        tip = "Open the catalogue of all data, networks and lessons (Ctrl+N)."
        self.all = push_button("All…", tip, self, clicked=self.all_requested)
        column = vbox(parent=self, margins=0, spacing=6)
        column.addLayout(self._grid)
        column.addWidget(self.all)
        self._arrange()
        themes.theme_changed.connect(self._show_theme)

    def tile(self, kind: str) -> DatasetTile:
        """The tile of the dataset kind `kind`, made if necessary."""
        found = self._tiles.get(kind)
        if found is None:
            found = self._tiles[kind] = DatasetTile(DATASETS.get(kind), self._themes.theme, self)
            found.hide()
            found.clicked.connect(self._clicked)
            found.arrow_pressed.connect(self._move_focus)
        return found

    def show_plain(self, plain: bool) -> None:
        """Show fewer data as larger tiles."""
        self._is_plain, self._shown = plain, []
        self._arrange()

    @property
    def _columns(self) -> int:
        return _PLAIN_COLUMNS if self._is_plain else _COLUMNS

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
            self.tile(dataset.kind).show_own(dataset.label, f"{dataset.path}{learned}")
        elif isinstance(dataset, ImageFolder):
            classes = ", ".join(dataset.class_names)
            self.tile(dataset.kind).show_own(dataset.label, f"{dataset.path}\n{shorten(classes, 200)}")
        if dataset.kind != self._current:
            self._mark(dataset.kind)
        self._show_downloadable()

    def offer(self, dataset: Dataset) -> None:
        """Offer data of an earlier start, unless others of their kind have been used since."""
        if dataset.kind in self._used:
            return
        self._used = {dataset.kind: dataset, **self._used}
        if self._started:
            self._loader.load(dataset, self._seed)
        self._arrange()
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
        if not self._started:
            self._started = True
            # Those of the other view are pictured, too, before it is chosen.
            for name in dict.fromkeys((*self._shown, *FULL_DATA, *SIMPLE_DATA)):
                self.tile(name)
                self._loader.load(self._dataset_of(name), self._seed)

    def _dataset_of(self, name: str) -> Dataset:
        return self._used.get(name) or DATASETS.get(name)()

    def _arrange(self) -> None:
        """Put the first data and a row of others that were used on the grid."""
        first, columns = SIMPLE_DATA if self._is_plain else FULL_DATA, self._columns
        used = [name for name in self._used if name not in first]
        if self._current in used[:-columns]:
            # The last of its row, which those used long ago leave.
            self._used[self._current] = self._used.pop(self._current)
            used.append(self._current)
        shown = [*first, *used[-columns:]]
        if shown != self._shown:
            self._shown = shown
            for column in range(_COLUMNS):
                self._grid.setColumnStretch(column, column < columns)
                self._grid.setColumnMinimumWidth(column, 40 if column < columns else 0)
            for name in self._tiles.keys() - shown:
                self._tiles[name].hide()
            for place, name in enumerate(shown):
                self.tile(name).set_picture_px(_PLAIN_PICTURE_PX if self._is_plain else _PICTURE_PX)
                self._grid.addWidget(self.tile(name), *divmod(place, columns))
                self.tile(name).show()
        self._place_tab_stop()

    def _mark(self, kind: str) -> None:
        self._current = kind
        self._arrange()
        for name, tile in self._tiles.items():
            tile.setChecked(name == kind)

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
        columns_shown = self._columns
        if rows and 0 <= at // columns_shown + rows <= last // columns_shown:
            to = min(at + rows * columns_shown, last)
        self._tiles[self._shown[to]].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_thumbnail(self, dataset: Dataset, made: DatasetThumbnail) -> None:
        # Not all kinds have a tile.
        if (tile := self._tiles.get(dataset.kind)) is not None:
            tile.show_thumbnail(made)

    def _show_theme(self, theme: Theme) -> None:
        for tile in self._tiles.values():
            tile.show_theme(theme)
