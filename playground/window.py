"""The window: where everything is, and which signal leads where. It has no behaviour of its own."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Protocol, cast

from PySide6.QtCore import QByteArray, QChildEvent, QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QGraphicsView,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QStyle,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.export import EXPORTERS
from core.preparation import Prepared
from core.presets import preset_files
from core.snapshot import Snapshot
from playground import actions as table
from playground.data_import import ImportDesk
from playground.dialogs import DialogDesk
from playground.files import FileDesk
from playground.hidden_controls import HiddenControls, places_of
from playground.model.document import OUTPUT, Document
from playground.model.preferences import Preferences
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.about_dialog import AboutDialog
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.controls import Toast
from playground.views.doctor_panel import DoctorBadge, DoctorPanel
from playground.views.layer_palette import LayerPalette
from playground.views.microscope import MicroscopeDialog
from playground.views.output_panel import OutputPanel, Painting
from playground.views.presets_menu import FilesMenu, preset_title
from playground.views.results_panel import ResultsPanel
from playground.views.sample_strip import SampleStrip
from playground.views.shortcut_sheet import ShortcutSheet
from playground.views.side_panel import SidePanel
from playground.views.status_line import StatusLine
from playground.views.theme import GRID_PX, Mode, Theme, ThemeSource
from playground.views.training_bar import TrainingBar

__all__ = ["MainWindow"]

_STATE_VERSION = 1
# Pictures that follow each other more quickly than this are shown half by half.
_QUICK_SECONDS = 0.19


class _Picturing(Protocol):
    def show_snapshot(self, snapshot: Snapshot) -> None: ...


class MainWindow(QMainWindow):
    """One document, one training, all panels."""

    def __init__(
        self,
        document: Document,
        session: TrainingSession,
        themes: ThemeSource,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.session, self.themes, self.preferences = document, session, themes, preferences
        session.setParent(self)
        self._snapshot: Snapshot | None = None
        self._second_half, self._pictured_at = False, 0.0
        self._hovered: tuple[int, int] | None = None
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.table = (*table.TABLE, *table.export_rows(EXPORTERS))
        self.actions_by_name = table.make_actions(self, self.table)
        self.files = FileDesk(document, session, preferences, themes, self)
        self.imports = ImportDesk(document, preferences, themes, self)
        self.dialogs = DialogDesk(document, session, preferences, themes, self)
        self.setAcceptDrops(True)
        self._place_panels()
        self._make_menus()
        self._connect_actions()
        self._connect_document()
        self._connect_session()
        self._connect_views()
        self._space_guard = table.SpaceGuard(_application(), self)
        self._restore()
        self._show_theme(themes.theme)
        self._show_document()
        self._allow_painting(self.painting.possible)
        self.canvas.focus_selected()

    # -- places ---------------------------------------------------------------------------------------------------

    def _place_panels(self) -> None:
        themes, document = self.themes, self.document
        self.bar = TrainingBar(document, themes, self.actions_by_name, self)
        self.canvas = NetworkCanvas(document, themes)
        self.strip = SampleStrip(themes)
        self.palette_bar = LayerPalette(themes)
        self.side = SidePanel(document, themes)
        self.output = OutputPanel(themes)
        self.painting = Painting(document, themes, self.output)
        self.results = ResultsPanel(themes, document=document)
        self.status = StatusLine(themes)
        self.doctor, self.badge = DoctorPanel(document, themes), DoctorBadge(themes)
        self.microscope = MicroscopeDialog(document, themes, self)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.strip)
        column.addWidget(self.palette_bar)
        self.setCentralWidget(middle)
        self.docks = [
            self._dock("Data and layer", self.side, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Output", self.output, Qt.DockWidgetArea.RightDockWidgetArea),
            self._dock("Results", self.results, Qt.DockWidgetArea.RightDockWidgetArea),
            self._dock("Doctor", self.doctor, Qt.DockWidgetArea.RightDockWidgetArea),
        ]
        self._charts = [*self.output.findChildren(QGraphicsView), *self.results.findChildren(QGraphicsView)]
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)
        self.statusBar().addPermanentWidget(self.badge)

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title.lower().replace(" ", "_"))
        dock.setWidget(panel)
        # The panels carry their own captions; title bars come when they shall be moved.
        dock.setTitleBarWidget(QWidget(dock))
        self.addDockWidget(area, dock)
        return dock

    def _make_menus(self) -> None:
        self._recent = FilesMenu("No recent files", self)
        self._presets = FilesMenu("No presets", self)
        panels = QMenu(self)
        for dock in self.docks:
            panels.addAction(dock.toggleViewAction())
        top = QWidget(self)
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        self._title = QLabel(top)
        self._title.setProperty("role", "title")
        self._title.setContentsMargins(12, 0, 8, 0)
        # The menus beside it can be hidden.
        self._title.setMinimumHeight(28)
        bar = self.menuBar()
        row.addWidget(self._title)
        row.addWidget(bar, 1)
        column.addLayout(row)
        column.addWidget(self.bar)
        self.menus = table.make_menus(
            bar,
            self.actions_by_name,
            self.table,
            {"recent": self._recent, "presets": self._presets, "panels": panels},
        )
        self.setMenuWidget(top)
        self._presets.show_files((path, preset_title(path)) for path in preset_files())
        self._recent.aboutToShow.connect(self._list_recent)

    # -- wires ----------------------------------------------------------------------------------------------------

    def _connect_actions(self) -> None:
        session, editor, selected = self.session, self.canvas.editor, self._selected_index
        welcome = partial(self.dialogs.open_welcome, self.files, self.imports)
        callees = {
            "new": welcome,
            "open": self.files.open,
            "import_data": self.imports.ask,
            "save": self.files.save,
            "save_as": self.files.save_as,
            "quit": self.close,
            "cut": self.canvas.cut_selected,
            "copy": self.canvas.copy_selected,
            "paste": self.canvas.paste,
            "select_all": self.canvas.select_all,
            "delete_layer": self.canvas.remove_selected,
            "duplicate_layer": self.canvas.duplicate_selected,
            "move_layer_left": lambda: editor.move(selected(), -1),
            "move_layer_right": lambda: editor.move(selected(), 1),
            "zoom_in": self.canvas.zoom_in,
            "zoom_out": self.canvas.zoom_out,
            "zoom_fit": self.canvas.zoom_fit,
            "play": session.toggle,
            "step_batch": session.step_batch,
            "step_epoch": session.step_epoch,
            "step_epochs": partial(session.step_epochs, 10),
            "run_until": self.dialogs.ask_run_until,
            "reset": session.reset,
            "reset_new_seed": self._reset_with_new_seed,
            "microscope": self._open_microscope,
            "doctor": self._show_doctor,
            "theme": self.themes.toggle,
            "restore_panels": self._restore_panels,
            "full_screen": self._toggle_full_screen,
            "move_panels": self._show_dock_titles,
            "commands": self._show_commands,
            "preferences": self.dialogs.open_preferences,
            "welcome": welcome,
            "shortcuts": self._show_shortcuts,
            "about": lambda: AboutDialog(self).open(),
        }
        for name, callee in callees.items():
            self.actions_by_name[name].triggered.connect(_without_argument(callee))
        for kind in EXPORTERS:
            self.actions_by_name[f"export_{kind.kind}"].triggered.connect(
                _without_argument(partial(self.files.export, kind.kind))
            )
        self.actions_by_name["paint"].toggled.connect(self.painting.set_active)
        table.bind_undo(self.actions_by_name, self.document.undo_stack)

    def _connect_document(self) -> None:
        self.document.experiment_changed.connect(self._show_document)
        self.document.selection_changed.connect(self._show_selection)
        self.document.file_changed.connect(self._show_file)
        self.files.told.connect(self.tell)
        self.files.saved.connect(self._show_saved)
        self._saved_at: float | None = None

    def _connect_session(self) -> None:
        session = self.session
        session.state_changed.connect(self._show_state)
        session.run_started.connect(self._show_data)
        session.snapshot_taken.connect(self._show_snapshot)
        session.rates_changed.connect(self.status.show_rates)
        session.stopped.connect(self.tell)

    def _connect_views(self) -> None:
        self.bar.speed_chosen.connect(self._choose_speed)
        self.side.data.import_requested.connect(self.imports.ask)
        self.side.data.columns_requested.connect(self.imports.choose_columns)
        self.imports.project_dropped.connect(self.files.open_file, Qt.ConnectionType.QueuedConnection)
        self.side.data.paint_requested.connect(self.actions_by_name["paint"].trigger)
        self.painting.active_changed.connect(self._show_painting)
        self.painting.possible_changed.connect(self._allow_painting)
        self.painting.told.connect(self.tell)
        self.palette_bar.drag_started.connect(self._begin_drop)
        self.palette_bar.drag_moved.connect(self.canvas.hover_drop)
        self.palette_bar.drag_dropped.connect(self.canvas.drop)
        self.palette_bar.drag_cancelled.connect(self.canvas.cancel_drop)
        self.palette_bar.append_requested.connect(self.canvas.editor.append)
        self.canvas.told.connect(self.tell)
        self.canvas.neuron_hovered.connect(self._show_neuron)
        self.canvas.weight_edit_requested.connect(self._edit_weight)
        self.canvas.bias_edit_requested.connect(self._edit_bias)
        self.canvas.form_requested.connect(self.side.layer.setFocus)
        self.canvas.neuron_clicked.connect(self._look_at_neuron)
        self.results.histograms_requested.connect(self._request_histograms)
        self.microscope.lens_changed.connect(self._show_lens)
        self.microscope.sample_changed.connect(self._show_sample)
        self.microscope.addAction(self.actions_by_name["play"])
        self.output.plot.test_point_clicked.connect(self._show_sample)
        self.doctor.findings_changed.connect(self.badge.show_findings)
        self.doctor.close_requested.connect(self.docks[-1].hide)
        self.badge.clicked.connect(self._show_doctor)
        self.strip.sample_selected.connect(self._show_sample)
        self.strip.next_mistake_requested.connect(self._show_next_mistake)
        self.themes.theme_changed.connect(self._show_theme)
        self.output.test_points.toggled.connect(partial(setattr, self.preferences, "show_test_points"))
        self.output.discretize.toggled.connect(partial(setattr, self.preferences, "discretize"))

    # -- what is shown --------------------------------------------------------------------------------------------

    def tell(self, sentence: str) -> None:
        """Show a sentence for some seconds."""
        Toast(sentence, self, reduced_motion=self.preferences.reduced_motion)

    def _show_document(self) -> None:
        self.status.show_experiment(self.document.experiment)
        self._show_file()
        self._show_selection(self.document.selected)

    def _show_selection(self, selected: int | None) -> None:
        count = len(self.document.experiment.layers)
        index = -1 if selected is None else selected
        layer = 0 <= index < count
        for name, possible in (
            ("delete_layer", layer),
            ("duplicate_layer", layer),
            ("move_layer_left", layer and index > 0),
            ("move_layer_right", layer and index < count - 1),
        ):
            self.actions_by_name[name].setEnabled(possible)

    def _show_file(self) -> None:
        name = self.document.experiment.name
        self._title.setText(f"{name} — NumpyNet Playground")
        self.setWindowTitle(f"{name}[*] — NumpyNet Playground")
        self.setWindowModified(self.document.unsaved)
        self.status.show_file(self.document.path, self.document.unsaved, self._saved_at)

    def _show_saved(self, moment: float) -> None:
        self._saved_at = moment
        self._show_file()

    def _show_state(self, state: TrainingState) -> None:
        message = self.session.message
        self.bar.show_state("idle" if state is TrainingState.BLOCKED else state.value)
        self.status.show_state(state.value, message)
        if state is not TrainingState.RUNNING:
            self.status.show_rates(0.0, 0.0)
        if state is not TrainingState.RUNNING and self._snapshot is not None:
            self._show_snapshot(self._snapshot)  # in all views
        if state is TrainingState.FAILED:
            self.tell(message)

    def _show_data(self, prepared: Prepared) -> None:
        self._snapshot = None
        self.session.set_request(dataclasses.replace(self.session.request, sample=0))
        for view in (self.canvas, self.output, self.results, self.strip, self.microscope):
            view.show_data(prepared)
        self._ring_sample()

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and (snapshot.epoch, snapshot.step) != (before.epoch, before.step):
            self.document.mark_learned()
        first = (self.bar, self.canvas, self.strip)
        second = (self.output, self.results, self.doctor, self.microscope)
        now = perf_counter()
        quick, self._pictured_at = now - self._pictured_at < _QUICK_SECONDS, now
        views: tuple[_Picturing, ...] = (*first, *second)
        if quick and self.session.state is TrainingState.RUNNING:
            # In turn: drawing everything at once would keep the mouse waiting for too long.
            self._second_half = not self._second_half
            views = second if self._second_half else first
        for view in views:
            view.show_snapshot(snapshot)
        if self._hovered is not None and self.output in views:
            self._show_neuron(self._hovered)
        self.status.show_learning_rate(snapshot.learning_rate)
        self._paint_now()

    def _paint_now(self) -> None:
        """Paint while the training waits for it, and not at some time when both threads want to go on."""
        for chart in self._charts:
            # A scene tells its view what to paint by a queued call.
            QCoreApplication.sendPostedEvents(chart.scene(), QEvent.Type.MetaCall)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.UpdateRequest)

    def _show_neuron(self, place: tuple[int, int] | None) -> None:
        """Fill the large plot with a neuron's map while the pointer is on it."""
        self._hovered = place
        maps = None
        if place is not None and self._snapshot is not None:
            column, unit = place
            layers = self._snapshot.layers
            if column < 0:
                maps = self._snapshot.feature_maps
            elif column < len(layers):
                maps = layers[column].maps
        if place is None or maps is None or place[1] >= len(maps):
            self.output.show_neuron(None)
        else:
            column, unit = place
            where = "Feature" if column < 0 else f"Layer {column + 1}, neuron"
            self.output.show_neuron(maps[unit], f"{where} {unit + 1}")

    def _show_sample(self, row: int) -> None:
        self.session.set_request(dataclasses.replace(self.session.request, sample=row))
        self.microscope.show_sample(row)
        self.strip.select(row)
        self._ring_sample()

    def _show_lens(self, place: tuple[int, int] | None) -> None:
        self.session.set_request(dataclasses.replace(self.session.request, lens=place))
        self._ring_sample()

    def _request_histograms(self, layer: int | None) -> None:
        self.session.set_request(dataclasses.replace(self.session.request, histograms=layer))

    def _ring_sample(self) -> None:
        """Mark the sample in the output while the microscope looks at it."""
        request = self.session.request
        self.output.plot.mark_test_point(None if request.lens is None else request.sample)

    def _look_at_neuron(self, place: tuple[int, int]) -> None:
        if self.microscope.look_at(*place):
            self._show_microscope()

    def _open_microscope(self) -> None:
        """At the selected layer, where it has neurons."""
        selected, count = self.document.selected, len(self.document.experiment.layers)
        if selected is not None:
            self.microscope.look_at(count if selected == OUTPUT else selected, 0)
        self._show_microscope()

    def _show_microscope(self) -> None:
        self.microscope.show()
        self.microscope.raise_()
        self.microscope.activateWindow()

    def _show_doctor(self) -> None:
        dock = self.docks[-1]
        dock.show()
        dock.raise_()

    def _show_next_mistake(self) -> None:
        row = self.session.next_mistake(self.session.request.sample)
        if row is None:
            self.tell("The network makes no mistake on the test samples")
        else:
            self.strip.select(row)
            self._show_sample(row)

    def _show_painting(self, on: bool) -> None:
        self.actions_by_name["paint"].setChecked(on)
        self.side.data.show_painting(on)
        output = self.docks[1]
        if on:
            output.show()
            self._tools_height = self.painting.bar.sizeHint().height() + GRID_PX
        # The tools take their room from the results, not from the plot; but only after the panel asked for it.
        self._output_height = output.height() + (self._tools_height if on else -self._tools_height)
        QTimer.singleShot(0, self, self._resize_output)

    def _resize_output(self) -> None:
        output, results = self.docks[1:3]
        rest = output.height() + results.height() - self._output_height
        self.resizeDocks([output, results], [self._output_height, rest], Qt.Orientation.Vertical)

    def _allow_painting(self, possible: bool) -> None:
        action = self.actions_by_name["paint"]
        action.setEnabled(possible)
        action.setToolTip(str(action.property("tip")) if possible else "Painting needs two features")

    def _show_theme(self, theme: Theme) -> None:
        table.retint(self.actions_by_name, theme)
        self.preferences.theme_mode = self.themes.mode

    def _show_commands(self) -> None:
        append = self.canvas.editor.append
        self.dialogs.open_commands(self.table, self.actions_by_name, self.files.open_preset, append)

    def _show_shortcuts(self) -> None:
        groups: dict[str, list[QAction]] = {}
        for row in self.table:
            if not row.submenu:
                heading = row.menu.replace("&", "").partition("/")[0]
                groups.setdefault(heading, []).append(self.actions_by_name[row.name])
        ShortcutSheet(groups, self).open()

    def _show_dock_titles(self) -> None:
        shown = self.actions_by_name["move_panels"].isChecked()
        for dock in self.docks:
            old = dock.titleBarWidget()
            # None brings Qt's own title bar, which can be dragged.
            dock.setTitleBarWidget(None if shown else QWidget(dock))  # type: ignore[arg-type]
            if old is not None:
                old.deleteLater()

    # -- what is asked --------------------------------------------------------------------------------------------

    def _selected_index(self) -> int:
        selected = self.document.selected
        return -1 if selected is None else selected

    def _reset_with_new_seed(self) -> None:
        self.session.pause()
        experiment = self.document.experiment
        self.document.change("Reset with new seed", experiment.replace(seed=experiment.seed + 1))

    def _choose_speed(self, key: str) -> None:
        self.preferences.speed = key
        self.session.set_speed(key)

    def _begin_drop(self, layer: object, at: object) -> None:
        self.canvas.begin_drop(layer)  # type: ignore[arg-type]

    def _edit_weight(self, layer: int, source: int, unit: int, value: float) -> None:
        self.session.edit_weight(layer, "kernel", (source, unit), value)

    def _edit_bias(self, layer: int, unit: int, value: float) -> None:
        self.session.edit_weight(layer, "bias", (unit,), value)

    def _list_recent(self) -> None:
        paths = [Path(name) for name in self.preferences.recent_files]
        self._recent.show_files((path, path.name) for path in paths)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # -- begin and end --------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        preferences = self.preferences
        self._recent.file_chosen.connect(self.files.open_file)
        self._presets.file_chosen.connect(self.files.open_preset)
        self.output.test_points.setChecked(preferences.show_test_points)
        self.output.discretize.setChecked(preferences.discretize)
        self.bar.set_speed(preferences.speed)
        self.session.set_speed(preferences.speed)
        self.canvas.set_reduced_motion(preferences.reduced_motion)
        self._restore_panels()
        self._first_state = self.saveState(_STATE_VERSION)
        if not self.restoreGeometry(QByteArray(preferences.window_geometry)):
            available = self.screen().availableGeometry()
            self.resize(min(1440, available.width()), min(900, available.height()))
            self.setGeometry(
                QStyle.alignedRect(
                    Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter, self.size(), available
                )
            )
        self.restoreState(QByteArray(preferences.window_state), _STATE_VERSION)
        self._hidden = HiddenControls(places_of(self), self.docks[0], preferences, self)
        preferences.changed.connect(self._follow_preference)

    def _follow_preference(self, name: str) -> None:
        """Let a preference that was changed elsewhere hold at once."""
        preferences = self.preferences
        if name == "theme_mode":
            self.themes.mode = cast(Mode, preferences.theme_mode)
        elif name == "speed":
            self.bar.set_speed(preferences.speed)
            self.session.set_speed(preferences.speed)
        elif name == "show_test_points":
            self.output.test_points.setChecked(preferences.show_test_points)
        elif name == "discretize":
            self.output.discretize.setChecked(preferences.discretize)
        elif name == "reduced_motion":
            self.canvas.set_reduced_motion(preferences.reduced_motion)

    def _restore_panels(self) -> None:
        side, output, results, doctor = self.docks
        for dock, area in (
            (side, Qt.DockWidgetArea.LeftDockWidgetArea),
            (output, Qt.DockWidgetArea.RightDockWidgetArea),
            (results, Qt.DockWidgetArea.RightDockWidgetArea),
            (doctor, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            dock.setFloating(False)
            self.addDockWidget(area, dock)
            dock.show()
        self.splitDockWidget(output, results, Qt.Orientation.Vertical)
        self.tabifyDockWidget(results, doctor)
        # The badge opens it when there is something to say.
        doctor.hide()
        self.resizeDocks([side, output], [216, 359], Qt.Orientation.Horizontal)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.imports.consider(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.imports.take(event)

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # The tabs of docks that share a place; Qt makes them when it needs them.
        if event.type() == QEvent.Type.ChildPolished and isinstance(tabs := event.child(), QTabBar):
            tabs.setAccessibleName("Panels")
            tabs.setToolTip("Choose the panel to see here.")

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        self.preferences.window_geometry = bytes(self.saveGeometry().data())
        self.preferences.window_state = bytes(self.saveState(_STATE_VERSION).data())
        self.session.close()
        super().closeEvent(event)


def _without_argument(callee: object) -> object:
    """`triggered` tells whether an action is checked, which none of the callees wants to know."""

    def call(checked: bool = False) -> None:
        callee()  # type: ignore[operator]

    return call


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
