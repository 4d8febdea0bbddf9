"""The page of sweeps: what varies at the left, the combinations in the middle, one trial at the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.experiment.experiment import Experiment
from core.spec import SettingError
from core.sweep.axes import Axis
from core.sweep.methods import Grid, Method, Random
from core.sweep.proposals import example_sweep
from core.sweep.sweep import Sweep
from playground.views.sweep.axis_card import AxisCard, sweep_choices
from playground.views.sweep.trial_grid import TrialGrid
from playground.views.sweep.trial_panel import TrialPanel
from playground.views.sweep.trial_table import TrialTable
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle, Segments

__all__ = ["SweepPage"]

_SIDE_PX: Final = 276
_BOX_PX: Final = 104
_MAX_EPOCHS: Final = 100_000
_MAX_SEEDS: Final = 20
_MOST_DRAWN: Final = 1000
_WHOLE: Final = 1000
_HINT: Final = "Run the sweep: a picture of every combination appears here"


class SweepPage(QWidget):
    """`sweep` reads what is chosen; the buttons emit wishes."""

    run_requested = Signal()
    stop_requested = Signal()
    best_requested = Signal()
    export_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep_page")
        self.setProperty("role", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._themes = themes
        self._experiment = Experiment()
        self.first = AxisCard("First setting", self)
        self.second = AxisCard("Second setting", self, optional=True)
        self.method = Segments(
            [
                ("grid", "Grid", "Every combination of the values"),
                ("random", "Random", "Values drawn at random from the ranges and lists"),
            ],
            name="Method",
            parent=self,
        )
        self.drawn = _box(12, 1, _MOST_DRAWN, "Combinations", "How many combinations are drawn", self)
        self.seeds = _box(1, 1, _MAX_SEEDS, "Seeds", "How many times each combination is trained", self)
        self.epochs = _box(100, 1, _MAX_EPOCHS, "Epochs", "How long every trial trains", self)
        self.trials = QLabel(self)
        self.trials.setProperty("role", "muted")
        self.message = QLabel(self)
        self.message.setProperty("role", "danger")
        self.message.setWordWrap(True)
        self.message.hide()
        self.state, self.left = QLabel(self), QLabel(self)
        self.state.setProperty("role", "heading")
        self.left.setProperty("role", "muted")
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setRange(0, _WHOLE)
        self.progress.setAccessibleName("Progress of the sweep")
        self.run = self._button("Run", "Train every combination, in processes beside the window")
        self.run.setProperty("primary", "true")
        self.stop = self._button("Stop", "End the sweep; what is finished stays to be opened")
        self.best = self._button("Open best", "Open the combination with the highest score")
        self.export = self._button("CSV…", "Write every trial as a row of a table")
        self.heading, self.subtitle = QLabel(self), QLabel(self)
        self.heading.setProperty("role", "title")
        self.subtitle.setProperty("role", "caption")
        self.view = Segments(
            [
                ("boundaries", "Boundaries", "What each combination has learned"),
                ("numbers", "Heat map", "The score of each combination, as a color"),
                ("table", "Table", "Every trial as a row, the best first"),
            ],
            name="View of the sweep",
            parent=self,
        )
        self.grid = TrialGrid(themes, _HINT, self)
        self.table = TrialTable(self)
        self.stack = QStackedWidget(self)
        self.panel = TrialPanel(themes, self)
        self._lay_out()
        self._connect()
        self.show_running(running=False, has_results=False)
        self.show_progress(0, 0, "")

    def show_experiment(self, experiment: Experiment) -> None:
        """Offer its settings; cards whose setting it has keep what is typed, others get a proposal."""
        before = self._axes_as_typed()
        self._experiment = experiment
        known = {item.path for item in sweep_choices(experiment)}
        proposed: tuple[Axis | None, ...] = example_sweep(experiment).axes
        for card, axis, new in zip((self.first, self.second), before, proposed, strict=True):
            if card.path and axis is not None and axis.path in known:
                try:
                    axis.bind(experiment).check(experiment)
                except SettingError:
                    card.show_experiment(experiment, new)
                else:
                    card.show_experiment(experiment, axis)
            elif card.setting.count() and not card.path:
                card.show_experiment(experiment, None)
            else:
                card.show_experiment(experiment, new)
        self._count_trials()

    def sweep(self) -> Sweep:
        """What is chosen, for the shown experiment. Raises `SettingError`."""
        axes = tuple(axis for axis in (self.first.axis(), self.second.axis()) if axis is not None)
        method: Method = Random(self.drawn.value()) if self.method.current == "random" else Grid()
        found = Sweep(
            axes=axes,
            method=method,
            seeds=self.seeds.value(),
            epochs=self.epochs.value(),
            experiment=self._experiment,
        )
        found.check()
        return found

    def show_running(self, *, running: bool, has_results: bool) -> None:
        """Set what the buttons offer."""
        self.run.setEnabled(not running)
        self.stop.setEnabled(running)
        self.best.setEnabled(has_results)
        self.export.setEnabled(has_results)
        boxes = (self.first, self.second, self.method, self.drawn, self.seeds, self.epochs)
        for box in boxes:
            box.setEnabled(not running)
        self._restyle()

    def show_progress(self, done: int, total: int, left: str) -> None:
        """Set the bar and its words."""
        self.progress.setValue(round(_WHOLE * done / max(1, total)))
        self.state.setText(f"{done:,} of {total:,}" if total else "Not run yet")
        self.left.setText(left)

    def show_message(self, sentence: str) -> None:
        """Show why there is no sweep; "" hides it."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _axes_as_typed(self) -> tuple[Axis | None, Axis | None]:
        found: list[Axis | None] = []
        for card in (self.first, self.second):
            try:
                found.append(card.axis())
            except SettingError:
                found.append(None)
        return found[0], found[1]

    def _count_trials(self) -> None:
        self.drawn.setVisible(self.method.current == "random")
        try:
            self.trials.setText(_count_text(self.sweep()))
        except SettingError as error:
            self.trials.setText("")
            self.trials.setToolTip(str(error))

    def _connect(self) -> None:
        for button, signal in (
            (self.run, self.run_requested),
            (self.stop, self.stop_requested),
            (self.best, self.best_requested),
            (self.export, self.export_requested),
        ):
            button.clicked.connect(signal)
        for card in (self.first, self.second):
            card.changed.connect(self._count_trials)
        self.method.chosen.connect(self._count_trials)
        for box in (self.drawn, self.seeds):
            box.valueChanged.connect(self._count_trials)
        self.view.chosen.connect(self._show_view)
        self._themes.theme_changed.connect(self._restyle)

    def _show_view(self, view: str) -> None:
        if view != "table":
            self.grid.show_mode("numbers" if view == "numbers" else "boundaries")
        self.stack.setCurrentIndex(int(view == "table"))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget, stretch in (
            (self._side(), 0),
            (_line(self), 0),
            (self._middle(), 1),
            (_line(self), 0),
            (self.panel, 0),
        ):
            row.addWidget(widget, stretch)

    def _side(self) -> QWidget:
        side = QFrame(self)
        side.setProperty("role", "panel")
        side.setFixedWidth(_SIDE_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        area = QScrollArea(side)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._choices())
        column.addWidget(area, 1)
        column.addWidget(self._footer())
        return side

    def _choices(self) -> QWidget:
        inner = QWidget(self)
        heading = QLabel("Sweep", inner)
        heading.setProperty("role", "heading")
        head = QHBoxLayout()
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(self.trials)
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(head)
        for widget in (SectionTitle("What is swept", inner), self.first, self.second):
            column.addWidget(widget)
        column.addWidget(SectionTitle("Method", inner))
        method = QHBoxLayout()
        method.addWidget(self.method)
        method.addStretch(1)
        method.addWidget(self.drawn)
        column.addLayout(method)
        for text, box in (("Seeds of each", self.seeds), ("Epochs of each", self.epochs)):
            label = QLabel(text, inner)
            label.setProperty("role", "muted")
            label.setBuddy(box)
            row = QHBoxLayout()
            row.addWidget(label, 1)
            row.addWidget(box)
            column.addLayout(row)
        column.addStretch(1)
        return inner

    def _footer(self) -> QWidget:
        footer = QFrame(self)
        footer.setProperty("role", "footer")
        words = QHBoxLayout()
        words.addWidget(self.state)
        words.addStretch(1)
        words.addWidget(self.left)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.run, 1)
        buttons.addWidget(self.stop, 1)
        column = QVBoxLayout(footer)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.message)
        column.addLayout(words)
        column.addWidget(self.progress)
        column.addLayout(buttons)
        return footer

    def _middle(self) -> QWidget:
        middle = QWidget(self)
        head = QHBoxLayout()
        head.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self.heading, self.subtitle):
            # The names of two settings must not widen the window.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            words.addWidget(label)
        head.addLayout(words, 1)
        head.addWidget(self.best)
        head.addWidget(self.export)
        head.addWidget(self.view)
        area = QScrollArea(middle)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.grid)
        self.stack.addWidget(area)
        self.stack.addWidget(self.table)
        column = QVBoxLayout(middle)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        return middle

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _restyle(self) -> None:
        theme = self._themes.theme
        self.run.setIcon(icon("play", theme, "on_accent" if self.run.isEnabled() else "normal"))
        self.stop.setIcon(icon("close", theme))
        self.best.setIcon(icon("open", theme))
        self.export.setIcon(icon("export", theme))


def _count_text(sweep: Sweep) -> str:
    """The numbers that are multiplied: "5 × 3 × 2 = 30 trials"."""
    count = sweep.count()
    if isinstance(sweep.method, Grid):
        factors = [len(axis.points()) for axis in sweep.plan().axes]
    else:
        factors = [sweep.method.points(sweep.plan())]
    if sweep.seeds > 1:
        factors.append(sweep.seeds)
    product = f"{' × '.join(map(str, factors))} = " if len(factors) > 1 else ""
    return f"{product}{count:,} trial{'s' if count != 1 else ''}"


def _box(value: int, low: int, high: int, name: str, tip: str, parent: QWidget) -> QSpinBox:
    box = QSpinBox(parent)
    box.setRange(low, high)
    box.setValue(value)
    box.setFixedWidth(_BOX_PX)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    return box


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("role", "line")
    line.setFixedWidth(1)
    return line
