"""Run in a fork: the window without some plug-ins, as if their folders were not there.

Arguments: a folder with `all.nnplay`, saved with all plug-ins, or to be saved; then the kinds to leave out.
"""

import sys
from contextlib import redirect_stderr, suppress
from io import StringIO
from pathlib import Path
from time import monotonic
from zipfile import ZipFile

import pyqtgraph  # noqa: F401  # by the process that forks

ROOT = Path(__file__).resolve().parents[3]
folder, gone = Path(sys.argv[1]), set(sys.argv[2:])
sys.path.insert(0, str(ROOT))

from tests.left_out_plugins import leave_out  # noqa: E402

leave_out(gone)

from playground.plugins import PLUGINS  # noqa: E402

assert not gone & {each.kind for each in PLUGINS}

from PySide6.QtTest import QTest  # noqa: E402

from core.inspect.findings import FindingsPart  # noqa: E402
from playground.cli import main  # noqa: E402
from playground.training.state import TrainingState  # noqa: E402
from playground.window.pages import PAGES  # noqa: E402
from tests.benchmarks.open_window import as_the_application, close_window, make_window  # noqa: E402


def wait_for(is_done):  # type: ignore[no-untyped-def]
    end = monotonic() + 120
    while not is_done():
        assert monotonic() < end, is_done
        QTest.qWait(5)


if "film" in gone:
    with redirect_stderr(StringIO()) as told, suppress(SystemExit):
        main(["film", "spirals", "out.webp"])
    assert "called 'film'; commands are train" in told.getvalue()
    assert "with a plug-in: install the package that has it" in told.getvalue()
window = make_window(as_the_application(), folder / "preferences.json")
window.session.start()
wait_for(lambda: window.session.state is TrainingState.IDLE)
for row in PAGES:
    window.pages.show(row.kind)
window.pages.show("build")
kept, file = folder / "all.nnplay", folder / ("left.nnplay" if gone else "all.nnplay")
if gone:
    window.files.open_file(kept)
    wait_for(lambda: window.document.path == kept and window.session.state is TrainingState.PAUSED)
shown = window.snapshot_router
wait_for(lambda: shown.snapshot is not None and shown.snapshot.epoch == 3 * bool(gone))
if not gone:
    window.session.step_epochs(3)
    wait_for(lambda: shown.snapshot.epoch == 3 and window.session.state is TrainingState.PAUSED)
# What only those show that are not there is not computed.
assert (window.session.timeline.count > 0) is any(each.looks_back for each in PLUGINS)
assert (shown.snapshot.part(FindingsPart) is None) is ("doctor" in gone)
window.files.saver.save(file)
wait_for(lambda: window.document.path == file and not window.document.unsaved)
if gone:
    with ZipFile(kept) as one, ZipFile(file) as two:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: two.read(name) for name in two.namelist()
        }
    window.session.step_epochs(3)
    wait_for(lambda: shown.snapshot.epoch == 6 and window.session.state is TrainingState.PAUSED)
close_window(window)
sys.stdout.write("opened, saved and trained")
