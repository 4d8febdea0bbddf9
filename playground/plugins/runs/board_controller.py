"""The page of kept runs: what its wishes do with the library, the document and the disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.io.number_text import count_text
from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_columns import runs_csv
from core.runs.run_set import RunSet
from core.runs.store import Store, StoreError
from playground.commands.file_commands import FileController
from playground.plugin import Page, WindowContext
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.live_run import LIVE_ID, LiveRun, LiveSet
from playground.plugins.runs.recorder import RunRecorder
from playground.plugins.runs.set_page import SetPage
from playground.plugins.runs.views import RunsBoard
from playground.views.output.run_thumbnail import run_thumbnail

_MAX_NOTE = 1_000
_LIVE_MS = 250
"""Interval in which the rows of what trains are brought up to date."""


class RunController(Page):
    """Made when the page is first shown."""

    compare_requested = Signal(int)
    """A run to show beside the open network."""
    race_requested = Signal(list)
    """Experiments to race, each with the name of its run."""
    pinned = Signal(list)
    """Carries (name, experiment, curves) of each pinned run, to be drawn beside the current one."""

    def __init__(
        self, context: WindowContext, library: RunLibrary, files: FileController, recorder: RunRecorder
    ) -> None:
        super().__init__(context)
        self._library, self._files, self._recorder = library, files, recorder
        self._pinned: list[int] = []
        self.page = self.board = RunsBoard(context.themes, context.window)
        self._wanted: Callable[[Run], bool] | None = None
        self._part: SetPage | None = None
        self._shown: LiveRun | None = None
        self._live_timer = QTimer(self, interval=_LIVE_MS)
        self._live_timer.timeout.connect(self._show_live)
        self._rows_timer, self._is_stale = QTimer(self, interval=_LIVE_MS, singleShot=True), False
        self._rows_timer.timeout.connect(self._show_stale)
        library.changed.connect(self._show)
        board = self.board
        self._acts: Mapping[str, Callable[[list[int]], object]] = {
            "open": lambda runs: self.open(runs[0]),
            "branch": lambda runs: self.branch(runs[0]),
            "beside": lambda runs: self.compare_requested.emit(runs[0]),
            "race": self._race,
            "pin": self.pin,
            "export": self._export,
            "star": self._star,
            "rename": lambda runs: self._ask_name(runs[0]),
            "note": lambda runs: self._ask_note(runs[0]),
            "delete": self.delete,
        }
        board.requested.connect(self._do_when_kept)
        board.wanted.connect(self._load)
        board.message_requested.connect(self.message_requested)

    def enter(self) -> None:
        """Read the runs, which other windows may have changed, and go to the table."""
        self._show()
        self._live_timer.start()
        self._library.refresh()
        self.board.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Follow the training no longer."""
        self._live_timer.stop()

    def open(self, run: int) -> None:
        """Go on with a run in a document of its own."""
        self._library.request(lambda store: store.load(run), self._open)

    def branch(self, run: int) -> None:
        """Go on from a run's weights in the open document, as one step of undo."""
        self._library.request(lambda store: store.load(run), partial(self._branch, run))

    def pin(self, runs: Sequence[int]) -> None:
        """Draw runs beside the current one on the page Build; the same runs again: no longer."""
        self._pinned = [] if list(runs) == self._pinned else list(runs)
        rows = self._library.rows
        names = {run: rows[run].name for run in self._pinned if run in rows}
        self._library.request(partial(_pinned, runs=names), self.pinned.emit)
        count = len(self._pinned)
        one = "1 run is pinned in the chart of the page Build, beside runs on the same data"
        many = f"{count} runs are pinned in the chart of the page Build, beside runs on the same data"
        told = (one if count == 1 else many) if count else "No run is pinned in the chart any more"
        self.message_requested.emit(told)

    def delete(self, runs: Sequence[int]) -> None:
        """Take runs off the list; the message that says so can bring them back."""
        if not runs:
            return
        self._library.delete(list(runs))
        text = "1 run is deleted" if len(runs) == 1 else f"{len(runs)} runs are deleted"
        self._offer_undo(text, partial(self._library.undelete, list(runs)))

    def show_only(
        self,
        wanted: Callable[[Run], bool] | None,
        of: RunSet | None,
        view: str,
        empty: str,
        part: SetPage | None,
    ) -> None:
        """Show the wanted runs, those of a set, in a view, or that it is `empty`; None for all, and what trains.

        `part`: where the set is open; its members are shown as they are now.
        """
        self._wanted = wanted
        self._part = part
        self.board.show_set(of, empty, None if part is None else part.head)
        self._show()
        self.board.show_view(view)

    def follow(self, *, seen: bool) -> None:
        """Show the open set with every frame, and its rows a few times a second; unless `seen` only that it is gone."""
        live = None if self._part is None else self._part.live
        if live is None:
            self._show()
        elif not seen:
            return
        else:
            self.board.follow(live)
        if not self._rows_timer.isActive():
            self._show()
            self._rows_timer.start()
        else:
            self._is_stale = True

    def _show_stale(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self._show()
            self._rows_timer.start()

    def _show(self) -> None:
        if self.board.isHidden():
            return
        rows, wanted = self._library.rows, self._wanted
        live = self._recorder.live if wanted is None else None if self._part is None else self._part.live
        self.board.table.run_model.set_names = (
            {} if wanted else {each.id: each.name for each in self._library.sets.values()}
        )
        if isinstance(live, LiveSet):
            rows = live.rows
        elif wanted is not None:
            rows = {number: run for number, run in rows.items() if wanted(run)}
        elif live is not None:
            rows = rows | live.rows
        before, self._shown = self._shown, live
        self.board.show_runs(rows, live)
        snapshot = None if live is None else live.snapshot
        if live is not None and snapshot is not None and (before is None or before.snapshot is not snapshot):
            self.board.show_pictures({live.runs[0].id: run_thumbnail(snapshot)})

    def _show_live(self) -> None:
        """Show the run that trains now, if it has changed."""
        if self._wanted is None and self._recorder.live is not self._shown:
            self._show()

    def _do_when_kept(self, wish: str, runs: list[int]) -> None:
        """Carry a wish out; first keep the run that trains, if it is among the runs and not kept yet."""
        act = self._acts[wish]
        if self._part is not None and self._part.live is not None:
            if wish == "delete":
                self.message_requested.emit(
                    "These runs go with their set: delete that (Delete in the list of sets)"
                )
            else:
                self._part.when_kept(runs, act)
        elif LIVE_ID not in runs:
            act(runs)
        elif not self._recorder.when_kept(lambda row: act([row if run == LIVE_ID else run for run in runs])):
            self.message_requested.emit("This run can be kept when it has finished an epoch")

    def _star(self, runs: Sequence[int]) -> None:
        for run in runs:
            if (row := self._library.rows.get(run)) is not None:
                self._library.edit(run, starred=not row.starred)

    def _open(self, loaded: tuple[Experiment, TrainerState | None]) -> None:
        if self._files.open_loaded(*loaded):
            self._tell_without_weights(loaded[1])
            self.build_requested.emit()

    def _branch(self, run: int, loaded: tuple[Experiment, TrainerState | None]) -> None:
        experiment, state = loaded
        row = self._library.rows.get(run)
        self._session.pause()
        own_name = self._document.experiment.name
        text = f"Branch from {row.name}" if row is not None else "Branch"
        self._document.start_from(text, experiment.replace(name=own_name), state)
        self._tell_without_weights(state)
        self.build_requested.emit()

    def _tell_without_weights(self, state: TrainerState | None) -> None:
        if state is None:
            self.message_requested.emit("The weights of this run are not kept; it starts anew")

    def _race(self, runs: Sequence[int]) -> None:
        rows = self._library.rows
        names = {run: rows[run].name if run in rows else "" for run in runs}
        self._library.request(partial(_experiments, runs=names), self.race_requested.emit)

    def _ask_name(self, run: int) -> None:
        row = self._library.rows.get(run)
        if row is not None and (name := self._ask_text("Rename", "The name of the run:", row.name)):
            self._library.edit(run, name=name[:_MAX_NOTE])

    def _ask_note(self, run: int) -> None:
        row = self._library.rows.get(run)
        if row is not None:
            note = self._ask_text("Note", f"A note on “{row.name}”:", row.note)
            if note is not None:
                self._library.edit(run, note=note[:_MAX_NOTE])

    def _export(self, runs: Sequence[int]) -> None:
        rows = [self._library.rows[run] for run in runs if run in self._library.rows]
        if (path := self._ask_path("Export runs", "runs.csv", "Table (*.csv)")) is not None:
            self._write(path, runs_csv(rows).encode(), f"has {count_text(len(rows), 'run')}")

    def _load(self, part: str, runs: Sequence[int]) -> None:
        kept = [run for run in runs if run > LIVE_ID]
        if not kept:
            return
        if part == "curves":
            self._library.request(partial(_curves, runs=kept), self.board.show_curves)
        else:
            nothing = dict.fromkeys(kept, b"")
            self._library.request(lambda store: nothing | store.thumbnails(kept), self.board.show_pictures)


def _curves(store: Store, runs: Sequence[int]) -> dict[int, Curves]:
    """The curves of runs; without a row where there are none, or they would be requested again."""
    found = {}
    for run in runs:
        try:
            found[run] = store.curves(run)
        except StoreError:
            found[run] = np.empty((0, 5), np.float32)
    return found


def _experiments(store: Store, runs: Mapping[int, str]) -> list[tuple[Experiment, str]]:
    return [(store.load(run)[0], name) for run, name in runs.items()]


def _pinned(store: Store, runs: Mapping[int, str]) -> list[tuple[str, Experiment, Curves]]:
    return [(name, store.load(run)[0], store.curves(run)) for run, name in runs.items()]
