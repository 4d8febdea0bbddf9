"""What a window shows, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from playground.training.state import TrainingState
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow

PATIENCE_MS = 60_000


def small() -> Experiment:
    return Experiment(name="Small", dataset=Moons(samples=60), layers=(Dense(4, "tanh"), Dense(3, "tanh")))


def wait_for(qtbot: QtBot, found: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(found()), timeout=PATIENCE_MS)


def train(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    """Train whole epochs by the command for one, until the last snapshot at rest."""

    def epoch() -> int:
        snapshot = window.snapshot_router.snapshot
        at_rest = window.session.state in (TrainingState.IDLE, TrainingState.PAUSED)
        return -1 if snapshot is None or not at_rest else snapshot.epoch

    wait_for(qtbot, lambda: epoch() >= 0)
    for wanted in range(epoch() + 1, epoch() + 1 + epochs):
        # While an epoch runs, the command would pause it.
        window.actions_by_name["step_epoch"].trigger()
        wait_for(qtbot, lambda wanted=wanted: epoch() == wanted)  # type: ignore[misc]
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)


def pictures_of(window: MainWindow) -> list[Snapshot]:
    taken: list[Snapshot] = []
    window.session.snapshot_taken.connect(taken.append)
    return taken


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.findChildren(Toast) if toast.isVisible()]


# --- accessibility ------------------------------------------------------------------------------------------------

CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QTabBar)


def controls(root: QWidget) -> list[QWidget]:
    """Visible controls, without Qt's internal ones."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget, QScrollBar)
        and not (isinstance(widget, QLineEdit) and isinstance(widget.parent(), QComboBox))
        and not (isinstance(widget, QAbstractButton) and isinstance(widget.parent(), QTabBar))
    ]
