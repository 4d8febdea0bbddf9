"""Small files that name far more than they hold: graphs that fold to gigabytes, arrays at one address, packed zeros.

Nodes, shapes and sharing are at random; some are harmless, so that a reader that refuses all of them is noticed.
"""

from __future__ import annotations

import io
import json
import math
import random
import struct
import zipfile
import zlib
from typing import Any

import numpy as np


def onnx_bomb(rng: random.Random, _: bytes = b"") -> bytes:
    """A graph of one input, whose constants, layers or order of numbers grow from node to node."""
    return _Graph(rng).content()


class _Graph:
    def __init__(self, rng: random.Random) -> None:
        from onnx import TensorProto, helper, numpy_helper

        self._rng, self._make, self._array, self._types = rng, helper, numpy_helper.from_array, TensorProto
        self._nodes: list[Any] = []
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}
        self._largest = rng.choice((1, 2, 3, 4, 6, 8))

    def content(self) -> bytes:
        rng = self._rng
        side = rng.choice((8, 100, 1000)) if rng.random() < 0.3 else 0
        width = self._length(6 if rng.random() < 0.3 else 3)
        for _ in range(rng.choice((0, 0, 1, 2))):
            self._hoard()
        x = self._image_layers(side) if side else self._dense_layers("x", width)
        x = self._add(rng.choice(("MatMul", "Gemm")), x, self._filled(side * side or width, self._length(4)))
        port, float32 = self._make.make_tensor_value_info, self._types.FLOAT
        graph = self._make.make_graph(
            self._nodes,
            "bomb",
            [port("x", float32, [None, 1, side, side] if side else [None, width])],
            [port(x, float32, None)],
            [self._array(array, name) for name, array in self._arrays.items()],
        )
        opsets = [self._make.make_opsetid("", rng.choice((9, 13, 17)))]
        content: bytes = self._make.make_model(graph, ir_version=8, opset_imports=opsets).SerializeToString()
        return content

    def _length(self, most: float) -> int:
        return max(1, round(10 ** self._rng.uniform(0, min(most, self._largest))))

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        self._nodes.append(self._make.make_node(operator, inputs, [f"v{len(self._nodes)}"], **attributes))
        return f"v{len(self._nodes) - 1}"

    def _filled(self, *lengths: int, kind: type = np.float32) -> str:
        name = f"shape{len(self._arrays)}"
        self._arrays[name] = np.array(lengths, np.int64)
        return self._add("ConstantOfShape", name, value=self._array(np.ones(1, kind)))

    def _hoard(self) -> None:
        """Constants that grow, most often out of themselves, and that nothing needs."""
        rng, rows, columns = self._rng, self._length(4), self._length(4)
        value = self._filled(rows, columns)
        for _ in range(rng.choice((1, 3, 30))):
            kind = rng.choice(
                ("Concat", "Concat", "Gather", "Cast", "Add", "Outer", "Reshape", "Sqrt", "Tile")
            )
            if kind == "Concat":
                copies = rng.choice((2, 2, 9))
                value, rows = self._add(kind, *[value] * copies, axis=0), copies * rows
            elif kind == "Gather":
                rows = self._length(8)
                value = (
                    self._add(kind, value, self._filled(rows, kind=np.int64), axis=0) if columns else value
                )
            elif kind == "Cast":
                to = rng.choice((self._types.DOUBLE, self._types.STRING, self._types.FLOAT))
                value = self._add(kind, value, to=to)
            elif kind == "Outer":
                value = self._add("Mul", value, self._filled(self._length(6), 1, 1))
                value = self._add("Reshape", value, self._named([-1, columns]))
            elif kind == "Reshape":
                value = self._add(kind, self._add("Transpose", value), self._named([-1, columns]))
            elif kind == "Tile":
                value = self._add("Concat", value, self._add("Identity", value), axis=0)
            else:
                value = self._add(kind, *[value] * (2 if kind == "Add" else 1))

    def _named(self, numbers: list[int]) -> str:
        name = f"numbers{len(self._arrays)}"
        self._arrays[name] = np.array(numbers, np.int64)
        return name

    def _dense_layers(self, x: str, width: int) -> str:
        """Layers that share a kernel, scaling of wide rows, and skip links in skip links."""
        rng, kernel = self._rng, self._filled(width, width) if width < 20_000 else ""
        for _ in range(rng.choice((1, 5, 60, 300))):
            kind = rng.choice(("MatMul", "Gemm", "Mul", "Add", "Relu"))
            if kind in ("MatMul", "Gemm"):
                x = self._add(kind, x, kernel) if kernel else x
            elif kind == "Add":
                x = self._add(kind, x, self._add("Relu", x))
            else:
                x = self._add(kind, x, *([self._filled(1, width)] if kind == "Mul" else []))
        return x

    def _image_layers(self, side: int) -> str:
        """Layers of large images, of which every number has a place."""
        rng, x = self._rng, "x"
        for _ in range(rng.choice((1, 5, 60, 300))):
            kind = rng.choice(("MaxPool", "AveragePool", "Mul", "Relu", "Transpose"))
            if kind in ("MaxPool", "AveragePool"):
                x = self._add(kind, x, kernel_shape=[1, 1])
            elif kind == "Mul":
                x = self._add(kind, x, self._filled(1, 1, 1, 1))
            else:
                x = self._add(kind, x, **({"perm": [0, 1, 3, 2]} if kind == "Transpose" else {}))
        return self._add("Flatten", x)


def keras_bomb(rng: random.Random, _: bytes = b"") -> bytes:
    """Layers whose weights lie at one address, wide inputs, and columns that are put side by side again and again."""
    width = max(1, round(10 ** rng.uniform(0, rng.choice((1, 3, 6)))))
    units = max(1, round(10 ** rng.uniform(0, 3.2)))
    layers: list[dict[str, Any]] = [_input("x", width)]
    shapes: list[tuple[str, tuple[int, ...]]] = []

    def add(kind: str, *parents: str, **settings: Any) -> str:
        name = f"l{len(layers)}"
        tensors = [
            {"class_name": "__keras_tensor__", "config": {"keras_history": [each, 0, 0]}} for each in parents
        ]
        call = {"args": [tensors] if len(parents) > 1 else tensors, "kwargs": {}}
        layers.append({"class_name": kind, "name": name, "config": settings, "inbound_nodes": [call]})
        return name

    x = "x"
    joins = rng.choice((0.0, 0.0, 0.5))
    for _ in range(rng.choice((0, 2, 30, 300))):
        if rng.random() < joins and width < 10**9:
            x, width = add("Concatenate", x, x), 2 * width
        else:
            x = add("Rescaling", x, scale=1.01)
    dense = rng.choice((1, 3, 60))
    for place in range(dense):
        last = place == dense - 1
        count = 2 if last else units
        x = add("Dense", x, units=count, use_bias=False, activation="softmax" if last else "relu")
        group = f"dense_{place}" if place else "dense"
        shapes.append((group, (width, count)))
        width = count
    inner = {"name": "bomb", "layers": layers, "input_layers": ["x", 0, 0], "output_layers": [x, 0, 0]}
    return keras_file({"class_name": "Functional", "config": inner}, shapes)


def keras_file(config: dict[str, Any], shapes: list[tuple[str, tuple[int, ...]]]) -> bytes:
    """A `.keras` of this configuration, in which an array for each group in `shapes` begins at the same zeros."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(config))
        weights = _shared_arrays(shapes, min(40_000_000, max(4 * math.prod(shape) for _, shape in shapes)))
        archive.writestr("model.weights.h5", weights)
        # Packed no further than trained weights may be.
        archive.writestr("filler", random.Random(0).randbytes(len(weights) // 45), zipfile.ZIP_STORED)
    return content.getvalue()


def packed_zeros(shape: tuple[int, ...], kind: str) -> bytes:
    """An array of zeros as a journal of trials packs it."""
    packer = zlib.compressobj(9)
    plain = io.BytesIO()
    np.lib.format.write_array_header_1_0(plain, {"descr": kind, "fortran_order": False, "shape": shape})
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    pieces = [packer.compress(plain.getvalue())]
    pieces += [packer.compress(bytes(min(1 << 20, size - start))) for start in range(0, size, 1 << 20)]
    return b"".join(pieces) + packer.flush()


def _input(name: str, width: int) -> dict[str, Any]:
    return {
        "class_name": "InputLayer",
        "name": name,
        "config": {"batch_shape": [None, width]},
        "inbound_nodes": [],
    }


def _shared_arrays(shapes: list[tuple[str, tuple[int, ...]]], room: int) -> bytes:
    """HDF5 with an array for each layer, all of which begin at the same zeros, `room` bytes of them."""
    from core.formats.keras.hdf5_writer import hdf5_bytes

    tree = {name: {"vars": {"0": np.zeros((1,) * len(shape), np.float32)}} for name, shape in shapes}
    content = bytearray(hdf5_bytes({"layers": tree}))
    place = 0
    for _, shape in sorted(shapes):
        # The header of each array: its shape, and where its numbers are.
        space = content.index(struct.pack("<HHB3x", 1, 8 + 8 * len(shape), 0), place)
        struct.pack_into(f"<{len(shape)}Q", content, space + 16, *shape)
        layout = content.index(struct.pack("<HHB3xBB", 8, 24, 0, 3, 1), space)
        size = 4 * int(np.prod([float(each) for each in shape]))
        struct.pack_into("<QQ", content, layout + 10, len(content), size)
        place = layout
    return bytes(content) + bytes(room)
