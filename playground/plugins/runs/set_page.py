"""What makes sets of runs of one kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from playground.plugin import Page

if TYPE_CHECKING:
    from core.runs.run_set import RunSet, SetKind
    from playground.plugin import PageWidget
    from playground.plugins.runs.live_run import LiveSet
    from playground.plugins.runs.views.set_form import SetForm
    from playground.plugins.runs.views.sets import OpenState, SetRow


class SetPage(Page):
    """Makes sets of runs of one kind; one is open in it."""

    page: PageWidget
    kind: SetKind
    key = ""
    """Of the set that is open, in the list."""
    form: SetForm[Any] | None = None
    """What a set is made by, in place of the list of sets."""
    head: QWidget | None = None
    """What stands above the views of the open set, in place of their filters."""

    def enter(self) -> None:
        if self.form is not None and self.form.isVisible():
            self.form.take_focus()

    def say(self, sentence: str) -> None:
        """Say where it is made why nothing is trained; and in the window where that is not seen."""
        self.page.show_message(sentence)
        if sentence and not self.page.isVisible():
            self.message_requested.emit(sentence)

    @property
    def live(self) -> LiveSet | None:
        """The open set as it is now, where its members train together in the window."""
        return None

    def when_kept(self, runs: Sequence[int], then: Callable[[list[int]], object]) -> None:
        """Keep what members of `live` have learned, then call with their own numbers."""

    @property
    def set_row(self) -> SetRow | None:
        """The open set as it is listed."""
        raise NotImplementedError

    @property
    def state(self) -> OpenState:
        """Of the open set."""
        raise NotImplementedError

    def rename_set(self, name: str) -> None:
        """Call the open set otherwise, kept or not."""
        raise NotImplementedError

    def forget_set(self) -> bool:
        """Let go of the open set, of which nothing more is kept. False while it trains and cannot be left."""
        raise NotImplementedError

    def toggle_set(self) -> None:
        """Pause, or go on."""
        raise NotImplementedError

    def go_on(self, kept: RunSet, then: Callable[[], object], seeds: int = 0, epochs: int = 0) -> None:
        """Open a kept set, call `then`, and train on; with so many more seeds or epochs, where it has any."""
        raise NotImplementedError
