"""ClockDock: the epoch of the snapshot that is drawn, in a dock of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from core.inspect.snapshot import Snapshot
from playground.training.snapshot_rate import Turn
from playground.window.panels.panels import DOCKS, DockRow, PanelWindow


class Clock(QPushButton):
    """A click says the epoch."""

    message_requested = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self.clicked.connect(lambda: self.message_requested.emit(f"It is epoch {self.text()}"))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.setText(str(snapshot.epoch))

    def clear(self) -> None:
        self.setText("")


def _connect(window: PanelWindow, clock: Clock) -> None:
    window.context.document.experiment_changed.connect(lambda: clock.setToolTip("Changed"))


DOCKS.register(
    DockRow(
        "clock",
        "Clock",
        Qt.DockWidgetArea.RightDockWidgetArea,
        45,
        make=lambda panels, dock: Clock(dock),
        turn=Turn.EACH,
        behind="results",
        fits=lambda prepared: prepared.task.classifies,
        connect=_connect,
    )
)
