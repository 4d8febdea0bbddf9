"""Files that the program keeps beside the user's own: a row for each kind, with size and how to clear it.

A new cache is one more row of `STORAGE`.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.compiled.readiness import cache_root
from core.data.datasets import DATASETS, DownloadedImages
from core.data.downloads.archive_cache import ImageStore
from core.experiment.experiment import Experiment
from core.runs.store import Store, StoreError, runs_path
from playground.model.autosave_store import AutosaveStore
from playground.model.log_file import log_path
from playground.model.timeline.spill import clear_left, left_bytes

log = logging.getLogger(__name__)


def _never(experiment: Experiment) -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Stored:
    """A kind of files. `size` and `clear` may run on any thread; `clear` leaves what a running program uses.

    `used_by` says whether an open experiment needs it, so that it cannot be cleared now. `question` is asked before
    work is lost, "" if none is.
    """

    title: str
    help: str
    size: Callable[[], int]
    clear: Callable[[], None]
    used_by: Callable[[Experiment], bool] = _never
    question: str = ""


def _download_row(kind: type[DownloadedImages]) -> Stored:
    return Stored(
        kind.archive.title,
        f"Downloaded once ({kind.archive.size}), and can be downloaded again.",
        lambda: _size(ImageStore(kind.archive).stored),
        lambda: ImageStore(kind.archive).clear(),
        lambda experiment: isinstance(experiment.dataset, kind) and experiment.dataset.has_archive,
    )


def _size(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.lstat().st_size
    return total


def _clear_log() -> None:
    # Emptied rather than removed: a running program goes on writing to it.
    with suppress(OSError):
        log_path().open("w", encoding="utf-8").close()


def _clear_machine_code() -> None:
    shutil.rmtree(cache_root(), ignore_errors=True)


def _clear_runs() -> None:
    for aside in runs_path().parent.glob("runs-damaged-*.sqlite*"):
        with suppress(OSError):
            aside.unlink()
    store = Store()
    try:
        if store.path.exists():
            store.clear()
    except StoreError:
        log.exception("The runs could not be removed")
    finally:
        store.close()


STORAGE: tuple[Stored, ...] = (
    Stored(
        "Unsaved work",
        "What was kept of work that was not saved; what a running program keeps stays.",
        lambda: AutosaveStore().left_bytes(),
        lambda: AutosaveStore().clear(),
        question="Remove the unsaved work of earlier starts? It cannot be restored then.",
    ),
    Stored(
        "Timeline",
        "Earlier moments of the training that do not fit in memory; they go when the program ends.",
        left_bytes,
        clear_left,
    ),
    Stored(
        "Runs",
        "What was learned in every run and sweep: settings, curves, picture and weights; what trains now goes on.",
        lambda: _size(runs_path().parent.glob("runs*.sqlite*")),
        _clear_runs,
        question="Remove all runs and sweeps, those with a star too? They cannot be brought back.",
    ),
    *(_download_row(kind) for kind in DATASETS if issubclass(kind, DownloadedImages)),
    Stored(
        "Compiled engine",
        "Machine code for this processor and version, in a folder that you alone may write to. It is made again "
        "when it is needed, in about a minute.",
        lambda: _size(path for path in cache_root().rglob("*") if path.is_file()),
        _clear_machine_code,
    ),
    Stored("Error log", "What went wrong, for a report of it.", lambda: _size([log_path()]), _clear_log),
)
"""All kinds, in the order in which they are shown."""
