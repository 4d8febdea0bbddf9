"""The doctor panel: findings as cards, worst first, or a message that there are none, and a badge that counts them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.diagnose import Finding, Severity
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import QuickFix
from core.inspect.findings import FindingsPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text
from core.io.sentence import in_sentence
from playground.plugin import (
    GRID_PX,
    OUTPUT,
    STRETCH,
    Document,
    ScrollArea,
    Theme,
    ThemeSource,
    hbox,
    icon_image,
    restyle,
    set_up,
    vbox,
)
from playground.plugins.doctor.trial_view import TrialView

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


_ICONS: dict[Severity, tuple[str, str]] = {
    "alarm": ("warning", "danger"), "warning": ("warning", "warning"), "note": ("info", "accent"),
}  # fmt: skip
"""Name and color."""
_ICON_PX = 18


def _pixmap(name: str, color: str, widget: QWidget) -> QPixmap:
    return QPixmap.fromImage(icon_image(name, color, _ICON_PX, widget.devicePixelRatioF()))


def card_key(finding: Finding) -> tuple[object, ...]:
    """Findings with equal keys share a card: only the numbers in the sentence differ."""
    return finding.kind, finding.severity, finding.layer, tuple(fix.text for fix in finding.fixes)


class FindingCard(QFrame):
    """Shows one finding; `show_finding` updates it by one with the same key."""

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
        top = hbox(self._icon, (self._title, 1), spacing=GRID_PX)
        if self.layer_button is not None:
            top.addWidget(self.layer_button)
        vbox(top, self.sentence, parent=self, margins=(12, 10, 12, 12), spacing=GRID_PX)
        self.show_theme(theme)
        self.show_finding(finding)

    def show_finding(self, finding: Finding) -> None:
        self.finding = finding
        if finding.sentence != self.sentence.text():
            self.sentence.setText(finding.sentence)
            self.setAccessibleName(f"{finding.severity.capitalize()}. {finding.title}. {finding.sentence}")

    def set_past(self, past: bool) -> None:
        """Mark the finding as no longer found; the card keeps its place for a while."""
        if past != self.is_past:
            self.is_past = past
            self._title.setText(f"{self.finding.title} (no longer found)" if past else self.finding.title)
            for label in (self._title, self.sentence):
                label.setEnabled(not past)

    def show_theme(self, theme: Theme) -> None:
        name, color = _ICONS[self.finding.severity]
        self._icon.setPixmap(_pixmap(name, getattr(theme, color), self))
        self._icon.setToolTip(self.finding.severity.capitalize())

    def _make_layer_button(self) -> QPushButton | None:
        layer = self.finding.layer
        if layer is None:
            return None
        last = layer == len(self.finding.experiment.layers)
        button = set_up(QPushButton("Output" if last else f"Layer {layer + 1}", self), chip=True)
        button.setProperty("control", False)  # it names the layer, in pictures too
        button.setToolTip("Select this layer, to see and change its settings.")
        button.setAccessibleName(f"Select {in_sentence(button.text())}")
        button.clicked.connect(lambda: self.layer_chosen.emit(layer))
        return button


_WAITING = "The doctor examines the training as soon as it begins."
_HEALTHY = "No findings: learning looks healthy."
_WAIT = "Newer findings are shown when the pointer leaves."
_PATIENCE_MS = 4000
"""Some examinations, which are about a second apart."""
_ABOUT = "Looked at: curves, gradients, units and inputs, about once a second."


class DoctorPanel(QWidget):
    """Fixes are applied to the document as undoable changes; those for an older experiment are not there.

    While the pointer is in the panel its cards stay as they are, or a click would hit another fix.
    """

    findings_changed = Signal(object)
    """Carries the findings, a tuple, when they change; also while the panel is hidden."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, objectName="doctor_panel", role="panel")
        self._document, self._themes = document, themes
        self._findings: tuple[Finding, ...] = ()
        self._examined = False
        self._stale = self._is_fixed = False
        self._past_timer = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._past_timer.timeout.connect(self._drop_past)
        self.cards: list[FindingCard] = []
        self._mark = QLabel(self)
        self.sentence = QLabel(_WAITING, self)
        self._about = set_up(QLabel(_ABOUT, self), role="caption")
        self._waiting = set_up(QLabel(self), role="caption")
        self.trial = TrialView(themes, self)
        self.trial.chosen.connect(self._apply_fix)
        self._lay_out()
        self._show_theme(themes.theme)
        themes.theme_changed.connect(self._show_theme)
        document.belongings.add(self.clear)
        document.experiment_changed.connect(self._check_fixes)

    @property
    def fixes(self) -> tuple[QuickFix, ...]:
        """The fixes of all cards for the experiment of now, each once: several findings often have one cause."""
        experiment = self._document.experiment
        cards = [card for card in self.cards if not card.is_past and card.finding.experiment == experiment]
        return tuple({fix.text: fix for card in cards for fix in card.finding.fixes}.values())

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Update the findings; does nothing if they are unchanged."""
        findings = snapshot.part(FindingsPart) or ()
        examined = snapshot.epoch > 0 or snapshot.step > 0 or bool(findings)
        if findings is not self._findings or examined != self._examined:
            self._take(findings, examined)

    def clear(self) -> None:
        """Drop the findings; nothing is examined yet."""
        self._drop(self.cards)
        self._take((), examined=False)

    def _take(self, findings: tuple[Finding, ...], examined: bool) -> None:
        self._findings, self._examined = findings, examined
        self.findings_changed.emit(self._findings)
        self._stale = True
        self._draw_if_still()

    def _draw_if_still(self) -> None:
        """Draw what is new, or say that it waits for the pointer to leave."""
        if not self.isVisible():
            return
        if self.underMouse() and (self.cards or self._is_fixed):
            self._waiting.setText(_WAIT if self._has_news else "")
        else:
            self._draw()

    @property
    def _has_news(self) -> bool:
        found = {card_key(finding) for finding in self._findings}
        return found != {card_key(card.finding) for card in self.cards}

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._is_fixed = False
        if self._stale:
            self._draw_if_still()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._draw()

    def _draw(self) -> None:
        self._stale = False
        self._waiting.setText("")
        self._update_cards()
        self._good_news.setVisible(not self.cards)
        self.sentence.setText(_HEALTHY if self._examined else _WAITING)
        self._mark.setVisible(self._examined)
        self._check_fixes(self._document.experiment)

    def _update_cards(self) -> None:
        """Cards keep their places: a new finding comes below, and one that is gone stays for a while.

        Else a button would move away under the pointer, for near a limit findings come and go.
        """
        found = {card_key(finding): finding for finding in self._findings}
        # Beside the findings for another experiment, those before it mean nothing.
        if self.cards and self._findings and self.cards[0].finding.experiment != self._findings[0].experiment:
            self._drop(self.cards)
        for card in list(self.cards):
            finding = found.pop(card_key(card.finding), None)
            card.set_past(finding is None)
            if finding is not None:
                card.show_finding(finding)
        for finding in found.values():
            self._add(finding)
        if any(card.is_past for card in self.cards) and not self._past_timer.isActive():
            self._past_timer.start()

    def _drop_past(self) -> None:
        if self.underMouse():
            self._past_timer.start()
            return
        self._drop([card for card in self.cards if card.is_past])
        self._good_news.setVisible(not self.cards)

    def _add(self, finding: Finding) -> None:
        card = FindingCard(finding, self._themes.theme, self._list)
        card.layer_chosen.connect(self._select_layer)
        self._column.insertWidget(len(self.cards), card)
        self.cards.append(card)
        card.show()

    def _drop(self, cards: list[FindingCard]) -> None:
        for card in list(cards):
            self.cards.remove(card)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _check_fixes(self, _: Experiment) -> None:
        self.trial.show_fixes(self.fixes)

    def _apply_fix(self, fix: QuickFix) -> None:
        # The button is about to be deleted: the focus would move to the window's first widget.
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        # The findings were about what is fixed now.
        self._drop(self.cards)
        self._is_fixed = True
        self._document.change(fix.text, fix.experiment, fresh=fix.fresh)
        self.sentence.setText(f"Set: {fix.text}. Undo takes it back.")
        self._good_news.show()

    def _select_layer(self, layer: int) -> None:
        self._document.select(OUTPUT if layer >= len(self._document.experiment.layers) else layer)

    def _show_theme(self, theme: Theme) -> None:
        self._mark.setPixmap(_pixmap("check", theme.success, self))
        for card in self.cards:
            card.show_theme(theme)

    def _lay_out(self) -> None:
        self._list = QWidget(self)
        self._good_news = news = QWidget(self._list)
        for label in (self.sentence, self._about):
            set_up(label, wordWrap=True).setParent(news)
        self._mark.setParent(news)
        self._mark.hide()
        row = hbox(self._mark, (self.sentence, 1), spacing=GRID_PX)
        vbox(row, self._about, parent=news, margins=(0, GRID_PX, 0, 0))
        self._column = vbox(self.trial, news, STRETCH, parent=self._list, margins=0, spacing=GRID_PX)
        area = set_up(ScrollArea(self, self._list), accessibleName="Findings")
        vbox((area, 1), self._waiting, parent=self, margins=0, spacing=GRID_PX)
