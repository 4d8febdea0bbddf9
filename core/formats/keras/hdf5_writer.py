"""Write HDF5 files of float32 arrays in groups, as `h5py` writes them by default: what Keras keeps weights in.

The format's first version alone: a superblock 0, groups as symbol tables, and datasets in one piece. The specification
is "HDF5 File Format Specification Version 3.0" of the HDF Group; its sections are named beside the code.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Tree = Mapping[str, "Tree | NDArray[np.float32]"]
"""A group: groups and arrays by name."""

_UNDEFINED: Final = 0xFFFF_FFFF_FFFF_FFFF
_ROOT_ENTRY: Final = 56
"""Offsets of the superblock's end and the root group's entry."""
_SUPERBLOCK_BYTES: Final = 96
_TREE_HALF: Final = 16
"""Half the children of a node of a B-tree; all names of a group are in the first one."""
_FLOAT32: Final = struct.pack("<BBBBI2H4BI", 0x11, 0x20, 31, 0, 4, 0, 32, 23, 8, 0, 23, 127)


def hdf5_bytes(root: Tree) -> bytes:
    """The content of a file. Names are of ASCII letters, without slashes."""
    return _Writer(root).content


class _Writer:
    """Appends block by block, the innermost first, and writes the superblock at the end."""

    def __init__(self, root: Tree) -> None:
        self._blocks = bytearray(_SUPERBLOCK_BYTES)
        # One leaf holds twice this number of names; 4 is the library's default.
        self._leaf_half = max(4, -(-_longest(root) // 2))
        header, tree, heap = self._group(root)
        # II.A, version 0.
        superblock = struct.pack(
            "<8s8BHHI4Q", b"\x89HDF\r\n\x1a\n", 0, 0, 0, 0, 0, 8, 8, 0, self._leaf_half, _TREE_HALF, 0,
            0, _UNDEFINED, len(self._blocks), _UNDEFINED,
        )  # fmt: skip
        entry = struct.pack("<QQII2Q", 0, header, 1, 0, tree, heap)
        self._blocks[:_SUPERBLOCK_BYTES] = superblock + entry

    @property
    def content(self) -> bytes:
        return bytes(self._blocks)

    def _append(self, block: bytes | bytearray | memoryview) -> int:
        """The address of a new block; all addresses are multiples of 8."""
        address = len(self._blocks)
        self._blocks += block
        self._blocks += bytes(-len(self._blocks) % 8)
        return address

    def _group(self, group: Tree) -> tuple[int, int, int]:
        """Addresses of a group's header, B-tree and heap (III.A.1, III.B, III.D)."""
        # Sorted as bytes.
        headers = {
            name: self._dataset(each) if isinstance(each, np.ndarray) else self._group(each)[0]
            for name, each in sorted(group.items())
        }
        names, places = bytearray(8), {}
        for name in headers:
            places[name] = len(names)
            names += name.encode("ascii") + b"\0"
            names += bytes(-len(names) % 8)
        # 1: no free room.
        heap = self._append(struct.pack("<4sB3xQQQ", b"HEAP", 0, len(names), 1, len(self._blocks) + 32))
        self._append(names)
        entries = b"".join(struct.pack("<QQ24x", places[name], address) for name, address in headers.items())
        leaf = struct.pack("<4sBxH", b"SNOD", 1, len(headers)) + entries
        used = 1 if headers else 0
        child = self._append(leaf.ljust(8 + 2 * self._leaf_half * 40, b"\0")) if used else 0
        node = struct.pack("<4sBBHQQ", b"TREE", 0, 0, used, _UNDEFINED, _UNDEFINED)
        node += struct.pack("<3Q", 0, child, max(places.values(), default=0))
        tree = self._append(node.ljust(24 + 8 * (4 * _TREE_HALF + 1), b"\0"))
        return self._header((0x11, struct.pack("<QQ", tree, heap))), tree, heap

    def _dataset(self, array: NDArray[np.float32]) -> int:
        """The address of an array's header: its shape, its type, no fill value, and where its numbers are (IV.A.2)."""
        numbers = np.ascontiguousarray(array, "<f4")
        # What is empty is nowhere.
        address = self._append(numbers.reshape(-1).view(np.uint8).data) if numbers.size else _UNDEFINED
        return self._header(
            (0x01, struct.pack(f"<BB6x{array.ndim}Q", 1, array.ndim, *array.shape)),
            (0x03, _FLOAT32),
            (0x05, struct.pack("<4BI", 2, 2, 2, 1, 0)),
            (0x08, struct.pack("<BBQQ", 3, 1, address, numbers.nbytes)),
        )

    def _header(self, *messages: tuple[int, bytes]) -> int:
        """The address of an object header of version 1 (IV.A.1.a)."""
        padded = [(kind, body + bytes(-len(body) % 8)) for kind, body in messages]
        content = b"".join(struct.pack("<HHB3x", kind, len(body), 0) + body for kind, body in padded)
        return self._append(struct.pack("<BxHII4x", 1, len(messages), 1, len(content)) + content)


def _longest(group: Any) -> int:
    """The most names in a group."""
    if isinstance(group, np.ndarray):
        return 0
    return max(len(group), *(_longest(each) for each in group.values()), 0)
