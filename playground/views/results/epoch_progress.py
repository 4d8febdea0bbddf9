"""How far a long epoch has come: a line of text and a bar."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from core.inspect.snapshot import Snapshot

__all__ = ["EpochProgress"]

_LONG_EPOCH_STEPS = 30


class EpochProgress:
    """The two widgets, hidden where epochs are short; they are laid out by `parent`."""

    def __init__(self, parent: QWidget) -> None:
        self.text = QLabel(parent)
        self.text.setProperty("role", "muted")
        self.bar = QProgressBar(parent)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Batches of this epoch")
        for widget in self.widgets:
            widget.hide()

    @property
    def widgets(self) -> tuple[QWidget, QWidget]:
        return self.text, self.bar

    def show_snapshot(self, snapshot: Snapshot | None, *, of_images: bool) -> bool:
        """Show the batches of the epoch; whether the widgets came or went by it."""
        there = snapshot is not None and of_images and snapshot.steps_per_epoch >= _LONG_EPOCH_STEPS
        changed = there == self.bar.isHidden()
        if changed:
            for widget in self.widgets:
                widget.setVisible(there)
        if snapshot is not None and there:
            self._count(snapshot.epoch, snapshot.step % snapshot.steps_per_epoch, snapshot.steps_per_epoch)
        return changed

    def _count(self, epoch: int, batch: int, batches: int) -> None:
        self.text.setText(f"Epoch {epoch + 1} · batch {batch:,} / {batches:,}")
        if self.bar.maximum() != batches:
            self.bar.setRange(0, batches)
        self.bar.setValue(batch)
