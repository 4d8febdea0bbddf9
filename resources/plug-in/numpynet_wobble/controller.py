"""What the rows run in the window."""

from PySide6.QtGui import QColor, QPen

from numpynet_wobble.kinds import WobbleFunction, values
from playground.plugin import NamedChart, Page, PageWidget, PluginWindow, WindowController, vbox


class WobbleController(WindowController):
    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)

    def use(self) -> None:
        now, new = self._document.experiment, {"activation": WobbleFunction()}
        layers = [layer.replace(**new) if hasattr(layer, "activation") else layer for layer in now.layers]
        self._document.change("Use Wobble", now.replace(layers=tuple(layers)))
        self.message_requested.emit("All hidden layers have Wobble; Ctrl+Z takes it back")


class WobblePage(Page):
    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self.page = PageWidget("wobble", self._themes, window.context.window)
        vbox(self.page.message, WobblePlot(self._themes, self.page), parent=self.page)
        self._document.experiment_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        used = [getattr(layer, "activation", None) for layer in self._document.experiment.layers]
        self.page.show_message("" if WobbleFunction() in used else "No layer has it: Ctrl+K, Use Wobble")


class WobblePlot(NamedChart):
    names = "x", "Wobble, and thin its slope"

    def showEvent(self, event: object) -> None:
        self._draw()

    def _draw(self) -> None:
        (x, y, slope), pen = values(-5.0, 5.0, 501), QPen(QColor(self._themes.theme.train), 3)
        self._show_range((-5.0, 5.0), (min(y), max(y)))
        self._show_lines([(x, y, pen), (x, slope, QPen(QColor(self._themes.theme.test), 1))])
