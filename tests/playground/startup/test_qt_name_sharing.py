"""pyqtgraph's modules of Qt's names, in processes of their own, since it is imported once."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.environment

IMPORTED = """
from PySide6 import QtCore, QtGui, QtWidgets
from shiboken6 import Shiboken
from playground.startup.qt_name_sharing import share_qt_names

def made():
    found, kinds = set(), [Shiboken.Object]
    while kinds:
        more = set(type.__subclasses__(kinds.pop())) - found
        found |= more
        kinds += more
    return len(found)

listed = [set(dir(source)) for source in (QtCore, QtGui, QtWidgets)]
before = made()
shared = share_qt_names()
few = made() - before
import pyqtgraph as pg
"""


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORTED + code], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_pyqtgraph_makes_only_the_classes_that_it_uses() -> None:
    made = (
        "from pyqtgraph.Qt import _copy_attrs\n"
        "for source in (QtCore, QtGui, QtWidgets): _copy_attrs(source, type(pg)('copy'))\n"
        "print(shared, few < 0.5 * made())"
    )
    assert _run(made) == "True True\n"


def test_its_modules_have_every_name() -> None:
    names = (
        "for source in (QtCore, QtGui, QtWidgets):\n"
        "    theirs = getattr(pg.Qt, source.__name__.split('.')[1])\n"
        "    assert set(dir(source)) <= set(dir(theirs))\n"
        "    assert all(getattr(theirs, name) is getattr(source, name) for name in dir(source) if name[:2] != '__')\n"
        "    assert not hasattr(theirs, 'QNothing')\n"
        "print(pg.QtWidgets.QOpenGLWidget.__name__, pg.Qt.QtVersion == QtCore.__version__)\n"
        "print(listed == [set(dir(source)) for source in (QtCore, QtGui, QtWidgets)])"
    )
    assert _run(names) == "QOpenGLWidget True\nTrue\n"


def test_a_pyqtgraph_that_is_imported_already_stays_as_it_is() -> None:
    assert _run("print(share_qt_names(), 'QColor' in vars(pg.QtGui))") == "False True\n"
