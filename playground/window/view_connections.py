"""Connections of the panels' signals, by topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QAction

from playground.commands.download_commands import DownloadController
from playground.commands.export_commands import ExportController
from playground.commands.file_commands import FileController
from playground.commands.film_commands import FilmController
from playground.commands.import_commands import ImportController
from playground.commands.probe_commands import ProbeController
from playground.training.session import TrainingSession
from playground.window.pages import Pages
from playground.window.panels import Panels


def connect_data(
    panels: Panels,
    files: FileController,
    imports: ImportController,
    downloads: DownloadController,
    actions: Mapping[str, QAction],
) -> None:
    """Connect the sources of data: the user's files, downloads, painting."""
    data, canvas = panels.side.data, panels.canvas
    data.import_requested.connect(imports.choose_file)
    data.images_requested.connect(imports.choose_folder)
    data.columns_requested.connect(imports.choose_again)
    data.download_requested.connect(downloads.fetch)
    data.paint_requested.connect(actions["paint"].trigger)
    canvas.choice_requested.connect(imports.choose_again)
    canvas.download_requested.connect(downloads.fetch_for_experiment)
    imports.project_dropped.connect(files.open_file, Qt.ConnectionType.QueuedConnection)


def connect_layers(panels: Panels, session: TrainingSession, probes: ProbeController) -> None:
    """Connect palette, stack, form, weights edited by hand, and marks of important units."""
    palette, canvas = panels.palette, panels.canvas
    palette.drag_started.connect(lambda layer, at: canvas.begin_drop(layer))
    palette.drag_moved.connect(canvas.hover_drop)
    palette.drag_dropped.connect(canvas.drop)
    palette.drag_cancelled.connect(canvas.cancel_drop)
    palette.append_requested.connect(canvas.editor.append)
    canvas.form_requested.connect(panels.side.layer.enter)
    panels.side.layer.left.connect(canvas.focus_selected)
    canvas.weight_edit_requested.connect(partial(_edit_weight, session))
    canvas.bias_edit_requested.connect(partial(_edit_bias, session))
    probes.marks_changed.connect(canvas.show_importance)


def connect_docks(panels: Panels, actions: Mapping[str, QAction]) -> None:
    """Connect docks and windows with the controls and keys that show and hide them."""
    panels.doctor.findings_changed.connect(panels.badge.show_findings)
    panels.badge.clicked.connect(panels.show_doctor)
    panels.strip.draw_requested.connect(panels.show_drawing)
    panels.canvas.draw_requested.connect(panels.show_drawing)
    panels.drawing.close_requested.connect(panels.drawing_dock.hide)
    panels.late_microscope.when_made(lambda view: view.addAction(actions["play"]))
    panels.late_mistakes.when_made(
        lambda view: view.addActions([actions[name] for name in ("play", "undo", "redo")])
    )


def connect_pictures(panels: Panels, pages: Pages, exports: ExportController) -> None:
    """Offer every panel's picture in its context menu, as soon as the panel is made."""
    add = exports.add_picture_menu
    panels.late_microscope.when_made(lambda view: add("microscope_picture", view.cards))
    panels.late_mistakes.when_made(lambda view: add("mistakes_picture", view.pages))
    pages.made.connect(lambda page: add("page_picture", page.widget))
    exports.add_picture_menus(later=("microscope_picture", "mistakes_picture", "page_picture"))


def connect_films(panels: Panels, films: FilmController) -> None:
    """Show in the status bar what is recorded and written, with buttons that end it."""
    status = panels.status
    films.recording_changed.connect(status.recording.show_text)
    films.writing_changed.connect(status.film.show_text)
    status.recording.end_requested.connect(films.stop_recording)
    status.film.end_requested.connect(films.cancel)


class _Speaker(Protocol):
    """Anything with sentences for the user."""

    @property
    def message_requested(self) -> SignalInstance: ...


def connect_messages(
    panels: Panels, controllers: Iterable[_Speaker], show_message: Callable[[str], None]
) -> None:
    """Connect the messages of panels and controllers."""
    speakers: tuple[_Speaker, ...] = (panels.painting, panels.canvas, panels.drawing, *controllers)
    for speaker in speakers:
        speaker.message_requested.connect(show_message)


def _edit_weight(session: TrainingSession, layer: int, source: int, unit: int, value: float) -> None:
    session.edit_weight(layer, "kernel", (source, unit), value)


def _edit_bias(session: TrainingSession, layer: int, unit: int, value: float) -> None:
    session.edit_weight(layer, "bias", (unit,), value)
