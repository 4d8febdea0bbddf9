"""The results panel: tabs, score tiles, and the progress within an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGraphicsView, QLabel, QMenu, QStackedWidget, QTabBar, QToolButton, QWidget

from core.inspect.snapshot import Snapshot, SnapshotRequest
from playground.model.document import Document
from playground.model.guess import Guess
from playground.views.results.confusion_tab import ConfusionTab
from playground.views.results.curve_tabs import CurvesTab, CurveTab, RateTab
from playground.views.results.curves_plot import CurvesPlot, share_choices
from playground.views.results.map_tab import MapTab
from playground.views.results.previous_runs import Column, PreviousRun, PreviousRuns, difference
from playground.views.results.residuals_tab import ResidualsTab
from playground.views.results.score_bar import ScoreBar
from playground.views.results.sealed_bar import SealedBar
from playground.views.results.tab import TABS, PageTab, ResultsTab, Tile
from playground.views.results.weights_tab import WeightsTab
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import StatTile
from playground.views.widgets.boxes import STRETCH, hbox, restyle, set_up, vbox
from playground.views.widgets.chips import Segments
from playground.views.widgets.controls import ProgressBar
from playground.views.widgets.labels import hairline

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData
    from core.train.tasks import Task


_LONG_EPOCH_STEPS = 30
_MIN_PAGE_PX = 110
_READABLE_PAGE_PX = 166
_SPACING_PX = 8
_WIDE_PX = 430
_MATRIX_SHARE = 0.5
_SHARED_PX = 860
"""Of a greater height the output gets the rest, beside a matrix."""

T = TypeVar("T", bound=ResultsTab)


class EpochProgress:
    """Text and bar within a long epoch, hidden for short ones; `parent` lays them out."""

    def __init__(self, parent: QWidget) -> None:
        self.text = set_up(QLabel(parent), role="muted")
        self.bar = ProgressBar("Batches of this epoch", parent)
        for widget in self.widgets:
            widget.hide()

    @property
    def widgets(self) -> tuple[QWidget, QWidget]:
        return self.text, self.bar

    def show_snapshot(self, snapshot: Snapshot | None, *, of_images: bool) -> bool:
        """Update the progress. Returns whether the visibility changed."""
        # Between two runs its room stays: the panels would change their sizes twice.
        is_long = (
            not self.bar.isHidden() if snapshot is None else snapshot.steps_per_epoch >= _LONG_EPOCH_STEPS
        )
        there = of_images and is_long
        changed = there == self.bar.isHidden()
        if changed:
            for widget in self.widgets:
                widget.setVisible(there)
        if snapshot is not None and there:
            self._count(snapshot.step % snapshot.steps_per_epoch, snapshot.steps_per_epoch)
        return changed

    def _count(self, batch: int, batches: int) -> None:
        self.text.setText(f"Batch {batch:,} of {batches:,}")
        if self.bar.maximum() != batches:
            self.bar.setRange(0, batches)
        # Qt would paint at once, and with the bar all that waits to be painted in the window: 10 ms.
        self.bar.setUpdatesEnabled(False)
        self.bar.setValue(batch)
        self.bar.setUpdatesEnabled(True)


class ResultsPanel(QWidget):
    """Only the current tab is updated. The weights tab shows the document's selected layer, or the first."""

    parts_requested = Signal(object)
    """Carries the parts that snapshots should contain, and what is asked of them."""
    readable_changed = Signal()
    save_requested = Signal()
    """Requests to save the curves' values."""
    open_requested = Signal()
    """Requests to open the sealed test."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, document: Document | None = None
    ) -> None:
        super().__init__(parent)
        set_up(self, objectName="results_panel", role="panel")
        self.pages = QStackedWidget(self)
        self._tabs: list[ResultsTab] = [kind(themes, self.pages, document) for kind in TABS]
        self.curves, self.rate = self.tab(CurvesTab).page, self.tab(RateTab).page
        self.confusion = self.tab(ConfusionTab).page
        self.residuals, self.weights = self.tab(ResidualsTab).page, self.tab(WeightsTab).page
        self.samples = self.tab(MapTab).page.samples
        self.tabs = QTabBar(self)
        self.more = set_up(QToolButton(self), text="More ▾", accessibleName="More", small="true")
        self.more.setToolTip("Other curves, and how the weights are spread")
        self.measure = Segments(
            [
                ("loss", "Loss", "How wrong the network is; training makes it small"),
                ("accuracy", "Accuracy", "How often the network is right"),
            ],
            name="Curve",
            parent=self,
            room_px=8,
        )
        self.measure.chosen.connect(self.show_column)
        self._guess: Guess | None = None
        self._has_score = True
        """Whether the score says something: where samples are made, their distance to the data does instead."""
        self.score_tiles = [StatTile("", below=True, parent=self) for _ in range(3)]
        self.first_tile, self.second_tile, _ = self.score_tiles
        self.foot = QWidget(self)
        self.tiles = QWidget(self.foot)
        self.score_bar = ScoreBar(themes, self)
        self._plain = False
        self.sealed = SealedBar(self.foot)
        self.sealed.open_requested.connect(self.open_requested)
        self._progress = EpochProgress(self.foot)
        self.progress_text, self.progress = self._progress.text, self._progress.bar
        self._snapshot: Snapshot | None = None
        self._previous_runs = PreviousRuns()
        self._drawn_runs: list[int] = []
        self._document = document
        self._data_kind: tuple[object, ...] = ()
        self.is_of_images = False
        """Whether the data are images, whose confusion matrix is large."""
        self._stale = False
        self.holds_figures = False
        """Whether snapshots change the curves alone, and no number that is to be read."""
        self._lay_out()
        share_choices([tab.page for tab in self._curves])
        for tab in self._curves:
            tab.page.clear_requested.connect(self.clear_previous_runs)
            tab.page.save_requested.connect(self.save_requested)
        for each in self._tabs:
            each.parts_changed.connect(self._request_parts)
        self.tabs.currentChanged.connect(self._change_page)
        self._change_page(0)
        if document is not None:
            document.replaced.connect(self._previous_runs.restart)
            document.experiment_changed.connect(self._on_experiment_changed)

    def tab(self, kind: type[T]) -> T:
        """The tab of a class in `TABS`."""
        return next(tab for tab in self._tabs if isinstance(tab, kind))

    def add_page(
        self, page: QWidget, title: str, tooltip: str, badge: QWidget | None = None
    ) -> QWidget | None:
        """Add another panel's page, which that keeps up to date, as the last tab, with a badge beside its title.

        Returns the badge's room; the tab is hidden with that.
        """
        tab = PageTab(self, page, title, tooltip)
        self._tabs.append(tab)
        self.pages.addWidget(page)
        index = self.tabs.addTab(title)
        self.tabs.setTabToolTip(index, tooltip)
        if badge is None:
            return None
        # The room of a badge that is hidden stays, so that the tabs need no other width.
        room = QWidget(self.tabs)
        room.setFixedSize(badge.size())
        badge.setParent(room)
        self.tabs.setTabButton(index, QTabBar.ButtonPosition.RightSide, room)
        return room

    def remove_page(self, page: QWidget) -> None:
        """Take a page that was added out again."""
        index = self.pages.indexOf(page)
        self._tabs.pop(index).deleteLater()
        self.pages.removeWidget(page)
        self.tabs.removeTab(index)

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Mark the selected sample."""
        self.samples.mark_test_point(state.sample)

    def page_name(self, index: int) -> str:
        """Of a page that was added; "" of the panel's own."""
        tab = self._tabs[index]
        return tab.kind.removesuffix("_panel") if isinstance(tab, PageTab) else ""

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        self._open(self.pages.indexOf(page))

    def _open(self, index: int) -> None:
        self._make_visible(index, True)
        self.tabs.setCurrentIndex(index)

    def _make_visible(self, index: int, visible: bool) -> None:
        self.tabs.setTabVisible(index, visible)
        # Qt does not say that it needs another width.
        self.tabs.updateGeometry()

    def _open_other(self, action: QAction) -> None:
        self._open(action.data())
        # The switch may go, and the focus on it would pass to what is next in the window.
        self.tabs.setFocus()

    def show_column(self, column: Column) -> None:
        """Show the loss or the score called "accuracy" in the chart of both."""
        self.measure.set_current(column)
        self.tab(CurvesTab).show_column(column)
        self._guess_curves()
        self._show_previous_runs()
        self._change_page(self.tabs.currentIndex())

    def show_plain(self, plain: bool) -> None:
        """One bar and one curve in place of tabs and tiles; where nothing is right or wrong the tiles stay."""
        self._plain = plain
        if plain:
            self.show_column("loss")
            self.show_page(self.curves)
        for part in (self.tabs, self.more, self._line):
            part.setVisible(not plain)
        self.curves.show_plain(plain)
        self._show_score_bar()

    def _show_score_bar(self) -> None:
        self.score_bar.setVisible(self._plain and self.score_bar.fits)
        self._change_page(self.tabs.currentIndex())

    def show_guess(self, guess: Guess | None) -> None:
        """Show what somebody said that a curve will do, on its page, which comes to the front; None: no guess.

        A guess of something else, such as a distance, leaves the chart as it is.
        """
        is_new, self._guess = self._guess is None, guess
        if guess is not None and is_new:
            if guess.measure.endswith(" loss"):
                self.show_column("loss")
            elif "accuracy" in guess.measure and self._has_score:
                self.show_column("accuracy")
            self.show_page(self.curves)
        self._guess_curves()

    def _guess_curves(self) -> None:
        """Draw the guess with the curve that it is of."""
        own = self._guess is not None and self._guess.measure.endswith(f" {self.tab(CurvesTab).column}")
        self.curves.show_guess(self._guess if own else None)

    @property
    def _curves(self) -> list[CurveTab]:
        return [tab for tab in self._tabs if isinstance(tab, CurveTab)]

    @property
    def offered(self) -> list[ResultsTab]:
        """The tabs that have something to show, those under More too."""
        return [tab for tab in self._tabs if tab.has_data]

    @property
    def _front(self) -> ResultsTab:
        return self._tabs[max(0, self.tabs.currentIndex())]

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data of a run. The curves change with the next snapshot."""
        data = prepared.data
        data_kind = (prepared.task, data.n_classes, data.shape)
        if self._data_kind != data_kind:
            self._previous_runs.restart()
            self._show_previous_runs()
        self._data_kind = data_kind
        self.sealed.show_data(prepared)
        self.is_of_images = len(data.shape) == 3
        for index, tab in enumerate(self._tabs):
            tab.show_data(prepared)
            self.tabs.setTabText(index, tab.name)
        self._name_score(prepared.task)
        self._show_fitting_tabs(prepared)
        self._clear_run()
        self.score_bar.show_data(prepared)
        self._show_score_bar()
        self.readable_changed.emit()

    def _name_score(self, task: Task) -> None:
        self.measure.set_text("accuracy", task.score.title)
        self._has_score = not task.has_time
        if not self._has_score:
            self.show_column("loss")

    def show_other_data(self, prepared: PreparedData) -> None:
        """Set the data of an earlier moment of the run, whose curves stay."""
        for tab in self._tabs:
            tab.show_data(prepared)

    def _show_fitting_tabs(self, prepared: PreparedData) -> None:
        """Hide the tabs that have nothing to show; another one takes the place of one in front."""
        for tab in self._tabs:
            tab.has_data = tab.fits(prepared)
        if not self._front.has_data:
            kinds = [tab.kind for tab in self._tabs if tab.has_data]
            wanted = self._front.instead
            shown = wanted if wanted in kinds else kinds[0]
            self._open([tab.kind for tab in self._tabs].index(shown))
        self._show_tabs()

    def _show_tabs(self) -> None:
        """Show the tabs that have something to show, of those under More only the one in front."""
        for index, tab in enumerate(self._tabs):
            room = self.tabs.tabButton(index, QTabBar.ButtonPosition.RightSide)
            away = room is not None and room.property("away")
            there = tab.has_data and not away and (tab is self._front or not tab.is_under_more)
            # Of a tab that stays as it is, Qt 6.11 would forget that those before it must be laid out.
            if self.tabs.isTabVisible(index) != there:
                self._make_visible(index, there)

    def show_blocked(self, why: str) -> None:
        """Say why nothing can be trained; "" if it can."""
        for tab in self._curves:
            tab.page.canvas.show_blocked(why)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Update the current tab, the tiles and the progress."""
        if self._previous_runs.update(snapshot):
            self._show_previous_runs()
        self._snapshot = snapshot
        self.sealed.show_snapshot(snapshot)
        self._stale = not self.isVisible()
        if not self._stale:
            self._update_page(figures=not self.holds_figures)
            self._fit_page()
            if not self.holds_figures:
                self._show_progress()

    def update_hidden(self) -> None:
        """Update the tabs behind too, for pictures of them."""
        for tab in self._tabs:
            if self._snapshot is not None and tab.has_data:
                tab.show_snapshot(self._snapshot)

    def _clear_run(self) -> None:
        self._snapshot = None
        for tab in self._tabs:
            tab.clear()
        self._show_tiles(self._front.tiles())
        self._show_progress()

    def clear(self) -> None:
        """Drop the run, its classes and the earlier runs."""
        self._previous_runs.restart()
        self._show_previous_runs()
        self._data_kind = ()
        self.confusion.set_classes(())
        if self._document is not None:
            experiment = self._document.experiment
            for tab in self._tabs:
                tab.name_figures(experiment.task, experiment.held_name)
            self._name_score(experiment.task)
        self.sealed.show_data(None)
        self._clear_run()
        self._show_progress(is_empty=True)

    def begin_anew(self) -> None:
        """Show the loss: a lesson begins or ends."""
        self.show_column("loss")
        self.show_page(self.curves)

    def pin_runs(self, runs: Sequence[PreviousRun]) -> None:
        """Draw kept runs beside the current one, while it learns from the same data."""
        self._previous_runs.pinned = tuple(runs)
        self._show_previous_runs()

    def clear_previous_runs(self) -> None:
        self._previous_runs.clear()
        self._previous_runs.pinned = ()
        self._show_previous_runs()

    @property
    def curve_pages(self) -> list[CurvesPlot]:
        """The charts of all curves."""
        return [tab.page for tab in self._curves]

    @property
    def charts(self) -> tuple[QGraphicsView, ...]:
        """Charts whose scene repaints by a queued call."""
        return tuple(tab.page.canvas for tab in self._curves)

    @property
    def readable_px(self) -> int:
        """Height at which every page and the tiles are readable."""
        return self._height_with(_READABLE_PAGE_PX)

    @property
    def least_px(self) -> int:
        """Height at which the tiles and a small page are seen."""
        return self._height_with(_MIN_PAGE_PX)

    def _height_with(self, page_px: int) -> int:
        below = self.tiles.sizeHint().height() + _SPACING_PX
        below += 0 if self.sealed.isHidden() else self.sealed.sizeHint().height() + _SPACING_PX
        if not self.progress.isHidden():
            below += sum(row.sizeHint().height() + _SPACING_PX for row in self._progress.widgets)
        return self.tabs.sizeHint().height() + 1 + page_px + below + 2 * _SPACING_PX

    def minimumSizeHint(self) -> QSize:
        """Without the tiles, which are hidden in a low panel."""
        least = super().minimumSizeHint()
        return least if self.foot.isHidden() else least - QSize(0, self._foot_px)

    def fair_px(self, height: int) -> int:
        """The panel's height in a column of `height` pixels below the output; the output gets the rest."""
        if self.is_of_images:
            # A large matrix needs half.
            return max(self.readable_px, int(_MATRIX_SHARE * min(height, _SHARED_PX)))
        return self.readable_px

    @property
    def _foot_px(self) -> int:
        height = self.foot.minimumSizeHint().height()
        return height + _SPACING_PX if height > 0 else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _WIDE_PX
        restyle(self.tabs, narrow="true" if is_narrow else "false")
        self.more.setText("▾" if is_narrow else "More ▾")
        self._fit_foot()

    def _fit_foot(self) -> None:
        more = self._foot_px
        self.foot.setVisible(0 < more <= self.height() - self.minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_parts()
        if self._stale and self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._request_parts()

    def _request_parts(self) -> None:
        """Request the current tab's parts while the panel is visible."""
        self.parts_requested.emit(self._front.parts if self.isVisible() else {})

    def _change_page(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        self.measure.setVisible(self._front.page is self.curves and self._has_score and not self._plain)
        self._show_tabs()
        tiles = self._front.tiles()
        self.tiles.setVisible(tiles is not None and self.score_bar.isHidden())
        self._fit_foot()
        self._show_tiles(tiles)
        self._request_parts()
        self._update_page()
        self._fit_page()

    def _fit_page(self) -> None:
        """Keep the front page readable, which may have shown its parts just now; pages behind do not count."""
        front = self.pages.currentWidget()
        least = max(_MIN_PAGE_PX, 0 if front is None else front.minimumSizeHint().height())
        if least != self.pages.minimumHeight():
            self.pages.setMinimumHeight(least)
            self._fit_foot()

    def _update_page(self, *, figures: bool = True) -> None:
        if self._snapshot is None:
            return
        tab, snapshot = self._front, self._snapshot
        if figures or not tab.is_figure:
            tab.show_snapshot(snapshot)
        if isinstance(tab, CurveTab):
            past = snapshot.fractional_epoch if snapshot.is_past else None
            tab.page.canvas.show_begun(snapshot.fractional_epoch > 0.0)
            values = tab.values_of(snapshot)
            tab.page.canvas.show_past(past, values)
            rest = None if past is not None or values is None or not tab.rests(snapshot) else values
            shown = None if rest is None else (snapshot.figures.place.position, *rest)
            tab.page.show_rest(shown, snapshot.place_text, tab.of_batches(snapshot), tab.parts_of(snapshot))
        if figures:
            self.score_bar.show_snapshot(snapshot)
            self._show_tiles(tab.tiles(snapshot), old=snapshot.figures.is_old and tab.shows_scores)

    def _show_tiles(self, tiles: tuple[Tile, ...] | None, *, old: bool = False) -> None:
        for shown in self.score_tiles[2:]:
            shown.setVisible(tiles is not None and len(tiles) > 2)
        for shown, tile in zip(self.score_tiles, tiles or (), strict=False):
            shown.set_value(tile.value)
            shown.below.setText(tile.below)
            shown.set_caption(tile.caption)
            shown.setToolTip(tile.tooltip)
            shown.set_old(old)

    def _on_experiment_changed(self) -> None:
        if list(map(id, self._shown_runs)) != self._drawn_runs:
            # Other data have other runs.
            self._show_previous_runs()
        else:
            self._name_previous_runs()

    @property
    def _shown_runs(self) -> list[PreviousRun]:
        if self._document is None:
            return list(self._previous_runs.runs)
        return self._previous_runs.shown(self._document.experiment)

    def _show_previous_runs(self) -> None:
        self._drawn_runs = list(map(id, self._shown_runs))
        for tab in self._curves:
            tab.page.set_ghosts(
                [self._previous_runs.curve(run.history, tab.column) for run in self._shown_runs],
                [run.name for run in self._shown_runs],
            )
        self._name_previous_runs()

    def _name_previous_runs(self) -> None:
        if self._document is None or not (shown := self._shown_runs):
            return
        now = self._document.experiment
        names = [difference(run.experiment, now) for run in shown]
        for tab in self._curves:
            tab.page.name_ghosts(names)

    def _show_progress(self, *, is_empty: bool = False) -> None:
        if self._progress.show_snapshot(self._snapshot, of_images=self.is_of_images and not is_empty):
            self._fit_foot()
            self.readable_changed.emit()

    def _lay_out(self) -> None:
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName("Results")
        for tab in self._tabs:
            index = self.tabs.addTab(tab.name)
            self.tabs.setTabToolTip(index, tab.tooltip)
            self.pages.addWidget(tab.page)
        others = QMenu(self.more)
        others.setToolTipsVisible(True)
        for index, tab in enumerate(self._tabs):
            if tab.is_under_more:
                action = others.addAction(tab.title)
                action.setData(index)
                action.setToolTip(tab.tooltip)
        others.triggered.connect(self._open_other)
        self.more.setMenu(others)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        hbox(*self.score_tiles, parent=self.tiles, margins=0, spacing=8)
        self._line = hairline(self)
        head = vbox(hbox(self.tabs, self.more, STRETCH, self.measure, spacing=0), self._line, spacing=0)
        column = vbox(
            head, self.score_bar, (self.pages, 1), parent=self, margins=(12, 0, 12, 8), spacing=_SPACING_PX
        )
        vbox(self.tiles, self.sealed, *self._progress.widgets, parent=self.foot, margins=0, spacing=8)
        column.addWidget(self.foot)
