"""Models of scikit-learn on the same split, with their boundaries: is the network worth it?"""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import code_size
from core.io.budget import OnProgress
from core.io.number_text import rounded_text
from core.probes.baselines import BASELINES, BaselineResult, Baselines, comparison_sentence, fit_baselines
from core.train.tasks import Classification, Score, Task
from playground.plugin import GRID_PX, STRETCH, ScrollArea, ThemeSource, hbox, set_up, vbox
from playground.plugins.probes.views.page import Material, Outcome, ProbePage, Work, register

_PICTURE_PX = 148
_COLUMNS = 2


@register
class BaselinesPage(ProbePage):
    kind = "baselines"
    title = "Baselines"
    summary = (
        "Linear model, nearest neighbours, random forest and gradient boosting of scikit-learn, "
        "on the inputs and the split of the network."
    )
    group = "Is it worth it?"
    verb = "Train all"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._results: tuple[BaselineResult, ...] = ()
        self._task: Task = Classification()
        self._score = math.nan
        inside = QWidget(self)
        self.cards = {each.name: _Card(each.title, each.settings, inside) for each in BASELINES}
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID_PX)
        for number, card in enumerate(self.cards.values()):
            grid.addWidget(card, number // _COLUMNS, number % _COLUMNS)
        grid.setRowStretch(len(self.cards), 1)
        for place in range(_COLUMNS):
            grid.setColumnStretch(place, 1)
        vbox(ScrollArea(self, inside, sideways=True), parent=self, margins=0)
        themes.theme_changed.connect(self._draw)

    def work(self) -> Work:
        def run(material: Material, report: OnProgress) -> tuple[Baselines, float, Task]:
            prepared = material.subject.prepared
            experiment = material.subject.experiment
            found = fit_baselines(prepared, report, seed=experiment.seed, code=code_size(experiment) or 2)
            return found, material.score, prepared.task

        return run

    def show_experiment(self, experiment: Experiment) -> None:
        self._task = experiment.task
        for name, card in self.cards.items():
            card.setVisible(name in self._task.baselines)

    def show_progress(self, progress: Baselines) -> None:
        self._results = progress.results
        for card in self.cards.values():
            card.show_waiting(is_now=card.name == progress.now)
        self._draw()

    def show_result(self, result: tuple[Baselines, float, Task]) -> Outcome:
        found, score, self._task = result
        self._results = found.results
        self._draw()
        sentence = comparison_sentence(found.results, score, self._task.score)
        if not sentence:
            sentence = "Train the network, and compare again: it has no score yet."
        good = [each.test_score for each in found.results if math.isfinite(each.test_score)]
        return Outcome(sentence, True if good and score > max(good) + 0.01 else None)

    @property
    def baselines(self) -> tuple[BaselineResult, ...]:
        return self._results

    def clear(self) -> None:
        self._results = ()
        for card in self.cards.values():
            card.show_waiting(is_now=False)

    def _draw(self) -> None:
        for result in self._results:
            picture = None
            if result.boundary is not None and self.paint_boundary is not None:
                picture = self.paint_boundary(
                    result.boundary, self._themes.theme, _PICTURE_PX, self._task.classifies
                )
            self.cards[result.name].show_result(result, picture, self._task.score)


class _Card(QFrame):
    """One model: its name, score, seconds and boundary."""

    def __init__(self, title: str, settings: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = title
        self.setProperty("role", "lane")
        self.setAccessibleName(title)
        heading = set_up(QLabel(title, self), role="title")
        self.settings = set_up(QLabel(settings, self), role="caption", wordWrap=True)
        self.score, self.rest = (
            set_up(QLabel(self), role="value"),
            set_up(QLabel(self), role="caption", wordWrap=True),
        )
        self.picture = set_up(QLabel(self), role="caption", accessibleName=f"Decision boundary of {title}")
        self.picture.setFixedSize(_PICTURE_PX, _PICTURE_PX)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = vbox(heading, self.settings, self.score, self.rest, STRETCH, spacing=4)
        hbox((words, 1), self.picture, parent=self, margins=(12, 10, 12, 10), spacing=12)
        self.show_waiting(is_now=False)

    def show_waiting(self, *, is_now: bool) -> None:
        """Empty, or being trained."""
        self.score.setText("…" if is_now else "–")
        self.rest.setText("trains now" if is_now else "")
        self.picture.clear()

    def show_result(self, result: BaselineResult, picture: QPixmap | None, score: Score) -> None:
        """Score and seconds, or why there is none."""
        self.settings.setText(result.settings)
        self.score.setText(score.named(result.test_score))
        words = [f"training {score.named(result.train_score)}", f"{rounded_text(result.seconds, 2)} s"]
        if math.isnan(result.test_score):
            words = []
        self.rest.setText(" · ".join(words) + (f"\n{result.note}" if result.note else ""))
        if picture is not None:
            self.picture.setPixmap(picture)
        else:
            self.picture.setText("no plane to draw")
        self.setAccessibleDescription(f"{self.score.text()}, {self.rest.text()}")
