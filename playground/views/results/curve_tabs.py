"""Curves per epoch: loss, the task's score, and learning rate beside gradient norm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QWidget

from core.data.raw_form import RawTokens
from core.inspect.flow_field import FlowPaths, FlowPathsPart
from core.inspect.reference_levels import LevelsPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import held_text, loss_text, percent_text, rounded_text
from core.nn.autoencoder import is_variational
from core.train.figures import SPLITS
from core.train.history import History
from playground.model.document import Document
from playground.views.results.curves_plot import CurvesPlot
from playground.views.results.previous_runs import Column
from playground.views.results.tab import TABS, ResultsTab, Tile
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.curve_scale import Quantity
from playground.views.widgets.number_format import number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


def rows_of(snapshot: Snapshot) -> History:
    """The history that is drawn: a weight that was set by hand changes what its last row says, without a step."""
    history, figures = snapshot.history, snapshot.figures
    if figures.is_old or snapshot.is_past or not len(history):
        return history
    row = history.epoch[-1], history.train_samples[-1], history.test_samples[-1]
    measured = figures.place.position, figures.train.samples, figures.test.samples
    return history.with_rest(figures) if row == measured else history


class CurveTab(ResultsTab):
    """Curves per epoch, with earlier runs behind."""

    column: Column = "loss"
    """Column of the history that is drawn, of earlier runs too."""
    page: CurvesPlot

    shows_scores = True

    @property
    def parts(self) -> Mapping[str, Any]:
        return {LevelsPart.kind: True} if self._has_levels and self.column != "rate" else {}

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.set_held(prepared.held_name)
        self.page.canvas.show_levels(())

    def show_levels(self, snapshot: Snapshot) -> None:
        """Draw what is reached without a network."""
        if (levels := snapshot.part(LevelsPart)) is not None:
            named = [(each.title, each.loss if self.column == "loss" else each.score) for each in levels]
            self.page.canvas.show_levels([(name, value) for name, value in named if math.isfinite(value)])

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> CurvesPlot:
        return CurvesPlot(themes, panel, quantity=self.column)

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, ...] | None:
        unseen = "The {} on the samples that the network has never seen"
        name = self._score.name
        score = self._tile(
            held_text(f"Test {name}", self._held), unseen.format(name), self._score.text, "score", snapshot
        )
        loss = self._tile(
            held_text("Test loss", self._held), unseen.format("loss"), loss_text, "loss", snapshot
        )
        if self._makes_samples:
            # What is made counts; R² of velocities, of which many lead to one place, never comes near 1.
            return loss, *_of_samples(None if snapshot is None else snapshot.part(FlowPathsPart))
        if self._raw is not None and self.column == "loss":
            return loss, self._choices(self._raw, snapshot)
        return score, loss

    def _choices(self, raw: RawTokens, snapshot: Snapshot | None) -> Tile:
        tooltip = (
            f"Perplexity: the network is as unsure as between so many {raw.plural} that are equally likely; "
            f"guessing is as unsure as between all {self._tokens:,}"
        )
        return self._tile(f"Choices a {raw.noun}", tooltip, self._choices_text, "loss", snapshot)

    def _choices_text(self, loss: float) -> str:
        """There are no more choices than tokens: one that is sure of wrong ones is worse than guessing."""
        if loss != loss:
            return "–"
        choices = math.exp(min(loss, 50.0))
        return f"over {self._tokens:,}" if choices > self._tokens else number_text(choices, 1)

    def values_of(self, snapshot: Snapshot) -> tuple[float, float] | None:
        """The values of both curves at this very moment, which may have no row; None where that is not known."""
        figures = snapshot.figures
        if self.column == "rate" or figures.is_old:
            return None
        field = "loss" if self.column == "loss" else "score"
        train, test = (getattr(figures.of(split), field) for split in SPLITS)
        return train, test

    def parts_of(self, snapshot: Snapshot) -> Callable[[float | None], tuple[str, str]]:
        """Of which samples the values of a row of the history are, or for None those of this moment."""
        figures = snapshot.figures

        def parts(position: float | None) -> tuple[str, str]:
            if not self.shows_scores:
                return "", ""
            if position is None:
                return figures.train.part, figures.test.part
            history = rows_of(snapshot)
            row = min(int(np.searchsorted(history.epoch, position)), len(history) - 1)
            counts = zip((history.train_samples, history.test_samples), SPLITS, strict=True)
            train, test = (
                replace(figures.of(split), samples=int(np.nan_to_num(column[row]))).part
                for column, split in counts
            )
            return train, test

        return parts

    @staticmethod
    def rests(snapshot: Snapshot) -> bool:
        """Whether the figures are of all samples, and the history has no row of them."""
        figures, history = snapshot.figures, snapshot.history
        train, test = (figures.of(split) for split in SPLITS)
        if figures.is_old or train.is_part or test.is_part or not len(history):
            return False
        row = history.epoch[-1], history.train_samples[-1], history.test_samples[-1]
        return row != (figures.place.position, train.samples, test.samples)

    def of_batches(self, snapshot: Snapshot) -> bool:
        """Whether the training curve is the mean of the batches, as in old files."""
        history = snapshot.history
        return self.column == "loss" and len(history) > 0 and bool(np.isnan(history.train_loss).all())

    @staticmethod
    def _tile(
        caption: str, tooltip: str, text: Callable[[float], str], field: str, snapshot: Snapshot | None
    ) -> Tile:
        """The test value over that of training, with what the two are of, and when."""
        if snapshot is None:
            return Tile(caption, tooltip, below="train –")
        figures = snapshot.figures
        train, test = (figures.of(split) for split in SPLITS)
        moment = f", epoch {figures.place.text}" if figures.is_old else ""
        parts = [each.part and f" {each.part}" for each in (train, test)]
        measured = " / ".join(f"{each.samples:,}" for each in (train, test) if each.samples)
        some = "" if not any(parts) else " of some, corrected by all" if train.corrected else " of some"
        basis = f"Measured on {measured or 'unknown'} samples{some}, in use (dropout off)"
        return Tile(
            f"{caption}{parts[1]}{moment}",
            f"{tooltip}. Train: on those that it learns from.\n{basis}, at epoch {figures.place.text}",
            text(getattr(test, field)),
            f"train {text(getattr(train, field))}{parts[0]}",
        )

    def clear(self) -> None:
        self.page.clear()


@TABS.register
class CurvesTab(CurveTab):
    """The loss in training and test, with a Sampling layer both parts of the test loss; or the task's score."""

    kind = "curves"
    title = "Curves"
    tooltip = "How wrong the network is, or how often it is right, over the epochs"
    position = 10
    _note = ""

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        note = "of the scaled target" if prepared.encoding.scale else ""
        self._note = f"nats a {self._raw.noun}" if self._raw else note
        self.show_column(self.column)

    def show_column(self, column: Column) -> None:
        """Show the loss, or the score called "accuracy"; with the next snapshot."""
        self.column, is_loss = column, column == "loss"
        self.page.canvas.show_levels(())
        self.page.set_note(self._note if is_loss else "")
        self.page.set_quantity("loss" if is_loss else self._score.key)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.show_levels(snapshot)
        history = rows_of(snapshot)
        curves = history.train_accuracy, history.test_accuracy
        if self.column == "loss":
            curves = history.drawn_loss, history.test_loss
            of: Quantity = "spread" if self._has_spread(snapshot) else "loss"
            if of != self.page.quantity:
                self.page.set_quantity(of)
            if of == "spread":
                curves = history.test_added, history.test_loss - history.test_added
        self.page.show_curves(history.epoch, *curves, snapshot.marks)

    def values_of(self, snapshot: Snapshot) -> tuple[float, float] | None:
        # Of a moment without a row the parts are not known.
        return None if self._has_spread(snapshot) else super().values_of(snapshot)

    def _has_spread(self, snapshot: Snapshot) -> bool:
        return self.column == "loss" and self._tested > 0 and is_variational(snapshot.experiment.layers)


@TABS.register
class RateTab(CurveTab):
    """Learning rate and gradient norm."""

    kind = "rate"
    title = "Rate"
    tooltip = "How large the steps are and how steep the loss is, over the epochs"
    position = 50
    column = "rate"
    shows_scores = False
    is_under_more = True

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, Tile]:
        rate, norm = math.nan, math.nan
        if snapshot is not None:
            history = snapshot.history
            norms = history.gradient_norm[history.epoch <= snapshot.fractional_epoch]
            rate, norm = snapshot.learning_rate, float(norms[-1]) if len(norms) else math.nan
        steep = "How steep the loss is: the length of the gradient at the end of the epoch"
        return (
            Tile(
                "Learning rate",
                "How large the steps are, as far as the schedule leaves them",
                rounded_text(rate),
            ),
            Tile("Gradient norm", steep, rounded_text(norm)),
        )

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.learning_rate, history.gradient_norm, snapshot.marks)


def _of_samples(made: FlowPaths | None) -> tuple[Tile, Tile]:
    one, back, covered, count = math.nan, math.nan, math.nan, 0
    if made is not None:
        one, back, covered, count = made.to_data, made.to_samples, made.covered, made.paths.shape[1]
    return (
        Tile(
            "Distance to data",
            "How far the samples that are made lie from the nearest of the data, on average, and the data from the "
            "nearest of them; 0 is best",
            number_text(one),
            f"back {number_text(back)}",
        ),
        Tile(
            "Data covered",
            "How many of the data have a sample as near as their fifth neighbour; 100 % is best",
            percent_text(covered),
            f"by {count} samples",
        ),
    )
