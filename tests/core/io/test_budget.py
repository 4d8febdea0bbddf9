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

from core.io import budget
from core.io.budget import BudgetError, admit, reading, spend
from core.model.readers import load_model
from tests.fuzz.bombs import keras_file

onnx = pytest.importorskip("onnx")
from tests.core.model.onnx_reading.made_graphs import node, write  # noqa: E402

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
