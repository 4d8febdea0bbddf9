"""Base class of the import dialogs: header with path, waiting page, form and buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLabel, QStackedWidget, QWidget

from core.data.datasets import DataError, Dataset
from core.data.load_errors import forget_load_errors
from core.experiment.change import begun, changed
from core.experiment.experiment import Experiment
from core.io.budget import OnProgress
from playground.plugin import GRID_PX, BackgroundJob, Captioned, Dialog, Document, box_button
from playground.views.widgets.boxes import hbox, restyle, set_up, vbox
from playground.views.widgets.controls import ProgressBar, push_button


@dataclass(frozen=True)
class ImportTexts:
    """Title and button texts of an import dialog."""

    title: str
    other: str
    other_tip: str
    use: str
    use_tip: str


class ImportDialog(Dialog):
    """Reads a path in the background. Deleted on close.

    Subclasses call `_make_head`, `_make_form` and `_lay_out` (created in tab order), connect `loader.finished`, and
    implement `load` and `_use`.
    """

    other_requested = Signal()
    """Requests a file dialog; its result is passed to `load`."""
    used = Signal(object)
    """Carries the Experiment of a new document on the data."""
    chooses_again = False
    """Whether it is for the data of the document, which may have moved."""

    def __init__(self, texts: ImportTexts, document: Document, path: Path, parent: QWidget) -> None:
        super().__init__(texts.title, parent)
        self._texts, self._document, self._path = texts, document, path
        # A daemon thread: reading need not finish before exit.
        self.loader = BackgroundJob("reader", self, daemon=True)
        self.loader.failed.connect(self._show_failure)
        self._make_pages()

    def load(self, path: Path) -> None:
        raise NotImplementedError

    def done(self, result: int) -> None:
        self.loader.abandon()
        super().done(result)

    def _use(self) -> None:
        raise NotImplementedError

    def _use_data(self, dataset: Dataset, fit: Callable[[Experiment], Experiment] = lambda it: it) -> None:
        """Make a new document on the data, or change the one that is on them as one undo step.

        `fit` makes an experiment one for these samples. The same data, which may be back in place, are loaded again.
        """
        self.accept()
        forget_load_errors()
        document = self._document
        here = document.experiment
        if not self.chooses_again and getattr(here.dataset, "path", "") != getattr(dataset, "path", ""):
            self.used.emit(fit(begun(dataset, here.training.engine)))
            return
        change = changed(here, document.revision.asides, dataset=dataset)
        mine = None if change.mine is None else fit(change.mine)
        change = replace(change, experiment=fit(change.experiment), mine=mine)
        if change.experiment == here:
            document.refresh()
        else:
            document.change_data(f"Use {self.path_name.text()}", change)

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _make_head(self, *options: QWidget) -> None:
        """Create the path, its details, `options`, and the button for another path."""
        self.path_name = set_up(QLabel(self), role="title")
        self.details = set_up(QLabel(self), role="muted")
        self.other_button = push_button(
            self._texts.other, self._texts.other_tip, self, clicked=self.other_requested
        )
        self._head = hbox(self.path_name, (self.details, 1), spacing=GRID_PX)
        for option in options:
            self._head.addWidget(option)
            self._head.addSpacing(GRID_PX)
        self._head.addWidget(self.other_button)

    def _make_pages(self) -> None:
        self.message = set_up(QLabel(self), wordWrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress = ProgressBar("Progress of reading", self)
        self.loader.progressed.connect(self.progress.show_share)
        waiting = QWidget(self)
        self._waiting = vbox(
            self.message, parent=waiting, margins=(12 * GRID_PX, 0, 12 * GRID_PX, 0), spacing=2 * GRID_PX
        )
        self._pages = QStackedWidget(self)
        self._pages.addWidget(waiting)

    def _make_form(self, *rows: tuple[str, QWidget]) -> None:
        """Create the options, side by side, each below its caption."""
        self._form = QWidget(self)
        row = hbox(parent=self._form, margins=0, spacing=2 * GRID_PX)
        for caption, widget in rows:
            row.addWidget(Captioned(caption, widget, self._form), 1)

    def _lay_out(self, *between: QWidget) -> None:
        """Create the footer and the layout; `between` is placed below the pages, above the form."""
        vbox(
            self._head,
            (self._pages, 1),
            *between,
            self._form,
            self._make_foot(),
            parent=self,
            margins=2 * GRID_PX,
            spacing=12,
        )

    def _make_foot(self) -> QHBoxLayout:
        self.summary = QLabel(self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        texts = self._texts.use, self._texts.use_tip
        self.use_button = box_button(self.buttons, *texts, "AcceptRole", primary=True)
        self.buttons.accepted.connect(self._use)
        self.buttons.rejected.connect(self.reject)
        self._notes = vbox(self.summary, spacing=0)
        return hbox((self._notes, 1), self.buttons, spacing=GRID_PX)

    # -- reading --------------------------------------------------------------------------------------------------

    def _show_path(self, path: Path) -> None:
        self._path = path
        self.path_name.setText(path.name or str(path))
        self.path_name.setToolTip(str(path))

    def _begin(self, read: Callable[[OnProgress], object], *, keeps_preview: bool = False) -> None:
        """Start `read(report)` in the background, canceling the current read."""
        self.use_button.setEnabled(False)
        self.summary.setText("")
        self.progress.setValue(0)
        self.progress.show()
        if not keeps_preview:
            self.details.setText("")
            self._show_text(f"Reading {self.path_name.text()}…")
            self._pages.setCurrentIndex(0)
        self.loader.abandon()
        self.loader.start(read)

    def _show_preview(self, summary: str, *, first: bool) -> None:
        """Show what was read, which can be used; the `first` time the button for it gets the focus."""
        self.summary.setText(summary)
        self.use_button.setEnabled(True)
        self._pages.setCurrentIndex(1)
        if first:
            self.use_button.setFocus()

    def _show_failure(self, error: Exception) -> None:
        known = isinstance(error, DataError)
        self.progress.hide()
        self.details.setText("")
        self._show_text(f"{error}." if known else f"{self._path.name} cannot be read: {error}.", failed=True)
        self._pages.setCurrentIndex(0)
        if not self._form.isAncestorOf(self.focusWidget() or self):
            self.other_button.setFocus()

    def _show_text(self, text: str, failed: bool = False) -> None:
        self.message.setText(text)
        restyle(self.message, role="danger" if failed else "muted")
