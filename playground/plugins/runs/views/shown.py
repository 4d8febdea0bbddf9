"""What the views of a set of runs have in common: what they get, what they say, and their list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget

from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_set import RunSet
from core.spec import Members
from playground.plugin import ThemeSource, set_up, vbox
from playground.plugins.runs.live_run import LiveSet
from playground.views.theme.colors import run_colors


@dataclass(frozen=True, eq=False)
class Shown:
    """Runs, and what is known of them by now.

    - `set`: None for all runs, or those with a star. `runs`: in the order of the list.
    - `selected`: their numbers, in the order of their selection. `base`: the run that others are compared with.
    - `curves`, `pictures`: as far as they are loaded, by run; a null picture where there is none.
    - `training`: the runs that are trained now. `live`: the set as far as it is trained in the window.
    """

    set: RunSet | None = None
    runs: tuple[Run, ...] = ()
    selected: tuple[int, ...] = ()
    base: int | None = None
    curves: Mapping[int, Curves] = field(default_factory=dict)
    pictures: Mapping[int, QImage] = field(default_factory=dict)
    training: frozenset[int] = frozenset()
    live: LiveSet | None = None

    @property
    def kind(self) -> str:
        """Of the set: "race", "seeds", "sweep", "lesson", or "" for none."""
        of = self.live or self.set
        return of.kind if of is not None else ""

    def of_one_data(self) -> tuple[tuple[Run, ...], str]:
        """The runs on the data of the first one that is selected, or of the first; and what is said of the others."""
        first = next((run for run in self.runs if run.id in self.selected[:1]), next(iter(self.runs), None))
        shown = tuple(run for run in self.runs if first is not None and run.data_key == first.data_key)
        labels = [run.data_label for run in self.runs if first is not None and run.data_key != first.data_key]
        named = " and ".join(dict.fromkeys(labels)) if len(set(labels)) < 3 else "other data"
        one, many = f"1 run on {named} is not shown", f"{len(labels):,} runs on {named} are not shown"
        return shown, (one if len(labels) == 1 else many) if labels else ""


class RunView(QWidget):
    """Base of the views: `draw` shows runs, unless `why_not` has a sentence, which then stands in the middle."""

    chosen = Signal(int)
    """A run that was clicked, or chosen by keys, which is selected alone."""
    selection_changed = Signal(list)
    """Other runs are selected, none or several: by Ctrl and a click, or Ctrl+Space."""
    opened = Signal(int)
    """A run that was double clicked, or on which Return was pressed."""
    wished = Signal(str, int)
    """What keys want for a run: star, rename or delete."""
    menu_requested = Signal(QPoint)
    """At a place of the screen, for the selection."""
    message_requested = Signal(str)
    lane_wished = Signal(str, int, tuple)
    """What a lane of a live race is to do, as `RaceController.act` takes it."""
    pixels_changed = Signal(int)
    """A picture of a live set has another side, in pixels of the screen."""
    wanted = Signal(str, list)
    """"curves" or "pictures", and the runs of which they are to be shown and are not loaded."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.shown = Shown()
        self.hint = set_up(QLabel(self), role="muted", wordWrap=True, visible=False)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.content = QWidget(self)
        vbox((self.content, 1), (self.hint, 1), parent=self, margins=0, spacing=0)
        self._asked: dict[str, set[int]] = {"curves": set(), "pictures": set()}
        themes.theme_changed.connect(self._restyle)

    def _restyle(self) -> None:
        # Bound: a lambda would be called after the view is gone.
        self.show_runs(self.shown)

    def why_not(self, shown: Shown) -> str:
        """A sentence where the view can say nothing of these runs; else ""."""
        return "" if shown.runs else "No runs to show"

    def draw(self, shown: Shown) -> None:
        """Show runs of which the view can say something."""
        raise NotImplementedError

    def show_runs(self, shown: Shown) -> None:
        """Show these runs, or say why not."""
        if shown.live is None and self.shown.live is not None:
            self.forget()
        self.shown = shown
        for part, asked in self._asked.items():
            asked.difference_update(getattr(shown, part))
        sentence = self.why_not(shown)
        had_focus = self.content.isAncestorOf(self.focusWidget() or self)
        self.hint.setText(sentence)
        self.hint.setVisible(bool(sentence))
        self.content.setVisible(not sentence)
        if not sentence:
            self.draw(shown)
        elif had_focus:
            # What hides passes its focus on to any field, which the next key would change.
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, live: LiveSet) -> None:
        """Show what of a live set changes with every frame; the rest comes a few times a second by `draw`."""

    def forget(self) -> None:
        """Let go of a live set: its data may be hundreds of MB."""

    @property
    def colors(self) -> dict[int, str]:
        """The colors of the selected runs, as long as there are any left."""
        return dict(zip(self.shown.selected, run_colors(self._themes.theme), strict=False))

    def want(self, part: str, runs: Iterable[int]) -> None:
        """Request "curves" or "pictures" of runs that are not there, each once as long as they are not."""
        known: Mapping[int, object] = getattr(self.shown, part)
        asked = self._asked[part]
        if missing := [run for run in dict.fromkeys(runs) if run not in known and run not in asked]:
            asked.update(missing)
            self.wanted.emit(part, missing)

    def select(self, runs: Sequence[int]) -> None:
        """Tell which runs the user has selected."""
        if len(runs) == 1:
            self.chosen.emit(runs[0])
        else:
            self.selection_changed.emit(list(runs))

    def pick(self, run: int, more: bool) -> None:
        """Select a run, with `more` besides those that are selected, or no longer."""
        self.select(self.toggled(run) if more else [run])

    def toggled(self, run: int) -> list[int]:
        """The selection with a run, or without it if it is there."""
        selected = self.shown.selected
        return [each for each in selected if each != run] if run in selected else [*selected, run]


@dataclass(frozen=True)
class ViewRow:
    """A view: its name, title, tooltip, position and how to make it."""

    kind: str
    title: str
    tip: str
    position: int
    widget: Callable[[ThemeSource, QWidget | None], RunView]


VIEWS: Final = Members[ViewRow]()
"""To add a view, register a row in a new module of `playground.plugins.runs.views.kinds`; its segment follows."""
