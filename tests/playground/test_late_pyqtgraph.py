"""pyqtgraph with what the window uses of it, in processes of their own, since it is imported once."""

from __future__ import annotations

import subprocess
import sys

LATE = """
import sys
from PySide6 import QtCore, QtGui, QtWidgets
from shiboken6 import Shiboken
from playground.late_pyqtgraph import import_pyqtgraph

def made():
    found, kinds = set(), [Shiboken.Object]
    while kinds:
        more = set(type.__subclasses__(kinds.pop())) - found
        found |= more
        kinds += more
    return len(found)

def imported():
    return [name for name in sys.modules if name.startswith('pyqtgraph.')]

listed = [set(dir(source)) for source in (QtCore, QtGui, QtWidgets)]
before = made()
assert import_pyqtgraph()
few, first = made() - before, imported()
import pyqtgraph as pg
"""
WHOLE = """
import pyqtgraph as pg
print(sorted(name for name in vars(pg) if not name.startswith('__')))
"""


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_window_finds_all_that_it_uses_without_another_import() -> None:
    used = (
        "from playground.late_pyqtgraph import _LATER\n"
        "import playground.views.results.panel, playground.views.canvas.signal_animation\n"
        "import playground.views.widgets.charts.overlay_chart\n"
        "modules = [sys.modules[name] for name in first]\n"
        "print(imported() == first, len(first) < 50)\n"
        "print([each for each in modules for value in vars(each).values() if value is _LATER])"
    )
    assert _run(LATE + used) == "True True\n[]\n"


def test_few_of_qts_classes_are_made() -> None:
    made = (
        "from pyqtgraph.Qt import _copy_attrs\n"
        "for source in (QtCore, QtGui, QtWidgets): _copy_attrs(source, type(pg)('copy'))\n"
        "print(few < 0.4 * made())"
    )
    assert _run(LATE + made) == "True\n"


def test_the_rest_is_there_when_it_is_asked_for() -> None:
    rest = (
        "assert 'PlotWidget' not in vars(pg)\n"
        "assert pg.PlotWidget.__module__ == 'pyqtgraph.widgets.PlotWidget'\n"
        "import pyqtgraph.exporters\n"
        "assert not hasattr(pg, 'Nothing')\n"
        "for name in ('__getattr__', 'exporters', 'canvas'): vars(pg).pop(name, None)\n"
        "print(sorted(name for name in vars(pg) if not name.startswith('__')))"
    )
    assert _run(LATE + rest) == _run(WHOLE)


def test_its_modules_have_every_name_of_qt() -> None:
    names = (
        "for source in (QtCore, QtGui, QtWidgets):\n"
        "    theirs = getattr(pg.Qt, source.__name__.split('.')[1])\n"
        "    assert set(dir(source)) <= set(dir(theirs))\n"
        "    assert all(getattr(theirs, name) is getattr(source, name) for name in dir(source) if name[:2] != '__')\n"
        "    assert not hasattr(theirs, 'QNothing')\n"
        "print(pg.QtWidgets.QOpenGLWidget.__name__, pg.Qt.QtVersion == QtCore.__version__)\n"
        "print(listed == [set(dir(source)) for source in (QtCore, QtGui, QtWidgets)])"
    )
    assert _run(LATE + names) == "QOpenGLWidget True\nTrue\n"


def test_a_pyqtgraph_that_is_imported_already_stays_as_it_is() -> None:
    whole = "import pyqtgraph\nfrom playground.late_pyqtgraph import import_pyqtgraph\n"
    assert _run(f"{whole}print(import_pyqtgraph(), 'PlotWidget' in vars(pyqtgraph))") == "False True\n"
