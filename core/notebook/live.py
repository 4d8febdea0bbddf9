"""Watch a model learn within a notebook: `live` trains it beside the cells, `LivePlot` shows a fit."""

from __future__ import annotations

import asyncio
import atexit
import math
import threading
import weakref
from contextlib import suppress
from importlib import import_module
from time import monotonic
from typing import Any, Final, Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike

from ..io.command_lines import install_line
from ..io.number_text import place_text
from ..io.resources import resource
from ..io.sentence import short_sentence
from ..model.callbacks import Callback, Logs
from ..model.engine_choice import choose_engine
from ..model.fitting import History
from ..model.sequence import Sequence
from ..nn.blas_threads import allowed_threads, limit_blas_threads
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from .live_page import LivePage, Names

Goal = Literal["play", "step", "epoch"]

_INTERVAL_SECONDS: Final = 1 / 20
"""Between pictures at least; and four times what one takes, so that most of the time is left to the training."""
_SLICE_SECONDS: Final = 0.02
_PATIENCE_SECONDS: Final = 10
"""For how long no view may answer while the kernel would listen: then the notebook is closed."""
_MAX_SAMPLES, _MIN_SAMPLES, _LOOK_SECONDS = 5000, 200, 0.1
"""Samples of a split whose loss is drawn: half as many whenever that took longer."""
_trained: weakref.WeakValueDictionary[int, LiveView] = weakref.WeakValueDictionary()
"""The last view of each model, by its identity."""
_shown: dict[str, tuple[int, list[LiveView | LivePlot]]] = {}
"""What each cell shows, and by which run."""


def live(
    model: Sequence, X: ArrayLike, y: ArrayLike, *, test_share: float = 0.3, **names: Unpack[Names]
) -> LiveView:
    """Show a `Sequence` with samples X (samples, *shape) and targets y in a notebook, and train it there by buttons.

    `y` is class numbers, texts, one-hot rows or values (samples,); `class_names` and `feature_names` are shown.
    `test_share` (0.1 to 0.9) of the samples are held out to test on. What the buttons do, the view's `play`, `pause`,
    `step` and `epoch` do, too. The model is yours while it is paused; while it learns it says so.

    Raises `ImportError` without anywidget, `TypeError` for another model, and `ValueError` for samples that the model
    cannot take and models that a page cannot show, each with a sentence.
    """
    if not isinstance(model, Sequence):
        raise TypeError(f"live: the model must be a Sequence of this library, got {type(model).__name__}")
    if (earlier := _trained.get(id(model))) is not None:
        earlier.pause("This model is shown by another cell now.")
    try:
        view = LiveView(model, X, y, test_share=test_share, **names)
    except ValueError as error:
        raise ValueError(f"live: {error}".replace("data: ", "")) from None
    _trained[id(model)] = view
    return view


class LiveView:
    """A model that a notebook shows and trains, on a thread that is there only while it does."""

    def __init__(
        self, model: Sequence, X: ArrayLike, y: ArrayLike, *, test_share: float = 0.3, **names: Unpack[Names]
    ) -> None:
        self.model = model
        self._page = LivePage(model, X, y, test_share=test_share, **names)
        data, targets = self._page.data, np.asarray(y)
        if targets.dtype.kind in "OUS":
            targets = data.data.targets
        inputs = np.asarray(X)
        # Arrays of the split, which a fit may be given as well.
        self._train = model._first_samples(inputs[data.train_index], targets[data.train_index])
        self._test = model._samples(inputs[data.test_index], targets[data.test_index])
        self._trainer: Trainer | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._views: dict[str, bool] = {}
        """Those that are shown, and whether somebody can see them."""
        self._waits = self._asks = False
        self._saved: list[Any] = []
        """What stands in the notebook's file for the views that cells show."""
        self._silent, self._looked_at = 0, _MAX_SAMPLES
        with suppress(RuntimeError):
            self._loop: asyncio.AbstractEventLoop | None = None
            self._loop = asyncio.get_running_loop()
        self._widget = self._made()

    def play(self) -> None:
        """Train until `pause`."""
        self._start("play")

    def step(self) -> None:
        """Train on one batch; returns when that is done."""
        self._finish("step")

    def epoch(self) -> None:
        """Train to the end of the epoch; returns then."""
        self._finish("epoch")

    def pause(self, sentence: str = "") -> None:
        """End the training; returns when its thread has ended. `sentence` is shown."""
        self._ending.set()
        if (thread := self._thread) not in (None, threading.current_thread()):
            assert thread is not None
            thread.join()
        if sentence:
            self._tell(sentence)

    def receive(self, content: Any) -> None:
        """Message of a view: a request, or its state. What is none is passed over."""
        if not isinstance(content, dict):
            return
        asked, view = content.get("do"), str(content.get("view", ""))
        self._silent = 0
        if asked in ("play", "step", "epoch"):
            self._start(asked)
        elif asked == "pause":
            self.pause()
        elif asked == "rate":
            self._set_rate(content.get("value"))
        elif asked == "drawn":
            self._waits = False
        elif asked in ("shown", "seen", "hidden"):
            self._views[view] = asked != "hidden"
        elif asked == "gone":
            self._views.pop(view, None)
            if not self._views:
                self.pause()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self._widget._repr_mimebundle_(**kwargs)

    def _ipython_display_(self) -> None:
        if self._widget.comm is None:
            self._widget = self._made()
        self._saved.append(_show(self, self._widget, self._page.saved(self._epoch)))

    def end(self) -> None:
        """Pause, and drop what only its page needs; a cell that shows it again gets another page."""
        self.pause()
        _close(self._widget)
        self._page.forget()
        self._views, self._saved = {}, []

    def _made(self) -> Any:
        made = widget(self._page.source(self._epoch), self._state())
        made.on_msg(lambda _, content, buffers: self.receive(content))
        return made

    @property
    def _epoch(self) -> float:
        trainer = self._trainer or self.model._trainer
        return 0.0 if trainer is None else trainer.fractional_epoch

    def _set_rate(self, value: Any) -> None:
        try:
            rate = float(value)
        except OverflowError:
            self._tell("Learning rate: it must be a number that a float can hold, got a larger one")
            return
        except (TypeError, ValueError):
            self._tell(f"Learning rate: it must be a number, got {value!r:.40}")
            return
        try:
            self.model.learning_rate = rate
            self._tell()
        except ValueError as error:
            self._tell(short_sentence(str(error)))

    def _state(self, sentence: str = "", playing: bool = False) -> dict[str, Any]:
        rate = float(f"{self.model.learning_rate:.6g}")
        return {"playing": playing, "rate": rate, "sentence": sentence, "controls": True}

    def _tell(self, sentence: str = "") -> None:
        self._widget.state = self._state(sentence, self._thread is not None and not self._ending.is_set())

    def _start(self, goal: Goal) -> threading.Thread | None:
        """Begin to train; None where it trains already, or cannot."""
        if self._thread is not None:
            return None
        try:
            if not self.model.built or self.model.network is not self._page.network:
                raise ValueError("The model has other layers than this page; run the cell again")
            self._bind()
        except (RuntimeError, ValueError) as error:
            self._tell(short_sentence(str(error)))
            return None
        self._ending.clear()
        self._silent, self._waits = 0, False
        thread = threading.Thread(target=self._run, args=(goal,), name="numpynet live", daemon=True)
        self.model._trained_on = self._thread = thread
        # Python waits for no daemon, and NumPy's code would run on while it ends.
        atexit.register(self.pause)
        self._tell()
        thread.start()
        return thread

    def _finish(self, goal: Goal) -> None:
        """Train as far as that, so that the next line of a cell has the model for itself; Ctrl+C pauses."""
        try:
            if (thread := self._start(goal)) is not None:
                thread.join()
        except KeyboardInterrupt:
            self.pause()
            raise

    def _bind(self) -> None:
        """Make the model's trainer one of these samples; where it is already, it goes on within its epoch."""
        model, kept = self.model, self._trainer
        if kept is None or model._trainer is not kept or kept.train is not self._train:
            self._trainer = model._trainer_on(self._train, self._test)
            choose_engine(self._trainer, model.engine)
            model.history = History()

    def _run(self, goal: Goal) -> None:
        sentence = ""
        trainer, model = self._trainer, self.model
        assert trainer is not None
        try:
            most = allowed_threads()
            with limit_blas_threads():
                trainer.allow_threads(most)
                trainer.epoch_ended, trainer.single_epochs = self._keep_epoch, 2**62
                self._learn(trainer, goal)
        except DivergedError as error:
            trainer.reset_optimizer()
            epoch = self._page.restore()
            sentence = (
                f"{short_sentence(str(error))} The weights are those of epoch {place_text(epoch)} again."
            )
        except Exception as error:  # whatever it is, the notebook says it, and not a thread to nobody
            sentence = f"The training has ended: {type(error).__name__}: {short_sentence(str(error))}"
        finally:
            trainer.epoch_ended, trainer.single_epochs = None, 0
            with suppress(Exception):  # the kernel may be ending
                self._show(trainer)
                self._widget.page = self._page.source(self._epoch)
                for each in self._saved:
                    each.update(import_module("IPython.display").HTML(self._page.saved(self._epoch)))
            self._ending.set()
            model._trained_on = self._thread = None
            atexit.unregister(self.pause)
            with suppress(Exception):
                self._tell(sentence or self._said)

    _said = ""

    def _learn(self, trainer: Trainer, goal: Goal) -> None:
        begun, due, self._said = trainer.epoch, 0.0, ""
        while not self._ending.is_set():
            if (config := self.model.training_config) != trainer.config:
                trainer.configure(config)
            if goal == "step":
                trainer.step()
            else:
                left = trainer.steps_per_epoch - trainer.step_in_epoch
                trainer.run_for(_SLICE_SECONDS, None if goal == "play" else max(1, left))
            if goal == "step" or (goal == "epoch" and trainer.epoch > begun):
                return
            now = monotonic()
            seen = any(self._views.values())
            if now < due or (now < due + 1.0 and (self._waits or not seen)):
                continue
            self._show(trainer, weights=seen)
            due = monotonic() + max(_INTERVAL_SECONDS, 4 * (monotonic() - now))
            self._listen()

    def _keep_epoch(self) -> None:
        assert self._trainer is not None
        values = {"loss": self._trainer.epoch_loss, "learning_rate": self._trainer.learning_rate}
        self.model.loss_history.append(values["loss"])
        self.model.history.append(self._trainer.epoch - 1, values)

    def _show(self, trainer: Trainer, *, weights: bool = True) -> None:
        trainer.train_step.check_weights()
        begun, count = monotonic(), self._looked_at
        looked, held = (trainer.evaluate(part.head(count)) for part in (self._train, self._test))
        if monotonic() - begun > _LOOK_SECONDS:
            self._looked_at = max(_MIN_SAMPLES, count // 2)
        self._page.record(self._epoch, looked.loss, held.loss, trainer.learning_rate)
        self._waits = True
        part = f", losses of {count:,} samples" if looked.samples < len(self._train) else ""
        self._widget.send(*self._page.message(self._epoch, part, weights=weights))

    def _listen(self) -> None:
        """Count how often nobody answered although the kernel would have heard it, and end the training then."""
        if self._silent >= _PATIENCE_SECONDS:
            self._said = "Paused, since no page of it answered. Play goes on."
            self._ending.set()
        elif self._loop is not None and not self._asks:
            self._asks = True

            def free() -> None:
                self._silent += 1
                loop.call_later(1.0, lambda: setattr(self, "_asks", False))

            loop = self._loop
            with suppress(RuntimeError):  # it is closed when the kernel ends
                loop.call_soon_threadsafe(free)


class LivePlot(Callback):
    """Show the curves and the interactive page of a model in a notebook while it is fitted, and then its end.

    `class_names` and `feature_names` are shown in place of numbers. A fit on generators shows their first batch.
    """

    def __init__(self, **names: Unpack[Names]) -> None:
        self._names = names
        self._page: LivePage | None = None
        self._widget: Any = None
        self._saved: Any = None
        self._due = self._epoch = 0.0

    def on_train_begin(self, model: Any) -> None:
        trainer = model._trainer
        train, test = trainer.train, trainer.test
        parts = [train] if test is None else [train, test]
        inputs, labels = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("inputs", "labels")
        )
        try:
            self._page = LivePage(model, inputs, labels, learned=len(train), **self._names)
        except ValueError as error:
            raise ValueError(f"LivePlot: {error}") from None
        self._epoch, self._due = float(trainer.epoch), 0.0
        state = {"playing": True, "rate": model.learning_rate, "sentence": "", "controls": False}
        self._widget = widget(self._page.source(self._epoch), state)
        self._saved = _show(self, self._widget, self._page.saved(self._epoch))

    def end(self) -> None:
        """Drop the page."""
        _close(self._widget)

    def on_epoch_end(self, model: Any, epoch: int, logs: Logs) -> None:
        assert self._page is not None
        self._epoch = float(epoch)
        self._page.record(self._epoch, logs["loss"], logs.get("val_loss", math.nan), logs["learning_rate"])
        if (now := monotonic()) >= self._due:
            self._send()
            self._due = monotonic() + max(_INTERVAL_SECONDS, 4 * (monotonic() - now))

    def on_train_end(self, model: Any) -> None:
        if self._page is not None and self._widget is not None:
            self._widget.state = {**self._widget.state, "playing": False}
            self._send()
            self._widget.page = self._page.source(self._epoch)
            if self._saved is not None:  # where there is no shell, nothing is shown
                self._saved.update(import_module("IPython.display").HTML(self._page.saved(self._epoch)))

    def _send(self) -> None:
        assert self._page is not None
        self._widget.send(*self._page.message(self._epoch, f" of {self.params.get('epochs', 0):,}"))


def _show(owner: LiveView | LivePlot, view: Any, saved: str) -> Any:
    """Display a widget, and HTML for where it has no kernel, in the running cell; returns the handle of the latter.

    Jupyter keeps every widget. The output of an earlier run of the cell is gone, so what it showed ends.
    """
    display, (cell, run) = import_module("IPython.display"), _running_cell()
    before, shown = _shown.get(cell, (run, []))
    if run != before:
        elsewhere = [each for other, (_, kept) in _shown.items() if other != cell for each in kept]
        for each in shown:
            if each is not owner and each not in elsewhere:
                each.end()
        shown = []
    if cell:
        _shown[cell] = run, [*shown, owner]
    display.display(view)
    return display.display(display.HTML(saved), display_id=True)


def _close(view: Any) -> None:
    view.layout.close()
    view.close()


def _running_cell() -> tuple[str, int]:
    """The cell that runs, and which of the kernel's runs it is; "" where the notebook does not say."""
    shell = import_module("IPython").get_ipython()
    header = getattr(shell, "parent_header", None) or {}
    return str(header.get("metadata", {}).get("cellId", "")), getattr(shell, "execution_count", 0)


def widget(page: str, state: dict[str, Any]) -> Any:
    """Jupyter's view: `page` in a frame, with the `state` of its bar. `send` and `on_msg` are anywidget's."""
    try:
        from anywidget import AnyWidget
        from traitlets import Dict, Unicode
    except ImportError:
        raise ImportError(
            f"Notebooks need anywidget; install it by: {install_line('numpynet-playground[notebook]')}"
        ) from None
    program = resource("page", "notebook.js").read_text("utf-8")
    synced = {"page": Unicode().tag(sync=True), "state": Dict().tag(sync=True)}
    kind: Any = type("LivePage", (AnyWidget,), {"_esm": program, "__module__": __name__, **synced})
    return kind(page=page, state=state)
