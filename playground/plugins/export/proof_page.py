"""The right of the export dialog: what was saved, the proof that it predicts the same, and details of the file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.formats.exporter import LIMIT
from core.formats.proof import Proof
from core.io.number_text import rounded_text, size_text
from playground.plugin import GRID_PX, Fact, ScrollArea, SectionTitle, Theme, ThemeSource, font, icon_pixmap
from playground.views.dialogs.export.facts_list import FactsList
from playground.views.widgets.boxes import STRETCH, hbox, restyle, set_up, vbox
from playground.views.widgets.painted import RIGHT, PaintedWidget, draw_dot, draw_text, use_colors

_CHART_PX = 96
_BADGE_PX = 22
_MARK_PX = 14
_AXIS_PX = 40
_MAX_DOTS = 400
_DECADES = (-9, -3)


class ProofCard(QFrame):
    """Shows that a proof runs, what it has shown, or why there is none."""

    run_requested = Signal()
    """Requests the proof again."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "proof")
        self.badge = _Badge(themes, self)
        self.title = set_up(QLabel(self), role="title")
        self.explanation = set_up(QLabel(self), role="muted", wordWrap=True)
        self.same, self.same_caption = _number(self)
        self.largest, self.largest_caption = _number(self)
        self.chart = _DifferenceChart(themes, self)
        self.caption = set_up(QLabel("difference, sample by sample", self), role="caption")
        self.again = set_up(QPushButton("Run again", self), link="true", autoDefault=False)
        self.again.setToolTip("Write the file, read it back and compare once more.")
        self.seconds = set_up(QLabel(self), role="caption")
        self._lay_out()
        self.again.clicked.connect(self.run_requested)
        self.show_none()

    def show_running(self) -> None:
        """Say that the file is being written, read back and compared."""
        self._show("Proof runs…", "The file is written, read back and compared", "none", details=False)

    def show_none(self, sentence: str = "") -> None:
        """Say why nothing is compared."""
        self._show("No proof", sentence or "Nothing to compare", "none", details=False)

    def show_proof(self, proof: Proof) -> None:
        """Show the outcome."""
        if proof.sentence:
            self._show("Not proven", proof.sentence, "none", details=False)
            return
        title = "Proof: read back and run" if proof.holds else "It does not predict the same"
        text = f"with {proof.reader}, on {proof.samples:,} samples of these data"
        if proof.refusal:
            text = proof.refusal
        elif not proof.holds:
            text += f"; more than {proof.limit:g} is not exported"
        self._show(title, text, "holds" if proof.holds else "fails")
        has_labels = proof.same is not None
        # Values have the difference alone, which then stands at the left.
        self._numbers.setStretch(0, 1 if has_labels else 0)
        self._numbers.setSpacing(2 * GRID_PX if has_labels else 0)
        self.same.setVisible(has_labels)
        self.same_caption.setVisible(has_labels)
        self.same.setText(f"{proof.same:,} of {proof.samples:,}" if proof.same is not None else "")
        self.same_caption.setText("same class" if has_labels else "")
        self.largest.setText(rounded_text(proof.largest, 2))
        self.largest_caption.setText("largest difference")
        self.seconds.setText(f"took {proof.seconds:.1f} s")
        self.chart.show_proof(proof)

    def _show(self, title: str, text: str, state: str, *, details: bool = True) -> None:
        self.title.setText(title)
        self.explanation.setText(text)
        restyle(self, state=state)
        self.badge.show_state(state)
        for widget in (
            self.same,
            self.same_caption,
            self.largest,
            self.largest_caption,
            self.chart,
            self.caption,
            self.seconds,
            self.again,
        ):
            widget.setVisible(details)
        self.setAccessibleName(f"{title}. {text}")

    def _lay_out(self) -> None:
        numbers = self._numbers = QHBoxLayout()
        numbers.setSpacing(2 * GRID_PX)
        for pair in ((self.same, self.same_caption), (self.largest, self.largest_caption)):
            numbers.addLayout(vbox(*pair, spacing=0), 1)
        foot = hbox(self.again, STRETCH, self.seconds)
        titles = hbox(self.badge, (self.title, 1), spacing=GRID_PX)
        rows = titles, self.explanation, numbers, self.chart, self.caption, foot
        vbox(*rows, parent=self, margins=(12, 10, 12, GRID_PX), spacing=6)


class _Badge(PaintedWidget):
    """A disc with a check mark or a cross; hidden while nothing is proven."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._holds = True
        self.setFixedSize(_BADGE_PX, _BADGE_PX)

    def show_state(self, state: str) -> None:
        self._holds = state == "holds"
        self.setVisible(state != "none")
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        use_colors(painter, theme.success if self._holds else theme.danger)
        painter.drawEllipse(self.rect())
        mark = icon_pixmap(
            "check" if self._holds else "close", theme.surface, _MARK_PX, self.devicePixelRatioF()
        )
        place = (_BADGE_PX - _MARK_PX) // 2
        painter.drawPixmap(place, place, mark)


class _DifferenceChart(PaintedWidget):
    """Differences of the samples on a logarithmic axis, with the limit."""

    size_px = 240, _CHART_PX

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._proof = Proof()
        self.setFixedHeight(_CHART_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Each dot is a sample, the line the largest difference that is exported.")

    def show_proof(self, proof: Proof) -> None:
        self._proof = proof
        self.setAccessibleName(
            f"Differences of {proof.samples} samples, at most {rounded_text(proof.largest, 2)}"
        )
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(font("small"))
        place = QRectF(_AXIS_PX, 8, self.width() - _AXIS_PX, self.height() - 16)
        for decade in (-9, -7, round(math.log10(LIMIT)), -3):
            y = _height(10.0**decade, place)
            is_limit = decade == round(math.log10(self._proof.limit))
            style = Qt.PenStyle.DashLine if is_limit else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(theme.danger if is_limit else theme.border), 1, style))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            label = QRectF(0, y - 8, _AXIS_PX - 6, 16)
            draw_text(painter, label, f"1e{decade}", theme.text_muted, align=RIGHT)
            if is_limit:
                above = QRectF(place.left(), y - 15, place.width(), 14)
                corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
                draw_text(painter, above, "limit", theme.danger, align=corner)
        for share, value in _dots(self._proof):
            at = QPointF(place.left() + 3 + share * (place.width() - 6), _height(value, place))
            draw_dot(painter, at, 1.8, theme.success if value <= self._proof.limit else theme.danger)


def _dots(proof: Proof) -> list[tuple[float, float]]:
    """(place from 0 to 1, difference) of at most `_MAX_DOTS` samples, the largest among them."""
    differences = np.asarray(proof.differences, np.float64)
    if not len(differences):
        return []
    rows = np.unique(np.linspace(0, len(differences) - 1, min(len(differences), _MAX_DOTS)).astype(int))
    rows = np.union1d(rows, [int(np.argmax(differences))])
    return [(row / max(1, len(differences) - 1), float(differences[row])) for row in rows]


def _height(value: float, place: QRectF) -> float:
    low, high = _DECADES
    decade = high if value != value else math.log10(min(max(value, 10.0**low), 10.0**high))
    return place.bottom() - (decade - low) / (high - low) * place.height()


def _number(parent: QWidget) -> tuple[QLabel, QLabel]:
    return set_up(QLabel(parent), role="value"), set_up(QLabel(parent), role="caption")


_WIDTH_PX = 344


class ProofPage(ScrollArea):
    """Scrolls where the window is low."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(_WIDTH_PX)
        page = QWidget(self)
        self.written_title = SectionTitle("Saved", page)
        self.written = FactsList(themes, page, name="Saved")
        self.folder = set_up(QPushButton("Open folder", page), link="true", autoDefault=False)
        self.folder.setToolTip("Show the folder of the file that was saved last.")
        self.folder.clicked.connect(self._open_folder)
        self._folder = Path()
        self.proof = ProofCard(themes, page)
        self.title = SectionTitle("Details", page)
        self.facts = FactsList(themes, page)
        self.note = set_up(
            QLabel("No sample of your data is stored in the file.", page), role="note", wordWrap=True
        )
        head = hbox((self.written_title, 1), self.folder)
        rows = head, self.written, self.proof, self.title, self.facts, self.note, STRETCH
        vbox(*rows, parent=page, margins=(0, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX), spacing=12)
        self.setWidget(page)
        self.show_written({})

    def show_written(self, sizes: Mapping[Path, int]) -> None:
        """Show what was saved, the last on top, with sizes in bytes."""
        for widget in (self.written_title, self.folder, self.written):
            widget.setVisible(bool(sizes))
        rows = list(sizes.items())[::-1]
        self._folder = rows[0][0].parent if rows else Path()
        self.written.show_facts([Fact(size_text(size), path.name) for path, size in rows])
        self.written.setToolTip("\n".join(str(path) for path, _ in rows))
        self.verticalScrollBar().setValue(0)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show what is in the file; nothing where there is no file."""
        self.title.setVisible(bool(facts))
        self.facts.setVisible(bool(facts))
        self.facts.show_facts(facts)

    def show_proof(self, shown: bool, *, holds_data: bool = False) -> None:
        """Whether there is a file to prove, and whether the user's samples are in it."""
        self.proof.setVisible(shown)
        self.note.setVisible(shown and not holds_data)
