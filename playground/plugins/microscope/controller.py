"""The microscope's window or dock, and the page of the chosen neuron in a slow step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from core.nn.stage import Address
from core.train.slow_step import SlowStep
from playground.plugin import OUTPUT, BackgroundJob, LateView, Turn, Viewer, WindowController, bring_up
from playground.plugins.microscope.settings import MicroscopeSettings

if TYPE_CHECKING:
    from core.probes.gradient_check import LayerCheck
    from playground.plugins.microscope.dialog import MicroscopeDialog
    from playground.plugins.microscope.step_page import StepPage
    from playground.window.plugin_window import PluginWindow


class MicroscopeController(WindowController):
    """Opens the microscope, in its dock where it was left there; a slow step's neuron has a page of the results."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._main, self._panels, self._slow = window, window.panels, window.slow
        self.late = LateView(self._make)
        self.dock: QDockWidget | None = None
        self.page: StepPage | None = None
        self._page_before = 0
        self._job = BackgroundJob("gradient check", self, daemon=True)
        self._job.finished.connect(self._show_check)
        self._job.failed.connect(lambda error: self.message_requested.emit(f"The check failed: {error}"))
        self._checked: tuple[SlowStep, tuple[Address, int]] | None = None
        self._panels.viewers += (Viewer(self.late, Turn.OTHERS),)
        self._panels.canvas.neuron_clicked.connect(self._inspect)
        self._slow.changed.connect(self._show_step)

    @property
    def view(self) -> MicroscopeDialog:
        """Made if necessary."""
        return self.late.view

    @property
    def cards(self) -> QWidget | None:
        """What its picture shows; None before it is made."""
        return self.view.cards if self.late.is_made else None

    def open(self) -> None:
        """Open it on the selected layer, if that has neurons."""
        address, count = self._document.address, len(self._document.experiment.layers)
        if address is not None:
            self.view.inspect(count if address == OUTPUT else address, 0)
        self.show()

    def show(self) -> None:
        """Bring it to the front, where it is."""
        if self._preferences.of(MicroscopeSettings).docked and self.dock is None:
            self.set_docked(True)
        elif self.view.is_docked and self.dock is not None:
            self.dock.show()
            self.dock.raise_()
        else:
            bring_up(self.view)

    def set_docked(self, docked: bool) -> None:
        """Put it into its dock, which is made when it is first needed, or into a window of its own."""
        view = self.view
        if docked == view.is_docked:
            return
        view.hide()
        self._panels.sizes.follow()
        if docked:
            self.dock = self.dock or self._make_dock()
            view.setWindowFlags(Qt.WindowType.Widget)
            self.dock.setWidget(view)
        else:
            assert self.dock is not None
            self.dock.hide()
            view.setParent(self._window, Qt.WindowType.Dialog)
        view.is_docked = docked
        self._preferences.keep(MicroscopeSettings(docked=docked))
        view.show()
        self.show()

    def _make(self) -> MicroscopeDialog:
        from playground.plugins.microscope.dialog import MicroscopeDialog

        view = MicroscopeDialog(self._document, self._themes, self._window)
        view.dock_requested.connect(self.set_docked)
        view.neuron_changed.connect(self._session.inspection.trace_neuron)
        view.sample_changed.connect(self._main.inspection.show_sample)
        view.addAction(self._main.actions_by_name["play"])
        self._panels.pictured.emit("microscope_picture", view.cards)
        return view

    def _make_dock(self) -> QDockWidget:
        host = self._panels.host
        dock = QDockWidget("Microscope", host)
        dock.setObjectName("microscope")
        # The tab says what it is.
        dock.setTitleBarWidget(QWidget(dock))
        host.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        host.tabifyDockWidget(self._panels.results_dock, dock)
        # Where it was in the last session.
        host.restoreDockWidget(dock)
        self.view.closed.connect(dock.hide)
        dock.visibilityChanged.connect(self._panels.sizes.follow)
        return dock

    def _inspect(self, place: tuple[Address, int]) -> None:
        if self._slow.moment is not None and self.page is not None:
            self.page.choose(place)
        elif self.view.inspect(*place):
            self.show()

    def _show_step(self) -> None:
        """Show the neuron's page while there is a slow step, and the page before it afterwards."""
        moment, results, page = self._slow.moment, self._panels.results, self.page
        if moment is None:
            if page is not None and page.prepared is not None:
                self._job.abandon()
                # A large network's step is not to be kept.
                page.show_moment(None)
                page.prepared = None
                results.remove_page(page)
                results.tabs.setCurrentIndex(self._page_before)
            return
        if page is None:
            from playground.plugins.microscope.step_page import StepPage

            page = self.page = StepPage(self._themes, results.pages)
            page.check_requested.connect(self._check)
        if page.prepared is None:
            self._page_before = results.tabs.currentIndex()
            results.add_page(page, "Neuron", "The chosen neuron in the slow step")
            page.prepared = self._slow.prepared
            page.choose((max(0, len(self._document.experiment.layers) - 1), 0))
            results.show_page(page)
        page.show_moment(moment)

    def _check(self) -> None:
        """Compare the gradients of the chosen neuron with differences of the loss."""
        from core.probes.gradient_check import check_unit

        moment, page = self._slow.moment, self.page
        if moment is None or page is None or page.prepared is None:
            return
        self._job.abandon()
        page.show_check(None)
        self._checked = moment.step, page.place
        self._job.start(
            partial(check_unit, moment.step, page.prepared, moment.experiment.training, page.place)
        )

    def _show_check(self, found: LayerCheck) -> None:
        page, moment = self.page, self._slow.moment
        if page is not None and moment is not None and self._checked == (moment.step, page.place):
            page.show_check(found)
