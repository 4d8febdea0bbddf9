"""The sealed test below the scores: its number of samples until it is opened, then what it told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.experiment.prepare import sealed_key
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text
from core.train.opening import Opening
from playground.views.widgets.toast import Notice, NoticeBar

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

OPEN, SURE, KEEP = "open", "sure", "keep"
"""Names of the answers."""
_ASKED: Final = Notice(
    "Once seen, it guides your choices.",
    (
        (SURE, "Open it", "Measure the sealed samples with the network as it is now"),
        (KEEP, "Keep it sealed", "Nothing looks at the sealed samples"),
    ),
)


class SealedBar(NoticeBar):
    """Hidden without a sealed test. It is opened once in a run, and asks before."""

    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prepared: PreparedData | None = None
        self._openings: tuple[Opening, ...] = ()
        self._told = self._seen = self._lock = ""
        self.answered.connect(self._answer)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data of a run, whose test is not open."""
        self._prepared, self._told, self._seen, self._openings = prepared, "", "", ()
        self._show()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say what the test told; an earlier moment of the run does not take it back."""
        if self._prepared is None or snapshot.is_past:
            return
        opened = snapshot.opened
        told = "" if opened is None else opened.text(self._prepared.task.score)
        if told != self._told or snapshot.openings is not self._openings:
            self._told, self._openings = told, snapshot.openings
            key = sealed_key(snapshot.experiment)
            looks = sum(each.key == key for each in snapshot.openings)
            again = ", opened once before" if looks == 1 else f", opened {looks} times before"
            data = key.partition("-")[0]
            other = any(each.key != key and each.key.startswith(data) for each in snapshot.openings)
            self._seen = (again if looks and not told else "") + (
                ", some of it seen with another seed or share" if other else ""
            )
            self._show()

    def show_lock(self, sentence: str) -> None:
        """Offer nothing while a lesson waits for a guess, which the test may answer."""
        self._lock = sentence
        self._show()

    def _show(self) -> None:
        sealed = None if self._prepared is None else self._prepared.sealed
        if sealed is None:
            self.show_notice(None)
        elif self._told:
            self.show_notice(Notice(f"Test: {self._told}{self._seen}", ()))
        else:
            text = f"Test: {count_text(sealed.count, 'sample')}, sealed{self._seen}"
            offer = (OPEN, "Open the test…", "Measure it once, when nothing is to be changed any more")
            self.show_notice(Notice(text, () if self._lock else (offer,)))

    def _answer(self, name: str) -> None:
        if name == OPEN:
            self.show_notice(_ASKED)
            self.buttons[KEEP].setFocus()
            return
        self._show()
        if name == SURE:
            self.open_requested.emit()
