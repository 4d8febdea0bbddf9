"""One open lesson: from step to step, what the pupil does, and what comes of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.lessons.conditions import ConditionCheck, Moment, looked_at, stop_condition
from core.lessons.lesson import ChangedLabels, Lesson, Stage, Step, with_changes
from core.lessons.measuring import CHEAP, SeedScores, measured, usual_measure
from core.lessons.worksheet import Run, changed_text
from core.nn.stage import Address
from core.train.stop_condition import StopCondition
from playground.model.guess import Guess
from playground.model.undo import Revision
from playground.plugin import WindowContext
from playground.plugins.lessons.progress import MAX_NOTE, LessonProgress, StepProgress, guess_of
from playground.plugins.lessons.views import LessonPanel

_LOCKED: Final = "First say what will happen"
_BY_HAND: Final = "This step is done by hand, without training"


@dataclass(frozen=True, eq=False)
class LessonLeft:
    """How a lesson was left: its step, the document with what it has learned, and the moments of the steps before."""

    index: int
    revision: Revision
    checkpoint: TrainerState | None
    steps: dict[int, tuple[Experiment, TrainerState]]


class LessonRun(QObject):
    """Goes through a lesson whose start is the open document, until `end`."""

    message_requested = Signal(str)
    stage_shown = Signal(object)
    """Carries a `Stage` of a key: what it looks at, and the seeds that it trains, are elsewhere in the window."""
    speed_asked = Signal(str)
    """Carries the speed of a step; "" for the one that is kept."""
    finished = Signal()
    """The pupil goes on after the last step."""

    def __init__(
        self,
        context: WindowContext,
        lesson: Lesson,
        panel: LessonPanel,
        actions: Mapping[str, QAction],
        mark: Callable[[str, int], None],
        show_guess: Callable[[Guess | None], None],
        library: Any,
        looks: Mapping[str, str],
        left: LessonLeft | None = None,
    ) -> None:
        """`mark` puts a ring with a number around a control; around none if its name is empty. `library` has the sets.

        `looks`: by what is looked at the command that shows it. `left`: how it was left before, which is shown again.
        """
        super().__init__(context.window)
        self.lesson, self.progress = lesson, LessonProgress(lesson)
        self._document, self._session = context.document, context.session
        self._panel, self._actions = panel, actions
        self._mark, self._show_guess, self._library, self._looks = mark, show_guess, library, looks
        self._since = 0.0
        self.waiting = True
        """Whether the network that a step begins with is not there yet."""
        self.index = self._typed = 0
        """The step that is shown."""
        self._acts: set[str] = set()
        self._seen: dict[str, set[object]] = {}
        """Of each of `LOOKS` what was looked at since the step began."""
        self._check = ConditionCheck(())
        self._left = {} if left is None else left.steps
        self._at = None if left is None else left.index
        self._stages: list[Stage] = []
        self._awaited: tuple[StopCondition, Revision] | None = None
        self._labels = ChangedLabels(lesson.start)
        self._snapshot: Snapshot | None = None
        session, acts = context.session, panel.acts
        self._heard = (
            (session.run_started, self._on_run_started),
            (session.snapshot_taken, self._on_snapshot),
            (session.goal_reached, self._on_goal_reached),
            (session.weight_edited, self._on_weight_edited),
            (session.inspection.changed, self._on_inspection),
            (session.past.changed, self._on_past),
            (context.document.experiment_changed, self._look),
            *(() if library is None else ((library.changed, self._look),)),
            (context.document.selection_changed, self._show_ring),
            (acts.step_chosen, self.go_to),
            (acts.answered, self.answer),
            (acts.noted, self.note),
            (acts.hint_requested, self.give_hint),
            (acts.show_requested, self.show_me),
            (acts.back_requested, self.go_back),
            (acts.next_requested, self.go_on),
        )
        for signal, slot in self._heard:
            signal.connect(slot)

    @property
    def left(self) -> LessonLeft:
        """How it is left now."""
        self._leave()
        found = None if self.waiting else self._session.checkpoint()
        checkpoint = None if found is None else found[1]
        return LessonLeft(self.index, self._document.revision, checkpoint, self._left)

    def end(self) -> None:
        """Leave the window as without a lesson."""
        for signal, slot in self._heard:
            signal.disconnect(slot)
        if self.progress.runs:
            self.progress.save()
        self._session.goal = None
        self._session.set_lock("")
        self._mark("", 0)
        self._show_guess(None)
        self.deleteLater()

    @property
    def _step(self) -> Step:
        return self.lesson.steps[self.index]

    @property
    def _state(self) -> StepProgress:
        return self.progress.of(self._step)

    @property
    def _waits_for_guess(self) -> bool:
        return self._step.kind == "predict" and self._state.answer is None

    # --- from step to step ----------------------------------------------------------------------------------------

    def go_to(self, index: int) -> None:
        """Show a step, and begin it if it is not done."""
        if not self.lesson.any_order and index > max(self.progress.first_open, self.index):
            return
        self._leave()
        self.index, self._typed, self._acts, self._seen = index, 0, set(), {}
        step, done, self._since = self._step, self._state.done, time.time()
        self._check = ConditionCheck(step.until)
        text, left = f"Step {index + 1}: {step.title}", self._left.get(index)
        if done and left is not None:
            self.waiting = True
            self._document.start_from(text, *left)
        elif not done and index != self._at and (begin := self.lesson.begin(step)) is not None:
            self._begin(text, begin)
        self._at = None
        self.speed_asked.emit(step.speed)
        self._show()
        self._show_ring()
        self._look()

    def go_on(self) -> None:
        """To the next step; after the last one it is finished."""
        if self.index + 1 < len(self.lesson.steps):
            self.go_to(self.index + 1)
        else:
            self.finished.emit()

    def go_back(self) -> None:
        """To the step before, as it was left."""
        self.go_to(max(0, self.index - 1))

    def _leave(self) -> None:
        """Keep the moment of a step that is done: whoever comes back sees it again."""
        self._stages.clear()
        self._session.pause()
        if self._state.done and not self.waiting and (found := self._session.checkpoint()) is not None:
            self._left[self.index] = found

    def _begin(self, text: str, experiment: Experiment) -> None:
        """Start from first weights, as one undoable step."""
        self._session.pause()
        self._typed = 0
        self.waiting = True
        if experiment == self._document.experiment:
            self._document.reset_training(text)
        else:
            self._document.change(text, experiment, fresh=True)

    # --- what the pupil does --------------------------------------------------------------------------------------

    def answer(self, values: tuple[float, ...], sure: str) -> None:
        """Keep a prediction, or check an answer."""
        step, state = self._step, self._state
        if step.kind == "predict" and not self._waits_for_guess:
            return
        state.answer, state.sure = tuple(map(float, values)), sure
        if step.kind == "ask":
            state.tries += 1
            state.done = state.done or step.is_right(state.answer)
        self._keep()
        self._show_ring()
        self._look()

    def note(self, text: str) -> None:
        """Keep the pupil's sentence."""
        if text.strip():
            self._state.note, self._state.done = text.strip()[:MAX_NOTE], True
            self._keep()

    def give_hint(self) -> None:
        """Show one hint more."""
        if self._state.hints < len(self._step.hints):
            self._state.hints += 1
            self._keep()

    def show_me(self) -> None:
        """Do the step by the lesson's key, as undoable steps; the progress says that it was shown."""
        self._state.shown = True
        for condition in self._step.until:
            if condition.is_act and condition.name not in self._acts:
                self.note_act(condition.name)
                if way := condition.way(self._looks):
                    self._actions[way].trigger()
        self._stages = list(self._step.key)
        self._next_stage()

    def _next_stage(self) -> None:
        if not self._stages:
            return
        stage, step = self._stages.pop(0), self._step
        text = f"Show me: {step.title}"
        try:
            experiment = with_changes(self._document.experiment, stage.changes)
        except ValueError as error:
            self.message_requested.emit(f"The step cannot be shown with what is there now: {error}")
            return
        if stage.changes:
            self._begin(text, experiment)
        if (live := stage.live(self._document.experiment, self._labels)) != self._document.experiment:
            self._document.change(text, live)
        for layer, name, place, value in stage.weights:
            self._session.edit_weight(layer, name, place, value)
        if stage.open_test:
            self._session.open_test()
        self.stage_shown.emit(stage)
        stop = StopCondition(epoch=stage.epochs) if stage.epochs else stop_condition(step.until)
        if stop is not None and stage.epochs != 0 and not stage.seeds and not self._session.lock:
            self._awaited = stop, self._document.revision
            self._session.run_until(stop)
        else:
            self._next_stage()

    def _on_goal_reached(self, stop: StopCondition) -> None:
        """Show the next stage, unless the pupil went on by himself: by a pause, by an edit."""
        if self._awaited is not None and self._awaited[0] is stop:
            goes_on, self._awaited = self._awaited[1] is self._document.revision, None
            if goes_on:
                self._next_stage()

    def note_act(self, act: str) -> None:
        """Note what was done, for conditions such as "export was used"."""
        if act not in self._acts:
            self._acts.add(act)
            self._look()

    def _on_weight_edited(self) -> None:
        self._typed += 1
        self._look()

    def _on_inspection(self, state: SnapshotRequest) -> None:
        # However it was reached.
        for name, command in self._looks.items():
            if getattr(state, name, None) is not None:
                self.note_act(f"{command} was used")
        for neuron in (state.neuron, state.hovered):
            if neuron is not None:
                self._note_neuron(*neuron)
        if state.sample:
            self.note_look("sample", state.sample)

    def note_look(self, what: str, which: object) -> None:
        """Note that one of `LOOKS` was looked at; each counts once."""
        seen = self._seen.setdefault(what, set())
        seen.add(which)
        self.note_act(looked_at(what, len(seen)))

    def _note_neuron(self, layer: Address, unit: int) -> None:
        count = len(self._document.experiment.layers)
        kind = "output" if layer == count else "input" if layer == -1 else "hidden neuron"
        for what in ("neuron", kind):
            self.note_look(what, (layer, unit))

    def _on_past(self) -> None:
        if (moment := self._session.past.moment) is not None:
            self.note_look("epoch", moment.place)

    # --- what comes of it -----------------------------------------------------------------------------------------

    def _on_run_started(self, _: object) -> None:
        self.waiting, self._snapshot = False, None

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        moment, measure = self._moment, self._step.measure or usual_measure(snapshot.experiment)
        epochs, value = moment.value("epoch"), moment.value(measure)
        if epochs and value is not None and math.isfinite(value):
            changed = changed_text(self.lesson.start, moment.experiment)
            guess = guess_of(self._step, self._state)
            said = "" if guess is None else guess.said
            self.progress.note_run(Run(changed, float(epochs), measure, float(value), said))
        # It keeps a step that is done, and the run with it.
        self._look()

    @property
    def _sets(self) -> list[SeedScores]:
        """The sets of seeds that were begun since the step was, with those that are trained and kept."""
        if self._library is None:
            return []
        sets: dict[int, dict[int, float]] = {
            each.id: {}
            for each in self._library.sets.values()
            if each.kind == "seeds" and each.created >= self._since
        }
        for run in self._library.rows.values():
            if run.set_id in sets and run.status == "done":
                sets[run.set_id][run.trial.seed] = run.test_score
        return list(sets.values())

    @property
    def _moment(self) -> Moment:
        experiment, snapshot = self._document.experiment, self._snapshot
        found: dict[str, float | str] = {}
        # Of another network, or from before a reset, the last picture means nothing.
        if snapshot is not None and not self.waiting and snapshot.experiment == experiment:
            names = (*CHEAP, *(each.name for each in self._step.until), self._step.measure)
            found = measured(snapshot, names, self._sets)
        found |= {"typed weights": self._typed, "wrong labels": self._labels.wrong(experiment)}
        return Moment(experiment, found, frozenset(self._acts))

    def _show_ring(self, _: object = None) -> None:
        """Mark what the step means, unless it is done or locked."""
        done = self._state.done or self._waits_for_guess
        self._mark("" if done else self._step.ring, self.index + 1)

    def _look(self, _: object = None) -> None:
        """See how far the step is, show it, and tick the step that is done."""
        step, state = self._step, self._state
        if not step.until or state.done:
            return
        moment = self._moment
        holding = self._check.holding(moment)
        self._panel.show_conditions(moment, holding)
        # After a change by hand figures come a moment later, and a guess is compared with those.
        is_late = bool(step.measure) and self._snapshot is not None and self._snapshot.figures.is_old
        # Half an epoch later the figures would be others: what is ticked is what is to be seen.
        if all(holding) and not self._waits_for_guess and not is_late:
            # Beside the tick stands what was asked for: of other steps an accuracy says nothing.
            asked = (each.name for each in step.until if each.measure is not None and each.measure.is_share)
            measure = step.measure or next(asked, "")
            value = moment.value(measure) if measure else None
            state.done, state.measured = True, None if value is None else float(value)
            self._mark("", 0)
            self._keep()
            if not self._panel.isVisible():
                self.message_requested.emit(f"Done: {step.title}. The lesson goes on on the page Build")

    def _keep(self) -> None:
        """Write the progress, and show it."""
        before = self.progress.fault
        self.progress.save()
        if self.progress.fault and not before:
            self.message_requested.emit(self.progress.fault)
        self._show()

    def _show(self) -> None:
        """Lock the training until a guess is made, let Play stop where the step is reached, and show the step."""
        waits, done = self._waits_for_guess, self._state.done
        by_hand = not done and any(str(each) == "epoch <= 0" for each in self._step.until)
        self._session.set_lock(_LOCKED if waits else _BY_HAND if by_hand else "")
        self._session.goal = None if done or waits else stop_condition(self._step.until)
        self._show_guess(guess_of(self._step, self._state))
        self._panel.show_step(self.index, self.progress)
