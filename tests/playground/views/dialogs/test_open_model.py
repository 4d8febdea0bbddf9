"""A model's file opens in the window: the table of what fits, the data it is shown on, and the trained document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Iris, Standardize
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.formats import LayerReport, ModelReport, Npz, Onnx, Safetensors, named_weights
from core.formats.trained_experiment import trained_model
from core.nn import LAYERS
from playground.training.state import TrainingState
from playground.views.dialogs.open_model import FoundModel, OpenModelDialog
from playground.window.main_window import MainWindow
from tests.playground.window.trained_windows import small, toasts, train, wait_for

Make = Callable[..., MainWindow]
Answer = Callable[[OpenModelDialog], object]

pytestmark = pytest.mark.shared_window

IRIS = Experiment(
    name="Lilies", dataset=Iris(), scaling=Standardize(), layers=LAYERS.parse("dense 6 tanh")
).with_training(loss="cross_entropy")


@pytest.fixture(scope="module")
def model() -> Any:
    prepared = prepare(IRIS)
    trainer = make_trainer(IRIS, prepared)
    trainer.run_epoch()
    return trained_model(IRIS, TrainerState.of(trainer, prepared.pipeline))


@contextmanager
def answered(answer: Answer) -> Iterator[list[OpenModelDialog]]:
    """Call `answer` once the dialog is open; it must end it. Yields the dialogs seen."""
    seen: list[OpenModelDialog] = []
    timer = QTimer()
    timer.setInterval(10)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, OpenModelDialog) and not seen:
            seen.append(dialog)
            answer(dialog)

    timer.timeout.connect(look)
    timer.start()
    yield seen
    timer.stop()
    assert seen, "no dialog opened"


def opened(window: MainWindow, qtbot: QtBot, path: Path, answer: Answer = OpenModelDialog.accept) -> None:
    with answered(answer):
        window.files.open_file(path)


def wait_for_model(window: MainWindow, qtbot: QtBot) -> None:
    """Until the picture is of the opened model, which has trained; that of `small` has not."""

    def shown() -> bool:
        snapshot = window.snapshot_router.snapshot
        return snapshot is not None and snapshot.epoch >= 1 and window.session.state is TrainingState.PAUSED

    wait_for(qtbot, shown)


def model_of(window: MainWindow, qtbot: QtBot) -> Any:
    """The trained model that the window would export."""
    wait_for_model(window, qtbot)
    taken = window.session.checkpoint()
    assert taken is not None
    return trained_model(*taken)


def cells(dialog: OpenModelDialog) -> list[list[str]]:
    table = dialog.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


@pytest.mark.parametrize("exporter", [Onnx(), Npz(), Safetensors()], ids=["onnx", "npz", "safetensors"])
def test_a_file_of_ours_is_shown_and_trains_on(
    exporter: Any, model: Any, make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    if exporter == Onnx():
        pytest.importorskip("onnx")
    path = tmp_path / f"lilies{exporter.suffix}"
    exporter.write(model, path)
    window = make(small())
    texts: list[Any] = []

    def choose(dialog: OpenModelDialog) -> None:
        texts.extend((cells(dialog), dialog.data.currentText(), dialog.facts.facts))
        dialog.accept()

    opened(window, qtbot, path, choose)
    assert texts[0] == [["dense", "6", "Dense 6, Tanh", "fits"], ["dense_1", "3", "Dense 3, Softmax", "fits"]]
    assert texts[1] == Iris().label
    assert [fact.label for fact in texts[2]] == ["Columns", "Scaling", "Classes"]
    document = window.document
    assert (document.experiment.name, document.experiment.dataset) == ("Lilies", Iris())
    assert document.path is None
    assert not document.unsaved
    assert not document.undo_stack.canUndo()
    raw = prepare(IRIS).raw_test_samples(30)
    found = model_of(window, qtbot).predictions(raw)
    np.testing.assert_allclose(found.probabilities, model.predictions(raw).probabilities, atol=1e-6)
    train(window, qtbot, 1)
    assert document.unsaved
    window.actions_by_name["undo"].trigger()
    assert document.experiment.name == "Lilies"


def test_cancel_keeps_what_is_open(model: Any, make: Make, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "lilies.npz"
    Npz().write(model, path)
    window = make(small())
    before = window.document.revision
    opened(window, qtbot, path, OpenModelDialog.reject)
    assert window.document.revision is before


def test_unsaved_work_is_asked_for_first(
    model: Any, make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lilies.npz"
    Npz().write(model, path)
    window = make(small())
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Cancel)
    before = window.document.revision
    window.files.open_file(path)
    assert window.document.revision is before
    assert QApplication.activeModalWidget() is None


def test_other_data_can_be_chosen_and_faults_are_explained(make: Make, qtbot: QtBot, tmp_path: Path) -> None:
    from core.formats import TrainedModel
    from core.nn.network import Network

    network = Network(LAYERS.parse("dense 5 relu, dense 10 softmax"), (64,), seed=0)
    path = tmp_path / "pixels.npz"
    Npz().write(TrainedModel(network), path)
    window = make(small())
    seen: list[Any] = []

    def choose(dialog: OpenModelDialog) -> None:
        choices = [dialog.data.itemText(place) for place in range(dialog.data.count())]
        seen.append((choices, dialog.notes.text(), dialog.open_button.isEnabled()))
        dialog.data.set_current("0")
        dialog.data.chosen.emit("0")
        seen.append((dialog.notes.text(), dialog.open_button.isEnabled()))
        dialog.reject()

    opened(window, qtbot, path, choose)
    (choices, notes, enabled), (fault, still) = seen
    assert choices[0].endswith("(open now)")
    assert Digits().label in choices
    assert "A Flatten in front makes rows of the images." in notes
    assert notes.endswith("\nIt learns on with Adam at a rate of 0.001, in batches of 128.")
    assert enabled
    assert fault.startswith("It takes 64 numbers; points have 2 numbers. Open data that fit it first")
    assert not still


def test_layers_that_do_not_fit_are_marked_and_nothing_opens(
    make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    pytest.importorskip("onnx")
    from tests.core.formats.onnx.made_graphs import node, weights, write

    nodes = [node("MatMul", "x w", "a"), node("Selu", "a", "y")]
    path = write(tmp_path, nodes, {"w": weights(2, 3)}, {"x": ["n", 2]})
    window = make(small())
    seen: list[Any] = []

    def choose(dialog: OpenModelDialog) -> None:
        seen.append((cells(dialog), dialog.notes.text(), dialog.open_button.isEnabled()))
        dialog.accept()

    before = window.document.revision
    opened(window, qtbot, path, choose)
    rows, notes, enabled = seen[0]
    assert rows[0] == ["MatMul a", "3", "Dense 3", "fits"]
    assert rows[1] == ["Selu y", "", "—", "does not fit: there is no layer here for Selu"]
    assert notes.startswith("It cannot be opened")
    assert not enabled
    assert window.document.revision is before


def test_of_thousands_of_layers_the_first_and_the_misfits_are_listed(make: Make) -> None:
    window = make(small())
    fitting = [LayerReport(f"relu_{place}", LAYERS.make("relu"), (4,)) for place in range(5000)]
    misfit = LayerReport("act", fit="misfit", remark="there is no layer here for Selu")
    found = FoundModel("a.onnx", ModelReport("ONNX", (*fitting, misfit)))
    dialog = OpenModelDialog(found, window.themes, window)
    listed = cells(dialog)
    assert listed[149:] == [
        ["relu_149", "4", "ReLU", "fits"],
        ["act", "", "—", "does not fit: there is no layer here for Selu"],
        ["and 4,850 other layers", "", "", ""],
    ]


def test_bare_weights_open_onto_the_network_that_is_open(
    model: Any, make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    path = tmp_path / "state.safetensors"
    save_file(named_weights(model.network, "pytorch"), path)
    window = make(IRIS.replace(name="Mine", seed=5))
    texts: list[Any] = []

    def choose(dialog: OpenModelDialog) -> None:
        texts.extend((cells(dialog), dialog.data.currentText(), dialog.notes.text()))
        dialog.accept()

    opened(window, qtbot, path, choose)
    assert texts[0] == [["dense", "6", "Dense 6, Tanh", "fits"], ["dense_1", "3", "Dense 3, Softmax", "fits"]]
    assert texts[1].startswith(Iris().label)
    assert texts[2].splitlines() == [
        "Network, data and preprocessing stay as they are; the weights are those of the file.",
        "It learns on with Adam at a rate of 0.03, in batches of 10.",
    ]
    assert window.document.experiment == IRIS.replace(name="Mine", seed=5)
    raw = prepare(IRIS).raw_test_samples(30)
    found = model_of(window, qtbot).predictions(raw)
    np.testing.assert_allclose(found.probabilities, model.predictions(raw).probabilities, atol=1e-6)


def test_what_the_window_cannot_put_weights_on_is_said(make: Make, qtbot: QtBot, tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    path, pickle = tmp_path / "state.safetensors", tmp_path / "net.pt"
    save_file({"0.weight": np.ones((7, 3), np.float32)}, path)
    pickle.write_bytes(b"PK")
    window = make(small())
    before = window.document.experiment
    said: list[str] = []
    window.files.message_requested.connect(said.append)
    window.files.open_file(path)
    window.files.open_file(pickle)
    assert "they do not fit the network that is open: it needs 0.weight of shape" in said[0]
    assert "torch.onnx.export(model, x" in said[1]
    assert window.document.experiment == before


def test_damaged_models_are_a_sentence(make: Make, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"\x08\x07nonsense")
    window = make(small())
    window.files.open_file(path)
    wait_for(qtbot, lambda: any("broken.onnx cannot be opened" in text for text in toasts(window)))


@pytest.mark.foreign
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_a_network_trained_in_pytorch_predicts_the_same_in_the_window(
    kind: str, make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    nn = torch.nn
    torch.manual_seed(0)
    if kind == "mlp":
        dataset, shape = Iris(), (4,)
        module = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.BatchNorm1d(16), nn.Linear(16, 3))
    else:
        dataset, shape = Digits(), (1, 8, 8)
        module = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3, padding=1), nn.Tanh(),
            nn.Flatten(), nn.Linear(128, 10),
        )  # fmt: skip
    data = dataset.load(0)
    x = torch.tensor(data.inputs.reshape(-1, *shape)).float()
    y = torch.tensor(data.targets)
    optimizer = torch.optim.Adam(module.parameters(), 0.01)
    for _ in range(10):
        optimizer.zero_grad()
        nn.functional.cross_entropy(module(x[:150]), y[:150]).backward()
        optimizer.step()
    module.eval()
    path = tmp_path / "trained.onnx"
    torch.onnx.export(module, (x[:2],), path, dynamo=False, dynamic_axes={"x": {0: "n"}}, input_names=["x"])
    window = make(small())

    def choose(dialog: OpenModelDialog) -> None:
        place = next(i for i in range(dialog.data.count()) if dataset.label in dialog.data.itemText(i))
        dialog.data.set_current(str(place))
        dialog.accept()

    opened(window, qtbot, path, choose)
    assert window.document.experiment.dataset == dataset
    wanted = torch.softmax(module(x), dim=1).detach().numpy()
    found = model_of(window, qtbot)
    raw = found.pipeline.inputs.raw(data.inputs)
    np.testing.assert_allclose(found.predictions(raw).probabilities, wanted, atol=1e-5)
    train(window, qtbot, 1)
