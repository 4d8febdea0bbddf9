"""One finding as a card: severity, measurement, layer and quick fixes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.diagnose import Finding
from playground.views.doctor.severity import SEVERITY_WORDS, severity_pixmap
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.widgets import FlowLayout
from playground.views.widgets.boxes import hbox, set_up, vbox

_ICON_PX = 18


def card_key(finding: Finding) -> tuple[object, ...]:
    """Findings with equal keys share a card: only the numbers in the sentence differ."""
    return finding.kind, finding.severity, finding.layer, tuple(fix.text for fix in finding.fixes)


class FindingCard(QFrame):
    """Shows one finding; `show_finding` updates it by one with the same key."""

    fix_chosen = Signal(object)
    layer_chosen = Signal(int)
    """Carries the stack index of the finding's layer."""

    def __init__(self, finding: Finding, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.finding = finding
        self._is_past = False
        self.setProperty("role", "card")
        self._icon = QLabel(self)
        self._icon.setFixedSize(_ICON_PX, _ICON_PX)
        self._title = set_up(QLabel(finding.title, self), role="title")
        self.sentence = set_up(QLabel(self), wordWrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.layer_button = self._make_layer_button()
        self.buttons = [self._make_fix_button(index) for index in range(len(finding.fixes))]
        self._lay_out()
        self.show_theme(theme)
        self.show_finding(finding)

    def show_finding(self, finding: Finding) -> None:
        self.finding = finding
        if finding.sentence != self.sentence.text():
            self.sentence.setText(finding.sentence)
            words = SEVERITY_WORDS[finding.severity]
            self.setAccessibleName(f"{words}. {finding.title}. {finding.sentence}")

    @property
    def is_past(self) -> bool:
        """Whether the finding is no longer found."""
        return self._is_past

    def set_past(self, past: bool) -> None:
        """Mark the finding as no longer found; the card keeps its place for a while."""
        if past != self._is_past:
            self._is_past = past
            self._title.setText(f"{self.finding.title} (no longer found)" if past else self.finding.title)
            for label in (self._title, self.sentence):
                label.setEnabled(not past)

    def set_fixable(self, fixable: bool) -> None:
        """Enable the fixes if they still belong to the current experiment."""
        for button in self.buttons:
            button.setEnabled(fixable and not self._is_past)

    def show_theme(self, theme: Theme) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(severity_pixmap(self.finding.severity, theme, _ICON_PX, ratio))
        self._icon.setToolTip(SEVERITY_WORDS[self.finding.severity])

    def _make_layer_button(self) -> QPushButton | None:
        layer = self.finding.layer
        if layer is None:
            return None
        last = layer == len(self.finding.experiment.layers)
        button = set_up(QPushButton("Output" if last else f"Layer {layer + 1}", self), chip=True)
        button.setProperty("control", False)  # it names the layer, in pictures too
        button.setToolTip("Select this layer, to see and change its settings.")
        button.setAccessibleName(f"Select {button.text().lower()}")
        button.clicked.connect(self._choose_layer)
        return button

    def _make_fix_button(self, index: int) -> QPushButton:
        fix = self.finding.fixes[index]
        button = set_up(QPushButton(fix.text, self), primary=index == 0, fix=index)
        anew = " Training starts anew." if fix.fresh else ""
        button.setToolTip(f"Fix it: {fix.text}.{anew} It can be undone.")
        button.setAccessibleName(f"{fix.text}, to fix: {self.finding.title}")
        button.clicked.connect(self._choose_fix)
        return button

    def _lay_out(self) -> None:
        top = hbox(self._icon, (self._title, 1), spacing=GRID_PX)
        if self.layer_button is not None:
            top.addWidget(self.layer_button)
        column = vbox(top, self.sentence, parent=self, margins=(12, 10, 12, 12), spacing=GRID_PX)
        if self.buttons:
            row = FlowLayout(spacing_px=6)
            for button in self.buttons:
                row.addWidget(button)
            column.addLayout(row)

    def _choose_layer(self) -> None:
        if self.finding.layer is not None:
            self.layer_chosen.emit(self.finding.layer)

    def _choose_fix(self) -> None:
        self.fix_chosen.emit(self.finding.fixes[int(self.sender().property("fix"))])
