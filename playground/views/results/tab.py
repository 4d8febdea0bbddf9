"""Base classes of the results tabs, and what those of predictions share: score tiles, and a line without any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from core.data.raw_form import RawSeries, RawTokens
from core.inspect.snapshot import Snapshot
from core.io.number_text import HeldName, held_text
from core.spec import Members
from core.train.tasks import Classification, Task
from playground.model.document import Document
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import StatTile
from playground.views.widgets.boxes import hbox, set_up

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

MIN_WITH_TILES_PX = 240
"""In a lower tab the tiles would take the plot's place."""


class ScoreTiles(QWidget):
    """Tiles side by side, of captions with their tooltips."""

    def __init__(self, texts: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._texts = texts
        self.tiles = [set_up(StatTile(name, parent=self), toolTip=tip) for name, tip in texts]
        hbox(*self.tiles, parent=self, margins=0, spacing=8)

    def show_held(self, held: HeldName) -> None:
        """Set what the samples are called that are not learned from."""
        for tile, (name, tip) in zip(self.tiles, self._texts, strict=True):
            tile.set_caption(held_text(name, held))
            tile.setToolTip(held_text(tip, held))

    def fit(self, height_px: int) -> None:
        """Hide the tiles in a low tab."""
        self.setVisible(height_px >= MIN_WITH_TILES_PX)

    def show_values(self, *values: str) -> None:
        """Set the values, from the left; without any, there are none."""
        for tile, value in zip(self.tiles, values or ["–"] * len(self.tiles), strict=True):
            tile.set_value(value)

    def set_old(self, old: bool) -> None:
        """Grey the values, which are of an earlier moment, or not."""
        for tile in self.tiles:
            tile.set_old(old)


def waiting_label(text: str, parent: QWidget) -> QLabel:
    """The line in the middle of a tab that has nothing to show yet."""
    label = set_up(QLabel(text, parent), role="muted", wordWrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


class Tile(NamedTuple):
    """Text of a tile: a number over a smaller text."""

    caption: str
    tooltip: str
    value: str = "–"
    below: str = ""


class ResultsTab(QObject):
    """A name, a page and up to three score tiles. Only the current tab gets snapshots."""

    kind: str
    title: str
    tooltip: str
    position: ClassVar[int] = 100
    """Position: from left to right in this order."""
    instead: ClassVar[str] = ""
    """The kind of the tab that comes to the front where this one was and no longer fits; "" for the first that fits."""
    has_data = True
    """Whether there is something to show, also before the first data."""
    is_under_more: ClassVar[bool] = False
    """Whether it is chosen from a menu beside the tabs, and is among them only in front."""
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
        self._held: HeldName = "test"
        self._raw: RawTokens | None = None
        """Of texts, where tokens are learned."""
        self._has_levels = self._makes_samples = False
        self._tokens = 0
        self.page = self.make_page(themes, panel, document)

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> QWidget:
        """Create the page, a child of `panel`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The tab's title, which may depend on the data."""
        return self.title

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, ...] | None:
        """The two or three tiles, without numbers before a snapshot; None without tiles."""
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
        self.name_figures(prepared.task, prepared.held_name)
        raw = prepared.data.raw
        self._raw = raw if isinstance(raw, RawTokens) and prepared.encoding.tokens else None
        self._tokens = prepared.data.outputs
        self._has_levels = self._raw is not None or isinstance(raw, RawSeries)

    def name_figures(self, task: Task, held: HeldName) -> None:
        """Set what the figures are called, also without any data: a project's network may not run."""
        self._score, self._makes_samples, self._held = task.score, task.has_time, held

    def basis(self, snapshot: Snapshot) -> str:
        """Subject and moment of the test values: "500 of 10,000 test samples, epoch 1.40"."""
        count = snapshot.evaluated.count
        all_of = "" if count == self._tested else f"{count:,} of "
        return f"{all_of}{self._tested:,} {self._held} samples, epoch {snapshot.figures.place.text}"

    def show_snapshot(self, snapshot: Snapshot) -> None:
        raise NotImplementedError

    def clear(self) -> None:
        raise NotImplementedError


TABS: Final = Members[type[ResultsTab]]()
"""To add a tab, write its class in a new module of this package, with `@TABS.register`."""


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
