"""The worst finding of the training doctor in a line beside the curves; a click opens the doctor."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from core.diagnose import Finding
from playground.views.theme.theme import Theme, ThemeSource

__all__ = ["FindingNotice"]

_DOT_PX = 8
_ROOM_PX = 34
"""Of the button's own margins and the dot."""


class FindingNotice(QPushButton):
    """Its room stays when there is nothing to say, so that nothing moves."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._findings: tuple[Finding, ...] = ()
        self.setProperty("flat", "true")
        self.setProperty("small", "true")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(_DOT_PX, _DOT_PX))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.hide()
        themes.theme_changed.connect(self._restyle)

    @property
    def sentence(self) -> str:
        """What is said; empty without findings."""
        return self.accessibleName() if self._findings else ""

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show the first of the findings, which are sorted, worst first."""
        self._findings = findings
        self.setVisible(bool(findings))
        if findings:
            more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
            self.setAccessibleName(f"Training doctor: {findings[0].title}{more}")
            self.setToolTip(f"{findings[0].sentence}\nClick to see what helps.")
            self._restyle(self._themes.theme)
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._findings:
            room = max(0, self.width() - _ROOM_PX)
            title = self._findings[0].title
            metrics = self.fontMetrics()
            # `elidedText` does not round widths as `sizeHint` does: it would cut a text in the room it asked for.
            fits = metrics.horizontalAdvance(title) <= room
            self.setText(title if fits else metrics.elidedText(title, Qt.TextElideMode.ElideRight, room))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        title = self._findings[0].title if self._findings else ""
        return QSize(self.fontMetrics().horizontalAdvance(title) + _ROOM_PX, hint.height())

    def _restyle(self, theme: Theme) -> None:
        if not self._findings:
            return
        colors = {"alarm": theme.danger, "warning": theme.warning, "note": theme.text_muted}
        ratio = self.devicePixelRatioF()
        dot = QPixmap(round(_DOT_PX * ratio), round(_DOT_PX * ratio))
        dot.setDevicePixelRatio(ratio)
        dot.fill(Qt.GlobalColor.transparent)
        painter = QPainter(dot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors[self._findings[0].severity]))
        painter.drawEllipse(0, 0, _DOT_PX, _DOT_PX)
        painter.end()
        self.setIcon(QIcon(dot))
