"""The page of many seeds: trains the open experiment from other seeds, and opens or keeps what comes of them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

from PySide6.QtCore import Signal

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.classics import ClassicPart
from core.inspect.forecast import forecasts_series
from core.inspect.latent import draws_samples
from core.inspect.snapshot import Snapshot
from core.inspect.texts import SampleTextsPart
from core.io.figure_text import loss_text, place_text
from core.io.number_text import count_text
from core.runs.run import data_key, data_text
from core.runs.trial import TrialResult
from core.seeds.lanes import Learned, Moment
from core.sweep.plan import Plan, seeds_set
from core.train.tasks import Classification, Task
from playground.commands.file_commands import FileController
from playground.commands.group_page import GroupPage, is_same
from playground.commands.window_controller import WindowContext
from playground.model.run_library import RunLibrary
from playground.views.output.run_thumbnail import RacePicture
from playground.views.runs.run_curves import band_curves
from playground.views.seeds import SeedsPage
from playground.views.seeds.spread_plot import SeedDot

_WAYS = {
    "compiled": "compiled engine",
    "stacked": "stacked in NumPy",
    "processes": "in processes",
    "in turn": "one after the other",
}


class SeedsController(GroupPage[SeedsPage]):
    """Made when the page is first shown."""

    classic_counted = Signal(object, object)
    """Carries the experiment of a classic, and by its seeds whether they found what the paper did."""

    def __init__(self, context: WindowContext, files: FileController, library: RunLibrary) -> None:
        super().__init__(context, files, library, "seeds", SeedsPage)
        self.moment: Moment | None = None
        self._data: PreparedData | None = None
        self._experiment: Experiment | None = None
        self._reached: dict[int, bool] = {}
        """Whether a seed of a classic found what its paper did."""
        self._picture = RacePicture()
        self._is_ended = False
        self.group.failed.connect(lambda _: self._on_failed())
        self.group.running_changed.connect(lambda _: self._show_state())
        page = self.page
        page.toggle_requested.connect(self.toggle)
        page.stop_requested.connect(self.stop)
        self.group.results_ready.connect(self._open_results)
        page.best_requested.connect(lambda: self._open_end(best=True))
        page.worst_requested.connect(lambda: self._open_end(best=False))
        page.spread.opened.connect(self.open_seed)
        page.picture.resized.connect(self._on_resized)

    @property
    def snapshot(self) -> Snapshot | None:
        """The agreement of the seeds."""
        return None if self.moment is None else self.moment.picture

    @property
    def status(self) -> tuple[str, str]:
        training = "Training " if self.group.running else ""
        return self.bar_state, f"{training}{self.page.count.value()} seeds"

    def enter(self) -> None:
        super().enter()
        if self._data is None:
            self.page.show_score(self._document.experiment.task.score.name)
        self.page.train.setFocus()

    def _go_on(self) -> None:
        if self._goes_on:
            self.group.play()
        else:
            self.start()

    def start(self) -> None:
        """Train the open experiment from every seed."""
        if self._session.is_locked():
            return
        experiment, page = self._document.experiment, self.page
        page.show_message("")
        self._experiment, self.moment, self._is_ended, self._reached = experiment, None, False, {}
        page.show_progress(0.0, "Preparing the data")
        seeds = tuple((experiment.seed + number) % 2**31 for number in range(page.count.value()))
        plan = Plan("seeds", (experiment,), seeds, page.epochs.value(), self._preferences.engine)
        self._begin(seeds_set(plan))

    def train(self, count: int, epochs: int) -> None:
        """Train so many seeds for so many epochs, unless some train already."""
        if self.group.running:
            self.message_requested.emit("Other seeds are training; stop them first")
            return
        self.page.count.setValue(count)
        self.page.epochs.setValue(epochs)
        self.start()

    def stop(self) -> None:
        """End the training; what is there can be opened, and another one be begun."""
        self.group.pause()
        self._is_ended = True
        self._show_state()

    def step_epochs(self, count: int) -> None:
        """As `toggle`: the seeds go on together, to the last epoch."""
        self.toggle()

    def reset(self) -> None:
        """Begin again."""
        self.start()

    def clear(self) -> None:
        self.group.clear()
        self._experiment = self._data = self.moment = None
        self._picture = RacePicture()
        self._is_ended = True
        self.page.show_nothing()
        self._show_state()

    def open_seed(self, seed: int) -> None:
        """Go on with a seed as the document, as far as it is now."""
        self.group.pause()
        self.group.request_results([self._set.plan.seeds.index(seed)])

    @property
    def _goes_on(self) -> bool:
        return self.moment is not None and not self.moment.is_done and not self._is_ended

    def _open_end(self, *, best: bool) -> None:
        """Open the seed with the best or the worst score."""
        known = [run for run in self._runs if math.isfinite(run.final_score)]
        if known:
            choose = max if best else min
            self.open_seed(choose(known, key=lambda run: (run.final_score, -run.final_loss)).trial.seed)
        else:
            self.message_requested.emit("No seed has a score yet")

    def _open_results(self, results: list[Learned]) -> None:
        for result, _ in results:
            self._open(result.trial.experiment(self._set.plan.experiments[0]), result)

    def _on_experiment(self, experiment: Experiment, *, replaced: bool) -> None:
        """Let go of seeds of another document, data or task than now: of images they hold hundreds of MB."""
        own = self._experiment
        if own is None:
            return
        is_another = replaced and not is_same(experiment, own.replace(seed=experiment.seed))
        if is_another or (data_key(experiment), experiment.task) != (data_key(own), own.task):
            self.clear()

    def _on_started(self, data: PreparedData) -> None:
        self._data = data
        self._picture.set_data(data)
        self.page.show_score(data.task.score.name)
        assert self._experiment is not None
        text = data_text(self._experiment, data.data)
        self._set.texts[:] = [text] * len(self._set.texts)
        self.page.data.setText(f"{self._experiment.dataset.label}, {text}")
        self.page.data.show()

    def _on_failed(self) -> None:
        self._is_ended = True
        self._show_state()

    def _keep(self, learned: tuple[int, list[Learned]]) -> None:
        super()._keep(learned)
        found = [(run.trial.seed, snapshot.part(ClassicPart)) for run, snapshot in learned[1]]
        known = {seed: each.reached for seed, each in found if each is not None}
        if known and self._experiment is not None and learned[0] == next(reversed(self._sets)):
            self._reached |= known
            self.classic_counted.emit(self._experiment, {**self._reached})
            self._show_state()

    def _on_moment(self, moment: Moment) -> None:
        if moment.picture is None:
            # Behind another page its numbers go on.
            if self.moment is not None:
                self.moment = replace(moment, bands=self.moment.bands, picture=self.moment.picture)
            return
        self.moment = moment
        self._show()
        self.moved.emit()

    @property
    def _runs(self) -> tuple[TrialResult, ...]:
        return () if self.moment is None else self.moment.runs

    @property
    def _task(self) -> Task:
        return Classification() if self._data is None else self._data.task

    def _show(self) -> None:
        self._show_state()
        self._draw_picture()
        self._draw_curves()
        self.page.spread.show_dots([self._dot(run) for run in self._runs], self._task.score)

    def _show_state(self) -> None:
        moment, running = self.moment, self.group.running
        self.page.show_running(
            running=running, has_seeds=moment is not None, is_done=not self._goes_on and not running
        )
        if moment is None:
            self.page.show_progress(0.0, "" if self._is_ended else self.page.state.text())
            return
        found = f" · {sum(self._reached.values())} reach what the paper found" if self._reached else ""
        self.page.way.setText(_WAYS[moment.way])
        self.page.way.show()
        self.page.show_progress(
            moment.done / moment.total,
            _progress_text(moment, "" if running else "stopped" if self._is_ended else "paused") + found,
        )

    def _dot(self, run: TrialResult) -> SeedDot:
        reached, seed = run.final_score, run.trial.seed
        score = self._task.score.text(reached)
        text = f"Seed {seed}: {score}, loss {loss_text(run.final_loss)}, epoch {place_text(int(run.epochs))}"
        return SeedDot(seed, reached, f"{text}. {run.sentence or 'A double click opens it'}")

    def _on_resized(self) -> None:
        self.group.draw_at(self.page.picture.pixels)
        self._draw_picture()

    def _draw_picture(self) -> None:
        snapshot = self.snapshot
        if snapshot is None or self._data is None:
            return
        shown = self.page.picture
        self._draw(self._picture, snapshot, shown)
        count = len(self._runs)
        if snapshot.part(SampleTextsPart) is not None:
            caption = f"What the best of {count} seeds writes"
        elif forecasts_series(self._data):
            caption = f"What the best of {count} seeds forecasts, one step ahead"
        elif draws_samples(self._data):
            caption = f"What the best of {count} seeds makes"
        elif snapshot.boundary is None:
            caption = f"Median confusion of {count} seeds"
        elif self._task.classifies:
            caption = f"Agreement of {count} seeds: full color where all say the same"
        else:
            caption = f"Median prediction of {count} seeds"
        self.page.caption.setText(caption)
        shown.setAccessibleName(caption)

    def _draw_curves(self) -> None:
        if self.moment is None:
            return
        quantity, theme = self.page.quantity.current, self._themes.theme
        epochs, band = self.moment.bands[quantity]
        lines, areas = band_curves(epochs, band, theme)
        end = float(self.page.epochs.value())
        self.page.chart.show_curves(lines, self._quantity(self._task.score), "epoch", end=end, bands=areas)


def _progress_text(moment: Moment, rest: str) -> str:
    """Progress of the seeds; `rest` says why they do not train, "" while they do."""
    ends = Counter(run.status for run in moment.runs)
    epochs = [run.epochs for run in moment.runs if run.status == "done"] or [
        run.epochs for run in moment.runs
    ]
    low, high = int(min(epochs)), int(max(epochs))
    # Threads are at different epochs until the end.
    words = [
        count_text(len(moment.runs), "seed"),
        f"epoch {place_text(low)}" + (f" to {high:,}" if high > low else ""),
    ]
    words += [f"{ends[status]} {status}" for status in ("diverged", "failed") if ends[status]]
    words.append(f"{moment.seconds:.1f} s")
    if not rest and moment.done:
        left = moment.seconds * (moment.total - moment.done) / moment.done
        words.append(f"about {left:.0f} s left")
    elif rest and low < moment.total // len(moment.runs) and not moment.is_done:
        words.append(rest)
    return " · ".join(words)
