"""The dock on the left: data, and the selected layer."""

from __future__ import annotations

from PySide6.QtCore import Qt

from playground.views.sidebar import SidePanel
from playground.window.panels.panels import DOCKS, DockRow, PanelWindow


def _connect(window: PanelWindow, panel: SidePanel) -> None:
    data, imports, downloads = panel.data, window.imports, window.downloads
    data.import_requested.connect(imports.choose_file)
    data.text_requested.connect(imports.choose_text)
    data.images_requested.connect(imports.choose_folder)
    data.columns_requested.connect(imports.choose_again)
    data.download_requested.connect(downloads.fetch)
    data.paint_requested.connect(window.actions_by_name["paint"].trigger)
    canvas = window.panels.canvas
    canvas.choice_requested.connect(imports.choose_again)
    canvas.download_requested.connect(downloads.fetch_for_experiment)
    canvas.form_requested.connect(panel.layer.enter)
    panel.layer.left.connect(canvas.focus_selected)
    imports.project_dropped.connect(window.files.open_file, Qt.ConnectionType.QueuedConnection)


DOCKS.register(
    DockRow(
        "data_and_layer",
        "Data and layer",
        Qt.DockWidgetArea.LeftDockWidgetArea,
        10,
        make=lambda panels, dock: SidePanel(panels.document, panels.themes, dock),
        connect=_connect,
    )
)
