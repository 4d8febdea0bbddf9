"""Base classes of the results tabs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.data.raw_form import RawSeries, RawTokens
from core.inspect.reference_levels import LevelsPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import epoch_text
from core.spec import Members
from core.train.tasks import Classification
from playground.model.document import Document
from playground.views.results.curves_plot import CurvesPlot
from playground.views.results.previous_runs import Column
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


class Tile(NamedTuple):
    """What a tile shows: a number over a smaller text."""

    caption: str
    tooltip: str
    value: str = "–"
    below: str = ""


class ResultsTab(QObject):
    """A name, a page and up to two score tiles. Only the current tab gets snapshots."""

    kind: str
    title: str
    tooltip: str
    position: ClassVar[int] = 100
    """Where it stands: from left to right in this order."""
    instead: ClassVar[str] = ""
    """The kind of the tab that comes to the front where this one was and no longer fits; "" for the first that fits."""
    shown_without_data: ClassVar[bool] = True
    """Whether it is there before the first data."""
    page: QWidget
    is_figure: ClassVar[bool] = False
    """Whether the page changes with the tiles, and not with every snapshot."""
    shows_scores: ClassVar[bool] = False
    """Whether the panel's tiles are of evaluations."""
    parts_changed = Signal()
    """`parts` changed."""

    def __init__(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> None:
        super().__init__(panel)
        self._tested, self._score = 0, Classification.score
        self._noun = ""
        """What a token is called, where they are learned."""
        self._has_levels = False
        self.page = self.make_page(themes, panel, document)

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> QWidget:
        """Create the page, a child of `panel`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The tab's title, which may depend on the data."""
        return self.title

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, Tile] | None:
        """The two tiles, without numbers before a snapshot; None without tiles."""
        return None

    @property
    def parts(self) -> Mapping[str, Any]:
        """The parts of snapshots that the page shows, and what it asks of them: see `SnapshotRequest`."""
        return {}

    def fits(self, prepared: PreparedData) -> bool:
        """Whether the tab has something to show of these data; else it is hidden."""
        return True

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data of the next snapshots."""
        self._tested = len(prepared.test)
        self._score = prepared.task.score
        raw = prepared.data.raw
        self._noun = raw.noun if isinstance(raw, RawTokens) and prepared.encoding.tokens else ""
        self._has_levels = bool(self._noun) or isinstance(raw, RawSeries)

    def basis(self, snapshot: Snapshot) -> str:
        """What the test values are of, and when: "500 of 10,000 test samples, epoch 1.40"."""
        evaluated = snapshot.evaluated
        all_of = "" if evaluated.count == self._tested else f"{evaluated.count:,} of "
        return f"{all_of}{self._tested:,} test samples, epoch {epoch_text(evaluated.epoch)}"

    def show_snapshot(self, snapshot: Snapshot) -> None:
        raise NotImplementedError

    def clear(self) -> None:
        raise NotImplementedError


TABS: Final = Members[type[ResultsTab]]()
"""To add a tab, write its class in a new module of this package, with `@TABS.register`."""


class CurveTab(ResultsTab):
    """Curves per epoch, with earlier runs behind."""

    column: ClassVar[Column]
    """Column of the history that is drawn of earlier runs."""
    page: CurvesPlot

    shows_scores = True

    @property
    def parts(self) -> Mapping[str, Any]:
        return {LevelsPart.kind: True} if self._has_levels and self.column != "rate" else {}

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.canvas.show_levels(())

    def show_levels(self, snapshot: Snapshot) -> None:
        """Draw what is reached without a network."""
        if (levels := snapshot.part(LevelsPart)) is not None:
            named = [(each.title, each.loss if self.column == "loss" else each.score) for each in levels]
            self.page.canvas.show_levels([(name, value) for name, value in named if math.isfinite(value)])

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> CurvesPlot:
        return CurvesPlot(themes, panel, quantity=self.column)

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, Tile] | None:
        score = self._tile(self._score.name, self._text, "accuracy", snapshot)
        loss = self._tile("loss", _plain, "loss", snapshot)
        if self._noun and self.column == "loss":
            return loss, self._choices(snapshot)
        return score, loss

    def _choices(self, snapshot: Snapshot | None) -> Tile:
        tooltip = (
            f"Perplexity: the network is as unsure as between so many {self._noun}s that are equally likely"
        )
        caption = f"Choices a {self._noun}"
        if snapshot is None:
            return Tile(caption, tooltip, below="train –")
        train, test = (
            "–" if each.loss != each.loss else number_text(math.exp(min(each.loss, 50.0)), 1)
            for each in (snapshot.train, snapshot.test)
        )
        return Tile(caption, tooltip, test, f"train {train}")

    def values_of(self, snapshot: Snapshot) -> tuple[float, float] | None:
        """The values of both curves at this very moment, which may have no row; None where that is not known."""
        if self.column == "rate" or snapshot.scores_are_old:
            return None
        train, test = (getattr(found, self.column) for found in (snapshot.train, snapshot.test))
        return train, test

    def _text(self, value: float) -> str:
        return self._score.text(value) if self._score.is_share else _plain(value)

    def _tile(self, noun: str, text: Callable[[float], str], field: str, snapshot: Snapshot | None) -> Tile:
        """The test value over that of training, with what the two are of, and when."""
        tooltip = f"The {noun} on the samples that the network has never seen"
        if snapshot is None:
            return Tile(f"Test {noun}", tooltip, below="train –")
        evaluated, part, corrected = snapshot.evaluated, "", ""
        if evaluated.count < self._tested:
            part, corrected = f" ({evaluated.count:,})", ", corrected by the last evaluation of all"
        moment = f", epoch {epoch_text(evaluated.epoch)}" if snapshot.scores_are_old else ""
        mean = "the mean over the batches since the point before"
        few = "evaluated on up to 1,000 of them, at the same moment as the test"
        basis = mean if field == "loss" and snapshot.averages_batches else few
        train = f"Train: the {noun} on the samples that the network learns from: {basis}"
        return Tile(
            f"Test {noun}{part}{moment}",
            f"{tooltip}: {self.basis(snapshot)}{corrected}\n{train}",
            text(getattr(snapshot.test, field)),
            f"train {text(getattr(snapshot.train, field))}",
        )

    def clear(self) -> None:
        self.page.clear()


class PageTab(ResultsTab):
    """The page of another panel, which keeps it up to date itself."""

    def __init__(self, panel: QWidget, page: QWidget, title: str, tooltip: str) -> None:
        QObject.__init__(self, panel)
        self._tested = 0
        self.page, self.kind, self.title, self.tooltip = page, page.objectName(), title, tooltip

    def show_snapshot(self, snapshot: Snapshot) -> None:
        pass

    def clear(self) -> None:
        pass


def _plain(value: float) -> str:
    return number_text(value, 4)
