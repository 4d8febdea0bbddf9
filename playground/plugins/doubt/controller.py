"""Fog of doubt: asks the snapshots for it, again and again at rest until the other networks are trained as far."""

from __future__ import annotations

from core.experiment.prepare import PreparedData
from core.inspect.fog import FogPart, why_no_fog
from core.inspect.snapshot import Snapshot
from core.io.sentence import in_sentence
from playground.plugin import PluginWindow, TrainingState, WindowController


class DoubtController(WindowController):
    """Between the menu, the training, and the plot that fades. It ends with the data: a band is no fog."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._action = window.actions_by_name["fog"]
        window.panels.output.series.offer_band(self._action)
        self._is_on, self._asked, self._data = False, 0, None  # type: bool, int, PreparedData | None
        self._session.run_started.connect(self._on_run_started)
        self._session.snapshot_taken.connect(self._go_on)
        self._session.past.snapshot_taken.connect(self._go_on)
        self._document.belongings.add(self._end)

    def show(self, on: bool) -> None:
        """Show the fog from now on, or no longer."""
        self._is_on = on
        if on and self._data is not None and (reason := why_no_fog(self._data)):
            self.message_requested.emit(f"There is no fog here: {in_sentence(reason)}")
        self._ask()

    def _end(self) -> None:
        if self._is_on:
            self.message_requested.emit("The fog of doubt is off: it was that of the network before")
        self._data = None
        self._action.setChecked(False)

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._data = prepared

    def _ask(self) -> None:
        self._asked += 1
        self._session.inspection.show_parts("fog", {FogPart.kind: self._asked} if self._is_on else {})

    def _go_on(self, snapshot: Snapshot) -> None:
        fog = snapshot.part(FogPart)
        # While training every snapshot brings it further.
        at_rest = self._session.state is not TrainingState.RUNNING
        if self._is_on and fog is not None and not fog.is_done and at_rest:
            self._ask()
