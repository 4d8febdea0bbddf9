"""The columns of runs and of trials: one name, title and text for each number, everywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, TypeVar

from ..io.number_text import HeldName, held_text, loss_text, seconds_text
from ..train.tasks import Classification, Regression
from ..train.tasks.task import Score
from .columns import Column, Columns
from .run import SEALED, Run
from .run_settings import head_of
from .trial import Measures

Row = TypeVar("Row", bound=Measures)


def run_score(run: Run) -> Score:
    """How a run's score is written: as accuracy or R²."""
    return (Classification if run.classifies else Regression).score


@dataclass(frozen=True)
class _ScoreColumn(Column[Row]):
    """A score, by the task of its row."""

    score: Callable[[Row], Score] = lambda _: Classification.score
    is_named: bool = False

    def shown(self, row: Row) -> str:
        score, value = self.score(row), self.value(row)
        return score.named(value) if self.is_named and not math.isnan(value) else score.text(value)


@dataclass(frozen=True)
class _EpochsColumn(Column[Row]):
    """Epochs, and batches of the next one: "368 + 3/35"."""

    def shown(self, row: Row) -> str:
        return row.place or super().shown(row)


def measured_columns(score: Callable[[Row], Score], *, is_named: bool = False) -> tuple[Column[Row], ...]:
    """Seed, status, costs, losses and scores of a training.

    `is_named`: a score that is no share says what it is, as rows have several tasks.
    """

    def score_column(name: str, title: str, short: str, tip: str, order: str) -> Column[Row]:
        return _ScoreColumn(
            name, title, attrgetter(name), best="high", tie=name.replace("score", "loss"), tip=tip, short=short,
            width_px=80, order=order, score=score, is_named=is_named,
        )  # fmt: skip

    return (
        Column("seed", "Seed", lambda row: row.trial.seed),
        Column("status", "State", lambda row: row.status),
        _EpochsColumn(
            "epochs", "Epochs", lambda row: row.epochs, text="{:,.0f}".format, best="high", width_px=84,
            order="Most epochs first",
        ),
        Column("place", "Place", lambda row: row.place or f"{row.epochs:,.0f}", where="table"),
        Column(
            # To the microsecond: what a clock says below that is noise.
            "seconds", "Seconds", lambda row: round(row.seconds, 6), text=seconds_text, best="low", width_px=74,
            tip="Time spent on training steps", order="Fewest seconds first",
        ),
        Column(
            "parameters", "Parameters", lambda row: row.parameters, text="{:,}".format, best="low", short="Params",
            width_px=62, order="Fewest parameters first",
        ),
        Column(
            "train_loss", "Train loss", lambda row: row.train_loss, text=loss_text, best="low", width_px=72,
            tip="Loss on the training samples", short="Loss train", order="Lowest train loss first",
        ),
        Column(
            "test_loss", "Test loss", lambda row: row.test_loss, text=loss_text, best="low", tie="train_score",
            tip="Loss on the test samples", short="test", width_px=60, order="Lowest test loss first",
        ),
        score_column(
            "train_score", "Train score", "Score train", "Accuracy on the training samples; R² for values",
            "Best train first",
        ),
        score_column(
            "test_score", "Test score", "test", "Accuracy on the test samples; R² for values",
            "Best test first",
        ),
        Column("distance", "Distance", lambda row: row.distance, text=loss_text, best="low"),
        Column("sentence", "Why", lambda row: row.sentence),
    )  # fmt: skip


def _date(run: Run) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.created))


RUNS: Final = Columns[Run](
    Column("run", "Run", lambda run: run.id),
    Column("created", "Date", _date, where="table"),
    Column(
        "starred", "Star", lambda run: run.starred, text=lambda on: "starred" if on else "", width_px=28,
        tip="Starred runs are never removed to make room",
    ),
    Column("data", "Data", lambda run: run.data_label),
    Column("about_data", "About the data", lambda run: run.data_text, where="table"),
    Column("score_name", "Score", lambda run: run_score(run).key, where="table"),
    Column("name", "Name", lambda run: run.name, order="By name"),
    Column("note", "Note", lambda run: run.note, where="table"),
    *measured_columns(run_score, is_named=True),
    Column("opened", "Sealed test", lambda run: run.opened, where="table"),
    Column("newest", "Newest", lambda run: run.id, best="high", order="Newest first", where="order"),
    Column("oldest", "Oldest", lambda run: run.id, best="low", order="Oldest first", where="order"),
)  # fmt: skip
"""All columns of runs."""


def held_of(runs: Iterable[Run]) -> HeldName:
    """What the figures of runs beside training are of: validation where a test is sealed in each, else test."""
    sealed = {f"{SEALED}," in f"{run.data_text}," for run in runs}
    return "validation" if sealed == {True} else "test"


def title_of(column: Column[Run], runs: Sequence[Run]) -> str:
    """A column's title, which names what all runs have the same: "Test accuracy", "Validation accuracy"."""
    names = {run_score(run).name for run in runs}
    title = column.title.replace("score", names.pop()) if len(names) == 1 else column.title
    return held_text(title, held_of(runs))


def sorted_runs(runs: Iterable[Run], order: str, *, reverse: bool = False) -> list[Run]:
    """The runs by one of `RUNS.orders`, equal ones newest first; `reverse` turns the order around."""
    return RUNS.sorted(sorted(runs, key=lambda run: run.id, reverse=True), order, reverse=reverse)


def runs_csv(runs: Sequence[Run]) -> str:
    """A line for every run, with all settings as columns; empty where not measured."""
    return RUNS.with_settings(
        runs, lambda run: {head_of(name): text for name, text in run.settings.by_name.items()}
    ).csv(runs)
