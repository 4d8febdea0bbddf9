"""View of an autoencoder, in place of the plot: samples over reconstructions, and the plane of codes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QComboBox, QStackedWidget, QWidget

from core.inspect.latent import LatentPart, Reconstructions, ReconstructionsPart, has_codes
from core.inspect.snapshot import Snapshot
from core.io.number_text import held_word
from core.io.sentence import in_sentence
from core.spec.arrays import Array
from playground.views.output.code_plot import CodePlot
from playground.views.output.output_plot import SamplesPlot
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.boxes import set_up
from playground.views.widgets.chips import Segments
from playground.views.widgets.number_format import number_text
from playground.views.widgets.painted import draw_box, polygon
from playground.views.widgets.picture_plot import NOTE_PX

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

COLUMNS: Final = 6
ROWS: Final = 3
ASKED: Final = COLUMNS * ROWS
POINTS_ASKED: Final = 200
_GAP_PX: Final = 8.0
_FOOT_PX: Final = NOTE_PX + 12.0
_EDGE_PX: Final = 12.0


class ReconstructionPlot(SamplesPlot[Reconstructions]):
    """A cell for each sample: as it is given, and below it what comes back."""

    name = "Samples over their reconstructions"
    empty = "The reconstructions appear with the network"
    columns = COLUMNS

    @property
    def asked(self) -> int:
        """Number of samples that are drawn."""
        return POINTS_ASKED if self._is_points else ASKED

    def text(self) -> str:
        """ "539 test samples · mean error 0.033"."""
        if self._picture is None or self._prepared is None:
            return ""
        if not math.isfinite(self._picture.mean):
            return "The reconstructions are no longer finite numbers"
        count = min(len(self._prepared.test), 1_000)
        held = held_word(self._prepared.held_name)
        return f"{count:,} {held} samples · mean error {number_text(self._picture.mean, 4)}"

    def cell(self, place: int) -> QRectF:
        """The rectangle of a sample."""
        width = (self.width() - 2 * _EDGE_PX + _GAP_PX) / COLUMNS
        height = (self.height() - _EDGE_PX - _FOOT_PX + _GAP_PX) / ROWS
        down, across = divmod(place, COLUMNS)
        left, top = _EDGE_PX + across * width, _EDGE_PX + down * height
        return QRectF(left, top, width - _GAP_PX, height - _GAP_PX)

    @property
    def _is_points(self) -> bool:
        return self._prepared is not None and bool(self._prepared.features)

    def _shares(self) -> Array:
        assert self._picture is not None
        return self._on_plane(self._picture.given)

    def _on_plane(self, points: Array) -> Array:
        assert self._prepared is not None
        low, high = np.array(self._prepared.plane.low), np.array(self._prepared.plane.high)
        shares: Array = np.nan_to_num(((points - low) / (high - low)).clip(-1.0, 2.0))
        return shares

    def _paint_kept(self, painter: QPainter, picture: Reconstructions, theme: Theme) -> None:
        given, found = picture.given, np.nan_to_num(picture.found)
        if self._is_points:
            self._paint_points(painter, theme)
            return
        if given.ndim == 4:
            for place in range(len(given)):
                cell = self.cell(place)
                side = min(cell.width(), (cell.height() - 2) / 2)
                left, top = cell.center().x() - side / 2, cell.center().y() - side - 1
                pixels = max(1, round(side * self.devicePixelRatioF()))
                for down, sample in ((top, given[place]), (top + side + 2, found[place])):
                    image = gray_image(sample.clip(0.0, 1.0), theme, pixels)
                    painter.drawImage(QRectF(left, down, side, side), image)
            return
        # Each column between its least and its largest value, so that profiles of several units can be compared.
        low, high = np.minimum(given, found).min(axis=0), np.maximum(given, found).max(axis=0)
        span = np.maximum(1e-12, high - low)
        for place in range(len(given)):
            cell = self.cell(place)
            draw_box(painter, cell, 5, theme.field)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            rows = (given[place], theme.text_muted, 2.0), (found[place], theme.accent, 1.5)
            for values, color, width in rows:
                painter.setPen(QPen(QColor(color), width))
                across = np.linspace(cell.left() + 5, cell.right() - 5, max(2, len(values)))
                heights = cell.bottom() - 6 - (values - low) / span * (cell.height() - 12)
                heights = np.resize(heights, len(across))
                painter.drawPolyline(polygon(across, heights))

    def _paint_points(self, painter: QPainter, theme: Theme) -> None:
        assert self._picture is not None
        size = (self.width(), -self.height())
        given, found = (
            [QPointF(*spot) for spot in (self._on_plane(each) * size + (0.0, self.height())).tolist()]
            for each in (self._picture.given, self._picture.found)
        )
        painter.setPen(QPen(QColor(theme.text_muted), 1.0))
        painter.drawLines([QLineF(here, there) for here, there in zip(given, found, strict=True)])
        painter.setPen(Qt.PenStyle.NoPen)
        for spots, color in ((given, theme.text_muted), (found, theme.accent)):
            painter.setBrush(QColor(color))
            for spot in spots:
                painter.drawEllipse(spot, 3.0, 3.0)

    def _paint_mark(self, painter: QPainter, place: int, theme: Theme, *, marked: bool) -> None:
        if self._is_points:
            super()._paint_mark(painter, place, theme, marked=marked)
            return
        painter.setPen(QPen(QColor(theme.accent if marked else theme.border_strong), 2.0))
        painter.drawRoundedRect(self.cell(place).adjusted(-3, -3, 3, 3), 5, 5)

    def _place_at(self, at: QPointF) -> int:
        if self._is_points:
            return super()._place_at(at)
        return next((place for place in range(len(self._rows)) if self.cell(place).contains(at)), -1)

    def point_text(self, place: int) -> str:
        assert self._picture is not None
        return f"{super().point_text(place)}, error {number_text(float(self._picture.errors[place]), 3)}"


_PAGES = [
    ("samples", "Samples", "Samples over what the network gives back of them."),
    ("plane", "Plane", "Where the encoder puts the samples; what the pointer is on is decoded."),
    ("grid", "Grid", "Samples that the decoder makes all over the plane."),
]
_MAIN = "PCA"


class CodePages(QStackedWidget):
    """`switch` and `boxes` are controls that the panel places; `parts_requested` carries what snapshots should have."""

    parts_requested = Signal(object)
    test_point_clicked = Signal(int)
    highest_px: Final = 0
    """Its greatest height; 0: it is a square."""

    def __init__(self, themes: ThemeSource, panel: QWidget) -> None:
        super().__init__()
        self.samples, self.plane = ReconstructionPlot(themes), CodePlot(themes)
        self.addWidget(self.samples)
        self.addWidget(self.plane)
        self.switch = Segments(_PAGES, name="Reconstruction", parent=panel)
        self.worst = set_up(QCheckBox("Worst first", panel), checked=True)
        self.worst.setToolTip("Show the samples with the largest error; off, the first ones")
        self.axes = [QComboBox(panel) for _ in range(2)]
        for box, name in zip(self.axes, ("Across", "Upwards"), strict=True):
            box.setAccessibleName(f"{name} on the plane of codes")
            box.setToolTip(
                f"The number of the code that goes {in_sentence(name)}; PCA: the main direction of all"
            )
            box.activated.connect(self._choose_axes)
        self.regions = set_up(QCheckBox("Regions", panel), checked=True)
        self.regions.setToolTip("Color the plane by the class that is near")
        self.boxes: tuple[QWidget, ...] = (self.worst, *self.axes, self.regions)
        self.is_on = self._is_shown = self._has_classes = False
        """Whether the data are given back, so that there is something to show."""
        self._size = 0
        self.switch.chosen.connect(self._show_page)
        self.worst.toggled.connect(self._request)
        self.regions.toggled.connect(self.plane.show_regions)
        for plot in (self.samples, self.plane):
            plot.test_point_clicked.connect(self.test_point_clicked)
        self._show_page()

    @property
    def title(self) -> str:
        """The heading of the page."""
        return "Samples" if self.switch.current == "samples" else "Code plane"

    def choose(self, page: str) -> None:
        """Show a page, as if by hand."""
        self.switch.buttons[page].click()

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops what is drawn."""
        self.is_on = prepared is not None and has_codes(prepared)
        given = prepared if self.is_on else None
        self._has_classes = given is not None and given.data.labels == "classes"
        images = given is not None and len(given.data.shape) == 3
        self.switch.buttons["grid"].setVisible(images)
        if not images and self.switch.current == "grid":
            self.switch.set_current("plane")
        self.samples.show_data(given)
        self.plane.show_data(given)
        self._size = 0
        self._show_page()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the parts of a moment that it has."""
        if (samples := snapshot.part(ReconstructionsPart)) is not None:
            self.samples.show_picture(samples)
        frame = snapshot.part(LatentPart)
        if frame is None and self.switch.current == "samples":
            return
        self.plane.show_picture(frame)
        if frame is not None and frame.size != self._size:
            self._size = frame.size
            for place, box in enumerate(self.axes):
                box.clear()
                box.addItems([_MAIN, *(f"z{number + 1}" for number in range(frame.size))])
                chosen = 0 if frame.axes is None else frame.axes[place] + 1
                box.setCurrentIndex(chosen)
            self._show_boxes()

    def mark_test_point(self, row: int | None) -> None:
        """Mark the selected test sample."""
        self.samples.mark_test_point(row)
        self.plane.mark_test_point(row)

    def show_on(self, shown: bool) -> None:
        """Set whether anybody sees it: only then it asks for parts."""
        self._is_shown = shown
        self._request()

    def _show_page(self) -> None:
        page = self.switch.current
        self.plane.show_tiles(page == "grid")
        self.setCurrentWidget(self.samples if page == "samples" else self.plane)
        self._show_boxes()
        self._request()

    def _show_boxes(self) -> None:
        page = self.switch.current
        self.switch.setVisible(self.is_on)
        self.worst.setVisible(self.is_on and page == "samples")
        self.regions.setVisible(self.is_on and page == "plane" and self._has_classes)
        for box in self.axes:
            box.setVisible(self.is_on and page != "samples" and self._size > 2)

    def _choose_axes(self) -> None:
        """Both are of the main directions, or neither."""
        changed = self.sender()
        for place, box in enumerate(self.axes):
            if box is changed:
                continue
            if self.axes[1 - place].currentIndex() == 0:
                box.setCurrentIndex(0)
            elif box.currentIndex() == 0:
                other = self.axes[1 - place].currentIndex()
                box.setCurrentIndex(1 if other != 1 else 2)
        self._request()

    def _request(self) -> None:
        on, page = self.is_on and self._is_shown, self.switch.current
        across, up = (box.currentIndex() - 1 for box in self.axes)
        axes = (across, up) if min(across, up) >= 0 else None
        self.parts_requested.emit(
            {
                "reconstructions": (self.samples.asked, self.worst.isChecked())
                if on and page == "samples"
                else None,
                "latent": (axes, page == "grid") if on and page != "samples" else None,
            }
        )
