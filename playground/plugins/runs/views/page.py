"""The page of runs: sets at the left, what is said of the chosen one in the middle."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QStackedWidget, QWidget

from playground.plugin import CutLabel, PageWidget, SectionTitle, ThemeSource, hairline, hbox, set_up, vbox
from playground.plugins.runs.views.sets import SetList
from playground.views.widgets.descendants import descendants

_SIDE_PX, _NARROW_PX, _ROOMY_PX = 220, 160, 1180


class RunsPage(PageWidget):
    """`sets` or the form of a set stands at the left; F6 goes between the left and the middle."""

    many_requested = Signal(str)
    """Make a set of that kind: "seeds" or "sweep"."""

    def __init__(self, themes: ThemeSource, middle: QWidget, parent: QWidget | None = None) -> None:
        super().__init__("runs", themes, parent)
        self.middle = middle
        self.sets = SetList(themes, self)
        self.race = self._button(
            "Race a change…", "race", "Train this network beside one that differs from it"
        )
        self.seeds = self._button(
            "Many seeds…", "seed", "Train this network from many seeds, to see what is luck"
        )
        self.sweep = self._button("Sweep settings…", "sort", "Try combinations of settings")
        self.seeds.clicked.connect(lambda: self.many_requested.emit("seeds"))
        self.sweep.clicked.connect(lambda: self.many_requested.emit("sweep"))
        self.of = set_up(CutLabel(self), role="muted")
        self.back = self._button("Sets", "chevron_left", "Show the sets (Esc)")
        self.back.clicked.connect(self.show_sets)
        self.left = QStackedWidget(self)
        card = set_up(QFrame(self), role="lane")
        title = set_up(QLabel("Train many", self), role="title")
        told = set_up(CutLabel(self), role="muted")
        told.setText("From the open network:")
        names = vbox(title, told, self.of, spacing=2)
        vbox(names, self.race, self.seeds, self.sweep, parent=card, margins=10, spacing=6)
        side = set_up(QFrame(self), role="panel")
        heading = hbox(SectionTitle("Sets", side), margins=(16, 10, 8, 2))
        vbox(heading, (self.sets, 1), hbox(card, margins=8), parent=side, margins=0, spacing=0)
        self.left.addWidget(side)
        self._form = set_up(QFrame(self), role="panel")
        self._forms = QStackedWidget(self._form)
        vbox(
            hbox(self.back, margins=(10, 8, 8, 0)), (self._forms, 1), parent=self._form, margins=0, spacing=0
        )
        self.left.addWidget(self._form)
        hbox(self.left, hairline(self, vertical=True), (middle, 1), parent=self, margins=0, spacing=0)
        self.show_sets()
        self._restyle()

    @property
    def has_form(self) -> bool:
        """Whether a form stands in place of the sets."""
        return self.left.currentIndex() == 1

    def show_form(self, form: QWidget) -> None:
        """Let a form stand in place of the sets."""
        if self._forms.indexOf(form) < 0:
            self._forms.addWidget(form)
        self._forms.setCurrentWidget(form)
        self.left.setCurrentIndex(1)
        self.left.setFixedWidth(form.minimumWidth())

    def show_sets(self) -> None:
        """Let the sets stand in place of a form."""
        was_form = self.has_form
        self.left.setCurrentIndex(0)
        self._fit()
        if was_form:
            self.sets.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @property
    def _first(self) -> QWidget:
        """The first of what is in the middle that takes keys."""
        parts = descendants(self.middle, QWidget)
        takes = (each for each in parts if each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return next((each for each in takes if each.isVisible() and each.isEnabled()), self.middle)

    def _fit(self) -> None:
        """Four lanes fit beside the sets on a screen of full HD at a scale of 175 %."""
        if not self.has_form:
            self.left.setFixedWidth(_SIDE_PX if self.width() >= _ROOMY_PX else _NARROW_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.has_form:
            self.show_sets()
        elif event.key() == Qt.Key.Key_F6:
            if self.left.isAncestorOf(self.focusWidget() or self):
                self._first.setFocus(Qt.FocusReason.ShortcutFocusReason)
            else:
                (self.back if self.has_form else self.sets).setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)
