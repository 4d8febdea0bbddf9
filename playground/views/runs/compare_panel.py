"""The right side of the page: curves, differences and costs of the selected runs, and what can be done with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from core.io.number_text import percent_text
from core.runs.columns import Column, is_missing
from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_columns import RUNS, title_of
from playground.views.runs.scatter import RunScatter
from playground.views.theme.colors import Theme, run_colors
from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import FlowLayout, SectionTitle, Segments
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.charts.curve_scale import Quantity
from playground.views.widgets.charts.overlay_chart import NamedCurve, OverlayChart, smooth_box
from playground.views.widgets.controls import ScrollArea, push_button
from playground.views.widgets.labels import CutLabel, hairline
from playground.views.widgets.painted import Painted, draw_box

_LINE_PX, _HEAD_PX, _NAME_PX = 22, 24, 116
TARGET = 0.95


@dataclass(frozen=True)
class Fact:
    """A line: its name, a text for each run, and which of them stand out."""

    name: str
    texts: tuple[str, ...]
    marked: frozenset[int] = frozenset()
    is_result: bool = False


def differing(runs: Sequence[Run]) -> tuple[list[Fact], int]:
    """The settings that are not the same in all runs, and how many are. What differs from the first run is marked."""
    found = [{"Data": f"{run.data_label}, {run.data_text}", **run.settings.by_name} for run in runs]
    names = list(dict.fromkeys(name for settings in found for name in settings))
    facts, equal = [], 0
    for name in names:
        texts = tuple(settings.get(name, "–") for settings in found)
        if len(set(texts)) == 1:
            equal += 1
        else:
            usual = max(texts, key=texts.count)
            marked = frozenset(place for place, text in enumerate(texts) if text != usual)
            facts.append(Fact(name, texts, marked))
    return facts, equal


def results(runs: Sequence[Run], curves: dict[int, Curves]) -> list[Fact]:
    """Scores, losses and costs; the best of each is marked."""

    def reached(run: Run) -> float:
        return epochs_to(curves.get(run.id), TARGET)

    found = [
        _result(column, runs) for column in RUNS.chosen("test_score", "test_loss", "seconds", "parameters")
    ]
    if any(run.classifies for run in runs):
        title = f"Epochs to {percent_text(TARGET)}"
        found.insert(2, _result(Column("epochs_to", title, reached, "{:,.0f}".format, "low"), runs))
    return found


def epochs_to(curves: Curves | None, target: float) -> float:
    """The first epoch at which the test score, or the training score without test samples, reaches `target`."""
    if curves is None or not len(curves):
        return math.nan
    test = curves[:, 4]
    scores = test if (test == test).any() else curves[:, 3]
    good = scores >= target
    return float(curves[int(good.argmax()), 0]) if good.any() else math.nan


class ChangesView(Painted):
    """A small table, painted at once."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.facts: list[Fact] = []
        self._heads: list[tuple[str, str]] = []
        self._normal, self._bold, self._small = font(), font(bold=True), font("small", bold=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What changed")

    def show_facts(self, heads: Sequence[tuple[str, str]], facts: Sequence[Fact]) -> None:
        """Set the lines; `heads` are (name, color) of the runs."""
        self._heads, self.facts = list(heads), list(facts)
        lines = (f"{fact.name}: {', '.join(fact.texts)}" for fact in facts)
        self.setAccessibleDescription("; ".join(lines))
        self.setFixedHeight(_HEAD_PX + _LINE_PX * len(self.facts) + 4 if heads else 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not self._heads:
            return
        width = (self.width() - _NAME_PX) / len(self._heads)
        for place, (name, color) in enumerate(self._heads):
            rect = QRect(round(_NAME_PX + place * width), 0, round(width), _HEAD_PX)
            self._paint_head(painter, rect, theme, name, color)
        is_result = False
        for line, fact in enumerate(self.facts):
            top = _HEAD_PX + line * _LINE_PX
            if line == 0 or fact.is_result != is_result:
                painter.fillRect(0, top - 1, self.width(), 1, QColor(theme.border))
            is_result = fact.is_result
            _draw(painter, QRect(0, top, _NAME_PX - 6, _LINE_PX), fact.name, self._normal, theme.text_muted)
            for place, text in enumerate(fact.texts):
                rect = QRect(round(_NAME_PX + place * width), top, round(width), _LINE_PX)
                self._paint_value(painter, rect, theme, text, fact, place in fact.marked)

    def _paint_head(self, painter: QPainter, rect: QRect, theme: Theme, name: str, color: str) -> None:
        metrics = QFontMetrics(self._small)
        room = rect.adjusted(18, 0, -6, 0)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        left = room.right() - metrics.horizontalAdvance(text)
        draw_box(painter, QRectF(left - 14, rect.center().y() - 4, 8, 8), 2, color)
        _draw(painter, room, text, self._small, theme.text, right=True)

    def _paint_value(
        self, painter: QPainter, rect: QRect, theme: Theme, text: str, fact: Fact, marked: bool
    ) -> None:
        room = rect.adjusted(6, 0, -6, 0)
        using = self._bold if marked and fact.is_result else self._normal
        if marked and not fact.is_result:
            width = min(room.width(), QFontMetrics(using).horizontalAdvance(text)) + 12
            place = QRectF(room.right() - width + 7, rect.top() + 2, width, _LINE_PX - 4)
            draw_box(painter, place, 6, theme.accent_soft)
        color = theme.accent if marked and not fact.is_result else theme.text
        _draw(painter, room, text, using, color, right=True)


def _draw(
    painter: QPainter, rect: QRect, text: str, using: QFont, color: str, *, right: bool = False
) -> None:
    painter.setFont(using)
    painter.setPen(QColor(color))
    elided = QFontMetrics(using).elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width() + 1)
    align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, elided)


def _result(column: Column[Run], runs: Sequence[Run]) -> Fact:
    values = [column.value(run) for run in runs]
    known = [value for value in values if not is_missing(value)]
    top = (max if column.best == "high" else min)(known, default=None)
    marked = frozenset(place for place, value in enumerate(values) if value == top)
    texts = tuple(map(column.shown, runs))
    return Fact(
        title_of(column, runs), texts, marked if len(marked) < len(values) else frozenset(), is_result=True
    )


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
