"""The sweep that is being chosen: a frozen spec over the open experiment, with steps of undo of its own."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.experiment.experiment import Experiment
from core.runs.setting_paths import sweepable_settings
from core.spec import SettingError
from core.sweep.axes import Axis
from core.sweep.proposals import example_sweep, proposed_axis
from core.sweep.sweep import Sweep
from playground.model.undo import MergingCommand, push

_NO_EXPERIMENT = Experiment()


class SweepDraft(QObject):
    """Holds a `Sweep`, which changes by `change`. Its experiment is the document's, and no part of undo."""

    changed = Signal()
    """`sweep` changed, for any reason."""

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sweep = example_sweep(experiment).replace(seeds=1)
        """The chosen sweep; its axes may not fit the experiment, see `Sweep.check`."""
        self._untouched = True
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(200)

    def change(self, text: str, sweep: Sweep, merge_key: str = "") -> None:
        """Replace the sweep as a step of undo called `text`; quick changes with the same key become one."""
        self._untouched = False
        plain = _plain(sweep)
        if plain != _plain(self.sweep):
            push(self.undo_stack, _Step(text, _plain(self.sweep), plain, self._apply, merge_key))

    def adopt(self, sweep: Sweep) -> None:
        """Show the sweep of an earlier start, unless something was chosen already, or it is over another experiment."""
        if self._untouched and sweep.experiment == self.sweep.experiment:
            self._untouched, self.sweep = False, sweep
            self.changed.emit()

    def set_experiment(self, experiment: Experiment) -> None:
        """Sweep over another experiment: axes that it does not have go, others get values that it can have."""
        if experiment == self.sweep.experiment:
            return
        if self._untouched:
            self.sweep = example_sweep(experiment).replace(seeds=1)
        else:
            axes = _fitting(self.sweep.axes, experiment) or example_sweep(experiment).axes
            self.sweep = self.sweep.replace(axes=axes, experiment=experiment)
        self.changed.emit()

    def _apply(self, plain: Sweep) -> None:
        self.sweep = plain.replace(experiment=self.sweep.experiment)
        self.changed.emit()


class _Step(MergingCommand):
    """From one sweep to another. It does not keep the draft alive, which owns it, as `ExperimentCommand` says."""

    def __init__(
        self, text: str, old: Sweep, new: Sweep, apply: Callable[[Sweep], None], merge_key: str
    ) -> None:
        super().__init__(text, old, new, merge_key)
        self._apply = WeakMethod(apply)

    def redo(self) -> None:
        self._show(self.new)

    def undo(self) -> None:
        self._show(self.old)

    def _show(self, sweep: Sweep) -> None:
        apply = self._apply()
        if apply is not None:
            apply(sweep)


def _plain(sweep: Sweep) -> Sweep:
    """Without the experiment, which may hold data."""
    return sweep.replace(experiment=_NO_EXPERIMENT)


def _fitting(axes: tuple[Axis, ...], experiment: Experiment) -> tuple[Axis, ...]:
    known = {item.path: item for item in sweepable_settings(experiment)}
    found = []
    for axis in axes:
        try:
            axis.bind(experiment).check(experiment)
        except SettingError:
            if axis.path in known:
                found.append(proposed_axis(known[axis.path], experiment))
        else:
            found.append(axis)
    return tuple(found)
