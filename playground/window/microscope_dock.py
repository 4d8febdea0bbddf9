"""The microscope as a window of its own, or as a panel beside the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from playground.window.late_view import LateView

if TYPE_CHECKING:
    from playground.views.microscope import MicroscopeDialog


class MicroscopeDock(QObject):
    """Moves the microscope into a dock and out again; the dock is made when it is first needed.

    With `opens_docked`, as it was left in the last session, it is in its dock when it is first shown.
    """

    docked_changed = Signal(bool)
    """By the user."""
    room_changed = Signal()
    """The dock comes or goes, by a tab too."""

    def __init__(
        self,
        microscope: LateView[MicroscopeDialog],
        window: QWidget,
        host: QMainWindow,
        beside: QDockWidget,
    ) -> None:
        super().__init__(host)
        self._late, self._window, self._host, self._beside = microscope, window, host, beside
        self.dock: QDockWidget | None = None
        self.opens_docked = False
        microscope.when_made(lambda view: view.dock_requested.connect(self.set_docked))

    @property
    def _microscope(self) -> MicroscopeDialog:
        return self._late.view

    def show(self) -> None:
        """Bring the microscope to the front, where it is."""
        if self.opens_docked and self.dock is None:
            self.set_docked(True)
        elif self._microscope.is_docked and self.dock is not None:
            self.dock.show()
            self.dock.raise_()
        else:
            self._microscope.show()
            self._microscope.raise_()
            self._microscope.activateWindow()

    def set_docked(self, docked: bool) -> None:
        """Put the microscope into its dock, or into a window of its own."""
        microscope = self._microscope
        if docked == microscope.is_docked:
            return
        microscope.hide()
        self.room_changed.emit()
        if docked:
            self.dock = self.dock or self._make_dock()
            microscope.setWindowFlags(Qt.WindowType.Widget)
            self.dock.setWidget(microscope)
        else:
            assert self.dock is not None
            self.dock.hide()
            microscope.setParent(self._window, Qt.WindowType.Dialog)
        microscope.is_docked = self.opens_docked = docked
        self.docked_changed.emit(docked)
        microscope.show()
        self.show()

    def _make_dock(self) -> QDockWidget:
        dock = QDockWidget("Microscope", self._host)
        dock.setObjectName("microscope")
        # The tab says what it is.
        dock.setTitleBarWidget(QWidget(dock))
        self._host.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self._host.tabifyDockWidget(self._beside, dock)
        # Where it was in the last session.
        self._host.restoreDockWidget(dock)
        self._microscope.closed.connect(dock.hide)
        dock.visibilityChanged.connect(self.room_changed)
        return dock
