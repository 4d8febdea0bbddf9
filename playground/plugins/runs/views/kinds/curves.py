"""Curves of the chosen runs, or of the best, above those of the others in grey."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QLabel, QWidget

from core.runs.run_columns import sorted_runs
from playground.plugin import ThemeSource, set_up, vbox
from playground.plugins.runs.views.run_curves import RunCurves
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown, ViewRow
from playground.views.theme.colors import run_colors

_BEST: Final = 8
_MOST: Final = 60
"""Above that, more grey curves tell nothing, and would all be loaded."""


class CurvesView(RunView):
    """Of many seeds: the band of their quantiles, with the chosen ones on it."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.curves = RunCurves(themes, "The curves of these runs appear here", self.content)
        self.told = set_up(QLabel(self.content), role="muted")
        vbox((self.curves, 1), self.told, parent=self.content, margins=(16, 8, 16, 8))
        self.setFocusProxy(self.curves.chart)

    def draw(self, shown: Shown) -> None:
        runs, others = shown.of_one_data()
        theme = self._themes.theme
        is_band = shown.kind == "seeds" and len(runs) > 2
        best = sorted_runs(runs, "test_score")
        chosen = [run for run in runs if run.id in shown.selected]
        loud = chosen if chosen or is_band else best[:_BEST]
        quiet = [] if is_band else [run for run in best if run not in loud][: max(0, _MOST - len(loud))]
        colors = (*run_colors(theme), theme.text, theme.text_muted)
        marked = [
            (run, self.colors.get(run.id) or colors[place % len(colors)], False)
            for place, run in enumerate(loud)
        ]
        marked += [(run, theme.border_strong, True) for run in quiet]
        banded = best if is_band else []
        known = shown.curves
        self.curves.show_runs(
            [(run, known[run.id], *how) for run, *how in marked if run.id in known],  # type: ignore[misc]
            [(run, known[run.id]) for run in banded if run.id in known],
        )
        self.want("curves", (run.id for run in (*loud, *quiet, *banded)))
        words = ["Line: median. Dark band: the middle half. Pale band: all."] if is_band else []
        if quiet and not chosen:
            words.append(f"In color: the best {len(loud)} of {len(runs):,}.")
        self.told.setText(" ".join([*words, others and f"{others}."]).strip())
        self.told.setVisible(bool(self.told.text()))


VIEWS.register(ViewRow("curves", "Curves", "Losses and scores over the epochs", 30, CurvesView))
