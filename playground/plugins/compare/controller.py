"""The page "Compare": the other model is read from a file, from a kept run, or from a moment of this run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QMenu

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_network, prepare_split
from core.explain.comparison import comparison_csv, why_not_compared
from core.formats import MODEL_READERS, report_model
from core.formats.model_import import import_onto
from core.formats.project import project_model
from core.formats.trained_experiment import describe_model, trained_model
from core.formats.trained_model import TrainedModel
from core.io.budget import OnProgress
from core.io.sentence import short_sentence
from core.runs.run import Run
from core.runs.store import Store, StoreError
from playground.model.timeline.moment import spread_moments
from playground.plugin import PLUGINS, FollowingPage, Moment, PluginWindow
from playground.plugins.compare.page import ComparePage
from playground.views.menus import clear_menu

_LISTED = 12
"""Runs and moments in the menu."""


def compare_run(window: PluginWindow, run: int) -> None:
    """Show a kept run beside the open network."""
    window.pages.show("compare")
    cast(CompareController, window.pages.page("compare")).compare_run(run)


class CompareController(FollowingPage):
    """Made when the page is first shown."""

    page: ComparePage
    viewer = "compare"

    def __init__(self, window: PluginWindow) -> None:
        context = window.context
        self.menu = QMenu(context.window)
        page = ComparePage(context.themes, self.menu, context.window)
        super().__init__(context, window.snapshot_router, page, window.inspection.show_sample)
        self._files, self._pages = window.files, window.pages
        find_runs = PLUGINS.given("run_library")
        self._runs = find_runs and find_runs(window)
        self._of: tuple[object, ...] = ()
        """The data for which the other model was chosen."""
        self.menu.aboutToShow.connect(self._fill_menu)

    def enter(self) -> None:
        super().enter()
        if self._runs is not None:
            self._runs.refresh()
        self.page.choose.setFocus()

    def compare_file(self, path: Path) -> None:
        """Read the other model from a file."""
        if self._data is not None:
            read = partial(_read_model, path, self._document.experiment, self._data)
            self._take(self._files.read_aside(path, read), path.name)

    def compare_run(self, run: int) -> None:
        """Take a kept run as the other model."""
        if self._runs is not None and (row := self._runs.rows.get(run)) is not None:
            self._runs.request(partial(_load_run, row), partial(self._take, name=row.name))

    def compare_now(self) -> None:
        """Take the network as it is now as the other model, to see it move."""
        if (taken := self._session.checkpoint()) is not None:
            self._take(project_model("The network", *taken), f"epoch {taken[1].place_text}")

    def compare_moment(self, moment: Moment) -> None:
        """Take an earlier moment of this run as the other model."""
        store = self._session.past.store
        line, vectors = store.line(moment.run), store.vectors(moment)
        if line is None or vectors is None:
            self.message_requested.emit("This moment is not kept any more; choose another one")
            return
        network = make_network(moment.experiment)
        network.parameters[...], network.state[...] = vectors[:2]
        model = TrainedModel(network, line.data.pipeline, epoch=moment.epoch)
        self._take(model, f"epoch {moment.place.text}")

    def _take(self, model: TrainedModel | None, name: str) -> None:
        """Show another model; None after a sentence."""
        if model is None or self._data is None:
            return
        if reason := self._why_not(model):
            self.message_requested.emit(reason)
            return
        self._of = self._source
        # Without the experiment, which may hold data of a file.
        self.page.show_model(replace(model, name=name, experiment=None, history=None))

    def _why_not(self, other: TrainedModel) -> str:
        data = self._data
        if data is None or not len(data.test):
            return ""
        return why_not_compared(data.pipeline, other, data.raw_test_samples(1))

    def _on_data(self) -> None:
        """Let an other model go that does not fit other data, with a sentence."""
        if (other := self.page.other) is None:
            return
        replaced = "The data were replaced; choose another model to compare with"
        if reason := self._why_not(other) if self._of == self._source else replaced:
            self.page.show_model(None)
            self.message_requested.emit(reason)

    @property
    def _source(self) -> tuple[object, ...]:
        """The open data."""
        return self._document.experiment.dataset, self._document.experiment.data_seed

    def _fill_menu(self) -> None:
        menu = self.menu
        clear_menu(menu)
        menu.addAction("A file…").triggered.connect(self._choose_file)
        menu.addAction("The network as it is now").triggered.connect(self.compare_now)
        moments = menu.addMenu("An earlier moment")
        for moment in spread_moments(self._session.past.moments, _LISTED):
            action = moments.addAction(f"Epoch {moment.place.text}")
            action.triggered.connect(partial(self.compare_moment, moment))
        moments.setEnabled(not moments.isEmpty())
        if self._runs is None:
            return
        runs = menu.addMenu("A kept run")
        for row in list(reversed(self._runs.rows.values()))[:_LISTED]:
            action = runs.addAction(f"{row.name} · {row.data_label}".replace("&", "&&"))
            action.triggered.connect(partial(self.compare_run, row.id))
        runs.addSeparator()
        runs.addAction("All runs…").triggered.connect(partial(self._pages.show, "runs"))

    def _choose_file(self) -> None:
        kinds = " ".join(f"*{kind.suffix}" for kind in MODEL_READERS if kind.is_read)
        if (
            path := self._file_to_open("Compare with a file", f"Models ({kinds});;All files (*)")
        ) is not None:
            self.compare_file(path)

    def _save_csv(self) -> None:
        found, data = self.page.found, self._data
        if found is None or data is None:
            return
        name = self._named(" compared.csv")
        path = self._ask_path("Save what both models say", name, "CSV (*.csv)")
        if path is not None:
            self._write(path, comparison_csv(data, found, ("A", "B")).encode(), "has what both models say")


def _read_model(path: Path, current: Experiment, data: PreparedData, report: OnProgress) -> TrainedModel:
    """The model in a file, with the pipeline that it has on these data where it came without one."""
    read = report_model(path, describe_model(current, None))
    report(0.5)
    if (model := read.model) is None:
        raise ValueError(short_sentence(f"{path.name} cannot be opened: {read.fault}"))
    if model.pipeline is not None:
        return model
    if read.is_onto:
        return replace(model, pipeline=data.pipeline)
    placed = import_onto(model, current, current.dataset)
    if placed.experiment is None or placed.state is None:
        raise ValueError(f"{path.name} does not fit these data. {placed.fault}")
    pipeline = prepare_split(placed.experiment, data.data, data.train_index, data.test_index).pipeline
    return trained_model(placed.experiment, replace(placed.state, pipeline=pipeline))


def _load_run(row: Run, store: Store) -> TrainedModel:
    try:
        return project_model(f"The run “{row.name}”", *store.load(row.id))
    except ValueError as error:
        raise StoreError(str(error)) from None
