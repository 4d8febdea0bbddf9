"""What is known of the chosen run, of several, or of the whole set, and what can be done with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, partial
from statistics import median
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from core.io.number_text import count_text, held_text, loss_text, percent_text
from core.runs.run import Run
from core.runs.run_columns import held_of, run_score, sorted_runs
from playground.plugin import STRETCH, CutLabel, ThemeSource, hairline, hbox, set_up, vbox
from playground.plugins.runs.views.changes_view import TARGET, ChangesView, differing, epochs_to, results
from playground.plugins.runs.views.run_curves import RunCurves
from playground.plugins.runs.views.shown import RunView, Shown
from playground.views.theme.colors import run_colors
from playground.views.theme.icons import BESIDE_TEXT, Role, icon
from playground.views.widgets import SectionTitle, StatTile
from playground.views.widgets.controls import ScrollArea, push_button, tool_button
from playground.views.widgets.picture_plot import SquarePicture

MIN_PX, MAX_PX = 300, 620
_MAX_RACED: Final = 4
_MAX_LISTED: Final = 6
_MAX_LOADED: Final = 64
"""Of more runs not all curves are loaded for the figures of a set."""
_NOTHING: Final = "Figures, settings and curves of a run stand here, as soon as there is one."
_PICTURE: Final = QSize(260, 260)


class Action(NamedTuple):
    """What can be done with so many runs; `where` it has a button: "one", "many", "both", or only in the menu."""

    name: str
    text: str
    picture: str
    tip: str
    least: int = 1
    most: int = 1
    where: str = ""


_BRANCH_TIP: Final = "Go on from this run's weights in the open document; undo goes back"
_BESIDE_TIP: Final = "See the open network beside this run: layers, weights and predictions"
_RACE_TIP: Final = "Train the selected settings side by side, from the same start"
_PIN_TIP: Final = "Show these curves in the chart of the page Build, for the same data; again: no longer"
_MANY: Final = 1_000_000
ACTIONS: Final = (
    Action("open", "Open", "open", "Go on with this run in a document of its own (Return)", where="one"),
    Action("branch", "Branch", "branch", _BRANCH_TIP, where="one"),
    Action("beside", "Compare models", "", _BESIDE_TIP, where="one"),
    Action("race", "Race these", "race", _RACE_TIP, 1, _MAX_RACED, "many"),
    Action("pin", "Pin curves", "pin", _PIN_TIP, 1, 99, "many"),
    Action("export", "Export CSV", "download", "Save the selected runs as a table", 1, _MANY, "many"),
    Action("star", "Star", "", "Keep it for good; again: no longer (S)"),
    Action("rename", "Rename", "", "Give it another name (F2)"),
    Action("note", "Note", "note", "Write a note"),
    Action("delete", "Delete", "delete", "Take these runs off the list (Delete)", 1, _MANY, "many"),
)
"""Of buttons, the menu of a run and keys."""


class RunDetails(RunView):
    """What is chosen as words, figures and curves. `requested` carries the name of one of `ACTIONS`, and the runs."""

    requested = Signal(str, list)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        set_up(self, role="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.left_out: frozenset[str] = frozenset()
        """Names of those of `ACTIONS` that nobody here can do."""
        self.setMinimumWidth(MIN_PX)
        self.setMaximumWidth(MAX_PX)
        self.title = set_up(CutLabel(self), role="title")
        self.about = set_up(QLabel(self), role="muted", wordWrap=True)
        self.better = tool_button("Better run", "", self, clicked=lambda: self._step(-1), flat="true")
        self.worse = tool_button("Next best run", "", self, clicked=lambda: self._step(1), flat="true")
        self.star = tool_button("Star", "", self, clicked=lambda: self._request("star"), flat="true")
        self.more = tool_button("More", "", self, clicked=self._show_more, flat="true")
        self.picture = SquarePicture(_PICTURE, QSize(0, 120), self)
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.tiles = [StatTile("", parent=self) for _ in range(4)]
        self.sentence = set_up(QLabel(self), role="caption", wordWrap=True)
        self.changed, self.equal = SectionTitle("What changed", self), set_up(QLabel(self), role="caption")
        self.changes = ChangesView(themes, self)
        self._chart_place = QWidget(self)
        self.best = push_button(f"Race top {_MAX_RACED}", "Train the best side by side from the start", self)
        self.best.clicked.connect(lambda: self.requested.emit("race", [run.id for run in self._best()]))
        self.buttons: dict[str, QPushButton] = {}
        for action in ACTIONS:
            act = partial(self._request, action.name)
            button = push_button(action.text, action.tip, self, clicked=act, picture=action.picture)
            button.setObjectName(f"run_{action.name}")
            button.setIconSize(BESIDE_TEXT)
            self.buttons[action.name] = button
        self.buttons["open"].setProperty("primary", "true")
        self.buttons["race"].setProperty("primary", "true")
        self.buttons["delete"].setProperty("danger", "true")
        self._lay_out()
        self._restyle()

    @cached_property
    def curves(self) -> RunCurves:
        """Made with the first run that is selected: a chart takes an eighth of opening the page."""
        curves = RunCurves(
            self._themes, "The curves of this run appear here", self._chart_place, is_narrow=True
        )
        curves.chart.setMinimumHeight(130)
        vbox((curves, 1), parent=self._chart_place, margins=0)
        # Qt shows what is added to a visible widget with the next events only.
        curves.show()
        return curves

    @property
    def runs(self) -> list[Run]:
        """The selected ones that are there, in the order of their selection."""
        rows = {run.id: run for run in self.shown.runs}
        return [rows[run] for run in self.shown.selected if run in rows]

    def why_not(self, shown: Shown) -> str:
        return ""

    def draw(self, shown: Shown) -> None:
        """Show what is selected, or figures of all."""
        runs = self.runs
        one, none = len(runs) == 1, not runs
        for action in ACTIONS:
            button = self.buttons[action.name]
            is_here = action.name not in self.left_out and action.where == ("one" if one else "many")
            button.setVisible(not none and is_here)
            button.setEnabled(action.least <= len(runs) <= action.most)
        parts: tuple[tuple[QWidget, bool], ...] = (
            (self.star, one), (self.more, one), (self.better, one), (self.worse, one), (self.picture, one),
            (self.changes, not none), (self.changed, not none), (self.equal, not none), (self._chart_place, not none),
        )  # fmt: skip
        for part, is_shown in parts:
            part.setVisible(is_shown)
        self.best.setVisible(none and len(self._best()) > 1)
        for tile, (caption, value) in zip(self.tiles, [*self._figures(runs), *[("", "")] * 4], strict=False):
            tile.setVisible(bool(caption) and (len(runs) < 2))
            tile.set_caption(caption)
            tile.set_value(value)
        self.sentence.setText(runs[0].sentence if one else "")
        self.sentence.setVisible(bool(self.sentence.text()))
        if one:
            self._show_one(runs[0])
        elif none:
            usual = "Details" if not shown.runs else "All runs" if shown.live is None else "This set"
            name = usual if shown.set is None else shown.set.name
            about, (of_data, _) = count_text(len(shown.runs), "run"), shown.of_one_data()
            if len(of_data) < len(shown.runs):
                about += f"; the figures are of the {len(of_data):,} on {of_data[0].data_label}"
            self._show_head(name, about if shown.runs else _NOTHING)
        else:
            self._show_head(f"{len(runs)} selected", ", ".join(dict.fromkeys(run.data_label for run in runs)))
        if runs:
            self._show_changes(runs)

    def _show_head(self, title: str, about: str) -> None:
        self.title.setText(title)
        self.about.setText(about)
        self.about.setVisible(bool(about))

    def _show_one(self, run: Run) -> None:
        words = [", ".join(filter(None, (run.data_label, run.data_text))), run.note]
        self._show_head(run.name, " · ".join(filter(None, words)))
        image = self.shown.pictures.get(run.id)
        self.picture.show_image(QImage() if image is None else image)
        self.picture.setVisible(image is not None and not image.isNull())
        self.want("pictures", [run.id])
        self.star.setText("★" if run.starred else "☆")
        self.star.setToolTip("Take the star away (S)" if run.starred else "Keep it for good (S)")
        ordered = [each.id for each in self._ranked()]
        place = ordered.index(run.id)
        self.better.setEnabled(place > 0)
        self.worse.setEnabled(place < len(ordered) - 1)
        for arrow in (self.better, self.worse):
            arrow.setToolTip(f"{arrow.accessibleName()}; this one is number {place + 1} of {len(ordered):,}")

    def _show_changes(self, runs: Sequence[Run]) -> None:
        """The settings that differ, from those of the base where one run is chosen, and the curves."""
        base = next((run for run in self.shown.runs if run.id == self.shown.base), None)
        theme, known = self._themes.theme, self.shown.curves
        is_one = len(runs) == 1
        compared = [base, *runs] if is_one and base is not None and base is not runs[0] else list(runs)
        compared = compared[:_MAX_LISTED]
        colors = (
            [theme.text_faint, theme.accent] if is_one and len(compared) == 2 else list(run_colors(theme))
        )
        facts, equal = differing(compared)
        if is_one:
            self.changed.set_text("Differs from Base" if len(compared) == 2 else "Settings")
            self.changed.setToolTip("" if base is None else f"Base is “{base.name}”")
        else:
            self.changed.set_text("What changed")
            facts += results(compared, known)
        if len(compared) == 1:
            facts, equal = [], 0
        self.equal.setText(
            "1 setting is equal" if equal == 1 else f"{equal:,} settings are equal" if equal else ""
        )
        self.changes.show_facts(
            [(run.name, color) for run, color in zip(compared, colors, strict=False)], facts
        )
        for part in (self.changes, self.changed, self.equal):
            part.setVisible(len(compared) > 1)
        marked = zip(compared, colors, strict=False)
        self.curves.show_runs(
            [(run, known[run.id], color, False) for run, color in marked if run.id in known]
        )
        self.want("curves", [run.id for run in compared])

    def _figures(self, runs: Sequence[Run]) -> list[tuple[str, str]]:
        """Caption and text of the numbers of one run, or of all."""
        if runs:
            run, score = runs[0], run_score(runs[0])
            held = held_of([run])
            return [
                (held_text(score.title, held), score.text(run.final_score)),
                (held_text("Test loss", held), loss_text(run.final_loss)),
            ]
        of_data, _ = self.shown.of_one_data()
        known_scores = (run.final_score for run in of_data if run.status == "done")
        scores = [score for score in known_scores if math.isfinite(score)]
        if not scores:
            return []
        score = run_score(of_data[0])
        found = [
            (f"Median {score.name}", score.text(median(scores))),
            ("Best", score.text(max(scores))),
            ("Worst", score.text(min(scores))),
        ]
        if score.is_share and len(of_data) <= _MAX_LOADED:
            self.want("curves", [run.id for run in of_data])
        reached = (
            [epochs_to(self.shown.curves.get(run.id), TARGET) for run in of_data] if score.is_share else []
        )
        if known := [epochs for epochs in reached if math.isfinite(epochs)]:
            found.append((f"Epochs to {percent_text(TARGET)}", f"{median(known):,.0f}"))
        return found

    def _ranked(self) -> list[Run]:
        return sorted_runs(self.shown.runs, "test_score")

    def _best(self) -> list[Run]:
        runs, _ = self.shown.of_one_data()
        return [run for run in sorted_runs(runs, "test_score") if run.status == "done"][:_MAX_RACED]

    def _step(self, count: int) -> None:
        """Choose the run that is some places worse than the chosen one."""
        ordered = [run.id for run in self._ranked()]
        place = ordered.index(self.runs[0].id) + count if self.runs else -1
        if 0 <= place < len(ordered):
            self.chosen.emit(ordered[place])

    def _request(self, name: str, _: bool = False) -> None:
        if self.runs:
            self.requested.emit(name, [run.id for run in self.runs])

    def _show_more(self) -> None:
        self.show_menu(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def show_menu(self, at: QPoint) -> None:
        """Offer all that can be done with the selection, at a place of the screen."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in (each for each in ACTIONS if each.name not in self.left_out):
            button = self.buttons[action.name]
            row = menu.addAction(button.icon(), button.text())
            row.setEnabled(button.isEnabled())
            row.triggered.connect(partial(self._request, action.name))
        menu.popup(at)

    def _lay_out(self) -> None:
        head = hbox((self.title, 1), self.better, self.worse, self.star, self.more, spacing=4)
        tiles = vbox(hbox(*self.tiles[:2], spacing=6), hbox(*self.tiles[2:], spacing=6), spacing=6)
        middle = QWidget(self)
        vbox(
            self.sentence, self.picture, tiles, hbox(self.changed, STRETCH, self.equal), self.changes,
            (self._chart_place, 1), self.best, STRETCH,
            parent=middle, margins=(10, 6, 10, 6), spacing=8,
        )  # fmt: skip
        own = self.buttons
        foot = vbox(
            hbox(own["open"], own["branch"], spacing=8), own["beside"],
            hbox(own["race"], own["pin"], spacing=8), hbox(own["export"], own["delete"], spacing=8),
            margins=(14, 8, 14, 10), spacing=6,
        )  # fmt: skip
        above = vbox(head, self.about, margins=(14, 10, 8, 6), spacing=2)
        vbox(
            above,
            (ScrollArea(self, middle), 1),
            hairline(self),
            foot,
            parent=self.content,
            margins=0,
            spacing=0,
        )

    def _restyle(self) -> None:
        theme = self._themes.theme
        roles: dict[str, Role] = {"open": "on_accent", "race": "on_accent", "delete": "danger"}
        for action in ACTIONS:
            if action.picture:
                self.buttons[action.name].setIcon(
                    icon(action.picture, theme, roles.get(action.name, "normal"))
                )
        for button, name in (
            (self.better, "chevron_left"),
            (self.worse, "chevron_right"),
            (self.more, "more"),
        ):
            button.setIcon(icon(name, theme))
        self.best.setIcon(icon("race", theme))
        super()._restyle()
