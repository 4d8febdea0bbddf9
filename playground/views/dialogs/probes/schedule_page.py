"""The learning rate schedule, drawn with the mouse; it is a setting of the experiment like any other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from core.experiment.experiment import Experiment
from core.optim.piecewise_schedule import PiecewiseLinear
from core.optim.schedules import Constant, ReduceOnPlateau, Schedule
from playground.views.dialogs.probes.page import ProbePage, register
from playground.views.dialogs.probes.schedule_editor import ScheduleEditor
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Segments
from playground.views.widgets.boxes import hbox, set_up, vbox

_EPOCHS = 100
_SAMPLES = 13
_LEAST = 1e-4


@register
class SchedulePage(ProbePage):
    kind = "schedule"
    title = "Schedule"
    summary = (
        "The learning rate over the epochs: click to add a point, drag to move it, double-click to remove it. "
        "By keys: arrows, Shift with arrows, Insert and Delete."
    )
    group = "Learning rate"
    verb = ""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.scale = Segments(
            [
                ("log", "Logarithmic", "Equal steps are equal factors"),
                ("linear", "Linear", "Straight lines of the rate itself, which may end at 0"),
            ],
            name="Scale",
            parent=self,
        )
        self.state = set_up(QLabel(self), role="muted")
        self.constant = set_up(QPushButton("Constant rate", self), autoDefault=False)
        self.constant.setToolTip("Leave the learning rate as it is; undo brings the schedule back.")
        self.editor = ScheduleEditor(themes, self)
        row = hbox(self.scale, (self.state, 1), self.constant, spacing=GRID_PX)
        vbox(row, (self.editor, 1), parent=self, margins=0, spacing=GRID_PX)
        self.editor.edited.connect(self._change)
        self.scale.chosen.connect(self._change_scale)
        self.constant.clicked.connect(self._use_constant)

    def show_experiment(self, experiment: Experiment) -> None:
        schedule = experiment.training.schedule
        own = isinstance(schedule, PiecewiseLinear)
        points = (
            schedule if isinstance(schedule, PiecewiseLinear) else as_points(schedule, self.scale.current)
        )
        self.scale.set_current(points.scale)
        self.editor.show_schedule(points, experiment.training.optimizer.learning_rate, is_own=own)
        self.constant.setEnabled(not schedule.constant)
        self.state.setText(
            "" if own else f"The schedule is {schedule.title.lower()}; move a point to draw your own."
        )

    def _change(self, drawn: PiecewiseLinear) -> None:
        self.change_requested.emit("Drawn schedule", _with(drawn), "drawn_schedule")

    def _change_scale(self, scale: str) -> None:
        before = self.editor.schedule
        least = _LEAST if scale == "log" else 0.0
        points = [
            (epoch, max(least, share)) for epoch, share in zip(before.epochs, before.shares, strict=True)
        ]
        self._change(PiecewiseLinear.through(points, scale))

    def _use_constant(self) -> None:
        self.change_requested.emit("Schedule: Constant", _with(Constant()), "")


def as_points(schedule: Schedule, scale: str) -> PiecewiseLinear:
    """Points on the curve of another schedule, to begin drawing with."""
    if schedule.constant or isinstance(schedule, ReduceOnPlateau):
        return PiecewiseLinear((0.0, 1.0, float(_EPOCHS), 1.0), scale)
    least = _LEAST if scale == "log" else 0.0
    epochs = np.unique(np.round(np.linspace(0.0, _horizon(schedule), _SAMPLES)))
    points = [(float(epoch), max(least, schedule.rate(1.0, int(epoch), 1))) for epoch in epochs]
    return PiecewiseLinear.through(points, scale)


def _horizon(schedule: Schedule) -> float:
    """The epoch at which not much more happens."""
    epochs = float(getattr(schedule, "epochs", _EPOCHS))
    return 4.0 * epochs if schedule.kind == "step" else max(float(_SAMPLES), epochs)


def _with(schedule: Schedule) -> Callable[[Experiment], Experiment]:
    return lambda experiment: experiment.with_training(schedule=schedule)
