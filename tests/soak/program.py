"""The application, whose window is used by a soak instead of a person."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

import playground
from core.compiled.readiness import is_installed, load
from core.data.downloads.archives import ARCHIVES
from playground import app
from playground.commands import project_opener, project_saver
from playground.model import newer_version
from playground.window import main_window
from tests.benchmarks.registry import table
from tests.loopback_mirror import NO_NEWER, serving
from tests.made_images import make_archive, standing_in
from tests.soak.faults import Faults
from tests.soak.files import SampleFiles
from tests.soak.memory import (
    WARM_SECONDS,
    Measurement,
    grown_classes,
    growth_mb,
    late_packages,
    threads_of_python,
)
from tests.soak.soak import Record, Soak

MAX_GROWTH_MB = 30.0
_ROOT = Path(__file__).parents[2]
_AUTOSAVE_SECONDS = 5.0
_LOOKS = 40
_CLASSES = 15
_ENDING_SECONDS = 60.0
_DIALOG_AFTER_MS = 20
"""Sooner than the window shows a dialog while it opens or saves, which few files take long enough for."""
_IMPORTED_LATE = (
    "av", "distributed", "fastparquet", "joblib", "onnx", "onnxruntime", "optuna", "pandas", "safetensors.numpy",
    "scipy.stats", "sklearn.ensemble", "sklearn.linear_model", "sklearn.model_selection", "sklearn.multioutput",
    "sklearn.neighbors",
)  # fmt: skip
"""Imported by the first file, sweep or probe that needs them, at any time: up to 30 MB each that would count as
growth. The summary names what else was imported late."""


class SoakedWindow(main_window.MainWindow):
    """Soaks itself as soon as it is shown, and closes then."""

    faults: Faults
    files_to_open: SampleFiles
    seed, seconds, only = 0, 0.0, ""
    mirrors: tuple[str, ...] = ()
    record: Record

    def show(self) -> None:
        super().show()
        self.downloads.mirrors = self.mirrors
        newer_version.ADDRESS = NO_NEWER  # type: ignore[misc]
        QTimer.singleShot(0, self, self._run)

    def _run(self) -> None:
        look_seconds = max(5.0, self.seconds / _LOOKS)
        soak = Soak(
            self,
            self.files_to_open,
            self.faults,
            seed=self.seed,
            look_seconds=look_seconds,
            only=self.only,
            told=_tell,
        )
        type(self).record = soak.record
        soak.run(self.seconds)
        self.close()


def _tell(found: Measurement) -> None:
    """The curve of memory, point by point: the process may not reach its end."""
    print(
        f"{found.seconds:5.0f} s {found.moves:6,} moves {found.memory_mb:5.0f} MB "
        f"(malloc {found.given_mb:.0f}, kept {found.kept_mb:.0f}) {found.widgets:4,} widgets "
        f"{found.blocks:9,} Python blocks {found.threads:2} threads {len(found.modules):,} modules",
        flush=True,
    )


class _Opener(QObject):
    """Takes what the window would open with the desktop's programs."""

    @Slot(QUrl)
    def open(self, _: QUrl) -> None:
        """Nothing."""


def run(folder: Path, seed: int, seconds: float, only: str) -> int:
    """Run the application with files below `folder`, and print a summary; returns the exit code."""
    for name in _IMPORTED_LATE:
        with suppress(ImportError):
            importlib.import_module(name)
    _load_engine()
    with ExitStack() as stack:
        faults = Faults()
        stack.enter_context(standing_in(folder / "cache"))
        mirror = stack.enter_context(serving(_downloads()))
        before = threads_of_python()
        SoakedWindow.faults, SoakedWindow.files_to_open = faults, SampleFiles(folder / "files")
        SoakedWindow.seed, SoakedWindow.seconds, SoakedWindow.only = seed, seconds, only
        SoakedWindow.mirrors = (mirror.url,)
        main_window.MainWindow = SoakedWindow  # type: ignore[misc]
        project_opener._DIALOG_AFTER_MS = project_saver._DIALOG_AFTER_MS = _DIALOG_AFTER_MS
        stack.enter_context(faults.collecting())
        opener = _Opener()
        QDesktopServices.setUrlHandler("file", opener, "open")
        code = app.run(autosave_seconds=_AUTOSAVE_SECONDS)
        faults.describe = lambda: "the end"
        if code:
            faults.add(f"the application ended with {code}")
        for thread in _left_threads(before):
            faults.add(f"a thread is left: {thread}")
    return _summarize(SoakedWindow.record, faults, seed, only)


def _load_engine() -> None:
    """Compile elsewhere, as the window does, and load: the window's niced compilation may end after five minutes."""
    if is_installed():
        code = "from core.compiled.readiness import load; load()"
        subprocess.run([sys.executable, "-c", code], cwd=_ROOT, check=True)
        load()


def _downloads() -> dict[str, bytes]:
    return {
        f"{name}.gz": content
        for archive in ARCHIVES.values()
        for name, content in make_archive(archive).packed.items()
    }


def _left_threads(before: set[threading.Thread]) -> Iterator[str]:
    gc.collect()
    for thread in threads_of_python() - before:
        # The proof of an export may run another program, PyTorch for example.
        thread.join(_ENDING_SECONDS)
        if thread.is_alive():
            yield thread.name
    for found in gc.get_objects():
        if isinstance(found, QThread) and found.isRunning() and found is not QThread.currentThread():
            yield found.objectName() or repr(found)


def _summarize(record: Record, faults: Faults, seed: int, only: str) -> int:
    kinds: Counter[str] = Counter()
    for name, count in record.done.items():
        kinds[name if name.startswith("in ") else name.partition(" ")[0]] += count
    print(table(("moves", ""), [(name, f"{count:,}") for name, count in kinds.most_common()]))
    held, what = record.longest
    grown, seconds = growth_mb(record.measurements), record.measurements[-1].seconds
    print(
        f"{record.moves:,} moves, {record.decks} times all there are; {record.snapshots:,} pictures; "
        f"longest {held:.1f} s: {what}"
    )
    print(f"grown by {grown:.1f} MB after the first {min(WARM_SECONDS, seconds / 2):.0f} s")
    print(table(("more objects", ""), grown_classes(record.measurements)[:_CLASSES]))
    print(table(("modules imported since then", ""), late_packages(record.measurements)[:_CLASSES]))
    if grown > MAX_GROWTH_MB:
        faults.add(f"memory grew by {grown:.1f} MB")
    if not only and seconds >= WARM_SECONDS:
        if record.decks == 0:
            faults.add("not every move was made")
        for kind in _dialogs() - record.shown.keys():
            faults.add(f"never seen: {kind.__name__}")
    print(f"{len(faults.texts)} faults, seed {seed}")
    for text in faults.texts:
        print(f"- {text}")
    return 1 if faults.texts else 0


def _dialogs() -> set[type[QDialog]]:
    """Every dialog of the program, found in its modules."""
    for module in pkgutil.walk_packages(playground.__path__, "playground."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, rest = set(), list(QDialog.__subclasses__())
    while rest:
        kind = rest.pop()
        rest += kind.__subclasses__()
        if kind.__module__.startswith("playground.") and not kind.__subclasses__():
            found.add(kind)
    return found
