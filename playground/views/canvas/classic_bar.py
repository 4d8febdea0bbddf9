"""The quiet bars above the network: what other data or another task brought, and what a classic's paper says.

The bar of a classic also says what this run has found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.datasets import Dataset
from core.experiment.change import Change
from core.experiment.experiment import Experiment
from core.experiment.presets import CLASSIC_SEEDS, Preset, classic_of
from core.inspect.classics import ClassicPart, Found
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text, number_text
from core.runs.run_settings import RunSettings
from playground.model.document import Document
from playground.plugins import PLUGINS
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up, vbox
from playground.views.widgets.dataset_thumbnails import DatasetThumbnail, ThumbnailLoader, paint_thumbnail
from playground.views.widgets.labels import show_markup
from playground.views.widgets.painted import LEFT, PaintedWidget, draw_box, draw_dot, draw_text
from playground.views.widgets.toast import Notice, NoticeBar

KEEP, UNDO = "keep", "undo"
"""Names of the answers."""
_SIDE_PX = 36


class ChangeBar(NoticeBar):
    """Shows the document's `last_change`, and goes with the next edit."""

    undo_requested = Signal()

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.picture = _Picture(themes, self)
        self._row.insertWidget(0, self.picture)
        self.answered.connect(self._answer)
        document.last_change_changed.connect(self._follow)

    def _follow(self) -> None:
        change = self._document.last_change
        if change is None:
            self.show_notice(None)
            return
        answers = [(UNDO, "Undo", f"Return to {change.before.name}, as it was")]
        if change.mine is not None:
            answers.insert(0, (KEEP, "Keep mine", f"Keep {_list(change.kept)} of the network before"))
        title, told = texts_of(change, imported=self._document.is_imported)
        self.show_notice(Notice(f"{title} {told}", tuple(answers)))
        show_markup(self.label, f"<b>{escape(title)}</b> {escape(told)}")
        self.picture.load(change.before.dataset, change.before.data_seed)

    def _answer(self, name: str) -> None:
        if name == KEEP:
            self._document.keep_mine()
        else:
            self.undo_requested.emit()


def texts_of(change: Change, *, imported: bool = False) -> tuple[str, str]:
    """What is new, and what became of the network before."""
    old, new = change.before, change.experiment
    network = f"{', '.join(RunSettings.of(new).summary)}."
    if imported:
        return (
            f"New document: {new.name}.",
            f"{old.name} waits until the next edit. This network fits: {network}",
        )
    if old.dataset.kind == new.dataset.kind:
        title, before = f"New task: {new.task.title}.", f"The network for “{old.task.title}”"
    else:
        title, before = f"New data: {new.dataset.label}.", f"The network for {old.dataset.label}"
    comes = "the one from before is back, untrained" if change.returns else "this one fits"
    return title, f"{before} is put aside; {comes}: {network}"


def _list(words: tuple[str, ...]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


class _Picture(QWidget):
    """The thumbnail of data."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._made: DatasetThumbnail | None = None
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._show)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def load(self, dataset: Dataset, seed: int) -> None:
        """Show the data, as soon as they are read."""
        self._made = None
        self._loader.load(dataset, seed, "before")
        self.update()

    def _show(self, _: object, made: DatasetThumbnail) -> None:
        self._made = made
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE_PX, _SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._made is not None:
            ratio, theme = self.devicePixelRatio(), self._themes.theme
            QPainter(self).drawImage(0, 0, paint_thumbnail(self._made, theme, _SIDE_PX, _SIDE_PX, ratio))


_CHART_PX, _BAR_PX, _DOT_PX, _TEXT_PX = 64, 33, 19, 14


def _is_same(one: Experiment, other: Experiment) -> bool:
    """Whether experiments are equal but for names and seeds."""
    return one.replace(name=other.name, seed=other.seed) == other


class _Pictures(PaintedWidget):
    """The weights of a unit, their sizes beside those of the paper, and a dot for each seed that was counted."""

    weights: tuple[float, ...] = ()
    sizes: tuple[tuple[float, float], ...] = ()

    def show_found(self, found: Found | None, seeds: Mapping[int, bool], whose: str) -> None:
        """Show what a moment has of weights, and which seeds, of whom, reach what the paper says."""
        is_drawn = found is not None and all(map(math.isfinite, found.weights))
        self.weights, self.sizes = (found.weights, found.sizes) if found and is_drawn else ((), ())
        self.seeds, self._whose = seeds, whose
        lines = []
        if self.weights:
            lines.append(f"Weights of hidden unit 1, bit by bit: {', '.join(map(_signed, self.weights))}")
            pairs = (f"{wanted:g} and {number_text(size)}" for wanted, size in self.sizes)
            lines.append(f"Their sizes, the paper's and yours: {', '.join(pairs)}")
        green = ", ".join(str(seed) for seed, reached in seeds.items() if reached)
        lines.append(f"Seeds that reach it, green: {green or 'none'}; others get stuck or find another way")
        set_up(self, accessibleName=". ".join(lines), toolTip="\n".join(lines))
        self.setFixedHeight((_CHART_PX if self.weights else 0) + _DOT_PX + 2)
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(self._small)
        if self.weights:
            self._paint_weights(painter, theme)
            self._paint_sizes(painter, theme)
        dot = QRectF(0, self.height() - _DOT_PX - 1, min(_DOT_PX, self.width() / len(self.seeds)), _DOT_PX)
        for seed, reached in self.seeds.items():
            ground, edge, ink = theme.success, theme.success, theme.surface
            if not reached:
                ground, edge, ink = theme.surface, theme.border_strong, theme.text_muted
            draw_dot(painter, dot.center(), dot.width() / 2 - 1, ground, edge)
            if dot.width() == _DOT_PX and seed < 100:
                draw_text(painter, dot, f"{seed}", ink)
            dot.translate(dot.width(), 0)
        dot.setRight(self.width())
        draw_text(painter, dot.adjusted(6, 0, 0, 0), self._whose, theme.text_muted, align=LEFT, cut=True)

    def _paint_weights(self, painter: QPainter, theme: Theme) -> None:
        middle, wide = _CHART_PX / 2, len(self.weights) * _BAR_PX
        scale = (middle - _TEXT_PX) / max(map(abs, self.weights))
        for number, weight in enumerate(self.weights):
            bar = QRectF(number * _BAR_PX, middle, _BAR_PX, -scale * weight)
            _paint_bar(painter, bar, theme.positive if weight > 0 else theme.negative, _signed(weight), theme)
        painter.setPen(QColor(theme.text_muted))
        painter.drawLine(QPointF(0, middle), QPointF(wide, middle))
        painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(wide / 2, 0), QPointF(wide / 2, _CHART_PX))

    def _paint_sizes(self, painter: QPainter, theme: Theme) -> None:
        # Where the run's are far larger, those of the paper are still seen.
        most, left = 1.3 * max(wanted for wanted, _ in self.sizes), len(self.weights) * _BAR_PX + 20.0
        # The first are the smallest, so that there is room above them.
        for row, (name, color) in enumerate((("paper", theme.text_muted), ("yours", theme.accent))):
            draw_text(painter, QRectF(left, row * _TEXT_PX, 60, _TEXT_PX), name, color, align=LEFT)
        for pair in self.sizes:
            texts = f"{pair[0]:g}", number_text(pair[1])
            for value, color, text in zip(pair, (theme.text_faint, theme.accent), texts, strict=True):
                height = (_CHART_PX - _TEXT_PX - 4) / most * min(value, most)
                _paint_bar(painter, QRectF(left, _CHART_PX - 4, _BAR_PX, -height), color, text, theme)
                left += _BAR_PX - 3
            left += 6


def _paint_bar(painter: QPainter, bar: QRectF, color: str, text: str, theme: Theme) -> None:
    """A bar from the top of `bar` to its bottom, which may be above, with a number at its end."""
    draw_box(painter, bar.normalized().adjusted(4, 0, -4, 0), 2, color)
    place = QRectF(bar.left(), bar.bottom() - (_TEXT_PX if bar.height() < 0 else 0), _BAR_PX, _TEXT_PX)
    draw_text(painter, place, text, theme.text)


def _signed(value: float) -> str:
    return f"+{number_text(value)}" if value > 0 else number_text(value)


class ClassicBar(NoticeBar):
    """Shown while the document is a classic, which it is by its data and network; other settings are told."""

    part_requested = Signal(object)
    """Carries the `Classic` that snapshots should measure; None for none."""
    seeds_requested = Signal(int, int)
    """Carries how many seeds to train, and for how many epochs."""
    sweep_requested = Signal(object)
    """Carries the `Classic` whose source tried several settings."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.pictures = _Pictures(themes, self)
        self._row.removeWidget(self.label)
        self._row.addLayout(vbox(self.label, self.pictures, margins=0, spacing=4), 1)
        self._document = document
        self._preset: Preset | None = None
        self._found: Found | None = None
        self._own: tuple[Experiment, Mapping[int, bool]] | None = None
        self.answered.connect(self._answer)
        document.experiment_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        preset = classic_of(self._document.experiment)
        if preset is not self._preset:
            self._preset = preset
            self._found = None
            self.request()
        self._tell()

    def request(self) -> None:
        """Ask for what is to be measured."""
        self.part_requested.emit(None if self._preset is None else self._preset.classic)

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show what a moment has found; None for nothing yet."""
        self._found = None if snapshot is None else snapshot.part(ClassicPart)
        self._tell()

    def show_own(self, experiment: Experiment, reached: Mapping[int, bool]) -> None:
        """Show how many seeds of an experiment that were trained here reach it, while its settings are those of now."""
        self._own = experiment, reached
        self._tell()

    def _tell(self) -> None:
        if self._preset is None or self._preset.classic is None:
            self.show_notice(None)
            return
        classic, found = self._preset.classic, self._found
        mark = "✓ " if found is not None and found.reached else ""
        result = mark + classic.sentence("not trained yet" if found is None else found.text)
        own, whose = self._document.experiment, "seeds counted here"
        seeds: Mapping[int, bool] = {seed: seed in classic.reached for seed in range(classic.seeds)}
        if self._own is not None and _is_same(own, self._own[0]):
            seeds, whose = self._own[1], "your seeds"
            result += f" Your own: {sum(seeds.values())} of {count_text(len(seeds), 'seed')}."
        self.pictures.show_found(found, seeds, whose)
        changed = (
            "" if _is_same(own, self._preset.experiment) else "Your settings are not those of the paper."
        )
        told = " ".join(filter(None, (f"{classic.cited}.", classic.differs, changed)))
        tip = f"From {CLASSIC_SEEDS} seeds, for {classic.epochs:,} epochs each, on the page Runs."
        # What a screen reader announces is the classic, and not each new number.
        answers = [("train", f"Train {CLASSIC_SEEDS} seeds", tip)] if PLUGINS.given("train_seeds") else []
        if classic.sweep and answers:
            tip = "Puts the settings that its source tried into the form of a sweep."
            answers.append(("sweep", "Its sweep", tip))
        self.show_notice(Notice(f"{self._preset.heading}. {classic.claim} {told}", tuple(answers)))
        show_markup(self.label, f"<b>{escape(result)}</b><br>{escape(told)}")
        self.label.setToolTip(f"{classic.claim}\n{classic.source}")
        self.setAccessibleDescription(result)

    def _answer(self, name: str) -> None:
        classic = None if self._preset is None else self._preset.classic
        if classic is not None and name == "sweep":
            self.sweep_requested.emit(classic)
        elif classic is not None:
            self.seeds_requested.emit(CLASSIC_SEEDS, classic.epochs)
