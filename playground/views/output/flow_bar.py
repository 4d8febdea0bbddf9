"""The controls of samples that are made of noise: the time t, which samples, and what of them is drawn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QHideEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QToolButton, QWidget

from core.inspect.flow_field import STEPS, FlowWish
from core.nn.generation import METHODS
from playground.views.output.flow_plot import PARTS
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo
from playground.views.widgets.boxes import set_up
from playground.views.widgets.number_format import class_labels
from playground.views.widgets.slider import LabeledSlider

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_SECONDS: Final = 4.0
"""From noise to data, where t plays."""
_FRAME_MS: Final = 16
_STEPS: Final = (1, 2, 5, 10, STEPS, 50, 100)
_ALL: Final = "all"
_MIN_WIDTH_PX: Final = 260
"""The panel is no narrower: the scores below it would be cut."""


class FlowBar(QWidget):
    """Plays and sets the time t; where the network has learned by classes, these are chosen, too."""

    time_changed = Signal(float)
    wish_changed = Signal()
    part_toggled = Signal(str, bool)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._began = 0.0
        self._classes: tuple[str, ...] = ()
        self._timer = QTimer(self, interval=_FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._advance)
        self.play = set_up(QToolButton(self), objectName="flow_play", clicked=self._toggle)
        self.slider = LabeledSlider(
            "t",
            0.0,
            1.0,
            1.0,
            step=0.01,
            formatter="{:.2f}".format,
            tooltip="The time on the way from noise (0) to data (1), at which samples, arrows and neurons are drawn.",
            inline=True,
            parent=self,
        )
        self.slider.value_changed.connect(self._on_moved)
        self.steps = ChoiceCombo(
            [(str(steps), "1 step" if steps == 1 else f"{steps} steps") for steps in _STEPS],
            str(STEPS),
            name="Steps",
            tooltip="In how many steps a sample moves from noise to data. More are more exact, and take longer.",
            parent=self,
        )
        self.steps.chosen.connect(lambda _: self.wish_changed.emit())
        self.classes = ChoiceCombo(name="Class", tooltip="Of which class samples are made", parent=self)
        self.classes.chosen.connect(lambda _: self.wish_changed.emit())
        self.guidance = LabeledSlider(
            "Guidance",
            0.0,
            5.0,
            1.0,
            step=0.1,
            formatter="{:.1f}".format,
            tooltip="Above 1 samples are more typical of their class than the data; at 0 they are of any class.",
            inline=True,
            parent=self,
        )
        self.guidance.value_changed.connect(lambda _: self.wish_changed.emit())
        self.show_menu = set_up(QToolButton(self), text="Show", small="true")
        self.show_menu.setAccessibleName("What is shown of the samples")
        self.show_menu.setToolTip("What is shown of the samples, and how they are made")
        self.show_menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._fill_menu(QMenu(self.show_menu))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.play, 0, 0)
        grid.addWidget(self.slider, 0, 1, 1, 2)
        grid.addWidget(self.show_menu, 0, 3)
        grid.addWidget(self.guidance, 1, 0, 1, 4)
        grid.addWidget(self.classes, 2, 0, 1, 2)
        grid.addWidget(self.steps, 2, 2, 1, 2)
        grid.setColumnStretch(1, 1)
        self.setMinimumWidth(_MIN_WIDTH_PX)
        self._restyle()
        themes.theme_changed.connect(self._restyle)

    @property
    def time(self) -> float:
        return self.slider.value

    @property
    def wish(self) -> FlowWish:
        """The requested samples."""
        steps, method = int(self.steps.current), self._methods.checkedAction().data()
        if not self._classes:
            return FlowWish(None, 1.0, steps, method)
        chosen = None if self.classes.current == _ALL else (int(self.classes.current),)
        return FlowWish(chosen, self.guidance.value, steps, method)

    def ask(self, wish: FlowWish) -> None:
        """Ask for these samples, as if by hand."""
        with QSignalBlocker(self):
            self.steps.set_current(str(wish.steps))
            self.classes.set_current(_ALL if wish.classes is None else str(wish.classes[0]))
            self.guidance.set_value(wish.guidance)
            for action in self._methods.actions():
                action.setChecked(action.data() == wish.method)
        self.wish_changed.emit()

    def forget(self) -> None:
        """Ask for what is usual: a wish was for samples of other data or of another task."""
        self._stop()
        if (self.wish, self.time) == (FlowWish(), 1.0):
            return
        with QSignalBlocker(self):
            self.ask(FlowWish())
            self.go_to(1.0)
        self.wish_changed.emit()
        self.time_changed.emit(1.0)

    def go_to(self, time: float) -> None:
        """Show a time, as if by hand."""
        self.slider.set_value(time)
        self.time_changed.emit(time)

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def show_data(self, prepared: PreparedData) -> None:
        """Offer the classes that the network learns, and what can be drawn of the data."""
        by_class = getattr(prepared.task, "conditional", False)
        names = tuple(class_labels(prepared.data)) if by_class else ()
        if names != self._classes:
            self._classes = names
            self.classes.set_choices(
                [(_ALL, "All classes"), *((str(place), name) for place, name in enumerate(names))]
            )
        for part in (self.guidance, self.classes):
            part.setVisible(bool(names))
        for action in self.parts.values():
            action.setVisible(len(prepared.data.shape) == 1)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stop()

    def _fill_menu(self, menu: QMenu) -> None:
        menu.setToolTipsVisible(True)
        self.parts: dict[str, QAction] = {}
        for name, (text, tip) in PARTS.items():
            action = self.parts[name] = menu.addAction(text)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(name != "density")
            action.toggled.connect(lambda on, name=name: self.part_toggled.emit(name, on))
        menu.addSeparator()
        self.follow_live = menu.addAction("Follow live")
        self.follow_live.setCheckable(True)
        menu.addSeparator()
        self._methods = QActionGroup(menu)
        for method, tip in zip(
            METHODS,
            ("Asks the field once a step", "Asks the field twice a step, and is more exact"),
            strict=True,
        ):
            action = self._methods.addAction(menu.addAction(f"{method.title()}'s method"))
            action.setToolTip(tip)
            action.setData(method)
            action.setCheckable(True)
            action.setChecked(method == FlowWish().method)
        self._methods.triggered.connect(lambda _: self.wish_changed.emit())
        self.show_menu.setMenu(menu)

    def _toggle(self) -> None:
        if self.is_playing:
            self._stop()
            return
        begin = self.time if self.time < 1.0 else 0.0
        self._began = time.monotonic() - begin * _SECONDS
        self._timer.start()
        self._restyle()

    def _advance(self) -> None:
        now = min(1.0, (time.monotonic() - self._began) / _SECONDS)
        self.go_to(now)
        if now == 1.0:
            self._stop()

    def _on_moved(self, value: float) -> None:
        self._stop()
        self.time_changed.emit(value)

    def _stop(self) -> None:
        self._timer.stop()
        self._restyle()

    def _restyle(self) -> None:
        name = "Pause the time" if self.is_playing else "Let the time run from noise to data"
        self.play.setIcon(icon("pause" if self.is_playing else "play", self._themes.theme))
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)
