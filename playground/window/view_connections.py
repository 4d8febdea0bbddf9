"""Connections of the panels' signals, by topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, SignalInstance

from core.inspect.classics import ClassicPart
from playground.training.session import TrainingSession
from playground.views.pictures import PICTURES
from playground.window.pages import Pages
from playground.window.panels import Panels


def connect_layers(panels: Panels, session: TrainingSession) -> None:
    """Connect palette, stack, form, and weights edited by hand."""
    palette, canvas = panels.palette, panels.canvas
    palette.drag_started.connect(lambda layer, at: canvas.zone.begin(layer))
    palette.drag_moved.connect(canvas.zone.hover)
    palette.drag_dropped.connect(canvas.zone.drop)
    palette.drag_cancelled.connect(canvas.zone.cancel)
    palette.append_requested.connect(canvas.editor.append)
    panels.document.experiment_changed.connect(lambda: palette.show_form(canvas.editor.form))
    canvas.weight_edit_requested.connect(partial(_edit_weight, session))
    canvas.bias_edit_requested.connect(partial(_edit_bias, session))


def connect_classics(panels: Panels, session: TrainingSession, drawn: SignalInstance) -> None:
    """Measure a classic in every snapshot, and tell what was found."""
    bar, kind = panels.classic_bar, ClassicPart.kind
    bar.part_requested.connect(lambda classic: session.inspection.show_parts(kind, {kind: classic}))
    drawn.connect(bar.show_snapshot)
    bar.request()


def connect_pictures(panels: Panels, pages: Pages) -> None:
    """Tell of every panel's picture, as soon as the panel is made."""
    pages.made.connect(lambda page: panels.pictured.emit("page_picture", page.page))
    for kind in PICTURES:
        widget = kind.named(panels.window)[0] if kind.widgets[0] else None
        if widget is not None:
            panels.pictured.emit(kind.kind, widget)


@runtime_checkable
class _Speaker(Protocol):
    """Anything with sentences for the user."""

    @property
    def message_requested(self) -> SignalInstance: ...


def connect_messages(
    panels: Panels, controllers: Iterable[QObject], show_message: Callable[[str], None]
) -> None:
    """Connect the messages of panels and controllers."""
    for speaker in (panels.painting, *(viewer.view for viewer in panels.viewers), *controllers):
        if isinstance(speaker, _Speaker):
            speaker.message_requested.connect(show_message)


def _edit_weight(session: TrainingSession, layer: int, source: int, unit: int, value: float) -> None:
    session.edit_weight(layer, "kernel", (source, unit), value)


def _edit_bias(session: TrainingSession, layer: int, unit: int, value: float) -> None:
    session.edit_weight(layer, "bias", (unit,), value)
