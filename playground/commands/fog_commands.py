"""Fog of doubt: asks the snapshots for it, again and again at rest until the other networks are trained as far."""

from __future__ import annotations

from PySide6.QtCore import Signal

from core.inspect.fog import FogPart, why_no_fog
from core.inspect.snapshot import Snapshot
from core.io.sentence import in_sentence
from playground.commands.window_controller import ShowsRun, WindowContext, WindowController
from playground.training.state import TrainingState


class FogController(WindowController):
    """Between the menu, the training, and the plot that fades. It ends with the data: a band is no fog."""

    ended = Signal()

    def __init__(self, context: WindowContext, shown: ShowsRun) -> None:
        super().__init__(context)
        self._shown, self._is_on, self._asked = shown, False, 0
        shown.drawn.connect(self._go_on)
        context.document.belongings.add(self._end)

    def show(self, on: bool) -> None:
        """Show the fog from now on, or no longer."""
        self._is_on = on
        data = self._shown.data
        if on and data is not None and (reason := why_no_fog(data)):
            self.message_requested.emit(f"There is no fog here: {in_sentence(reason)}")
        self._ask()

    def _end(self) -> None:
        if self._is_on:
            self.message_requested.emit("The fog of doubt is off: it was that of the network before")
        self.ended.emit()

    def _ask(self) -> None:
        self._asked += 1
        self._session.inspection.show_parts("fog", {FogPart.kind: self._asked} if self._is_on else {})

    def _go_on(self, snapshot: Snapshot | None) -> None:
        fog = None if snapshot is None else snapshot.part(FogPart)
        # While training every snapshot brings it further.
        if (
            self._is_on
            and fog is not None
            and not fog.is_done
            and self._session.state is not TrainingState.RUNNING
        ):
            self._ask()
