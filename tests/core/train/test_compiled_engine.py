"""The compiled engine within a trainer: exact resumes, divergence, and reasons why numpy trains instead."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core import Sequence
from core.compiled import codes, program, readiness
from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.experiment.project_file import TrainerState
from core.io import program_lock
from core.model import engine_choice
from core.nn import (
    GRU,
    LSTM,
    Activation,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    Reshape,
    Tanh,
)
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import LBFGS, SGD, Adam, Lion
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.train.compiled_engine import SecondCore
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.core.compiled.two_engines import THREE, Case, apart, compiled_engine, samples, trained, trainer_of

__all__ = ["compiled_engine"]

CASE = Case(
    "classes",
    (Dense(6, "tanh"), Dropout(0.3), Dense(3, "softmax")),
    "cross_entropy",
    THREE,
    config={"optimizer": Adam(0.01)},
)


@pytest.mark.parametrize("steps", [0, 4, 10, 23])
def test_a_restored_training_goes_on_bit_for_bit(steps: int, compiled_engine: None) -> None:
    straight = trainer_of(CASE, "compiled")
    for _ in range(steps):
        straight.step()
    state = TrainerState.of(straight)
    again = trainer_of(CASE, "compiled", record_initial=False)
    state.restore(again)
    assert again.engine == "compiled"
    for one in (straight, again):
        one.run_for(10.0, one.steps_left + 3 * one.steps_per_epoch)
        one.step()
    np.testing.assert_array_equal(again.network.parameters, straight.network.parameters)
    np.testing.assert_array_equal(again.log.to_array(), straight.log.to_array())
    assert (again.epoch, again.step_in_epoch) == (straight.epoch, straight.step_in_epoch)
    assert again.figures.test == straight.figures.test


def test_slices_of_any_length_give_the_same_numbers(compiled_engine: None) -> None:
    at_once, by_steps = trained(CASE, "compiled", 5), trainer_of(CASE, "compiled")
    while by_steps.epoch < 5:
        by_steps.step()
    np.testing.assert_array_equal(at_once.network.parameters, by_steps.network.parameters)
    np.testing.assert_array_equal(at_once.log.to_array(), by_steps.log.to_array())
    np.testing.assert_array_equal(at_once.test_predictions, by_steps.test_predictions)


def test_the_engine_changes_at_the_end_of_an_epoch(compiled_engine: None) -> None:
    trainer = trainer_of(CASE, "numpy")
    trainer.step()
    trainer.configure(trainer.config.replace(engine="compiled"))
    assert trainer.engine == "numpy"
    assert trainer.why_not_compiled == "The engine changes at the end of this epoch."
    trainer.run_epoch()
    assert trainer.engine == "compiled"
    assert trainer.why_not_compiled == ""
    trainer.run_epoch()
    assert trainer.engines == {"numpy", "compiled"}
    assert TrainerState.of(trainer).numbers["engines"] == ["compiled", "numpy"]
    with pytest.raises(ValueError, match="engine must be one of auto, numpy, compiled, got 'cuda'"):
        trainer.prefer_engine("cuda")


def test_auto_is_what_this_machine_prefers(compiled_engine: None) -> None:
    trainer = trainer_of(CASE, "compiled")
    trainer.prefer_engine("numpy")
    assert trainer.engine == "compiled"
    trainer.configure(trainer.config.replace(engine="auto"))
    assert trainer.engine == "numpy"
    trainer.prefer_engine("auto")
    assert trainer.engine == "compiled"


def test_windows_of_a_running_text_are_drawn_as_by_numpy(compiled_engine: None) -> None:
    """Of which each batch has others; a restored training goes on with the same."""
    text = np.random.default_rng(0).integers(0, 5, (41, 14)).astype(np.float32)
    encoding = TargetEncoding(5, 5, tokens=True)
    targets = text[:, 7:].astype(np.int32)
    data = Samples(text[:, :7], targets, targets, source=text)
    layers = Embedding(5, 4), GRU(6, return_sequences=True), Dense(5, "softmax")
    config = TrainingConfig(loss=CrossEntropy(), optimizer=Adam(0.01), batch_size=8)
    one, other, again = (
        Trainer(Network(layers, (7,), seed=0), data, encoding=encoding, config=config.replace(engine=engine))
        for engine in ("numpy", "compiled", "compiled")
    )
    for trainer in (one, other):
        while trainer.epoch < 3:
            trainer.run_for(0.001, trainer.steps_left)
        trainer.step()
    assert (one.engine, other.engine) == ("numpy", "compiled")
    assert apart(one, other) < 1e-5
    assert one.epoch_loss == pytest.approx(other.epoch_loss, rel=1e-5)
    TrainerState.of(other).restore(again)
    for trainer in (other, again):
        while trainer.epoch < 5:
            trainer.run_for(0.001, trainer.steps_left)
    np.testing.assert_array_equal(again.network.parameters, other.network.parameters)
    np.testing.assert_array_equal(data.inputs, text[:, :7])


@pytest.mark.parametrize("within", [False, True])
def test_a_divergence_is_reported_as_by_numpy(within: bool, compiled_engine: None) -> None:
    case = Case("explodes", (Dense(6, "relu"), Dense(2)), config={"optimizer": SGD(60.0)})
    told = {}
    for engine in ("numpy", "compiled"):
        trainer = trainer_of(case, engine)
        train = trainer.step if within else partial(trainer.run_for, 0.01)
        with pytest.raises(DivergedError) as caught:
            repeat(train)
        told[engine] = str(caught.value), trainer.epoch, trainer.step_in_epoch, len(trainer.log)
        assert math.isfinite(trainer.log.to_array()[-1, 1])
    assert told["numpy"] == told["compiled"]


def repeat(train: Callable[[], object]) -> None:
    for _ in range(200):
        train()


def _reason(layers: Any, shape: tuple[int, ...] = (3,), **config: Any) -> str:
    data = samples(THREE, 12, 0)
    if shape != (3,):
        data = replace(data, inputs=np.zeros((12, *shape), np.float32))
    made = TrainingConfig(**{"engine": "compiled"} | config)
    trainer = Trainer(Network(layers, shape), data, encoding=THREE, config=made)
    return trainer.why_not_compiled


def test_a_sentence_says_why_numpy_trains(compiled_engine: None) -> None:
    last = Dense(3, "softmax")
    assert _reason([last]) == ""
    assert _reason([Flatten(), last], (2, 2, 1)) == ""
    assert _reason([GaussianNoise(0.1), last]) == "The compiled engine has no GaussianNoise layer."
    assert _reason([Conv2D(2), Flatten(), last], (5, 5, 1)) == ""
    assert _reason([Dropout(0.5), BatchNormalization(), Flatten(), last], (5, 5, 1)) == ""
    norm = "The compiled engine has no LayerNorm of images."
    assert _reason([LayerNormalization(), Flatten(), last], (5, 5, 1)) == norm
    for layer in (MultiHeadAttention(), Conv1D(4)):
        assert _reason([layer, Flatten(), last], (5, 4)) == f"The compiled engine has no {layer.title} layer."
    for layer in (LayerNormalization(), Activation("softmax")):
        assert _reason([GRU(4, return_sequences=True), layer, Flatten(), last], (5, 4)) == (
            f"The compiled engine has no {layer.title} of sequences."
        )
    for layer in (LSTM(4, dropout=0.1), LSTM(4, activation="relu"), GRU(4, recurrent_activation="tanh")):
        sentence = f"The compiled engine has no {layer.title} with dropout or other activations."
        assert _reason([layer, last], (5, 4)) == sentence
    for layer in (Dense(4), Activation("tanh"), LSTM(4)):
        assert _reason([layer, Flatten(), last], (5, 4)) == ""
    assert _reason([Embedding(5, 4), Flatten(), last], (5,), engine="auto") == ""
    states = "The compiled engine would need 954 MB for the values of all layers, and is used up to 256."
    assert _reason([LSTM(512), last], (512, 4)) == states
    # No more samples than there are.
    large = "The compiled engine would need 2,016 MB for the values of all layers, and is used up to 256."
    assert _reason([Conv2D(256, padding="same"), Flatten(), last], (64, 64, 1), batch_size=80) == large
    assert "no L-BFGS" in _reason([last], optimizer=LBFGS())
    trainer = trainer_of(CASE, "compiled")
    state = TrainerState.of(trainer)
    del state.numbers["dropout_state"]
    state.restore(trainer)
    assert trainer.engine == "numpy"
    assert "as an older version did" in trainer.why_not_compiled


def test_numpy_trains_kinds_that_the_kernel_has_never_heard_of(
    compiled_engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of other packages."""
    last, no = Dense(3, "softmax"), "The compiled engine has no"
    monkeypatch.setattr(codes, "ACTIVATIONS", tuple(kind for kind in codes.ACTIVATIONS if kind != "tanh"))
    monkeypatch.setattr(codes, "OPTIMIZERS", tuple(kind for kind in codes.OPTIMIZERS if kind != "lion"))
    monkeypatch.setattr(codes, "PENALTIES", {"none": 0})
    for layer in (Conv2D(2, activation="tanh"), Activation("tanh"), MaxPooling2D()):
        layers = [layer, Flatten(), Dense(4, "tanh"), last]
        assert _reason(layers, (5, 5, 1)) == f"{no} activation called Tanh."
    assert _reason([Tanh(), last]) == f"{no} Tanh layer."
    assert _reason([last], optimizer=Lion()) == f"{no} optimizer called Lion."
    assert _reason([last], regularizer=L2()) == f"{no} regularizer called L2."


def test_auto_stays_with_numpy_where_most_lanes_would_be_empty(compiled_engine: None) -> None:
    layers = [Conv2D(32), Conv2D(32), Flatten(), Dense(3, "softmax")]
    assert _reason(layers, (5, 5, 1), batch_size=5) == ""
    said = (
        "NumPy is faster for convolutions with 9,216 weights in batches of 5: "
        "the compiled engine computes multiples of 16 samples."
    )
    assert _reason(layers, (5, 5, 1), batch_size=5, engine="auto") == said
    assert _reason(layers, (5, 5, 1), batch_size=500, engine="auto") == ""
    last = Dense(3, "softmax")
    # Filters of up to 2,000 weights gain in any batch, of 4,608 from four samples on.
    assert _reason([Conv2D(8), Conv2D(16), Flatten(), last], (5, 5, 1), batch_size=1, engine="auto") == ""
    layers_16 = [Conv2D(16), Conv2D(32), Flatten(), last]
    assert _reason(layers_16, (5, 5, 1), batch_size=4, engine="auto") == ""
    assert "4,608 weights in batches of 2" in _reason(layers_16, (5, 5, 1), batch_size=2, engine="auto")
    # States gain in any batch while they are small.
    said = (
        "NumPy is faster for GRU layers of 64 units in batches of 4: "
        "the compiled engine computes multiples of 16 samples."
    )
    assert _reason([GRU(64), last], (5, 4), batch_size=4, engine="auto") == said
    assert _reason([GRU(32), last], (5, 4), batch_size=1, engine="auto") == ""
    wide = [Embedding(9, 4), Dense(200), Flatten(), last]
    assert "for Dense layers at each position in" in _reason(wide, (5,), batch_size=4, engine="auto")
    # Of 12 samples, one is left for a second batch, of 16 lanes too.
    assert "in batches of 11" in _reason(layers, (5, 5, 1), batch_size=11, engine="auto")
    assert _reason(layers[2:], (5, 5, 1), batch_size=1, engine="auto") == ""


def test_a_model_says_which_engine_trains_it(compiled_engine: None) -> None:
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    model = Sequence([Dense(2, "softmax")], engine="auto", epochs=1, feedback_steps=0)
    assert (model.engine_in_use, model.why_not_compiled) == ("", "")
    model.fit(X, y)
    assert (model.engine_in_use, model.why_not_compiled) == ("compiled", "")
    model = Sequence([Dense(2, "softmax")], engine="auto", epochs=1, feedback_steps=0, dtype="float64")
    model.fit(X, y)
    assert model.engine_in_use == "numpy"
    assert model.why_not_compiled == "The compiled engine computes in float32, and this network in float64."
    model = Sequence([Conv1D(3), Flatten(), Dense(2, "softmax")], engine="auto", epochs=1, feedback_steps=0)
    model.fit(np.zeros((20, 4, 2)), y)
    of_sequences = "The compiled engine has no Conv1D layer."
    assert (model.engine_in_use, model.why_not_compiled) == ("numpy", of_sequences)
    with pytest.raises(ValueError, match=f"Sequence: {of_sequences}"):
        Sequence(model.layers, engine="compiled", epochs=1).fit(np.zeros((20, 4, 2)), y)


def test_without_numba_numpy_trains_and_a_wish_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_kernel", None)
    monkeypatch.setattr(readiness, "is_installed", lambda: False)
    monkeypatch.setattr("core.train.engine.is_installed", lambda: False)
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    layers = (Dense(3, "tanh"), Dense(2, "softmax"))
    model = Sequence(layers, engine="auto", epochs=2, feedback_steps=0).train(X, y)
    assert len(model.loss_history) == 2
    with pytest.raises(ValueError, match="needs numba: install numpynet-playground"):
        Sequence(layers, engine="compiled", epochs=2).train(X, y)


def test_a_sequence_trains_with_either_engine(compiled_engine: None) -> None:
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 3
    layers = (Dense(5, "tanh"), Dense(3, "softmax"))
    models = [
        Sequence(layers, engine=engine, epochs=30, feedback_steps=0).train(X, y)
        for engine in ("numpy", "compiled", "auto")
    ]
    for model in models[1:]:
        np.testing.assert_allclose(model.loss_history, models[0].loss_history, rtol=1e-4)
        assert model.history.keys() == models[0].history.keys()
    with pytest.raises(ValueError, match="has no GaussianNoise"):
        Sequence((GaussianNoise(0.1), *layers), engine="compiled").train(X, y)
    with pytest.raises(ValueError, match="engine must be one of"):
        Sequence(layers, engine="fast")  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where machine code is kept; what is imported is a name."""
    folder = tmp_path / "code"
    folder.mkdir()
    monkeypatch.setattr(readiness, "is_installed", lambda: True)
    monkeypatch.setattr(readiness, "cache_folder", lambda: folder)

    def imported(name: str) -> str:
        if name.endswith("kernel"):
            (folder / "kernel.run.nbc").write_bytes(b"code")
        return name

    monkeypatch.setattr(readiness.importlib, "import_module", imported)
    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(config=SimpleNamespace()))
    return folder


def test_nobody_else_may_write_where_machine_code_is_kept(folder: Path) -> None:
    folder.chmod(0o777)
    assert readiness._load() == "core.compiled.kernel"
    if sys.platform != "win32":
        assert folder.stat().st_mode & 0o777 == 0o700
    assert readiness.is_compiled()


def test_compiled_is_what_has_its_machine_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readiness._load()
    code = folder / "kernel.run.nbc"
    for spoil in (
        code.unlink,
        lambda: code.write_bytes(b"co"),
        lambda: (folder / "complete").write_bytes(b""),
    ):
        spoil()
        assert not readiness.is_compiled()
        readiness._load()
        assert readiness.is_compiled()
    # numba would not find it at another place.
    moved = folder.rename(folder.with_name("moved"))
    monkeypatch.setattr(readiness, "cache_folder", lambda: moved)
    assert not readiness.is_compiled()
    # A folder that numba could not write into is not complete.
    monkeypatch.setattr(readiness.importlib, "import_module", lambda name: name)
    code = moved / "kernel.run.nbc"
    code.unlink()
    (moved / "complete").unlink()
    readiness._load()
    assert not readiness.is_compiled()


def test_of_programs_that_begin_together_one_compiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ExitStack()
    other.enter_context(program_lock.program_lock(folder / "lock"))
    done: list[str] = []

    def waited(_seconds: float) -> None:
        done.append("waited")
        other.close()

    monkeypatch.setattr(program_lock, "sleep", waited)
    kept = readiness.importlib.import_module
    monkeypatch.setattr(readiness.importlib, "import_module", lambda name: (done.append(name), kept(name)))
    readiness._load()
    assert done == ["waited", "scipy.linalg.cython_blas", "core.compiled.kernel"]
    # What is compiled already is loaded beside whoever loads it.
    with program_lock.program_lock(folder / "lock"):
        readiness._load()
    assert done.count("waited") == 1


def test_a_compilation_ends_when_the_window_that_wants_it_is_gone() -> None:
    pytest.importorskip("numba")
    command = [sys.executable, "-m", "core.compiled", "0"]
    assert subprocess.run(command, timeout=120).returncode == 1


class _Process:
    """A compilation that gets on by a tenth each time it is asked how far it is."""

    started = 0
    share = 0.0

    def start(self) -> object:
        self.started += 1
        return self

    def look(self) -> float:
        self.share = min(1.0, self.share + 0.1)
        return self.share


@pytest.fixture
def compilation(monkeypatch: pytest.MonkeyPatch) -> _Process:
    process = _Process()
    for name, value in {
        "is_installed": lambda: True,
        "is_compiled": lambda: process.share == 1.0,
        "start_compiling": process.start,
        "compiled_share": process.look,
        "_LOOK_SECONDS": 0.0,
    }.items():
        monkeypatch.setattr(engine_choice, name, value)
    monkeypatch.setattr(engine_choice.Compilation, "_process", None)
    monkeypatch.setattr(engine_choice, "load_for", lambda _engine, _say: None)
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.0)
    return process


def test_a_fit_says_once_that_the_engine_is_compiled_and_ends_with_the_engine_it_began_with(
    compilation: _Process, capsys: pytest.CaptureFixture[str]
) -> None:
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    model = Sequence([Dense(2, "softmax")], epochs=14, feedback_steps=13)
    model.fit(X, y)
    said = [line for line in capsys.readouterr().out.splitlines() if "epoch" not in line]
    assert said == [
        "The compiled engine is being made for this machine, once, which takes about half a minute; NumPy trains this "
        "fit. `numpynet compile` makes it ahead.",
        "The compiled engine: 30 % made",
        "The compiled engine: 50 % made",
        "The compiled engine: 80 % made",
        "The compiled engine is ready: the next fit trains with it.",
    ]
    assert model._trainer is not None
    assert model._trainer.engines == {"numpy"}
    model.fit(X, y)
    assert "compiled" not in capsys.readouterr().out
    assert compilation.started == 1


@pytest.mark.parametrize(
    "given",
    [{"engine": "numpy"}, {"dtype": "float64"}, {"optimizer": "lbfgs"}],
    ids=lambda given: next(iter(given)),
)
def test_what_the_engine_would_not_train_compiles_nothing(
    compilation: _Process, given: dict[str, Any]
) -> None:
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    Sequence([Dense(2, "softmax")], epochs=2, feedback_steps=0, **given).fit(X, y)
    assert compilation.started == 0


def test_a_silent_fit_compiles_without_a_word_and_a_short_program_not_at_all(
    compilation: _Process, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", math.inf)
    Sequence([Dense(2, "softmax")], epochs=2).fit(X, y)
    assert compilation.started == 0
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.0)
    Sequence([Dense(2, "softmax")], epochs=2).fit(X, y, verbose=0)
    assert (compilation.started, capsys.readouterr().out) == (1, "")


def test_the_share_follows_the_functions_that_are_compiled(folder: Path) -> None:
    assert readiness.compiled_share() == 0.0
    (folder / readiness.PROGRESS).write_bytes(b"." * (readiness.FUNCTIONS // 2))
    assert readiness.compiled_share() == pytest.approx(0.5, abs=0.01)
    readiness._load()
    assert readiness.compiled_share() == 1.0


@pytest.fixture
def parts(compiled_engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of 32 lanes have two parts, and a second core helps with every call."""
    monkeypatch.setattr(program, "_MIN_SPLIT", 0)
    monkeypatch.setattr(program, "_MIN_LANES", 32)
    monkeypatch.setattr(SecondCore, "run", lambda self, *given: self._helped(given))


DROPPED = Case(
    "dropout, and a last batch of less than a part",
    (Dense(30, "tanh"), Dropout(0.3), Dense(9, "relu"), Dense(3, "softmax")),
    "cross_entropy",
    THREE,
    config={"optimizer": Adam(0.01), "clipping": ClipByNorm(0.5), "batch_size": 48},
)
IMAGES = Case(
    "images",
    (Reshape((7, 8, 1)), Conv2D(5, 3, activation="tanh"), MaxPooling2D(), Flatten(), Dense(2)),
    inputs=56,
    config={"optimizer": Adam(0.01), "batch_size": 40, "regularizer": L2(0.01)},
)


@pytest.mark.parametrize("case", [DROPPED, IMAGES], ids=lambda case: case.name)
def test_a_second_core_changes_no_number(case: Case, parts: None) -> None:
    def turn(trainer: Trainer) -> int:
        memory = trainer._engine._compiled._program.memory  # type: ignore[attr-defined]
        return int(memory.turns[codes.DONE_TURN])

    helped, alone = (trainer_of(case, "compiled") for _ in range(2))
    helped.allow_threads(2)
    # A busy machine may start the helper too late for a call.
    end = perf_counter() + 60.0
    while not helped.epoch or (turn(helped) <= 1 and perf_counter() < end):
        list(helped.run_epochs(500))
    assert turn(helped) > 1, "the helper has done a part"
    list(alone.run_epochs(helped.epoch))
    assert turn(alone) == 1
    np.testing.assert_array_equal(helped.network.parameters, alone.network.parameters)
    np.testing.assert_array_equal(helped.network.gradients, alone.network.gradients)
    np.testing.assert_array_equal(helped.log.to_array(), alone.log.to_array())


class _SharedKernel:
    """A kernel whose clock advances by a second for a step, by less where a second core helps."""

    def __init__(self, gain: float) -> None:
        self.gain, self.now = gain, 0.0
        self.counters = np.zeros(codes.COUNTERS, np.int64)
        self.memory = SimpleNamespace(turns=np.zeros(codes.TURNS, np.int64))
        self.calls: list[bool] = []

    def run(self, *given: Any) -> tuple[int, int]:
        if given[-1] >= 0:
            helped = not self.memory.turns[codes.ENDED]
            self.calls.append(helped)
            self.now += 1.0 / self.gain if helped else 1.0
            self.counters[codes.UPDATES] += 1
            self.memory.turns[codes.ENDED] = 1
        return 0, 0


@pytest.mark.parametrize("gain", [1.8, 1.02, 0.3])
def test_a_second_core_helps_while_that_gains(gain: float) -> None:
    kernel = _SharedKernel(gain)
    core = SecondCore(kernel.run, lambda: kernel.now)
    kernel.memory.turns[codes.ENDED] = 1
    for _ in range(16):
        core.run(kernel.memory, *[None] * 4, kernel.counters, 0)
    pairs = 6 if gain > 0.5 else 2  # of which one twice as slow ends the trial
    assert kernel.calls == ([False, True] * pairs + [gain > 1.1] * 16)[:16]
    kernel.calls.clear()
    kernel.gain = 0.3  # another process gets busy
    for _ in range(5):
        core.run(kernel.memory, *[None] * 4, kernel.counters, 0)
    assert kernel.calls == ([True] * 3 + [False] * 2 if gain > 1.1 else [False] * 5)


def test_long_epochs_are_calls_of_forty_milliseconds_where_a_second_core_may_help(
    parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    monkeypatch.setattr(
        SecondCore, "run", lambda self, *given: (counts.append(given[-1]), self._kernel(*given))[1]
    )
    trainer = trainer_of(replace(DROPPED, config={"batch_size": 32}), "compiled", evaluate=False)
    trainer.allow_threads(2)
    monkeypatch.setattr(trainer._engine, "_steps_within", lambda seconds: 2)
    assert list(trainer.run_epochs(2))
    # Two steps of three, then the rest of the epoch.
    assert counts == [2, 0, 2, 0]


def test_few_cores_and_small_steps_have_no_second_core(
    compiled_engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second(case: Case, threads: int) -> bool:
        trainer = trainer_of(case, "compiled")
        trainer.allow_threads(threads)
        return trainer._engine._compiled.second_core is not None  # type: ignore[attr-defined]

    assert not second(IMAGES, 2)
    monkeypatch.setattr(program, "_MIN_SPLIT", 0)
    monkeypatch.setattr(program, "_MIN_LANES", 32)
    assert (second(IMAGES, 1), second(IMAGES, 2)) == (False, True)


def test_the_rows_of_a_workspace_begin_where_vectors_do(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.zeros(4096, np.float32)
    for start in range(16):
        monkeypatch.setattr(np, "zeros", lambda size, dtype, start=start: whole[start : start + size])
        space = program._workspace(7, 48)
        assert space.shape == (7, 48)
        assert space.ctypes.data % 64 == 0
