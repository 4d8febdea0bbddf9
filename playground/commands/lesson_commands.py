"""Lessons: between a lesson's file, the document, the training and the panel that shows the steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.lessons.conditions import ConditionCheck, Moment, stop_condition
from core.lessons.lesson import ChangedLabels, Lesson, Stage, Step, with_changes
from core.lessons.lesson_file import SUFFIX, read_lesson
from core.lessons.shipped import shipped_lessons
from core.lessons.solve import measures
from core.train.stop_condition import StopCondition
from playground.commands.file_commands import FileController, WorkAside
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.autosave_store import AutosaveNote, AutosaveStore, write_autosave
from playground.model.background_job import BackgroundJob
from playground.model.lesson_progress import MAX_NOTE, LessonProgress, StepProgress
from playground.training.state import TrainingState

if TYPE_CHECKING:
    from playground.views.lessons import LessonPanel, Ring

_LOCKED: Final = "First say what will happen"
_USED_BY: Final = {"neuron": "microscope", "new_samples": "predict", "drawn": "draw"}
"""What the inspection has once a command was used, however it was reached."""
_SHOWN_BY: Final = {
    "neuron": "microscope",
    "sample": "microscope",
    "epoch": "look_back",
    "mistake": "mistakes",
}
"""The command by which "Show me" looks at something."""


@dataclass(frozen=True, eq=False)
class _Left:
    """The moment at which a step was left."""

    experiment: Experiment
    checkpoint: TrainerState | None


class LessonController(WindowController):
    """Runs one lesson at a time, beside the user's own document, which comes back with `back_to_work`."""

    message_requested = Signal(str)
    """A sentence for the user."""
    lock_changed = Signal(str)
    """Why nothing may be trained now; "" if it may."""

    def __init__(
        self,
        context: WindowContext,
        files: FileController,
        actions: Mapping[str, QAction],
        panel: Callable[[], LessonPanel],
        places: Callable[[], Mapping[str, list[QWidget]]],
    ) -> None:
        """`panel` makes the panel, once; `places` are the controls that a ring can mark, by name."""
        super().__init__(context)
        self._files, self._actions, self._make_panel, self._places = files, actions, panel, places
        self._panel: LessonPanel | None = None
        self._ring: Ring | None = None
        self._lesson: Lesson | None = None
        self.progress: LessonProgress | None = None
        self._work: WorkAside | None = None
        self.store = AutosaveStore()
        self._keeping = BackgroundJob("keep_work", self)
        self._replacing = self.waiting = False
        """`waiting`: the network that a step begins with is not there yet."""
        self._index = self._typed = 0
        self._acts: set[str] = set()
        self._check = ConditionCheck(())
        self._left: dict[int, _Left] = {}
        self._stages: list[Stage] = []
        self._labels = ChangedLabels(Experiment())
        self._snapshot: Snapshot | None = None
        session = context.session
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_snapshot)
        session.stopped.connect(self._on_stopped)
        session.weight_edited.connect(self._on_weight_edited)
        session.inspection.changed.connect(self._on_inspection)
        session.past.changed.connect(self._on_past)
        context.document.experiment_changed.connect(self._look)
        context.document.replaced.connect(self._on_replaced)
        for name, action in actions.items():
            action.triggered.connect(partial(self.note_act, f"{name} was used"))
        actions["lesson_leave"].setEnabled(False)

    @property
    def lesson(self) -> Lesson | None:
        """The open lesson."""
        return self._lesson

    @property
    def has_work_aside(self) -> bool:
        """Whether the user's own work waits."""
        return self._work is not None

    # --- opening and leaving --------------------------------------------------------------------------------------

    def open_shipped(self, index: int) -> None:
        """Begin or go on with a lesson of `shipped_lessons`."""
        self.open_file(shipped_lessons()[index])

    def choose(self) -> None:
        """Choose a lesson's file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a lesson", self._preferences.dialog_folder, f"Lesson (*{SUFFIX})"
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Open a lesson beside the user's own work; a damaged file is a sentence, and changes nothing."""
        lesson = self._files.read_aside(path, lambda _: read_lesson(path))
        if lesson is None:
            return
        if self._work is None:
            self._work = self._files.put_aside()
            if self._work is None:
                self.message_requested.emit("The data are still being loaded; open the lesson in a moment")
                return
            self._keep(self._work)
        self._end_lesson()
        self._lesson, self.progress = lesson, LessonProgress(lesson)
        self._labels = ChangedLabels(lesson.start)
        self._replace(partial(self._files.show_beside, lesson.start, lesson.checkpoint))
        if self._panel is None:
            self._panel = self._make_panel()
            self._connect(self._panel)
        self._actions["lesson_leave"].setEnabled(True)
        self._panel.show_lesson(lesson, self._place(lesson))
        self.go_to(self.progress.first_open)
        self._panel.open()

    def back_to_work(self) -> None:
        """Close the lesson, whose progress is kept, and return to the user's own work as it was left."""
        self._end_lesson()
        work, self._work = self._work, None
        if work is not None:
            self._replace(partial(self._files.take_back, work))
            self._keeping.cancel()
            self.store.remove_own()
            self.store.release_own()
        self._actions["lesson_leave"].setEnabled(False)

    def close(self) -> None:
        """End with the window."""
        self._end_lesson()
        self._keeping.cancel()
        self.store.release_own()

    def _end_lesson(self) -> None:
        self._lesson = self.progress = None
        self._left.clear()
        self._stages.clear()
        self._set_goal(None)
        self._lock("")
        self._show_ring("", 0)
        if self._panel is not None:
            self._panel.shut()

    def _keep(self, work: WorkAside) -> None:
        """Write unsaved work to the folder of autosaves: after a crash it is offered with them."""
        if not work.unsaved:
            return
        note = AutosaveNote(
            work.experiment.name, work.experiment.dataset.label,
            0 if work.checkpoint is None else work.checkpoint.epoch, time.time(), work.path, work.stamp,
        )  # fmt: skip
        try:
            file = self.store.own
        except OSError:  # the autosave of the document says so
            return
        self._keeping.start(
            lambda report: write_autosave(file, work.experiment, work.checkpoint, note, report)
        )

    def _replace(self, load: Callable[[], object]) -> None:
        self._replacing = self.waiting = True
        try:
            load()
        finally:
            self._replacing = False

    def _on_replaced(self) -> None:
        """Another document was opened: the lesson ends, and the user's own work waits on."""
        if not self._replacing and self._lesson is not None:
            self._end_lesson()
            self.message_requested.emit(
                "The lesson is closed; Lessons, Back to my work returns to what was open"
            )

    def _place(self, lesson: Lesson) -> tuple[int, int]:
        """The number of a shipped lesson and how many there are; (0, 0) for others."""
        shipped = shipped_lessons()
        return (shipped.index(lesson.path) + 1, len(shipped)) if lesson.path in shipped else (0, 0)

    def _connect(self, panel: LessonPanel) -> None:
        panel.step_chosen.connect(self.go_to)
        panel.answered.connect(self.answer)
        panel.noted.connect(self.note)
        panel.hint_requested.connect(self.give_hint)
        panel.show_requested.connect(self.show_me)
        panel.back_requested.connect(self.go_back)
        panel.next_requested.connect(self.go_on)
        panel.close_requested.connect(self.back_to_work)

    # --- from step to step ----------------------------------------------------------------------------------------

    @property
    def _step(self) -> Step | None:
        return None if self._lesson is None else self._lesson.steps[self._index]

    def go_to(self, index: int) -> None:
        """Show a step, and begin it if it is not done."""
        lesson, progress = self._lesson, self.progress
        if lesson is None or progress is None or not self._may_go(index):
            return
        self._stages.clear()
        self._index, self._typed, self._acts = index, 0, set()
        step = lesson.steps[index]
        state = progress.of(step)
        self._check = ConditionCheck(step.until)
        if not state.done and (begin := lesson.begin(step)) is not None:
            self._begin(f"Step {index + 1}: {step.title}", begin)
        self._follow_state()
        self._show()
        self._show_ring("" if state.done else step.ring, index + 1)
        self._look()

    def go_on(self) -> None:
        """To the next step, or with the next lesson after the last."""
        if self._lesson is None:
            return
        self._leave_step()
        if self._index + 1 < len(self._lesson.steps):
            self.go_to(self._index + 1)
            return
        number, count = self._place(self._lesson)
        if 0 < number < count:
            self.open_shipped(number)
        else:
            self.back_to_work()

    def go_back(self) -> None:
        """To the step before, as it was left."""
        if self._lesson is None or self._index == 0:
            return
        index = self._index - 1
        if (left := self._left.get(index)) is not None:
            self._session.pause()
            self.waiting = True
            self._document.start_from(f"Back to step {index + 1}", left.experiment, left.checkpoint)
        self.go_to(index)

    def _may_go(self, index: int) -> bool:
        assert self._lesson is not None
        assert self.progress is not None
        return self._lesson.any_order or index <= self.progress.first_open or index <= self._index

    def _leave_step(self) -> None:
        self._session.pause()
        found = self._session.checkpoint()
        if found is not None:
            self._left[self._index] = _Left(*found)

    def _begin(self, text: str, experiment: Experiment) -> None:
        """Start from first weights, as one undoable step."""
        self._session.pause()
        self._typed = 0
        self.waiting = True
        if experiment == self._document.experiment:
            self._document.reset_training(text)
        else:
            self._document.change(text, experiment, fresh=True)

    def _follow_state(self) -> None:
        """Lock the training until a prediction is made, and let Play stop where the step is reached."""
        step, state = self._step, self._state
        if step is None or state is None:
            return
        waits = step.kind == "predict" and state.answer is None
        self._lock(_LOCKED if waits else "")
        self._set_goal(None if state.done or waits else stop_condition(step.until))

    @property
    def _state(self) -> StepProgress | None:
        step = self._step
        return None if step is None or self.progress is None else self.progress.of(step)

    # --- what the pupil does --------------------------------------------------------------------------------------

    def answer(self, values: tuple[float, ...], sure: str) -> None:
        """Keep a prediction, or check an answer."""
        step, state = self._step, self._state
        if step is None or state is None or (step.kind == "predict" and state.answer is not None):
            return
        state.answer, state.sure = tuple(map(float, values)), sure
        if step.kind == "ask":
            state.tries += 1
            state.done = state.done or step.is_right(state.answer)
        self._keep_progress()
        self._follow_state()
        self._show()
        self._look()

    def note(self, text: str) -> None:
        """Keep the pupil's sentence."""
        state = self._state
        if state is not None and text.strip():
            state.note, state.done = text.strip()[:MAX_NOTE], True
            self._keep_progress()
            self._show()

    def give_hint(self) -> None:
        """Show one hint more."""
        step, state = self._step, self._state
        if step is not None and state is not None and state.hints < len(step.hints):
            state.hints += 1
            self._keep_progress()
            self._show()

    def show_me(self) -> None:
        """Do the step by the lesson's key, as undoable steps."""
        step = self._step
        if step is None:
            return
        for condition in step.until:
            if condition.is_act and condition.name not in self._acts:
                command = condition.command or _SHOWN_BY[condition.name.split()[1]]
                self.note_act(condition.name)
                self._actions[command].trigger()
        self._stages = list(step.key)
        self._next_stage()

    def _next_stage(self) -> None:
        step = self._step
        if step is None or not self._stages:
            return
        stage = self._stages.pop(0)
        text = f"Show me: {step.title}"
        try:
            experiment = with_changes(self._document.experiment, stage.changes)
        except ValueError as error:
            self.message_requested.emit(f"The step cannot be shown with what is there now: {error}")
            return
        if stage.changes:
            self._begin(text, experiment)
        if stage.correct_labels:
            self._document.change(text, self._labels.corrected(self._document.experiment))
        for layer, name, place, value in stage.weights:
            self._session.edit_weight(layer, name, place, value)
        stop = StopCondition(epoch=stage.epochs) if stage.epochs else stop_condition(step.until)
        if stop is not None and (stage.epochs != 0) and self._session.lock == "":
            self._session.run_until(stop)
        else:
            self._next_stage()

    def note_act(self, act: str, *_: object) -> None:
        """Note what was done, for conditions such as "export was used"."""
        if self._lesson is not None and act not in self._acts:
            self._acts.add(act)
            self._look()

    def _on_weight_edited(self) -> None:
        self._typed += 1
        self._look()

    def _on_inspection(self, state: SnapshotRequest) -> None:
        if self._lesson is None:
            return
        for name, command in _USED_BY.items():
            if getattr(state, name) is not None:
                self.note_act(f"{command} was used")
        if state.neuron is not None or state.hovered is not None:
            self.note_act("a neuron was looked at")
        if state.sample:
            self.note_act("a sample was looked at")

    def _on_past(self) -> None:
        if self._session.past.is_past:
            self.note_act("an epoch was looked at")

    # --- what comes of it -----------------------------------------------------------------------------------------

    def _on_run_started(self, _: object) -> None:
        self.waiting, self._snapshot = False, None

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        if self._lesson is not None:
            self._look()

    def _on_stopped(self, _: str) -> None:
        if self._stages:
            self._next_stage()

    @property
    def _moment(self) -> Moment:
        experiment, snapshot = self._document.experiment, self._snapshot
        measured: dict[str, float] = {"typed weights": self._typed}
        if self._lesson is not None:
            measured["wrong labels"] = self._labels.wrong(experiment)
        # Of another network, or from before a reset, the last picture means nothing.
        if snapshot is not None and not self.waiting and snapshot.experiment == experiment:
            measured["epoch"] = snapshot.epoch
            if not snapshot.scores_are_old:
                train, test = snapshot.train, snapshot.test
                measured |= measures(snapshot.epoch, train.loss, train.accuracy, test.loss, test.accuracy)
        return Moment(experiment, measured, frozenset(self._acts))

    def _look(self, _: object = None) -> None:
        """See how far the step is, show it, and tick the step that is done."""
        step, state, panel = self._step, self._state, self._panel
        if step is None or state is None or panel is None or not step.until or state.done:
            return
        moment = self._moment
        holding = self._check.holding(moment)
        panel.show_conditions(step.until, moment, holding)
        waits = step.kind == "predict" and state.answer is None
        # Half an epoch later the figures would be others: what is ticked is what is to be seen.
        if all(holding) and not waits:
            state.done = True
            measure = step.measure or (
                "test accuracy" if any(each.is_of_training for each in step.until) else ""
            )
            value = moment.value(measure) if measure else None
            state.measured = None if value is None else float(value)
            self._keep_progress()
            self._follow_state()
            self._show_ring("", 0)
            self._show()

    def _keep_progress(self) -> None:
        progress = self.progress
        if progress is not None:
            before = progress.fault
            progress.save()
            if progress.fault and not before:
                self.message_requested.emit(progress.fault)

    def _show(self) -> None:
        if self._panel is not None and self.progress is not None:
            self._panel.show_step(self._index, self.progress)

    def _set_goal(self, goal: StopCondition | None) -> None:
        self._session.goal = goal

    def _lock(self, sentence: str) -> None:
        if sentence and self._session.state is TrainingState.RUNNING:
            self._session.pause()
        if self._session.lock != sentence:
            self._session.lock = sentence
            self.lock_changed.emit(sentence)

    # --- the ring -------------------------------------------------------------------------------------------------

    def _show_ring(self, name: str, number: int) -> None:
        if not name:
            if self._ring is not None:
                self._ring.mark(None)
            return
        if self._ring is None:
            from playground.views.lessons import Ring

            self._ring = Ring(self._themes, self._window)
        self._ring.mark(self.control(name), number)

    def control(self, name: str) -> list[QWidget] | QAction | None:
        """The widgets of a control, a setting or a command's button; a command without one, which is in the menus."""
        places = self._places()
        head, _, rest = name.partition(".")
        by_setting = {"layers": "layer", "output": "layer", "train_share": "share"}
        by_setting["dataset"] = "data_sliders" if rest else "gallery"
        control = "learning_rate" if name == "optimizer.learning_rate" else by_setting.get(head, head)
        found = places.get(name) or (None if name in self._actions else places.get(control))
        return found or self._actions.get(name)
