"""Status bar button with the number of findings; opens the doctor panel."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPushButton, QWidget

from core.diagnose import Finding
from playground.views.doctor.severity import severity_pixmap
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import count_text

__all__ = ["DoctorBadge"]

_ICON_PX = 14


class DoctorBadge(QPushButton):
    """Hidden without findings."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._findings: tuple[Finding, ...] = ()
        self.setProperty("flat", True)
        self.setProperty("chip", True)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.hide()
        themes.theme_changed.connect(self._draw)

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Set the number of findings, colored by the worst severity."""
        self._findings = findings
        self.setVisible(bool(findings))
        self._draw()

    def _draw(self) -> None:
        if not self._findings:
            return
        text = count_text(len(self._findings), "finding")
        self.setText(text)
        titles = ", ".join(finding.title for finding in self._findings)
        self.setToolTip(f"The training doctor says: {titles}. Click to see what helps.")
        self.setAccessibleName(f"Training doctor: {text}: {titles}")
        pixmap = severity_pixmap(
            self._findings[0].severity, self._themes.theme, _ICON_PX, self.devicePixelRatioF()
        )
        self.setIcon(QIcon(pixmap))
