"""Choice of the share of links that become 0. Modeless: the network shows them meanwhile."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QWidget

from core.inspect.pruning import Pruning
from core.io.number_text import rounded_text
from core.train.tasks import Score
from playground.views.dialogs.dialog import Dialog, box_button
from playground.views.widgets import LabeledSlider
from playground.views.widgets.boxes import set_up


class PruneDialog(Dialog):
    """Asks for what a share would change while it is dragged, and to prune the links."""

    share_changed = Signal(float)
    prune_requested = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Prune links", parent, kept=True)
        self.slider = LabeledSlider(
            "Smallest links that become 0",
            0,
            99,
            50,
            formatter=lambda percent: f"{percent:.0f} %",
            tooltip="The smallest weights of all kernels together. If training goes on, they can grow again.",
            parent=self,
        )
        self.text = set_up(QLabel(self), wordWrap=True)
        self.text.setMinimumSize(320, 4 * self.fontMetrics().lineSpacing())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        told = "Set these links to 0, as one step of undo."
        self.prune = box_button(buttons, "Prune", told, "ActionRole", primary=True)
        buttons.rejected.connect(self.reject)
        self.prune.clicked.connect(lambda: self.prune_requested.emit(self.share))
        self.slider.value_changed.connect(lambda _: self.share_changed.emit(self.share))
        self._stack(self.slider, self.text, buttons, spacing=12)

    @property
    def share(self) -> float:
        """That of the links, 0 … 1."""
        return self.slider.value / 100

    def show_pruning(self, found: Pruning | None, score: Score, *, is_past: bool = False) -> None:
        """Write what it would change; None: nothing is known. An earlier moment is only looked at."""
        self.prune.setEnabled(found is not None and found.count > 0 and not is_past)
        if found is None:
            self.text.setText("There is no network to prune now.")
            return
        of = "test" if found.on_test else "training"
        scored = math.isfinite(found.before.score)
        before, after = (
            score.text(each.score) if scored else rounded_text(each.loss)
            for each in (found.before, found.after)
        )
        self.text.setText(
            f"{found.count:,} of {found.links:,} links become 0.\n"
            f"{score.title if scored else 'Loss'} {after} without them, {before} with all.\n"
            f"Measured on {found.before.samples:,} {of} samples."
            + ("\nGo back to the latest moment to prune." if is_past else "")
        )
