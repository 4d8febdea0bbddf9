"""Keeps PySide from unpickling what stands in files and on clipboards of Qt's own."""

from __future__ import annotations

import pickle
import struct

from PySide6.QtCore import QByteArray, QDataStream

__all__ = ["forbid_unpickling"]

_TYPE = b"PySide::PyObjectWrapper\0"
# How QDataStream writes a QVariant of a registered type: the type's number (65536 is "by name"), whether it is null,
# the name, and for this type the length of the pickle, here 0.
_EMPTY_OBJECT = struct.pack(">IBI", 65536, 0, len(_TYPE)) + _TYPE + struct.pack(">I", 0)


def forbid_unpickling() -> bool:
    """Make every Python object None that PySide reads from a QVariant; return whether that is in force. Call it once.

    Qt reads QVariants from files by itself, QFileDialog from QtProject.conf for one, and PySide calls `pickle.loads`
    for those that claim to be Python objects. It looks that function up once, at the first: so the first is read here,
    while another function has the name. Python's own users of pickle, processes say, are not touched.
    """
    asked = []

    def refuse(_: object) -> None:
        asked.append(True)

    loads = pickle.loads
    pickle.loads = refuse  # type: ignore[assignment]
    try:
        for _ in range(2):
            QDataStream(QByteArray(_EMPTY_OBJECT)).readQVariant()
            pickle.loads = loads
    finally:
        pickle.loads = loads
    # The second time it was called although it had the name no more.
    return len(asked) == 2
