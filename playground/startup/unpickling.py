"""Keep PySide from unpickling data in Qt's files and clipboards."""

from __future__ import annotations

import pickle
import struct

import PySide6
from PySide6.QtCore import QByteArray, QDataStream

_TYPE = b"PySide::PyObjectWrapper\0"
# A QVariant of a registered type in QDataStream: the type's number (65536 means by name), whether it is null, the name
# and, for this type, the length of the pickle, here 0.
_EMPTY_OBJECT = struct.pack(">IBI", 65536, 0, len(_TYPE)) + _TYPE + struct.pack(">I", 0)


def unpickles() -> bool:
    """Whether this PySide runs the pickle in a QVariant; from 6.12 on it reads builtin types alone."""
    return PySide6.__version_info__[:2] < (6, 12)


def forbid_unpickling() -> bool:
    """Make PySide read every Python object in a QVariant as None; returns whether none is run. Call it once.

    Qt reads QVariants from files by itself, such as QFileDialog from QtProject.conf, and PySide calls `pickle.loads`
    for those that claim to be Python objects. It looks that function up only once, at the first, which is read here
    while another function has its name. Python's own uses of pickle, such as processes, are unaffected.
    """
    if not unpickles():
        return True
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
    # The second call happened although the name was restored.
    return len(asked) == 2
