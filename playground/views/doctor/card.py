"""One finding as a card (severity, measurement, layer and quick fixes), and how many there are as a badge."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.diagnose import Finding, Severity
from core.io.number_text import count_text
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.theme.icons import icon_image
from playground.views.widgets import FlowLayout
from playground.views.widgets.boxes import hbox, restyle, set_up, vbox

_SIDE_PX = 16


class DoctorBadge(QPushButton):
    """Hidden without findings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "count")
        self.setFixedSize(_SIDE_PX, _SIDE_PX)
        self.show_findings(())

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Set the number of findings, which are sorted, colored by the worst one."""
        self.setVisible(bool(findings))
        if findings:
            titles = ", ".join(finding.title for finding in findings)
            self.setText(f"{len(findings)}" if len(findings) < 10 else "9+")
            self.setToolTip(f"The training doctor says: {titles}. Click to see what helps.")
            self.setAccessibleName(f"Training doctor: {count_text(len(findings), 'finding')}: {titles}")
            restyle(self, severity=findings[0].severity)


SEVERITY_WORDS: dict[Severity, str] = {"alarm": "Alarm", "warning": "Warning", "note": "Note"}

_ICONS: dict[Severity, str] = {"alarm": "warning", "warning": "warning", "note": "info"}


def severity_color(severity: Severity, theme: Theme) -> str:
    return {"alarm": theme.danger, "warning": theme.warning, "note": theme.accent}[severity]


def severity_pixmap(severity: Severity, theme: Theme, size_px: int, ratio: float) -> QPixmap:
    """The colored icon of a severity."""
    image = icon_image(_ICONS[severity], severity_color(severity, theme), size_px, ratio)
    return QPixmap.fromImage(image)


def healthy_pixmap(theme: Theme, size_px: int, ratio: float) -> QPixmap:
    return QPixmap.fromImage(icon_image("check", theme.success, size_px, ratio))


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
        self.is_past = False
        """Whether the finding is no longer found."""
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

    def set_past(self, past: bool) -> None:
        """Mark the finding as no longer found; the card keeps its place for a while."""
        if past != self.is_past:
            self.is_past = past
            self._title.setText(f"{self.finding.title} (no longer found)" if past else self.finding.title)
            for label in (self._title, self.sentence):
                label.setEnabled(not past)

    def set_fixable(self, fixable: bool) -> None:
        """Enable the fixes if they still belong to the current experiment."""
        for button in self.buttons:
            button.setEnabled(fixable and not self.is_past)

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
