"""The page of the race, and the ways to it: menus of other values, and copies of the document."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from core.experiment.experiment import Experiment
from playground.commands.page import Page
from playground.views.menus import offer_duplicates
from playground.window.pages.pages import PAGES, PageRow, PageWindow

if TYPE_CHECKING:
    from playground.commands.race_commands import RaceController


def _make(window: PageWindow) -> Page:
    from playground.commands.race_commands import RaceController

    return RaceController(window.context, window.files, window.runs)


def _connect(window: PageWindow) -> None:
    document, fields = window.context.document, window.panels.training_bar.fields
    race_document = partial(_race_document, window)
    window.menu_area.duplicates.chosen.connect(race_document)
    document.duplicate_requested.connect(partial(_race_experiment, window))
    for field, name in (
        (fields.learning_rate, "Rate"),
        (fields.optimizer, "Optimizer"),
        (fields.batch_size, "Batch size"),
        (fields.regularizer, "Regularization"),
    ):
        offer_duplicates(field, document, name, race_document)


PAGES.register(PageRow("race", "Race", "Train two to four configurations side by side.", 30, _make, _connect))


def race(window: PageWindow, experiments: list[Experiment], *, same_data: bool = True) -> None:
    """Race kept runs or trials."""
    _page(window).race_runs(experiments, same_data=same_data)
    window.pages.show("race")


def _race_document(window: PageWindow, name: str, value: object) -> None:
    """Race the open document against a copy with another value of one setting."""
    _page(window).race_document(name, value)
    window.pages.show("race")


def _race_experiment(window: PageWindow, experiment: Experiment) -> None:
    """Race the open document against an experiment that was made of it."""
    _page(window).race_experiment(experiment)
    window.pages.show("race")


def _page(window: PageWindow) -> RaceController:
    return cast("RaceController", window.pages.page("race"))
