"""The quiet bar above the network of a classic: what its paper says, and what this run has found."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.experiment.presets import CLASSIC_SEEDS, Preset, classic_of
from core.inspect.classics import ClassicPart, Found
from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.widgets.labels import show_markup
from playground.views.widgets.toast import Notice, NoticeBar

_TRAIN = f"Train {CLASSIC_SEEDS} seeds"


class ClassicBar(NoticeBar):
    """Shown while the document is a classic, which it is by its data and network; other settings are told."""

    part_requested = Signal(object)
    """Carries the `Classic` that snapshots should measure; None for none."""
    seeds_requested = Signal(int, int)
    """Carries how many seeds to train, and for how many epochs."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._preset: Preset | None = None
        self._found: Found | None = None
        self.answered.connect(self._train)
        document.experiment_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        preset = classic_of(self._document.experiment)
        if preset is not self._preset:
            self._preset = preset
            self._found = None
            self.request()
        self._tell()

    def request(self) -> None:
        """Ask for what is to be measured."""
        self.part_requested.emit(None if self._preset is None else self._preset.classic)

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show what a moment has found; None for nothing yet."""
        self._found = None if snapshot is None else snapshot.part(ClassicPart)
        self._tell()

    def _tell(self) -> None:
        if self._preset is None or self._preset.classic is None:
            self.show_notice(None)
            return
        classic, found = self._preset.classic, self._found
        mark = "✓ " if found is not None and found.reached else ""
        result = mark + classic.sentence("not trained yet" if found is None else found.text)
        own = self._document.experiment
        same = own.replace(name=self._preset.experiment.name, seed=self._preset.experiment.seed)
        changed = "" if same == self._preset.experiment else "Your settings are not those of the paper."
        told = " ".join(filter(None, (f"{classic.cited}.", classic.differs, changed)))
        tip = f"From {CLASSIC_SEEDS} seeds, for {classic.epochs:,} epochs each, on the page Runs."
        # What a screen reader announces is the classic, and not each new number.
        self.show_notice(Notice(f"{self._preset.heading}. {classic.claim} {told}", ((_TRAIN, tip),)))
        show_markup(self.label, f"<b>{escape(result)}</b><br>{escape(told)}")
        self.label.setToolTip(f"{classic.claim}\n{classic.source}")
        self.setAccessibleDescription(result)

    def _train(self) -> None:
        if self._preset is not None and self._preset.classic is not None:
            self.seeds_requested.emit(CLASSIC_SEEDS, self._preset.classic.epochs)
