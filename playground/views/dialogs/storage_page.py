"""The storage page of the preferences: what takes how much of the disk, and a button to clear each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QMessageBox, QPushButton, QWidget

from core.experiment.experiment import Experiment
from playground.model.background_job import BackgroundJob, Report
from playground.model.disk_storage import Stored
from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import STRETCH, set_up, vbox
from playground.views.widgets.controls import Question, push_button
from playground.views.widgets.number_format import size_text

_WAITING = "…"


class StoragePage(QWidget):
    """Measures and clears on a thread. What `experiment` uses cannot be cleared."""

    def __init__(self, rows: Sequence[Stored], experiment: Experiment, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows, self._experiment = rows, experiment
        self.sizes: list[QLabel] = []
        self.buttons: list[QPushButton] = []
        self._job = BackgroundJob("storage", self, daemon=True)
        self._job.finished.connect(self._show_sizes)
        self._job.failed.connect(self._on_failed)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID_PX)
        grid.setVerticalSpacing(GRID_PX)
        grid.setColumnStretch(0, 1)
        for place, row in enumerate(rows):
            self._add_row(grid, 2 * place, row)
        vbox(grid, STRETCH, parent=self, margins=(0, 12, 0, 0))
        self.measure()

    @property
    def busy(self) -> bool:
        """Whether sizes are being found, or something is being cleared."""
        return self._job.busy

    def measure(self) -> None:
        """Find the sizes again."""
        self._start(lambda report: None)

    def stop(self) -> None:
        """Wait for nothing more; what is being cleared is finished all the same."""
        self._job.abandon()

    def _add_row(self, grid: QGridLayout, line: int, row: Stored) -> None:
        title, size = QLabel(row.title, self), QLabel(_WAITING, self)
        size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        hint = set_up(QLabel(row.help, self), role="caption")
        button = push_button("Clear…" if row.question else "Clear", "", self)
        button.setEnabled(False)
        button.setAccessibleName(f"Clear {row.title}")
        button.clicked.connect(partial(self._on_clicked, row))
        grid.addWidget(title, line, 0)
        grid.addWidget(size, line, 1)
        grid.addWidget(button, line, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(hint, line + 1, 0, 1, 2)
        self.sizes.append(size)
        self.buttons.append(button)

    def _on_clicked(self, row: Stored) -> None:
        if not row.question or self._confirm(row.question):
            self._start(lambda report: row.clear())

    def _confirm(self, question: str) -> bool:
        box = Question(self.window(), question, warns=True)
        clear = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        confirmed = box.clickedButton() is clear
        box.deleteLater()
        return confirmed

    def _start(self, before: Report) -> None:
        """Do something, then measure everything."""
        if self._job.busy:
            return
        rows = self._rows

        def run(report: Report) -> list[int]:
            before(report)
            return [row.size() for row in rows]

        self._job.start(run)

    def _show_sizes(self, sizes: list[int]) -> None:
        for row, label, button, size in zip(self._rows, self.sizes, self.buttons, sizes, strict=True):
            used = row.used_by(self._experiment)
            label.setText(size_text(size))
            label.setAccessibleName(f"{row.title}: {size_text(size)}")
            if size == 0:
                # The focus would pass to "Restore defaults", under the same key.
                button.clearFocus()
            button.setEnabled(size > 0 and not used)
            button.setToolTip("The open experiment learns from it." if used else f"Remove it. {row.help}")

    def _on_failed(self, error: BaseException) -> None:
        self.measure()
