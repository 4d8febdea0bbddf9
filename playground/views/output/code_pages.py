"""What an autoencoder does, in place of the plot: test samples over their reconstructions, and the plane of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QStackedWidget, QWidget

from core.inspect.latent import LatentPart, ReconstructionsPart, has_codes
from core.inspect.snapshot import Snapshot
from playground.views.output.code_plot import CodePlot
from playground.views.output.reconstruction_plot import ReconstructionPlot
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.chips import Segments

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_PAGES = [
    ("samples", "Samples", "Test samples over what the network gives back of them."),
    ("plane", "Plane", "Where the encoder puts the test samples; what the pointer is on is decoded."),
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
        self.worst = QCheckBox("Worst first", panel)
        self.worst.setChecked(True)
        self.worst.setToolTip("Show the samples with the largest error; off, the first test samples")
        self.axes = [QComboBox(panel) for _ in range(2)]
        for box, name in zip(self.axes, ("Across", "Upwards"), strict=True):
            box.setAccessibleName(f"{name} on the plane of codes")
            box.setToolTip(f"The number of the code that goes {name.lower()}; PCA: the main direction of all")
            box.activated.connect(self._choose_axes)
        self.regions = QCheckBox("Regions", panel)
        self.regions.setChecked(True)
        self.regions.setToolTip("Color the plane by the class that is near")
        self.boxes: tuple[QWidget, ...] = (self.worst, *self.axes, self.regions)
        self._is_on = self._is_shown = self._has_classes = False
        self._size = 0
        self.switch.chosen.connect(self._show_page)
        self.worst.toggled.connect(self._request)
        self.regions.toggled.connect(self.plane.show_regions)
        for plot in (self.samples, self.plane):
            plot.test_point_clicked.connect(self.test_point_clicked)
        self._show_page()

    @property
    def is_on(self) -> bool:
        """Whether the data are given back, so that there is something to show."""
        return self._is_on

    @property
    def title(self) -> str:
        """The heading of the page."""
        return "Samples" if self.switch.current == "samples" else "Code plane"

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops what is drawn."""
        self._is_on = prepared is not None and has_codes(prepared)
        given = prepared if self._is_on else None
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
        self.switch.setVisible(self._is_on)
        self.worst.setVisible(self._is_on and page == "samples")
        self.regions.setVisible(self._is_on and page == "plane" and self._has_classes)
        for box in self.axes:
            box.setVisible(self._is_on and page != "samples" and self._size > 2)

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
        on, page = self._is_on and self._is_shown, self.switch.current
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
