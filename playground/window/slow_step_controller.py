"""SlowStepController: a step in slow motion, between the training and the panels."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.experiment.prepare import PreparedData
from core.inspect.plane_image import PlaneImage
from core.inspect.snapshot import Snapshot
from core.train.slow_step import SlowStep
from playground.commands.window_controller import WindowContext
from playground.model.slow_motion import SlowMoment
from playground.training.state import TrainingState
from playground.views.widgets.number_format import class_words
from playground.window.panels import Panels

if TYPE_CHECKING:
    from playground.views.canvas.step_transport import StepTransport

_FRAME_MS: Final = 16
_MAX_SECONDS: Final = 0.1
_ENDED: Final = "The slow step has ended: {}. Nothing of it was kept."


class SlowStepController(QObject):
    """Shows the next step of the training, or a rehearsal on the chosen sample, from stop to stop.

    The training waits at its moment until the end of a batch's step, which makes it. Whatever else moves it ends the
    slow step: an edit, another run, a look back, a step or an epoch. Another page pauses it. Play plays it.
    """

    message_requested = Signal(str)
    changed = Signal()
    """`moment` or `is_playing`."""
    build_requested = Signal()
    """Asks for the page with the network."""

    def __init__(self, context: WindowContext, panels: Panels) -> None:
        super().__init__(context.window)
        self._context, self._session, self._panels = context, context.session, panels
        self.moment: SlowMoment | None = None
        """Position of the slow step; None without one."""
        self._transport: StepTransport | None = None
        self._image: PlaneImage | None = None
        self._is_batch = True
        self._is_waiting = False
        self._at: tuple[int, int, int] | None = None
        """Run, epoch and step of the training; None until it has made the step."""
        self._was_at: tuple[int, int, int] | None = None
        self.prepared: PreparedData | None = None
        """The data of the run."""
        self._moved_at = 0.0
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._go_on)
        session, document = context.session, context.document
        session.slow_step_ready.connect(self._show_step)
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_snapshot)
        session.state_changed.connect(self._on_state_changed)
        session.past.changed.connect(
            lambda: self._end("an earlier moment is looked at") if session.past.is_past else None
        )
        session.lock_changed.connect(lambda lock: self._end("training is locked") if lock else None)
        document.experiment_changed.connect(
            lambda _: self._end(
                f"a {'weight was set' if document.transition.sets_weight else 'setting was changed'}"
            )
        )
        session.inspection.changed.connect(self._on_inspection_changed)

    @property
    def is_open(self) -> bool:
        """Whether a slow step is shown, or about to be."""
        return self.moment is not None or self._is_waiting

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def open(self) -> None:
        """Show the next step from its start; again: end it."""
        if self.is_open:
            self.close()
            return
        if not self._session.is_locked():
            self.build_requested.emit()
            self._request()

    def close(self) -> bool:
        """End it; what is not made yet is not kept. Returns whether there was one."""
        self._is_waiting = False
        if self.moment is None:
            return False
        self._timer.stop()
        self.moment = self._at = None
        panels = self._panels
        assert self._transport is not None
        self._transport.hide()
        # A large network's step is not to be kept.
        self._transport.track.show_moment(None)
        panels.palette.show()
        panels.canvas.scene.field.show_slow(None)
        self._mark_plot()
        self.changed.emit()
        panels.canvas.focus_selected()
        return True

    def toggle(self) -> None:
        """Go on by itself, or wait."""
        if self.moment is None:
            return
        if self.is_playing:
            self._timer.stop()
        elif self.moment.is_at_end:
            self._request()
        else:
            self._moved_at = perf_counter()
            self._timer.start()
        self._show()

    def pause(self) -> None:
        """Wait, because another page is shown."""
        if self.is_playing:
            self.toggle()

    def go_to(self, position: float) -> None:
        """Show another place of the step; at its end a batch's step is made."""
        moment = self.moment
        if moment is None:
            return
        self._timer.stop()
        self._go(moment, position)

    def _request(self) -> None:
        self._is_waiting = True
        self._session.request_slow_step(None if self._is_batch else self._session.inspection.state.sample)

    def _show_step(self, step: SlowStep | None, more: Any) -> None:
        if not self._is_waiting or self.prepared is None:
            return
        self._is_waiting = False
        if step is None:
            self.close()
            self.message_requested.emit(f"There is no step to show: {more or 'No network can run yet'}")
            return
        live = self._session.past.live
        assert live is not None
        self._at = (live.run, live.epoch, live.step)
        is_new = self.moment is None
        shown = _hardest(step)
        encoding, data = self.prepared.encoding, self.prepared.data
        names = tuple(class_words(data.class_names, number) for number in range(data.n_classes))
        self.moment = SlowMoment(step, self._context.document.experiment, encoding, shown, names=names)
        if is_new:
            self._open_views()
        self._image = more
        self._mark_plot()
        self._show()

    def _mark_plot(self) -> None:
        """Show the boundary behind the step, and its sample, in the large plot."""
        moment, prepared, plot = self.moment, self.prepared, self._panels.output.plot
        if moment is None or prepared is None:
            plot.show_after(None)
            return
        point = None
        if prepared.has_plane and plot.plane is not None:
            train, test = prepared.places_on(plot.plane)
            point = (train if moment.step.of_training else test)[moment.step.rows[moment.shown]]
        plot.show_after(self._image, point)

    def _open_views(self) -> None:
        from playground.views.canvas.step_transport import StepTransport

        panels, themes = self._panels, self._context.themes
        if self._transport is None:
            self._transport = StepTransport(themes, panels.canvas.parentWidget())
            transport = self._transport
            transport.position_requested.connect(self.go_to)
            transport.play_requested.connect(self.toggle)
            transport.next_requested.connect(self._request)
            transport.closed.connect(self.close)
            transport.samples_chosen.connect(self._choose_samples)
            transport.shown_chosen.connect(self._choose_shown)
            transport.hardest_requested.connect(self._choose_hardest)
            panels.put_below(transport)
        panels.palette.hide()
        self._transport.show()
        self._transport.track.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        moment = self.moment
        if moment is None or self._transport is None:
            return
        now = perf_counter()
        # By time, whatever the machine has else to do; but nothing is skipped after a long wait.
        seconds, self._moved_at = min(_MAX_SECONDS, now - self._moved_at), now
        position = moment.position + float(self._transport.speed.current) * seconds
        if position >= len(moment.stops):
            self._timer.stop()
        self._go(moment, position)

    def _go(self, moment: SlowMoment, position: float) -> None:
        position = min(float(len(moment.stops)), max(0.0, position))
        self.moment = replace(moment, position=position)
        if self.moment.is_at_end and moment.step.is_batch and not moment.is_kept:
            self.moment = replace(self.moment, is_kept=True)
            # Its snapshot says where the training is then.
            self._was_at, self._at = self._at, None
            self._session.keep_slow_step()
        self._show()

    def _show(self) -> None:
        moment = self.moment
        if moment is None or self._transport is None:
            return
        self._transport.show_moment(moment, playing=self.is_playing)
        self._panels.canvas.scene.field.show_slow(moment)
        self.changed.emit()

    def _choose_samples(self, is_batch: bool) -> None:
        self._is_batch = is_batch
        self._timer.stop()
        self._request()

    def _choose_shown(self, shown: int) -> None:
        if self.moment is not None:
            self.moment = replace(self.moment, shown=shown)
            self._mark_plot()
            self._show()

    def _choose_hardest(self) -> None:
        if self.moment is not None and self.moment.step.is_batch:
            self._choose_shown(_hardest(self.moment.step))
        else:
            # The sample that is found is chosen everywhere.
            self._session.find_hardest()

    def _end(self, reason: str) -> None:
        """End it, because something else has moved the training."""
        if self.moment is None and not self._is_waiting:
            return
        was_kept = self.moment is None or self.moment.is_kept or not self.moment.step.is_batch
        self.close()
        if not was_kept:
            self.message_requested.emit(_ENDED.format(reason))

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._end("another run has begun")
        self.prepared = prepared

    def _on_state_changed(self, state: TrainingState) -> None:
        # While one is asked for, this may be of a play before, which it pauses.
        if self.moment is not None and state in (TrainingState.RUNNING, TrainingState.FAILED):
            self._end("the training went on")

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if self.moment is None:
            return
        at = (snapshot.run, snapshot.epoch, snapshot.step)
        if self._at is None:
            self._at = None if at == self._was_at else at
        elif at != self._at:
            self._end("the training went on")

    def _on_inspection_changed(self, state: Any) -> None:
        moment = self.moment
        if moment is not None and not moment.step.is_batch and state.sample != moment.step.sample(0):
            self._request()


def _hardest(step: SlowStep) -> int:
    """The shown sample that teaches most."""
    return int(np.argmax(np.nan_to_num(step.done.losses)))
