"""Base classes of the results tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.results.curves_plot import CurvesPlot
from playground.views.results.previous_runs import Column
from playground.views.theme.theme import ThemeSource

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

__all__ = ["CurveTab", "ResultsTab", "TileText"]


class TileText(NamedTuple):
    """Title and tooltip of a tile."""

    caption: str
    tooltip: str


class ResultsTab(QObject):
    """A name, a page and up to two score tiles. Only the current tab gets snapshots."""

    title: ClassVar[str]
    tooltip: ClassVar[str]
    page: QWidget
    histograms_changed = Signal()
    """`histograms_of` changed."""

    def __init__(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> None:
        super().__init__(panel)
        self.page = self.make_page(themes, panel, document)

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> QWidget:
        """Create the page, a child of `panel`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The tab's title, which may depend on the data."""
        return self.title

    @property
    def tiles(self) -> tuple[TileText, TileText] | None:
        """Texts of the two tiles; None without tiles."""
        return None

    @property
    def histograms_of(self) -> int | None:
        """Index of the layer whose histograms the page shows; None without."""
        return None

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data of the next snapshots."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        raise NotImplementedError

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        """Texts of the two values."""
        return "–", "–"

    def clear(self) -> None:
        raise NotImplementedError


class CurveTab(ResultsTab):
    """Curves per epoch, with earlier runs behind."""

    column: ClassVar[Column]
    """Column of the history that is drawn of earlier runs."""
    page: CurvesPlot

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> CurvesPlot:
        return CurvesPlot(themes, panel, quantity=self.column)

    def clear(self) -> None:
        self.page.clear()


def part_tiles(noun: str) -> tuple[TileText, TileText]:
    """Tiles of a metric on both splits."""
    return (
        TileText(f"Training {noun}", f"The {noun} on the samples that the network learns from"),
        TileText(f"Test {noun}", f"The {noun} on the samples that the network has never seen"),
    )
