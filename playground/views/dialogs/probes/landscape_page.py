"""The loss landscape around the weights."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QLabel, QWidget

from core.probes.loss_landscape import LossLandscape, PlaneKind, loss_landscape
from core.probes.subject import Report
from playground.views.dialogs.probes.landscape_plot import LandscapePlot
from playground.views.dialogs.probes.page import Material, ProbePage, Verdict, Work, register
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Segments
from playground.views.widgets.boxes import hbox, set_up, vbox


@register
class LandscapePage(ProbePage):
    kind = "landscape"
    title = "Loss landscape"
    summary = (
        "The training loss on a plane through the weights (Li et al., 2018), and the way that training walked: "
        "the open dot is where it began, the full one where it is."
    )
    group = "Inside"
    verb = "Draw"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.plane = Segments(
            [
                ("path", "Plane of the path", "The two directions in which training moved most"),
                (
                    "random",
                    "Random directions",
                    "Two random directions, filter by filter as long as the weights",
                ),
            ],
            name="Plane",
            parent=self,
        )
        self.note = set_up(QLabel(self), role="muted")
        self.plot = LandscapePlot(themes, self)
        row = hbox(self.plane, (self.note, 1), spacing=GRID_PX)
        vbox(row, (self.plot, 1), parent=self, margins=0, spacing=GRID_PX)

    def work(self) -> Work:
        plane = cast(PlaneKind, self.plane.current)

        def run(material: Material, report: Report) -> LossLandscape:
            return loss_landscape(material.subject, material.path(), plane, report)

        return run

    def show_progress(self, progress: LossLandscape) -> None:
        self.note.setText(f"{len(progress.x)} × {len(progress.y)} points, {progress.samples:,} samples")
        self.plot.show_landscape(progress)

    def show_result(self, result: LossLandscape) -> Verdict:
        self.show_progress(result)
        return Verdict(result.sentence)

    def clear(self) -> None:
        self.note.clear()
        self.plot.show_landscape(None)
