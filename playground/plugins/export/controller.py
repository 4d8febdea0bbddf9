"""Export the network: between document, session, dialog and disk."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from core.data.pipeline import Pipeline
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState
from core.formats import EXPORTERS, Exporter
from core.formats.proof import MAX_SAMPLES
from core.io.sentence import error_reason
from core.reports import REPORTS, TrainingRecord
from playground.model.timeline.moment import Vectors
from playground.plugin import PluginWindow, WritingController
from playground.views.pictures import PICTURES

if TYPE_CHECKING:
    from playground.plugins.export.dialog import ExportDialog
    from playground.plugins.export.window_content import NetworkContent, WindowContent

_MAX_FILMED: Final = 40
_MAX_FILMED_BYTES: Final = 8_000_000
"""Of a moment: larger networks leave their page no room for a film."""
_NOT_READY = "The data are still being loaded; open this again in a moment."


class ExportController(WritingController):
    """Opens the export dialog and writes what it requests."""

    def __init__(self, window: PluginWindow) -> None:
        context = window.context
        super().__init__(context)
        self._dialog: ExportDialog | None = None
        self._content: WindowContent | None = None
        self._prepared: PreparedData | None = None
        self._kind = ""
        """The format that was written last."""
        context.session.run_started.connect(self._on_run_started)
        window.panels.pictured.connect(self._add_picture_menu)
        self.button = window.panels.training_bar.add_button(
            "Export",
            "Take the trained network elsewhere, as a file or as code.",
            window.actions_by_name["export"],
        )
        window.panels.results.save_requested.connect(partial(self.open, "curves_table"))

    def open(self, kind: str = "") -> None:
        """Open the export dialog for the moment that is looked at, with the format `kind`, or the last one.

        Training waits until it is closed: the panels and their pictures stay those of that moment.
        """
        from playground.plugins.export.dialog import ExportDialog
        from playground.plugins.export.window_content import (
            PictureContent,
            ProjectContent,
            ProjectFormat,
            RecordContent,
            WindowContent,
            added_formats,
            not_shown,
        )

        network = self._taken()
        record = None
        if network.checkpoint is not None:
            record = TrainingRecord(network.experiment, network.checkpoint, self._data_of(network.pipeline))
        added = added_formats(self._window)
        content = self._content = WindowContent(
            network,
            RecordContent(record, network.message),
            PictureContent(self._window, self._themes),
            added,
            ProjectContent(network),
        )
        # Before the dialog is there, which would be in the picture of the window.
        pictures = [each for each in PICTURES if each.find(self._window)]
        if kind in PICTURES.names() and PICTURES.get(kind) not in pictures:
            self.message_requested.emit(not_shown(PICTURES.get(kind)))
            self._session.go_on()
            return
        dialog = ExportDialog(
            [*EXPORTERS, ProjectFormat, *pictures, *added, *REPORTS],
            content,
            self._themes,
            self._window,
            kind=kind or self._kind,
            name=self._named(""),
            folder=Path(self._preferences.dialog_folder),
            reads=self._reads,
        )
        dialog.export_requested.connect(self._on_export_requested)
        dialog.part_chosen.connect(self._on_part_chosen)
        dialog.finished.connect(self._on_closed)
        self._dialog = dialog
        dialog.open()

    def copy_picture(self, kind: str) -> None:
        """Put a picture on the clipboard."""
        from playground.plugins.export.window_content import PictureContent

        spec = PICTURES.make(kind)
        try:
            image = PictureContent(self._window, self._themes).preview(spec)
        except ValueError as error:
            self.message_requested.emit(str(error))
            return
        QGuiApplication.clipboard().setImage(image)
        self.message_requested.emit(f"{spec.title} is on the clipboard")

    def _add_picture_menu(self, kind: str, widget: QWidget) -> None:
        """Add "Save picture" and "Copy picture" to the context menu of a widget."""
        for text, run in (("Save picture…", self.open), ("Copy picture", self.copy_picture)):
            action = QAction(text, self)
            action.triggered.connect(partial(run, kind))
            widget.addAction(action)
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _taken(self) -> NetworkContent:
        """The network of the moment that is looked at."""
        from playground.plugins.export.window_content import NetworkContent

        experiment, past = self._document.experiment, self._session.past
        taken = self._session.hold()
        if taken is None or (not past.is_past and taken[0].stack() != experiment.stack()):
            # The session's sentence may not have arrived yet.
            problems = find_problems(experiment)
            message = problems[0].sentence if problems else self._session.message or _NOT_READY
            return NetworkContent(experiment, None, message=message)
        prepared = self._data_of(taken[1].pipeline)
        return NetworkContent(
            *taken,
            is_past=past.is_past,
            parameters=sum(array.size for array in taken[1].weights.values()),
            raw=prepared.raw_test_samples(MAX_SAMPLES) if prepared and len(prepared.test_index) else None,
            samples=0 if prepared is None else len(prepared.train) + len(prepared.test),
            film=self._film(*taken),
        )

    def _film(self, experiment: Experiment, state: TrainerState) -> tuple[tuple[float, Vectors], ...]:
        """Moments of this run before `state`, of the same network and the same inputs."""
        timeline, network = self._session.timeline, (experiment.stack(), experiment.features)
        earlier = [
            moment
            for moment in timeline.moments(self._session.past.run)
            if (moment.experiment.stack(), moment.experiment.features) == network
            and moment.position < state.figures.place.position
            and moment.nbytes < _MAX_FILMED_BYTES
        ]
        # As many of the first epochs, where most happens, as the timeline keeps.
        places = np.linspace(0, max(0, len(earlier) - 1), _MAX_FILMED).round().astype(int)
        chosen = [earlier[at] for at in np.unique(places)] if earlier else []
        vectors = ((moment.position, timeline.vectors(moment)) for moment in chosen)
        return tuple((position, found[:2]) for position, found in vectors if found is not None)

    def _data_of(self, pipeline: Pipeline | None) -> PreparedData | None:
        """The data of what is looked at, if they are those of `pipeline`."""
        past = self._session.past
        prepared = past.data if past.is_past else self._prepared
        return None if prepared is None or prepared.pipeline != pipeline else prepared

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._prepared = prepared

    def _on_closed(self) -> None:
        # The network and the data of that moment: 80 MB of digits, for as long as the window lives.
        self._dialog = self._content = None
        self._session.go_on()

    def _on_part_chosen(self, content: WindowContent) -> None:
        self._content = content

    def _on_export_requested(self, exporter: Any, path: Path) -> None:
        dialog, content = self._dialog, self._content
        assert dialog is not None
        assert content is not None
        self._kind = exporter.kind
        added = content.added.get(type(exporter))
        if added is not None and added.compose is not None:
            dialog.accept()
            added.compose(path)
            return
        files = exporter.files(path) if isinstance(exporter, Exporter) else (path,)
        if not self._may_write(*files, parent=dialog, tell=lambda why: dialog.show_error(f"{why}.")):
            return
        try:
            content.about(exporter).write(exporter, path)
        except (OSError, ValueError) as error:
            dialog.show_error(f"{path.name} cannot be written: {error_reason(error)}")
        else:
            self._preferences.last_folder = str(path.parent)
            dialog.show_written(files)
