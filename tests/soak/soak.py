"""Uses a window at random for some minutes, and measures its memory with an untouched document in between."""

from __future__ import annotations

import faulthandler
import gc
import math
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from core.experiment.presets import preset_files
from playground.commands.sweep_commands import SweepController
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.soak.faults import Faults
from tests.soak.files import SampleFiles
from tests.soak.hand import Hand
from tests.soak.held_data import holders, prepared_data
from tests.soak.memory import Measurement, measure, working_threads
from tests.soak.moves import Move, Moves

_EVERY_MS = 25
# A dialog is used for so long at most, then closed; one that cannot be closed is a fault.
_USED_SECONDS = 1.5
_STUCK_SECONDS = 30.0
_POPUP_MOVES = 10
_HELD_SECONDS = 120.0
"""A window that is held longer is ended with the tracebacks of all threads."""
_SETTLING_SECONDS = 60.0
_LAST_MOVES = 8
_MEASURED_PX = (1280, 720)
_LETTING_GO_SECONDS, _ENDING_SECONDS, _NOISE_MB, _HELD_MB = 6.0, 90.0, 10.0, 40.0


@dataclass
class Record:
    """What a soak has done and seen; it outlives the window."""

    measurements: list[Measurement] = field(default_factory=list)
    moves: int = 0
    snapshots: int = 0
    done: Counter[str] = field(default_factory=Counter)
    """How often each move was made, by its kind and name."""
    decks: int = 0
    """How often all moves that there were had been made."""
    shown: Counter[type[QWidget]] = field(default_factory=Counter)
    """How often each class of dialog or popup was seen."""
    longest: tuple[float, str] = (0.0, "")
    """The move that took the longest, in seconds."""


class Soak(QObject):
    """Does one random thing after another, also in the event loops of dialogs.

    The n-th thing that a `seed` does is always the same one; what it meets depends on the training's pace too.
    """

    def __init__(
        self,
        window: MainWindow,
        files: SampleFiles,
        faults: Faults,
        *,
        seed: int = 0,
        look_seconds: float = 30.0,
        only: str = "",
        told: Callable[[Measurement], object] = lambda _: None,
    ) -> None:
        """`only` restricts it to moves whose kind and name contain the text; `told` gets every measurement."""
        super().__init__(window)
        self.window, self._faults, self._only = window, faults, only
        self._seed, self._look_seconds = seed, look_seconds
        self._hand = Hand(random.Random(seed), files)
        self._moves = Moves(window, self._hand, files)
        self._deck: list[Move] = []
        self._told = told
        self.record = Record()
        self._last: deque[str] = deque(maxlen=_LAST_MOVES)
        self._used: QWidget | None = None
        self._uses, self._used_since = 0, 0.0
        self._acting = self._looking = self._ended = False
        self._start = perf_counter()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._tick)
        faults.describe = self._describe
        window.session.snapshot_taken.connect(self._count_snapshot)

    def run(self, seconds: float = math.inf, moves: float = math.inf) -> None:
        """Act for so long or so often; returns when the window is at rest. Until then closing it only asks.

        Afterwards it only answers the question whether to save, by "Discard".
        """
        self.window.installEventFilter(self)
        loop = QEventLoop()
        self._start = perf_counter()
        end, next_look = self._start + seconds, self._start
        self._timer.start()
        while perf_counter() < end and self.record.moves < moves:
            if perf_counter() >= next_look and self._is_free:
                next_look = perf_counter() + self._look_seconds
                self.look()
            loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self.look()
        self._looking = self._ended = True
        self.window.removeEventFilter(self)
        faulthandler.cancel_dump_traceback_later()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.window and event.type() is QEvent.Type.Close:
            self.window.files.maybe_save()
            event.ignore()
            return True
        return False

    def look(self) -> None:
        """Open an untouched document and measure."""
        self._looking = True
        self._close_windows()
        # Kept on purpose: a recording until the next one, and what a film shows until it is written.
        films = self.window.films
        films.forget_recording()
        films.cancel()
        self._wait_until(lambda: not self.window.files.busy and not films.is_writing)
        # A sweep goes on beside any document, with its own data.
        sweep = self.window.pages._made.get("sweep")
        if isinstance(sweep, SweepController):
            sweep.session.stop()
            self._wait_until(lambda: not sweep.session.running)
        # What is painted takes memory by its size: pictures of a page, and what the window itself is drawn into.
        size = self.window.size()
        self.window.resize(*_MEASURED_PX)
        self.window.pages.show("build")
        self.window.files.open_preset(preset_files()[0])
        self._wait_until(self._is_untouched)
        found = self._measure()
        self.window.resize(size)
        self.record.measurements.append(found)
        self._told(found)
        self._tell_holders(found)
        self._looking = False

    def _tell_holders(self, found: Measurement) -> None:
        """Where memory has grown, print what holds data of other documents: it may not be growth, but must be known."""
        least = min(each.memory_mb for each in self.record.measurements[1:] or [found])
        if found.memory_mb <= least + _HELD_MB:
            return
        exempt = gc.get_freeze_count() > 0
        gc.unfreeze()
        for data in prepared_data():
            if data.nbytes > 1e6 * _NOISE_MB:
                ways = sorted({*holders(data)})
                print(
                    f"        {1e-6 * data.nbytes:.0f} MB of data held by {'; '.join(ways) or 'no object'}",
                    flush=True,
                )
        if exempt:
            gc.freeze()

    def _measure(self) -> Measurement:
        """The least of some seconds: what a cancelled export or prediction holds is let go by its thread in the end.

        A model of scikit-learn that is being fitted cannot be interrupted, and holds its data until then.
        """
        # Of a window that was used: the first measurement is of one that was not.
        before = min((each.memory_mb for each in self.record.measurements[1:]), default=math.inf)
        found = measure(perf_counter() - self._start, self.record.moves)
        loop, start = QEventLoop(), perf_counter()
        while found.memory_mb > before + _NOISE_MB:
            seconds = perf_counter() - start
            if seconds > _ENDING_SECONDS or (seconds > _LETTING_GO_SECONDS and not working_threads()):
                break
            QTimer.singleShot(500, self, loop.quit)
            loop.exec()
            later = measure(perf_counter() - self._start, self.record.moves)
            found = min(found, later, key=lambda each: each.memory_mb)
        return found

    # -- one thing after another ----------------------------------------------------------------------------------

    def _tick(self) -> None:
        # Started again first, so that it runs in the event loop of a dialog that this move opens.
        self._timer.start()
        if not self._ended:
            faulthandler.dump_traceback_later(_HELD_SECONDS, exit=True)
        begin = perf_counter()
        what = self._act()
        self.record.longest = max(self.record.longest, (perf_counter() - begin, what))

    def _act(self) -> str:
        over = self._over()
        if over is not None:
            return self._use(over)
        self._used = None
        if self._acting or self._looking:
            # Within a move's own event loop, which is about to end.
            return ""
        if not self._deck:
            self._deal()
        move = self._deck.pop()
        self.record.decks += not self._deck
        self._acting = True
        try:
            return self._do(move)
        finally:
            self._acting = False

    def _deal(self) -> None:
        found = [move for move in self._moves.deal() if self._only in f"{move.kind} {move.name}"]
        self._hand.chance.shuffle(found)
        self._deck = found

    def _do(self, move: Move) -> str:
        """Do it, with a generator of its own, so that it does not depend on how long others took."""
        self.record.moves += 1
        self._hand.chance.seed(f"{self._seed} {self.record.moves}")
        name = f"{move.kind} {move.name}".rstrip()
        self.record.done[name] += 1
        self._note(name)
        told = move.run()
        if isinstance(told, str):
            self._last[-1] = f"{name} {told}"
        return name

    def _use(self, over: QWidget) -> str:
        """Use what is open over the window, and close it after a while."""
        if over is not self._used:
            self._used, self._uses, self._used_since = over, 0, perf_counter()
            self.record.shown[type(over)] += 1
        self._uses += 1
        self.record.moves += 1
        self._hand.chance.seed(f"{self._seed} {self.record.moves}")
        name = type(over).__name__
        self.record.done[f"in {name}"] += 1
        seconds = perf_counter() - self._used_since
        if seconds > _STUCK_SECONDS:
            self._faults.add(f"{name} stays open")
            over.close()
        elif over is QApplication.activePopupWidget():
            close = self._looking or self._uses > _POPUP_MOVES
            self._note(self._hand.close(over) if close else self._hand.use_popup(over))
        else:
            self._note(self._hand.answer(over, discard=self._looking or seconds > _USED_SECONDS))
        return name

    def _over(self) -> QWidget | None:
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup
        modal = QApplication.activeModalWidget()
        if modal is not None:
            return modal
        # Others stay open beside the window for a while.
        others = [] if self._looking else self._open_windows()
        for each in others:
            if isinstance(each, QDialog) and self._hand.chance.random() < 0.5:
                return each
        return None

    def _close_windows(self) -> None:
        """In a function: a name would keep the last one, with all that it shows, until memory is measured."""
        for each in self._open_windows():
            each.close()

    def _open_windows(self) -> list[QWidget]:
        return [
            each
            for each in QApplication.topLevelWidgets()
            if each is not self.window and each.isVisible() and isinstance(each, QDialog)
        ]

    @property
    def _is_free(self) -> bool:
        return not self._acting and QApplication.activeModalWidget() is None

    def _is_untouched(self) -> bool:
        """Whether the opened document is drawn, and nothing of the last one is being written any more."""
        window, snapshot = self.window, self.window.snapshot_router.snapshot
        return (
            snapshot is not None
            and snapshot.experiment == window.document.experiment
            and window.session.state in (TrainingState.IDLE, TrainingState.PAUSED)
            and not window.files.busy
            and not window.autosaves.busy
        )

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        end = perf_counter() + _SETTLING_SECONDS
        loop = QEventLoop()
        while not condition():
            if perf_counter() > end:
                self._faults.add(f"no untouched document after {_SETTLING_SECONDS:.0f} s")
                return
            loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def _note(self, what: str) -> None:
        self._last.append(what)

    def _describe(self) -> str:
        return f"{self.record.moves:,} moves of seed {self._seed}, the last ones: {'; '.join(self._last)}"

    def _count_snapshot(self, _: object) -> None:
        self.record.snapshots += 1
