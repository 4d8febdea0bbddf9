"""The quiet bar above the network that says what other data or another task brought."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.datasets import Dataset
from core.experiment.change import Change
from core.runs.run_settings import RunSettings
from playground.model.document import Document
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.dataset_thumbnails import Thumbnail, ThumbnailLoader, paint_thumbnail
from playground.views.widgets.labels import show_markup
from playground.views.widgets.toast import Notice, NoticeBar

KEEP, UNDO = "Keep mine", "Undo"
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
        answers = [(UNDO, f"Return to {change.before.name}, as it was")]
        if change.mine is not None:
            answers.insert(0, (KEEP, f"Keep {_list(change.kept)} of the network before"))
        title, told = texts_of(change, imported=self._document.is_imported)
        self.show_notice(Notice(f"{title} {told}", tuple(answers)))
        show_markup(self.label, f"<b>{escape(title)}</b> {escape(told)}")
        self.picture.load(change.before.dataset, change.before.data_seed)

    def _answer(self, text: str) -> None:
        if text == KEEP:
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
        self._made: Thumbnail | None = None
        self._loader = ThumbnailLoader(self)
        self._loader.thumbnail_ready.connect(self._show)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def load(self, dataset: Dataset, seed: int) -> None:
        """Show the data, as soon as they are read."""
        self._made = None
        self._loader.load(dataset, seed, "before")
        self.update()

    def _show(self, _: object, made: Thumbnail) -> None:
        self._made = made
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE_PX, _SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._made is not None:
            ratio, theme = self.devicePixelRatio(), self._themes.theme
            QPainter(self).drawImage(0, 0, paint_thumbnail(self._made, theme, _SIDE_PX, _SIDE_PX, ratio))
