"""The budget of a file: what is counted, what ends a reading, and bombs that end before they are made."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.formats import load_model, report_model
from core.formats.keras import hdf5_reader
from core.formats.keras.hdf5_reader import hdf5_arrays
from core.formats.keras.hdf5_writer import hdf5_bytes
from core.formats.onnx.protobuf import FieldReader
from core.io import budget, npy
from core.io.budget import BudgetError, admit, reading, spend
from core.io.npy import read_npy
from core.io.safetensors_reader import StoredArray, safetensors_arrays
from core.io.zip_reader import ZipReader
from core.nn import LAYERS, Dense
from core.nn.network import Network
from tests.fuzz.bombs import keras_file

onnx = pytest.importorskip("onnx")
from tests.core.formats.onnx.made_graphs import node, write  # noqa: E402

SMALL = 20_000_000


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
    *shapes: tuple[str, tuple[int, ...]], nodes: list[object], width: int = 4
) -> Callable[[Path], Path]:
    """A file whose graph computes `nodes` beside a Relu, behind constants of these shapes."""

    def make(folder: Path) -> Path:
        made: list[object] = []
        arrays: dict[str, np.ndarray] = {}
        for name, shape in shapes:
            more, named = filled(name, *shape)
            made, arrays = made + more, arrays | named
        return write(folder, [*made, *nodes, node("Relu", "x", "y")], arrays, {"x": ["n", width]})  # type: ignore[list-item]

    return make


def doubled(operator: str, count: int, **settings: object) -> list[object]:
    return [node(operator, f"a{i} a{i}", f"a{i + 1}", **settings) for i in range(count)]


def shared(count: int) -> list[object]:
    return [node("MatMul", f"{'x' if i == 0 else f'h{i}'} w", f"h{i + 1}") for i in range(count)]


def packed(folder: Path) -> Path:
    """Zeros in an .npz, a thousand of which take a byte."""
    described = {"layers": [{"kind": "dense", "units": 2000}], "input_shape": [2000], "layout": "keras"}
    path = folder / "made.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in (
            ("metadata", np.array(json.dumps(described))),
            ("dense/kernel", np.zeros((2000, 2000), np.float32)),
            ("dense/bias", np.zeros(2000, np.float32)),
        ):
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(f"{name}.npy", content.getvalue())
        archive.writestr("filler", random.Random(0).randbytes(400_000))
    return path


def at_one_address(folder: Path) -> Path:
    """Layers of a .keras whose weights are the same zeros."""
    path = folder / "made.keras"
    entries = [
        {"class_name": "Dense", "name": f"d{i}", "config": {"units": 700, "use_bias": False}}
        for i in range(20)
    ]
    config = {"layers": entries, "build_input_shape": [None, 700]}
    groups = [(f"dense_{i}" if i else "dense", (700, 700)) for i in range(20)]
    path.write_bytes(keras_file({"class_name": "Sequential", "config": config}, groups))
    return path


BOMBS: dict[str, Callable[[Path], Path]] = {
    "ConstantOfShape": graph(("a0", (10_000, 10_000)), nodes=[]),
    "Concat": graph(("a0", (100, 100)), nodes=doubled("Concat", 14, axis=0)),
    "Gather": graph(("a0", (1, 3000)), ("i", (3000,)), nodes=[node("Gather", "a0 i", "b")] * 1),
    "Cast": graph(("a0", (1500, 1500)), nodes=[node("Cast", "a0", "b", to=onnx.TensorProto.DOUBLE)]),
    "Add": graph(("a0", (3000, 1)), ("b", (1, 3000)), nodes=[node("Add", "a0 b", "c")]),
    "MatMul": graph(("w", (1000, 1000)), nodes=shared(20), width=1000),
    "Mul": graph(
        ("w", (1, 100_000)), nodes=[node("Mul", f"{'x' if i == 0 else f'h{i}'} w", f"h{i + 1}") for i in range(30)],
        width=100_000,
    ),
    "texts": graph(("a0", (1000, 1000)), nodes=[node("Cast", "a0", "b", to=onnx.TensorProto.STRING)]),
    ".npz": packed,
    ".keras": at_one_address,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_sentence_before_it_is_made(name: str, tmp_path: Path) -> None:
    path = BOMBS[name](tmp_path)
    tracemalloc.start()
    try:
        with (
            pytest.raises(
                ValueError, match=rf"^{path.name} cannot be opened: it (unpacks to more|has more) than"
            ),
            reading(path, most_bytes=SMALL),
        ):
            load_model(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * SMALL
