"""The window: where everything is, and which signal leads where. It has no behaviour of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QChildEvent, QEvent, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QStyle,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.experiment.presets import preset_files
from core.export import EXPORTERS
from playground.commands import actions as table
from playground.commands.dialog_commands import DialogController
from playground.commands.download_commands import DownloadController
from playground.commands.file_commands import FileController
from playground.commands.import_commands import ImportController
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.dialogs.about import AboutDialog
from playground.views.dialogs.shortcuts import ShortcutSheet
from playground.views.menus.presets_menu import FilesMenu, preset_title
from playground.views.menus.template_menu import TemplateMenu
from playground.views.theme.theme import Mode, Theme, ThemeSource
from playground.views.widgets import Toast
from playground.window.control_visibility import HiddenControls, hideable_widgets
from playground.window.inspection_controller import InspectionController
from playground.window.panels import Panels
from playground.window.shortcut_filter import ShortcutFilter
from playground.window.snapshot_router import SnapshotRouter

__all__ = ["MainWindow"]

_STATE_VERSION = 2
# Before there was a pad for drawing.
_STATE_WITHOUT_PAD = 1


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
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.table = (*table.TABLE, *table.export_rows(EXPORTERS))
        self.actions_by_name = table.make_actions(self, self.table)
        self.files = FileController(document, session, preferences, themes, self)
        self.imports = ImportController(document, preferences, themes, self)
        self.downloads = DownloadController(document, preferences, themes, self)
        self.dialogs = DialogController(document, session, preferences, themes, self)
        self.setAcceptDrops(True)
        panels = self.panels = Panels(self, document, themes, self.actions_by_name)
        self.training_bar, self.canvas, self.strip, self.palette_bar = (
            panels.training_bar,
            panels.canvas,
            panels.strip,
            panels.palette,
        )
        self.side, self.output, self.results = panels.side, panels.output, panels.results
        self.painting, self.status = panels.painting, panels.status
        self.doctor, self.badge, self.microscope = panels.doctor, panels.badge, panels.microscope
        self.drawing = panels.drawing
        self.docks = panels.docks
        self.inspection = InspectionController(document, session, self.panels, self)
        self.snapshot_router = SnapshotRouter(document, session, self.panels, self.inspection, self)
        self._make_menus()
        self._connect_actions()
        self._connect_document()
        self._connect_session()
        self._connect_views()
        self._shortcut_filter = ShortcutFilter(_application(), self)
        self._restore()
        self._show_theme(themes.theme)
        self._show_document()
        self._allow_painting(self.painting.possible)
        self._allow_drawing(self.drawing.possible)
        self.canvas.focus_selected()

    def _make_menus(self) -> None:
        self._recent = FilesMenu("No recent files", self)
        self._presets = FilesMenu("No presets", self)
        self._templates = TemplateMenu(self.document, self)
        self.palette_bar.templates.setMenu(self._templates)
        panels = QMenu(self)
        for dock in self.docks:
            panels.addAction(dock.toggleViewAction())
        top = QWidget(self)
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        line = QFrame(top)
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        self._title = QLabel(top)
        self._title.setProperty("role", "title")
        self._title.setContentsMargins(12, 0, 8, 0)
        # The menus beside it can be hidden.
        self._title.setMinimumHeight(28)
        bar = self._menu_bar = self.menuBar()
        row.addWidget(self._title)
        row.addWidget(bar, 1)
        column.addLayout(row)
        column.addWidget(line)
        column.addWidget(self.training_bar)
        self.menus = table.make_menus(
            bar,
            self.actions_by_name,
            self.table,
            {
                "recent": self._recent,
                "presets": self._presets,
                "panels": panels,
                "templates": self._templates,
            },
        )
        self.setMenuWidget(top)
        self._presets.show_files((path, preset_title(path)) for path in preset_files())
        self._recent.aboutToShow.connect(self._list_recent)

    def _connect_actions(self) -> None:
        session, editor, selected = self.session, self.canvas.editor, self._selected_index
        selected_layers = self.canvas.selected
        welcome = partial(self.dialogs.open_welcome, self.files, self.imports)
        callees = {
            "new": welcome,
            "open": self.files.open,
            "import_data": self.imports.choose_file,
            "import_images": self.imports.choose_folder,
            "save": self.files.save,
            "save_as": self.files.save_as,
            "quit": self.close,
            "cut": selected_layers.cut,
            "copy": selected_layers.copy,
            "paste": selected_layers.paste,
            "select_all": self.canvas.selection.choose_all,
            "delete_layer": selected_layers.remove,
            "duplicate_layer": selected_layers.duplicate,
            "move_layer_left": lambda: editor.move(selected(), -1),
            "move_layer_right": lambda: editor.move(selected(), 1),
            "zoom_in": self.canvas.zoom_in,
            "zoom_out": self.canvas.zoom_out,
            "zoom_fit": self.canvas.zoom_fit,
            "play": session.toggle,
            "step_batch": session.step_batch,
            "step_epoch": session.step_epoch,
            "step_epochs": partial(session.step_epochs, 10),
            "run_until": self.dialogs.open_run_until,
            "reset": session.reset,
            "reset_new_seed": self._reset_with_new_seed,
            "microscope": self.inspection.open_microscope,
            "mistakes": partial(self.panels.mistakes.open_cell, None, None),
            "draw": self.panels.show_drawing,
            "doctor": self.panels.show_doctor,
            "theme": self.themes.toggle,
            "restore_panels": self.panels.restore,
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
        self.files.message_requested.connect(self.show_message)
        self._saved_at: float | None = None
        self._saved_note = ""
        saver = self.files.saver
        saver.saved.connect(self._show_saved)
        saver.started.connect(self.status.begin_saving)
        saver.progressed.connect(self.status.show_saving)
        saver.ended.connect(self.status.end_saving)
        self.status.cancel_requested.connect(saver.cancel)

    def _connect_session(self) -> None:
        self.session.state_changed.connect(self._show_state)
        self.session.rates_changed.connect(self.status.show_rates)
        self.session.stopped.connect(self._show_stop)
        self.inspection.message_requested.connect(self.show_message)

    def _connect_views(self) -> None:
        self.training_bar.speed_chosen.connect(self._choose_speed)
        self.side.data.import_requested.connect(self.imports.choose_file)
        self.side.data.images_requested.connect(self.imports.choose_folder)
        self.side.data.columns_requested.connect(self.imports.choose_again)
        self.canvas.choice_requested.connect(self.imports.choose_again)
        self.side.data.download_requested.connect(self.downloads.fetch)
        self.canvas.download_requested.connect(self.downloads.fetch_for_experiment)
        self.imports.project_dropped.connect(self.files.open_file, Qt.ConnectionType.QueuedConnection)
        self.side.data.paint_requested.connect(self.actions_by_name["paint"].trigger)
        self.painting.active_changed.connect(self._show_painting)
        self.painting.possible_changed.connect(self._allow_painting)
        self.painting.message_requested.connect(self.show_message)
        self.palette_bar.drag_started.connect(self._begin_drop)
        self.palette_bar.drag_moved.connect(self.canvas.hover_drop)
        self.palette_bar.drag_dropped.connect(self.canvas.drop)
        self.palette_bar.drag_cancelled.connect(self.canvas.cancel_drop)
        self.palette_bar.append_requested.connect(self.canvas.editor.append)
        self.canvas.message_requested.connect(self.show_message)
        self.canvas.weight_edit_requested.connect(self._edit_weight)
        self.canvas.bias_edit_requested.connect(self._edit_bias)
        self.canvas.form_requested.connect(self.side.layer.enter)
        self.side.layer.left.connect(self.canvas.focus_selected)
        self.microscope.addAction(self.actions_by_name["play"])
        for name in ("play", "undo", "redo"):
            self.panels.mistakes.addAction(self.actions_by_name[name])
        self.doctor.findings_changed.connect(self.badge.show_findings)
        self.doctor.close_requested.connect(self.panels.doctor_dock.hide)
        self.badge.clicked.connect(self.panels.show_doctor)
        self.strip.draw_requested.connect(self.panels.show_drawing)
        self.drawing.possible_changed.connect(self._allow_drawing)
        self.drawing.close_requested.connect(self.panels.drawing_dock.hide)
        self.drawing.message_requested.connect(self.show_message)
        self.themes.theme_changed.connect(self._show_theme)
        self.output.test_points.toggled.connect(partial(setattr, self.preferences, "show_test_points"))
        self.output.discretize.toggled.connect(partial(setattr, self.preferences, "discretize"))

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_message(self, sentence: str) -> None:
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
        self.status.show_file(self.document.path, self.document.unsaved, self._saved_at, self._saved_note)

    def _show_saved(self, moment: float, note: str) -> None:
        self._saved_at, self._saved_note = moment, note
        self._show_file()

    def _show_state(self, state: TrainingState) -> None:
        message = self.session.message
        self.training_bar.show_state("idle" if state is TrainingState.BLOCKED else state.value)
        self.status.show_state(state.value, message)
        self.results.allow_training(state is not TrainingState.BLOCKED)
        if state is not TrainingState.RUNNING:
            self.status.show_rates(0.0, 0.0)
        if state is TrainingState.FAILED:
            self.show_message(message)
        elif state is TrainingState.BLOCKED:
            self.canvas.scene.refresh_problems()

    def _show_stop(self, sentence: str) -> None:
        """Say it, and keep it in the status line for those who were away."""
        self.show_message(sentence)
        if self.session.state in (TrainingState.IDLE, TrainingState.PAUSED):
            self.status.show_state(self.session.state.value, sentence)

    def _show_painting(self, on: bool) -> None:
        self.actions_by_name["paint"].setChecked(on)
        self.panels.show_painting(on)

    def _allow_painting(self, possible: bool) -> None:
        action = self.actions_by_name["paint"]
        action.setEnabled(possible)
        action.setToolTip(str(action.property("tip")) if possible else "Painting needs two features")

    def _allow_drawing(self, possible: bool) -> None:
        action = self.actions_by_name["draw"]
        action.setEnabled(possible)
        action.setToolTip(str(action.property("tip")) if possible else "Drawing needs a dataset of images")
        self.panels.allow_drawing(possible)

    def _show_theme(self, theme: Theme) -> None:
        table.retint(self.actions_by_name, theme)
        self.preferences.theme_mode = self.themes.mode

    def _show_commands(self) -> None:
        append = self.canvas.editor.append
        fields = [self.training_bar.speed, *self.training_bar.fields.combos]
        self.dialogs.open_commands(self.table, self.actions_by_name, self.files.open_preset, append, fields)

    def _show_shortcuts(self) -> None:
        groups: dict[str, list[QAction]] = {}
        for row in self.table:
            if not row.submenu:
                heading = row.menu.replace("&", "").partition("/")[0]
                groups.setdefault(heading, []).append(self.actions_by_name[row.name])
        ShortcutSheet(groups, self).open()

    def _show_dock_titles(self) -> None:
        self.panels.show_titles(self.actions_by_name["move_panels"].isChecked())

    # -- requests -------------------------------------------------------------------------------------------------

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
        self.training_bar.set_speed(preferences.speed)
        self.session.set_speed(preferences.speed)
        self.canvas.set_reduced_motion(preferences.reduced_motion)
        self.panels.restore()
        if not self.restoreGeometry(QByteArray(preferences.window_geometry)):
            available = self.screen().availableGeometry()
            self.resize(min(1440, available.width()), min(900, available.height()))
            self.setGeometry(
                QStyle.alignedRect(
                    Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter, self.size(), available
                )
            )
        state = QByteArray(preferences.window_state)
        if not self.restoreState(state, _STATE_VERSION) and self.restoreState(state, _STATE_WITHOUT_PAD):
            self.panels.place_drawing()
        places = hideable_widgets(self.panels, self._menu_bar, self.statusBar())
        self._hidden = HiddenControls(places, self.panels.side_dock, preferences, self)
        preferences.changed.connect(self._follow_preference)

    def _follow_preference(self, name: str) -> None:
        """Let a preference that was changed elsewhere hold at once."""
        preferences = self.preferences
        if name == "theme_mode":
            self.themes.mode = cast(Mode, preferences.theme_mode)
        elif name == "speed":
            self.training_bar.set_speed(preferences.speed)
            self.session.set_speed(preferences.speed)
        elif name == "show_test_points":
            self.output.test_points.setChecked(preferences.show_test_points)
        elif name == "discretize":
            self.output.discretize.setChecked(preferences.discretize)
        elif name == "reduced_motion":
            self.canvas.set_reduced_motion(preferences.reduced_motion)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.imports.accept_drag(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.imports.accept_drop(event)

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # The tabs of docks that share a place; Qt makes them when it needs them.
        if event.type() == QEvent.Type.ChildPolished and isinstance(tabs := event.child(), QTabBar):
            tabs.setAccessibleName("Panels")
            tabs.setToolTip("Choose the panel to see here.")

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.maybe_save():
            event.ignore()
            return
        self.preferences.store(
            {
                "window_geometry": bytes(self.saveGeometry().data()),
                "window_state": bytes(self.saveState(_STATE_VERSION).data()),
            }
        )
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
