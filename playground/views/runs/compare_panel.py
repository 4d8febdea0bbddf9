"""The right side of the page: curves, differences and costs of the selected runs, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.runs.packing import Curves
from core.runs.run import Run
from playground.views.runs.changes_view import ChangesView, differing, results
from playground.views.runs.scatter import RunScatter
from playground.views.theme.colors import run_colors
from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import FlowLayout, SectionTitle, Segments
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.charts.curve_scale import Quantity
from playground.views.widgets.charts.overlay_chart import NamedCurve, OverlayChart, smooth_box
from playground.views.widgets.controls import ScrollArea, push_button
from playground.views.widgets.labels import CutLabel, hairline

_COLUMNS = {"test_loss": 2, "train_loss": 1, "accuracy": 4}
_BRANCH_TIP = "Go on from this run's weights in the open document; undo goes back"
_BESIDE_TIP = "See the open network beside this run: layers, weights and predictions"
_RACE_TIP = "Train the selected settings side by side, from the same start"
_PIN_TIP = "Show these curves in the chart of the page Build, for the same data; again: no longer"
_LEAST_CHART_PX = 96
_NOTHING = "Select a run to see its curves"


class _Squeezed(QWidget):
    """Content of a scroll area; it scrolls only where the least heights have no room."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.minimumHeightForWidth(width)


class ComparePanel(QFrame):
    """Emits the wishes of its buttons for the selected runs."""

    requested = Signal(str)
    """The name of a button: open, branch, beside, race, export, pin, note or delete."""
    run_clicked = Signal(int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._themes = themes
        self._runs: list[Run] = []
        self._curves: dict[int, Curves] = {}
        self.title = set_up(CutLabel(self), role="title")
        self.buttons: dict[str, QPushButton] = {}
        self.quantity = Segments(
            [
                ("test_loss", "Test loss", "Loss on the test samples"),
                ("train_loss", "Train loss", "Loss on the training samples"),
                ("accuracy", "Accuracy", "Accuracy on the test samples; R² for values"),
            ],
            name="Curves",
            parent=self,
        )
        self.unit = Segments(
            [
                ("epoch", "Epoch", "Over the epochs"),
                ("s", "Seconds", "Over the seconds of training, as if all epochs of a run took equally long"),
            ],
            name="Axis",
            parent=self,
        )
        self.against = SectionTitle("Test accuracy against", self)
        self.cost = Segments(
            [
                ("parameters", "Parameters", "How large the network is"),
                ("seconds", "Seconds", "How long it trained"),
            ],
            name="Cost",
            parent=self,
        )
        self.chart = OverlayChart(themes, self, hint=_NOTHING)
        self.chart.setMinimumHeight(_LEAST_CHART_PX)
        self.smooth = smooth_box(self)
        self.smooth.toggled.connect(self.chart.set_smooth)
        self.changes = ChangesView(themes, self)
        self.equal = set_up(QLabel(self), role="caption")
        self.scatter = RunScatter(themes, self)
        self.shown = set_up(CutLabel(self), role="muted")
        self.shown.setToolTip("The plot shows all runs on the data of the selected one.")
        self.scatter.run_clicked.connect(self.run_clicked)
        for segments in (self.quantity, self.unit):
            segments.chosen.connect(self._draw_curves)
        self._of_data: Sequence[Run] = ()
        self.cost.chosen.connect(self._draw_scatter)
        self._lay_out()
        themes.theme_changed.connect(self._restyle)
        self._restyle()
        self.show_runs([], {})

    def show_runs(self, runs: Sequence[Run], curves: dict[int, Curves]) -> None:
        """Compare runs; `curves` are those that are loaded by now."""
        self._runs, self._curves = list(runs), curves
        count = len(runs)
        one = runs[0].name if count == 1 else ""
        self.title.setText(one or (f"Compare {count} runs" if count else "No selection"))
        for name, button in self.buttons.items():
            least, most = {
                "open": (1, 1),
                "branch": (1, 1),
                "beside": (1, 1),
                "note": (1, 1),
                "race": (1, 4),
            }.get(name, (1, 99))
            button.setEnabled(least <= count <= most)
        self._draw_facts()
        self._draw_curves()
        self._mark()

    def show_data(self, runs: Sequence[Run]) -> None:
        """Set the runs of the scatter plot: those on the same data."""
        if runs is not self._of_data:
            self._of_data = runs
            name = "accuracy" if all(run.classifies for run in runs) else "score"
            self.against.set_text(f"Test {name} against")
            count = f"{len(runs):,} run{'' if len(runs) == 1 else 's'}"
            self.shown.setText(f"{runs[0].data_label}, {count}" if runs else "")
            self._draw_scatter()

    def _draw_facts(self) -> None:
        if not self._runs:
            self.changes.show_facts([], [])
            self.equal.setText("")
            return
        facts, equal = differing(self._runs)
        if len(self._runs) == 1:
            self.equal.setText("select another run to compare")
        else:
            self.equal.setText(f"{equal} setting{'s are' if equal != 1 else ' is'} equal")
        heads = [(run.name, color) for run, color in zip(self._runs, self._colors, strict=False)]
        self.changes.show_facts(heads, [*facts, *results(self._runs, self._curves)])

    @property
    def _colors(self) -> tuple[str, ...]:
        return run_colors(self._themes.theme)

    def _draw_curves(self) -> None:
        quantity, unit = self.quantity.current, self.unit.current
        shown: list[NamedCurve] = []
        for run, color in zip(self._runs, self._colors, strict=False):
            curves = self._curves.get(run.id)
            if curves is not None and len(curves):
                x = curves[:, 0].astype(np.float64)
                if unit == "s":
                    x = x * (run.seconds / max(1e-9, float(x[-1])))
                shown.append(NamedCurve(run.name, color, x, _values(curves, quantity)))
        of: Quantity = "loss"
        if quantity == "accuracy":
            of = "accuracy" if all(run.classifies for run in self._runs) else "r2"
        self.chart.show_curves(shown, of, unit)

    def _draw_scatter(self) -> None:
        self.scatter.show_runs(self._of_data, self.cost.current)
        self._mark()

    def _mark(self) -> None:
        self.scatter.mark({run.id: color for run, color in zip(self._runs, self._colors, strict=False)})

    def _lay_out(self) -> None:
        head = hbox((self.title, 1), margins=(14, 8, 12, 8), spacing=8)
        for args in (
            ("open", "Open", "", "Go on with this run in a document of its own (Return)"),
            ("branch", "Branch", "branch", _BRANCH_TIP),
            ("race", "Race these", "race", _RACE_TIP),
        ):  # fmt: skip
            head.addWidget(self._button(*args))
        self.buttons["race"].setProperty("primary", "true")
        chosen = QWidget(self)
        choices = FlowLayout(chosen)
        for widget in (self.quantity, self.unit, self.smooth):
            choices.addWidget(widget)
        beside = self._button("beside", "Compare models", "", _BESIDE_TIP)
        beside.setProperty("small", "true")
        changed = hbox(SectionTitle("What changed", self), STRETCH, self.equal, beside)
        scatter = hbox(self.against, self.cost, STRETCH)
        middle = _Squeezed(self)
        vbox(
            chosen,
            (self.chart, 3),
            hairline(self),
            changed,
            self.changes,
            hairline(self),
            scatter,
            self.shown,
            (self.scatter, 3),
            parent=middle,
            margins=(14, 6, 14, 6),
            spacing=4,
        )
        area = ScrollArea(self, middle)
        foot = hbox(margins=(14, 8, 12, 8), spacing=8)
        for args in (
            ("export", "Export CSV", "download", "Save the selected runs as a table"),
            ("pin", "Pin curves", "pin", _PIN_TIP),
            ("note", "Note", "note", "Write a note"),
        ):  # fmt: skip
            foot.addWidget(self._button(*args))
        foot.addStretch(1)
        delete = self._button("delete", "Delete", "delete", "Take these runs off the list (Delete)")
        delete.setProperty("danger", "true")
        foot.addWidget(delete)
        vbox(head, hairline(self), (area, 1), hairline(self), foot, parent=self, margins=0, spacing=0)

    def _button(self, name: str, text: str, picture: str, tip: str) -> QPushButton:
        button = push_button(text, tip, self, clicked=lambda: self.requested.emit(name), picture=picture)
        button.setObjectName(f"run_{name}")
        button.setIconSize(QSize(16, 16))
        self.buttons[name] = button
        return button

    def _restyle(self) -> None:
        roles: dict[str, Role] = {"race": "on_accent", "delete": "danger"}
        for name, button in self.buttons.items():
            if picture := str(button.property("picture")):
                button.setIcon(icon(picture, self._themes.theme, roles.get(name, "normal")))
        self._draw_facts()
        self._draw_curves()
        self._mark()


def _values(curves: Curves, quantity: str) -> np.ndarray:
    """A column; the training set's where nothing was tested."""
    column = curves[:, _COLUMNS[quantity]]
    if quantity != "train_loss" and not np.isfinite(column).any():
        column = curves[:, 3 if quantity == "accuracy" else 1]
    return column.astype(np.float64)
