"""The window as plug-ins see it: what is not here may change from day to day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    # Docks import this while the window's own modules are being imported.
    from PySide6.QtGui import QAction

    from playground.commands.dialog_commands import DialogController
    from playground.commands.file_commands import FileController
    from playground.commands.window_controller import ShowsRun, WindowContext
    from playground.window.control_visibility import HiddenControls
    from playground.window.displays import DocumentDisplay
    from playground.window.inspection_controller import InspectionController
    from playground.window.menu_area import MenuArea
    from playground.window.pages import Pages
    from playground.window.panels import Panels
    from playground.window.preference_sync import PreferenceSync
    from playground.window.slow_step_controller import SlowStepController


class PluginWindow(Protocol):
    """What the controllers and pages of plug-ins may use of the main window."""

    context: WindowContext
    """Its `document`, `session` (the training), `preferences` and `themes`; its `window` is the QWidget itself."""
    panels: Panels
    """All around the canvas, and `canvas`: `output`, `results`, `side`, `status`; `dock(kind)` is a QDockWidget."""
    pages: Pages
    """`show(kind)` brings a page to the front, `page(kind)` is what is behind it."""
    actions_by_name: dict[str, QAction]
    """The command of each `ActionRow`."""
    plugins: dict[str, Any]
    """The controllers of all plug-ins, by their kind."""
    inspection: InspectionController
    """Which sample all panels look at."""
    files: FileController
    """Opening, saving, and what the user drops on the window."""
    dialogs: DialogController
    slow: SlowStepController
    """A step in slow motion."""
    hidden: HiddenControls
    """Which controls are left out."""
    menu_area: MenuArea
    """Menus, the title, and a notice across the window."""
    preference_sync: PreferenceSync
    document_display: DocumentDisplay

    @property
    def snapshot_router(self) -> ShowsRun:
        """The snapshot that the panels show, of now or of an earlier moment."""

    def show_message(self, sentence: str) -> None:
        """Show a sentence for some seconds; a controller emits `message_requested`."""

    def show_simple(self, simple: bool) -> None:
        """Show only what one needs to begin, or everything."""
