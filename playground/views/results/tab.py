"""What a tab of the results is: a name, a page, and up to two numbers below it."""

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
    """What stands over a number, and what it means."""

    caption: str
    tooltip: str


class ResultsTab(QObject):
    """Only the tab in front gets snapshots; the newest comes when it is chosen. `page` is its child's widget."""

    title: ClassVar[str]
    tooltip: ClassVar[str]
    page: QWidget
    histograms_changed = Signal()
    """Snapshots shall carry the histograms of another layer."""

    def __init__(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> None:
        super().__init__(panel)
        self.page = self.make_page(themes, panel, document)

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> QWidget:
        """The widget below the tab bar, a child of `panel`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What stands on the tab now: it may depend on the data."""
        return self.title

    @property
    def tiles(self) -> tuple[TileText, TileText] | None:
        """Of the two numbers below the page; None without them."""
        return None

    @property
    def histograms_of(self) -> int | None:
        """The layer of the stack whose histograms the page shows."""
        return None

    def show_data(self, prepared: PreparedData) -> None:
        """New data were loaded; the next snapshot is of them."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the page anew."""
        raise NotImplementedError

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        """The two numbers, in words."""
        return "–", "–"

    def clear(self) -> None:
        """Forget the run."""
        raise NotImplementedError


class CurveTab(ResultsTab):
    """Curves over the epochs, with those of earlier runs behind them."""

    column: ClassVar[Column]
    """What of the earlier runs is drawn."""
    page: CurvesPlot

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> CurvesPlot:
        return CurvesPlot(themes, panel, quantity=self.column)

    def clear(self) -> None:
        self.page.clear()


def part_tiles(noun: str) -> tuple[TileText, TileText]:
    """Of a measure on both parts of the data."""
    return (
        TileText(f"Training {noun}", f"The {noun} on the samples that the network learns from"),
        TileText(f"Test {noun}", f"The {noun} on the samples that the network has never seen"),
    )
