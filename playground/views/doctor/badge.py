"""The number of findings beside the doctor's tab; a click opens the doctor."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from core.diagnose import Finding
from core.io.number_text import count_text
from playground.views.widgets.boxes import restyle

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
