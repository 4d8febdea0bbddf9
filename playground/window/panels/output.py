"""The dock with the plot of the network's outputs."""

from __future__ import annotations

from PySide6.QtCore import Qt

from playground.training.snapshot_rate import Turn
from playground.views.output import OutputPanel
from playground.window.panels.panels import DOCKS, DockRow, PanelWindow


def _connect(window: PanelWindow, panel: OutputPanel) -> None:
    inspection = window.context.session.inspection
    for plot in (panel.plot, panel.embedding, panel.codes, panel.series):
        plot.test_point_clicked.connect(window.inspection.show_sample)
    panel.embedding_requested.connect(lambda on: inspection.show_parts("output", {"embedding": on}))
    panel.flow_requested.connect(
        lambda asked: inspection.show_parts(
            "flow", dict(zip(("flow", "flow_paths"), asked or (), strict=False))
        )
    )
    panel.codes.parts_requested.connect(lambda parts: inspection.show_parts("codes", parts))
    data, fog = window.panels.side.data, window.actions_by_name["fog"]
    panel.series.split_pressed.connect(data.begin_drag)
    panel.series.split_moved.connect(data.change_share)
    panel.series.band.clicked.connect(fog.trigger)
    fog.toggled.connect(panel.series.band.setChecked)
    panel.tokens.parts_requested.connect(lambda parts: inspection.show_parts("tokens", parts))
    panel.tokens.position_chosen.connect(inspection.choose_position)
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
        connect=_connect,
    )
)
