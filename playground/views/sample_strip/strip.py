"""The strip of test samples: selects the sample whose activations are shown."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from core.inspect.saliency import SaliencyKind
from core.inspect.snapshot import Snapshot, SnapshotRequest
from playground.views.sample_strip.thumbnails import Thumbnails
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.boxes import STRETCH, hbox, restyle, set_up, vbox
from playground.views.widgets.number_format import class_labels

_CHOICES: Final[tuple[tuple[SaliencyKind | None, str, str], ...]] = (
    (None, "&Off", "Show the picture as it is"),
    ("gradient", "&Gradient", "Where a small change would matter for the score of the class"),
    (
        "gradient_input",
        "Gradient × &input",
        "What the ink adds to the score of the class, in blue, or takes from it, in orange",
    ),
    ("occlusion", "O&cclusion", "How far the probability of the class drops when a place is covered"),
)


_TIP = "Colour the sample's picture by what of it speaks for the network's prediction."


class OverlayButton(QToolButton):
    """Menu of saliency methods; the button looks pressed while one is selected."""

    chosen = Signal(object)
    """Carries a kind of saliency, or None."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.kind: SaliencyKind | None = None
        """The kind that is shown as selected."""
        self._actions: dict[SaliencyKind | None, QAction] = {}
        set_up(self, accessibleName="Overlay", toolTip=_TIP)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for kind, text, tip in _CHOICES:
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(kind is None)
            action.setData(kind)
            group.addAction(action)
            self._actions[kind] = action
        group.triggered.connect(self._choose)
        self.setMenu(menu)
        self._show_icon()
        themes.theme_changed.connect(self._show_icon)

    def show_kind(self, kind: SaliencyKind | None) -> None:
        """Show the selected kind."""
        if kind == self.kind:
            return
        self.kind, action = kind, self._actions[kind]
        action.setChecked(True)
        self.setToolTip(_TIP if kind is None else f"{_TIP}\n{action.toolTip()}")
        self.setAccessibleDescription(action.text().replace("&", ""))
        self._show_icon()

    def _choose(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    def _show_icon(self) -> None:
        self.setIcon(icon("overlay", self._themes.theme, "normal" if self.kind is None else "accent"))


_DIGITS = tuple("0123456789")


class SampleStrip(QFrame):
    """Caption, thumbnails and "Next mistake". Visible for images and tables, hidden for points."""

    sample_selected = Signal(int)
    next_mistake_requested = Signal()
    draw_requested = Signal()
    saliency_requested = Signal(object)
    """Carries a kind of `core.inspect.saliency`, or None."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, role="footer", accessibleName="Sample")
        self._prepared: Any = None
        self.thumbnails = Thumbnails(themes, self)
        self.thumbnails.row_chosen.connect(self._select)
        self._shown_text = ""
        self._verdict = set_up(QLabel(self), role="caption")
        self._verdict.setToolTip("What the sample is, and what the network takes it for.")
        self.mistake_button = set_up(QPushButton("Next mistake", self), clicked=self.next_mistake_requested)
        self.mistake_button.setToolTip("Go to the next test sample that the network gets wrong.")
        self.draw_button = set_up(QPushButton("Draw an image", self), primary=True)
        self.draw_button.setToolTip("Draw an image of your own, and see what the network takes it for (W).")
        self.draw_button.clicked.connect(self.draw_requested)
        self.overlay = OverlayButton(themes, self)
        self.overlay.chosen.connect(self.saliency_requested)
        self._title = SectionTitle("Sample", self)
        caption = vbox(STRETCH, self._title, self._verdict, STRETCH, spacing=2)
        hbox(
            caption,
            (self.thumbnails, 1),
            self.overlay,
            self.mistake_button,
            self.draw_button,
            parent=self,
            margins=(12, 6, 12, 6),
            spacing=12,
        )
        self._verdict.setFixedWidth(84)
        self._show_theme(themes.theme)
        themes.theme_changed.connect(self._show_theme)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def verdict(self) -> str:
        """The text on the selected sample."""
        return self._shown_text

    def show_data(self, prepared: Any) -> None:
        """Set the test samples of a `core.experiment.prepare.PreparedData`."""
        self._prepared = prepared
        points = prepared.data.inputs.ndim == 2 and prepared.data.inputs.shape[1] == 2
        self.setVisible(not points and len(prepared.test_index) > 0)
        self.mistake_button.setVisible(prepared.task.classifies)
        self.overlay.setVisible(prepared.data.inputs.ndim == 4)
        names = prepared.data.class_names
        self.draw_button.setVisible(prepared.data.inputs.ndim == 4 and prepared.task.classifies)
        self.draw_button.setText("Draw a digit" if names == _DIGITS else "Draw an image")
        self._show_text("")
        self.thumbnails.set_data(prepared)

    def clear(self) -> None:
        """Drop the samples, and hide."""
        self._prepared = None
        self._show_text("")
        self.thumbnails.set_data(None)
        self.hide()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the prediction for the selected sample."""
        prepared, row = self._prepared, self.thumbnails.row
        if not self.isVisible() or prepared is None or snapshot.sample_output is None:
            return
        # A snapshot from before the selection is of another sample.
        shown = snapshot.request.sample == row and not snapshot.shows_drawing
        if not prepared.task.classifies or not shown:
            return
        samples, at, _ = prepared.find(row)
        true = int(samples.labels[at])
        seen = int(prepared.encoding.decode(snapshot.sample_output[None])[0])
        names = class_labels(prepared.data)
        self._show_text(
            f"{names[true]} ✓" if seen == true else f"{names[true]} → {names[seen]}", wrong=seen != true
        )

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Highlight the selected sample, and show the selected overlay."""
        self.thumbnails.show_chosen(not state.show_drawn)
        if state.sample != self.thumbnails.row:
            self._show_text("")
            self._title.set_text(f"Train {~state.sample + 1:,}" if state.sample < 0 else "Sample")
            self.thumbnails.choose(state.sample)
        self.overlay.show_kind(state.parts.get("saliency"))

    def _select(self, row: int) -> None:
        self._show_text("")
        self.sample_selected.emit(row)

    def _show_theme(self, theme: Theme) -> None:
        self.draw_button.setIcon(icon("paint", theme, "on_accent"))

    def _show_text(self, text: str, *, wrong: bool = False) -> None:
        if text == self._shown_text:
            return
        self._shown_text = text
        self._verdict.setText(self._fitted(text))
        restyle(self._verdict, role="danger" if wrong else "caption")

    def _fitted(self, text: str) -> str:
        """The text on one line, else on two, elided if needed."""
        metrics, room = self._verdict.fontMetrics(), self._verdict.width()
        if metrics.horizontalAdvance(text) > room:
            text = text.replace(" → ", "\n→ ")
        cut = Qt.TextElideMode.ElideRight
        return "\n".join(metrics.elidedText(line, cut, room) for line in text.split("\n"))
