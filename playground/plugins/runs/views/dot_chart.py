"""The base of the charts in which each run is a dot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.runs.run import Run
from core.spec.arrays import Array
from playground.plugin import ReadingChart, Role, ThemeSource, speak_as
from playground.views.widgets.painted import LEFT_RIGHT


class DotChart(ReadingChart):
    """Left and Right read a dot, Return or a double click opens it; a click or Space selects it, with Ctrl more."""

    opened = Signal(int)
    """The number of a run."""
    selected = Signal(int, bool)
    """The number of a run, and whether with Ctrl."""

    reach_px: ClassVar[float] = 10.0
    """To a dot from the pointer."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.chosen: int | None = None
        """The run under the pointer or chosen by keys."""
        self._runs: dict[int, Run] = {}
        """By their numbers, in the order of the keys."""
        self._colors: Mapping[int, str] = {}
        """Of those that are selected."""
        self._spots: Array = np.empty((0, 2))
        """Widget positions of the dots."""
        speak_as(self, Role.Chart, press=Qt.Key.Key_Return, steps=LEFT_RIGHT)

    def placed(self) -> Array:
        """Widget positions (runs, 2) of the dots of all runs."""
        raise NotImplementedError

    def place_of(self, run: int) -> QPointF:
        """Widget position of the dot of a run."""
        return QPointF(*self._spots[[*self._runs].index(run)].tolist())

    def choose(self, run: int | None) -> None:
        """Say what a run is; None for nothing."""
        self.chosen = run
        self.viewport().update()

    def read_nothing(self) -> None:
        self.choose(None)

    @property
    def span(self) -> tuple[float | None, float, float, float] | None:
        runs = [*self._runs]
        here = runs.index(self.chosen) if self.chosen in runs else None
        return (here, 0, len(runs) - 1, 1) if runs else None

    def read(self, place: float) -> None:
        self.choose([*self._runs][int(place)])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:
            self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.choose(self._near(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._near(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._select(found, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (found := self._near(event.position())) is not None:
            self.opened.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.chosen is None or self.chosen not in self._runs:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.chosen)
        elif event.key() == Qt.Key.Key_Space:
            self._select(self.chosen, event.modifiers())
        else:
            super().keyPressEvent(event)

    def _show(self, runs: Sequence[Run], colors: Mapping[int, str]) -> None:
        """Show these runs, in the order of the keys."""
        self._runs, self._colors = {run.id: run for run in runs}, colors
        self._arrange()
        self.viewport().update()

    def _arrange(self) -> None:
        self._spots = self.placed()

    def _near(self, position: QPointF) -> int | None:
        """The run whose dot is at a widget position, a selected one if there are several."""
        if not len(self._spots):
            return None
        far = np.hypot(*(self._spots - (position.x(), position.y())).T)
        runs = [*self._runs]
        nearest = [runs[row] for row in np.flatnonzero(far <= far.min())]
        return max(nearest, key=lambda run: run in self._colors) if far.min() <= self.reach_px else None

    def _select(self, run: int, modifiers: Qt.KeyboardModifier) -> None:
        self.selected.emit(run, bool(modifiers & Qt.KeyboardModifier.ControlModifier))
