"""Connect the timeline's panel and marks to the session's look back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer

from core.experiment.experiment import Experiment
from core.inspect.histograms import HistogramsPart, LayerHistograms
from core.inspect.snapshot import Snapshot
from core.io.number_text import size_text
from playground.model.timeline.moment import spread_moments
from playground.plugin import DockRow, Moment, PluginWindow, TrainingState, WindowController
from playground.plugins.timeline.filmstrip import Frame
from playground.plugins.timeline.panel import PastMarks, TimelinePanel
from playground.plugins.timeline.settings import TimelineSettings
from playground.training.edit_effects import has_same_weights
from playground.training.past_worker import MomentPicture

_REFRESH_MS = 100
_FRAME_MS = 16
_SECONDS = 32.0
"""Of playing a whole run back at 1×."""
_LOW_PX = 800
_HISTOGRAMS = 48
"""Half of the rows that the weights tab has."""
_WITHOUT_RUN = (TrainingState.LOADING, TrainingState.BLOCKED)


_DOCK: Final = DockRow(
    "timeline",
    "Timeline",
    Qt.DockWidgetArea.BottomDockWidgetArea,
    50,
    make=lambda panels, dock: TimelinePanel(panels.themes, panels.actions, dock),
    shows_figures=True,
)


def docks() -> tuple[DockRow, ...]:
    return (_DOCK,)


def settings_note(window: PluginWindow) -> str:
    """How much of the limit is used."""
    store = window.context.session.timeline
    used = f"{size_text(store.memory_bytes)} of {size_text(store.memory_limit)}"
    text = f"1 moment takes {used}" if store.count == 1 else f"{store.count:,} moments take {used}"
    return f"{text}, and {size_text(store.disk_bytes)} on the disk" if store.disk_bytes else text


class TimelineController(WindowController):
    """Looks back, plays back and branches; shows in all panels that an earlier moment is looked at."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        panels, session = window.panels, window.context.session
        self._past, self._panels, self._actions = session.past, panels, window.actions_by_name
        self.dock = panels.dock(_DOCK.kind)
        panel = self.panel = cast(TimelinePanel, self.dock.widget())
        plot, canvas = panels.output.plot, panels.canvas
        self.marks = PastMarks(self._themes, self._window, window.menu_area, plot, canvas)
        self._other: Experiment | None = None
        self._speed = 4.0
        self._position = 0.0
        self._layer: int | None = None
        self._counted: Sequence[Moment] = ()
        self._refreshing = QTimer(self, interval=_REFRESH_MS, singleShot=True)
        self._refreshing.timeout.connect(self.refresh)
        self._playing = QTimer(self, interval=_FRAME_MS)
        self._playing.timeout.connect(self._play_on)
        past = self._past
        panel.position_requested.connect(self._look_at)
        panel.step_requested.connect(self._step)
        panel.live_requested.connect(past.return_to_live)
        panel.speed_chosen.connect(partial(setattr, self, "_speed"))
        panel.thumbnails_requested.connect(past.make_thumbnails)
        panels.output.live_requested.connect(past.return_to_live)
        panels.results.parts_requested.connect(self._set_parts)
        past.histograms_taken.connect(self._show_histograms)
        past.thumbnail_taken.connect(self._add_thumbnail)
        past.changed.connect(self._show_past)
        past.moment_shown.connect(self._show_moment)
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_live_snapshot)
        session.state_changed.connect(self._on_state_changed)
        for page in panels.results.curve_pages:
            page.canvas.epoch_clicked.connect(self._look_at)
        self._window.installEventFilter(self)
        self._preferences.changed.connect(self._limit_memory)
        self._limit_memory()
        self._allow()

    def _limit_memory(self, _changed: str = "") -> None:
        self._session.timeline.memory_limit = self._preferences.of(TimelineSettings).megabytes * 1_000_000

    def play_back(self) -> None:
        """Play the moments from the one that is looked at, from the first if that is now; again: stop."""
        if self._playing.isActive():
            self._stop()
        elif moments := self._past.moments:
            seen = self._past.moment
            self._position = moments[0].position if seen is None else seen.position
            self._past.look_at_moment(seen or moments[0])
            self._playing.start()
        self.refresh()

    def branch(self) -> None:
        """Train on from the moment that is looked at."""
        self._stop()
        self._past.branch()

    def escape(self) -> bool:
        """Look at the training as it is now. Returns whether an earlier moment was looked at."""
        was_past = self._past.is_past
        self._past.return_to_live()
        return was_past

    def look_back(self) -> None:
        """Look at the moment before, and go on with the arrow keys."""
        self.dock.show()
        self.panel.slider.setFocus()
        self._step(-1)

    def refresh(self) -> None:
        """Show the moments and edits as they are now."""
        self._show_timeline(self._past.moment)
        self._allow()

    def _show_timeline(self, moment: Moment | None) -> None:
        past, panel = self._past, self.panel
        panel.show_timeline(past.moments, past.edits, moment, playing=self._playing.isActive())
        if moment is not None:
            then, now = moment.experiment, self._document.experiment
            others = (then.dataset, then.data_seed) != (now.dataset, now.data_seed)
            what = "The network was another one" if self._other is not None else ""
            what += (
                ", and the data were others" if what and others else "The data were others" if others else ""
            )
            self.marks.show_past(moment.place.text, panel.live_text, what)

    def _show_moment(self, moment: Moment) -> None:
        """Name the moment with its picture and not before, so that plot and network are painted once."""
        self._show_timeline(moment)
        self._panels.status.show_past(moment.place.text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.panel.set_low(self._window.height() < _LOW_PX)
        return False

    def _look_at(self, position: float) -> None:
        self._stop()
        if self._session.state not in _WITHOUT_RUN:
            self._past.look_at(position)

    def _step(self, count: int) -> None:
        self._stop()
        if self._session.state not in _WITHOUT_RUN:
            self._past.step(count)

    def _play_on(self) -> None:
        moments = self._past.moments
        if not moments or not self._past.is_past:
            self._stop()
            return
        end = moments[-1].position
        self._position += end * self._speed * _FRAME_MS / 1000 / _SECONDS
        if self._position >= end:
            self._stop()
            self._past.return_to_live()
        else:
            self._past.look_at(self._position)

    def _stop(self) -> None:
        if self._playing.isActive():
            self._playing.stop()
            self._refreshing.start()

    def _show_past(self) -> None:
        moment = self._past.moment
        self._panels.output.show_past(moment is not None)
        self._show_network(None if moment is None else moment.experiment)
        self._panels.training_bar.show_past(None if moment is None else moment.experiment)
        if moment is not None:
            self.panel.slider.show_past(moment.position)
            self._allow()
            return
        self._stop()
        self.marks.show_past("")
        self._panels.status.show_past("")
        self.refresh()

    def _show_network(self, past: Experiment | None) -> None:
        """Show the network of the moment where it is another than the document's."""
        now = self._document.experiment
        if past is not None and (past.stack(), past.features) == (now.stack(), now.features):
            past = None
        if past is not self._other:
            self._other = past
            self._panels.canvas.show_past(past)
            self._panels.palette.setEnabled(past is None)
            self._panels.side.layer.setEnabled(past is None)
            self._panels.status.show_experiment(past or now)

    def _on_run_started(self) -> None:
        self.panel.strip.clear()
        self._request_histograms()
        self._refreshing.start()

    def _on_live_snapshot(self, snapshot: Snapshot) -> None:
        if not self._refreshing.isActive():
            self._refreshing.start()

    def _on_state_changed(self, state: TrainingState) -> None:
        if state in _WITHOUT_RUN:
            self._past.return_to_live()
        self._refreshing.start()

    def _add_thumbnail(self, thumbnail: MomentPicture) -> None:
        moment: Moment = thumbnail.moment
        if moment not in self._past.moments:
            return  # of the run before, which has other data
        if thumbnail.boundary is not None or thumbnail.confusion is not None or thumbnail.lines:
            frame = Frame(moment.position, thumbnail.boundary, thumbnail.confusion, thumbnail.lines)
            self.panel.strip.add(moment.number, frame)

    def _set_parts(self, parts: Mapping[str, Any]) -> None:
        layer: int | None = parts.get(HistogramsPart.kind)
        if layer != self._layer:
            self._layer = layer
            self._request_histograms()

    def _request_histograms(self) -> None:
        """Histograms from the start of the run on, also where the tab with them is opened later."""
        now, layer = self._document.experiment, self._layer
        fitting = [moment for moment in self._past.moments if has_same_weights(moment.experiment, now)]
        self._counted = spread_moments(fitting, _HISTOGRAMS)
        live = self._past.live
        # The moment that live pictures show comes with them, whether it is recorded yet or not.
        earlier = live is not None and any(
            moment.position < live.fractional_epoch for moment in self._counted
        )
        if layer is not None and earlier:
            self._past.make_histograms(layer, list(self._counted))

    def _show_histograms(self, found: Sequence[tuple[Moment, LayerHistograms]]) -> None:
        if found and found[0][0] in self._counted:
            self._panels.results.weights.show_history([(each.position, counts) for each, counts in found])

    def _allow(self) -> None:
        moments = self._past.moments
        for name in ("branch_here", "back_to_live"):
            self._actions[name].setEnabled(self._past.is_past)
        self._actions["play_back"].setEnabled(len(moments) > 1)
        self._actions["look_back"].setEnabled(len(moments) > 1)
