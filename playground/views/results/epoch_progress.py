"""Progress within a long epoch: text and bar."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from core.inspect.snapshot import Snapshot

_LONG_EPOCH_STEPS = 30


class EpochProgress:
    """Both widgets, hidden for short epochs; `parent` lays them out."""

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
        """Update the progress. Returns whether the visibility changed."""
        there = snapshot is not None and of_images and snapshot.steps_per_epoch >= _LONG_EPOCH_STEPS
        changed = there == self.bar.isHidden()
        if changed:
            for widget in self.widgets:
                widget.setVisible(there)
        if snapshot is not None and there:
            self._count(snapshot.step % snapshot.steps_per_epoch, snapshot.steps_per_epoch)
        return changed

    def _count(self, batch: int, batches: int) -> None:
        self.text.setText(f"Batch {batch:,} of {batches:,}")
        if self.bar.maximum() != batches:
            self.bar.setRange(0, batches)
        # Qt would paint at once, and with the bar all that waits to be painted in the window: 10 ms.
        self.bar.setUpdatesEnabled(False)
        self.bar.setValue(batch)
        self.bar.setUpdatesEnabled(True)
