"""Chart of one quantity over epochs, with log scale switch, legend with values, and context menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QSlider, QStyle, QWidget

from core.io.number_text import HeldName, held_text, held_word, place_text
from core.spec.arrays import Array
from core.train.history import Mark
from playground.model.guess import Guess
from playground.views.results.curve_canvas import NAMES, CurveCanvas
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.charts.curve_scale import Quantity
from playground.views.widgets.labels import LabelRoom, show_markup


class LegendEntry(NamedTuple):
    """One curve; `value` is empty without a cursor."""

    name: str
    color: str
    value: str = ""


class CurveLegend(LabelRoom):
    """One line, "at 120 — train 0.1946 — test 0.2707", which never widens the panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "caption")
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.plain_text = ""
        """Content, without colors."""
        self._shown: tuple[tuple[LegendEntry, ...], str, str, str] = ((), "", "", "")

    def text(self) -> str:
        """Content, as HTML."""
        return self.label.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()

    def show_entries(
        self,
        entries: Sequence[LegendEntry],
        ink: str,
        at: str = "",
        note: str = "",
        *,
        elsewhere: Sequence[LegendEntry] = (),
    ) -> None:
        """Show curves in this order, values in the color `ink`; `at` is the cursor's epoch, `note` ends the line.

        Those `elsewhere` are read out, and not shown.
        """
        self._shown = (tuple(entries), ink, at, note)
        self.plain_text = ", ".join(
            [
                *([f"at {at}"] if at else []),
                *(f"{each.name} {each.value}".strip() for each in (*entries, *elsewhere)),
            ]
        )
        self.setAccessibleName(self.plain_text)
        self._write()

    def _write(self) -> None:
        """Write as much as fits: without dashes, the note, the epoch, the last entries, the names of values.

        The tooltip has all entries where some are left out.
        """
        entries, ink, epoch, note = self._shown
        at, short = (f"at {epoch}", f"{epoch}:") if epoch else ("", "")
        values = tuple(LegendEntry(each.value or each.name, each.color) for each in entries[:2])
        ways = [(at, "—&nbsp;", note, entries)]
        ways += [(at, "", note, entries), (at, "", "", entries), (short, "", "", entries)]
        ways += [("", "", "", entries[:count]) for count in range(len(entries), 1, -1)]
        ways += [("", "", "", values), ("", "", "", entries[:1])]
        for where, dash, end, some in ways:
            parts = [_value(where, ink)] if where else []
            parts += [_rich(entry, ink, dash) for entry in some]
            parts += [_unbroken(end)] if end else []
            show_markup(self.label, (" " if where == short else " &nbsp;").join(parts))
            if self.label.sizeHint().width() <= self.width():
                break
        self.label.setToolTip("" if some == entries else self.plain_text)


def _rich(entry: LegendEntry, ink: str, dash: str) -> str:
    name = f'<span style="color:{entry.color}">{dash}{_unbroken(entry.name)}</span>'
    return f"{name}&nbsp;{_value(entry.value, ink)}" if entry.value else name


def _value(text: str, ink: str) -> str:
    return f'<b style="color:{ink}">{_unbroken(text)}</b>'


def _unbroken(text: str) -> str:
    return escape(text).replace(" ", "&nbsp;")


_TICKS = 99
_TOOLTIP = (
    "Smooth the curves: each point becomes a moving average of those before it, so that the trend shows.\n"
    "The values themselves stay faintly behind, and the pointer reads them. Double-click to return to 0."
)


class _Track(QSlider):
    """A click jumps to the pointer instead of moving by a page."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            grip = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self)
            place = round(event.position().x() - grip / 2)
            self.setValue(QStyle.sliderValueFromPosition(0, _TICKS, place, max(1, self.width() - grip)))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(0)
        event.accept()


class SmoothingSlider(QWidget):
    """A weight from 0 to 0.99. `value_changed` is emitted for every move and by `set_value`."""

    value_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track = _Track(Qt.Orientation.Horizontal, self)
        self.track.setRange(0, _TICKS)
        self.track.setPageStep(10)
        self.track.setFixedWidth(54)
        self.track.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.track.setAccessibleName("Smoothing of the curves")
        self._caption = set_up(QLabel(self), role="caption")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(_TOOLTIP)
        self.setFocusProxy(self.track)
        hbox(self._caption, self.track, parent=self, margins=0, spacing=5)
        self.track.valueChanged.connect(self._show_text)
        self._show_text(0)
        self._caption.ensurePolished()
        self._caption.setMinimumWidth(self._caption.fontMetrics().horizontalAdvance("Smooth"))

    @property
    def value(self) -> float:
        """The weight of the moving average."""
        return self.track.value() / 100.0

    def set_value(self, value: float) -> None:
        self.track.setValue(round(100.0 * value))

    def _show_text(self, tick: int) -> None:
        self._caption.setText(f"{tick / 100:.2f}" if tick else "Smooth")
        self.track.setAccessibleDescription(f"{tick / 100:.2f}")
        self.value_changed.emit(tick / 100.0)


_EMPTY: Array = np.empty(0)
_SPACED = ("loss", "spread", "rate")
_PARTS_TIP = "Train: what the network learns from. Test: what it has never seen."
_CSV_HEADS = {"rate": ("learning_rate", "gradient_norm"), "spread": ("β_·_spread", "samples")}
_LEGEND_TIPS: dict[Quantity, str] = {
    "spread": "The two parts of the test loss: how wrong the samples are, and how far codes are from a normal cloud.",
    "rate": "Learning rate: how large the steps are. Gradient norm: how steep the loss is, at the end of each epoch.",
}


class CurvesPlot(QWidget):
    """The chart below a row of its switches and its legend, which has the values at the cursor."""

    clear_requested = Signal()
    """Requests to drop the earlier runs."""
    save_requested = Signal()
    """Requests to save the values as CSV."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self.quantity: Quantity = quantity
        self.canvas = CurveCanvas(themes, self, quantity=quantity)
        self.log_scale = set_up(QCheckBox("Log", self), accessibleName="Logarithmic axis")
        self.log_scale.setToolTip("Space the axis by powers of ten, to see progress when the loss is small")
        self.log_scale.setVisible(quantity == "loss")
        self.log_scale.toggled.connect(self.canvas.set_log)
        self.smoothing = SmoothingSlider(self)
        self.smoothing.value_changed.connect(self.canvas.set_smoothing)
        self._make_menu()
        self.legend = CurveLegend(self)
        self.legend.setToolTip(_LEGEND_TIPS.get(quantity, _PARTS_TIP))
        self._note = self._place = ""
        self._is_of_batches = False
        self._held: HeldName = "test"
        self._parts: Callable[[float | None], tuple[str, str]] = lambda _: ("", "")
        self._heading = set_up(QLabel("How wrong it is", self), role="title", visible=False)
        head = hbox(self._heading, self.log_scale, self.smoothing, (self.legend, 1), spacing=8)
        vbox(head, (self.canvas, 1), parent=self, margins=0, spacing=2)
        self.canvas.moment_changed.connect(self._show_legend)
        self._ghost_names: tuple[tuple[str, ...], ...] = ()
        self._are_pinned = False
        self._legend_key: tuple[object, ...] | None = None
        self._show_legend()
        themes.theme_changed.connect(self._show_legend)
        # Learning rate and gradient norm have different magnitudes, but are both positive.
        self.log_scale.setChecked(quantity == "rate")

    def show_plain(self, plain: bool) -> None:
        """Say what falls, in place of the switches."""
        self._heading.setVisible(plain)
        self.canvas.unit = "rounds" if plain else "epoch"
        self.smoothing.setVisible(not plain)
        self.set_quantity(self.quantity)

    def set_quantity(self, quantity: Quantity) -> None:
        """Set the quantity: a loss, a fraction 0 … 1 drawn in percent, or R²."""
        self.quantity = quantity
        self.canvas.set_quantity(quantity)
        self.log_scale.setVisible(quantity in ("loss", "spread") and self._heading.isHidden())
        self.log_action.setVisible(quantity in _SPACED)
        self.canvas.set_log(quantity in _SPACED and self.log_scale.isChecked())

    def show_curves(self, epoch: Array, train: Array, test: Array, marks: tuple[Mark, ...] = ()) -> None:
        """Set values (moments,) over ascending `epoch` (moments,); NaN leaves a gap. `marks` are the run's edits."""
        self.canvas.show_curves(epoch, train, test, marks)
        self._show_legend()

    def set_ghosts(self, curves: Sequence[tuple[Array, Array]], titles: Sequence[str] = ()) -> None:
        """Set the curves of earlier runs, (epoch, values), drawn faintly behind; only the last three are kept.

        `titles` are written at their ends; "" for none.
        """
        self.canvas.set_ghosts(curves, titles)
        self._are_pinned = bool(titles) and all(titles)
        self.clear_ghosts.setEnabled(bool(curves))
        self._ghost_names = ()
        self._show_legend()

    def name_ghosts(self, names: Sequence[Sequence[str]]) -> None:
        """Set what differs between each earlier run, oldest first, and the current one."""
        self._ghost_names = tuple(map(tuple, names))
        self._show_legend()

    def show_rest(
        self,
        rest: tuple[float, float, float] | None,
        place: str,
        of_batches: bool = False,
        parts: Callable[[float | None], tuple[str, str]] = lambda _: ("", ""),
    ) -> None:
        """See `CurveChart.show_rest`; `place` is what the moment that is shown is called, where no row is read.

        `of_batches`: whether training is their mean. `parts`: of which samples both values of a row are, or of that
        moment for None.
        """
        self._place, self._is_of_batches, self._parts = place, of_batches, parts
        self.canvas.show_rest(rest)
        self._show_legend()

    def set_held(self, held: HeldName) -> None:
        """Set what the samples are called that are not learned from."""
        self._held = held
        self._show_legend()

    def set_note(self, text: str) -> None:
        """Set a remark on the values at the end of the legend, such as on their units."""
        self._note = text
        self._show_legend()

    def show_guess(self, guess: Guess | None) -> None:
        """See `CurveChart.show_guess`."""
        self.canvas.show_guess(guess)
        self._show_legend()

    def clear(self) -> None:
        """Drop the curves and show the hint."""
        self.show_curves(_EMPTY, _EMPTY, _EMPTY)

    def _make_menu(self) -> None:
        self.view_all = QAction("View all", self)
        self.view_all.triggered.connect(self.canvas.show_all)
        self.clip_action = QAction("Clip spikes", self, checkable=True, checked=True)
        self.clip_action.toggled.connect(self.canvas.clip_spikes)
        self.canvas.all_requested.connect(self._show_all)
        self.log_action = QAction("Log scale", self, checkable=True)
        self.log_action.setVisible(self.quantity in _SPACED)
        self.log_action.toggled.connect(self.log_scale.setChecked)
        self.log_scale.toggled.connect(self.log_action.setChecked)
        self.ghosts_action = QAction("Show earlier runs", self, checkable=True, checked=True)
        self.ghosts_action.toggled.connect(self._show_ghosts)
        self.clear_ghosts = QAction("Clear earlier runs", self)
        self.clear_ghosts.setEnabled(False)
        self.clear_ghosts.triggered.connect(self.clear_requested)
        self.copy_action = QAction("Copy values", self)
        self.copy_action.triggered.connect(self._copy_values)
        self.save_action = QAction("Save as CSV…", self)
        self.save_action.triggered.connect(self.save_requested)
        for action in self._actions:
            self.canvas.addAction(action)
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def _actions(self) -> list[QAction]:
        view = [self.view_all, self.clip_action, self.log_action]
        return [*view, self.ghosts_action, self.clear_ghosts, self.copy_action, self.save_action]

    def _show_all(self) -> None:
        """Show all epochs; if they are shown, the whole of clipped spikes or not."""
        if self.canvas.is_zoomed:
            self.canvas.show_all()
        else:
            self.clip_action.toggle()

    def _copy_values(self) -> None:
        """Copy the curves as CSV, with a row for each moment."""
        epoch, train, test = self.canvas.curves
        training = "train_(mean_of_the_batches)" if self._is_of_batches else "train"
        rows = [",".join(("epoch", *_CSV_HEADS.get(self.quantity, (training, self._held))))]
        rows += [f"{e:g},{_csv(a)},{_csv(b)}" for e, a, b in zip(epoch, train, test, strict=True)]
        QGuiApplication.clipboard().setText("\n".join(rows) + "\n")

    @property
    def _names(self) -> tuple[str, str]:
        training = "train (mean of the batches)" if self._is_of_batches else "train"
        return NAMES.get(self.quantity, (training, held_word(self._held)))

    def _show_ghosts(self, shown: bool) -> None:
        self.canvas.show_ghosts(shown)
        self._show_legend()

    def _show_legend(self) -> None:
        theme, values = self._themes.theme, self.canvas.values
        seen = self.canvas.moment is None and values is not None
        parts = ("", "") if values is None else self._parts(None if seen else values[0])
        parts = parts[1:] * 2 if self.quantity == "spread" else parts
        earlier = len(self.canvas.ghosts)
        key = (
            theme.name,
            self.canvas.has_test,
            earlier,
            self._are_pinned,
            self._ghost_names,
            values,
            parts,
            self._place if values is not None else "",
            self._names,
            self._note,
            self.quantity,
            self.canvas.guess,
            tuple(self.canvas.pinned_values.items()),
        )
        if key == self._legend_key:
            return
        self._legend_key = key
        shown = (
            ["", ""]
            if values is None
            else [
                f"{self.canvas.value_text(value)} {part}".strip()
                for value, part in zip(values[1:], parts, strict=True)
            ]
        )
        first, second = self._names
        entries = [LegendEntry(first, theme.train, shown[0])]
        if self.canvas.has_test:
            entries.append(LegendEntry(second, theme.test, shown[1]))
        if earlier:
            entries.append(LegendEntry(self._ghosts_entry(earlier), theme.text_muted))
        guess = self.canvas.guess
        if guess is not None:
            entries.append(LegendEntry(guess.label, theme.text))
        at = "" if values is None else self._place if seen and self._place else place_text(values[0])
        # Their values are written beside their names, where the curves end.
        pinned = [LegendEntry(name, "", value) for name, value in self.canvas.pinned_values.items() if value]
        self.legend.show_entries(entries, theme.text, at, self._note, elsewhere=pinned)
        tip = held_text(_LEGEND_TIPS.get(self.quantity, _PARTS_TIP), self._held)
        self.legend.setToolTip(self._ghosts_tip() if earlier else tip)

    def _ghosts_entry(self, count: int) -> str:
        """Legend text of the earlier runs: the difference, if there is one run with one difference."""
        if count == 1 and len(self._ghost_names) == 1 and len(self._ghost_names[0]) == 1:
            return f"last run: {self._ghost_names[0][0]}"
        kind = "pinned" if self._are_pinned else "last"
        return f"{kind} run" if count == 1 else f"{kind} runs"

    def _ghosts_tip(self) -> str:
        lines = [", ".join(name) or "as now" for name in reversed(self._ghost_names)]
        return "\n".join(["Earlier runs, the last one first:", *lines]) if lines else ""


def _csv(value: float) -> str:
    return f"{value:.9g}" if np.isfinite(value) else ""


def share_choices(charts: Sequence[CurvesPlot]) -> None:
    """Synchronize smoothing, clipping and the visibility of earlier runs between charts."""
    for chart in charts:
        for other in charts:
            if other is not chart:
                chart.smoothing.value_changed.connect(other.smoothing.set_value)
                chart.ghosts_action.toggled.connect(other.ghosts_action.setChecked)
                chart.clip_action.toggled.connect(other.clip_action.setChecked)
