"""A model that learns in a notebook: its thread, what it sends, and what it does with what it hears."""

from __future__ import annotations

import asyncio
import pickle
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest

from core import Dense, Input, Sequence, live
from core.io.command_lines import install_line
from core.notebook.live import LivePlot, LiveView, widget
from tests.core.formats.page.test_exporter import BROWSER, needs_browser
from tests.core.notebook.jupyterlab import JupyterLab
from tests.core.notebook.test_live_page import X, Y, classifier
from tests.optional_packages import needs

pytest.importorskip("anywidget")


class Kernel:
    """A view and its page, without a notebook: it keeps what is sent, and answers as a page does."""

    def __init__(self, model: Sequence, monkeypatch: pytest.MonkeyPatch, answers: bool = True) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.times: list[float] = []
        self.answers = answers
        self.view = live(model, X, Y)
        monkeypatch.setattr(self.view._widget, "send", self._take)
        self.ask("shown")

    def _take(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.sent.append((content, buffers))
        self.times.append(monotonic())
        if self.answers:
            self.ask("drawn")

    def ask(self, what: str, **more: Any) -> None:
        self.view.receive({"do": what, "view": "1", **more})

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.view._widget.state
        return found

    def wait(self, done: Callable[[], bool], seconds: float = 30) -> None:
        end = monotonic() + seconds
        while not done():
            assert monotonic() < end, self.state
            sleep(0.005)

    def finished(self) -> None:
        self.wait(lambda: not training())
        assert self.state["playing"] is False


def training() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "numpynet live"]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    made = Kernel(classifier(engine="numpy"), monkeypatch)
    yield made
    made.view.pause()
    assert not training()


def test_it_plays_pauses_and_the_model_is_trained(kernel: Kernel) -> None:
    model = kernel.view.model
    before = model.evaluate(X, Y, return_dict=True)["loss"]
    kernel.ask("play")
    assert kernel.state["playing"] is True
    kernel.wait(lambda: len(kernel.sent) > 5)
    assert len(training()) == 1
    for use in (lambda: model.predict(X), lambda: model.fit(X, Y, epochs=1), lambda: pickle.dumps(model)):
        with pytest.raises(RuntimeError, match="it is learning in a notebook's view; press Pause there"):
            use()
    kernel.ask("pause")
    assert not training()
    assert kernel.state["playing"] is False
    # A busy machine trains for long before it sends: then only the samples that are learned have a small loss.
    assert model.loss_history[-1] < 0.7 * before
    assert len(model.loss_history) == int(kernel.sent[-1][0]["epoch"]) == len(model.history["loss"])
    epochs = [content["epoch"] for content, _ in kernel.sent]
    assert epochs == sorted(epochs)
    assert min(np.diff(kernel.times[:-1])) > 0.045  # at most 20 a second; the last one is the end
    # The page that opens next is that of the end.
    assert f'"epoch": {epochs[-1]}' in kernel.view._widget.page


def test_losses_say_of_how_many_samples_they_are(kernel: Kernel) -> None:
    kernel.view.epoch()
    assert "samples" not in kernel.sent[-1][0]["text"]
    kernel.view._looked_at = 50
    kernel.view.epoch()
    assert kernel.sent[-1][0]["text"].endswith("epoch 2, losses of 50 samples")


def test_a_step_and_an_epoch_end_by_themselves(kernel: Kernel) -> None:
    kernel.ask("step")
    kernel.finished()
    assert kernel.sent[-1][0]["epoch"] == pytest.approx(16 / 84)
    kernel.ask("epoch")
    kernel.finished()
    assert kernel.sent[-1][0]["epoch"] == 1.0
    # In one cell, the next line has the model for itself.
    for _ in range(3):
        kernel.view.epoch()
        kernel.view.model.predict(X)
    assert kernel.sent[-1][0]["epoch"] == 4.0
    assert len(kernel.view.model.loss_history) == 4
    kernel.view.step()
    kernel.view.model.predict(X)
    kernel.view.receive(["no message"])


def test_a_new_learning_rate_applies_at_once_and_a_bad_one_is_a_sentence(kernel: Kernel) -> None:
    kernel.ask("play")
    kernel.wait(lambda: len(kernel.sent) > 1)
    kernel.ask("rate", value="0")
    assert kernel.state["rate"] == 0.0
    assert kernel.state["playing"] is True
    trainer = kernel.view._trainer
    assert trainer is not None
    kernel.wait(lambda: trainer.learning_rate == 0.0)
    kernel.ask("pause")
    weights = kernel.view.model.get_weights()
    kernel.ask("epoch")
    kernel.finished()
    np.testing.assert_array_equal(weights[0], kernel.view.model.get_weights()[0])
    for bad, sentence in (
        ("-1", "learning rate must be at least 0"),
        ("", "it must be a number, got ''"),
        (10**5_000, "float can hold"),
    ):
        kernel.ask("rate", value=bad)
        assert sentence in kernel.state["sentence"]
    assert kernel.view.model.learning_rate == 0.0


def test_nothing_trains_on_when_its_views_are_gone(kernel: Kernel) -> None:
    kernel.ask("play")
    kernel.view.receive({"do": "shown", "view": "2"})
    kernel.ask("gone")
    assert training()
    kernel.view.receive({"do": "gone", "view": "2"})
    assert not training()
    kernel.ask("shown")
    assert not training()
    # A second cell with the same model takes it over.
    kernel.ask("play")
    other = live(kernel.view.model, X, Y)
    assert not training()
    assert kernel.state["sentence"] == "This model is shown by another cell now."
    other.step()
    kernel.wait(lambda: not training())


def test_what_nobody_sees_is_sent_without_its_weights(kernel: Kernel) -> None:
    kernel.ask("hidden")
    kernel.ask("play")
    kernel.wait(lambda: len(kernel.sent) > 1)
    assert all(not content["arrays"] for content, _ in kernel.sent)
    assert kernel.times[1] - kernel.times[0] > 0.9
    kernel.ask("seen")
    kernel.wait(lambda: bool(kernel.sent[-1][0]["arrays"]))


def test_it_pauses_where_no_page_answers_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.notebook.live._PATIENCE_SECONDS", 1)

    async def closed() -> Kernel:
        kernel = Kernel(classifier(engine="numpy"), monkeypatch, answers=False)
        kernel.ask("play")
        sleep(1.5)  # the kernel is busy: nobody could have been heard
        assert training()
        while training():
            await asyncio.sleep(0.02)
        return kernel

    kernel = asyncio.run(asyncio.wait_for(closed(), 30))
    assert kernel.state["sentence"].startswith("Paused, since no page of it answered")


def test_errors_of_the_training_are_a_sentence_and_weights_stay_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = [Input(2), Dense(1)]
    model = Sequence(line, loss="mse", optimizer="sgd", learning_rate=1e30, engine="numpy")
    kernel = Kernel(model, monkeypatch)
    kernel.ask("play")
    kernel.finished()
    assert "The weights are those of epoch 0 again." in kernel.state["sentence"]
    assert all(np.isfinite(array).all() for array in model.get_weights())
    model.add("dense")
    kernel.ask("play")
    assert kernel.state["sentence"] == "The model has other layers than this page; run the cell again"
    fresh = Kernel(classifier(engine="numpy"), monkeypatch)

    def broken(*given: Any, **named: Any) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(fresh.view._page, "record", broken)
    fresh.ask("play")
    fresh.finished()
    assert fresh.state["sentence"].startswith("The training has ended: KeyError: ")
    assert fresh.view.model.predict(X).shape == (120, 2)


def test_it_trains_on_after_a_fit_and_on_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    model = classifier(engine="numpy")
    model.fit(X, Y, epochs=4, verbose=0)
    kernel = Kernel(model, monkeypatch)
    assert '"epoch": 4.0' in kernel.view._widget.page
    kernel.ask("epoch")
    kernel.finished()
    assert kernel.sent[-1][0]["epoch"] == 5.0
    model.fit(X, Y, epochs=1, verbose=0)
    kernel.ask("epoch")
    kernel.finished()
    assert kernel.sent[-1][0]["epoch"] == 7.0
    texts = live(classifier(), X, np.where(Y, "yes", "no"))
    texts.epoch()
    kernel.wait(lambda: not training())
    assert texts._widget.state["sentence"] == ""


def test_bad_samples_and_models_are_sentences() -> None:
    with pytest.raises(ValueError, match=r"^live: X must be samples of shape \(2,\), got \(3,\)"):
        live(classifier(), np.ones((9, 3)), Y[:9])
    with pytest.raises(TypeError, match="live: the model must be a Sequence of this library, got dict"):
        live({}, X, Y)  # type: ignore[arg-type]


def test_without_anywidget_it_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    line = re.escape(install_line("numpynet-playground[notebook]"))
    with pytest.raises(ImportError, match=f"Notebooks need anywidget; install it by: {line}"):
        widget("", {})


def test_a_fit_shows_its_curves_and_ends_as_its_last_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    sent: list[dict[str, Any]] = []

    saved: list[str] = []

    def display(view: Any, **given: Any) -> Any:
        if "display_id" in given:
            saved[:] = [view.data]
            return SimpleNamespace(update=lambda html: saved.append(html.data))
        shown.append(view)
        monkeypatch.setattr(view, "send", lambda content, buffers: sent.append(content))
        return None

    monkeypatch.setattr("IPython.display.display", display)
    for settings in ({"validation_split": 0.25}, {}):
        sent.clear()
        classifier().fit(X, Y, epochs=30, verbose=0, callbacks=[LivePlot()], **settings)
        assert shown[-1].state["controls"] is False
        assert sent[-1]["text"] == "epoch 30 of 30"
        assert len(sent[-1]["curves"]["train"]) == 30
        assert (sent[-1]["curves"]["test"][-1] is None) == (not settings)
        assert '"epoch": 30.0' in shown[-1].page
        # The file of the notebook has its end without a kernel.
        assert len(saved) == 2
        assert "Epoch 0. Run the cell" in saved[0]
        assert "<svg" in saved[1]
        assert "Epoch 30, training loss 0." in saved[1]
        assert ("test loss" in saved[1]) == bool(settings)
    with pytest.raises(ValueError, match="LivePlot: y must be one answer"):
        Sequence([Dense(2)], loss="mse").fit(X, X, epochs=1, verbose=0, callbacks=[LivePlot()])


def test_a_view_is_what_a_cell_shows(kernel: Kernel) -> None:
    assert isinstance(kernel.view, LiveView)
    found = kernel.view._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in found[0]


def test_a_cell_that_is_run_again_leaves_one_view(monkeypatch: pytest.MonkeyPatch) -> None:
    from ipywidgets.widgets.widget import _instances

    shell, saved = SimpleNamespace(parent_header={}, execution_count=0), list[str]()

    def display(view: Any, **given: Any) -> Any:
        return SimpleNamespace(update=lambda html: saved.append(html.data)) if given else None

    def run(cell: str, show: Callable[[], Any]) -> Any:
        shell.parent_header = {"metadata": {"cellId": cell}}
        shell.execution_count += 1
        return show()

    def shown(view: LiveView | None = None) -> LiveView:
        view = view or live(classifier(engine="numpy"), X, Y)
        view._ipython_display_()
        return view

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    first = run("a", shown)
    run("b", lambda: shown(first))
    before, each = len(_instances), 2  # A layout, too.
    second = run("a", shown)  # The other cell still shows the first.
    assert len(_instances) == before + each
    second.receive({"do": "play"})
    third = run("a", shown)
    assert not training()
    assert len(_instances) == before + each
    assert not second._page._film
    third.epoch()
    assert "Epoch 1, training loss 0." in saved[-1]
    # One that has ended can be shown anew, and trains on.
    run("c", lambda: shown(second))
    second.epoch()
    assert second._widget.comm is not None
    plots = [
        run("d", lambda: classifier().fit(X, Y, epochs=2, verbose=0, callbacks=[LivePlot()]))
        for _ in range(4)
    ]
    assert len(plots) == 4
    assert len(_instances) == before + 3 * each


_CELLS = [
    "import threading\nimport numpy as np\nfrom core import Dense, LivePlot, Sequence, live\n"
    "rng = np.random.default_rng(0)\nX = rng.normal(size=(300, 2))\ny = (X[:, 0] * X[:, 1] > 0).astype(int)\n"
    'model = Sequence([Dense(8, "tanh"), Dense(2, "softmax")], learning_rate=0.01, engine="numpy")',
    "view = live(model, X, y)\nview",
]
_PRESS = """[...document.querySelectorAll('.tools button')].find((each) => each.textContent.endsWith('%s')).click()"""
_EPOCH = "document.querySelector('.tools .hint')?.textContent"
_RATE = """(() => {
  const rate = document.getElementById('rate');
  rate.value = '0.02';
  rate.dispatchEvent(new Event('change'));
})()"""
_SHARES = """(() => {
  const graph = JSON.parse(document.getElementById('model').textContent).graph;
  return [Object.values(NumpyNet.state.raw)[0], Array.from(NumpyNet.state.values[graph.outputs.at(-1)].d)];
})()"""
_THREADS = "answer = [each.name for each in threading.enumerate() if each.name == 'numpynet live']"


@pytest.mark.slow(reason="60 s: a kernel, a server and a browser")
@pytest.mark.foreign
@needs_browser
@needs("jupyterlab")
def test_it_learns_in_jupyterlab_and_nothing_trains_on_behind(tmp_path: Path) -> None:
    assert BROWSER is not None
    lab = JupyterLab(BROWSER, tmp_path, _CELLS)
    try:
        lab.command("notebook:run-all-cells")
        lab.wait(lambda: lab.frame(_PRESS % "Play" + " ?? true"))
        lab.wait(lambda: (lab.frame(_EPOCH) or "") > "epoch 2")
        assert lab.kernel(_THREADS) == ["numpynet live"]
        lab.frame(_RATE)
        lab.wait(
            lambda: lab.kernel("answer = [model.learning_rate, view._trainer.learning_rate]") == [0.02, 0.02]
        )
        assert lab.kernel(_THREADS) == ["numpynet live"]
        lab.picture(tmp_path / "playing.png")
        lab.frame(_PRESS % "Pause")
        lab.wait(lambda: lab.kernel(_THREADS) == [])
        epoch = lab.kernel(
            "from core.io.number_text import place_text\nanswer = f'epoch {place_text(view._epoch)}'"
        )
        lab.wait(lambda: lab.frame(_EPOCH) == epoch)
        place, shares = lab.frame(_SHARES)
        assert lab.kernel(f"answer = model.predict([{place}])[0].tolist()") == pytest.approx(shares, abs=1e-5)
        lab.picture(tmp_path / "paused.png")
        # A cell that is run again ends what it had begun, whether it makes a new model or not.
        for command in ("notebook:run-cell", "notebook:run-all-cells"):
            lab.frame(_PRESS % "Play")
            lab.wait(lambda: lab.kernel(_THREADS))
            lab.command(command)
            lab.wait(lambda: lab.kernel(_THREADS) == [])
            lab.wait(lambda: (lab.frame("document.readyState") or "") == "complete")
            sleep(1)
        lab.frame(_PRESS % "Play")
        lab.wait(lambda: lab.kernel(_THREADS))
        lab.command("notebook:clear-all-cell-outputs")
        lab.wait(lambda: lab.kernel(_THREADS) == [])
        lab.command("notebook:run-all-cells")
        lab.wait(lambda: (lab.frame("document.readyState") or "") == "complete")
        sleep(1)
        lab.frame(_PRESS % "Play")
        lab.wait(lambda: lab.kernel(_THREADS))
        process = lab.kernel("import os; answer = os.getpid()")
        lab.run("panel.sessionContext.session.kernel.restart().then(() => 1)")
        lab.wait(lambda: lab.kernel("import os; answer = os.getpid()") != process)
        assert not psutil.pid_exists(process)
        assert lab.kernel(f"import threading\n{_THREADS}") == []
        fault = "document.querySelector('.fault').textContent"
        assert lab.wait(lambda: lab.frame(fault)).endswith("Run the cell again.")
        # A fit shows its moments while its cell runs, and stays as the end.
        code = "model.fit(X, y, epochs=2000, verbose=0, validation_split=0.2, callbacks=[LivePlot()])"
        lab.run(
            f"panel.content.activeCellIndex = 1, panel.content.activeCell.model.sharedModel.setSource({code!r})"
        )
        lab.run("panel.content.activeCell.model.sharedModel && 1")
        lab.command("notebook:run-all-cells")
        lab.wait(lambda: lab.frame(_EPOCH) == "epoch 2,000 of 2,000")
        assert int(lab.frame("document.querySelector('.film input').max")) > 1
        assert lab.frame("document.querySelector('.tools .place').hidden")
        lab.picture(tmp_path / "fit.png")
        assert lab.complaints == []
    finally:
        lab.close()
