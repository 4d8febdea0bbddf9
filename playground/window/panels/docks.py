"""The docks of the window: what each shows, where it stands, and how it is connected."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from playground.training.snapshot_rate import Turn
from playground.views.output import OutputPanel
from playground.views.results import ResultsPanel
from playground.views.sidebar import SidePanel
from playground.window.panels.panels import DOCKS, DockRow, PanelWindow


def _connect_data(window: PanelWindow, panel: SidePanel) -> None:
    data, dialogs = panel.data, window.dialogs
    data.gallery.all_requested.connect(window.actions_by_name["new"].trigger)
    data.download_requested.connect(dialogs.fetch)
    data.paint_requested.connect(window.actions_by_name["paint"].trigger)
    canvas = window.panels.canvas
    canvas.download_requested.connect(dialogs.fetch_for_experiment)
    canvas.form_requested.connect(panel.layer.enter)
    panel.layer.left.connect(canvas.focus_selected)


DOCKS.register(
    DockRow(
        "data_and_layer",
        "Data and layer",
        Qt.DockWidgetArea.LeftDockWidgetArea,
        10,
        make=lambda panels, dock: SidePanel(panels.document, panels.themes, dock),
        connect=_connect_data,
    )
)


def _connect_output(window: PanelWindow, panel: OutputPanel) -> None:
    inspection = window.context.session.inspection
    for plot in (panel.plot, panel.codes, panel.series):
        plot.test_point_clicked.connect(window.inspection.show_sample)
    panel.flow_requested.connect(
        lambda asked: inspection.show_parts(
            "flow", dict(zip(("flow", "flow_paths"), asked or (), strict=False))
        )
    )
    panel.codes.parts_requested.connect(lambda parts: inspection.show_parts("codes", parts))
    data = window.panels.side.data
    panel.series.split_pressed.connect(data.begin_drag)
    panel.series.split_moved.connect(data.change_share)
    panel.tokens.parts_requested.connect(lambda parts: inspection.show_parts("tokens", parts))
    panel.tokens.position_chosen.connect(inspection.choose_position)
    panel.tokens.prompt_shown.connect(inspection.show_drawing)
    inspection.sample_chosen.connect(panel.tokens.leave_network)
    panel.pixels_requested.connect(inspection.draw_pixels)
    panel.plane.plane_requested.connect(inspection.choose_plane)


DOCKS.register(
    DockRow(
        "output",
        "Output",
        Qt.DockWidgetArea.RightDockWidgetArea,
        20,
        make=lambda panels, dock: OutputPanel(panels.themes, dock),
        turn=Turn.BOUNDARY,
        connect=_connect_output,
    )
)


def _connect_results(window: PanelWindow, panel: ResultsPanel) -> None:
    panels = window.panels
    panel.parts_requested.connect(partial(window.context.session.inspection.show_parts, "results"))
    panel.samples.test_point_clicked.connect(window.inspection.show_sample)
    panel.open_requested.connect(window.context.session.open_test)
    window.context.session.lock_changed.connect(panel.sealed.show_lock)
    window.context.session.test_opened.connect(panels.document.mark_opened)


DOCKS.register(
    DockRow(
        "results",
        "Results",
        Qt.DockWidgetArea.RightDockWidgetArea,
        30,
        make=lambda panels, dock: ResultsPanel(panels.themes, dock, document=panels.document),
        turn=Turn.OTHERS,
        shows_figures=True,
        below="output",
        connect=_connect_results,
    )
)
