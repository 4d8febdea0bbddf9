"""The budget of a file: what is counted, what ends a reading, and bombs that end before they are made."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.formats import load_model, report_model
from core.formats.keras import hdf5_reader
from core.formats.keras.hdf5_reader import hdf5_arrays
from core.formats.keras.hdf5_writer import hdf5_bytes
from core.formats.onnx.parser import FieldReader
from core.formats.weights.safetensors import StoredArray, safetensors_arrays
from core.io import budget, npy
from core.io.budget import BudgetError, admit, reading, spend
from core.io.npy import read_npy
from core.io.zip_reader import ZipReader
from core.nn import LAYERS, Dense
from core.nn.network import Network
from tests.fuzz.bombs import keras_file

onnx = pytest.importorskip("onnx")
from tests.core.formats.onnx.made_graphs import node, write  # noqa: E402

SMALL = 5_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.onnx"
    path.write_bytes(bytes(100))
    return path


def test_without_a_file_nothing_is_counted() -> None:
    spend(10**15, entries=10**15)
    admit(10**15)


def test_bytes_are_counted_before_they_are_made_and_those_of_all_readers_together(file: Path) -> None:
    def read(*sizes: int) -> None:
        with reading(file):
            for size in sizes:
                with reading(file):
                    spend(size)

    read(budget.MAX_BYTES - 1, 1)
    with pytest.raises(ValueError, match=r"^small\.onnx cannot be opened: it unpacks to more than 512 MB$"):
        read(budget.MAX_BYTES - 1, 1, 1)


def test_a_large_file_and_files_beside_it_may_take_more(file: Path) -> None:
    with reading(file):
        admit(100_000_000)
        spend(16 * 100_000_000)
        with pytest.raises(BudgetError):
            spend(10_000)


def test_entries_and_seconds_are_counted(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="it has more than 100,000 entries"), reading(file):
        spend(0, entries=100_001)
    seconds = iter((0.0, 4.9, 5.0, 5.1))
    monkeypatch.setattr(budget, "thread_time", lambda: next(seconds))
    with pytest.raises(ValueError, match="it takes more than 5 seconds"), reading(file):
        any(map(spend, [2_000_000] * 3))
    assert next(seconds, None) is None


def test_what_a_report_raises_cancels(file: Path) -> None:
    class CancelledError(Exception):
        pass

    def report(_: object) -> None:
        raise CancelledError

    with pytest.raises(CancelledError), reading(file, report):
        any(map(spend, [0] * 1000))
    with reading(file):
        spend(0)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "it takes more memory than there is"),
        (RecursionError(), "its parts are nested too deeply"),
    ],
)
def test_what_a_computer_cannot_hold_is_a_sentence(error: Exception, reason: str, file: Path) -> None:
    with pytest.raises(ValueError, match=rf"^small\.onnx cannot be opened: {reason}$"), reading(file):
        raise error


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return made.getvalue()


def saved(array: np.ndarray) -> io.BytesIO:
    content = io.BytesIO()
    np.save(content, array)
    content.seek(0)
    return content


HDF5 = hdf5_bytes({f"a{place}": np.zeros((5, 5), np.float32) for place in range(300)})
READERS: dict[str, Callable[[Path], object]] = {
    "an array of numpy": lambda path: read_npy(saved(np.zeros(5000)), 50_000, "a"),
    "an entry of a zip": lambda path: ZipReader(path, "zip", zipped(bytes(40_000))).read("a", 50_000),
    "numbers of a message": lambda path: FieldReader(10**6).whole_numbers(memoryview(bytes(2000))),
    "a network": lambda path: Network([Dense(100)], (100,)),
    "an array of safetensors": lambda path: StoredArray("F32", (500,), 0).read(path),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_counts_what_it_makes(name: str, file: Path) -> None:
    file.write_bytes(bytes(2000))
    READERS[name](file)
    with pytest.raises(ValueError, match=r"small\.onnx cannot be opened: it unpacks to more than 0 MB"):
        within(file, lambda path: [READERS[name](path) for _ in range(20)], 36_000)


ENTRIES: dict[str, Callable[[Path], object]] = {
    "messages": lambda path: [list(FieldReader(10**6).fields(memoryview(b""))) for _ in range(100_001)],
    "specs": lambda path: [LAYERS.from_json({"kind": "dropout"}) for _ in range(25_001)],
    "names of safetensors": lambda path: safetensors_arrays(many_names(path)),
    "columns of a graph": lambda path: report_model(wide(path)),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_reader_counts_its_entries(name: str, file: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened: it has more than 100,000 entries"):
        within(file, ENTRIES[name])


def many_names(path: Path) -> Path:
    text = ",".join(f'"{number:x}":0' for number in range(100_001))
    header = f"{{{text}}}".encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def wide(path: Path) -> Path:
    return write(path.parent, [node("Relu", "x", "y")], {}, {"x": ["n", 100_001]})


def test_messages_of_hdf5_and_pieces_of_arrays_look_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    for module in (hdf5_reader, npy):
        monkeypatch.setattr(module, "spend", looks.append)
    hdf5_arrays(HDF5)
    assert len(looks) > 1000
    looks.clear()
    read_npy(saved(np.zeros(100_000)), 800_000, "a")
    assert len(looks) > 3


def within(file: Path, read: Callable[[Path], object], most_bytes: int = budget.MAX_BYTES) -> None:
    with reading(file, most_bytes=most_bytes):
        read(file)


def filled(output: str, *shape: int) -> tuple[list[object], dict[str, np.ndarray]]:
    value = onnx.numpy_helper.from_array(np.ones(1, np.float32))
    return [node("ConstantOfShape", f"{output}s", output, value=value)], {f"{output}s": np.array(shape)}


def graph(
    *nodes: object,
    x: Sequence[int] = (4,),
    named: Mapping[str, list[int]] | None = None,
    **shapes: tuple[int, ...],
) -> Callable[[Path], Path]:
    """A file whose graph computes `nodes` beside a Relu, behind constants of these shapes and of `named` numbers."""

    def make(folder: Path) -> Path:
        made: list[object] = []
        arrays = {name: np.array(numbers) for name, numbers in (named or {}).items()}
        for name, shape in shapes.items():
            more, lengths = filled(name, *shape)
            made, arrays = made + more, arrays | lengths
        inputs = {"x": ["n", *x], "z": ["n", *x]}
        return write(folder, [*made, *nodes, node("Relu", "x", "y")], arrays, inputs)  # type: ignore[list-item]

    return make


def chain(count: int, *operators: tuple[str, str, dict[str, object]]) -> list[object]:
    """Nodes of `operators` in turn, each with its further inputs and its settings, behind x."""
    found, x = [], "x"
    for place in range(count):
        operator, others, settings = operators[place % len(operators)]
        found.append(node(operator, f"{x} {others}".strip(), f"h{place}", **settings))
        x = f"h{place}"
    return found


def packed(folder: Path) -> Path:
    """Zeros in an .npz, a thousand of which take a byte."""
    described = {
        "layers": [{"kind": "dense", "units": 500, "use_bias": False}], "input_shape": [500], "layout": "keras"
    }  # fmt: skip
    path = folder / "made.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in (
            ("metadata", np.array(json.dumps(described))),
            ("dense/kernel", np.zeros((500, 500), np.float32)),
        ):
            archive.writestr(f"{name}.npy", saved(array).getvalue())
        archive.writestr("filler", random.Random(0).randbytes(25_000))
    return path


def dense_at_one_address(folder: Path) -> Path:
    """Layers of a .keras whose weights are the same zeros."""
    entries = [keras_layer(f"d{place}", "Dense", units=300, use_bias=False) for place in range(20)]
    config = {"layers": entries, "build_input_shape": [None, 300]}
    groups = [(f"dense_{place}" if place else "dense", (300, 300)) for place in range(20)]
    path = folder / "made.keras"
    path.write_bytes(keras_file({"class_name": "Sequential", "config": config}, groups))
    return path


def keras_layer(name: str, kind: str, *parents: str, **settings: object) -> dict[str, object]:
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"keras_history": [each, 0, 0]}} for each in parents
    ]
    calls = [{"args": [tensors] if len(tensors) > 1 else tensors, "kwargs": {}}] if parents else []
    return {"class_name": kind, "name": name, "config": settings, "inbound_nodes": calls}


def keras_rows(width: int, *layers: dict[str, object]) -> Callable[[Path], Path]:
    """A .keras of two inputs x and z of so many numbers, and layers behind them."""

    def make(folder: Path) -> Path:
        inputs = [keras_layer(name, "InputLayer", batch_shape=[None, width]) for name in ("x", "z")]
        inner = {"layers": [*inputs, *layers], "output_layers": [[str((layers or inputs)[-1]["name"]), 0, 0]]}
        path = folder / "made.keras"
        path.write_bytes(keras_file({"class_name": "Functional", "config": inner}, [("dense", (1, 1))]))
        return path

    return make


def rescalings(count: int) -> list[dict[str, object]]:
    names = ["x", *(f"r{place}" for place in range(count))]
    return [keras_layer(name, "Rescaling", before, scale=1.01) for before, name in pairwise(names)]


TEXTS = node("Cast", "a", "t", to=onnx.TensorProto.STRING)
TURNED = ("Transpose", "", {"perm": [0, 1, 3, 2]})
IMAGE = (1, 300, 300)
BOMBS: dict[str, Callable[[Path], Path]] = {
    "ConstantOfShape": graph(a=(10_000, 10_000)),
    "Concat": graph(*[node("Concat", f"a{i} a{i}", f"a{i + 1}", axis=0) for i in range(14)], a0=(100, 100)),
    "Gather": graph(node("Gather", "a i", "b"), a=(1, 3000), i=(3000,)),
    "Cast": graph(node("Cast", "a", "b", to=onnx.TensorProto.DOUBLE), a=(700, 700)),
    "texts": graph(TEXTS, *[node("Concat", "t t", f"c{i}", axis=0) for i in range(9)], a=(100, 100)),
    "numbers of texts": graph(TEXTS, *[node("Cast", "t", f"c{i}", to=1) for i in range(11)], a=(100, 100)),
    "Cast to texts": graph(TEXTS, a=(300, 300)),
    "Add": graph(node("Add", "a b", "c"), a=(2000, 1), b=(1, 2000)),
    "Sqrt": graph(node("Sqrt", "a", "b"), node("Sqrt", "a", "c"), a=(400, 400)),
    "Reshape": graph(
        node("Transpose", "a", "t"), *[node("Reshape", "t s", f"r{i}") for i in range(3)],
        a=(600, 600), named={"s": [-1]},
    ),
    "MatMul": graph(*chain(20, ("MatMul", "w", {})), w=(300, 300), x=(300,)),
    "Gemm": graph(*chain(3, ("Gemm", "w", {"alpha": 2.0})), w=(500, 500), x=(500,)),
    "Conv": graph(*chain(60, ("Conv", "w", {"pads": [1] * 4})), w=(50, 50, 3, 3), x=(50, 4, 4)),
    "MatMul and Mul": graph(
        *chain(3, ("MatMul", "w", {}), ("Mul", "v", {}), ("Relu", "", {})), w=(450, 450), v=(1, 450), x=(450,)
    ),
    "Mul": graph(*chain(10, ("Mul", "w", {})), w=(1, 20_000), x=(20_000,)),
    "MaxPool": graph(*chain(6, ("MaxPool", "", {"kernel_shape": [1, 1]})), x=IMAGE),
    "Transpose": graph(*chain(12, TURNED, ("Reshape", "s", {})), x=IMAGE, named={"s": [-1, *IMAGE]}),
    "columns": graph(*[node("Concat", "x z", f"c{i}", axis=1) for i in range(4)], x=(20_000,)),
    "names of classes": graph(
        node("ArgMax", "x", "l"), node("ArrayFeatureExtractor", "a l", "m", domain="ai.onnx.ml"), a=(100_001,)
    ),
    ".npz": packed,
    ".keras": dense_at_one_address,
    "inputs of .keras": keras_rows(6000),
    "Rescaling": keras_rows(2000, *rescalings(60)),
    "Concatenate": keras_rows(3000, *[keras_layer(f"c{i}", "Concatenate", "x", "z") for i in range(12)]),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_sentence_before_it_is_made(name: str, tmp_path: Path) -> None:
    path = BOMBS[name](tmp_path)
    tracemalloc.start()
    try:
        with (
            pytest.raises(ValueError, match=rf"^{path.name} cannot be opened: it (unpacks to|has) more than"),
            reading(path, most_bytes=SMALL),
        ):
            load_model(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * SMALL


_BROWSER = """
import sys, threading, time
del time.thread_time
sys.modules["_multiprocessing"] = None
def start(self):
    raise RuntimeError("can't start new thread")
threading.Thread.start = start
import core
model = core.Sequence([core.Dense(4, "tanh"), core.Dense(1)], loss="mse")
before, *_, after = model.fit([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0], epochs=20, verbose=0).history["loss"]
assert after < before
"""


def test_the_library_trains_without_a_threads_clock_and_without_threads() -> None:
    command, root = [sys.executable, "-c", _BROWSER], Path(__file__).parents[3]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
