"""The base of the charts in which each run is a dot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.reading_chart import ReadingChart
from playground.views.widgets.painted import LEFT_RIGHT
from playground.views.widgets.spoken import Role, speak_as


class DotChart(ReadingChart):
    """Left and Right read a dot, Return or a double click opens it; a click or Space selects it, with Ctrl more."""

    opened = Signal(int)
    """The number of a run."""
    selected = Signal(int, bool)
    """The number of a run, and whether with Ctrl."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.chosen: int | None = None
        """The run under the pointer or chosen by keys."""
        speak_as(self, Role.Chart, press=Qt.Key.Key_Return, steps=LEFT_RIGHT)

    @property
    def ordered(self) -> Sequence[int]:
        """The runs in the order of the keys."""
        raise NotImplementedError

    def near(self, position: QPointF) -> int | None:
        """The run whose dot is at a widget position."""
        raise NotImplementedError

    def choose(self, run: int | None) -> None:
        """Say what a run is; None for nothing."""
        self.chosen = run
        self.viewport().update()

    def read_nothing(self) -> None:
        self.choose(None)

    @property
    def span(self) -> tuple[float | None, float, float, float] | None:
        runs = self.ordered
        here = runs.index(self.chosen) if self.chosen in runs else None
        return (here, 0, len(runs) - 1, 1) if runs else None

    def read(self, place: float) -> None:
        self.choose(self.ordered[int(place)])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.choose(self.near(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.near(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._select(found, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (found := self.near(event.position())) is not None:
            self.opened.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.chosen is None or self.chosen not in self.ordered:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.chosen)
        elif event.key() == Qt.Key.Key_Space:
            self._select(self.chosen, event.modifiers())
        else:
            super().keyPressEvent(event)

    def _select(self, run: int, modifiers: Qt.KeyboardModifier) -> None:
        self.selected.emit(run, bool(modifiers & Qt.KeyboardModifier.ControlModifier))
