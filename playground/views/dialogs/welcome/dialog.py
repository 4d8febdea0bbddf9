"""Presets as tiles, and buttons that open the user's files and data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from core.data.datasets import Dataset
from core.experiment.experiment import Experiment
from core.experiment.presets import CLASSICS, Preset, read_preset
from core.nn import Dense
from playground.views.dialogs.dialog import Dialog, box_button
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import STRETCH, hbox, set_up
from playground.views.widgets.chips import Segments
from playground.views.widgets.dataset_thumbnails import Thumbnail, ThumbnailLoader, paint_thumbnail
from playground.views.widgets.painted import LEFT, Index, PaintedDelegate, draw_box, draw_text


def read_presets(paths: Iterable[Path]) -> list[Preset]:
    """The presets in order; unreadable files are skipped."""
    found = []
    for path in paths:
        with suppress(OSError, ValueError):
            found.append(read_preset(path))
    return found


def described(experiment: Experiment) -> str:
    """ "6 · 5 · 3 units", "Conv2D, MaxPool, Flatten, Dense", "no hidden layer"."""
    layers = experiment.layers
    if not layers:
        return "no hidden layer"
    if all(isinstance(layer, Dense) for layer in layers):
        widths = " · ".join(str(layer.units) for layer in layers if isinstance(layer, Dense))
        return f"{widths} units"
    return ", ".join(layer.title for layer in layers)


PRESET: Final = Qt.ItemDataRole.UserRole
THUMBNAIL: Final = Qt.ItemDataRole.UserRole + 1
TILE_PX: Final = QSize(164, 114)
_MARGIN_PX = 5
_PICTURE_PX = 60


class TilePainter(PaintedDelegate):
    """Reads the item's roles PRESET and SKETCH (a Thumbnail, or None while it is made)."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return TILE_PX

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        preset, made = index.data(PRESET), index.data(THUMBNAIL)
        assert isinstance(preset, Preset)
        if option.rect.isEmpty():  # a row of the other group whose thumbnail is ready
            return
        tile = QRectF(option.rect).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        edge = theme.accent if chosen else theme.border_strong if hovered else theme.border
        inset = 1.0 if chosen else 0.5
        within = tile.adjusted(inset, inset, -inset, -inset)
        draw_box(painter, within, RADIUS_PX, theme.surface_raised, edge, 2 * inset)
        self._paint_picture(painter, tile, made, theme)
        _paint_texts(painter, tile, preset, theme)

    def _paint_picture(self, painter: QPainter, tile: QRectF, made: object, theme: Theme) -> None:
        ground = QRectF(tile.x() + 6, tile.y() + 6, tile.width() - 12, _PICTURE_PX - 6)
        draw_box(painter, ground, RADIUS_PX - 3, theme.field)
        if isinstance(made, Thumbnail):
            widget = self.parent()
            ratio = widget.devicePixelRatioF() if isinstance(widget, QWidget) else 1.0
            picture = paint_thumbnail(made, theme, int(ground.width()), int(ground.height()), ratio)
            painter.drawImage(ground.topLeft(), picture)
            return
        painter.setBrush(QColor(theme.field_pressed))
        for shift in (-10, 0, 10):
            painter.drawEllipse(ground.center() + QPointF(shift, 0), 2.5, 2.5)


def _paint_texts(painter: QPainter, tile: QRectF, preset: Preset, theme: Theme) -> None:
    room = int(tile.width()) - 20
    top = tile.y() + _PICTURE_PX + 5
    name = font(bold=True)
    if QFontMetrics(name).horizontalAdvance(preset.heading) > room:
        name = font("small", bold=True)
    line = described(preset.experiment)
    if preset.classic is not None:
        line = preset.classic.share
    elif preset.group:
        line = f"{preset.group} · {line}"
    for text, style, color, height in (
        (preset.heading, name, theme.text, 18),
        (line, font("small"), theme.text_muted, 15),
    ):
        draw_text(painter, QRectF(tile.x() + 10, top, room, height), text, color, style, LEFT, cut=True)
        top += height


_COLUMNS = 7
_ROWS = 4
_HINT = "Arrow keys choose, Enter or a double-click opens. Space then trains."


class WelcomeDialog(Dialog):
    """Enter, a double click or "Open" chooses a preset; the signal is emitted after closing. Deleted on close."""

    preset_chosen = Signal(object)
    """Carries the preset's Path."""
    open_requested = Signal()
    """Requests a file dialog for a project."""
    import_requested = Signal()
    """Requests a file dialog for a table."""

    def __init__(self, presets: Sequence[Preset], themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Welcome", parent)
        self._model = QStandardItemModel(self)
        for preset in presets:
            self._model.appendRow(_item(preset))
        self.list = self._make_list(themes)
        self.groups = Segments(
            [
                ("", "Ready-made", "Networks to begin with."),
                (CLASSICS, CLASSICS, "Famous results, each with its paper, and whether seeds reach it."),
            ],
            name="Group",
            parent=self,
        )
        self.groups.chosen.connect(self._show_group)
        self.about = set_up(QLabel(self), role="muted", wordWrap=True)
        self.about.setMinimumHeight(3 * self.about.fontMetrics().lineSpacing())
        self.list.selectionModel().currentChanged.connect(self._show_about)
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._show_thumbnail)
        self._load_thumbnails(presets)
        self._lay_out()
        self._show_group("")
        themes.theme_changed.connect(self.list.viewport().update)
        self.list.setFocus()

    @property
    def loading(self) -> bool:
        """Whether thumbnails are still being made."""
        return self._loader.busy

    def _make_list(self, themes: ThemeSource) -> QListView:
        view = set_up(QListView(self), accessibleName="Ready-made experiments", accessibleDescription=_HINT)
        view.setModel(self._model)
        view.setItemDelegate(TilePainter(themes, view))
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setMovement(QListView.Movement.Static)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setGridSize(TILE_PX)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setFrameShape(QListView.Shape.NoFrame)
        view.setStyleSheet("QListView { border: none; padding: 0px; background: transparent; }")
        view.setMinimumSize(QSize(_COLUMNS * TILE_PX.width() + 12, _ROWS * TILE_PX.height() + 2))
        view.activated.connect(self._choose)
        return view

    def _show_group(self, group: str) -> None:
        """Show the classics, or all others, and choose the first."""
        shown = []
        for row in range(self._model.rowCount()):
            preset = self._model.item(row).data(PRESET)
            hidden = (preset.group == CLASSICS) != (group == CLASSICS)
            self.list.setRowHidden(row, hidden)
            if not hidden:
                shown.append(row)
        self.list.setCurrentIndex(self._model.index(shown[0], 0) if shown else QModelIndex())

    def _show_about(self, index: QModelIndex) -> None:
        preset = index.data(PRESET)
        self.about.setText("" if preset is None else _about(preset))

    def _lay_out(self) -> None:
        title = set_up(QLabel("What should the network learn?", self), role="value")
        hint = set_up(QLabel(_HINT, self), role="muted")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        add = partial(box_button, self.buttons)
        self.open_preset = add(
            "Open",
            "Begin with the chosen experiment.",
            "AcceptRole",
            clicked=self._choose_current,
            primary=True,
        )
        self.open_preset.setEnabled(self._model.rowCount() > 0)
        told = "Go on with an experiment of your own."
        self.own_file = add("Open file…", told, "ResetRole", clicked=self._request_file)
        told = "Learn from a table of your own."
        self.own_data = add("Import data…", told, "ResetRole", clicked=self._request_import)
        self.buttons.rejected.connect(self.reject)
        # Tab enters the row of buttons at the default one, and would leave out those before it.
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        order = (self.open_preset, self.own_file, self.own_data, cancel)
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        head = hbox(title, STRETCH, self.groups, margins=0)
        self._stack(head, hint, self.list, self.about, self.buttons)

    def _load_thumbnails(self, presets: Sequence[Preset]) -> None:
        """Make a thumbnail per dataset; presets with the same data share it."""
        asked: list[Dataset] = []
        for preset in presets:
            dataset = preset.experiment.dataset
            if dataset not in asked:
                asked.append(dataset)
                self._loader.load(dataset, preset.experiment.data_seed, str(len(asked)))

    def _show_thumbnail(self, dataset: Dataset, made: Thumbnail) -> None:
        for row in range(self._model.rowCount()):
            item = self._model.item(row)
            if item.data(PRESET).experiment.dataset == dataset:
                item.setData(made, THUMBNAIL)

    def _choose_current(self) -> None:
        self._choose(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            path = index.data(PRESET).path
            self.accept()
            self.preset_chosen.emit(path)

    def _request_file(self) -> None:
        self.accept()
        self.open_requested.emit()

    def _request_import(self) -> None:
        self.accept()
        self.import_requested.emit()


def _about(preset: Preset) -> str:
    """What is learned; of a classic what its paper says."""
    classic, dataset = preset.classic, preset.experiment.dataset
    if classic is None:
        return f"{dataset.title}: {dataset.summary}"
    parts = (classic.claim, f"The paper: {classic.paper}; {classic.share}.", classic.differs, classic.source)
    return " ".join(filter(None, parts))


def _item(preset: Preset) -> QStandardItem:
    name, line = preset.experiment.name, described(preset.experiment)
    item = QStandardItem(name)
    item.setData(preset, PRESET)
    item.setData(f"{name}, {line}", Qt.ItemDataRole.AccessibleTextRole)
    item.setData(_about(preset), Qt.ItemDataRole.AccessibleDescriptionRole)
    item.setToolTip(f"{name}\n{_about(preset)}\n{line}")
    return item
