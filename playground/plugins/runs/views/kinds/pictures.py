"""Pictures of what runs have learned, the best first."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.runs.run import Run
from core.runs.run_columns import run_score, sorted_runs
from playground.plugin import ScrollArea, ThemeSource, vbox
from playground.plugins.runs.live_run import LiveSet
from playground.plugins.runs.sweep.grid_model import Cell, GridModel
from playground.plugins.runs.sweep.trial_grid import TrialGrid
from playground.plugins.runs.views.lane_cards import LaneCards
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown, ViewRow

_MIN_PX: Final = 112.0
_MAX_PX: Final = 420.0
_GAP_PX: Final = 8


class PicturesView(RunView):
    """As large as there is room for all, and not smaller than can be recognized; a live race as `lanes`."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.grid = TrialGrid(themes, "", self.content)
        self.grid.least_side_px, self.grid.most_side_px = _MIN_PX, _MAX_PX
        self.area = ScrollArea(self.content, self.grid)
        self.lanes = LaneCards(themes, self.content)
        self.lanes.wished.connect(self.lane_wished)
        self.tiles = QWidget(self.content)
        vbox(self.area, parent=self.tiles, margins=8)
        vbox(self.tiles, self.lanes, parent=self.content, margins=0)
        self._pixmaps: dict[int, tuple[int, QPixmap]] = {}
        self.setFocusProxy(self.grid)
        self.grid.selected.connect(self.pick)
        self.grid.opened.connect(self.opened)
        self.area.verticalScrollBar().valueChanged.connect(self._want_visible)

    def draw(self, shown: Shown) -> None:
        live = shown.live if shown.kind == "race" else None
        self.lanes.setVisible(live is not None)
        self.tiles.setVisible(live is None)
        if live is not None:
            self.lanes.show_live(live)
            return
        ordered = sorted_runs(shown.runs, "test_score")
        columns = self._columns(len(ordered))
        scores = [run.final_score for run in ordered]
        best = ordered[0].id if math.isfinite(scores[0]) and len(ordered) > 1 else None
        cells = {divmod(place, columns): self._cell(run, run.id == best) for place, run in enumerate(ordered)}
        chosen = self.grid.chosen and self.grid.model.cells[self.grid.chosen].point
        self.grid.show_model(GridModel(cells=cells))
        self.grid.choose_point(chosen)
        self._want_visible()

    def follow(self, live: LiveSet) -> None:
        if self.lanes.isVisibleTo(self):
            self.lanes.show_live(live)

    def forget(self) -> None:
        self.lanes.forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        count = len(self.grid.model.cells)
        if count and self._columns(count) != self.grid.model.size[1]:
            self.show_runs(self.shown)
        self._want_visible()

    def _columns(self, count: int) -> int:
        """How many beside each other are largest, or as many as can be recognized."""
        size = self.area.viewport().size()

        def side(columns: int) -> float:
            return min(size.width() / columns, size.height() / math.ceil(count / columns), _MAX_PX + _GAP_PX)

        fitting = max(1, int((size.width() - _GAP_PX) / (_MIN_PX + _GAP_PX)))
        best = max(range(1, min(count, fitting) + 1), key=side)
        return best if side(best) >= _MIN_PX + _GAP_PX else fitting

    def _cell(self, run: Run, is_best: bool) -> Cell:
        score, image = run_score(run), self.shown.pictures.get(run.id)
        text = score.text(run.final_score) if run.status == "done" else run.status
        picture = None
        if image is not None and not image.isNull():
            known = self._pixmaps.get(run.id)
            if known is None or known[0] != image.cacheKey():
                known = self._pixmaps[run.id] = image.cacheKey(), QPixmap.fromImage(image)
            picture = known[1]
        else:
            self._pixmaps.pop(run.id, None)
        color = self.colors.get(run.id) or (
            self._themes.theme.accent if run.id in self.shown.selected else ""
        )
        return Cell(run.name, run.id, text, picture, is_best=is_best, done=1, color=color)

    def _want_visible(self) -> None:
        seen = QRectF(self.grid.visibleRegion().boundingRect() or QRect())
        cells = self.grid.model.cells
        runs = (cells[place].point for place in self.grid.places_in(seen)) if cells else ()
        self.want("pictures", (run for run in runs if run is not None))


VIEWS.register(
    ViewRow("pictures", "Pictures", "What every run has learned, the best first", 20, PicturesView)
)
