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
from playground.views.widgets.number_format import epoch_text

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
    is_figure: ClassVar[bool] = False
    """Whether the page changes with the tiles, and not with every snapshot."""
    shows_scores: ClassVar[bool] = False
    """Whether the panel's tiles are of evaluations."""
    histograms_changed = Signal()
    """`histograms_of` changed."""

    def __init__(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> None:
        super().__init__(panel)
        self._tested = 0
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

    def fits(self, prepared: PreparedData) -> bool:
        """Whether the tab has something to show of these data; else it is hidden."""
        return True

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data of the next snapshots."""
        self._tested = len(prepared.test)

    def basis(self, snapshot: Snapshot) -> str:
        """What the test values are of, and when: "500 of 10,000 test samples, epoch 1.40"."""
        evaluated = snapshot.evaluated
        all_of = "" if evaluated.count == self._tested else f"{evaluated.count:,} of "
        return f"{all_of}{self._tested:,} test samples, epoch {epoch_text(evaluated.epoch)}"

    def show_snapshot(self, snapshot: Snapshot) -> None:
        raise NotImplementedError

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        """Texts of the two values."""
        return "–", "–"

    def tile_texts(self, snapshot: Snapshot) -> tuple[TileText, TileText] | None:
        """`tiles`, with what the two values are of, and when."""
        return self.tiles

    def clear(self) -> None:
        raise NotImplementedError


class CurveTab(ResultsTab):
    """Curves per epoch, with earlier runs behind."""

    column: ClassVar[Column]
    """Column of the history that is drawn of earlier runs."""
    page: CurvesPlot

    shows_scores = True

    def train_basis(self, snapshot: Snapshot) -> str:
        """What the training value is of."""
        return "of up to 1,000 of them, at the same moment as the test"

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> CurvesPlot:
        return CurvesPlot(themes, panel, quantity=self.column)

    def tile_texts(self, snapshot: Snapshot) -> tuple[TileText, TileText] | None:
        if self.tiles is None or not self.shows_scores:
            return self.tiles
        train, test = self.tiles
        count = snapshot.evaluated.count
        part, corrected = "", ""
        if count < self._tested:
            part, corrected = f" ({count:,})", ", corrected by the last evaluation of all"
        moment = f", epoch {epoch_text(snapshot.evaluated.epoch)}" if snapshot.scores_are_old else ""
        return (
            TileText(f"{train.caption}{moment}", f"{train.tooltip}: {self.train_basis(snapshot)}"),
            TileText(f"{test.caption}{part}{moment}", f"{test.tooltip}: {self.basis(snapshot)}{corrected}"),
        )

    def clear(self) -> None:
        self.page.clear()


def part_tiles(noun: str) -> tuple[TileText, TileText]:
    """Tiles of a metric on both splits."""
    return (
        TileText(f"Training {noun}", f"The {noun} on the samples that the network learns from"),
        TileText(f"Test {noun}", f"The {noun} on the samples that the network has never seen"),
    )
